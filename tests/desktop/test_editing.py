"""Autosave: what is typed is on disk by itself, whatever happens, and never another client's."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notes.desktop import editing
from notes.desktop.desk import Desk
from notes.desktop.editing import Spell
from notes.practice import log
from notes.record import progress_notes, reading
from notes.vault.slots import Secret
from tests.desktop.conftest import PATIENCE
from tests.desktop.editor_kit import CTRL, Hands, Key


def test_what_is_typed_is_on_disk_by_itself(hands: Hands) -> None:
    note = hands.note("draft")
    hands.open(note)
    hands.type("She came in smiling. ")
    hands.wait(lambda: any(told.startswith("Saved ") for told in hands.told))
    assert hands.on_disk(note) == "She came in smiling. A thought for later: the weir."


def test_ctrl_s_saves_at_once(hands: Hands) -> None:
    note = hands.note("draft")
    editor = hands.open(note)
    hands.type("Now. ")
    hands.press(Key.Key_S, CTRL)
    assert not editor._spell._idle.isActive()
    assert hands.on_disk(note).startswith("Now. ")


def test_somebody_who_never_pauses_is_saved_all_the_same(hands: Hands) -> None:
    note = hands.note("draft")
    editor = hands.open(note)
    editor._spell._idle.setInterval(100 * PATIENCE)  # as if there was never a moment without a key
    assert editing.LONGEST == 1500
    hands.type("x")
    longest = editor._spell._longest
    first = longest.timerId()
    hands.type("y")
    assert (longest.timerId(), longest.interval()) == (first, editing.LONGEST), "another key does not begin it anew"
    hands.wait(lambda: any(told.startswith("Saved ") for told in hands.told))


def test_a_lock_in_the_middle_of_a_sentence_keeps_it(hands: Hands, unlock: Any, vault: Path) -> None:
    note = hands.note("draft")
    hands.open(note)
    hands.type("In the middle of a sen")
    hands.window.lock()
    hands.wait(lambda: hands.window.afresh)  # type: ignore[attr-defined]
    with unlock(vault) as practice:
        assert practice.do(reading.open, note).text.startswith("In the middle of a sen")
        events = [line.event for line in practice.do(log.show, limit=10)]
        assert not practice.warnings
    assert "note.close" in events


def test_leaving_the_note_saves_it_and_ends_the_spell(hands: Hands) -> None:
    note = hands.note("draft")
    hands.open(note)
    hands.type("Going. ")
    hands.window.desk.go("today")
    hands.wait(lambda: not hands.window.findChildren(Spell))
    hands.settle()
    assert hands.on_disk(note).startswith("Going. ")
    closed = next(line for line in hands.ask(log.show) if line.event == "note.close")
    assert (closed.outcome, closed.counts) == ("done", {"saves": 1})


def test_coming_back_at_once_finds_everything_typed(hands: Hands) -> None:
    note = hands.note("draft")
    hands.open(note)
    hands.type("Back. ")
    hands.window.desk.go("today")
    editor = hands.open(note)
    assert editor.page.text().startswith("Back. ")
    hands.type("Again. ")
    hands.press(Key.Key_S, CTRL)
    assert hands.on_disk(note) == "Again. Back. A thought for later: the weir."


def test_a_save_that_fails_keeps_the_text_says_so_without_a_box_and_is_tried_again(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program's spell on the same draft, with a text of its own, makes every save stale."""
    monkeypatch.setattr(editing, "AGAIN", 50)
    note = hands.note("draft")
    hands.open(note)
    hands.type("Mine. ")
    other = hands.ask(progress_notes.edit, note)
    hands.ask(progress_notes.save_draft, note, other.spell, other.counter, "Somebody else's.")
    hands.wait(lambda: len([told for told in hands.told if told.startswith("Not saved: ")]) > 2)
    assert hands.window.desk.unsaved[note].startswith("Mine. ")
    assert hands.editor.page.text().startswith("Mine. ")
    assert hands.notices == []
    assert hands.on_disk(note) == "Somebody else's."


