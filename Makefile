# make demo: the sample practice, from nothing.  make test: the tests.  make proof: the long attacks on every promise.
# All set themselves up; a second run sets up nothing again.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.13 python3.14 python3,$(shell command -v $(name))))
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet --python $(RUN)
LOCK := $(RUN) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-annotate pyproject.toml

.PHONY: demo test proof bench bench-window lint lock picture screenshots clean

demo: $(VENV)/ready
	@$(RUN) -m notes demo

test: $(VENV)/ready-dev
	@PYTEST_DEBUG_TEMPROOT=$(wildcard /dev/shm) $(RUN) -m pytest -n auto

proof: $(VENV)/ready-dev
	@NOTES_PROOF=1 PYTEST_DEBUG_TEMPROOT=$(wildcard /dev/shm) $(RUN) -m pytest tests/proofs -n auto

bench: $(VENV)/ready
	@$(RUN) bench/run.py $(BENCH)

lint: $(VENV)/ready-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

lock: $(VENV)/ready-dev
	$(LOCK) --extra build --output-file requirements.lock --upgrade
	$(LOCK) --extra build --extra dev --output-file requirements-dev.lock --constraint requirements.lock --upgrade

bench-window: $(VENV)/ready
	@$(RUN) bench/window.py

picture: $(VENV)/ready
	$(RUN) docs/make_picture.py

screenshots: $(VENV)/ready
	@$(RUN) docs/make_screenshots.py $(GUIDE)

$(VENV)/ready: requirements.lock pyproject.toml
	@echo "Setting up (once) ..."
	@test -x $(RUN) || $(PYTHON) -m venv --without-pip $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Setting up the tests (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) .bench build *.egg-info
