"""One database of the chain: SQLite with a write-ahead log, synced at every commit.

Knows: the table and SQLite's settings. Does not know: other files, the head, what rows mean.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from llmagentos.audit.chain import Row
from llmagentos.errors import AuditError

#: "LLMa": what `file` and SQLite tell of it.
_APPLICATION_ID = 0x4C4C4D61
_VERSION = 1


class Database:
    """The file at `path`, made where it isn't there (unless `read_only`).

    Raises sqlite3.Error where SQLite can't, AuditError for a database that is none of ours.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        # "?" and "#" would end the path of an address
        address = path.absolute().as_uri() + (_reading(path) if read_only else "")
        self._connection = sqlite3.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0
        )
        try:
            if not read_only:
                self._prepare()
            self._check()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        if (
            run("PRAGMA application_id").fetchone()[0] == 0
            and not run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        ):
            run("BEGIN IMMEDIATE")
            run(
                "CREATE TABLE rows (seq INTEGER PRIMARY KEY, text TEXT NOT NULL, hash TEXT NOT NULL)"
            )
            run(f"PRAGMA application_id={_APPLICATION_ID}")
            run(f"PRAGMA user_version={_VERSION}")
            run("COMMIT")

    def _check(self) -> None:
        found = self._connection.execute("PRAGMA application_id").fetchone()[0]
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if (found, version) != (_APPLICATION_ID, _VERSION):
            raise AuditError(
                f"expected an audit record of version {_VERSION} at {self.path}, got another database"
            )

    def last(self) -> Row | None:
        """The last row, None where there is none."""
        found = self._connection.execute(
            "SELECT seq, text, hash FROM rows ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return None if found is None else Row(*found)

    def append(self, rows: Sequence[Row]) -> None:
        """All rows or none; they are on the disk when this returns."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(
                "INSERT INTO rows VALUES (?, ?, ?)", [(r.seq, r.text, r.hash) for r in rows]
            )
            run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise

    def rows(self) -> Iterator[Row]:
        """All rows in the order of their numbers."""
        for found in self._connection.execute("SELECT seq, text, hash FROM rows ORDER BY seq"):
            yield Row(*found)

    def damage(self) -> str:
        """What SQLite's own check finds wrong, "" for nothing."""
        found = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        return "" if found == "ok" else str(found)

    @property
    def size_bytes(self) -> int:
        """How large the database is, without its write-ahead log."""
        count, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "page_size")
        )
        return int(count) * int(size)

    def close(self, complete: bool = False) -> None:
        """Give the file back. complete: nothing is written any more; its log goes into the file."""
        if complete:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


def _reading(path: Path) -> str:
    """How to open it without writing: on a medium that takes no files, without SQLite's own beside
    it, where its log is empty."""
    log = Path(f"{path}-wal")
    closed = not log.exists() or not log.stat().st_size
    return "?mode=ro" + ("&immutable=1" if closed and not os.access(path.parent, os.W_OK) else "")
