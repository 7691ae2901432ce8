"""What all tests share: a small vault made once and copied for each test, and a guard that no socket is opened."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notes.practice import opening
from notes.practice.practice import Practice
from notes.record import clients, progress_notes
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = b"nineteen patient herons by the weir"


def _no_sockets(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        raise AssertionError(f"the program opened a socket: {event}")


sys.addaudithook(_no_sockets)


@pytest.fixture(autouse=True)
def a_state_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees what another one, or the person who runs them, has anchored."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def small_vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A vault with two clients, a signed and amended note, a draft; and its recovery key."""
    folder = tmp_path_factory.mktemp("small") / "Small.vault"
    created = opening.create(folder, bytearray(PASSPHRASE), "The Weir Practice", cost=FLOOR)
    key = bytes(created.recovery_key)
    with opening.unlock(folder, Secret("recovery", bytearray(key))) as practice:
        ada = practice.do(clients.create, "Ada Quillfeather", born="1975-06-01", pronouns="she/her")
        practice.do(clients.create, "Bruno Østergård", phone="01632 960001")
        note = practice.do(
            progress_notes.create, ada.id, "SOAP", "She laughed about the heron.", "2026-03-01T10:00", None, ("grief",)
        )
        practice.do(progress_notes.sign, note.id)
        practice.do(progress_notes.amend, note.id, "a slip", "She laughed about the two herons.")
        practice.do(progress_notes.create, ada.id, "free", "A thought for later: the weir.", "2026-03-08T10:00")
    return folder, key


@pytest.fixture
def vault(small_vault: tuple[Path, bytes], tmp_path: Path) -> Path:
    """A copy of the small vault."""
    return Path(shutil.copytree(small_vault[0], tmp_path / "Copy.vault"))


@pytest.fixture
def unlock(small_vault: tuple[Path, bytes]) -> Callable[[Path], Practice]:
    """Unlocks a copy of the small vault, quickly: with the recovery key."""
    return lambda folder: opening.unlock(folder, Secret("recovery", bytearray(small_vault[1])))


@pytest.fixture
def practice(vault: Path, unlock: Callable[[Path], Practice]) -> Iterator[Practice]:
    """The copy, unlocked."""
    with unlock(vault) as opened:
        yield opened
