"""What the program says of made-up computers and of vaults that lie badly."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notes.practice import doctor, opening
from notes.practice.machine import Machine
from notes.practice.surroundings import here
from notes.vault.process import Hardening
from notes.vault.slots import Secret

GRANTED = Hardening(no_dumps=True, not_readable=True)
PEOPLE = [("root", 0, "/bin/bash"), ("ada", 1000, "/bin/bash"), ("cups", 1001, "/usr/sbin/nologin")]


class Computer:
    """A made-up Linux computer, in a folder of the test's."""

    def __init__(self, place: Path) -> None:
        self.machine = Machine("linux", place / "proc", place / "sys")
        self.mounts: list[str] = []
        for folder in ("proc/self", "sys/class/block", "sys/dev/block", "sys/power"):
            (place / folder).mkdir(parents=True)
        self.swap("")

    def device(self, name: str, number: str, *, on: tuple[str, ...] = (), uuid: str = "", part: bool = False) -> None:
        folder = self.machine.sys / "class" / "block" / name
        (folder / "slaves").mkdir(parents=True)
        for below in on:
            (folder / "slaves" / below).mkdir()
        if uuid:
            (folder / "dm").mkdir()
            (folder / "dm" / "uuid").write_text(uuid)
            (folder / "dm" / "name").write_text(f"the-{name}\n")
        if part:
            (folder / "partition").write_text("1\n")
        (self.machine.sys / "dev" / "block" / number).symlink_to(folder)

    def mount(self, point: Path | str, number: str, kind: str = "ext4", source: str = "/dev/x") -> None:
        escaped = str(point).replace(" ", "\\040")
        self.mounts.append(f"36 35 {number} / {escaped} rw,noatime master:1 - {kind} {source} rw\n")
        (self.machine.proc / "self" / "mountinfo").write_text("".join(self.mounts))

    def swap(self, *lines: str) -> None:
        told = "".join(f"{line}\t1000\t0\t-2\n" for line in lines if line)
        (self.machine.proc / "swaps").write_text("Filename\tType\tSize\tUsed\tPriority\n" + told)

    def sleep(self, state: str, disk: str) -> None:
        (self.machine.sys / "power" / "state").write_text(state)
        (self.machine.sys / "power" / "disk").write_text(disk)


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """A computer with a plain disk, sda1, and an encrypted one: volumes on LUKS on sdb1."""
    made = Computer(tmp_path / "computer")
    made.device("sda", "8:0")
    made.device("sda1", "8:1", part=True)
    made.device("sdb1", "8:17", part=True)
    made.device("dm-0", "253:0", on=("sdb1",), uuid="CRYPT-LUKS2-aa-luks")
    made.device("dm-1", "253:1", on=("dm-0",), uuid="LVM-home")
    made.device("dm-2", "253:2", on=("dm-0", "sda1"), uuid="LVM-spread")
    made.mount("/", "8:1")
    return made


def disk(computer: Computer, folder: Path) -> str:
    return doctor.disk_encryption(folder, computer.machine).state


def test_a_plain_disk_wants_attention(computer: Computer, tmp_path: Path) -> None:
    assert disk(computer, tmp_path) == "attention"


@pytest.mark.parametrize(
    "number, state", [("253:0", "good"), ("253:1", "good"), ("253:2", "attention"), ("8:1", "attention")]
)
def test_encryption_is_seen_through_volumes(computer: Computer, tmp_path: Path, number: str, state: str) -> None:
    computer.mount(tmp_path, number)
    assert disk(computer, tmp_path) == state


def test_the_innermost_and_the_last_mount_count(computer: Computer, tmp_path: Path) -> None:
    folder = tmp_path / "my vaults" / "inside"
    folder.mkdir(parents=True)
    computer.mount(folder.parent, "253:1")
    computer.mount(tmp_path, "8:1")
    assert disk(computer, folder) == "good"
    computer.mount(folder.parent, "8:1")
    assert disk(computer, folder) == "attention"


def test_a_mount_whose_name_only_begins_alike_is_another(computer: Computer, tmp_path: Path) -> None:
    computer.mount(f"{tmp_path}x", "253:1")
    computer.mount(str(tmp_path)[:-1], "253:1")
    assert disk(computer, tmp_path) == "attention"


