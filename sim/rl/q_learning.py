"""Tabular Q-learning (Watkins 1989; Sutton and Barto 2018, section 6.5), whole.

    Q(s, a) <- Q(s, a) + rate * (r + discount * max_b Q(s', b) - Q(s, a))

Knows: discrete observations and actions. Does not know: run folders, pictures, the command line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from llmagentos.errors import TrainingError
from llmagentos.files import read_json, refusing, write_text, written
from sim.rl.learner import Report, Settings, Task, merged
from sim.rl.rollouts import Policy, Workers

#: Entries of a table that is still reasonable to keep: 400 MB.
_LARGEST = 50_000_000
#: learning_rate, gamma: rate and discount of the rule above. initial_value: every entry at the
#: start; with rewards of at most 0, 0 is optimistic: what was not tried looks best. exploration_*:
#: chance of a random action at the start, at the end, and the part of the run until then.
DEFAULTS: dict[str, Any] = {
    "learning_rate": 0.8,
    "gamma": 0.9,
    "initial_value": 0.0,
    "exploration_initial_eps": 0.3,
    "exploration_final_eps": 0.02,
    "exploration_fraction": 0.5,
}


class StateIndex:
    """Numbers observations of these sizes, each counted from `start`, from 0."""

    def __init__(self, sizes: list[int], start: list[int]) -> None:
        self.sizes, self.start = sizes, start
        self.count = int(np.prod([float(s) for s in sizes]))
        self._steps = np.array([int(np.prod(sizes[i + 1 :])) for i in range(len(sizes))])
        self._first = int(np.dot(start, self._steps))

    @classmethod
    def of(cls, space: Any) -> StateIndex:
        """Of a Discrete or MultiDiscrete space."""
        if isinstance(space, spaces.Discrete):
            return cls([int(space.n)], [int(space.start)])
        return cls(space.nvec.tolist(), space.start.tolist())

    def __call__(self, observation: Any) -> int:
        return int(np.dot(np.atleast_1d(observation), self._steps)) - self._first


class TablePolicy(Policy):
    """The best action of the table; the first of equals."""

    def __init__(self, table: NDArray[np.float64], index: StateIndex) -> None:
        self._table, self._index = table, index

    def act(self, observation: Any) -> np.int64:
        """Greedy: what looks best."""
        return np.int64(self._table[self._index(observation)].argmax())


class QLearning:
    """A learner (sim/rl/learner.py) with one table of float64 [observations, actions]."""

    def __init__(self, task: Task, settings: Settings) -> None:
        self.settings = merged(DEFAULTS, settings)
        self.steps = 0
        self._total = task.total
        self._env: gym.Env[Any, Any] = task.env.make()
        space: Any = self._env.action_space
        self._index = StateIndex.of(self._env.observation_space)
        self._actions = int(space.n)
        if self._index.count * self._actions > _LARGEST:
            raise TrainingError(
                f"expected a table of at most {_LARGEST:,} entries, got "
                f"{self._index.count:,} observations of {self._actions} actions"
            )
        self.table = np.full((self._index.count, self._actions), self.settings["initial_value"])

    def learn(self, steps: int, seed: int, workers: Workers, report: Report) -> dict[str, float]:
        """So many steps, epsilon-greedy; `td_error` is the mean size of a correction."""
        rng, index, table, env = np.random.default_rng(seed), self._index, self.table, self._env
        rate, discount = self.settings["learning_rate"], self.settings["gamma"]
        state, over, corrected = index(env.reset(seed=seed)[0]), False, 0.0
        for done in range(1, steps + 1):
            if rng.random() < self._explore():
                action = int(rng.integers(self._actions))
            else:
                row = table[state]
                action = int(rng.choice(np.flatnonzero(row == row.max())))
            observation, reward, terminated, truncated, _ = env.step(np.int64(action))
            after = index(observation)
            ahead = 0.0 if terminated else discount * table[after].max()
            error = float(reward) + ahead - table[state, action]
            table[state, action] += rate * error
            corrected += abs(error)
            self.steps += 1
            over = terminated or truncated
            state = index(env.reset()[0]) if over else after
            if done % 1000 == 0:
                report(self.steps)
        return {"td_error": corrected / steps, "explore": self._explore()}

    def _explore(self) -> float:
        s = self.settings
        part = min(1.0, self.steps / max(1.0, s["exploration_fraction"] * self._total))
        return float(
            s["exploration_initial_eps"]
            + part * (s["exploration_final_eps"] - s["exploration_initial_eps"])
        )

    def policy(self) -> TablePolicy:
        """The table's best actions, as it is now."""
        return TablePolicy(self.table.copy(), self._index)

    def save(self, folder: Path) -> None:
        """table.npz and spaces.json."""
        with written(folder / "table.npz", "a table that can be written") as part:
            np.savez_compressed(part, table=self.table)
        row = {"sizes": self._index.sizes, "start": self._index.start, "steps": self.steps}
        write_text(folder / "spaces.json", json.dumps(row))

    def save_memory(self, folder: Path) -> None:
        """Nothing: a table remembers no transitions."""

    def close(self) -> None:
        """Close the world."""
        self._env.close()


def make(task: Task, settings: Settings, folder: Path | None = None) -> QLearning:
    """A new learner, or the one that `save` wrote into `folder`."""
    learner = QLearning(task, settings)
    if folder is not None:
        table, row = _read(folder)
        if table.shape != learner.table.shape:
            want, got = learner.table.shape, table.shape
            raise TrainingError(f"expected a table of {want} in {folder}, got {got}")
        learner.table, learner.steps = table, row["steps"]
    return learner


def load_policy(folder: Path) -> TablePolicy:
    """The policy that `QLearning.save` wrote."""
    table, row = _read(folder)
    return TablePolicy(table, StateIndex(row["sizes"], row["start"]))


def _read(folder: Path) -> tuple[NDArray[np.float64], dict[str, Any]]:
    path = folder / "table.npz"
    with refusing(path, "a trained table"), np.load(path) as file:
        table = file["table"]
    return table, read_json(folder / "spaces.json", "a trained table's spaces")
