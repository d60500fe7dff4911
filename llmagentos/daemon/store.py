"""What the daemon knows, in SQLite: agents, their calls, identities. Nothing acknowledged is lost.

Knows: tables, and when a commit is on the disk. Does not know: processes, sockets, what a call does.

Write-ahead log with synchronous=FULL: after `commit` a row survives a kill and a power cut. Whoever
answers a client commits first; several answers share a commit.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos.daemon.access import Identity
from llmagentos.errors import DaemonError, FileError, KeyReusedError
from llmagentos.files import shown

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS agents (
    name TEXT PRIMARY KEY, spec TEXT NOT NULL, phase TEXT NOT NULL, wanted TEXT NOT NULL,
    pid INTEGER, ticks INTEGER, secret TEXT, why TEXT NOT NULL DEFAULT '', deaths TEXT NOT NULL DEFAULT '[]',
    restarts INTEGER NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT '', made_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
    number INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, verb TEXT NOT NULL, args TEXT NOT NULL,
    who TEXT NOT NULL, priority INTEGER NOT NULL, due_at REAL, key TEXT,
    state TEXT NOT NULL, result TEXT, report TEXT, asked_at REAL NOT NULL, began_at REAL, ended_at REAL,
    person INTEGER NOT NULL DEFAULT 1, attended INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS calls_key ON calls (who, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS calls_open ON calls (agent, number) WHERE state IN ('queued', 'begun');
CREATE INDEX IF NOT EXISTS calls_of ON calls (agent, number);
CREATE TABLE IF NOT EXISTS identities (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, made_at REAL NOT NULL,
    expires_at REAL, program INTEGER NOT NULL DEFAULT 0);
"""
#: What a database of version 1 has not.
_SINCE_1 = (
    "ALTER TABLE calls ADD COLUMN person INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE calls ADD COLUMN attended INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE identities ADD COLUMN expires_at REAL",
    "ALTER TABLE identities ADD COLUMN program INTEGER NOT NULL DEFAULT 0",
)
#: Of each agent so many ended calls are kept.
KEPT_CALLS = 10_000
#: Every so many ended calls the oldest are removed.
_TIDY_EACH = 500
#: States of a call; the first two are not over.
QUEUED, BEGUN, DONE, FAILED, CANCELLED, EXPIRED, LOST = (
    "queued", "begun", "done", "failed", "cancelled", "expired", "lost",
)  # fmt: skip
OPEN = (QUEUED, BEGUN)


@dataclass
class AgentRow:
    """An agent as it is stored. wanted: running, paused or stopped, whatever happens to its process.
    pid, ticks: its process and when that began (clock ticks after boot), to know it again; secret:
    what that process shows at the door. deaths: when it died, seconds since the epoch."""

    name: str
    spec: Mapping[str, Any]
    phase: str
    wanted: str = "stopped"
    pid: int | None = None
    ticks: int | None = None
    secret: str | None = None
    why: str = ""
    deaths: tuple[float, ...] = ()
    restarts: int = 0
    owner: str = ""
    made_at: float = 0.0


@dataclass
class CallRow:
    """A call as it is stored. Times in seconds since the epoch; result: plain data, None while it is
    not over. key: the asker's own mark, with which the same call is not made twice. report: of its
    agent's scheduler: seconds in line, waiting and at work, how often it made room. person: whether
    a person may stand behind it, who can say yes to what needs one. attended: it ends where nobody can
    watch over it any more."""

    number: int
    agent: str
    verb: str
    args: Mapping[str, Any]
    who: str
    priority: int
    due_at: float | None
    key: str | None
    state: str
    result: Any
    asked_at: float
    began_at: float | None = None
    ended_at: float | None = None
    report: Any = None
    person: bool = True
    attended: bool = False

    def to_json(self) -> dict[str, Any]:
        """For who asked."""
        ours = ("key", "person", "attended")
        return {k: v for k, v in vars(self).items() if k not in ours and v is not None}


