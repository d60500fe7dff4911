"""Whether a plan can be what was meant: asked once, between the planner and the first motion.

Knows: which checks there are and in which order they speak. Does not know: what each looks for
(the files beside this one), models, nor how a doubt is told (execution/executor.py ends the
command with it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llmagentos.dialogue.doubts import impossible, negation, numbers, unsure
from llmagentos.dialogue.doubts.doubt import Asked, Doubt, Foreseen

#: Each yields the doubts it has about a plan. The first doubt of the first check is the one told.
CHECKS: list[Callable[[Asked], Iterable[Doubt]]] = [
    negation.doubts,
    impossible.doubts,
    numbers.doubts,
    unsure.doubts,
]

__all__ = ["CHECKS", "Asked", "Doubt", "Foreseen", "find"]


def find(asked: Asked) -> list[Doubt]:
    """Every doubt about the plan, the weightiest first; empty when it may be carried out."""
    return [doubt for check in CHECKS for doubt in check(asked)]
