"""The files of one agent: written whole or not at all, with older versions, inside a quota.

Knows: what a write, a deletion and a way back are made of; one writer at a time, over processes
too (a file lock). Does not know: how it stands on the disk (on_disk.py), who may (permissions.py,
view.py).

    folder = AgentFolder(path, quota_bytes=50_000_000)
    folder.write("notes/today.txt", "the key is in the tray")   # version 1
    folder.write("notes/today.txt", "it is in the box")         # version 2
    folder.rollback("notes/today.txt", 1)                       # version 3, with the words of 1

A write is on the disk when the call returns: the new file's bytes, then its name. A program that
is killed at any moment leaves the old file or the new one.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from llmagentos.errors import FileError
from llmagentos.files import refusing, shown
from llmagentos.storage.names import files_in, folder_at, parts_of
from llmagentos.storage.on_disk import FILES, NEW, VERSIONS, OnDisk

#: Of each file so many versions are kept beside what is there now.
KEEP_VERSIONS = 5
#: With empty files a folder could fill a disk's table of files inside any quota.
MAX_FILES = 10_000
_LOCK = "lock"


@dataclass(frozen=True)
class Entry:
    """A file, or one version of it. at_s: seconds since 1970, when it was written."""

    name: str
    bytes: int
    at_s: float
    version: int
    current: bool = True


class AgentFolder:
    """quota_bytes: what all files with their versions may take; None for no bound.
    keep_versions: of each file so many older ones.

    Several processes may use one folder at once. All methods raise FileError in words: no such
    file, a name that leads out, over the quota, a full disk. What was written before stays whole.
    """

    def __init__(
        self,
        path: Path | str,
        quota_bytes: int | None = None,
        keep_versions: int = KEEP_VERSIONS,
    ) -> None:
        if keep_versions < 0:
            raise FileError(f"expected 0 or more versions to keep, got {keep_versions}")
        self.path, self.quota_bytes, self.keep_versions = Path(path), quota_bytes, keep_versions
        with refusing(self.path, "a folder for an agent's files"):
            self.path.mkdir(parents=True, exist_ok=True)
        with self._told(""), self._locked() as disk:
            os.fchmod(disk.base, 0o700)
            for inner in (FILES, VERSIONS, NEW):
                with folder_at(disk.base, [inner], make=True):
                    pass
            disk.clean(keep_versions)

    # --- writing ------------------------------------------------------------------------------

    def write(self, name: str, data: bytes | str) -> int:
        """The file holds this from now on; returns its version. Text is kept as UTF-8."""
        parts_of(name)
        with self._told(name), self._locked() as disk:
            return self._replace(disk, name, _as_bytes(name, data), self.keep_versions > 0)

    def append(self, name: str, data: bytes | str) -> int:
        """More at its end, as whole as `write`, but no version is kept of what was before. Costs a
        copy of the file: for notes and small logs."""
        parts_of(name)
        with self._told(name), self._locked() as disk:
            old = disk.content(name) if disk.is_there(name) else b""
            return self._replace(disk, name, old + _as_bytes(name, data), keep=False)

    def delete(self, name: str, versions: bool = False) -> None:
        """The file is gone. It stays as a version, for `rollback`, unless versions are to go, too
        (then the file may be gone already)."""
        parts_of(name)
        with self._told(name), self._locked() as disk:
            if not versions or disk.is_there(name):
                disk.remove(name, keep=not versions and self.keep_versions > 0)
            disk.prune(name, 0 if versions else self.keep_versions)

    def rollback(self, name: str, version: int) -> int:
        """It holds again what it held in that version; what it holds now is one of its versions.
        Returns the number of the new one. Brings back what was deleted, too."""
        return self.write(name, self.read(name, version))

    def drop_versions(self, name: str | None = None) -> int:
        """All older versions of that file (of every file) are gone; bytes that are free now."""
        with self._told(name or ""), self._locked() as disk:
            before, _, _ = disk.used()
            for one in disk.with_versions() if name is None else [name]:
                parts_of(one)
                disk.prune(one, 0)
            return before - disk.used()[0]

    # --- reading ------------------------------------------------------------------------------

    def read(self, name: str, version: int | None = None) -> bytes:
        """What it holds, now or in that version."""
        parts_of(name)
        if version is None:  # a file is replaced in one step: nothing to wait for
            with self._told(name), self._open() as disk:
                return disk.content(name)
        there = [v.version for v in self.versions(name)]
        if version not in there:
            numbers = ", ".join(map(str, there)) or "none"
            raise FileError(f"expected a version of {name!r}, got {version}: there are {numbers}")
        with self._told(name), self._locked() as disk:
            if disk.is_there(name) and version == disk.number(name):
                return disk.content(name)
            return disk.version(name, version)

    def read_text(self, name: str, version: int | None = None) -> str:
        """What it holds, as text; FileError where it is no UTF-8."""
        try:
            return self.read(name, version).decode("utf-8")
        except UnicodeDecodeError as exc:
            byte = f"0x{exc.object[exc.start]:02x}"
            raise FileError(f"expected UTF-8 in {name!r}, got byte {byte}") from exc

    def list(self) -> Sequence[Entry]:
        """Every file, by name."""
        with self._told(""), self._locked() as disk:
            with folder_at(disk.base, [FILES]) as folder:
                found = list(files_in(folder))
            return [Entry(n, f.st_size, f.st_mtime, disk.number(n)) for n, f in found]

    def versions(self, name: str) -> Sequence[Entry]:
        """Of one file, the oldest first; the last one is what it holds now, unless it was
        deleted."""
        parts_of(name)
        with self._told(name), self._locked() as disk:
            numbers = disk.numbers(name)
            facts = [(n, disk.facts(name, n)) for n in numbers]
            out = [Entry(name, f.st_size, f.st_mtime, n, current=False) for n, f in facts]
            if disk.is_there(name):
                now, number = disk.facts(name), disk.number(name)
                out = [v for v in out if v.version < number]
                out.append(Entry(name, now.st_size, now.st_mtime, number))
            return out

    @property
    def used_bytes(self) -> int:
        """What files and versions take together."""
        with self._told(""), self._locked() as disk:
            return disk.used()[0]

    # --- inside -------------------------------------------------------------------------------

    @contextmanager
    def _open(self) -> Iterator[OnDisk]:
        base = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield OnDisk(base)
        finally:
            os.close(base)

    @contextmanager
    def _locked(self) -> Iterator[OnDisk]:
        """The folder, with no other writer in it. The lock ends with a process that dies."""
        with self._open() as disk:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            lock = os.open(_LOCK, flags, 0o600, dir_fd=disk.base)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield disk
            finally:
                os.close(lock)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        what = f"the agent's file {name!r}" if name else "the agent's files"
        with refusing(self.path, what):
            yield

    def _replace(self, disk: OnDisk, name: str, data: bytes, keep: bool) -> int:
        keep = keep and disk.is_there(name)
        self._check_room(disk, name, len(data), keep)
        part = secrets.token_hex(8)
        try:
            disk.write_new(part, data)
            disk.put_in_place(part, name, keep)
        except BaseException:
            disk.give_up(part, name)
            raise
        disk.prune(name, self.keep_versions)
        return disk.number(name)

    def _check_room(self, disk: OnDisk, name: str, size: int, keep: bool) -> None:
        used, of_versions, count = disk.used()
        if count >= MAX_FILES:
            raise FileError(f"{name!r} needs a place: the agent has {MAX_FILES} files: delete some")
        going = 0  # bytes that this write frees
        if keep:
            numbers = disk.numbers(name)
            oldest = numbers[: max(0, len(numbers) + 1 - self.keep_versions)]
            going = sum(disk.facts(name, n).st_size for n in oldest)
        elif disk.is_there(name):
            going = disk.facts(name).st_size
        more = size - going
        if self.quota_bytes is None or more <= max(0, self.quota_bytes - used):
            return
        left = max(0, self.quota_bytes - used)
        needs, free = in_words(more), in_words(left)
        if needs == free:
            needs, free = f"{more} bytes", f"{left} bytes"
        way = "delete files"
        if of_versions:
            way += f", drop older versions ({in_words(of_versions)})"
        raise FileError(
            f"{name!r} needs {needs}{' more' if going else ''}, {free} of its "
            f"{in_words(self.quota_bytes)} are free in {shown(self.path)}: {way} or give it a "
            "larger quota"
        )


def in_words(size: int) -> str:
    """ "12 MB", "850 bytes"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def _as_bytes(name: str, data: bytes | str) -> bytes:
    if not isinstance(data, str):
        return bytes(data)
    try:
        return data.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise FileError(f"expected text for {name!r}, got a lone surrogate in it") from exc
