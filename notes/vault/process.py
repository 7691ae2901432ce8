"""The process itself: nobody else looks into its memory, none of it is written out, and on locking it is replaced.

Python cannot wipe text, and libraries keep copies that nobody can reach. The one thing that surely takes a passphrase
or a note out of memory is the end of the process that had it. So ``harden`` keeps others out while it runs, and
``replace`` puts a fresh process in its place once the vault is locked.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from notes.errors import NotWritable

_SET_DUMPABLE, _GET_DUMPABLE = 4, 3
"""Linux, prctl(2). Not dumpable also means: no tracing, no reading of /proc/PID/mem by the same user."""
_DENY_ATTACH = 31
"""macOS, ptrace(2), PT_DENY_ATTACH."""
_NO_FAULT_BOX, _NO_HEAP = 0x0001 | 0x0002, 0x0001
"""Windows: SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX; WER_FAULT_REPORTING_FLAG_NOHEAP."""


class Hardening(NamedTuple):
    """What the system granted: no memory is written out after a crash; no other program of the user reads it."""

    no_dumps: bool
    not_readable: bool


def harden() -> Hardening:
    """Keep this process's memory from crash dumps and from other programs; call it before a passphrase is asked for.

    What the system does not grant is no error: ``notes doctor`` tells it. Calling it again changes nothing.
    """
    if sys.platform == "win32":  # where other programs of the same user can always read the memory
        return Hardening(_granted(_no_heap_in_reports), not_readable=False)
    return Hardening(_granted(_no_core_files), _granted(_not_readable))


def replace(arguments: Sequence[str]) -> NoReturn:
    """Put a fresh process in the place of this one, started as it was, with these arguments. Lock the vault first.

    All memory of this process is given back to the system. `arguments` stand in the list of processes for everybody to
    see: no client data, no secret; so does the environment, which stays as it is. Where no new process can be started,
    this one ends all the same.
    """
    asked = len(sys.argv) - 1
    command = [sys.executable, *sys.orig_argv[1 : len(sys.orig_argv) - asked], *arguments]
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        if os.name == "nt":  # exec there starts a second process beside the first and confuses whoever waits
            import subprocess

            subprocess.Popen(command, close_fds=True)  # noqa: S603
            os._exit(0)
        os.execv(sys.executable, command)  # noqa: S606
    except OSError:
        os._exit(NotWritable.exit_code)


def _no_core_files() -> bool:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


def _not_readable() -> bool:
    """A core that is piped to a program ignores the limit on Linux, but a process that is not dumpable has none."""
    system = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        system.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        return int(system.prctl(_GET_DUMPABLE, 0, 0, 0, 0)) == 0
    if sys.platform == "darwin":
        return int(system.ptrace(_DENY_ATTACH, 0, None, 0)) == 0
    return False


def _no_heap_in_reports() -> bool:
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    kernel.SetErrorMode(_NO_FAULT_BOX)
    return int(kernel.WerSetFlags(_NO_HEAP)) == 0


def _granted(protection: Callable[[], bool]) -> bool:
    try:
        return protection()
    except (OSError, AttributeError, ValueError):  # a system without the call
        return False
