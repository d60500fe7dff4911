"""Data sets as demonstrations to train an environment's policies from.

Knows: which features are an environment's observations and actions. Does not know: learning.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError
from llmagentos.files import shown
from sim.data import schema
from sim.data.reader import Dataset


@dataclass(frozen=True)
class Demonstrations:
    """Frames of all episodes in order.

    observations: float32 [n, k] a part of the observation; actions: float32 [n, m] in [-1, 1];
    ends: for each episode, where the next one begins.
    """

    observations: dict[str, NDArray[np.float32]]
    actions: NDArray[np.float32]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.actions)

    def frames(self, first: int, end: int) -> list[dict[str, NDArray[np.float32]]]:
        """The observations of those frames, one dictionary each."""
        return [{k: v[i] for k, v in self.observations.items()} for i in range(first, end)]


def load(root: Path, observation_space: Any, action_space: Any) -> Demonstrations:
    """The demonstrations in `root` for an environment with these (Gymnasium) spaces.

    Parts of the observation are found by the names of `observation.environment_state`
    ("observation.0", ..., "desired_goal.2"), whatever their order. DatasetError where a part is
    missing, sizes differ, or an action is none of the environment's.
    """
    data = Dataset(root)
    where = shown(root)
    state, acted = data.features.get(schema.ENVIRONMENT), data.features.get(schema.ACTION)
    if state is None or acted is None:
        raise DatasetError(
            f"expected {schema.ENVIRONMENT} and {schema.ACTION} in {where}, got "
            f"{sorted(data.features)}: record an environment with `llmagentos record --env`"
        )
    if not all(hasattr(s, "spaces") or s.shape for s in (observation_space, action_space)):
        raise DatasetError(
            f"expected an environment with vectors to see and do, got {action_space}"
        )
    columns = {part: _columns(part, state["names"]) for part in observation_space.spaces}
    for part, space in observation_space.spaces.items():
        if space.shape != (len(columns[part]),):
            raise DatasetError(
                f"expected {space.shape[0]} numbers of {part} in {where}, got {len(columns[part])}"
            )
    if tuple(acted["shape"]) != action_space.shape:
        raise DatasetError(
            f"expected actions of shape {action_space.shape} in {where}, got {tuple(acted['shape'])}"
        )
    episodes = [episode.values for episode in data]
    if not episodes:
        raise DatasetError(f"expected episodes in {where}, got none")
    states = np.concatenate([v[schema.ENVIRONMENT] for v in episodes]).astype(np.float32)
    actions = np.concatenate([v[schema.ACTION] for v in episodes]).astype(np.float32)
    if (actions < action_space.low - 1e-6).any() or (actions > action_space.high + 1e-6).any():
        raise DatasetError(
            f"expected actions within the environment's range in {where}, got others"
        )
    ends = np.cumsum([len(v[schema.ACTION]) for v in episodes])
    parts = {part: states[:, found] for part, found in columns.items()}
    return Demonstrations(parts, actions, tuple(int(end) for end in ends))


def _columns(part: str, names: list[str]) -> list[int]:
    """Places of "part.0", "part.1", ... among the names."""
    places = {name: i for i, name in enumerate(names)}
    found: list[int] = []
    while (name := f"{part}.{len(found)}") in places:
        found.append(places[name])
    return found