@pytest.mark.parametrize("source", ["/dev/mapper/the-dm-1", "/dev/dm-1"])
def test_a_disk_without_a_number_of_its_own_is_found_by_its_name(
    computer: Computer, tmp_path: Path, source: str
) -> None:
    computer.mount(tmp_path, "0:44", "btrfs", source)
    assert disk(computer, tmp_path) == "good"


@pytest.mark.parametrize(
    "kind, state",
    [
        ("fuse.gocryptfs", "good"),
        ("ecryptfs", "good"),
        ("nfs4", "unknown"),
        ("overlay", "unknown"),
        ("fuse.strange", "unknown"),
        ("tmpfs", "unknown"),
        ("zfs", "unknown"),
    ],
)
def test_other_kinds_of_file_system(computer: Computer, tmp_path: Path, kind: str, state: str) -> None:
    computer.mount(tmp_path, "0:44", kind, "somewhere")
    assert disk(computer, tmp_path) == state


def test_where_nothing_is_told_nothing_is_known(tmp_path: Path) -> None:
    bare = Machine("linux", tmp_path / "none", tmp_path / "none")
    assert doctor.disk_encryption(tmp_path, bare).state == "unknown"
    assert doctor.swap(bare).state == "unknown"
    assert doctor.hibernation(bare).state == "unknown"
    assert doctor.memory(1, bare).state == "unknown"
    assert doctor.file_system(tmp_path, bare).state == "unknown"
    windows = Machine("win32", tmp_path / "none", tmp_path / "none")
    assert doctor.disk_encryption(tmp_path, windows).state == "unknown"
    assert doctor.other_people([], "ada", windows).state == "unknown"


@pytest.mark.parametrize(
    "lines, state",
    [
        ((), "good"),
        (("/dev/dm-0 partition",), "good"),
        (("/dev/mapper/the-dm-1 partition",), "good"),
        (("/dev/sda1 partition",), "attention"),
        (("/dev/dm-0 partition", "/dev/sda1 partition"), "attention"),
        (("/swapfile file",), "attention"),
        (("/dev/zram0 partition",), "good"),
        (("/dev/strange partition",), "unknown"),
    ],
)
def test_swap(computer: Computer, lines: tuple[str, ...], state: str) -> None:
    computer.swap(*lines)
    assert doctor.swap(computer.machine).state == state


def test_compressed_memory_that_is_written_back_to_a_disk_is_swap_on_a_disk(computer: Computer) -> None:
    computer.swap("/dev/zram0 partition")
    zram = computer.machine.sys / "block" / "zram0"
    zram.mkdir(parents=True)
    (zram / "backing_dev").write_text("none\n")
    assert doctor.swap(computer.machine).state == "good"
    (zram / "backing_dev").write_text("/dev/sda1\n")
    assert doctor.swap(computer.machine).state == "unknown"


def test_a_swap_file_on_an_encrypted_disk_is_encrypted(computer: Computer, tmp_path: Path) -> None:
    computer.mount(tmp_path, "253:1")
    computer.swap(f"{tmp_path}/swapfile file")
    assert doctor.swap(computer.machine).state == "good"


@pytest.mark.parametrize(
    "state, kept, swap, told",
    [
        ("freeze mem disk", "[platform] shutdown", "/dev/sda1 partition", "attention"),
        ("freeze mem disk", "[platform] shutdown", "/dev/dm-0 partition", "good"),
        ("freeze mem disk", "[platform] shutdown", "/dev/zram0 partition", "good"),
        ("freeze mem disk", "[disabled]", "/dev/sda1 partition", "good"),
        ("freeze mem", "[platform]", "/dev/sda1 partition", "good"),
        ("freeze mem disk", "[platform]", "/dev/strange partition", "unknown"),
    ],
)
def test_hibernation(computer: Computer, state: str, kept: str, swap: str, told: str) -> None:
    computer.sleep(state, kept)
    computer.swap(swap)
    assert doctor.hibernation(computer.machine).state == told


def test_people_are_counted_and_services_are_not(computer: Computer) -> None:
    assert doctor.other_people(PEOPLE, "ada", computer.machine).state == "good"
    found = doctor.other_people([*PEOPLE, ("bo", 1002, "/bin/zsh"), ("cy", 1003, "")], "ada", computer.machine)
    assert (found.state, found.told) == ("attention", "2 other people have accounts on this computer.")
    assert "bo" not in found.told


def test_memory_for_unlocking(computer: Computer) -> None:
    (computer.machine.proc / "meminfo").write_text("MemTotal: 900000 kB\nMemAvailable:   262144 kB\n")
    assert doctor.memory(262144, computer.machine).state == "good"
    assert doctor.memory(262145, computer.machine).state == "attention"


