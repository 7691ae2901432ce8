"""What may be on the disk after the power went off: built from a record of everything that was done to it.

The model is the strictest reading of POSIX. What a file or folder was told to flush (fsync) is on the disk. Of
everything else each part may be there or not, in any order: each 512-byte sector of each write by itself, a file's new
length without its content, each name that came, went or was moved in a folder. Real file systems are kinder.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

SECTOR = 512

_HEAD = struct.Struct("<ciqII")


@dataclass(frozen=True)
class Event:
    """One call: open, write, truncate, sync, rename, unlink, mkdir, or the scenario saying that something is done."""

    what: str
    handle: int
    number: int
    name: str
    data: bytes


def read_record(path: Path) -> list[Event]:
    """The record the shim wrote. A call of a kind that the model does not know would make every proof worthless."""
    content, at, events = path.read_bytes(), 0, []
    while at < len(content):
        what, handle, number, name, data = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        text = content[at : at + name].decode()
        events.append(Event(what.decode(), handle, number, text, content[at + name : at + name + data]))
        at += name + data
    unknown = [event for event in events if event.what not in "owtsrumad"]
    assert not unknown, f"written in a way that is not watched: {unknown[:3]}"
    return events


def said(what: str, text: str) -> bytes:
    """An event of the scenario's own, as bytes to be added to the record."""
    return _HEAD.pack(what.encode(), -1, 0, len(text.encode()), 0) + text.encode()


@dataclass
class File:
    """A file: what is surely on the disk, what the program sees, and the writes in between."""

    durable: bytes = b""
    live: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, int, bytes | None]] = field(default_factory=list)
    """(order, offset, data), or (order, length, None) for a truncation."""


@dataclass
class Folder:
    """A folder: the names that surely are on the disk, those the program sees, and the changes in between."""

    durable: dict[str, Node] = field(default_factory=dict)
    live: dict[str, Node] = field(default_factory=dict)
    pending: list[tuple[int, str, str, Node | None]] = field(default_factory=list)
    """(order, name that goes or nothing, name that comes or nothing, what it names)."""


Node = File | Folder
State = dict[str, bytes | None]
"""By path below the root: a file's content, or None for a folder."""


class Disk:
    """The folder `root` as the record goes by. It begins as it is on the real disk, all of it flushed."""

    def __init__(self, root: Path) -> None:
        self._root = PurePosixPath(root)
        self.top = _load(root)
        self._handles: dict[int, Node] = {}
        self._order = 0

    def do(self, event: Event) -> None:
        """Take in the next event."""
        self._order += 1
        if event.what == "o":
            self._open(event)
        elif event.what in "wt":
            self._change(event)
        elif event.what == "s":
            _flush(self._handles[event.handle])
        elif event.what == "r":
            folder, old = self._place(event.name)
            target, new = self._place(event.data.decode())
            assert folder is target, "the model knows renaming inside one folder only"
            moved = folder.live.pop(old)
            folder.live[new] = moved
            folder.pending.append((self._order, old, new, moved))
        elif event.what == "u":
            folder, name = self._place(event.name)
            del folder.live[name]
            folder.pending.append((self._order, name, "", None))
        elif event.what == "m":
            self._add(event.name, Folder())

    def _open(self, event: Event) -> None:
        node = self._find(event.name)
        if node is None:
            node = self._add(event.name, File())
        elif event.number and isinstance(node, File) and node.live:
            node.live.clear()
            node.pending.append((self._order, 0, None))
        self._handles[event.handle] = node

    def _change(self, event: Event) -> None:
        file = self._handles[event.handle]
        assert isinstance(file, File)
        data = event.data if event.what == "w" else None
        _apply(file.live, event.number, data)
        file.pending.append((self._order, event.number, data))

    def _add(self, path: str, node: Node) -> Node:
        folder, name = self._place(path)
        folder.live[name] = node
        folder.pending.append((self._order, "", name, node))
        return node

    def _place(self, path: str) -> tuple[Folder, str]:
        parts = PurePosixPath(path).relative_to(self._root).parts
        node: Node = self.top
        for part in parts[:-1]:
            assert isinstance(node, Folder)
            node = node.live[part]
        assert isinstance(node, Folder)
        return node, parts[-1]

    def _find(self, path: str) -> Node | None:
        if PurePosixPath(path) == self._root:
            return self.top
        folder, name = self._place(path)
        return folder.live.get(name)

    def unsynced(self) -> list[int]:
        """The order numbers of everything that may be lost."""
        return sorted(change[0] for node in _nodes(self.top) for change in node.pending)

    def state(self, choose: Choose) -> State:
        """What is on the disk when of the unsynced things those are there that `choose` says."""
        found: State = {}
        _gather(self.top, "", choose, found)
        return found

    def seen(self) -> State:
        """What the running program sees: everything is there."""
        return self.state(lambda order, sectors: [True] * sectors)


