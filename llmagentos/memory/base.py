"""The SQLite file that a robot's memory is kept in: its tables, opened, renewed, or put aside.

Knows: the file (write-ahead log, for its owner only) and which tables there are. Does not know:
what is written into them (long_term.py).
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from llmagentos.files import make_folder, refusing

_log = logging.getLogger(__name__)
#: What each version added; a file of an older one gets the rest.
_TABLES = (
    """
CREATE TABLE scenes (id INTEGER PRIMARY KEY, at REAL NOT NULL, data TEXT NOT NULL);
CREATE TABLE seen (object TEXT PRIMARY KEY, scene INTEGER NOT NULL REFERENCES scenes(id), at REAL NOT NULL);
CREATE TABLE commands (id INTEGER PRIMARY KEY, at REAL NOT NULL, session TEXT NOT NULL,
                       text TEXT NOT NULL, status TEXT NOT NULL, reply TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(text, reply, content=commands, content_rowid=id,
                                      tokenize='porter unicode61');
""",
    """
CREATE TABLE placed (command INTEGER NOT NULL, at REAL NOT NULL, object TEXT NOT NULL,
                     kind TEXT NOT NULL, color TEXT NOT NULL, place TEXT NOT NULL, wished INTEGER NOT NULL);
CREATE TABLE vocabulary (word TEXT PRIMARY KEY, vector BLOB);
CREATE TABLE facts_of_file (name TEXT PRIMARY KEY, value TEXT NOT NULL);
""",
)


class MemoryFile:
    """One that can't be read is put aside, and `problem` says so. Raises FileError for a place that
    can't be written."""

    def __init__(self, path: Path | str, clock: Callable[[], float]) -> None:
        self.path, self._clock = Path(path), clock
        #: Why a file was put aside, "" for none.
        self.problem = ""
        make_folder(self.path.parent, "a folder for the memory")
        with refusing(self.path, "a memory that can be written"):
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        try:
            self.base = self._opened()
        except sqlite3.DatabaseError as exc:
            self.base = self._anew(str(exc))

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All of it, or nothing: a disk that is full is told in a warning."""
        try:
            with self.base:
                yield self.base
        except sqlite3.Error as exc:
            _log.warning("this is not remembered: %s: %s", self.path, exc)

    def wipe(self) -> None:
        """What was removed is in no page of the file and its log either."""
        with self.writing() as base:
            base.execute("INSERT INTO words (words) VALUES ('optimize')")
        try:
            self.base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as exc:
            _log.warning("what was forgotten may be in the log of %s still: %s", self.path, exc)

    def _opened(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=5.0, check_same_thread=False)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=NORMAL")
            base.execute("PRAGMA secure_delete=ON")
            (version,) = base.execute("PRAGMA user_version").fetchone()
            if not 0 <= version <= len(_TABLES):
                raise sqlite3.DatabaseError(f"expected version {len(_TABLES)}, got {version}")
            for number in range(version, len(_TABLES)):
                base.executescript(
                    f"BEGIN; {_TABLES[number]} PRAGMA user_version = {number + 1}; COMMIT;"
                )
            (found,) = base.execute("PRAGMA quick_check").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)
        except BaseException:
            base.close()
            raise
        return base

    def _anew(self, why: str) -> sqlite3.Connection:
        aside = self.path.with_name(f"{self.path.name}.unreadable-{int(self._clock())}")
        with refusing(self.path, "a memory that can be written"):
            self.path.replace(aside)
            for rest in ("-wal", "-shm"):
                self.path.with_name(self.path.name + rest).unlink(missing_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self.problem = f"The memory could not be read ({why}): it is kept as {aside.name}."
        _log.warning("%s", self.problem)
        return self._opened()
