"""A new passphrase and a new recovery key: who gets in afterwards, and what happens when it cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from vault_kit import (
    ANOTHER,
    CHEAP,
    DRAFT_TEXT,
    PASSPHRASE,
    SIGNED_TEXT,
    Pattern,
    by_passphrase,
    by_recovery_key,
    events,
    texts,
)

from notes.errors import DiskFull, NotWritable, UsageError, WeakPassphrase, WrongKey
from notes.practice import keyring, verification
from notes.practice.practice import Practice
from notes.vault import header, keys, slots
from notes.vault.slots import Secret

KEY_FILE = b"a key file of some length"


def opens(pattern: Pattern, secret: Secret) -> bool:
    try:
        practice = pattern.open(secret)
    except WrongKey:
        return False
    with practice:
        assert practice.do(verification.verify).ok
        assert texts(practice) == {SIGNED_TEXT, DRAFT_TEXT}
    return True


def change(practice: Practice, passphrase: bytes = ANOTHER, key_file: bytes | None = None) -> keyring.SlotView:
    return practice.do(keyring.change_passphrase, bytearray(passphrase), key_file, cost=CHEAP)


def test_after_a_change_the_new_passphrase_opens_and_the_old_one_does_not(linden: Pattern) -> None:
    with linden.open() as practice:
        change(practice)
        assert events(practice)[-1] == "key.passphrase"
    assert not opens(linden, by_passphrase())
    assert opens(linden, by_passphrase(ANOTHER))
    assert opens(linden, by_recovery_key(linden.recovery))


def test_a_change_writes_both_headers_and_the_next_number(linden: Pattern) -> None:
    before = linden.header()
    with linden.open() as practice:
        change(practice)
    after = linden.header()
    assert len(set(linden.headers())) == 1
    assert after.sequence == before.sequence + 1
    assert after.commitment == before.commitment, "the data key is still the same"
    assert after.slots[1] == before.slots[1], "the recovery slot was not touched"
    assert after.slots[0].wrapped != before.slots[0].wrapped
    assert [slot.label for slot in after.slots] == ["practitioner", "recovery key"]


def test_a_change_can_ask_for_a_key_file_and_a_later_one_drop_it_again_when_told_to(linden: Pattern) -> None:
    with linden.open() as practice:
        assert change(practice, key_file=KEY_FILE).key_file
    assert not opens(linden, by_passphrase(ANOTHER))
    assert opens(linden, by_passphrase(ANOTHER, KEY_FILE))
    with linden.open() as practice:
        with pytest.raises(UsageError, match="also asks for a key file"):
            change(practice)
        new = bytearray(ANOTHER)
        assert not practice.do(keyring.change_passphrase, new, cost=CHEAP, without_key_file=True).key_file
    assert opens(linden, by_passphrase(ANOTHER))
    assert not opens(linden, by_passphrase(ANOTHER, KEY_FILE))


def test_whoever_opened_with_the_recovery_key_can_set_a_new_passphrase(linden: Pattern) -> None:
    """That is what it is for."""
    with linden.open(by_recovery_key(linden.recovery)) as practice:
        change(practice)
    assert opens(linden, by_passphrase(ANOTHER))


def test_the_new_passphrase_is_dear_to_guess_unless_told_otherwise(linden: Pattern) -> None:
    with linden.open() as practice:
        practice.do(keyring.change_passphrase, bytearray(ANOTHER))
    assert linden.header().slots[0].cost == slots.DEFAULT


@pytest.mark.parametrize("weak", [b"too short", b"aaaaaaaaaaaaaaaaaaaa", b"Linden Practice", b"\xff" * 20])
def test_a_weak_passphrase_is_refused_with_a_line_and_nothing_is_changed(weak: bytes, linden: Pattern) -> None:
    before = linden.headers()
    with linden.open() as practice:
        with pytest.raises(WeakPassphrase):
            change(practice, weak)
        assert events(practice)[-1] == "key.passphrase"
    assert linden.headers() == before


def test_a_new_recovery_key_opens_and_the_old_sheet_does_not(linden: Pattern) -> None:
    with linden.open(by_passphrase()) as practice:
        new = practice.do(keyring.new_recovery_key)
        assert events(practice)[-1] == "key.recovery"
    assert bytes(new) != linden.recovery
    assert not opens(linden, by_recovery_key(linden.recovery))
    assert opens(linden, by_recovery_key(bytes(new)))
    assert opens(linden, by_passphrase())
    assert linden.header().sequence == 2


def test_the_list_of_keys_names_holders_and_no_secret(linden: Pattern) -> None:
    with linden.open() as practice:
        listed = practice.do(keyring.list_slots)
        assert events(practice)[-1] == "key.list"
    assert [(slot.kind, slot.label, slot.key_file) for slot in listed] == [
        ("passphrase", "practitioner", False),
        ("recovery", "recovery key", False),
    ]
    assert not any(slot.wrapped in repr(listed) or slot.salt in repr(listed) for slot in linden.header().slots)


def test_many_changes_in_one_unlocking_follow_each_other(linden: Pattern) -> None:
    with linden.open() as practice:
        change(practice)
        first = practice.do(keyring.new_recovery_key)
        second = practice.do(keyring.new_recovery_key)
        change(practice, PASSPHRASE)
    assert linden.header().sequence == 5
    assert len(linden.header().slots) == 2
    assert opens(linden, by_passphrase())
    assert opens(linden, by_recovery_key(bytes(second)))
    assert not opens(linden, by_recovery_key(bytes(first)))


Change = Callable[[Practice], object]
CHANGES: dict[str, Change] = {
    "passphrase": change,
    "recovery key": lambda practice: practice.do(keyring.new_recovery_key),
}


def failing(fails: Callable[[int], bool], patch: pytest.MonkeyPatch) -> None:
    """The disk is full for those headers, counted from 0 in the order of writing, of which `fails` says so."""
    count = iter(range(100))
    real = header.write_atomically

    def write(path: Path, content: bytes) -> None:
        if fails(next(count)):
            raise DiskFull("The disk is full.")
        real(path, content)

    patch.setattr(header, "write_atomically", write)


FULL: dict[str, Callable[[int], bool]] = {
    "from header.json on": lambda number: True,
    "at header.json alone": lambda number: number == 0,
    "at header.bak alone": lambda number: number == 1,
    "from header.bak on": lambda number: number > 0,
}


@pytest.mark.parametrize(
    ("what", "when"),
    [(what, when) for what in CHANGES for when in FULL],
)
def test_a_disk_that_fills_up_keeps_nobody_out(
    what: str, when: str, linden: Pattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What opened before still opens, whichever is tried first: the change was refused."""
    with linden.open() as practice:
        with monkeypatch.context() as patch:
            failing(FULL[when], patch)
            with pytest.raises(DiskFull):
                CHANGES[what](practice)
        assert texts(practice) == {SIGNED_TEXT, DRAFT_TEXT}
    assert opens(linden, by_passphrase())
    assert opens(linden, by_recovery_key(linden.recovery))
    assert len(set(linden.headers())) == 1


