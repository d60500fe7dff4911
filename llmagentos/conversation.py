"""What was said in a session, and what people taught: how the next sentence is understood by it.

Knows: the last commands and how they ended, the question that waits, taught words. Does not know:
how plans are written, nor robots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from llmagentos.learning.teaching import Teacher, words_seen
from llmagentos.learning.words import Lexicon
from llmagentos.ports.modules import Outcome, PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.running_command import RunningCommand
from llmagentos.types import Scene, Status

#: A planner is told of so many commands before this one.
_TOLD = 3


class Conversation:
    """One session's. words: what people taught; None: nobody can."""

    def __init__(self, words: Lexicon | None) -> None:
        self.words = words
        self._teacher = None if words is None else Teacher(words)
        self._history: list[tuple[str, Status]] = []
        #: The robot's question that waits for an answer; "": none does.
        self.pending = ""

    def forget(self) -> None:
        """A new session begins; what was taught stays."""
        self._history.clear()
        self.pending = ""

    def ended(self, said: str, outcome: Outcome) -> None:
        """A command has ended so. said: with what taught words stand for."""
        self.pending = outcome.question
        self._history.append((said, outcome.status))

    def plan(
        self,
        planner: PlanningModule,
        asked: PlanRequest,
        trust: Trust,
        running: RunningCommand | None = None,
    ) -> PlanResult:
        """The plan for a command, taught words written out. asked: command, scene, who cancels,
        from which confidence it is done; what was said before is filled in. running: is told."""
        last = self._history[-_TOLD:]
        if running is not None:
            running.begun(asked.scene, last, self.pending)
        said, ends = tuple(text for text, _ in last), tuple(status for _, status in last)
        request = replace(asked, history=said, pending=self.pending, outcomes=ends)
        if self._teacher is None or self.words is None:
            return planner.plan(request)
        meant = self.words.expanded(request.command, words_seen(request.scene))
        if running is not None:
            running.write_out(meant.text, meant.note)
        planned: PlanResult = planner.plan(replace(request, command=meant.text))
        if not meant.used:
            return planned
        return self._teacher.safest(
            planned, meant, lambda text: planner.plan(replace(request, command=text)), trust
        )

    def about_words(
        self, command: str, planner: PlanningModule | None, look: Callable[[], Scene]
    ) -> Outcome | None:
        """What is said to a sentence that teaches a word, asks for it or forgets it."""
        act = None if self._teacher is None else self._teacher.act(command)
        if act is None or self._teacher is None or planner is None:
            return None
        seen = look()
        # what is held has no part in what a word means
        scene = replace(seen, objects=tuple(replace(o, held=False) for o in seen.objects))
        return self._teacher.hear(
            act, command, lambda text: planner.plan(PlanRequest(text, scene)), scene
        )
