"""Two copies of the header: damage is survived and mended, alteration and rollback are refused, crashes are neither."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from vault_kit import ANOTHER, CHEAP, SIGNED_TEXT, Pattern, by_passphrase, by_recovery_key, events, texts

from notes.errors import FormatTooNew, HeaderDamaged, HostileHeader, NotAVault, NotesError, RolledBack, WrongKey
from notes.practice import keyring, verification
from notes.vault import header, keys
from notes.vault.header import Header


def flipped(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


@pytest.mark.parametrize("name", header.NAMES)
def test_every_changed_byte_of_one_copy_is_noticed_and_the_other_counts(name: str, linden: Pattern) -> None:
    """Or it looks like a newer format, and is refused as that. Every bit is tried in test_header.py."""
    sound = linden.header()
    content = linden.headers()[0]
    too_new = []
    with (linden.folder / name).open("r+b", buffering=0) as file:
        for place in range(len(content)):
            os.pwrite(file.fileno(), bytes([content[place] ^ 1 << place % 8]), place)
            try:
                found = header.read(linden.folder)
            except FormatTooNew:
                too_new.append(place)
            else:
                assert (found.header, found.other, found.damaged) == (sound, None, (name,)), place
            os.pwrite(file.fileno(), content[place : place + 1], place)
    assert linden.headers() == (content, content)
    assert set(too_new) <= {content.index(b'"format":1') + len(b'"format":')}


@pytest.mark.parametrize("name", header.NAMES)
@pytest.mark.parametrize("place", [0, 20, 300, 700, 1000, 1023])
def test_a_damaged_copy_is_mended_at_the_next_unlocking(name: str, place: int, linden: Pattern) -> None:
    before = linden.headers()
    (linden.folder / name).write_bytes(flipped(before[0], place, 1))
    with linden.open() as practice:
        assert [warning for warning in practice.warnings if name in warning]
        assert "vault.mend" in events(practice)
        assert practice.do(verification.verify).ok
    assert linden.headers() == before
    with linden.open() as practice:
        assert practice.warnings == []
        assert events(practice).count("vault.mend") == 1


@pytest.mark.parametrize("name", header.NAMES)
@pytest.mark.parametrize("length", [0, 1, 500, 1023])
def test_a_copy_that_was_cut_short_is_mended(name: str, length: int, linden: Pattern) -> None:
    before = linden.headers()
    (linden.folder / name).write_bytes(before[0][:length])
    with linden.open() as practice:
        assert practice.warnings
    assert linden.headers() == before


@pytest.mark.parametrize("name", header.NAMES)
def test_a_missing_copy_is_written_anew(name: str, linden: Pattern) -> None:
    before = linden.headers()
    (linden.folder / name).unlink()
    with linden.open() as practice:
        assert [warning for warning in practice.warnings if name in warning]
    assert linden.headers() == before
    assert (linden.folder / name).stat().st_mode & 0o777 == 0o600


def test_with_both_copies_damaged_nothing_opens_and_nothing_is_changed(linden: Pattern) -> None:
    content = linden.headers()[0]
    source = random.Random(3)
    for _ in range(200):
        both = [flipped(content, source.randrange(20, len(content) - 1), source.randrange(8)) for _ in range(2)]
        if any(b'"format":1,' not in copy for copy in both):
            continue
        linden.put_headers(*both)
        with pytest.raises(HeaderDamaged, match="header is damaged") as caught:
            linden.open()
        assert caught.value.exit_code == 4
        assert list(linden.headers()) == both


def test_one_copy_missing_and_the_other_damaged_is_damage_and_not_another_folder(linden: Pattern) -> None:
    (linden.folder / "header.bak").unlink()
    (linden.folder / "header.json").write_bytes(b"")
    with pytest.raises(HeaderDamaged):
        linden.open()


def test_both_copies_missing_is_no_vault(linden: Pattern) -> None:
    for name in header.NAMES:
        (linden.folder / name).unlink()
    with pytest.raises(NotAVault):
        linden.open()


@pytest.mark.parametrize("newer", header.NAMES)
def test_the_copy_with_the_higher_sequence_number_counts(newer: str, linden: Pattern) -> None:
    old = linden.header()
    new = replace(old, sequence=old.sequence + 5)
    (linden.folder / newer).write_bytes(new.to_bytes())
    found = header.read(linden.folder)
    assert (found.header, found.other, found.damaged) == (new, old, ())


def resealed(pattern: Pattern, change: Callable[[Header], Header], *, both: bool = True) -> None:
    """Somebody without the data key changes the header and makes the checksum fit."""
    content = change(pattern.header()).to_bytes()
    pattern.put_headers(content, content if both else pattern.headers()[1])


FORGERIES = {
    "a slot removed": lambda h: replace(h, slots=h.slots[1:]),
    "a slot added": lambda h: replace(h, slots=(*h.slots, replace(h.slots[0], id="00" * 8))),
    "slots in another order": lambda h: replace(h, slots=h.slots[::-1]),
    "another date": lambda h: replace(h, created="2020-01-01T00:00:00.000Z"),
    "another commitment": lambda h: replace(h, commitment="00" * 32),
    "another sequence number": lambda h: replace(h, sequence=h.sequence + 1),
    "no MAC": lambda h: replace(h, mac="00" * 32),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_header_with_a_checksum_that_fits_is_refused(forgery: str, linden: Pattern) -> None:
    resealed(linden, FORGERIES[forgery])
    before = linden.headers()
    with pytest.raises(HeaderDamaged, match="not the one this program wrote") as caught:
        linden.open()
    assert caught.value.exit_code == 4
    assert linden.headers() == before


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_header_forged_in_one_copy_does_not_count_and_is_mended(forgery: str, linden: Pattern) -> None:
    genuine = linden.headers()
    resealed(linden, FORGERIES[forgery], both=False)
    with linden.open() as practice:
        assert [warning for warning in practice.warnings if "differed" in warning]
        assert "vault.mend" in events(practice)
    assert linden.headers() == genuine


@pytest.mark.parametrize("field", ["label", "created", "salt", "id"])
def test_a_slot_forged_in_the_header_opens_no_more(field: str, linden: Pattern) -> None:
    def forge(old: Header) -> Header:
        value = "00" * (len(old.slots[1].salt) // 2) if field == "salt" else "00" * 8
        return replace(old, slots=(old.slots[0], replace(old.slots[1], **{field: value})))

    resealed(linden, forge)
    with pytest.raises(WrongKey):
        linden.open()


def test_the_header_of_another_vault_is_refused(linden: Pattern) -> None:
    resealed(linden, lambda old: replace(old, vault="00" * 16))
    with pytest.raises(WrongKey):
        linden.open()


@pytest.mark.parametrize(
    ("passes", "error"), [(2, HostileHeader), (65, HostileHeader), (2**40, HostileHeader), (64, HeaderDamaged)]
)
def test_hostile_costs_are_refused_at_the_door(passes: int, error: type[NotesError], linden: Pattern) -> None:
    """Even to whoever brings the recovery key, which needs no stretching. 64 passes are allowed, but a forgery."""

    def forge(old: Header) -> Header:
        assert old.slots[0].cost
        return replace(old, slots=(replace(old.slots[0], cost=replace(old.slots[0].cost, passes=passes)), old.slots[1]))

    resealed(linden, forge)
    with pytest.raises(error):
        linden.open()


def test_a_header_of_a_newer_format_is_refused_and_left_alone(linden: Pattern) -> None:
    linden.put_headers(b'{"format":2,"what follows":"is for the newer version to know"}\n')
    before = linden.headers()
    with pytest.raises(FormatTooNew) as caught:
        linden.open()
    assert caught.value.exit_code == 4
    assert linden.headers() == before


def changed_passphrase(pattern: Pattern) -> None:
    with pattern.open() as practice:
        practice.do(keyring.change_passphrase, bytearray(ANOTHER), cost=CHEAP)


def test_an_older_header_put_back_is_a_rollback(linden: Pattern) -> None:
    """It would let the old passphrase in again."""
    old = linden.headers()
    changed_passphrase(linden)
    linden.put_headers(*old)
    for secret in (by_passphrase(), by_recovery_key(linden.recovery)):
        with pytest.raises(RolledBack) as caught:
            linden.open(secret)
        assert caught.value.exit_code == 4
    with pytest.raises(WrongKey):
        linden.open(by_passphrase(ANOTHER))
    assert linden.headers() == old


@pytest.mark.parametrize("name", header.NAMES)
def test_an_older_header_put_back_in_one_copy_lets_nobody_in_who_was_put_out(name: str, linden: Pattern) -> None:
    old = linden.headers()[0]
    changed_passphrase(linden)
    new = linden.headers()
    (linden.folder / name).write_bytes(old)
    with pytest.raises(RolledBack):
        linden.open(by_passphrase())
    with linden.open(by_passphrase(ANOTHER)) as practice:
        assert practice.warnings
    assert linden.headers() == new


@pytest.fixture
def interrupted(linden: Pattern, tmp_path: Path) -> Pattern:
    """A passphrase change cut off by a crash after header.json and before header.bak and the database."""
    before = linden.copy(tmp_path / "before.vault")
    changed_passphrase(linden)
    shutil.copy(linden.folder / "header.json", before.folder / "header.json")
    assert before.headers()[0] != before.headers()[1]
    return before


@pytest.mark.parametrize("passphrase", [None, b"velvet orbit lantern muskrat", ANOTHER], ids=["paper", "old", "new"])
def test_after_an_interrupted_passphrase_change_everybody_gets_in(
    passphrase: bytes | None, interrupted: Pattern
) -> None:
    """Then the header that was opened is written twice, and the passphrase of the other opens no more."""
    secret = by_passphrase(passphrase) if passphrase else by_recovery_key(interrupted.recovery)
    with interrupted.open(secret) as practice:
        assert [warning for warning in practice.warnings if "differed" in warning]
        assert SIGNED_TEXT in texts(practice)
        assert practice.do(verification.verify).ok
        assert "vault.mend" in events(practice)
    assert len(set(interrupted.headers())) == 1
    with interrupted.open() as practice:
        assert practice.warnings == []


def test_a_passphrase_change_that_reached_the_header_but_not_the_log_is_told_in_the_log(
    linden: Pattern, tmp_path: Path
) -> None:
    before = linden.copy(tmp_path / "before.vault")
    changed_passphrase(linden)
    before.put_headers(*linden.headers())
    with before.open(by_passphrase(ANOTHER)) as practice:
        assert events(practice)[-2:] == ["vault.unlock", "vault.mend"]
        assert practice.do(verification.verify).ok
    with pytest.raises(WrongKey):
        before.open(by_passphrase())
    with before.open() as practice:
        assert events(practice).count("vault.mend") == 1


def test_the_data_key_is_wiped_when_the_header_is_refused(linden: Pattern, monkeypatch: pytest.MonkeyPatch) -> None:
    resealed(linden, FORGERIES["a slot removed"])
    seen: list[bytearray] = []
    real = Header.authenticate

    def look(self: Header, data_key: bytearray) -> None:
        seen.append(data_key)
        assert any(data_key)
        real(self, data_key)

    monkeypatch.setattr(Header, "authenticate", look)
    with pytest.raises(HeaderDamaged):
        linden.open()
    assert seen == [bytearray(keys.KEY_BYTES)]
