"""What a robot remembers over restarts: what was said, told and done, and where things were last
seen and usually go.

Knows: what it keeps and for how long, how it is searched and forgotten. Does not know: the file
(base.py), how any of it is told (dialogue/questions/past.py), nor the running session (session.py).

    memory = LongTermMemory(path)
    memory.did("put the cup in the box", "succeeded", "I put the cup in the box.", scene)
    memory.told("the key is in the tray")
    memory.last_seen()                 # each thing with when it was seen last, and among what
    memory.commands(last=5)            # the newest commands, oldest first
    memory.search("cup")               # commands with that word
    memory.forget("cup")               # and everything about it is gone
"""

from __future__ import annotations

import logging
import math
import os
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError, ModelError
from llmagentos.memory import finding, habits, sights
from llmagentos.memory.base import MemoryFile
from llmagentos.memory.habits import Placed, Usual
from llmagentos.memory.sights import Sight
from llmagentos.ports.meaning import WordMeaning
from llmagentos.types import Scene

__all__ = ["Deed", "LongTermMemory", "Sight", "memory_file", "opened"]

_log = logging.getLogger(__name__)
#: What is older goes, days; and of commands all but the newest so many. What was told stays.
KEEP_DAYS, KEEP_COMMANDS = 180.0, 20_000
#: The status of what a person told, beside the results of commands.
TOLD = "told"
#: A row is about the words from this score on (finding.score): for two words, one of them.
_ABOUT = 0.14
_ROW = "commands.at, session, commands.text, status, commands.reply, commands.id"


@dataclass(frozen=True)
class Deed:
    """A command, and what came of it; or what a person told (status "told"). at: seconds since
    1970, when it ended; number: its row's."""

    at: float
    session: str
    text: str
    status: str
    reply: str
    number: int = 0


