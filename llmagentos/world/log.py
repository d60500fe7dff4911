"""The command log over sessions: what was said, planned and done, in one SQLite file.

Knows: how commands and object moves are kept, and that a damaged file must not stop the robot.
Does not know: plans or scenes beyond their JSON (planning.memory is the session's memory).

The file is in WAL mode, so that a reader (a viewer, a test) and the robot share it. A file that
is no database, or is damaged, is renamed (`….damaged-1`) and a fresh one is begun, with a
DamagedLogWarning that names both.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from llmagentos.errors import LogError
from llmagentos.types import SceneObject

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE commands (
  id INTEGER PRIMARY KEY, session TEXT NOT NULL, started_s REAL NOT NULL, text TEXT NOT NULL,
  plan TEXT NOT NULL, status TEXT NOT NULL, reply TEXT NOT NULL, duration_s REAL NOT NULL);
CREATE INDEX commands_by_session ON commands (session, id);
CREATE TABLE moves (
  id INTEGER PRIMARY KEY, command INTEGER NOT NULL REFERENCES commands (id) ON DELETE CASCADE,
  object TEXT NOT NULL, label TEXT NOT NULL, step TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT);
CREATE INDEX moves_by_command ON moves (command);
"""


class DamagedLogWarning(UserWarning):
    """A log file could not be read; it was renamed and a fresh one begun."""


@dataclass(frozen=True)
class LoggedCommand:
    """One finished command. started_s: seconds since the epoch, or of any clock of the caller."""

    id: int
    session: str
    started_s: float
    text: str
    plan: Mapping[str, Any]
    status: str
    reply: str
    duration_s: float


@dataclass(frozen=True)
class LoggedMove:
    """One object's change. before, after: position [x, y, z] (m), yaw (rad), support, inside."""

    object_id: str
    label: str
    step: str
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None


class CommandLog:
    """An open log file; use it as a context manager or `close()` it.

    Raises LogError when the file can't be written, was written by a newer version, or is somebody
    else's database.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._db = self._open()

    def add_command(
        self,
        session: str,
        started_s: float,
        text: str,
        status: str,
        *,
        reply: str = "",
        plan: Mapping[str, Any] | None = None,
        duration_s: float = 0.0,
    ) -> int:
        """Keep one finished command; returns its id for `add_move`."""
        row = (session, started_s, text, json.dumps(plan or {}), status, reply, duration_s)
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO commands (session, started_s, text, plan, status, reply, duration_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        return int(cursor.lastrowid or 0)

    def add_move(
        self, command: int, before: SceneObject, after: SceneObject | None, step: str
    ) -> None:
        """Keep one object's change under a command. Raises LogError for an unknown command."""
        row = (
            command,
            before.id,
            before.label,
            step,
            json.dumps(_place(before)),
            None if after is None else json.dumps(_place(after)),
        )
        try:
            with self._db:
                self._db.execute(
                    "INSERT INTO moves (command, object, label, step, before, after)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.IntegrityError as exc:
            raise LogError(f"expected the id of a logged command, got {command}") from exc

    def recent(self, n: int = 10, session: str | None = None) -> tuple[LoggedCommand, ...]:
        """The last `n` commands (of one session), newest first."""
        where, args = ("WHERE session = ?", [session]) if session is not None else ("", [])
        rows = self._db.execute(
            "SELECT id, session, started_s, text, plan, status, reply, duration_s"
            f" FROM commands {where} ORDER BY id DESC LIMIT ?",
            [*args, n],
        )
        return tuple(
            LoggedCommand(i, name, at_s, text, json.loads(plan), status, reply, took_s)
            for i, name, at_s, text, plan, status, reply, took_s in rows
        )

    def moves(self, command: int) -> tuple[LoggedMove, ...]:
        """What a command changed, in order."""
        rows = self._db.execute(
            "SELECT object, label, step, before, after FROM moves WHERE command = ? ORDER BY id",
            [command],
        )
        return tuple(
            LoggedMove(name, label, step, json.loads(was), None if now is None else json.loads(now))
            for name, label, step, was, now in rows
        )

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> CommandLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- opening ----------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._connect()
        except sqlite3.OperationalError as exc:  # not a damaged file: no right to write, locked
            raise LogError(f"expected a writable log at {self.path}, got: {exc}") from exc
        except OSError as exc:
            raise LogError(f"expected a writable log at {self.path}, got: {exc}") from exc
        except sqlite3.DatabaseError as exc:
            aside = self._quarantine()
            warnings.warn(
                f"log {self.path} is damaged ({exc}); kept as {aside.name}, began a fresh one",
                DamagedLogWarning,
                stacklevel=3,
            )
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=5.0)
        try:
            self._check(db)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            db.close()
            raise
        return db

    def _check(self, db: sqlite3.Connection) -> None:
        """An intact file of our version, or a new one that gets its tables."""
        (found,) = db.execute("PRAGMA quick_check").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise LogError(
                f"expected a log of version {SCHEMA_VERSION} or older at {self.path}, got {version}"
            )
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if version == 0 and not tables:
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif not {"commands", "moves"} <= tables:
            raise LogError(f"expected a command log at {self.path}, got another database")

    def _quarantine(self) -> Path:
        """Rename the file and its side files; returns the new name."""
        n = 1
        while (aside := self.path.with_name(f"{self.path.name}.damaged-{n}")).exists():
            n += 1
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            side = self.path.with_name(self.path.name + suffix)
            if side.exists():
                side.rename(aside.with_name(aside.name + suffix))
        return aside


def _place(o: SceneObject) -> dict[str, Any]:
    return {
        "position": list(o.position),
        "yaw": o.yaw,
        "support": o.support,
        "inside": o.inside,
    }
