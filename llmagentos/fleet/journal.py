"""What a fleet's book says, on the disk: a coordinator that was killed goes on with it.

Knows: lines that are appended and what they add up to. Does not know: robots, leases.

As the daemon's journal, a line is written before what it says takes effect, and survives a kill -9 (not a
power cut, which ends all leases too).
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from llmagentos.errors import FleetError
from llmagentos.files import refusing
from llmagentos.fleet.book import Book, Row, State
from llmagentos.fleet.values import FleetTask

_WHAT = "a fleet's journal"


class Journal:
    """path: None keeps nothing. Raises FileError."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = -1
        if path is not None:
            with refusing(path, _WHAT):
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def task(self, task: FleetTask) -> None:
        """It was handed in."""
        self._add({"task": asdict(task)})

    def row(self, row: Row) -> None:
        """Where it stands now."""
        self._add({"id": row.task.id, "state": row.state.value, "robot": row.robot,
                   "token": row.token, "begun": row.begun, "times": row.times, "why": row.why})  # fmt: skip

    def close(self) -> None:
        """Nothing more is written. May be called twice."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = -1

    def _add(self, said: dict[str, Any]) -> None:
        if self._file < 0:
            return
        assert self._path is not None
        with refusing(self._path, _WHAT):
            # begins with a line's end: after a line that a kill cut off comes a whole one
            os.write(self._file, b"\n" + json.dumps(said).encode() + b"\n")


def read(path: Path, lease_s: float, now_s: float) -> Book:
    """The book that a journal adds up to; an empty one where there is none. What was given stays given
    for one lease: its robot may be at work. A line that was cut off is left out."""
    book = Book(lease_s)
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return book
    except OSError:
        with refusing(path, _WHAT):
            raise
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError, FleetError):
            said = json.loads(line)
            if "task" in said:
                fields = dict(said["task"])
                fields["needs"] = tuple(fields["needs"])
                fields["at_m"] = None if fields["at_m"] is None else tuple(fields["at_m"])
                book.submit(FleetTask(**fields))
            else:
                row = book.row(said["id"])
                row.state, row.robot, row.token = State(said["state"]), said["robot"], said["token"]
                row.begun, row.times, row.why = said["begun"], said["times"], said["why"]
                row.until_s = now_s + lease_s
                book.token = max(book.token, row.token)
    return book
