"""Notes against a plain model: whatever is done in whatever order, no text is lost and nothing signed changes."""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from notes.errors import BadValue, NotFound, NothingToSign, RecordError, Signed, Stale
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, progress_notes, reading, search

TEXTS = st.one_of(
    st.sampled_from(["", " \n", "Sleep is better.", "Sleep is worse.\r\n", "Grief, again.  \n\n", "zoë"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
)


@dataclass
class Told:
    """What the model knows of a note."""

    draft: str | None
    purpose: str = "note"
    versions: list[str] = field(default_factory=list)
    spell: int | None = None
    counter: int = 1


class Life(RuleBasedStateMachine):
    """One practice; notes as the model has them in `told`, as the vault has them behind `practice`."""

    made: ClassVar[Path]
    unlock: ClassVar[Callable[[Path], Practice]]
    notes = Bundle("notes")

    @initialize()
    def open_a_practice(self) -> None:
        self.place = tempfile.TemporaryDirectory(prefix="notes-machine-")
        self.folder = Path(shutil.copytree(self.made, Path(self.place.name) / "Machine.vault"))
        self.practice = type(self).unlock(self.folder)
        self.practice.do(clients.create, "Mika")
        self.told: dict[int, Told] = {}
        self.seen: dict[tuple[int, int], str] = {}
        self.touched = 0

    @rule(target=notes, text=TEXTS, template=st.sampled_from(["free", "SOAP", "contact"]))
    def begin(self, text: str, template: str) -> int:
        note = self.practice.do(progress_notes.create, "Mika", template, text)
        self.told[note.id] = Told(text)
        return note.id

    @rule(note=notes)
    def edit(self, note: int) -> None:
        self.touched = note
        told = self.told[note]
        if told.versions and told.purpose == "note":
            with pytest.raises(Signed):
                self.practice.do(progress_notes.edit, note)
            return
        reason = None if told.purpose == "note" else "reason"
        editing = self.practice.do(progress_notes.edit, note, told.purpose, reason)
        assert editing.text == told.draft
        told.spell, told.counter = editing.spell, editing.counter

    @rule(note=notes, purpose=st.sampled_from(["amendment", "addendum"]))
    def begin_a_change(self, note: int, purpose: str) -> None:
        self.touched = note
        told = self.told[note]
        if not told.versions or (told.draft is not None and told.purpose != purpose):
            with pytest.raises(RecordError):
                self.practice.do(progress_notes.edit, note, purpose, "reason")
            return
        editing = self.practice.do(progress_notes.edit, note, purpose, "reason")
        if told.draft is None:
            told.draft, told.purpose = ("" if purpose == "addendum" else told.versions[-1]), purpose
            told.counter = 1
        assert editing.text == told.draft
        told.spell, told.counter = editing.spell, editing.counter

    @rule(note=notes, text=TEXTS)
    def save(self, note: int, text: str) -> None:
        self.touched = note
        told = self.told[note]
        if told.spell is None:
            with pytest.raises(Stale):
                self.practice.do(progress_notes.save_draft, note, 4711, told.counter, text)
            return
        told.counter = self.practice.do(progress_notes.save_draft, note, told.spell, told.counter, text).counter
        told.draft = text

    @rule(note=notes, text=TEXTS)
    def write(self, note: int, text: str) -> None:
        self.edit(note)
        self.save(note, text)

    @rule(note=notes, text=TEXTS, off=st.integers(-3, 3).filter(bool))
    def save_unseen(self, note: int, text: str, off: int) -> None:
        self.touched = note
        told = self.told[note]
        if told.spell is not None:
            with pytest.raises(Stale):
                self.practice.do(progress_notes.save_draft, note, told.spell, told.counter + off, text)

    @rule(note=notes)
    def save_what_is_no_text(self, note: int) -> None:
        self.touched = note
        told = self.told[note]
        if told.spell is not None:
            with pytest.raises(BadValue):
                self.practice.do(progress_notes.save_draft, note, told.spell, told.counter, "a\0b")

    @rule(note=notes)
    def close(self, note: int) -> None:
        self.touched = note
        told = self.told[note]
        if told.spell is None:
            return
        self.practice.do(progress_notes.close, note, told.spell)
        if told.versions and told.draft == ("" if told.purpose == "addendum" else told.versions[-1]):
            told.draft, told.purpose = None, "note"  # a change in which nothing was changed is not kept
        with pytest.raises(Stale):
            self.practice.do(progress_notes.save_draft, note, told.spell, told.counter, "Too late.")
        told.spell = None

    @rule(note=notes)
    def sign(self, note: int) -> None:
        self.touched = note
        told = self.told[note]
        if told.versions:
            with pytest.raises(Signed):
                self.practice.do(progress_notes.sign, note)
        elif not (told.draft or "").strip():
            with pytest.raises(NothingToSign):
                self.practice.do(progress_notes.sign, note)
        else:
            assert self.practice.do(progress_notes.sign, note).text == told.draft
            told.versions.append(told.draft or "")
            told.draft = told.spell = None
            told.purpose = "note"

    @rule(note=notes, text=TEXTS, addendum=st.booleans())
    def amend(self, note: int, text: str, addendum: bool) -> None:
        self.touched = note
        told = self.told[note]
        waiting = told.draft is not None and told.versions
        if waiting and (told.purpose == "addendum") == addendum:
            text = told.draft or ""  # a change begun in the drafts is signed as it stands there
        elif waiting:
            return
        if not told.versions or not text.strip() or (text == told.versions[-1] and not addendum):
            with pytest.raises((RecordError, NothingToSign)):
                self.practice.do(progress_notes.amend, note, "reason", text, addendum)
            return
        amended = self.practice.do(progress_notes.amend, note, "reason", text, addendum)
        if addendum:
            assert amended.text.startswith(told.versions[-1] + "\n\nAddendum, ")
            assert amended.text.endswith(":\n\n" + text)
        else:
            assert amended.text == text
        told.versions.append(amended.text)
        told.draft = told.spell = None
        told.purpose = "note"

    @rule(note=consumes(notes))
    def discard(self, note: int) -> None:
        self.touched = note
        told = self.told[note]
        if told.draft is None:
            with pytest.raises(Signed):
                self.practice.do(progress_notes.discard, note)
            return
        self.practice.do(progress_notes.discard, note)
        told.draft = told.spell = None
        told.purpose = "note"
        if not told.versions:
            del self.told[note]
            with pytest.raises(NotFound):
                self.practice.do(reading.open, note)

    @rule()
    def lock_and_unlock(self) -> None:
        self.practice.lock()
        self._unlock_again()

    @rule()
    def lose_power_and_unlock(self) -> None:
        assert self.practice._engine is not None
        self.practice._engine.dispose()
        self.practice._standing.vault.close()
        self._unlock_again()

    def _unlock_again(self) -> None:
        self.practice = type(self).unlock(self.folder)
        for told in self.told.values():
            told.spell = None

    @rule(word=st.sampled_from(["sleep", "grief", "zoe", "better"]))
    def find(self, word: str) -> None:
        texts = {note: told.versions[-1] if told.versions else told.draft or "" for note, told in self.told.items()}
        found = self.practice.do(search.run, word, limit=1000)
        assert {hit.note for hit in found.hits} == {note for note, text in texts.items() if word in _words(text)}

    @invariant()
    def the_text_last_touched_is_where_it_was(self) -> None:
        if (told := getattr(self, "told", None)) and self.touched in told:
            self._compare(self.touched)

    @rule()
    def every_text_is_where_it_was(self) -> None:
        for note in self.told:
            self._compare(note)

    def _compare(self, note: int) -> None:
        told = self.told[note]
        shown = self.practice.do(reading.open, note)
        assert shown.text == (told.versions[-1] if told.versions else told.draft)
        assert shown.version == len(told.versions)
        assert shown.unfinished == (told.purpose if told.versions and told.draft is not None else None)

    @rule()
    def every_version_is_as_it_was_signed(self) -> None:
        for note, told in self.told.items():
            for number, text in enumerate(told.versions, 1):
                assert self.practice.do(reading.open, note, number).text == text
            for version in self.practice.do(reading.history, note):
                assert self.seen.setdefault((note, version.version), version.digest) == version.digest

    @rule()
    def everything_is_as_the_log_says(self) -> None:
        assert self.practice.do(verify).problems == []

    def teardown(self) -> None:
        if not hasattr(self, "practice"):
            return
        try:
            self.every_text_is_where_it_was()
            self.every_version_is_as_it_was_signed()
            self.everything_is_as_the_log_says()
        finally:
            self.practice.lock()
            self.place.cleanup()


def _words(text: str) -> set[str]:
    spread = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return set("".join(c if c.isalnum() else " " for c in spread).lower().split())


def test_no_order_of_doings_loses_a_text_or_changes_a_signed_one(
    record_vault_made: Path, record_unlock: Callable[[Path], Practice]
) -> None:
    Life.made, Life.unlock = record_vault_made, staticmethod(record_unlock)  # type: ignore[assignment]
    run_machine(
        Life,
        settings=settings(
            max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
