"""Going through a plan in memory before anything moves.

Knows: how to run a plan on symbolic skills with a copy of the session's memory. Does not know:
what is done about what it finds (executor.py).
"""

from __future__ import annotations

import copy
from collections.abc import Hashable
from typing import Any

from py_trees.common import Status as Tick

from llmagentos.dialogue.session import Session
from llmagentos.execution import tree
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.safety.guard import Planned
from llmagentos.skills.symbolic import HAND, SymbolicSkills
from llmagentos.tasks import StepProblem
from llmagentos.types import Action, Hand, Scene

MAX_TICKS = 3000
#: After these the scene is another one.
_DRIVES = ("drive_to", "drive_by", "follow_wall")
#: Failures that the geometry alone decides; others may go better in the world.
_CERTAIN = (Failure.NO_ROOM,)


def certain_problem(session: Session) -> tuple[StepProblem, Session] | None:
    """The problem that a plan that was gone through would certainly run into, and the session in
    which it did.

    None where it would go well, as far as can be told: what follows a wait for the world is
    open, as is what stands where the robot drives to, and what only friction decides. What runs out
    of room halfway is begun.
    """
    problem = session.problem
    if problem is None or any(r.op == "wait_for" for r in session.records):
        return None
    if isinstance(session.skills, Foretold) and any(
        planned.action.name in _DRIVES for planned in session.skills.planned
    ):
        return None
    if problem.kind == "failed" and (session.acted or problem.failure not in _CERTAIN):
        return None
    return problem, session


def acts(plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand = HAND) -> bool:
    """Whether the plan brings the hand to anything at all."""
    skills = gone_through(plan, scene, memory, hand).skills
    assert isinstance(skills, Foretold)
    return any(a.object_id or a.pose is not None for a in skills.actions)


def foreseen(
    plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand = HAND
) -> Hashable | None:
    """What the scene would be after the plan: equal for plans that end alike. None for one that
    does not go well, as far as can be told."""
    session = gone_through(plan, scene, memory, hand)
    if certain_problem(session) is not None:
        return None
    things = session.scene().objects
    told = tuple(session.says) if session.answered or not session.acted else ()
    return (
        frozenset(
            (o.id, o.support, o.inside, o.held, *(round(v, 2) for v in o.position), round(o.yaw, 1))
            for o in things
        ),
        told,
    )


class Foretold(SymbolicSkills):
    """Symbolic skills that keep each action with the scene and the hand before it."""

    def __init__(self, scene: Scene, hand: Hand) -> None:
        super().__init__(scene, hand=hand)
        self.planned: list[Planned] = []

    def start(self, action: Action) -> None:
        """Keep it, and begin."""
        does = self.ways(action.name).does
        self.planned.append(Planned(action, self.scene(), self.hand().position, does))
        super().start(action)


def gone_through(plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand = HAND) -> Session:
    """The plan carried out in memory, as far as it comes; the session's skills are `Foretold`."""
    session = Session(
        Foretold(scene, hand), copied(memory), lambda event: None, plan.steps, patrol_rounds=1
    )
    root = tree.build(plan.steps, session)
    for _ in range(MAX_TICKS):
        root.tick_once()
        if root.status != Tick.RUNNING:
            break
    return session


def copied(memory: SessionMemory) -> SessionMemory:
    """A memory of its own with the same content; entries are immutable and shared."""
    twin = copy.copy(memory)
    for name, value in vars(memory).items():
        fresh: Any = value
        if isinstance(value, list | dict):
            fresh = value.copy()
        setattr(twin, name, fresh)
    return twin
