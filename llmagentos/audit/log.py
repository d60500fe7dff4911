"""The audit record as it is written: rows in order, by several threads and processes.

Knows: the chain's end, when a new file begins, what to do where nothing can be written. Does not
know: what rows mean, nor who reads them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from llmagentos.audit.chain import Row, canonical, link, plain
from llmagentos.audit.database import Database
from llmagentos.audit.folder import AuditFolder, Head, default_folder
from llmagentos.errors import AuditError, FileError
from llmagentos.ports.audit import KINDS

_log = logging.getLogger(__name__)

#: A file this large is complete, and so many are kept: 128 MiB, some 100,000 commands.
FILE_BYTES, KEPT_FILES = 8 << 20, 16
#: Posted rows that wait for the disk; more are counted and told by a row "missed".
MOST_WAITING = 2000
#: What starts motion; where rows are needed it isn't done while a file is set aside.
_STARTS = ("allowed", "acting")

_Waiting = tuple[str, dict[str, Any]]


class AuditLog:
    """The record in a folder (the user's own by default); implements llmagentos.ports.audit.Audit.

    needed: a row that can't be kept is an AuditError, so that nothing moves without (a robot);
    where not, it is one warning, and how many rows were missed is a row once it works again (a
    simulation). Several processes may write to one folder. Nothing is made before the first row.
    """

    def __init__(
        self,
        folder: str | Path = "",
        needed: bool = False,
        file_bytes: int = FILE_BYTES,
        kept_files: int = KEPT_FILES,
    ) -> None:
        self.folder = AuditFolder(Path(folder).expanduser() if folder else default_folder())
        self.needed = needed
        #: Why rows can't be kept, "" where they can.
        self.problem = ""
        #: The command that rows belong to, "" for none.
        self.command = ""
        #: Commits so far: each waits once for the disk.
        self.commits = 0
        self._file_bytes, self._kept_files = file_bytes, max(1, kept_files)
        self._lock = threading.RLock()
        self._waiting: deque[_Waiting] = deque()
        self._poster: threading.Thread | None = None
        self._database: Database | None = None
        #: Whose connection it is: file number, process, inode.
        self._open: tuple[int, int, int] = (0, 0, 0)
        self._missed = 0
        self._too_old: list[Path] = []

    # --- the port ---------------------------------------------------------------------------

    def write(self, kind: str, **facts: Any) -> None:
        """See Audit.write; rows that were posted before come first."""
        self.add(kind, **facts)
        self.flush()

    def post(self, kind: str, **facts: Any) -> None:
        """See Audit.post."""
        row = self._row(kind, facts)
        if len(self._waiting) >= MOST_WAITING:
            self._missed += 1
            return
        self._waiting.append(row)
        poster = self._poster
        if poster is None or not poster.is_alive():
            # No daemon: a program that ends waits for its last rows.
            self._poster = threading.Thread(target=self._store_posted, name="audit", daemon=False)
            self._poster.start()

    def add(self, kind: str, **facts: Any) -> None:
        """A row that is kept with the next flush: one wait for the disk less."""
        self._waiting.append(self._row(kind, facts))

    def flush(self) -> None:
        """Wait until every row is on the disk. Raises AuditError as `write`."""
        with self._lock:
            starts = any(kind in _STARTS for kind, _ in self._waiting)
            self._store()
        if starts and self.needed and (aside := self.folder.unaccepted):
            raise AuditError(
                f"expected a readable audit record, got one that was set aside ({aside}): look at "
                "it, then `llmagentos audit accept`"
            )

    def close(self) -> None:
        """Write what waits and give the file back; the next row opens it again. Never raises."""
        with contextlib.suppress(AuditError), self._lock:
            self._store()
        with self._lock:
            self._forget()

    def _row(self, kind: str, facts: dict[str, Any]) -> _Waiting:
        if kind not in KINDS:
            raise ValueError(f"expected a kind of {', '.join(KINDS)}, got {kind!r}")
        now = datetime.now(timezone.utc)
        return kind, {
            "at": now.isoformat(timespec="microseconds"),
            "since_boot_s": round(time.monotonic(), 6),
            "pid": os.getpid(),
            "command": self.command,
            "kind": kind,
            "facts": plain(facts),
        }

    # --- storing ----------------------------------------------------------------------------

    def _store_posted(self) -> None:
        while self._waiting:
            with self._lock, contextlib.suppress(AuditError):
                self._store()

    def _store(self) -> None:
        """Everything that waits, in one transaction."""
        rows = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not rows:
            return
        try:
            self.folder.make()
            with self.folder.turn() as descriptor:
                self._append(descriptor, rows)
        except (sqlite3.Error, OSError, FileError, AuditError) as exc:
            self._forget()
            self._failed(len(rows), " ".join(str(exc).split()))
            return
        if self.problem:
            _log.warning("audit: rows are kept again in %s", self.folder.path)
        self.problem, self._missed = "", 0

    def _failed(self, count: int, reason: str) -> None:
        if not self.problem:
            _log.warning("audit: expected to keep rows in %s, got: %s", self.folder.path, reason)
        self._missed += count
        self.problem = reason
        if self.needed:
            raise AuditError(f"expected to keep the audit record, got: {reason}")

    def _append(self, descriptor: int, waiting: list[_Waiting]) -> None:
        head, database, extra = self._end(descriptor)
        if self._missed:
            facts = {"rows": self._missed, "why": self.problem or "too many at once"}
            extra.append(self._row("missed", facts))
        rows: list[Row] = []
        seq, before = head.seq, head.hash
        for _, content in (*extra, *waiting):
            seq += 1
            text = canonical({**content, "seq": seq})
            before = link(before, text)
            rows.append(Row(seq, text, before))
        database.append(rows)
        self.commits += 1
        with contextlib.suppress(OSError):  # it lags behind then, which verify tells
            self.folder.set_head(descriptor, Head(head.file, seq, before))
        while self._too_old:
            self.folder.remove(self._too_old.pop())

    def _end(self, descriptor: int) -> tuple[Head, Database, list[_Waiting]]:
        """Where the chain goes on: its end, the file that takes the next row, and what is to be
        told first."""
        head, told = self._head(descriptor)
        if head.file == 0:
            return self._next(head, "the first")
        try:
            database = self._opened(head.file)
            head, is_new = self._moved_on(head, database)
        except (sqlite3.DatabaseError, AuditError) as exc:
            missing = str(exc).startswith("no such")  # table, column
            if isinstance(exc, sqlite3.OperationalError) and not missing:
                raise  # a full disk or a lock is no damage
            self._forget()
            return self._set_aside(head, " ".join(str(exc).split()))
        if is_new:
            return self._next(head, "goes on", database)
        if database.size_bytes >= self._file_bytes:
            database.close(complete=True)
            self._database = None
            return self._next(head, "goes on")
        return head, database, told

    def _head(self, descriptor: int) -> tuple[Head, list[_Waiting]]:
        """The head, on the last file that is there; and a row about a head that is none."""
        last = self._last_number()
        try:
            head, why = self.folder.head(descriptor), ""
        except AuditError as exc:  # the files themselves tell what is known
            head, why = Head(), str(exc)
        if head.file == 0 and last and not why:
            why = f"expected a head for {last} files, got none"
        told = [self._row("began", {"why": why})] if why else []
        # A process that was killed in between has begun a file and not told the head.
        return Head(max(head.file, last), head.seq, head.hash), told

    def _moved_on(self, head: Head, database: Database) -> tuple[Head, bool]:
        """The chain's end by the rows themselves, which the head may lag behind; and whether the
        file still waits for its first row. Raises AuditError where rows are gone."""
        last, is_new = database.last(), False
        if last is None:
            is_new, older = True, self.folder.file(head.file - 1)
            if older.exists():
                with contextlib.closing(Database(older, read_only=True)) as before:
                    last = before.last()
        seq = 0 if last is None else last.seq
        if seq < head.seq or (last is not None and seq == head.seq and last.hash != head.hash):
            raise AuditError(
                f"expected row {head.seq} as the head has it at its end, got row {seq}"
            )
        return (head if last is None else Head(head.file, last.seq, last.hash)), is_new

    def _next(
        self, head: Head, why: str, database: Database | None = None
    ) -> tuple[Head, Database, list[_Waiting]]:
        """A new file, whose first row says what it follows. database: one that is there, empty."""
        number = head.file + (database is None)
        former = self.folder.file(number - 1).name if number > 1 else ""
        database = database or self._opened(number)
        facts = {"why": why, "follows": former, "after_row": head.seq, "hash": head.hash}
        told = [self._row("began", facts), *self._outdated()]
        return Head(number, head.seq, head.hash), database, told

    def _outdated(self) -> list[_Waiting]:
        """Rows about the oldest files where there are too many; they go once these are kept."""
        told = []
        self._too_old = self.folder.files()[: -self._kept_files]
        for path in self._too_old:
            facts: dict[str, Any] = {"file": path.name}
            with (
                contextlib.suppress(sqlite3.Error, AuditError),
                contextlib.closing(Database(path, read_only=True)) as old,
            ):
                last = old.last()
                facts |= {} if last is None else {"to_row": last.seq, "hash": last.hash}
            told.append(self._row("dropped", facts))
        return told

    def _set_aside(self, head: Head, reason: str) -> tuple[Head, Database, list[_Waiting]]:
        kept = self.folder.set_aside(head.file, reason)
        _log.warning(
            "audit: expected a readable record, got: %s; it is kept as %s and a new one begins",
            reason,
            self.folder.path / kept,
        )
        after, database, told = self._next(head, "after one that could not be read")
        return after, database, [*told, self._row("set aside", {"file": kept, "why": reason})]

    def _last_number(self) -> int:
        found = [int(p.stem) for p in self.folder.files()]
        return max(found, default=0)

    def _opened(self, number: int) -> Database:
        """The connection to a file: this process's own, to the one that is there now."""
        path = self.folder.file(number)
        there = path.stat().st_ino if path.exists() else 0
        if self._database is not None and self._open == (number, os.getpid(), there):
            return self._database
        self._forget()
        opened = self._database = Database(path)
        self._open = (number, os.getpid(), path.stat().st_ino)
        if not there:
            self.folder.sync()
        elif damage := opened.damage():
            raise AuditError(f"expected a database that SQLite can read, got: {damage}")
        return opened

    def _forget(self) -> None:
        database, self._database = self._database, None
        if database is not None and self._open[1] == os.getpid():
            with contextlib.suppress(sqlite3.Error):
                database.close()
