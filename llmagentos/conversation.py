"""What was said in a session, and what people taught: how the next sentence is understood by it.

Knows: the last commands and how they ended, the question that waits, taught words. Does not know:
how plans are written, nor robots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from llmagentos.dialogue import (
    memory_acts,
    shape_words,
    showing,
    showing_acts,
    shown_words,
    usual,
)
from llmagentos.dialogue.memory_acts import Forget
from llmagentos.dialogue.remembering import Remembering
from llmagentos.learning.teaching import Teacher, words_seen
from llmagentos.learning.words import Lexicon
from llmagentos.memory.long_term import TOLD, LongTermMemory
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import Outcome, PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.showing import Shows
from llmagentos.ports.understanding import Trust
from llmagentos.running_command import RunningCommand
from llmagentos.types import Scene, Status

#: A planner is told of so many commands before this one.
_TOLD = 3


class Conversation:
    """One session's. words: what people taught; None: nobody can. past: what is remembered over
    restarts; None: nothing is. session: what "it" is and the like, where that is known here."""

    def __init__(
        self,
        words: Lexicon | None,
        past: LongTermMemory | None = None,
        session: SessionMemory | None = None,
    ) -> None:
        self.words, self.past, self._session = words, past, session
        self._remembering = None if past is None else Remembering(past)
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

        def asked_for(what: PlanRequest) -> PlanResult:
            return shown_words.planned(what, lambda it: shape_words.planned(it, planner.plan))

        last = self._history[-_TOLD:]
        if running is not None:
            running.begun(asked.scene, last, self.pending)
        said, ends = tuple(text for text, _ in last), tuple(status for _, status in last)
        request = replace(asked, history=said, pending=self.pending, outcomes=ends)
        usually = self._in_its_usual_place(request, planner)
        if usually is not None:
            if usually.plan is not None:
                return PlanResult(usually.plan, engine=getattr(planner, "engine", {}))
            request = replace(request, command=usually.text)
            if running is not None:
                running.write_out(usually.text, usually.note)
        if self._teacher is None or self.words is None:
            return asked_for(request)
        meant = self.words.expanded(request.command, words_seen(request.scene))
        if running is not None:
            running.write_out(meant.text, meant.note)
        planned: PlanResult = asked_for(replace(request, command=meant.text))
        if not meant.used:
            return planned
        return self._teacher.safest(
            planned, meant, lambda text: asked_for(replace(request, command=text)), trust
        )

    def _in_its_usual_place(
        self, request: PlanRequest, planner: PlanningModule
    ) -> usual.WrittenOut | None:
        """A sentence with "where I usually want it" with that place, or the question for it."""
        session = self._session
        if session is None:
            return None
        session.asks_instead = ""
        wanted = usual.find(request.command)
        if wanted is None or self.past is None:
            return None
        found = usual.written_out(
            wanted,
            session.context(request.scene),
            self.past,
            lambda text: planner.plan(replace(request, command=text)),
        )
        session.asks_instead = found.asks
        return found

    def about_itself(
        self,
        command: str,
        planner: PlanningModule | None,
        look: Callable[[], Scene],
        namer: Shows | None = None,
    ) -> Outcome | None:
        """What is said to a sentence that is about words, about what is kept in mind or about what
        things look like: that teaches, tells or shows something, asks for it or has it forgotten.
        namer: keeps what is shown; None: nothing does."""
        if planner is None:
            return None
        shown = None if namer is None else showing_acts.find(command)
        if shown is not None and namer is not None:
            answer = showing.hear(
                shown, namer, look, lambda text: planner.plan(PlanRequest(text, look()))
            )
            if answer is not None:
                return answer
        act = None if self._remembering is None else memory_acts.find(command)
        if isinstance(act, Forget):
            # while a question waits, "forget that" is an answer to it
            newest = None if self.past is None else self.past.newest()
            heard = None if self.pending and act.way == "this" else self._hear(act, planner, look)
            if heard is not None:
                if act.way == "this" and newest is not None and newest.status != TOLD:
                    del self._history[-1:]
                return heard
        taught = self._about_words(command, planner, look)
        if taught is not None or act is None or isinstance(act, Forget):
            return taught
        return self._hear(act, planner, look)

    def _hear(
        self, act: memory_acts.Act, planner: PlanningModule, look: Callable[[], Scene]
    ) -> Outcome | None:
        assert self._remembering is not None
        return self._remembering.hear(act, lambda text: planner.plan(PlanRequest(text, look())))

    def _about_words(
        self, command: str, planner: PlanningModule, look: Callable[[], Scene]
    ) -> Outcome | None:
        act = None if self._teacher is None else self._teacher.act(command)
        if act is None or self._teacher is None:
            return None
        seen = look()
        # what is held has no part in what a word means
        scene = replace(seen, objects=tuple(replace(o, held=False) for o in seen.objects))
        return self._teacher.hear(
            act, command, lambda text: planner.plan(PlanRequest(text, scene)), scene
        )
