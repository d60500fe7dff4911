"""Demonstrations of an environment by its oracle.

Knows: environments that have arm, cameras and oracle (sim.envs.base). Does not know: files.

State is joints and fingers as in every recording. `observation.environment_state` is what the
environment's policies see: observation, achieved and desired goal, one after another; `action` is
the environment's own action.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError
from sim.data import schema
from sim.data.frames import SIZE, ArmFrames
from sim.data.writer import DatasetWriter
from sim.envs import ENVIRONMENTS, NAMESPACE, Entry
from sim.envs.base import ArmEnv

#: What an environment asks for, in words.
TASKS = {
    "Reach": "move the gripper to the goal",
    "Push": "push the block to the goal",
    "Slide": "slide the puck to the goal",
    "PickAndPlace": "pick up the block and hold it at the goal",
    "Stack": "stack the blocks at the goal",
    "PutIn": "put the block in the bowl",
    "Sort": "sort the blocks into their places",
}
#: The parts of an environment's observation, in the order of `observation.environment_state`.
PARTS = ("observation", "achieved_goal", "desired_goal")
#: So many episodes in a row that all fail are enough to say so.
_PATIENCE = 20

Progress = Callable[[int, bool], None]


def find(name: str) -> Entry:
    """The environment called "pick-and-place", "PickAndPlace" or "llmagentos/PickAndPlace-v0".

    DatasetError for one without an oracle that moves an arm.
    """

    def plain(text: str) -> str:
        short = text.removeprefix(f"{NAMESPACE}/").removesuffix("-v0")
        return re.sub(r"[^a-z]", "", short.lower())

    shown = [entry for entry in ENVIRONMENTS if entry.name in TASKS]
    for entry in shown:
        if plain(entry.name) == plain(name):
            return entry
    names = ", ".join(re.sub(r"(?<!^)(?=[A-Z])", "-", e.name).lower() for e in shown)
    raise DatasetError(f"expected an environment of {names}; got {name!r}")


def record(
    root: Path,
    env: str,
    episodes: int,
    seed: int = 0,
    *,
    robot: str = "panda",
    size: tuple[int, int] = SIZE,
    renderer: str = "tiny",
    keep_failed: bool = False,
    name: str = "",
    on_progress: Progress = lambda done, kept: None,
) -> int:
    """Append `episodes` demonstrations to the data set in `root`; returns how many were tried.

    Seeds go up from `seed`. Episodes that the oracle fails are left out unless `keep_failed`.
    on_progress: told before the first and after each one tried how many are kept, and whether this
    one was.
    """
    entry = find(env)
    made = gymnasium.make(
        entry.id, robot=robot, image_size=size, renderer=renderer, disable_env_checker=True
    )
    kept = tried = 0
    try:
        with _Recording(root, made, entry, robot, size, name) as recording:
            on_progress(0, False)
            for at in itertools.count(seed):
                if kept == episodes:
                    break
                if tried >= _PATIENCE and not kept:
                    raise DatasetError(
                        f"expected the oracle of {entry.id} to solve one of {tried} episodes, got none"
                    )
                well = recording.play(at, keep_failed)
                tried, kept = tried + 1, kept + well
                on_progress(kept, well)
    finally:
        made.close()
    return tried


class _Recording:
    """One environment and the data set that its episodes go to."""

    def __init__(
        self,
        root: Path,
        env: gymnasium.Env[Any, Any],
        entry: Entry,
        robot: str,
        size: tuple[int, int],
        name: str,
    ) -> None:
        arm = env.unwrapped
        assert isinstance(arm, ArmEnv)
        env.reset(seed=0)
        self._env, self._arm, self._entry = env, arm, entry
        self._frames = ArmFrames(arm.world, size)
        fps = int(env.metadata["render_fps"])
        self._writer = DatasetWriter(
            root, fps, self._features(fps), robot, name=name,
            origin={"source": "oracle", "env": entry.id, "robot": robot},
        )  # fmt: skip

    def _features(self, fps: int) -> schema.Features:
        arm = self._arm
        names = [
            f"{part}.{i}" for part in PARTS for i in range(arm.observation_space[part].shape[0])
        ]
        action = [
            "dx",
            "dy",
            "dz",
            *(["turn"] if arm.turns else []),
            *(["gripper"] if arm.grips else []),
        ]
        return {
            **self._frames.features(fps),
            schema.ACTION: schema.vector(action),
            schema.ENVIRONMENT: schema.vector(names),
            schema.REWARD: schema.number("float32"),
            **schema.OUTCOME,
        }

    def play(self, seed: int, keep_failed: bool) -> bool:
        """One episode; whether it is kept."""
        seen, info = self._env.reset(seed=seed)
        oracle = self._arm.oracle()
        ended = bool(info["is_success"])
        while not ended:
            frame = {**self._frames.observe(), schema.ENVIRONMENT: flat(seen)}
            action = next(oracle)
            seen, reward, done, cut, info = self._env.step(action)
            ended = done or cut
            self._writer.add(
                {
                    **frame,
                    schema.ACTION: action,
                    schema.REWARD: np.float32(reward),
                    schema.DONE: ended,
                    schema.SUCCESS: bool(info["is_success"]),
                }
            )
        keep = self._writer.frames > 0 and (keep_failed or bool(info["is_success"]))
        if not keep:
            self._writer.discard()
            return False
        self._writer.save(TASKS[self._entry.name], about={"seed": seed})
        return True

    def __enter__(self) -> _Recording:
        return self

    def __exit__(self, *exc: object) -> None:
        self._writer.close()


def flat(observation: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """An environment's observation as one vector, float32 [n]."""
    return np.concatenate([np.asarray(observation[part], np.float32) for part in PARTS])
