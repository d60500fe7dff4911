"""Keeps what happened, for learning later: one JSON line per finished command.

Knows: the result contract of a command. Does not know: how anything learns from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llmagentos.ports.modules import LearningModule

#: Reward of a finished command by status: the sign tells success from failure, a question or a
#: refusal is neutral.
REWARD: dict[str, float] = {"succeeded": 1.0, "answered": 1.0, "failed": -1.0}


def reward(episode: Mapping[str, Any]) -> float:
    """Reward of one finished command, in [-1, 1]; minus one hundredth a simulated second."""
    base = REWARD.get(str(episode["status"]), 0.0)
    cost = 0.01 * float(episode["timings"]["sim_s"])
    return max(-1.0, min(1.0, base - (cost if base > 0 else 0.0)))


class EpisodeLog(LearningModule):
    """Remembers every episode with its reward; with a `path`, in a JSON-lines file as well."""

    def __init__(self, path: Path | None = None, keep: int = 1000):
        self._path, self._keep = path, keep
        self._episodes: list[dict[str, Any]] = []

    def observe(self, episode: Mapping[str, Any]) -> None:
        record = {**episode, "reward": reward(episode)}
        self._episodes = [*self._episodes, record][-self._keep :]
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(record) + "\n")

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        return iter(self._episodes)
