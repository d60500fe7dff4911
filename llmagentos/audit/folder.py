"""The folder of the audit record: numbered database files, the head kept apart, the lock.

Knows: names of files, what the head says, who may write now. Does not know: rows.

    000001.db, 000002.db, ...   the chain; the last one is written, the others are complete
    door                        locked by who waits for the head
    head                        locked by who writes; number of the last file, of the last row, and its hash
    set-aside                   there while a person has not accepted that a file was unreadable

Files are never renamed while they are written: a process that still has one open would take the
new one's write-ahead log for its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from llmagentos.audit.chain import NOTHING_BEFORE
from llmagentos.errors import AuditError
from llmagentos.files import make_folder, refusing

WHAT = "a folder for the audit record"
_HEAD, _DOOR, _SET_ASIDE = "head", "door", "set-aside"
_HEAD_BYTES = 128
#: A database, its write-ahead log and the log's index.
_BESIDE = ("", "-wal", "-shm")
_FILE = re.compile(r"\d{6}\.db")
#: Whoever holds the lock longer is broken: a row takes milliseconds.
LOCK_TIMEOUT_S = 5.0
_POLL_S = 0.002


def default_folder() -> Path:
    """`llmagentos/audit` in the user's state folder ($XDG_STATE_HOME, ~/.local/state without)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "llmagentos" / "audit"


@dataclass(frozen=True)
class Head:
    """Where the chain ends: file number, row number, hash; 0, 0 and zeros before the first."""

    file: int = 0
    seq: int = 0
    hash: str = NOTHING_BEFORE


class AuditFolder:
    """One record's folder. Nothing is made before `make`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Make the folder, for its owner alone. Raises FileError."""
        if not self.path.is_dir():
            make_folder(self.path, WHAT)
            with refusing(self.path, WHAT):
                self.path.chmod(0o700)

    def file(self, number: int) -> Path:
        """The database of that number."""
        return self.path / f"{number:06d}.db"

    def files(self) -> list[Path]:
        """All databases that are there, in order."""
        found = [p for p in self.path.iterdir() if _FILE.fullmatch(p.name)]
        return sorted(found)

    def sync(self) -> None:
        """Wait until the names in the folder are on the disk."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Delete a database with what SQLite keeps beside it."""
        for ending in _BESIDE:
            Path(f"{path}{ending}").unlink(missing_ok=True)

    @contextlib.contextmanager
    def turn(self) -> Iterator[int]:
        """While inside, no other process writes; yields the head's descriptor. The system gives
        the lock back when its holder dies. Raises AuditError after LOCK_TIMEOUT_S, FileError.

        Who waits stands in the door; so nobody who writes row after row goes in before them.
        """
        until = time.monotonic() + LOCK_TIMEOUT_S
        with self._open(_HEAD) as head:
            with self._open(_DOOR) as door:
                self._lock(door, until)
                self._lock(head, until)
            yield head

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[int]:
        path = self.path / name
        with refusing(path, "a file of the audit record"):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int, until: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise AuditError(
                        f"expected the audit record's lock within {LOCK_TIMEOUT_S:.0f} s, got "
                        f"another process that keeps it: {self.path / _HEAD}"
                    ) from None
                time.sleep(_POLL_S)

    def head(self, descriptor: int | None = None) -> Head:
        """What the head says. Raises AuditError where it is none."""
        try:
            data = (
                os.pread(descriptor, _HEAD_BYTES, 0)
                if descriptor is not None
                else (self.path / _HEAD).read_bytes()
            )
        except FileNotFoundError:
            return Head()
        words = data.decode("ascii", "replace").split()
        if not words:
            return Head()
        try:
            file, seq, closing = words
            if not re.fullmatch("[0-9a-f]{64}", closing):
                raise ValueError
            return Head(int(file), int(seq), closing)
        except ValueError:
            raise AuditError(
                f"expected file, row and hash in {self.path / _HEAD}, got {data[:40]!r}"
            ) from None

    def set_head(self, descriptor: int, head: Head) -> None:
        """Write the head over the old one; it may lag behind the chain, never be ahead of it.

        It isn't waited for until it is on the disk: after a power cut it names an earlier row, which
        is in the chain, too.
        """
        line = f"{head.file} {head.seq} {head.hash}".ljust(_HEAD_BYTES - 1) + "\n"
        os.pwrite(descriptor, line.encode("ascii"), 0)

    # --- what could not be read --------------------------------------------------------------

    def set_aside(self, number: int, reason: str) -> str:
        """Take an unreadable database out of the chain, keep it beside, and note that a person has
        to know; returns its new name."""
        path = self.file(number)
        kept = f"{path.name}.unreadable"
        for ending in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                Path(f"{path}{ending}").replace(f"{path.parent / kept}{ending}")
        with contextlib.suppress(OSError):
            (self.path / _SET_ASIDE).write_text(f"{kept}: {reason}\n", encoding="utf-8")
        return kept

    @property
    def unaccepted(self) -> str:
        """What was set aside and no person has accepted yet; "" for nothing."""
        try:
            return (self.path / _SET_ASIDE).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def accept(self) -> None:
        """A person knows of what was set aside."""
        (self.path / _SET_ASIDE).unlink(missing_ok=True)
