"""What an agent's process began and ended, in its own file: the truth after anybody's death.

Knows: lines that are appended, and what they say after a kill. Does not know: what a call does.

A line is written before a call begins and after it has ended. What was written is there after a
kill -9 of the process (not after a power cut, which no arm survives in motion either), so that the
daemon knows of each call whether it may have been begun: none is carried out twice.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmagentos.files import refusing

#: A journal of this size is written anew when nothing in it is awaited.
_LARGE = 1 << 18


@dataclass
class Entries:
    """What a journal says. began: calls that were begun and did not end; ended: results that the
    daemon may not have; exit: why the process ended, where it said so."""

    began: set[int] = field(default_factory=set)
    ended: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    exit: Mapping[str, Any] | None = None


class Journal:
    """An agent's own, written by its process alone. Raises FileError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: dict[int, Mapping[str, Any] | None] = {}
        with refusing(path, "an agent's journal"):
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def began(self, call: int) -> None:
        """Before anything of it is done."""
        self._open[call] = None
        self._add({"began": call})

    def ended(self, call: int, told: Mapping[str, Any]) -> None:
        """What came of it."""
        self._open[call] = told
        self._add({"ended": call, "told": told})

    def settled(self, call: int) -> None:
        """The daemon has its result."""
        self._open.pop(call, None)
        self._add({"settled": call})
        if not self._open and os.fstat(self._file).st_size > _LARGE:
            os.ftruncate(self._file, 0)

    def exits(self, why: Mapping[str, Any]) -> None:
        """The process ends, and why."""
        self._add({"exit": why})

    @property
    def unsettled(self) -> dict[int, Mapping[str, Any]]:
        """Results that the daemon may not have."""
        return {call: told for call, told in self._open.items() if told is not None}

    def close(self) -> None:
        """Nothing more is written."""
        with contextlib.suppress(OSError):
            os.close(self._file)

    def _add(self, row: Mapping[str, Any]) -> None:
        with refusing(self._path, "an agent's journal"):
            # begins with a line's end: after a line that a full disk cut off comes a whole one
            line = b"\n" + json.dumps(row).encode() + b"\n"
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read(path: Path) -> Entries:
    """What the journal of a process that is gone says; nothing where there is none. The last line
    may be cut."""
    out = Entries()
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return out
    for line in lines:
        try:
            row = json.loads(line)
            if "began" in row:
                out.began.add(row["began"])
            elif "ended" in row:
                out.began.discard(row["ended"])
                out.ended[row["ended"]] = row["told"]
            elif "settled" in row:
                out.ended.pop(row["settled"], None)
            elif "exit" in row:
                out.exit = row["exit"]
        except (ValueError, TypeError, KeyError):
            continue
    return out


def clear(path: Path) -> None:
    """All that it says is known now."""
    with contextlib.suppress(OSError):
        path.unlink()
