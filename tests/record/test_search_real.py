"""On real text, search finds exactly what a plain scan of every note finds."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import pytest

from notes.exchange import importing
from notes.practice.practice import Practice
from notes.record import search

DATA = Path(__file__).parents[3] / "shared" / "data" / "counselling-notes.csv"
WORDS = 200


def _tokens(text: str) -> set[str]:
    """Words as runs of letters and digits, without case and accents."""
    spread = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return set(re.findall(r"[^\W_]+", "".join(spread).lower()))


@pytest.fixture(scope="module")
def search_real_texts(record_shared: Practice) -> dict[int, str]:
    """The text of every real note, by its id, straight from the table."""
    if not DATA.exists():
        pytest.skip("the real data (../shared/data) is not on this machine")
    record_shared.do(importing.bring_in, importing.read(DATA))
    assert record_shared._engine is not None
    with record_shared._engine.connect() as db:
        rows = db.exec_driver_sql("SELECT note_id, text FROM note_versions").all()
    assert len(rows) == 1284
    return {row.note_id: row.text for row in rows}


def test_every_word_search_finds_what_a_plain_scan_finds(
    record_shared: Practice, search_real_texts: dict[int, str]
) -> None:
    tokens = {note: _tokens(text) for note, text in search_real_texts.items()}
    words = random.Random(20260331).sample(sorted(set().union(*tokens.values())), WORDS - 20)
    words += random.Random(7).sample([w for w in words if len(w) > 3], 10)
    words += ["the", "i", "you", "mother", "therapist", "anxiety", "don", "t", "2", "über"]
    assert len(words) == WORDS
    for word in words:
        wanted = {note for note, found in tokens.items() if word in found}
        results = record_shared.do(search.run, word.upper(), limit=1000)
        assert results.total == len(wanted), word
        shown = {hit.note for hit in results.hits}
        assert shown <= wanted and len(shown) == min(len(wanted), 1000), word


def test_two_words_of_a_sentence_are_found_together_and_as_a_phrase(
    record_shared: Practice, search_real_texts: dict[int, str]
) -> None:
    choose = random.Random(5)
    for note, text in choose.sample(sorted(search_real_texts.items()), 25):
        words = re.findall(r"[^\W_]+", text)
        place = choose.randrange(len(words) - 4)
        phrase = " ".join(words[place : place + 4])
        for typed in (phrase, f'"{phrase}"', f"{phrase}*"):
            results = record_shared.do(search.run, typed, limit=1000)
            assert note in {hit.note for hit in results.hits}, typed
