"""What changed between two texts, word by word: joined again, the pieces are the texts to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.record.reading import Change, words_changed

ANY = st.text(st.characters(), max_size=80)
ALIKE = st.lists(
    st.sampled_from(["She ", "came ", "late", ", ", "and ", "laughed", ".", "\r\n", "  ", "é"]), max_size=14
)


@given(ANY | ALIKE.map("".join), ANY | ALIKE.map("".join))
def test_kept_and_removed_give_the_old_text_kept_and_added_the_new(old: str, new: str) -> None:
    changes = words_changed(old, new)
    assert "".join(change.text for change in changes if change.how != "added") == old
    assert "".join(change.text for change in changes if change.how != "removed") == new
    assert all(change.text for change in changes)


@given(ANY)
def test_nothing_is_changed_between_a_text_and_itself(text: str) -> None:
    assert words_changed(text, text) == ([Change("kept", text)] if text else [])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", []),
        ("", "new", [("added", "new")]),
        ("old", "", [("removed", "old")]),
        (
            "It was Tuesday, late.",
            "It was Thursday, late.",
            [("kept", "It was "), ("removed", "Tuesday"), ("added", "Thursday"), ("kept", ", late.")],
        ),
        ("a b", "a  b", [("kept", "a"), ("removed", " "), ("added", "  "), ("kept", "b")]),
        ("Café", "Cafe", [("removed", "Café"), ("added", "Cafe")]),
        ("one\ntwo", "one\r\ntwo", [("kept", "one"), ("removed", "\n"), ("added", "\r\n"), ("kept", "two")]),
    ],
)
def test_whole_words_are_told_apart(old: str, new: str, told: list[tuple[str, str]]) -> None:
    assert [(change.how, change.text) for change in words_changed(old, new)] == told


LONG = "She came late. " * 400 + "\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 100_000, "a " * 99_999 + "b "),
        ("\n" * 50_000, "x\n" * 50_000),
        (LONG * 20 + "Tuesday\n" + LONG * 20, LONG * 20 + "Thursday\n" + LONG * 20),
        ("x" + " y" * 60_000, "z " * 60_000),
    ],
)
def test_long_and_repetitive_texts_are_compared_too(old: str, new: str) -> None:
    changes = words_changed(old, new)
    assert "".join(change.text for change in changes if change.how != "added") == old
    assert "".join(change.text for change in changes if change.how != "removed") == new
    if "Tuesday" in old:
        assert ("removed", "Tuesday") in [(change.how, change.text) for change in changes]
