"""The header's bytes: one form, read strictly, and whatever else comes is refused in words."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notes.errors import FormatTooNew, HeaderDamaged, HostileHeader, NotesError
from notes.vault import header, keys, slots
from notes.vault.header import Header
from notes.vault.slots import Argon2Cost, Slot


def hexadecimal(length: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=length, max_size=length).map(bytes.hex)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
COSTS = st.builds(
    Argon2Cost,
    memory_kib=st.just(slots.FLOOR.memory_kib) | st.integers(slots.FLOOR.memory_kib, slots.CAP.memory_kib),
    passes=st.integers(slots.FLOOR.passes, 4) | st.integers(slots.FLOOR.passes, slots.CAP.passes),
    lanes=st.integers(slots.FLOOR.lanes, slots.CAP.lanes),
)


def a_slot(kind: Any, cost: st.SearchStrategy[Any]) -> st.SearchStrategy[Slot]:
    return st.builds(
        Slot,
        id=hexadecimal(8),
        kind=st.just(kind),
        label=WORDS,
        created=WORDS,
        salt=hexadecimal(16),
        cost=cost,
        key_file=st.booleans(),
        nonce=hexadecimal(12),
        wrapped=hexadecimal(48),
    )


HEADERS = st.builds(
    Header,
    vault=hexadecimal(16),
    created=WORDS,
    sequence=st.integers(1, 2**53 - 1),
    commitment=hexadecimal(32),
    log_key=hexadecimal(32),
    slots=st.lists(
        a_slot("passphrase", COSTS) | a_slot("recovery", st.none()),
        min_size=1,
        max_size=16,
        unique_by=lambda slot: slot.id,
    )
    .filter(lambda made: sum(s.cost.memory_kib * s.cost.passes for s in made if s.cost) <= slots.MOST_WORK)
    .map(tuple),
    mac=hexadecimal(32),
)

_RANDOM = random.Random(5)
REAL = Header(
    vault=_RANDOM.randbytes(16).hex(),
    created="2026-03-02T09:00:00.000Z",
    sequence=7,
    commitment=_RANDOM.randbytes(32).hex(),
    log_key=_RANDOM.randbytes(32).hex(),
    slots=tuple(
        Slot(
            id=_RANDOM.randbytes(8).hex(),
            kind=kind,
            label=label,
            created="2026-03-02T09:00:00.000Z",
            salt=_RANDOM.randbytes(16).hex(),
            cost=cost,
            key_file=False,
            nonce=_RANDOM.randbytes(12).hex(),
            wrapped=_RANDOM.randbytes(48).hex(),
        )
        for kind, label, cost in (("passphrase", "practitioner", slots.DEFAULT), ("recovery", "recovery key", None))
    ),
    mac=_RANDOM.randbytes(32).hex(),
)
BYTES = REAL.to_bytes()


def told() -> dict[str, Any]:
    """The header as an object, to be changed."""
    return json.loads(BYTES)  # type: ignore[no-any-return]


def written(body: Any) -> bytes:
    """The object as a header file, with a checksum that fits."""
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "checksum"}
        body["checksum"] = keys.sha256(keys.canonical(body)).hex()
    return keys.canonical(body) + b"\n"


def damaged(content: bytes) -> bool:
    """Whether it is refused as damage; any other error of ours counts as not, any error of Python's comes out."""
    try:
        header.parse(content)
    except HeaderDamaged as error:
        assert error.exit_code == 4
        return True
    return False


@given(HEADERS)
@settings(deadline=None)
def test_what_is_written_reads_back(made: Header) -> None:
    assert header.parse(made.to_bytes()) == made