def test_a_spell_that_was_ended_is_opened_anew_and_the_text_saved(hands: Hands) -> None:
    note = hands.note("draft")
    hands.open(note)
    other = hands.ask(progress_notes.edit, note)  # takes the draft away
    hands.ask(progress_notes.close, note, other.spell)
    hands.type("Still here. ")
    hands.wait(lambda: any(told.startswith("Saved ") for told in hands.told))
    assert hands.on_disk(note).startswith("Still here. ")
    assert hands.window.desk.unsaved == {}


@contextlib.contextmanager
def full_disk(hands: Hands, room: int) -> Iterator[None]:
    """No file grows more than `room` bytes beyond the vault's largest."""
    resource, signal = pytest.importorskip("resource"), pytest.importorskip("signal")
    size = max(path.stat().st_size for path in Path(hands.window.folder).iterdir())
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_keeps_the_text_until_there_is_room(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on the size of files is what this process can set for real; the database then cannot grow."""
    monkeypatch.setattr(editing, "AGAIN", 50)
    note = hands.note("draft")
    hands.open(note)
    with full_disk(hands, -4 * 4096):
        hands.editor.page.put("word " * 40_000)
        hands.press(Key.Key_S, CTRL)
        hands.wait(lambda: any(told.startswith("Not saved: ") for told in hands.told))
        assert len(hands.window.desk.unsaved[note]) > 200_000
    hands.wait(lambda: not hands.window.desk.unsaved)
    assert hands.on_disk(note) == hands.editor.page.text()


def test_a_last_save_that_fails_is_heard_of_by_who_comes_back_before_it(hands: Hands) -> None:
    note, window = hands.note("draft"), hands.window
    hands.open(note)
    with full_disk(hands, 1):
        hands.editor.page.put("word " * 40_000)
        typed = hands.editor.page.text()
        window.desk.go("today")
        window.desk.go("note", note=note)
        hands.wait(lambda: window.desk.unsaved)
        hands.settle()
    assert window.desk.unsaved == {note: typed}
    hands.open(note)
    hands.wait(lambda: not window.desk.unsaved)
    assert hands.on_disk(note) == hands.editor.page.text() == typed


def test_a_draft_that_cannot_be_thrown_away_is_written_on(hands: Hands, vault: Path) -> None:
    note = hands.note("draft")
    hands.open(note)
    hands.type("Still here. ")
    size = max(path.stat().st_size for path in vault.iterdir())
    with full_disk(hands, 4096 - size):
        hands.editor.note_discard()
        hands.wait(lambda: hands.notices)
        hands.settle()
    assert hands.notices[0].tone == "alarm"
    hands.open(note)
    hands.type("And on. ")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.window.desk.unsaved)
    assert "Still here." in hands.on_disk(note) and "And on." in hands.on_disk(note)


def test_a_lock_while_the_disk_is_full_keeps_the_text_and_the_next_unlocking_saves_it(
    hands: Hands, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    note, window = hands.note("draft"), hands.window
    hands.open(note)
    with full_disk(hands, 1):
        hands.editor.page.put("word " * 40_000)
        typed = hands.editor.page.text()
        window.lock()
        hands.wait(lambda: not window._locking)
    assert window.desk.unsaved == {note: typed}
    assert window.afresh == []  # type: ignore[attr-defined]
    assert window.gate._kept.isVisible()
    given: list[Any] = []
    window.desk.worker.unlock(vault, Secret("recovery", bytearray(small_vault[1])), given.append, given.append)
    hands.wait(lambda: given)
    window.gate.opened.emit(given[0])
    hands.wait(lambda: not window.desk.unsaved)
    assert hands.on_disk(note) == typed


def test_a_text_that_could_not_be_saved_is_there_again_when_one_comes_back(hands: Hands) -> None:
    note = hands.note("draft")
    hands.window.desk.unsaved[note] = "Kept in memory."
    editor = hands.open(note)
    assert editor.page.text() == "Kept in memory."
    hands.wait(lambda: note not in hands.window.desk.unsaved)
    assert hands.on_disk(note) == "Kept in memory."


def test_undo_never_brings_in_another_note(hands: Hands) -> None:
    first = hands.note("draft")
    second = hands.ask(progress_notes.create, "Bruno", "SOAP").id
    hands.open(first)
    hands.type("Of Ada. ")
    editor = hands.open(second)
    empty = editor.page.text()
    hands.type("Of Bruno. ")
    assert "Of Bruno. " in editor.page.text()
    for _ in range(20):
        hands.press(Key.Key_Z, CTRL)
    assert editor.page.text() == empty
    assert "Subjective" in empty


def test_looking_at_a_draft_saves_nothing(hands: Hands) -> None:
    note = hands.note("draft")
    hands.open(note)
    hands.window.desk.go("today")
    hands.settle()
    hands.wait(lambda: not hands.window.findChildren(Spell))
    hands.settle()
    closed = next(line for line in hands.ask(log.show) if line.event == "note.close")
    assert closed.counts == {"saves": 0}


def test_the_text_keeps_its_unusual_blanks_and_signs(hands: Hands) -> None:
    note = hands.ask(progress_notes.create, "Ada", "free", "A\u00a0blank that holds, 🦢 and Łódź.\n\n  indented").id
    hands.open(note)
    hands.type("x")
    hands.press(Key.Key_S, CTRL)
    assert hands.on_disk(note) == "xA\u00a0blank that holds, 🦢 and Łódź.\n\n  indented"


def test_of_several_texts_only_the_newest_is_saved(open_desk: Desk, ask: Any, qtbot: Any) -> None:
    note = next(n.id for n in ask(reading.list_notes) if n.status == "draft")
    text = ["one"]
    spell = Spell(open_desk, ask(progress_notes.edit, note), lambda: text[0], open_desk)
    disk = threading.Event()
    open_desk.worker.run(lambda practice, job: disk.wait(PATIENCE / 1000))
    for text[0] in ("one", "two", "three"):
        spell.save()
    disk.set()
    assert ask(reading.open, note).text == "three"
    spell.close()
    qtbot.waitUntil(lambda: open_desk.worker.idle, timeout=PATIENCE)
    assert next(line for line in ask(log.show) if line.event == "note.close").counts == {"saves": 1}


def test_what_is_typed_goes_into_the_note_wanted_last(hands: Hands, unlock: Any, vault: Path) -> None:
    passed = hands.note("draft")
    wanted = hands.ask(progress_notes.create, "Bruno", "free", "").id
    hands.window.desk.go("note", note=passed)
    hands.open(wanted)
    assert hands.editor.head.client.text() == "Bruno Østergård"
    hands.type("Of Bruno.")
    hands.window.lock()
    hands.wait(lambda: hands.window.afresh)  # type: ignore[attr-defined]
    with unlock(vault) as practice:
        assert practice.do(reading.open, wanted).text == "Of Bruno."
        assert practice.do(reading.open, passed).text == "A thought for later: the weir."


def test_text_kept_in_memory_outlasts_a_visit_that_ends_before_the_note_is_open(hands: Hands) -> None:
    note, desk = hands.note("draft"), hands.window.desk
    hands.open(note)
    desk.go("today")
    hands.settle()
    desk.unsaved[note] = "Kept in memory."
    desk.go("note", note=note)
    desk.go("today")
    hands.settle()
    assert desk.unsaved == {note: "Kept in memory."}
    assert hands.open(note).page.text() == "Kept in memory."


def test_what_failed_once_never_comes_back_over_what_was_saved_since(hands: Hands) -> None:
    note, desk = hands.note("draft"), hands.window.desk
    hands.open(note)
    desk.unsaved[note] = "Older."  # as a save leaves it that failed
    hands.editor.page.replace_all("Older, and newer.")
    desk.go("today")
    desk.go("note", note=note)  # before the last save was heard of
    hands.wait(lambda: hands.editor._note is not None)
    assert hands.editor.page.text() == "Older, and newer."
    assert desk.unsaved == {}
