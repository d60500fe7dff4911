"""A plan for several arms: divided, carried out side by side, told in one reply.

Knows: when a plan can be divided, by whom. Does not know: dialogue, doubts and the guard (the executor for
one arm has them all), how errands are shared, or motion.

What a sentence means is bound once, before anything moves; plans that wait for what the world shows, or do
what is no errand (pointing, opening a hand), are carried out step by step, as by one arm.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.events import EventSink
from llmagentos.execution.executor import PlanExecutor
from llmagentos.fleet import Policy
from llmagentos.fleet.policies import DEFAULT
from llmagentos.fleet.table import share
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.ports.skills import SkillExecutor
from llmagentos.ports.understanding import Trust
from llmagentos.tasks import StepProblem
from llmagentos.team.foreseen import Ahead, look_ahead
from llmagentos.team.planning import ForSome, TeamPlan
from llmagentos.team.skills import TeamSkills
from llmagentos.team.together import Together
from llmagentos.types import Action


class TeamExecutor(PlanExecutor):
    """acting: skills of the whole team, behind the guard; team: the same without it. policy: how errands are
    divided."""

    def __init__(
        self,
        acting: SkillExecutor,
        team: TeamSkills,
        sink: EventSink | None = None,
        rehearses: bool = True,
        trust: Trust | None = None,
        memory: SessionMemory | None = None,
        policy: str | Policy = DEFAULT,
    ) -> None:
        super().__init__(acting, memory, sink, rehearses, trust=trust)
        self._team, self._policy = team, policy
        self._shares: tuple[ForSome, ...] = ()
        self._ahead: Ahead | None = None
        self._together: Together | None = None

    def start(self, plan: p.Plan | PlanResult | Action, command: str = "") -> None:
        """See PlanExecutor."""
        self._shares = plan.shares if isinstance(plan, TeamPlan) else ()
        self._ahead, self._together, self._team.only = None, None, ()
        super().start(plan, command)

    def _rooted(self, steps: tuple[Any, ...]) -> Behaviour:
        """All arms at once, where the plan is errands; else one action after another."""
        assert self._session is not None
        shares = self._shares
        if tuple(s for share in shares for s in share.steps) != steps:
            shares = (ForSome(steps),)  # another plan than was written: an answer, a correction
        crew, scene = self._team.crew, self.skills.scene()
        ahead = look_ahead(shares, scene, crew.seats, crew.holds(), self.memory)
        named = {s.robots for s in shares}
        if ahead.nobody:
            return _CantBe(ahead.nobody, self._session)
        if not ahead.side_by_side or not ahead.errands:
            self._team.only = next(iter(named)) if len(named) == 1 else ()
            return super()._rooted(steps)
        errands = ahead.errands
        found = share(errands, crew.seats, scene, crew.holds(), self._policy)
        if found.left and set(found.left) <= ahead.wished:
            # "left the red ones": what left can't, another one does
            errands = [replace(e, only=()) if e.id in found.left else e for e in errands]
            ahead.says += [f"{w[:1].upper()}{w[1:]}." for w in dict.fromkeys(found.left.values())]
            found = share(errands, crew.seats, scene, crew.holds(), self._policy)
        if found.left:
            words = ", and ".join(dict.fromkeys(found.left.values()))
            return _CantBe(f"We can't do that: {words}.", self._session)
        self._ahead = ahead
        says = [*ahead.says, *ahead.problems]
        self._together = Together(found.jobs, ahead.records, self._session, crew, says)
        return self._together

    def stop(self) -> Outcome:
        """All arms ramp down; says where they are, and what of the plan was done and what was not."""
        told = "" if self._together is None else self._together.so_far()
        outcome = super().stop()
        return (
            replace(outcome, reply=f"{outcome.reply.rstrip('. ')}. {told}".strip())
            if told
            else outcome
        )

    def _finish(self) -> Outcome:
        done = self._ahead
        if done is not None and self._session is not None and self._session.problem is None:
            vars(self.memory).update(vars(done.memory))
        return super()._finish()


class _CantBe(Behaviour):
    """A plan that nobody can carry out; nothing moves."""

    def __init__(self, words: str, session: Any) -> None:
        super().__init__(name="nobody can")
        self._words, self._session = words, session

    def update(self) -> Tick:
        """Says why."""
        self._session.problem = StepProblem(Failure.OFF_TABLE, self._words)
        return Tick.FAILURE