def test_the_helper_writes_what_the_program_writes() -> None:
    """Otherwise the tests below would be refused for the wrong reason."""
    assert written(told()) == BYTES
    assert header.parse(written(told())) == REAL


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n", id="a line end"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b'"header"', id="a string"),
        pytest.param(b"7", id="a number"),
        pytest.param(b"NaN", id="no number"),
        pytest.param(b"\x00" * 1024, id="zeros"),
        pytest.param(b"\xff" * 1024, id="ones"),
        pytest.param(random.Random(1).randbytes(4096), id="noise"),
        pytest.param(BYTES[:-1], id="no line end"),
        pytest.param(BYTES + b"\n", id="a second line end"),
        pytest.param(BYTES[:-1] + b"\r\n", id="a line end of Windows"),
        pytest.param(b" " + BYTES, id="a blank before"),
        pytest.param(b"\xef\xbb\xbf" + BYTES, id="a byte order mark"),
        pytest.param(BYTES.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(BYTES.decode().encode("utf-32"), id="UTF-32"),
        pytest.param(BYTES + BYTES, id="twice"),
        pytest.param(BYTES[: len(BYTES) // 2], id="half"),
        pytest.param(json.dumps(told()).encode() + b"\n", id="blanks between"),
        pytest.param(json.dumps(told(), indent=1).encode() + b"\n", id="indented"),
        pytest.param(
            json.dumps(dict(reversed(told().items())), separators=(",", ":")).encode() + b"\n", id="keys reordered"
        ),
        pytest.param(BYTES.replace(b'"format":1', b'"format":1,"format":1'), id="a key twice"),
        pytest.param(BYTES.replace(b'"sequence":7', b'"sequence":7,"sequence":8'), id="a key twice, two values"),
        pytest.param(BYTES.replace(b"practitioner", b"\\u0070ractitioner"), id="a letter escaped"),
        pytest.param(BYTES.replace(b'"sequence":7', b'"sequence":7.0'), id="a number with a point"),
        pytest.param(BYTES.replace(b'"sequence":7', b'"sequence":7e0'), id="a number with an exponent"),
        pytest.param(BYTES.replace(b'"sequence":7', b'"sequence":07'), id="a number with a zero before"),
        pytest.param(BYTES.replace(REAL.mac.encode(), REAL.mac.upper().encode()), id="capital hexadecimal"),
        pytest.param(BYTES.replace(b'"format":1', b'"format":0'), id="format 0"),
        pytest.param(BYTES.replace(b'"format":1', b'"format":-1'), id="format -1"),
        pytest.param(BYTES.replace(b'"format":1', b'"format":true'), id="format true"),
        pytest.param(BYTES.replace(b'"format":1', b'"format":"1"'), id="format as text"),
        pytest.param(BYTES.replace(b'"format":1', b'"format":NaN'), id="format no number"),
        pytest.param(b"[" * 60_000, id="60,000 lists deep"),
        pytest.param(b'{"format":' + b"[" * 30_000 + b"]" * 30_000 + b"}", id="30,000 closed lists deep"),
        pytest.param(b'{"slots":' * 6_000, id="6,000 objects deep"),
        pytest.param(b'{"format":' + b"9" * 60_000 + b"}", id="a number of 60,000 digits"),
        pytest.param(b'{"format":-' + b"9" * 3_000 + b"}", id="a number of 3,000 digits below zero"),
        pytest.param(b'{"format":1e999999}', id="a number with a huge exponent"),
    ],
)
def test_what_this_program_would_not_have_written_is_damage(content: bytes) -> None:
    assert damaged(content)


def changes() -> Iterator[tuple[str, Any]]:
    """Headers changed in one place, each with a checksum that fits."""
    for name in told():
        if name not in ("checksum", "slots"):
            yield f"{name} left out", {key: value for key, value in told().items() if key != name}
    yield "a key added", {**told(), "note": ""}
    yield "a key added to a slot", {**told(), "slots": [{**slot, "note": ""} for slot in told()["slots"]]}
    yield "no slots", {**told(), "slots": []}
    yield "slots as an object", {**told(), "slots": {}}
    yield "slots as text", {**told(), "slots": "ab"}
    yield "a slot that is text", {**told(), "slots": ["slot"]}
    yield "a slot that is null", {**told(), "slots": [None]}
    yield "two slots of one id", {**told(), "slots": told()["slots"][:1] * 2}
    many = [{**told()["slots"][1], "id": f"{number:016x}"} for number in range(17)]
    yield "17 slots", {**told(), "slots": many}
    for sequence in (0, -1, 2**53, 10**30, 10**4000, True, None, "7", 7.5, [7], {}):
        yield f"sequence {str(sequence)[:20]}", {**told(), "sequence": sequence}
    for field in ("vault", "commitment", "mac"):
        for value in (told()[field][:-2], told()[field] + "00", told()[field][:-1] + "g", "", None, 7, [], {}):
            yield f"{field} {str(value)[-12:]}", {**told(), field: value}
    for field in ("id", "salt", "nonce", "wrapped"):
        for value in (told()["slots"][1][field][:-2], told()["slots"][1][field] + "00", "", None, 7, [], {}, "zz"):
            slot = {**told()["slots"][1], field: value}
            yield f"slot {field} {str(value)[-12:]}", {**told(), "slots": [told()["slots"][0], slot]}
    for field, values in {
        "kind": ("keyfile", "", None, 1, [], {}),
        "label": (None, 7, [], {}, True),
        "created": (None, 7, [], {}, 1.5),
        "key_file": (None, 0, 1, "true", [], {}),
    }.items():
        for value in values:
            slot = {**told()["slots"][0], field: value}
            yield f"slot {field} {value!r}", {**told(), "slots": [slot, told()["slots"][1]]}
    cost = told()["slots"][0]["cost"]
    for value in (
        {},
        {**cost, "extra": 1},
        {**cost, "passes": None},
        {**cost, "passes": "4"},
        {**cost, "passes": 4.0},
        {**cost, "passes": True},
        {**cost, "passes": -4},
        {**cost, "memory_kib": 2**53},
        {**cost, "memory_kib": 10**4000},
        {"memory_kib": cost["memory_kib"]},
    ):
        slot = {**told()["slots"][0], "cost": value}
        yield f"cost {str(value)[:40]}", {**told(), "slots": [slot, told()["slots"][1]]}
    yield "a passphrase slot without cost", {**told(), "slots": [{**told()["slots"][0], "cost": None}]}
    yield "a recovery slot with cost", {**told(), "slots": [{**told()["slots"][1], "cost": cost}]}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in changes()])
