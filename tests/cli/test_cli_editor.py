"""The editor in this process, keys fed to it: what it saves, and that one failed save does not end all saving."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.base import PipeInput
from prompt_toolkit.layout.processors import TransformationInput
from prompt_toolkit.output import DummyOutput

from notes.cli import editor, word_wrap
from notes.errors import DiskFull, Signed
from notes.practice.practice import Practice
from notes.record import progress_notes, reading


@pytest.fixture(autouse=True)
def no_autosave(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that leaving the editor must save by itself."""
    monkeypatch.setattr(editor, "AUTOSAVE_SECONDS", 600.0)


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    """A keyboard."""
    with create_pipe_input() as given, create_app_session(input=given, output=DummyOutput()):
        yield given


def test_leaving_at_once_saves_nothing_and_changes_nothing(program: Any, known: Any, keys: PipeInput) -> None:
    with program.unlocked() as practice:
        keys.send_text("\x18")
        assert editor.write(practice, known.draft, "note", None).text == "An unfinished thought."
        assert practice.do(reading.open, known.draft).text == "An unfinished thought."


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "tab\there", "trailing  \n\n", "\x1b[31m\x07", "ünï\u2028cødé 🙂"])
def test_text_that_is_there_already_comes_through_the_editor_to_the_letter(
    program: Any, known: Any, keys: PipeInput, text: str
) -> None:
    with program.unlocked() as practice:
        spell = practice.do(progress_notes.edit, known.draft)
        practice.do(progress_notes.save_draft, spell.note, spell.spell, spell.counter, text)
        practice.do(progress_notes.close, spell.note, spell.spell)
        keys.send_text("x\x18")
        assert editor.write(practice, known.draft, "note", None).text == "x" + text
        assert practice.do(reading.open, known.draft).text == "x" + text


def test_undo_takes_back_what_was_typed_and_no_more(program: Any, known: Any, keys: PipeInput) -> None:
    with program.unlocked() as practice:
        keys.send_text("wrong" + "\x1a" * 9 + "\x18")
        assert editor.write(practice, known.draft, "note", None).text == "An unfinished thought."


@pytest.mark.parametrize(("key", "finished"), [("\x18", True), ("\x11", False)])
def test_leaving_is_not_finishing_and_both_keep_what_was_typed(
    program: Any, known: Any, keys: PipeInput, key: str, finished: bool
) -> None:
    with program.unlocked() as practice:
        keys.send_text("Typed. " + key)
        written = editor.write(practice, known.draft, "note", None, signs=True)
        assert (written.text, written.finished) == ("Typed. An unfinished thought.", finished)
        assert practice.do(reading.open, known.draft).text == written.text


def test_writing_begins_below_the_first_heading_that_has_no_words_yet(program: Any, keys: PipeInput) -> None:
    with program.unlocked() as practice:
        note = practice.do(progress_notes.create, "zoe", "DAP", None, "2026-03-07")
        keys.send_text("First.\x18")
        first = editor.write(practice, note.id, "note", None).text
        assert first.startswith("## Data\n\nFirst.\n## Assessment\n")
        keys.send_text("Second.\x18")
        second = editor.write(practice, note.id, "note", None).text
        assert "First.\n## Assessment\n\nSecond.\n## Plan" in second


@pytest.mark.parametrize(
    ("line", "fillings"),
    [
        ("short", {}),
        ("one two three", {8: 2}),
        ("a longunbrokenword b", {}),
        ("twelve signs", {7: 3}),
        ("ten signs! next", {}),
        ("你好你好 你好", {5: 1}),
        ("", {}),
    ],
)
def test_words_are_kept_whole_at_the_end_of_a_line(line: str, fillings: dict[int, int]) -> None:
    assert word_wrap.filling(line, 10) == fillings


def test_a_place_on_the_screen_is_the_place_in_the_text_however_it_is_wrapped() -> None:
    line = "one two three four five six"
    given = TransformationInput(None, None, 0, lambda place: place, [("", line)], 10, 5)  # type: ignore[arg-type]
    wrapped = word_wrap.WordWrap().apply_transformation(given)
    drawn = "".join(text for _, text, *_ in wrapped.fragments)
    for place, sign in enumerate(line):
        assert drawn[wrapped.source_to_display(place)] == sign
        assert wrapped.display_to_source(wrapped.source_to_display(place)) == place
    assert wrapped.source_to_display(len(line)) == len(drawn)
    assert [drawn[at : at + 10].split() for at in range(0, len(drawn), 10)] == [
        ["one", "two"],
        ["three", "four"],
        ["five", "six"],
    ]


def test_a_signed_note_does_not_open_in_the_editor(program: Any, known: Any, keys: PipeInput) -> None:
    with program.unlocked() as practice, pytest.raises(Signed):
        editor.write(practice, known.signed, "note", None)


class OnceFull:
    """A practice whose disk is full at the first save and has room again at the next."""

    def __init__(self, practice: Practice) -> None:
        self._practice, self.saves = practice, 0

    def do(self, operation: Any, *given: Any) -> Any:
        if operation is progress_notes.save_draft:
            self.saves += 1
            if self.saves == 1:
                raise DiskFull("The disk is full.")
        return self._practice.do(operation, *given)


def test_after_a_save_that_failed_saving_goes_on(
    program: Any, known: Any, keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editor, "AUTOSAVE_SECONDS", 0.1)
    saves_before_leaving: list[int] = []
    done = Event()

    def leave() -> None:
        done.wait(1.5)
        saves_before_leaving.append(full.saves)
        while not done.wait(0.2):  # Enter answers a question that the editor's library may ask after an error
            keys.send_text("\r\x18")

    with program.unlocked() as practice:
        full = OnceFull(practice)
        keys.send_text("typed ")
        (hand := Thread(target=leave)).start()
        try:
            editor.write(full, known.draft, "note", None)  # type: ignore[arg-type]
        finally:
            done.set()
            hand.join()
    assert saves_before_leaving[0] >= 2