class Store:
    """The database at a path; made where it is not there. Of one thread.

    Raises FileError where it can't be read or made; a file that is no database is set aside (its
    new name in `set_aside`), and a new one begun.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.set_aside = path, ""
        self._ended = 0
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as exc:
            if isinstance(exc, sqlite3.OperationalError) and not _corrupt(exc):
                raise FileError(
                    f"expected the daemon's database at {shown(path)}, got: {exc}"
                ) from exc
            aside = path.with_name(f"{path.name}.unreadable-{int(time.time())}")
            for end in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{path}{end}").replace(f"{aside}{end}")
            self.set_aside = str(aside)
            self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise FileError(
                    f"expected a daemon's database of version {_VERSION} or older at "
                    f"{shown(self.path)}, got {version}: it is from a newer LLMAgentOS"
                )
            db.executescript(_SCHEMA)
            for change in _SINCE_1 if version == 1 else ():
                db.execute(change)
            db.execute(f"PRAGMA user_version={_VERSION}")
            if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("malformed")
        except BaseException:
            db.close()
            raise
        self.path.chmod(0o600)
        return db

    def commit(self) -> None:
        """All that was written so far is on the disk. Raises DaemonError where it can't be: then
        nothing since the last commit has happened."""
        if not self._db.in_transaction:
            return
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as exc:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise DaemonError(f"expected room for the daemon's state, got: {exc}") from exc

    @property
    def dirty(self) -> bool:
        """Whether something waits for a commit."""
        return self._db.in_transaction

    def close(self) -> None:
        """Commit, and close."""
        with contextlib.suppress(DaemonError):
            self.commit()
        self._db.close()

    # --- agents -----------------------------------------------------------------------------

    def agents(self) -> Iterator[AgentRow]:
        """All of them, by name."""
        for row in self._db.execute("SELECT * FROM agents ORDER BY name"):
            found = dict(row)
            found["spec"] = json.loads(found["spec"])
            found["deaths"] = tuple(json.loads(found["deaths"]))
            yield AgentRow(**found)

    def put(self, agent: AgentRow) -> None:
        """Keep it as it is now."""
        row = dict(vars(agent))
        row["spec"], row["deaths"] = json.dumps(row["spec"]), json.dumps(row["deaths"])
        self._write(
            f"INSERT OR REPLACE INTO agents ({', '.join(row)}) VALUES ({_marks(len(row))})",
            tuple(row.values()),
        )

    def remove(self, name: str) -> None:
        """The agent and all its calls."""
        self._write("DELETE FROM agents WHERE name = ?", (name,))
        self._write("DELETE FROM calls WHERE agent = ?", (name,))

    # --- calls ------------------------------------------------------------------------------

    def add_call(
        self, agent: str, verb: str, args: Mapping[str, Any], who: str, priority: int,
        due_at: float | None = None, key: str | None = None, person: bool = True,
        attended: bool = False,
    ) -> CallRow:  # fmt: skip
        """A new call in line; with a key that `who` has used before, the call of then.
        Raises KeyReusedError where that was another one."""
        if key is not None:
            found = self._db.execute(
                "SELECT * FROM calls WHERE who = ? AND key = ?", (who, key)
            ).fetchone()
            if found is not None:
                before = _call(found)
                same = (before.agent, before.verb, before.args, before.priority) == (
                    agent, verb, dict(args), priority
                )  # fmt: skip
                if not same or not _same_deadline(before, due_at):
                    raise KeyReusedError(
                        f"expected the same call for the key {key!r} as before, got another one: "
                        f"call {before.number} was {before.verb} for {before.agent}"
                    )
                return before
        now = time.time()
        done = self._write(
            "INSERT INTO calls (agent, verb, args, who, priority, due_at, key, state, asked_at, person, "
            "attended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (agent, verb, json.dumps(dict(args)), who, priority, due_at, key, QUEUED, now, person,
             attended),
        )  # fmt: skip
        number = int(done.lastrowid or 0)
        return CallRow(
            number, agent, verb, args, who, priority, due_at, key, QUEUED, None, now,
            person=person, attended=attended,
        )  # fmt: skip

    def call(self, number: int) -> CallRow | None:
        """One call; None where there is none of that number."""
        row = self._db.execute("SELECT * FROM calls WHERE number = ?", (number,)).fetchone()
        return None if row is None else _call(row)

    def calls(self, agent: str = "", last: int = 20) -> list[CallRow]:
        """The newest calls, of one agent or of all, oldest first."""
        where, values = ("WHERE agent = ?", [agent]) if agent else ("", [])
        rows = self._db.execute(
            f"SELECT * FROM calls {where} ORDER BY number DESC LIMIT ?", (*values, last)
        ).fetchall()
        return [_call(row) for row in reversed(rows)]

    def open_calls(self, agent: str) -> list[CallRow]:
        """Calls of an agent that are not over, in the order in which they came."""
        rows = self._db.execute(
            "SELECT * FROM calls WHERE agent = ? AND state IN ('queued', 'begun') ORDER BY number",
            (agent,),
        ).fetchall()
        return [_call(row) for row in rows]

    def in_line(self, agent: str) -> int:
        """How many calls of an agent have not begun."""
        return int(
            self._db.execute(
                "SELECT count(*) FROM calls WHERE agent = ? AND state = 'queued'", (agent,)
            ).fetchone()[0]
        )

    def begun(self, number: int, at: float) -> None:
        """A call has begun."""
        self._write(
            "UPDATE calls SET state = ?, began_at = ? WHERE number = ? AND state = ?",
            (BEGUN, at, number, QUEUED),
        )

    def over(self, number: int, state: str, result: Any, report: Any = None) -> bool:
        """A call is over. False where it was already: the first end counts."""
        done = self._write(
            "UPDATE calls SET state = ?, result = ?, report = ?, ended_at = ? "
            "WHERE number = ? AND state IN ('queued', 'begun')",
            (state, json.dumps(result), json.dumps(report), time.time(), number),
        )
        self._ended += done.rowcount
        if self._ended >= _TIDY_EACH:
            self._ended = 0
            self._tidy()
        return done.rowcount > 0

    def _tidy(self) -> None:
        for (name,) in self._db.execute("SELECT DISTINCT agent FROM calls").fetchall():
            self._write(
                "DELETE FROM calls WHERE agent = ? AND state NOT IN ('queued', 'begun') AND number <= "
                "(SELECT number FROM calls WHERE agent = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (name, name, KEPT_CALLS),
            )

    # --- identities -------------------------------------------------------------------------

    def identities(self) -> list[Identity]:
        """Everybody who was let in."""
        rows = self._db.execute("SELECT * FROM identities ORDER BY name")
        return [
            Identity(r["name"], r["role"], r["hash"], r["expires_at"], bool(r["program"]))
            for r in rows
        ]

    def grant(self, who: Identity) -> None:
        """Somebody may come in; an earlier token of the name is no more."""
        self._write(
            "INSERT OR REPLACE INTO identities (name, role, hash, made_at, expires_at, program) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (who.name, who.role, who.hash, time.time(), who.expires_at, who.program),
        )

    def revoke(self, name: str) -> bool:
        """Not any more. Whether there was somebody of that name."""
        return self._write("DELETE FROM identities WHERE name = ?", (name,)).rowcount > 0

    # --- inside -----------------------------------------------------------------------------

    def _write(self, sql: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        try:
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            return self._db.execute(sql, values)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as exc:
            raise DaemonError(f"expected room for the daemon's state, got: {exc}") from exc


def _same_deadline(before: CallRow, due_at: float | None) -> bool:
    """Whether a call that is asked for now has as long as one of then had, give or take a second."""
    if before.due_at is None or due_at is None:
        return before.due_at == due_at
    return abs((before.due_at - before.asked_at) - (due_at - time.time())) < 1.0


def _corrupt(exc: sqlite3.Error) -> bool:
    return "malformed" in str(exc) or "not a database" in str(exc)


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _call(row: sqlite3.Row) -> CallRow:
    found = dict(row)
    found["args"] = json.loads(found["args"])
    found["result"] = None if found["result"] is None else json.loads(found["result"])
    found["report"] = None if found["report"] is None else json.loads(found["report"])
    found["person"], found["attended"] = bool(found["person"]), bool(found["attended"])
    return CallRow(**found)
