"""What a skill executor offers, whether it moves joints or only a scene in memory.

Knows: the calls and the report. Does not know: how a skill is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from llmagentos.ports.failures import Failure
from llmagentos.types import Action, Hand, Scene


class SkillStatus(Enum):
    """How a tick left the action: still at it, or ended one way or the other."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class SkillReport:
    """How an action stands.

    failure: why it failed, None unless status is FAILED. words: a clause for people, about this
    very case. attempts: tries that the skill made by itself (grasps, strokes). details: figures
    for logs, and "in_way": the id of what could be moved aside where there was no room to grasp.
    """

    status: SkillStatus
    failure: Failure | None = None
    words: str = ""
    attempts: int = 1
    details: Mapping[str, Any] = field(default_factory=dict)


def succeeded(words: str = "", attempts: int = 1, **details: object) -> SkillReport:
    """A report of success."""
    return SkillReport(SkillStatus.SUCCEEDED, None, words, attempts, details)


def failed(failure: Failure, words: str = "", attempts: int = 1, **details: object) -> SkillReport:
    """A report of failure; the failure's own words where none are given."""
    return SkillReport(SkillStatus.FAILED, failure, words or failure.words, attempts, details)


@dataclass(frozen=True)
class Ways:
    """Other actions that a skill carries out by itself. does: always; otherwise: where its own way is
    not possible, but for an action that is `strict`."""

    does: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


@runtime_checkable
class SkillExecutor(Protocol):
    """Carries out one `Action` at a time, and knows what is believed about the scene.

    The life of an action: `start`, then `tick` until the report's status is not RUNNING. From then
    on `tick` gives that same report, since nothing resumes by itself. An unknown skill and
    arguments that it can't take are reported (UNKNOWN_SKILL, INVALID_ACTION), never raised.
    tests/skills/test_skills_contract.py holds every implementation to this.
    """

    @property
    def held(self) -> str | None:
        """Id of the object in the hand, None when it is empty."""
        ...

    def hand(self) -> Hand:
        """Where the hand is now, and how far open."""
        ...

    def ways(self, name: str) -> Ways:
        """What an action of that name may come to; nothing for an unknown one."""
        ...

    def scene(self) -> Scene:
        """The newest belief: the last look, with what is held where the hand is."""
        ...

    def see(self, scene: Scene | None = None) -> Scene:
        """Look now, from wherever the arm is, and believe it. Raises PerceptionError.

        scene: what somebody else has just seen, instead of a look of its own.
        """
        ...

    def start(self, action: Action) -> None:
        """Begin; nothing moves before the first tick. An action under way is dropped."""
        ...

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the action ends."""
        ...

    def stop(self) -> SkillReport:
        """Ramp down within 0.3 s, keep holding, and say where the arm is.

        Always a FAILED report with Failure.STOPPED, idle or not: what was asked for last is not
        done. `tick` gives it from then on.
        """
        ...

    def reset(self) -> None:
        """Forget what was believed and what is under way; the world itself stays as it is."""
        ...
