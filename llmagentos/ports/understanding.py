"""How sure a planner is of its plan, and what else it might have meant.

Knows: the value that goes from a planner to whoever decides whether to act. Does not know: how it
is found out (a planner's matter), nor what is done with it (dialogue/doubts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One plan that may have been meant (llmagentos.lang.plan.Plan), and how likely it is right."""

    plan: Any
    text: str
    probability: float


@dataclass(frozen=True)
class Understanding:
    """confidence: the share of plans as sure as this one that are right. words: the plan's words,
    each with its own. part: the words of the command that are least understood, "" where none
    stand out. left_over: the words that nothing in the plan stands for. options: the plans that
    are plausible, the likeliest first; filled in only where the planner was in doubt. others:
    whether something else than all of them is plausible, too."""

    confidence: float
    words: tuple[tuple[str, float], ...] = ()
    part: str = ""
    left_over: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    others: bool = False


@dataclass(frozen=True)
class Trust:
    """From which confidence on a plan is carried out, and below which it counts as not understood;
    between the two the person is asked. ValueError where 0 <= ask_from <= act_from <= 1 is not so.
    """

    act_from: float = 0.5
    ask_from: float = 0.2

    def __post_init__(self) -> None:
        if not 0.0 <= self.ask_from <= self.act_from <= 1.0:
            raise ValueError(
                "expected 0 <= ask_from <= act_from <= 1, got "
                f"ask_from {self.ask_from:g} and act_from {self.act_from:g}"
            )

    @property
    def reason_from(self) -> float:
        """Below this a refusal or an "I can't" counts as not understood: half of ask_from, for
        nothing moves either way and only its reason could be wrong."""
        return self.ask_from / 2
