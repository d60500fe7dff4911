"""A plan that is set aside in the middle, for others that come first, and taken up again.

Knows: what of the executor belongs to the plan under way. Does not know: who comes first, nor when.

A plan can be set aside only before an action begins with nothing in the hand. What its later
steps mean is looked up when their turn comes, so they fit what the others have left behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from py_trees.behaviour import Behaviour

from llmagentos.dialogue import waiting_for_word
from llmagentos.dialogue.session import Session
from llmagentos.errors import LifecycleError
from llmagentos.execution.guarding import Guarding
from llmagentos.execution.rehearsing import Rehearsing
from llmagentos.lang import plan as p
from llmagentos.memory.session import Aside, SessionMemory
from llmagentos.types import Action


@dataclass(frozen=True)
class PlanAside:
    """One plan in the middle."""

    root: Behaviour
    session: Session
    plan: p.Plan | None
    later: waiting_for_word.Armed | None
    memory: Aside
    granted: frozenset[Any]


class Parking:
    """A plan executor's part for that."""

    memory: SessionMemory
    _root: Behaviour | None
    _session: Session | None
    _plan: p.Plan | None
    _later: waiting_for_word.Armed | None
    _action: Action | None
    _guarding: Guarding
    _rehearsing: Rehearsing

    def make_room(self, wanted: bool = True) -> None:
        """Wait before the next action that begins with nothing in the hand (`parked`), or don't."""
        if self._session is not None:
            self._session.makes_room = wanted

    @property
    def parked(self) -> bool:
        """Whether the plan under way waits there."""
        return self._session is not None and self._session.parked

    def set_aside(self) -> PlanAside:
        """Take the parked plan out: another may begin. Raises LifecycleError where none is parked."""
        root, session = self._root, self._session
        if root is None or session is None or not session.parked:
            raise LifecycleError("expected a parked plan, got none: call make_room() first")
        aside = PlanAside(
            root,
            session,
            self._plan,
            self._later,
            self.memory.set_aside(),
            self._guarding.set_aside(),
        )
        self._root, self._session, self._plan, self._later = None, None, None, None
        session.holds_back = None  # others move things: what copies would show is not so any more
        self._rehearsing.drop()
        return aside

    def take_up(self, aside: PlanAside) -> None:
        """Go on with it. Raises LifecycleError where a plan is under way."""
        if self._root is not None or self._action is not None:
            raise LifecycleError("expected no plan under way, got one")
        self._root, self._session, self._plan = aside.root, aside.session, aside.plan
        self._later = aside.later
        self._session.makes_room = False
        self.memory.take_up(aside.memory)
        self._guarding.take_up(aside.granted)
