"""What every algorithm is to the training loop, and the table of algorithms.

Knows: names, needs and which spaces an algorithm takes. Does not know: how any of them learns.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import gymnasium as gym
from gymnasium import spaces

from llmagentos.errors import MissingDependencyError, TrainingError
from sim.rl.choice import EnvChoice, short_name
from sim.rl.rollouts import Policy, Workers

Settings = Mapping[str, Any]
#: Told now and then: environment steps done in all.
Report = Callable[[int], None]


@dataclass(frozen=True)
class Task:
    """What a learner is made for. total: environment steps planned (schedules end there). workers:
    processes it may use."""

    algo: str
    env: EnvChoice
    seed: int
    total: int
    prefill: int = 0
    workers: int = 1


class Learner(Protocol):
    """One algorithm in training: it learns in stretches, each from a fresh episode and with
    generators seeded anew, so that a run that was stopped between two goes on as if it had not
    been.

    steps: environment steps done. settings: all parameters, also those left at their defaults.
    """

    steps: int
    settings: dict[str, Any]

    def learn(self, steps: int, seed: int, workers: Workers, report: Report) -> dict[str, float]:
        """Learn from about so many more steps; figures such as losses, by name."""

    def policy(self) -> Policy:
        """What it would do now, without exploring."""

    def save(self, folder: Path) -> None:
        """Write what `load_policy` and a resumed run need besides `save_memory`."""

    def save_memory(self, folder: Path) -> None:
        """Write what is too large to be kept with every checkpoint."""

    def close(self) -> None:
        """Give back worlds and processes."""


@dataclass(frozen=True)
class Algorithm:
    """A row of the table. takes: of spaces, the sentence of what is wrong with them, or ""."""

    name: str
    module: str
    about: str
    takes: Callable[[gym.Env[Any, Any]], str]
    extra: str = "rl"
    prefills: bool = False

    def load(self) -> Any:
        """The module: `make(task, settings, folder)` and `load_policy(folder)`.

        folder: a checkpoint to go on from, or None. Raises MissingDependencyError.
        """
        try:
            return importlib.import_module(self.module)
        except ModuleNotFoundError as exc:
            raise MissingDependencyError(
                f"expected package '{exc.name}' for --algo {self.name}, got none: "
                f"pip install 'llmagentos[{self.extra}]'"
            ) from exc


def _observed(env: gym.Env[Any, Any]) -> str:
    """What an environment shows, in words."""
    space: Any = env.observation_space
    parts = space.spaces.values() if isinstance(space, spaces.Dict) else [space]
    if any(isinstance(p, spaces.Box) and len(p.shape) == 3 for p in parts):
        return "pixels"
    if isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
        return "discrete observations"
    return "continuous observations"


def _numbers(env: gym.Env[Any, Any]) -> str:
    """Whether a network can read what is seen."""
    space: Any = env.observation_space
    parts = space.spaces.values() if isinstance(space, spaces.Dict) else [space]
    for part in parts:
        if not isinstance(part, spaces.Box | spaces.Discrete | spaces.MultiDiscrete):
            return f"expected numbers or pictures as observation, got {part}"
    return ""


def _any(env: gym.Env[Any, Any]) -> str:
    if isinstance(env.action_space, spaces.Box | spaces.Discrete):
        return _numbers(env)
    return f"expected continuous or discrete actions, got {env.action_space}"


def _discrete_both(env: gym.Env[Any, Any]) -> str:
    if _observed(env) != "discrete observations":
        return f"expected discrete observations for a table, got {_observed(env)}"
    return _discrete_actions(env)


def _discrete_actions(env: gym.Env[Any, Any]) -> str:
    if isinstance(env.action_space, spaces.Discrete):
        return _numbers(env)
    return f"expected discrete actions (Discrete), got {env.action_space}"


def _continuous_actions(env: gym.Env[Any, Any]) -> str:
    if isinstance(env.action_space, spaces.Box):
        return ""
    return f"expected continuous actions (Box), got {env.action_space}"


def _goals(env: gym.Env[Any, Any]) -> str:
    space = env.observation_space
    if wrong := _continuous_actions(env):
        return wrong
    if not isinstance(space, spaces.Dict) or "desired_goal" not in space.spaces:
        return "expected goals in the observation (desired_goal) for HER, got none"
    return ""


def _one_vector_or_dict(env: gym.Env[Any, Any]) -> str:
    if _observed(env) == "pixels":
        return "expected a state as observation, got pixels"
    if wrong := _any(env):
        return wrong
    return "" if env.has_wrapper_attr("oracle") else "expected an oracle() to imitate, got none"


def _residual(env: gym.Env[Any, Any]) -> str:
    return _continuous_actions(env) or _one_vector_or_dict(env)


_ROWS = (
    Algorithm("q", "sim.rl.q_learning", "tabular Q-learning", _discrete_both, "sim"),
    Algorithm("dqn", "sim.rl.sb3", "deep Q-network", _discrete_actions, prefills=True),
    Algorithm("ppo", "sim.rl.sb3", "proximal policy optimization", _any),
    Algorithm("sac-her", "sim.rl.sb3", "soft actor-critic, hindsight goals", _goals, prefills=True),
    Algorithm("bc", "sim.rl.cloning", "behaviour cloning of the oracle", _one_vector_or_dict),
    Algorithm(
        "residual", "sim.rl.sb3", "SAC corrects a scripted controller", _residual, prefills=True
    ),
)
ALGORITHMS: dict[str, Algorithm] = {row.name: row for row in _ROWS}


def algorithm(name: str) -> Algorithm:
    """The row of that name. Raises TrainingError with the names that there are."""
    try:
        return ALGORITHMS[name]
    except KeyError:
        raise TrainingError(f"expected --algo {' | '.join(ALGORITHMS)}, got {name!r}") from None


def check_pair(row: Algorithm, choice: EnvChoice, prefill: int = 0) -> None:
    """Whether an algorithm can learn there. Raises TrainingError with the sentence that says why
    not; EnvError for an environment that cannot be made."""
    if prefill and not row.prefills:
        able = ", ".join(a.name for a in _ROWS if a.prefills)
        raise TrainingError(f"expected --prefill only with {able}, got --algo {row.name}")
    env = choice.make()
    try:
        wrong = row.takes(env)
    finally:
        env.close()
    if wrong:
        raise TrainingError(f"--algo {row.name} on {short_name(choice.id)}: {wrong}")


def merged(defaults: Settings, given: Settings) -> dict[str, Any]:
    """Settings over their defaults. Raises TrainingError for a name or type that is none of them."""
    out = dict(defaults)
    for key, value in given.items():
        if key not in defaults:
            raise TrainingError(f"expected --set of {', '.join(defaults)}, got {key!r}")
        want = defaults[key]
        fits = isinstance(value, type(want)) or (
            isinstance(want, float) and isinstance(value, int) and not isinstance(value, bool)
        )
        if not fits or (isinstance(value, bool) and not isinstance(want, bool)):
            raise TrainingError(f"expected --set {key}={want!r} or the like, got {value!r}")
        out[key] = float(value) if isinstance(want, float) else value
    return out
