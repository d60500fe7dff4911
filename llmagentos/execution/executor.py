"""The execution module: a plan becomes motion, and motion becomes an outcome in words.

Knows: the life of one plan: checks, dialogue, the behaviour tree, the reply. Does not know: the
language model, cameras, or how skills move the arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.errors import LifecycleError
from llmagentos.execution import reply, tree
from llmagentos.execution.session import Session
from llmagentos.execution.skills.base import SkillExecutor
from llmagentos.modules import EventSink, ExecutionModule, Outcome
from llmagentos.planning import plan as p
from llmagentos.planning.expand import StepProblem
from llmagentos.planning.memory import SessionMemory
from llmagentos.planning.validation import Issue, validate
from llmagentos.types import Status


def _nobody(event: Mapping[str, Any]) -> None:
    """An event sink for when nobody watches."""


class PlanExecutor(ExecutionModule):
    """Carries out plans with a `SkillExecutor`, one command after another in one session.

    memory: the session's memory (a new one by default). sink: gets every event.
    """

    def __init__(
        self,
        skills: SkillExecutor,
        memory: SessionMemory | None = None,
        sink: EventSink | None = None,
    ):
        self.skills = skills
        self.memory = memory or SessionMemory()
        self._sink = sink or _nobody
        self._root: Behaviour | None = None
        self._session: Session | None = None
        self._early: Outcome | None = None

    def reset(self) -> None:
        """A new session: nothing under way (the memory is reset by whoever owns it)."""
        self._root, self._session, self._early = None, None, None

    def start(self, plan: p.Plan, command: str = "") -> None:
        """Begin a plan; nothing moves before the first tick."""
        scene = self.skills.scene()
        self.memory.begin_command(command, scene, plan)
        self._session = Session(self.skills, self.memory, self._sink)
        issue = next(iter(validate(plan, self.memory.context(scene))), None)
        if issue is not None:
            self._early = self._refused(issue)
            return
        self._root = tree.build(plan.steps, self._session)

    def tick(self) -> Outcome | None:
        """A short slice of work; the outcome when the plan has ended."""
        if self._early is not None:
            early, self._early = self._early, None
            return early
        if self._root is None or self._session is None:
            raise LifecycleError("expected a plan under way, got none: call start() first")
        self._root.tick_once()
        if self._root.status == Tick.RUNNING:
            return None
        return self._finish()

    def stop(self) -> Outcome:
        """Ramp down, keep holding, and say where the arm is."""
        report = self.skills.stop()
        if self._root is not None and self._root.status == Tick.RUNNING:
            self._root.stop(Tick.INVALID)
        words = f"I stopped. {report.words}".strip()
        return self._end("failed", words)

    def run(self, plan: p.Plan, command: str = "") -> Outcome:
        """Start the plan and tick until it ends."""
        self.start(plan, command)
        outcome = self.tick()
        while outcome is None:
            outcome = self.tick()
        return outcome

    # --- ends ---------------------------------------------------------------------------

    def _refused(self, issue: Issue) -> Outcome:
        assert self._session is not None
        self._session.problem = StepProblem(issue.kind, issue.words, issue.obj, issue.candidates)
        return self._finish()

    def _finish(self) -> Outcome:
        assert self._session is not None
        status, words = reply.outcome_of(self._session)
        return self._end(status, words)

    def _end(self, status: Status, words: str) -> Outcome:
        session = self._session
        assert session is not None
        question = words if status == "question" else ""
        self.memory.end_command(
            status,
            words,
            [r.fact() for r in session.records],
            self.skills.scene(),
            question=question,
        )
        self._root, self._session = None, None
        return Outcome(status, words, tuple(r.to_json() for r in session.records), question)
