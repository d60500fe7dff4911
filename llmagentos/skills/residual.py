"""Where a trained policy may correct a skill: what it sees, what it may change, and by how much.

Knows: the declaration of such a place, clipping, and what is done with an answer that is none. Does
not know: networks (learned.py), any one skill. Without a policy every correction is 0, and the
skill is the scripted one. A corrected motion is judged like every other: by the collision checks,
the work area and the gate.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from llmagentos.errors import LLMAgentOSError, SkillError
from llmagentos.types import Pose

_log = logging.getLogger(__name__)

#: A policy that takes longer than this is not asked again while the agent lives, seconds.
SLOW_S = 0.2


@dataclass(frozen=True)
class Feature:
    """One number that a policy sees. meaning: in words, with its unit."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Adjustable:
    """One number that a policy may change. most: the largest correction to either side, in unit;
    lengths at scale 1."""

    name: str
    unit: str
    most: float
    meaning: str


@dataclass(frozen=True)
class Residual:
    """What a skill offers to a policy. Raises SkillError for what can't be."""

    features: tuple[Feature, ...]
    adjustables: tuple[Adjustable, ...]

    def __post_init__(self) -> None:
        names = [f.name for f in self.features] + [a.name for a in self.adjustables]
        if len(set(names)) < len(names) or not self.features or not self.adjustables:
            raise SkillError(f"expected features and adjustables, each name once, got {names}")
        for adjustable in self.adjustables:
            if not (math.isfinite(adjustable.most) and adjustable.most > 0):
                raise SkillError(
                    f"expected most of {adjustable.name} to be positive, got {adjustable.most}"
                )

    def row(self, seen: Mapping[str, float]) -> list[float]:
        """Features in the declared order. Raises SkillError where one is missing or unknown."""
        names = [feature.name for feature in self.features]
        if set(seen) != set(names):
            raise SkillError(f"expected features {names}, got {sorted(seen)}")
        return [float(seen[name]) for name in names]

    def identity(self, by: str) -> Correction:
        """Nothing is changed."""
        return Correction(dict.fromkeys((a.name for a in self.adjustables), 0.0), by)

    def clipped(self, values: Sequence[float], by: str) -> Correction:
        """Values in the declared order, none beyond what is allowed."""
        pairs = zip(self.adjustables, values, strict=True)
        return Correction({a.name: min(max(float(v), -a.most), a.most) for a, v in pairs}, by)


@dataclass(frozen=True)
class Correction:
    """What a policy changes, by name, in the adjustable's unit. by: for the report: the policy's
    name, or "scripted" and why."""

    values: Mapping[str, float]
    by: str

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    @property
    def changes(self) -> bool:
        """Whether it is another motion than the plain one."""
        return any(self.values.values())

    @property
    def is_scripted(self) -> bool:
        """Whether no policy has answered."""
        return self.by.startswith(SCRIPTED)


SCRIPTED = "scripted"


class ResidualPolicy(Protocol):
    """Answers a row of features with a row of corrections, both in the declared order."""

    @property
    def name(self) -> str:
        """For reports: "push-r1"."""

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        """Corrections in the units of the adjustables."""
        ...


@dataclass
class Policies:
    """The policies of an arm's skills by the skill's name; skills without one are scripted."""

    by_skill: dict[str, ResidualPolicy] = field(default_factory=dict)

    def ask(
        self, skill: str, residual: Residual, seen: Mapping[str, float], frame: Pose
    ) -> Generator[None, None, Correction]:
        """The correction for this decision. What a policy can't answer (an error, a wrong number of
        values, NaN, infinity, too late) is the scripted skill's, and logged.

        A generator as motions are: one that trains a policy waits here for its answer, and tells by
        `frame` (base frame), in which corrections are counted, what would have been the right one.
        """
        policy = self.by_skill.get(skill)
        if policy is None:
            return residual.identity(SCRIPTED)
        started = time.monotonic()
        try:
            values = [float(v) for v in policy(residual.row(seen))]
        except (LLMAgentOSError, ValueError, TypeError, ArithmeticError) as error:
            return self._refused(policy, residual, f"failed: {error}")
        took = time.monotonic() - started
        if took > SLOW_S:
            del self.by_skill[skill]
            return self._refused(policy, residual, f"took {took:.2f} s, is not asked again")
        if len(values) != len(residual.adjustables):
            wanted = len(residual.adjustables)
            return self._refused(policy, residual, f"gave {len(values)} values, not {wanted}")
        if not all(map(math.isfinite, values)):
            return self._refused(policy, residual, f"gave {values}")
        return residual.clipped(values, policy.name)
        yield  # a generator, though nothing here takes time

    def _refused(self, policy: ResidualPolicy, residual: Residual, why: str) -> Correction:
        _log.warning("policy %s %s; the scripted skill goes on", policy.name, why)
        return residual.identity(f"{SCRIPTED} ({policy.name} {why})")


@dataclass
class Trust:
    """A policy during one run of its skill: it is asked until a correction of it has done harm; what
    is left of the run is scripted. doubt: who did what; "" while it is trusted."""

    policies: Policies
    skill: str
    residual: Residual
    doubt: str = ""

    def ask(self, seen: Mapping[str, float], frame: Pose) -> Generator[None, None, Correction]:
        """The correction for this decision, counted in `frame`."""
        if self.doubt:
            return self.residual.identity(f"{SCRIPTED} ({self.doubt})")
        return (yield from self.policies.ask(self.skill, self.residual, seen, frame))

    def lose(self, correction: Correction, why: str) -> None:
        """A motion with this correction did harm; nothing happens if it was the scripted one."""
        if correction.changes and not correction.is_scripted and not self.doubt:
            self.doubt = f"{correction.by} {why}"
            _log.info("policy %s; the scripted skill goes on", self.doubt)
