"""`llmagentos/Table-v0`: a hand, objects and their marks on a small grid, for tabular methods.

Knows: cells, what a hand does on them, and the shortest way that an oracle goes. Does not know:
physics, metres or learning; one step is one cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from llmagentos.errors import ActionError, ConfigError

#: What an action does, by its number. North is one row up, east one column on.
ACTIONS = ("north", "south", "west", "east", "pick", "place")
_MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))
_PICK, _PLACE = 4, 5
Observation = NDArray[np.int64]


class Table(gym.Env[Observation, np.int64]):
    """Bring every object to its mark: go, pick, go, place. An episode ends when all are there.

    Observation: MultiDiscrete [1 + 2 n]: the hand's cell; per object its cell, or `cells` while it
    is held; per object its mark's cell. A cell is row * columns + column. Start cells and marks
    are drawn at reset, no object on its mark, no two objects or two marks in one cell.

    Actions: Discrete(6), see ACTIONS. What can't be done (off the grid, nothing to pick, a cell
    that is taken) changes nothing and takes its step.

    reward: "sparse" is -1 a step and 0 with the one that solves it; "shaped" adds 0.2 times the
    steps that the shortest way became shorter (with one object this changes no best policy: it is
    a potential, Ng, Harada and Russell 1999; with more objects the way is the oracle's, which need
    not be the shortest).

    Raises ConfigError for a grid that cannot hold its objects or an unknown reward, ActionError for
    what is no action, or a step before reset.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012

    def __init__(
        self,
        rows: int = 3,
        columns: int = 3,
        objects: int = 1,
        reward: str = "sparse",
        render_mode: str | None = None,
    ) -> None:
        cells = rows * columns
        if min(rows, columns, objects) < 1 or objects >= cells:
            raise ConfigError(
                "expected at least one row, one column and one object, and more cells than "
                f"objects, got {rows} x {columns} cells and {objects} objects"
            )
        if reward not in ("sparse", "shaped"):
            raise ConfigError(f"expected reward sparse or shaped, got {reward!r}")
        if render_mode not in (None, "ansi"):
            raise ConfigError(f"expected render_mode ansi or none, got {render_mode!r}")
        self.rows, self.columns, self.objects = rows, columns, objects
        self.cells, self.reward, self.render_mode = cells, reward, render_mode
        sizes = [cells] + [cells + 1] * objects + [cells] * objects
        self.observation_space = spaces.MultiDiscrete(sizes)
        self.action_space = spaces.Discrete(len(ACTIONS))
        self._hand = -1  # before the first reset
        self._at: list[int] = []
        self._marks: list[int] = []

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """A new table; the same seed gives the same one. options: none are known (ConfigError)."""
        super().reset(seed=seed)
        if options:
            raise ConfigError(f"expected no options, got {sorted(options)}")
        self._hand = int(self.np_random.integers(self.cells))
        while True:
            self._at = self.np_random.permutation(self.cells)[: self.objects].tolist()
            self._marks = self.np_random.permutation(self.cells)[: self.objects].tolist()
            if all(a != m for a, m in zip(self._at, self._marks, strict=True)):
                return self._observation(), {"is_success": False}

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """One action; see the class for the reward. info: `is_success`."""
        if self._hand < 0:
            raise ActionError("expected a reset before the first step, got a step")
        if not self.action_space.contains(action):
            raise ActionError(f"expected a whole number from 0 to 5 (Table-v0), got {action!r}")
        before = self._way() if self.reward == "shaped" else 0
        self._do(int(action))
        done = self._at == self._marks
        reward = 0.0 if done else -1.0
        if self.reward == "shaped":
            reward += 0.2 * (before - self._way())
        return self._observation(), reward, done, False, {"is_success": done}

    def _do(self, action: int) -> None:
        held = self._held()
        if action == _PICK:
            if held is None and self._hand in self._at:
                self._at[self._at.index(self._hand)] = self.cells
        elif action == _PLACE:
            if held is not None and self._hand not in self._at:
                self._at[held] = self._hand
        else:
            row, column = divmod(self._hand, self.columns)
            down, right = _MOVES[action]
            row, column = row + down, column + right
            if 0 <= row < self.rows and 0 <= column < self.columns:
                self._hand = row * self.columns + column

    def oracle(self) -> Iterator[np.int64]:
        """Actions that solve the episode from here, one a step; with one object a shortest way.

        A mark that another object lies on is cleared first: that object goes to its own mark, or
        where they lie on each other's, one goes to the nearest free cell.
        """
        while True:
            yield np.int64(self._next())

    def _next(self) -> int:
        held = self._held()
        if held is not None:
            goal = self._marks[held]
            if goal in self._at:
                goal = self._nearest_free(goal)
            return _PLACE if self._hand == goal else self._towards(goal)
        left = [i for i in range(self.objects) if self._at[i] != self._marks[i]]
        if not left:
            return _PLACE  # nothing is held: nothing happens
        free = [i for i in left if self._marks[i] not in self._at]
        nearest = min(free or left, key=lambda i: (self._far(self._hand, self._at[i]), i))
        goal = self._at[nearest]
        return _PICK if self._hand == goal else self._towards(goal)

    def render(self) -> str:
        """The grid as text: objects a, b, ..., their marks A, B, ..., the hand in brackets."""
        lines = []
        for row in range(self.rows):
            line = ""
            for cell in range(row * self.columns, (row + 1) * self.columns):
                things = "".join(
                    [chr(97 + i) for i in range(self.objects) if self._at[i] == cell]
                    + [chr(65 + i) for i in range(self.objects) if self._marks[i] == cell]
                )
                hand = cell == self._hand
                held = self._held() if hand else None
                inside = things + ("" if held is None else f"^{chr(97 + held)}")
                line += f"[{inside or ' '}]".center(6) if hand else (inside or ".").center(6)
            lines.append(line.rstrip())
        return "\n".join(lines)

    def _held(self) -> int | None:
        return self._at.index(self.cells) if self.cells in self._at else None

    def _far(self, one: int, other: int) -> int:
        rows = abs(one // self.columns - other // self.columns)
        return rows + abs(one % self.columns - other % self.columns)

    def _towards(self, cell: int) -> int:
        down = cell // self.columns - self._hand // self.columns
        if down:
            return 1 if down > 0 else 0
        return 3 if cell % self.columns > self._hand % self.columns else 2

    def _nearest_free(self, goal: int) -> int:
        free = [c for c in range(self.cells) if c not in self._at and c != goal]
        marks = set(self._marks)
        return min(free, key=lambda c: (c in marks, self._far(self._hand, c), c))

    def _way(self) -> int:
        """Steps still to go, one object after another from where the hand is; exact for one."""
        steps, hand = 0, self._hand
        for at, mark in zip(self._at, self._marks, strict=True):
            if at == mark:
                continue
            if at != self.cells:
                steps += self._far(hand, at) + 1
                hand = at
            steps += self._far(hand, mark) + 1
            hand = mark
        return steps

    def _observation(self) -> Observation:
        return np.array([self._hand, *self._at, *self._marks], dtype=np.int64)
