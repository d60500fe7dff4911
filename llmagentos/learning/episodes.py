"""Keeps what happened, for learning later: one JSON line per finished command.

Knows: the result contract of a command. Does not know: how anything learns from it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError
from llmagentos.files import make_folder, refusing
from llmagentos.learning.reward import reward
from llmagentos.ports.modules import LearningModule

_LOG = logging.getLogger(__name__)
_WHAT = "a file of episodes that can be written"


__all__ = ["EpisodeLog", "reward"]


class EpisodeLog(LearningModule):
    """Remembers every episode with its reward; with a `path`, in a JSON-lines file as well.

    FileError at once for a file that cannot be written. A disk that fills later costs the file its
    lines, with a warning, and no command its result.
    """

    def __init__(self, path: Path | str | None = None, keep: int = 1000):
        self._path, self._keep = None if path is None else Path(path), keep
        if self._path is not None:
            make_folder(self._path.parent, "a folder for episodes")
            with refusing(self._path, _WHAT), self._path.open("a", encoding="utf-8"):
                pass
        self._episodes: list[dict[str, Any]] = []

    def observe(self, episode: Mapping[str, Any]) -> None:
        """Keep an episode with its reward; the oldest goes when there are too many."""
        record = {"reward": reward(episode), **episode}
        self._episodes = [*self._episodes, record][-self._keep :]
        if self._path is not None:
            try:
                with refusing(self._path, _WHAT), self._path.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(record) + "\n")
            except FileError as exc:
                _LOG.warning("an episode is not kept: %s", exc)

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """Those kept in memory, oldest first."""
        return iter(self._episodes)