@pytest.mark.parametrize(
    "granted, words",
    [
        (Hardening(False, True), ["after a crash"]),
        (Hardening(True, False), ["other programs"]),
        (Hardening(False, False), ["after a crash", "other programs"]),
    ],
)
def test_what_the_system_did_not_grant_is_said(computer: Computer, granted: Hardening, words: list[str]) -> None:
    found = doctor.process_memory(granted, computer.machine)
    assert found.state == "attention"
    assert [word for word in ("after a crash", "other programs") if word in found.told] == words
    assert doctor.process_memory(GRANTED, computer.machine).state == "good"


@pytest.mark.parametrize(
    "kind, state",
    [("ext4", "good"), ("nfs", "attention"), ("tmpfs", "attention"), ("exfat", "attention"), ("fuse.x", "unknown")],
)
def test_where_the_vault_lies(computer: Computer, tmp_path: Path, kind: str, state: str) -> None:
    computer.mount(tmp_path, "8:1", kind)
    assert doctor.file_system(tmp_path, computer.machine).state == state


@pytest.mark.skipif(os.name == "nt", reason="Windows tells rights otherwise")
def test_a_folder_that_others_can_look_into(vault: Path) -> None:
    vault.chmod(0o700)
    assert [found.state for found in doctor.folder_rights(vault)] == ["good"]
    vault.chmod(0o750)
    assert [found.state for found in doctor.folder_rights(vault)] == ["attention"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="gives a folder to somebody else, which only root may")
def test_a_folder_of_somebody_else(vault: Path) -> None:
    vault.chmod(0o700)
    os.chown(vault, 65534, -1)
    assert [found.state for found in doctor.folder_rights(vault)] == ["attention"]


def test_a_cloud_folder(vault: Path, tmp_path: Path) -> None:
    assert doctor.cloud(vault).state == "good"
    inside = tmp_path / "Dropbox" / "Practice.vault"
    assert "Dropbox" in doctor.cloud(inside).told


def test_a_clock_that_was_put_back(vault: Path) -> None:
    for behind, state in ((timedelta(), "good"), (timedelta(minutes=4), "good"), (timedelta(days=2), "attention")):
        around = replace(here(), now=lambda behind=behind: datetime.now(UTC) - behind)
        written = vault / "vault.db"
        os.utime(written)
        assert doctor.clock(around, vault, None).state == state
    early = replace(here(), now=lambda: datetime(2021, 1, 1, tzinfo=UTC))
    assert doctor.clock(early, None, None).state == "attention"


def test_the_anchor_dates_the_vault_too_and_a_broken_one_does_no_harm(vault: Path, tmp_path: Path) -> None:
    around = here(tmp_path / "state")
    place = tmp_path / "state" / "anchors" / "ab"
    place.parent.mkdir(parents=True)
    for content, state in (
        (b'{"at":"2999-01-01T00:00:00.000Z"}\n', "attention"),
        (b'{"at":"2999-01-01"}\n', "attention"),
        (b"", "good"),
        (b"\xff\n", "good"),
        (b'{"at":7}\n', "good"),
        (b"[]\n", "good"),
    ):
        place.write_bytes(content)
        assert doctor.clock(around, vault, "ab").state == state, content


def test_a_vault_is_looked_at_without_a_key_and_nothing_is_changed(vault: Path, computer: Computer) -> None:
    def stands() -> dict[str, tuple[bytes, float]]:
        return {path.name: (path.read_bytes(), path.stat().st_mtime) for path in vault.iterdir()}

    before = stands()
    found = doctor.examine(vault, here(), GRANTED, computer.machine, PEOPLE)
    assert stands() == before
    assert len({finding.what for finding in found}) == len(found) == 12
    without = doctor.examine(None, here(), GRANTED, computer.machine, PEOPLE)
    assert [finding.what for finding in without] == [finding.what for finding in found[:7]]


def test_a_vault_that_was_opened_here_is_anchored(vault: Path, tmp_path: Path, small_vault: tuple[Path, bytes]) -> None:
    around = here(tmp_path / "state")
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1])), surroundings=around) as practice:
        vault_id = practice.vault_id
    assert doctor.witnesses(around, vault_id)[0].state == "good"
    assert doctor.witnesses(here(tmp_path / "other"), vault_id)[0].state == "attention"
