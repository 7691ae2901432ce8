"""The chain by itself: what it writes, and that it can be checked with the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from notes.access_log import chain, events, export
from notes.errors import ChainBroken
from notes.practice import log
from notes.practice.practice import Practice


def test_the_genesis_head_is_as_the_format_page_says() -> None:
    vault = "00112233445566778899aabbccddeeff"
    assert chain.genesis(vault) == hashlib.sha256(b"notes/v1/access-log\0" + bytes.fromhex(vault)).digest()


def test_an_export_is_verified_with_the_standard_library_alone(practice: Practice) -> None:
    exported = export.as_json_lines(practice.do(log.export), practice.vault_id).splitlines()
    first = json.loads(exported[0])
    assert (first["format"], first["version"]) == (export.FORMAT, export.VERSION)
    head = hashlib.sha256(b"notes/v1/access-log\0" + bytes.fromhex(first["vault"])).digest()
    for number, line in enumerate(map(json.loads, exported[1:]), 1):
        record = json.loads(line["record"])
        assert record["seq"] == number
        assert record["prev"] == base64.urlsafe_b64encode(head).rstrip(b"=").decode()
        head = hashlib.sha256(head + line["record"].encode()).digest()
        assert line["head"] == head.hex()


def test_a_record_holds_only_documented_fields(practice: Practice) -> None:
    for record, *_ in practice.do(log.export):
        assert set(json.loads(record)) <= set(chain.FIELDS)


def test_empty_fields_are_left_out(practice: Practice) -> None:
    for record, *_ in practice.do(log.export):
        assert not [name for name, value in json.loads(record).items() if value in (None, "", [], {})]


def test_the_vault_id_is_bound_into_the_chain(practice: Practice) -> None:
    assert practice._engine is not None
    with practice._engine.connect() as connection, pytest.raises(ChainBroken):
        list(chain.walk(connection, "00" * 16))


def test_the_tail_alone_can_be_walked(practice: Practice) -> None:
    assert practice._engine is not None
    with practice._engine.connect() as connection:
        last = chain.end(connection, practice.vault_id).seq
        tail = list(chain.walk(connection, practice.vault_id, after=last - 2))
    assert [line.record["seq"] for line in tail] == [last - 1, last]


def test_a_tail_whose_beginning_is_missing_is_named(practice: Practice) -> None:
    assert practice._engine is not None
    with practice._engine.connect() as connection, pytest.raises(ChainBroken) as told:
        list(chain.walk(connection, practice.vault_id, after=chain.end(connection, practice.vault_id).seq + 1))
    assert "it is missing" in told.value.why


def test_only_events_of_the_vocabulary_that_leave_lines_can_be_appended(practice: Practice) -> None:
    assert practice._engine is not None
    with practice._engine.connect() as connection:
        for event in ("note.invented", "note.save"):
            with pytest.raises(ValueError, match="leaves a line"):
                chain.append(connection, chain.End(0, b"", b""), {"event": event})


def test_every_event_maps_to_an_action_and_a_purpose() -> None:
    for event in events.EVENTS.values():
        assert event.action in "CRUDE"
        assert event.purpose in ("TREAT", "HOPERAT")
        assert event.did.format(client="C", note="N")
        assert event.tried.format(client="C", note="N")