def test_a_field_that_is_missing_added_or_of_another_kind_is_damage_whatever_the_checksum(body: Any) -> None:
    assert damaged(written(body))


@pytest.mark.parametrize("cost", [5, "text", [1], True, 1.5, [], ""])
def test_a_cost_that_is_no_object_is_damage(cost: Any) -> None:
    slot = {**told()["slots"][0], "cost": cost}
    assert damaged(written({**told(), "slots": [slot, told()["slots"][1]]}))


def test_a_header_of_64_kib_is_read_and_one_byte_more_is_damage() -> None:
    """The label fills it up."""
    room = header.LONGEST - len(BYTES)
    assert header.LONGEST == 64 * 1024
    for length, sound in ((room, True), (room + 1, False)):
        slot = replace(REAL.slots[0], label="practitioner" + "x" * length)
        content = replace(REAL, slots=(slot, REAL.slots[1])).to_bytes()
        assert len(content) == header.LONGEST + (not sound)
        assert damaged(content) is not sound


def test_the_wrong_checksum_is_damage() -> None:
    assert damaged(keys.canonical({**told(), "checksum": "00" * 32}) + b"\n")
    assert damaged(keys.canonical({name: value for name, value in told().items() if name != "checksum"}) + b"\n")


@pytest.mark.parametrize("number", [2, 3, 999_999, 10**6, 10**100])
@pytest.mark.parametrize("whole", [True, False], ids=["a whole header", "nothing else known"])
def test_a_header_from_a_newer_version_is_refused_as_that(number: int, whole: bool) -> None:
    """What else is in it, and how it is written, is for the newer version to know."""
    with pytest.raises(FormatTooNew) as caught:
        header.parse(written({**told(), "format": number}) if whole else b'{ "format": %d }' % number)
    assert caught.value.exit_code == 4
    assert len(caught.value.why) < 100


@pytest.mark.parametrize(
    "cost",
    [
        {"memory_kib": 65535, "passes": 3, "lanes": 1},
        {"memory_kib": 65536, "passes": 2, "lanes": 1},
        {"memory_kib": 65536, "passes": 3, "lanes": 0},
        {"memory_kib": 2**21 + 1, "passes": 3, "lanes": 1},
        {"memory_kib": 65536, "passes": 65, "lanes": 1},
        {"memory_kib": 65536, "passes": 3, "lanes": 9},
        {"memory_kib": 0, "passes": 0, "lanes": 0},
        {"memory_kib": 2**53 - 1, "passes": 2**53 - 1, "lanes": 2**53 - 1},
    ],
)
def test_a_header_that_asks_for_too_little_or_too_much_work_is_hostile(cost: dict[str, int]) -> None:
    slot = {**told()["slots"][0], "cost": cost}
    with pytest.raises(HostileHeader) as caught:
        header.parse(written({**told(), "slots": [slot, told()["slots"][1]]}))
    assert caught.value.exit_code == 4