def test_after_a_crash_between_the_two_headers_the_old_sheet_still_opens(linden: Pattern, tmp_path: Path) -> None:
    """header.json is new; header.bak and the database, which are the older, still agree. The passphrase is in both."""
    before = linden.copy(tmp_path / "before.vault")
    with linden.open() as practice:
        practice.do(keyring.new_recovery_key)
    before.put_headers(linden.headers()[0], before.headers()[1])
    assert opens(before, by_passphrase())
    assert opens(before, by_recovery_key(linden.recovery))


def test_a_new_recovery_key_is_shown_before_it_counts(linden: Pattern) -> None:
    """A program that ends in between shuts nobody out: whatever counts was in somebody's hands before."""
    before, shown = linden.headers(), []

    def show(key: bytearray) -> None:
        assert linden.headers() == before
        shown.append(bytes(key))
        keys.wipe(key)  # as a face does

    with linden.open(by_passphrase()) as practice:
        assert bytes(practice.do(keyring.new_recovery_key, show)) == shown[0]
    assert opens(linden, by_recovery_key(shown[0]))


def test_a_recovery_key_that_cannot_be_shown_never_counts(linden: Pattern) -> None:
    def show(key: bytearray) -> None:
        raise NotWritable("No place for the sheet.")

    with linden.open(by_passphrase()) as practice:
        before = linden.headers()
        with pytest.raises(NotWritable):
            practice.do(keyring.new_recovery_key, show)
        assert linden.headers() == before
        with pytest.raises(NotWritable):
            keyring.rotate(practice, bytearray(PASSPHRASE), show=show)
        assert linden.headers() == before
        assert texts(practice) == {SIGNED_TEXT, DRAFT_TEXT}
    assert opens(linden, by_recovery_key(linden.recovery))


def test_a_change_of_keys_that_the_log_never_heard_of_is_said_at_the_next_opening(
    linden: Pattern, tmp_path: Path
) -> None:
    """Both headers are new, the database is not: a crash at that moment, or somebody with the data key."""
    before = linden.copy(tmp_path / "before.vault")
    with linden.open() as practice:
        practice.do(keyring.new_recovery_key)
    before.put_headers(*linden.headers())
    with before.open(by_passphrase()) as practice:
        assert any("was changed, and the program ended" in warning for warning in practice.warnings)
        assert "vault.mend" in events(practice)
    with before.open(by_passphrase()) as practice:
        assert practice.warnings == []
