"""Small files: after any failure the old content stands, and nothing else lies about."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.errors import DiskFull, NotesError, NotWritable
from notes.vault import files

OLD, NEW = b"old content", b"new content, and longer " * 50


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_bytes(OLD)
    return folder / "file"


def nothing_happened(target: Path) -> bool:
    return target.read_bytes() == OLD and [path.name for path in target.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("content", [b"", b"x", NEW, os.urandom(300_000)])
def test_the_new_content_replaces_the_old(content: bytes, target: Path) -> None:
    files.write_atomically(target, content)
    assert target.read_bytes() == content
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_file_that_was_not_there_is_made(target: Path) -> None:
    files.write_atomically(target.with_name("other"), NEW)
    assert target.with_name("other").read_bytes() == NEW


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_the_owner_may_read_it_whatever_the_mask(mask: int, target: Path) -> None:
    target.chmod(0o644)
    before = os.umask(mask)
    try:
        files.write_atomically(target, NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_system_that_writes_a_few_bytes_at_a_time_is_asked_again(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: real(handle, bytes(content)[:7]))
    files.write_atomically(target, NEW)
    assert target.read_bytes() == NEW


def failing(number: int, after: int = 0) -> Callable[..., int]:
    """A system call that fails with `number`, from the call after `after` on."""
    calls = iter(range(1_000_000))

    def call(*_: object, **__: object) -> int:
        if next(calls) >= after:
            raise OSError(number, os.strerror(number))
        return 1

    return call


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EFBIG, DiskFull),
        (errno.EIO, NotWritable),
        (errno.EROFS, NotWritable),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_when_the_system_refuses_the_old_content_stands(
    call: str, number: int, error: type[NotesError], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(number))
        with pytest.raises(error) as caught:
            files.write_atomically(target, NEW)
    assert caught.value.exit_code == 8
    assert nothing_happened(target)
    assert str(target) not in caught.value.what + caught.value.why + caught.value.hint


def test_a_disk_that_fills_up_half_way_leaves_the_old_content(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(errno.ENOSPC, after=20))
        with pytest.raises(DiskFull):
            files.write_atomically(target, NEW)
    assert nothing_happened(target)


def test_a_file_size_limit_leaves_the_old_content(target: Path) -> None:
    """No imitation: a process that may write no file longer than 100 bytes."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from notes.vault import files; from notes.errors import DiskFull\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try: files.write_atomically(Path(sys.argv[1]), b'x' * 1000)\n"
        "except DiskFull: sys.exit(8)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], check=False, timeout=60)
    assert done.returncode == 8
    assert nothing_happened(target)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_the_content_is_on_disk_before_the_name_and_the_name_before_the_end(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fsync of the file, rename, fsync of the folder: any other order can lose both contents at a power cut."""
    order: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        if order == ["file"]:
            assert os.fstat(handle).st_size == len(NEW)
        real_fsync(handle)

    def replace(*arguments: str) -> None:
        order.append("rename")
        real_replace(*arguments)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    files.write_atomically(target, NEW)
    assert order == ["file", "rename", "folder"]


def test_a_folder_that_has_become_a_file_is_not_writable(target: Path) -> None:
    with pytest.raises(NotWritable):
        files.write_atomically(target / "header.json", NEW)


def test_a_name_that_is_too_long_is_not_writable(target: Path) -> None:
    with pytest.raises(NotWritable):
        files.write_atomically(target.with_name("x" * 255), NEW)


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare to mount a read-only disk")
def test_a_read_only_disk_is_not_writable(target: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from notes.vault import files; from notes.errors import NotWritable\n"
        "try: files.write_atomically(Path(sys.argv[1]), b'x' * 1000)\n"
        "except NotWritable: sys.exit(8)"
    )
    script = 'mount -t tmpfs -o ro tmpfs "$0" || exit 77; exec "$1" -c "$2" "$0/file"'
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(target.parent), sys.executable, code],
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this machine does not allow mounting in a namespace")
    assert done.returncode == 8, done.stderr