def paths(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in the header."""
    yield way
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(inner, (*way, key))


def with_change(way: tuple[Any, ...], value: Any) -> Any:
    body = told()
    if not way:
        return value
    place = body
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = value
    return body


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
WAYS = list(paths(told()))


def test_every_flipped_bit_is_damage_or_looks_like_a_newer_format() -> None:
    too_new = []
    for place in range(len(BYTES)):
        for bit in range(8):
            try:
                assert damaged(BYTES[:place] + bytes([BYTES[place] ^ 1 << bit]) + BYTES[place + 1 :]), (place, bit)
            except FormatTooNew:
                too_new.append(place)
    assert set(too_new) == {BYTES.index(b'"format":1') + len('"format":')}


@given(st.sampled_from(WAYS), ANYTHING)
@settings(deadline=None, max_examples=400)
@example(("slots", 0, "cost", "passes"), 10**4000)
def test_only_errors_of_ours_come_out_when_any_value_is_exchanged(way: tuple[Any, ...], value: Any) -> None:
    try:
        found = header.parse(written(with_change(way, value)))
    except NotesError:
        return
    assert found.to_bytes() == written(with_change(way, value))


@given(st.lists(st.tuples(st.integers(0, len(BYTES) - 1), st.integers(0, 3), st.binary(max_size=6)), min_size=1))
@settings(deadline=None, max_examples=400)
def test_only_errors_of_ours_come_out_of_a_mutated_header(mutations: list[tuple[int, int, bytes]]) -> None:
    """Bytes overwritten, cut out, put in and doubled. What is read nevertheless is written again to the byte."""
    content = BYTES
    for place, how, what in mutations:
        end = place + len(what)
        middle = (what, b"", what + content[place:end], content[place:end] * 2)[how]
        content = content[:place] + middle + content[end:]
    try:
        found = header.parse(content)
    except NotesError:
        return
    assert found.to_bytes() == content


@given(st.binary(max_size=2000) | st.text(max_size=500).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(deadline=None, max_examples=200)
def test_only_errors_of_ours_come_out_of_any_bytes(content: bytes) -> None:
    with pytest.raises(NotesError):
        header.parse(content)


def test_no_header_takes_long_to_refuse() -> None:
    worst = [b"[" * 65_536, b'{"a":' * 13_000, b'{"format":' + b"9" * 65_000, b'"' + b"\\u0000" * 10_900, b"9" * 65_536]
    for content in worst:
        began = time.process_time()
        assert damaged(content)
        assert time.process_time() - began < 0.25


def test_the_mac_covers_every_field() -> None:
    data_key = bytearray(range(32))
    commitment = bytes(keys.derive(data_key, keys.COMMITMENT)).hex()
    sound = replace(REAL, commitment=commitment).signed(data_key)
    sound.authenticate(data_key)
    slot = sound.slots[0]
    for other in (
        replace(sound, vault="00" * 16),
        replace(sound, created="2026-03-02T09:00:00.001Z"),
        replace(sound, sequence=8),
        replace(sound, commitment="00" * 32),
        replace(sound, mac="00" * 32),
        replace(sound, slots=sound.slots[:1]),
        replace(sound, slots=sound.slots[1:]),
        replace(sound, slots=sound.slots[::-1]),
        replace(sound, slots=(*sound.slots, replace(slot, id="00" * 8))),
        *(
            replace(sound, slots=(changed, sound.slots[1]))
            for changed in (
                replace(slot, id="00" * 8),
                replace(slot, kind="recovery"),
                replace(slot, label="custodian"),
                replace(slot, created=""),
                replace(slot, salt="00" * 16),
                replace(slot, cost=slots.FLOOR),
                replace(slot, key_file=True),
                replace(slot, nonce="00" * 12),
                replace(slot, wrapped="00" * 48),
            )
        ),
    ):
        with pytest.raises(HeaderDamaged, match="not the one this program wrote"):
            other.authenticate(data_key)


def test_the_commitment_refuses_another_data_key_even_with_a_mac_of_its_own() -> None:
    """GCM-SIV does not commit to its key; a slot made to open to a second data key must not pass."""
    first, second = bytearray(range(32)), bytearray(range(1, 33))
    committed = replace(REAL, commitment=bytes(keys.derive(first, keys.COMMITMENT)).hex())
    with pytest.raises(HeaderDamaged):
        committed.signed(second).authenticate(second)