class LongTermMemory:
    """Kept in a file that only its owner can read. One that can't be read is put aside, and said.

    clock: seconds since 1970. keep_days, keep_commands: what is more goes. meaning: finds what was
    said in other words; None: by the words alone.

    Raises FileError for a place that can't be written. A disk that fills later costs the memory
    what it would have kept, with a warning, and no command its result.
    """

    def __init__(
        self,
        path: Path | str,
        clock: Callable[[], float] = time.time,
        keep_days: float = KEEP_DAYS,
        keep_commands: int = KEEP_COMMANDS,
        meaning: WordMeaning | None = None,
    ) -> None:
        self._clock, self._keep_days, self._keep_commands = clock, keep_days, keep_commands
        self._meaning = meaning
        self._began = clock()
        self.session = f"{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(3).hex()}"
        self._file = MemoryFile(path, clock)
        self.path, self._base = self._file.path, self._file.base

    @property
    def problem(self) -> str:
        """Why a file was put aside, "" for none."""
        return self._file.problem

    # --- keeping ------------------------------------------------------------------------------

    def saw(self, scene: Scene) -> None:
        """What stands where now."""
        if scene.objects:
            with self._file.writing() as base:
                sights.keep(base, scene, self._clock())

    def did(
        self,
        text: str,
        status: str,
        reply: str,
        scene: Scene | None = None,
        placed: Sequence[Placed] = (),
    ) -> int:
        """A command has ended, and what was seen and put where then. Its number; 0 where it could
        not be kept."""
        number = 0
        with self._file.writing() as base:
            if scene is not None and scene.objects:
                sights.keep(base, scene, self._clock())
            number = self._insert(base, text, status, reply)
            self._place(base, number, placed)
            self._drop_old(base)
        return number

    def told(self, text: str, placed: Sequence[Placed] = ()) -> int:
        """A person said that it is so. placed: where they want things."""
        number = 0
        with self._file.writing() as base:
            number = self._insert(base, text, TOLD, "")
            self._place(base, number, placed)
        return number

    def taken_back(self, numbers: Collection[int]) -> None:
        """These commands were undone: where they put things is nobody's habit."""
        with self._file.writing() as base:
            base.executemany("DELETE FROM placed WHERE command = ?", [(n,) for n in numbers])

    # --- forgetting ---------------------------------------------------------------------------

    def forget(self, words: str) -> int:
        """Everything about it: commands and what was told in which all the words are, and things
        that are called so ("red cup"). How many of both."""
        wanted = set(words.lower().split())
        things = {
            s.thing.id for s in self.last_seen() if wanted and wanted <= sights.names(s.thing)
        }
        numbers: list[int] = []
        with self._file.writing() as base:
            if finding.query(words):
                found = base.execute(_FOUND.format("rowid"), (finding.query(words),))
                numbers = [n for (n,) in found]
            self._remove(base, numbers)
            sights.drop(base, things)
            kinds = base.execute("SELECT DISTINCT object, kind, color FROM placed").fetchall()
            gone = [(o,) for o, *called in kinds if o in things or wanted <= {*called} - {""}]
            base.executemany("DELETE FROM placed WHERE object = ?", gone if wanted else [])
        self._file.wipe()
        return len(numbers) + len(things)

    def forget_rows(self, numbers: Collection[int]) -> None:
        """These commands, or what was told, with where they put things."""
        with self._file.writing() as base:
            self._remove(base, list(numbers))
        self._file.wipe()

    def forget_all(self) -> None:
        """Everything."""
        with self._file.writing() as base:
            for table in ("seen", "scenes", "commands", "placed", "vocabulary"):
                base.execute(f"DELETE FROM {table}")
            base.execute("INSERT INTO words (words) VALUES ('rebuild')")
        self._file.wipe()

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
        return sights.last(self._base)

    def commands(
        self, last: int = 10, since: float = -math.inf, until: float = math.inf
    ) -> list[Deed]:
        """The newest so many between two times (seconds since 1970), oldest first."""
        rows = self._base.execute(
            f"SELECT {_ROW} FROM commands WHERE at >= ? AND at <= ? AND status <> ? "
            "ORDER BY id DESC LIMIT ?",
            (max(since, -1e12), min(until, 1e12), TOLD, last),
        )
        return [Deed(*row) for row in rows][::-1]

    def facts(self, last: int = 50) -> list[Deed]:
        """What was told, the newest first."""
        rows = self._base.execute(
            f"SELECT {_ROW} FROM commands WHERE status = ? ORDER BY id DESC LIMIT ?", (TOLD, last)
        )
        return [Deed(*row) for row in rows]

    def newest(self) -> Deed | None:
        """The newest command since this was opened, or what was told then; by another process, too."""
        row = self._base.execute(
            f"SELECT {_ROW} FROM commands WHERE at >= ? ORDER BY id DESC LIMIT 1", (self._began,)
        ).fetchone()
        return None if row is None else Deed(*row)

    def kept(self, numbers: Collection[int]) -> set[int]:
        """Those of the numbers that are not forgotten."""
        wanted = [n for n in numbers if n]
        marks = ", ".join("?" * len(wanted))
        rows = self._base.execute(f"SELECT id FROM commands WHERE id IN ({marks})", wanted)
        return {n for (n,) in rows}

    def search(self, words: str, last: int = 10) -> list[Deed]:
        """Commands, and what was told, with all these words in what was said or answered, the
        newest first; inflected forms count."""
        if not finding.query(words):
            return []
        return self._rows(f"({_FOUND.format('rowid')})", finding.query(words), last)

    def recall(self, words: str, last: int = 10, told: bool = False) -> list[Deed]:
        """What is about these words, in other words too where there is a `meaning`: what fits best
        first, of that the newest. told: only what a person told."""
        about = finding.words_of(words)
        near = {word: {word: 1.0} for word in about}
        if self._meaning is not None:
            try:
                with self._file.writing() as base:
                    near = {
                        w: dict(x) for w, x in finding.alike(base, about, self._meaning).items()
                    }
            except ModelError as exc:
                _log.warning("only the words themselves are looked for: %s", exc)
        if not about:
            return []
        rows = self._rows(f"({_FOUND.format('rowid')})", finding.any_of(near), 1000)
        scored = [(_score(d, near), d) for d in rows if not told or d.status == TOLD]
        best = sorted(scored, key=lambda row: (-round(row[0], 2), -row[1].number))
        return [d for s, d in best if s >= _ABOUT][:last]

    def usual(self, thing: str, kind: str, color: str) -> Usual:
        """Where that thing goes, by what was done with it, else with others of its kind."""
        select = "SELECT object, kind, color, place, wished FROM placed WHERE kind = ? {} ORDER BY rowid DESC"
        of_kind = [Placed(*row) for row in self._base.execute(select.format(""), (kind,))]
        own = [r for r in of_kind if r.thing == thing or (color and r.color == color)]
        own += [r for r in of_kind if r.wished and not r.color and r not in own]
        found = habits.usual(own)
        return found if found.place is not None else habits.usual(of_kind)

    def export(self) -> Iterator[dict[str, Any]]:
        """Everything as plain data, one row after another."""
        for deed in self.commands(self._keep_commands):
            yield {"row": "command", **asdict(deed)}
        for deed in self.facts(self._keep_commands):
            yield {"row": "told", **asdict(deed)}
        for sight in self.last_seen():
            yield {"row": "seen", "at": sight.at, **asdict(sight.thing)}
        for row in self._base.execute("SELECT at, object, kind, color, place, wished FROM placed"):
            names = ("at", "object", "kind", "color", "place", "wished")
            yield {"row": "placed", **dict(zip(names, row, strict=True))}

    # --- inside -------------------------------------------------------------------------------

    def _rows(self, numbers: str, match: str, last: int) -> list[Deed]:
        found = self._base.execute(
            f"SELECT {_ROW} FROM commands WHERE id IN {numbers} ORDER BY id DESC LIMIT ?",
            (match, last),
        )
        return [Deed(*row) for row in found]

    def _insert(self, base: sqlite3.Connection, text: str, status: str, reply: str) -> int:
        number = base.execute(
            "INSERT INTO commands (at, session, text, status, reply) VALUES (?, ?, ?, ?, ?)",
            (self._clock(), self.session, text, status, reply),
        ).lastrowid
        base.execute(
            "INSERT INTO words (rowid, text, reply) VALUES (?, ?, ?)", (number, text, reply)
        )
        finding.learn(base, f"{text} {reply}")
        return int(number or 0)

    def _place(self, base: sqlite3.Connection, number: int, placed: Sequence[Placed]) -> None:
        base.executemany(
            "INSERT INTO placed (command, at, object, kind, color, place, wished) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (number, self._clock(), x.thing, x.kind, x.color, x.place, int(x.wished))
                for x in placed
            ],
        )

    def _drop_old(self, base: sqlite3.Connection) -> None:
        before = self._clock() - 86400 * self._keep_days
        base.execute("DELETE FROM seen WHERE at < ?", (before,))
        old = base.execute(
            "SELECT id FROM commands WHERE status <> ? AND "
            "(at < ? OR id <= (SELECT max(id) FROM commands) - ?)",
            (TOLD, before, self._keep_commands),
        )
        self._remove(base, [n for (n,) in old])

    def _remove(self, base: sqlite3.Connection, numbers: Sequence[int]) -> None:
        texts = []
        for number in numbers:
            text, reply = base.execute(
                "SELECT text, reply FROM commands WHERE id = ?", (number,)
            ).fetchone()
            base.execute(
                "INSERT INTO words (words, rowid, text, reply) VALUES ('delete', ?, ?, ?)",
                (number, text, reply),
            )
            base.execute("DELETE FROM commands WHERE id = ?", (number,))
            base.execute("DELETE FROM placed WHERE command = ?", (number,))
            texts.append(f"{text} {reply}")
        finding.unlearn(base, texts)


_FOUND = "SELECT {} FROM words WHERE words MATCH ?"


def _score(deed: Deed, near: dict[str, dict[str, float]]) -> float:
    return finding.score(f"{deed.text} {deed.reply}", near)


def opened(path: Path | str, meaning: WordMeaning | None = None) -> LongTermMemory | None:
    """The memory of that file; None, with a warning, where it can't be written."""
    try:
        return LongTermMemory(path, meaning=meaning)
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
