"""A learnt, bounded correction on top of a scripted controller (residual policy learning,
Silver et al. 2018; Johannink et al. 2019).

Knows: how base and correction become one action. Does not know: what learns the correction. The
base here is the task's own `oracle()` made worse on purpose; for skills see llmagentos.skills.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from llmagentos.errors import ConfigError
from sim.envs.actions import checked_action

Action = NDArray[np.float32]


@dataclass(frozen=True)
class Residual:
    """The base and the bound of its correction, in units of the environment's action (-1 to 1).

    Base action = gain * oracle + offset, clipped. offset: a fixed direction per dimension, drawn
    from `seed`, of this length each: a controller that is calibrated wrongly. scale: the largest
    correction per dimension.
    """

    gain: float = 0.7
    offset: float = 0.3
    scale: float = 0.7
    seed: int = 0


class ResidualAction(gym.Wrapper[Any, Any, Any, Any]):
    """The action is a correction in [-1, 1]; base + scale * correction is carried out, clipped.

    Observation: the base's action is appended to it (to "observation" in a goal dictionary), so
    that what a correction is added to can be seen. `oracle()` gives the correction after which
    the task's own oracle acts, as far as the bound lets it. info: `action`, what was carried out.

    Raises ConfigError for an environment without a Box of actions or without `oracle()`.
    """

    def __init__(self, env: gym.Env[Any, Any], residual: Residual) -> None:
        super().__init__(env)
        box = env.action_space
        if not isinstance(box, spaces.Box) or not env.has_wrapper_attr("oracle"):
            raise ConfigError(
                f"expected continuous actions and an oracle to correct, got {env.action_space}"
            )
        if not 0 < residual.scale <= 2:
            raise ConfigError(
                f"expected a correction of more than 0, at most 2, got {residual.scale}"
            )
        self._box, self._residual = box, residual
        signs = np.random.default_rng(residual.seed).choice((-1.0, 1.0), size=box.shape)
        self._offset = (residual.offset * signs).astype(np.float32)
        self._base = self._wanted = np.zeros(box.shape, np.float32)
        self._script: Iterator[Action] = iter(())
        ones = np.ones(box.shape, np.float32)
        self._bound = spaces.Box(-ones, ones)
        self.action_space = self._bound
        self.observation_space = self._widened(env.observation_space)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """As the environment's."""
        observation, info = self.env.reset(**kwargs)
        self._script = self.env.get_wrapper_attr("oracle")()
        return self._seen(observation), info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Carry out the corrected action; NaN or more than the bound is refused by ActionError."""
        correction = np.array(checked_action(action, self._bound), np.float32)
        done = self._clip(self._base + self._residual.scale * correction)
        observation, reward, terminated, truncated, info = self.env.step(done)
        return self._seen(observation), reward, terminated, truncated, {**info, "action": done}

    def oracle(self) -> Iterator[Action]:
        """Corrections that lead to the oracle's own actions, within the bound, one a step."""
        while True:
            far = (self._wanted - self._base) / self._residual.scale
            yield np.clip(far, -1, 1).astype(np.float32)

    def _clip(self, action: Action) -> Action:
        return np.clip(action, self._box.low, self._box.high).astype(np.float32)

    def _seen(self, observation: Any) -> Any:
        self._wanted = next(self._script)
        self._base = self._clip(self._residual.gain * self._wanted + self._offset)
        if isinstance(observation, dict):
            both = np.concatenate([observation["observation"], self._base])
            return {**observation, "observation": both.astype(observation["observation"].dtype)}
        return np.concatenate([observation, self._base]).astype(observation.dtype)

    def _widened(self, space: Any) -> spaces.Space[Any]:
        if isinstance(space, spaces.Dict):
            inner = self._widened(space["observation"])
            return spaces.Dict({**space.spaces, "observation": inner})
        if not isinstance(space, spaces.Box) or len(space.shape) != 1:
            raise ConfigError(f"expected observations that are one vector, got {space}")
        low = np.concatenate([space.low, self._box.low.astype(space.dtype)])
        high = np.concatenate([space.high, self._box.high.astype(space.dtype)])
        return spaces.Box(low, high, dtype=space.dtype)
