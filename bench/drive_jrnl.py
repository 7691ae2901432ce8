"""Runs inside jrnl's environment: ``drive_jrnl.py TEXTS COUNT FOLDER RARE ROUNDS``; prints a JSON object a line.

The encrypted journal (its newest format) is built with jrnl's own classes, which is not measured. Then jrnl is run as
its users run it, one process for one command, from start to end. Its keyring is switched off; it reads the password
from standard input, because its process has no terminal. HOME and the XDG folders are the temporary folder.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

PASSWORD = "seventeen brown herons"


def build(texts: list[dict[str, str]], folder: Path) -> Path:
    """An encrypted journal of the texts and a configuration that names it."""
    from jrnl.config import get_default_config, save_config
    from jrnl.encryption.Jrnlv3Encryption import Jrnlv3Encryption
    from jrnl.journals import Entry, Journal

    config = get_default_config()
    path = folder / "journal.txt"
    config.update(encrypt=True)
    config["journals"] = {"default": {"journal": str(path), "encrypt": True}}
    save_config(config, str(folder / "jrnl.yaml"))
    journal = Journal("default", **{**config, "journal": str(path)})
    journal.encryption_method = Jrnlv3Encryption("default", journal.config)
    journal.encryption_method.password = PASSWORD
    journal.entries = [Entry(journal, datetime.fromisoformat(t["at"]), t["text"]) for t in texts]
    journal.write()
    return path


def main() -> None:
    """Build, then time a save, a read and a search."""
    source, count, target, rare, rounds = sys.argv[1:6]
    folder = Path(target)
    texts = json.loads(Path(source).read_text("utf-8"))[: int(count) + 10]
    path = build(texts[: int(count)], folder)
    print(json.dumps({"size": path.stat().st_size}), flush=True)
    command = [sys.executable, "-m", "jrnl", "--config-file", str(folder / "jrnl.yaml")]

    def run(*words: str) -> str:
        done = subprocess.run(
            [*command, *words],
            input=PASSWORD + "\n",
            capture_output=True,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def timed(name: str, words: list[list[str]]) -> None:
        took = []
        for these in words:
            start = time.perf_counter()
            run(*these)
            took.append(time.perf_counter() - start)
        print(json.dumps({name: statistics.median(took)}), flush=True)

    last = texts[int(count) - 1]["text"].split()[:4]
    shown = run("-n", "1")
    assert all(word in shown for word in last), "jrnl did not show the last entry"
    timed("read", [["-n", "1"]] * int(rounds))
    timed("search", [["-contains", rare, "-n", "20"]] * int(rounds))
    new = [f"{t['at'][:16].replace('T', ' ')}: {t['text']}" for t in texts[int(count) :]]
    timed("save", [[text] for text in new[: int(rounds)]])


if __name__ == "__main__":
    main()
