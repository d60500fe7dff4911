"""Which environment, with which options: a value that can be written down, compared and sent.

Knows: registered names, their short forms and the wrappers over them. Does not know: tasks.
"""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass, fields
from typing import Any

import gymnasium as gym

import sim.envs  # noqa: F401 - registers the environments
from llmagentos.errors import ConfigError
from sim.rl.residual import Residual, ResidualAction

_NAMESPACE = "llmagentos/"
_OPTIONS = ("robot", "observation", "reward")


def names() -> list[str]:
    """Our registered environments, as "llmagentos/Reach-v0"."""
    return sorted(name for name in gym.registry if name.startswith(_NAMESPACE))


def full_name(name: str) -> str:
    """The registered name that a short form means: reach, pick-and-place, Table-v0.

    Raises ConfigError with the names that there are.
    """
    wanted = _bare(name)
    for known in names():
        if wanted in (_bare(known), _bare(known).rpartition("-v")[0].replace("-", "")):
            return known
        if wanted.replace("-", "").replace("_", "") == short_name(known).replace("-", ""):
            return known
    there = ", ".join(short_name(n) for n in names())
    raise ConfigError(f"expected an environment ({there}), got {name!r}")


def short_name(name: str) -> str:
    """ "llmagentos/PickAndPlace-v0" as people type it: pick-and-place."""
    bare = name.removeprefix(_NAMESPACE).rpartition("-v")[0] or name
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in bare).lstrip("-")


def _bare(name: str) -> str:
    return name.lower().removeprefix(_NAMESPACE)


@dataclass(frozen=True)
class EnvChoice:
    """An environment by its full name and options; what is empty is the environment's default.

    observation: "state" or "pixels". reward: "sparse" or "shaped". randomize: looks, sizes and physics are
    drawn anew at each reset. residual: actions become corrections of a scripted controller.
    """

    id: str
    robot: str = ""
    observation: str = ""
    reward: str = ""
    randomize: bool = False
    residual: Residual | None = None

    def make(self) -> gym.Env[Any, Any]:
        """A new environment. Raises ConfigError for an option that it does not have."""
        options = {k: getattr(self, k) for k in _OPTIONS if getattr(self, k)}
        self._check(options)
        env: gym.Env[Any, Any] = gym.make(self.id, disable_env_checker=True, **options)
        if self.randomize:
            from sim.envs.randomization import Randomized

            env = Randomized(env)
        return env if self.residual is None else ResidualAction(env, self.residual)

    def _check(self, options: dict[str, Any]) -> None:
        entry = gym.spec(self.id).entry_point
        maker = gym.envs.registration.load_env_creator(entry) if isinstance(entry, str) else entry
        known = inspect.signature(maker).parameters  # type: ignore[arg-type]
        if any(p.kind is p.VAR_KEYWORD for p in known.values()):
            return
        for option in options:
            if option not in known:
                has = " and ".join(k for k in _OPTIONS if k in known)
                raise ConfigError(
                    f"expected of robot, observation and reward only {has} for "
                    f"{short_name(self.id)}, got {option} {options[option]!r}"
                )

    def to_json(self) -> dict[str, Any]:
        """As plain values; `from_json` reads them."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> EnvChoice:
        """What `to_json` wrote; raises ConfigError for a field that is unknown."""
        if unknown := set(row) - {f.name for f in fields(cls)}:
            raise ConfigError(f"expected the fields of an environment, got {sorted(unknown)}")
        residual = row.get("residual")
        return cls(**{**row, "residual": None if residual is None else Residual(**residual)})
