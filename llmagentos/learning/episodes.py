"""Keeps what happened, for learning later: one JSON object a line, of which docs/learning.md tells
the schema.

Knows: the result contract of a command, and what a person said of it (feedback). Does not know: how
anything learns from it (lessons.py).
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError
from llmagentos.files import make_folder, refusing, written
from llmagentos.learning.reward import reward
from llmagentos.ports.modules import LearningModule

_LOG = logging.getLogger(__name__)
_WHAT = "a file of episodes that can be written"
#: Of the lines' schema: a reader skips lines of another one.
VERSION = 1
#: From this size on the older half of the file goes.
MAX_BYTES = 20_000_000


__all__ = ["EpisodeLog", "read", "reward"]


class EpisodeLog(LearningModule):
    """Remembers every episode with its reward; with a `path`, in a JSON-lines file as well, which
    only its owner can read and which never grows beyond `max_bytes` by more than a line.

    FileError at once for a file that cannot be written. A disk that fills later costs the file its
    lines, with a warning, and no command its result.
    """

    def __init__(
        self, path: Path | str | None = None, keep: int = 1000, max_bytes: int = MAX_BYTES
    ):
        self._path, self._keep, self._max_bytes = (
            None if path is None else Path(path),
            keep,
            max_bytes,
        )
        if self._path is not None:
            make_folder(self._path.parent, "a folder for episodes")
            with refusing(self._path, _WHAT):
                os.close(os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        self._episodes: list[dict[str, Any]] = []
        self._session, self._count = _new_session(), 0

    def observe(self, episode: Mapping[str, Any]) -> None:
        """Keep an episode with its reward; the oldest goes when there are too many."""
        self._count += 1
        named = {"version": VERSION, "kind": "episode", "id": f"{self._session}-{self._count}"}
        record = {**named, "time": round(time.time(), 3), "reward": reward(episode), **episode}
        self._episodes = [*self._episodes, record][-self._keep :]
        self._append(record)

    def feedback(self, value: float, words: str = "") -> bool:
        """Keep what a person thinks of the newest episode; False where there is none."""
        if not self._episodes:
            return False
        newest = self._episodes[-1]
        newest["feedback"] = value
        self._append(
            {"version": VERSION, "kind": "feedback", "of": newest["id"], "value": value, "words": words}
        )  # fmt: skip
        return True

    def reset(self) -> None:
        """Later episodes are of another session: they correct nothing of this one."""
        self._session, self._count = _new_session(), 0

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """Those kept in memory, oldest first."""
        return iter(self._episodes)

    def _append(self, record: Mapping[str, Any]) -> None:
        if self._path is None:
            return
        try:
            with refusing(self._path, _WHAT):
                if self._path.exists() and self._path.stat().st_size > self._max_bytes:
                    self._halve(self._path)
                with self._path.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(record) + "\n")
        except FileError as exc:
            _LOG.warning("an episode is not kept: %s", exc)

    def _halve(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        with written(path, _WHAT) as part:
            part.touch(0o600)
            part.write_bytes(b"".join(lines[len(lines) // 2 :]))


def read(path: Path) -> list[dict[str, Any]]:
    """The episodes of a file, oldest first, each with the "feedback" that it got (the last word
    counts); [] where there is no file. A line that is cut off or of another version is skipped.
    FileError for a file that cannot be read."""
    found: dict[str, dict[str, Any]] = {}
    if not path.exists():
        return []
    with refusing(path, "a file of episodes"):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines:
        try:
            record = json.loads(line)
            if record["version"] != VERSION:
                continue
            if record["kind"] == "feedback" and record["of"] in found:
                found[record["of"]]["feedback"] = float(record["value"])
            elif record["kind"] == "episode":
                found[str(record["id"])] = record
        except (ValueError, KeyError, TypeError):
            continue
    return list(found.values())


def _new_session() -> str:
    return f"{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(3).hex()}"
