"""What a skill executor offers, whether it moves joints or only a scene in memory.

Knows: the calls and the report. Does not know: how a skill is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from llmagentos.types import Action, Scene


class SkillStatus(Enum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class SkillReport:
    """How an action stands. reason: a short code when it failed; words: for people."""

    status: SkillStatus
    reason: str = ""
    words: str = ""
    attempts: int = 1
    details: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class SkillExecutor(Protocol):
    """Carries out one `Action` at a time."""

    def scene(self) -> Scene:
        """The newest belief."""
        ...

    def start(self, action: Action) -> None:
        """Begin; nothing moves before the first tick."""
        ...

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the action ends."""
        ...

    def stop(self) -> SkillReport:
        """Ramp down within 0.3 s, keep holding, say where the arm is."""
        ...