Choose = Callable[[int, int], list[bool]]
"""Given a change's order and of how many parts it is: which of the parts are on the disk."""


def choices(unsynced: list[int], chance: random.Random, count: int) -> Iterator[Choose]:
    """Ways in which the power can go off: all lost, nothing lost, each alone, each missing, cut at each, at random."""
    yield lambda order, sectors: [False] * sectors
    if not unsynced:
        return
    yield lambda order, sectors: [True] * sectors
    for one in chance.sample(unsynced, min(len(unsynced), max(1, count // 6))):
        yield lambda order, sectors, one=one: [order == one] * sectors  # type: ignore[misc]
        yield lambda order, sectors, one=one: [order != one] * sectors  # type: ignore[misc]
        yield lambda order, sectors, one=one: [order <= one] * sectors  # type: ignore[misc]
    while True:
        yield _at_random(random.Random(chance.random()), chance.choice((0.1, 0.5, 0.9)))


def _at_random(chance: random.Random, likely: float) -> Choose:
    def choose(order: int, sectors: int) -> list[bool]:
        if sectors > 1 and chance.random() < 0.4:  # torn
            return [chance.random() < likely for _ in range(sectors)]
        return [chance.random() < likely] * sectors

    return choose


def write_out(state: State, place: Path) -> None:
    """Put this state into the empty or absent folder `place`."""
    place.mkdir(parents=True, exist_ok=True)
    for path in sorted(state):
        content = state[path]
        if content is None:
            (place / path).mkdir(mode=0o700, exist_ok=True)
        else:
            (place / path).write_bytes(content)


def _load(path: Path) -> Folder:
    folder = Folder()
    for child in path.iterdir():
        if child.is_dir():
            folder.live[child.name] = _load(child)
        elif child.name != "lock":
            content = child.read_bytes()
            folder.live[child.name] = File(content, bytearray(content))
    folder.durable = dict(folder.live)
    return folder


def _flush(node: Node) -> None:
    if isinstance(node, File):
        node.durable = bytes(node.live)
    else:
        node.durable = dict(node.live)
    node.pending.clear()


def _nodes(folder: Folder, known: set[int] | None = None) -> Iterator[Node]:
    """Every file and folder that may be on the disk under some name."""
    known = set() if known is None else known
    yield folder
    children = [*folder.durable.values(), *folder.live.values()]
    children += [node for _, _, _, node in folder.pending if node is not None]
    for node in children:
        if id(node) not in known:
            known.add(id(node))
            if isinstance(node, Folder):
                yield from _nodes(node, known)
            else:
                yield node


def _gather(folder: Folder, below: str, choose: Choose, found: State) -> None:
    names = dict(folder.durable)
    for order, old, new, node in folder.pending:
        if all(choose(order, 1)):
            names.pop(old, None)
            if new and node is not None:
                names[new] = node
    for name, node in names.items():
        if isinstance(node, Folder):
            found[below + name] = None
            _gather(node, f"{below}{name}/", choose, found)
        else:
            found[below + name] = _content(node, choose)


def _content(file: File, choose: Choose) -> bytes:
    content = bytearray(file.durable)
    for order, place, data in file.pending:
        if data is None:
            if all(choose(order, 1)):
                _apply(content, place, None)
            continue
        first = place // SECTOR
        parts = choose(order, (place + len(data) - 1) // SECTOR - first + 1)
        if all(parts):
            _apply(content, place, data)
            continue
        for part, there in enumerate(parts):
            if there:
                start = max(place, (first + part) * SECTOR)
                end = min(place + len(data), (first + part + 1) * SECTOR)
                _apply(content, start, data[start - place : end - place])
        if any(parts) and order % 2:  # the length arrived, the content not: zeros
            content.extend(bytes(max(0, place + len(data) - len(content))))
    return bytes(content)


def _apply(content: bytearray, place: int, data: bytes | None) -> None:
    if data is None:
        del content[place:]
        content.extend(bytes(place - len(content)))
        return
    content.extend(bytes(max(0, place - len(content))))
    content[place : place + len(data)] = data
