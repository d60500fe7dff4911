"""The rehearsal port: plans tried out in copies of what was seen, before anything moves.

Knows: the calls. Does not know: physics, plans, what is made of what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from llmagentos.ports.skills import SkillExecutor
from llmagentos.types import Scene


@dataclass(frozen=True)
class Harm:
    """A thing that would not stay where it was, or where it was put. how: "knocked over" or "pushed
    away" for what stood by, "fallen" for what was put somewhere."""

    object_id: str
    how: str


@runtime_checkable
class RehearsedSkills(SkillExecutor, Protocol):
    """Skills in one copy of what was seen."""

    @property
    def cost_s(self) -> float:
        """What was computed so far, in simulated seconds: what a budget is counted in."""
        ...

    def harm(self) -> Harm | None:
        """What no action was about and has been moved or tipped over all the same."""
        ...


class Rehearsal(Protocol):
    """Makes copies of a scene that differ by what a camera may have got wrong."""

    def prepare(self, scene: Scene) -> None:
        """The scene has been seen: get ready, so that copies of it are quick."""
        ...

    def copy(self, scene: Scene, number: int) -> RehearsedSkills:
        """Skills in copy `number`, 0 as seen; the same number gives the same copy. The copy before
        is gone."""
        ...

    def reset(self) -> None:
        """A new session: what copies give depends on nothing before it."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...
