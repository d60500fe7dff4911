"""A plan that moves while the rest of it is tried out in copies of what was seen.

Knows: that no action begins before copies have gone through it well, how much is tried out in a
tick, and what becomes of a plan under way that turns out to go wrong: the arm stops, and another
order of its steps begins, or the person is asked. Does not know: copies (copies.py, rehearsing.py).
"""

from __future__ import annotations

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.dialogue import turns as dialogue
from llmagentos.dialogue.session import Session
from llmagentos.execution import tree
from llmagentos.execution.copies import Outlook
from llmagentos.execution.rehearsal import copied
from llmagentos.execution.rehearsing import Rehearsing
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import Outcome
from llmagentos.ports.skills import SkillExecutor
from llmagentos.tasks.validation import Issue
from llmagentos.types import Hand, Scene

#: So much is tried out in each tick, in simulated seconds: three steps while the arm approaches.
_PIECE_S = 0.03
#: Another order can begin as long as the first action has been under way for so many ticks at most
#: (half a second): within that no hand has come down and closed, so all stands as it was seen.
_UNTOUCHED = 30


class Behind:
    """A plan executor's part for that."""

    skills: SkillExecutor
    memory: SessionMemory
    _root: Behaviour | None
    _session: Session | None
    _early: Outcome | None
    _plan: p.Plan | None
    _pending: dialogue.Pending | None
    _rehearsing: Rehearsing
    _asked: tuple[p.Plan, Scene, SessionMemory, Hand]
    #: What turned out to go wrong, to be seen to at the end of this tick.
    _found: Outlook | None
    _ticks: int

    def _give_up(self, issue: Issue) -> Outcome:
        raise NotImplementedError

    def _goes_wrong(self, scene: Scene) -> bool:
        """Try the plan out in copies of what was seen, as far as that has to come before it moves:
        whether it goes wrong in most of them, which the person is asked about. Notes a better order
        of its steps, and what goes better in it."""
        assert self._plan is not None and self._session is not None
        self._ticks = 0
        if scene.base is not None and any(s.op in p.DRIVING_OPS for s in self._plan.walk()):
            return False  # there are copies of this table alone
        # As it is now: copies are made while the plan itself goes on to change the memory.
        self._asked = (self._plan, scene, copied(self.memory), self.skills.hand())
        found = self._rehearsing.begin(*self._asked)
        if found is None:
            self._session.holds_back = self._holds_back
        elif found.wrong:
            self._early = self._ask(found)
        else:
            self._follow(found)
        return self._early is not None

    def _ask(self, found: Outlook) -> Outcome:
        assert self._plan is not None
        self._pending = dialogue.Pending(self._plan, found.question, options=(self._plan,))
        return self._give_up(Issue(Failure.FORETOLD, found.question))

    def _follow(self, found: Outlook) -> None:
        assert self._session is not None
        self._plan, self._session.steps = found.plan, found.plan.steps
        self._session.lessons = found.lessons

    def _holds_back(self) -> bool:
        """Before an action begins: try on to its end. Whether it must not begin, since it would go
        wrong."""
        assert self._session is not None
        found = self._rehearsing.cover(self._session.begun + 1)
        return found is not None and self._heeds(found)

    def _heeds(self, found: Outlook) -> bool:
        """Whether what was found changes the plan under way."""
        if found.wrong:
            self._found = found
            return True
        self._follow(found)
        return False

    def _try_on(self) -> Outcome | None:
        """A piece of the rehearsal that goes on behind the plan under way; the outcome where that
        ends the plan."""
        self._ticks += 1
        if self._found is None:
            found = self._rehearsing.go_on(_PIECE_S)
            if found is None or not self._heeds(found):
                return None
        assert self._found is not None
        wrong, self._found = self._found, None
        return self._turn_back(wrong)

    def _turn_back(self, found: Outlook) -> Outcome | None:
        """Stop the arm; begin what goes better, or ask."""
        assert self._root is not None and self._session is not None
        self.skills.stop()
        self._root.stop(Tick.INVALID)
        ended = any(record.actions for record in self._session.records)
        untouched = self._session.begun <= 1 and not ended and self._ticks <= _UNTOUCHED
        better = self._rehearsing.better(found, *self._asked, orders=untouched)
        if better.wrong:
            return self._ask(better)
        session = self._session
        self._session = Session(self.skills, self.memory, session.sink, better.plan.steps)
        self._session.makes_room = session.makes_room
        self._follow(better)
        self._root = tree.build(better.plan.steps, self._session)
        return None
