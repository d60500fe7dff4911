"""Trying again: the one place where a step decides whether another try makes sense.

Knows: how many tries there are, which failures another try can't mend, and how to tell what was
tried. Does not know: what is tried. (A skill may take another grasp or stroke within one action;
what failed as a whole is tried again here and nowhere else.)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from llmagentos.lang.wording import describe_object, inside, join_words
from llmagentos.ports.failures import Failure
from llmagentos.tasks.scope import Report, Scope, StepProblem
from llmagentos.types import SceneObject

#: The first try and two more.
MAX_TRIES = 3
#: The end of the sentence where the thing stays in the hand.
STILL_HELD = " I am still holding it."
_TIMES = {1: "once", 2: "twice"}


@dataclass
class Attempts:
    """What was tried with one object. doing: "place {}", with the object's name for {}."""

    scope: Scope
    doing: str
    item: SceneObject
    words: list[str] = field(default_factory=list)
    _last: Failure | None = None

    @property
    def left(self) -> bool:
        """Whether another try may go better."""
        hopeless = self._last is not None and not self._last.again
        return len(self.words) < MAX_TRIES and not hopeless

    @property
    def is_last(self) -> bool:
        """Whether the try under way is the last one."""
        return len(self.words) == MAX_TRIES - 1

    def failed(self, report: Report, otherwise: str) -> None:
        """One try went wrong; otherwise: words where the report has none."""
        self._last = report.failure
        self.words.append(report.words or otherwise)

    def missed(self, words: str) -> None:
        """One try went well by its own account, but the scene does not show it."""
        self._last = None
        self.words.append(words)

    def problem(self) -> StepProblem:
        """The end of the step: what could not be done, how often it was tried, why in vain."""
        scene = self.scope.scene()
        now = scene.get(self.item.id)
        name = f"the {self.item.label}" if now is None else describe_object(now, scene)
        times = _TIMES.get(len(self.words), f"{len(self.words)} times")
        parts = [part for w in self.words for part in w.rstrip(".").split(", and ") if part]
        reasons = join_words(list(dict.fromkeys(map(inside, parts))))
        words = f"I could not {self.doing.format(name)}: I tried {times} ({reasons})."
        if now is not None and now.held:
            words += STILL_HELD
        hopeless = self._last is not None and not self._last.again
        failure = self._last if hopeless and self._last else Failure.TRIED_IN_VAIN
        return StepProblem(failure, words)
