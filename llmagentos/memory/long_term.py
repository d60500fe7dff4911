"""What a robot remembers over restarts: what was said and done, and where things were last seen.

Knows: one SQLite file (write-ahead log), what it keeps and for how long, how it is searched. Does
not know: how any of it is told (dialogue/questions/past.py), nor the running session (session.py).

    memory = LongTermMemory(path)
    memory.did("put the cup in the box", "succeeded", "I put the cup in the box.", scene)
    memory.last_seen()                 # each thing with when it was seen last, and among what
    memory.commands(last=5)            # the newest commands, oldest first
    memory.search("cup")               # commands with that word
    memory.forget("cup")               # and everything about it is gone
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError
from llmagentos.files import make_folder, refusing
from llmagentos.types import Scene, SceneObject, Workspace

_log = logging.getLogger(__name__)
#: What is older goes, days; and of commands all but the newest so many.
KEEP_DAYS, KEEP_COMMANDS = 180.0, 20_000
#: A thing that stands nearer to where it stood has not moved, metres.
_SAME_PLACE_M = 0.01
_VERSION = 1
_TABLES = """
CREATE TABLE scenes (id INTEGER PRIMARY KEY, at REAL NOT NULL, data TEXT NOT NULL);
CREATE TABLE seen (object TEXT PRIMARY KEY, scene INTEGER NOT NULL REFERENCES scenes(id), at REAL NOT NULL);
CREATE TABLE commands (id INTEGER PRIMARY KEY, at REAL NOT NULL, session TEXT NOT NULL,
                       text TEXT NOT NULL, status TEXT NOT NULL, reply TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(text, reply, content=commands, content_rowid=id,
                                      tokenize='porter unicode61');
"""


@dataclass(frozen=True)
class Sight:
    """A thing as it was seen last. at: seconds since 1970; scene: everything that was seen then."""

    thing: SceneObject
    at: float
    scene: Scene


@dataclass(frozen=True)
class Deed:
    """A command, and what came of it. at: seconds since 1970, when it ended."""

    at: float
    session: str
    text: str
    status: str
    reply: str


class LongTermMemory:
    """Kept in a file that only its owner can read. One that can't be read is put aside, and said.

    clock: seconds since 1970. keep_days, keep_commands: what is more goes.

    Raises FileError for a place that can't be written. A disk that fills later costs the memory
    what it would have kept, with a warning, and no command its result.
    """

    def __init__(
        self,
        path: Path | str,
        clock: Callable[[], float] = time.time,
        keep_days: float = KEEP_DAYS,
        keep_commands: int = KEEP_COMMANDS,
    ) -> None:
        self.path, self._clock = Path(path), clock
        self._keep_days, self._keep_commands = keep_days, keep_commands
        self.session = f"{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(3).hex()}"
        #: Why a file was put aside, "" for none.
        self.problem = ""
        make_folder(self.path.parent, "a folder for the memory")
        with refusing(self.path, "a memory that can be written"):
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        try:
            self._base = self._opened()
        except sqlite3.DatabaseError as exc:
            self._base = self._anew(str(exc))

    # --- keeping ------------------------------------------------------------------------------

    def saw(self, scene: Scene) -> None:
        """What stands where now."""
        if scene.objects:
            with self._writing() as base:
                self._keep_scene(base, scene)

    def did(self, text: str, status: str, reply: str, scene: Scene | None = None) -> None:
        """A command has ended, and what was seen then."""
        with self._writing() as base:
            if scene is not None and scene.objects:
                self._keep_scene(base, scene)
            row = (self._clock(), self.session, text, status, reply)
            number = base.execute(
                "INSERT INTO commands (at, session, text, status, reply) VALUES (?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            base.execute(
                "INSERT INTO words (rowid, text, reply) VALUES (?, ?, ?)", (number, text, reply)
            )
            self._drop_old(base)

    def forget(self, words: str) -> int:
        """Everything about it: commands in which all the words are, and things that are called so
        ("red cup"). How many of both."""
        wanted = set(words.lower().split())
        things = [s.thing.id for s in self.last_seen() if wanted and wanted <= _names(s.thing)]
        with self._writing() as base:
            numbers = [n for (n,) in base.execute(_FOUND.format("rowid"), (_query(words),))]
            self._remove(base, numbers)
            for thing in things:
                base.execute("DELETE FROM seen WHERE object = ?", (thing,))
            self._drop_from_scenes(base, set(things))
        return len(numbers) + len(things)

    def forget_all(self) -> None:
        """Everything."""
        with self._writing() as base:
            for table in ("seen", "scenes", "commands"):
                base.execute(f"DELETE FROM {table}")
            base.execute("INSERT INTO words (words) VALUES ('rebuild')")

    @property
    def now_s(self) -> float:
        """Seconds since 1970, by its clock."""
        return self._clock()

    def close(self) -> None:
        """The file is whole without its log."""
        self._base.close()

    # --- recalling ----------------------------------------------------------------------------

    def last_seen(self) -> list[Sight]:
        """Every thing as it was seen last, the newest first."""
        rows = self._base.execute(
            "SELECT seen.object, seen.at, scenes.data FROM seen JOIN scenes ON scenes.id = seen.scene "
            "ORDER BY seen.at DESC"
        )
        out = []
        for name, at, data in rows:
            scene = _scene_of(data)
            thing = scene.get(name)
            if thing is not None:
                out.append(Sight(thing, at, scene))
        return out

    def commands(
        self, last: int = 10, since: float = -math.inf, until: float = math.inf
    ) -> list[Deed]:
        """The newest so many between two times (seconds since 1970), oldest first."""
        rows = self._base.execute(
            "SELECT at, session, text, status, reply FROM commands WHERE at >= ? AND at <= ? "
            "ORDER BY id DESC LIMIT ?",
            (max(since, -1e12), min(until, 1e12), last),
        )
        return [Deed(*row) for row in rows][::-1]

    def search(self, words: str, last: int = 10) -> list[Deed]:
        """Commands with all these words in what was said or answered, the newest first; inflected
        forms count."""
        if not _query(words):
            return []
        rows = self._base.execute(
            "SELECT at, session, commands.text, status, commands.reply FROM commands WHERE id IN "
            f"({_FOUND.format('rowid')}) ORDER BY id DESC LIMIT ?",
            (_query(words), last),
        )
        return [Deed(*row) for row in rows]

    def export(self) -> Iterator[dict[str, Any]]:
        """Everything as plain data, one row after another."""
        for deed in self.commands(self._keep_commands):
            yield {"row": "command", **asdict(deed)}
        for sight in self.last_seen():
            yield {"row": "seen", "at": sight.at, **asdict(sight.thing)}

    # --- inside -------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=5.0, check_same_thread=False)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=NORMAL")
            (version,) = base.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"expected version {_VERSION}, got {version}")
            if version == 0:
                base.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")
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

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All of it, or nothing."""
        try:
            with self._base:
                yield self._base
        except sqlite3.Error as exc:
            _log.warning("this is not remembered: %s: %s", self.path, exc)

    def _keep_scene(self, base: sqlite3.Connection, scene: Scene) -> None:
        now = self._clock()
        row = base.execute("SELECT id, data FROM scenes ORDER BY id DESC LIMIT 1").fetchone()
        if row is not None and _same(_scene_of(row[1]), scene):
            number = row[0]
            base.execute("UPDATE scenes SET at = ? WHERE id = ?", (now, number))
        else:
            number = base.execute(
                "INSERT INTO scenes (at, data) VALUES (?, ?)", (now, _data_of(scene))
            ).lastrowid
        base.executemany(
            "INSERT INTO seen (object, scene, at) VALUES (?, ?, ?) ON CONFLICT (object) DO UPDATE SET "
            "scene = excluded.scene, at = excluded.at",
            [(o.id, number, now) for o in scene.objects],
        )
        base.execute("DELETE FROM scenes WHERE id NOT IN (SELECT scene FROM seen)")

    def _drop_old(self, base: sqlite3.Connection) -> None:
        before = self._clock() - 86400 * self._keep_days
        base.execute("DELETE FROM seen WHERE at < ?", (before,))
        old = base.execute(
            "SELECT id FROM commands WHERE at < ? OR id <= (SELECT max(id) FROM commands) - ?",
            (before, self._keep_commands),
        )
        self._remove(base, [n for (n,) in old])

    def _remove(self, base: sqlite3.Connection, numbers: Sequence[int]) -> None:
        for number in numbers:
            text, reply = base.execute(
                "SELECT text, reply FROM commands WHERE id = ?", (number,)
            ).fetchone()
            base.execute(
                "INSERT INTO words (words, rowid, text, reply) VALUES ('delete', ?, ?, ?)",
                (number, text, reply),
            )
            base.execute("DELETE FROM commands WHERE id = ?", (number,))

    def _drop_from_scenes(self, base: sqlite3.Connection, things: set[str]) -> None:
        """What was forgotten stands in no scene any more, beside others neither."""
        for number, data in base.execute("SELECT id, data FROM scenes").fetchall():
            scene = _scene_of(data)
            kept = tuple(o for o in scene.objects if o.id not in things)
            if len(kept) < len(scene.objects):
                changed = _data_of(Scene(kept, scene.stamp_s, scene.workspace))
                base.execute("UPDATE scenes SET data = ? WHERE id = ?", (changed, number))
        base.execute("DELETE FROM scenes WHERE id NOT IN (SELECT scene FROM seen)")


_FOUND = "SELECT {} FROM words WHERE words MATCH ?"


def _query(words: str) -> str:
    """All of these words, as FTS5 takes them; none of its operators."""
    return " ".join(f'"{word}"' for word in words.replace('"', " ").split())


def _names(thing: SceneObject) -> set[str]:
    return {*thing.label.lower().split(), *thing.id.lower().split("_")}


def _data_of(scene: Scene) -> str:
    return json.dumps(
        {"workspace": asdict(scene.workspace), "objects": [asdict(o) for o in scene.objects]}
    )


def _scene_of(data: str) -> Scene:
    read = json.loads(data)
    objects = tuple(
        SceneObject(**{**row, "position": tuple(row["position"])}) for row in read["objects"]
    )
    return Scene(objects, 0.0, Workspace(**read["workspace"]))


def _same(one: Scene, other: Scene) -> bool:
    """Whether the same things stand in the same places."""
    if {o.id for o in one.objects} != {o.id for o in other.objects}:
        return False
    for o in other.objects:
        was = one.get(o.id)
        if was is None or was.held != o.held or was.support != o.support:
            return False
        if math.dist(was.position, o.position) > _SAME_PLACE_M:
            return False
    return True


def opened(path: Path | str) -> LongTermMemory | None:
    """The memory of that file; None, with a warning, where it can't be written."""
    try:
        return LongTermMemory(path)
    except FileError as exc:
        _log.warning("nothing will be remembered: %s", exc)
        return None


def memory_file(robot: str, folder: str | Path = "") -> Path:
    """The file of a robot's memory. robot: its arm's name, or a namespace; folder: "" for
    `llmagentos/memory` in the user's data folder ($XDG_DATA_HOME, ~/.local/share without it)."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", robot).strip("-.") or "robot"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    place = Path(folder or Path(base) / "llmagentos" / "memory")
    with suppress(RuntimeError):  # "~nobody": whoever opens it says that it is not there
        place = place.expanduser()
    return place / f"{name}.sqlite"
