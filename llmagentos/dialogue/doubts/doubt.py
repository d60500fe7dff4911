"""What a check of a plan against its words is given, and what it returns.

Knows: the two types. Does not know: any check.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal

from llmagentos.lang import plan as p
from llmagentos.ports.understanding import Trust, Understanding
from llmagentos.types import Scene

#: How a command ends with a doubt: told that it was not understood, asked about, or only
#: acknowledged ("All right, I won't touch the duck.").
Told = Literal["not_understood", "question", "answered"]


@dataclass(frozen=True)
class Foreseen:
    """A plan that may be meant, without dialogue steps, how likely it is, and what the scene would
    be after it: equal ends are the same to the person. own: it is the planner's first."""

    plan: p.Plan
    probability: float
    end: Hashable
    own: bool = False


@dataclass(frozen=True)
class Asked:
    """A command beside the plan that was written for it.

    command: the person's words, "" where a plan came without any. plan: as the planner wrote it,
    with its dialogue steps. scene: as it is believed now. pending: the robot's question that the
    command may answer, or "". earlier: the commands before, or "". confidence: the planner's own, 1
    where it has none; understanding: what it is made of, None where the planner can't tell. trust:
    how sure is sure enough. options: what may be meant and can be carried out in the scene, the
    likeliest first.
    """

    command: str
    plan: p.Plan
    scene: Scene = field(default_factory=Scene)
    pending: str = ""
    earlier: str = ""
    confidence: float = 1.0
    understanding: Understanding | None = None
    trust: Trust = field(default_factory=Trust)
    options: Callable[[], tuple[Foreseen, ...]] = tuple


@dataclass(frozen=True)
class Doubt:
    """Why a plan is not carried out although it is well formed.

    part: the words of the command that it is about, "" for all of them. reason: which check and
    what it found, in one word for programs ("itself", "number", "negated"). words: the whole
    sentence for the person; by default made of `part`. told: how the command ends with it.
    options: the plans that a question is about, of which the answer takes one.
    """

    part: str
    reason: str
    words: str = ""
    told: Told = "not_understood"
    options: tuple[p.Plan, ...] = ()

    @property
    def reply(self) -> str:
        """What the person hears."""
        if self.words:
            return self.words
        return f'I did not understand "{self.part}".' if self.part else "I did not understand that."
