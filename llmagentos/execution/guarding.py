"""The plan guard in front of a plan, and the person's yes that some actions need.

Knows: what is asked, with which fixed sentence, and which words answer it: a literal yes, said
next. Does not know: the rules (llmagentos.safety.guard), how a plan is carried out, or any model:
neither the planner's reading of the answer nor a text on the table counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from llmagentos.dialogue.session import Session
from llmagentos.dialogue.turns import Resolved
from llmagentos.execution.rehearsal import Foretold
from llmagentos.lang import plan as p
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor
from llmagentos.safety.guard import GuardedSkills
from llmagentos.tasks.validation import Issue
from llmagentos.types import Action

#: Nothing else is a yes, and nothing else a no: "yes but ..." is a command like any other.
_YES, _NO = re.compile(r"\s*yes\s*[.!]?\s*", re.I), re.compile(r"\s*no\s*[.!]?\s*", re.I)
Key = tuple[str, ...]


def is_yes(words: str) -> bool:
    """Whether the person's words are a literal yes."""
    return _YES.fullmatch(words) is not None


def action_of(taken: object, plan: object) -> Action | None:
    """The single action that is to be done; what a person has just agreed to goes first."""
    if isinstance(taken, Action):
        return taken
    return plan if taken is None and isinstance(plan, Action) else None


def bare_answer(words: str) -> p.Plan | None:
    """The plan of a literal yes or no, for who has asked and needs no planner to read it."""
    if is_yes(words):
        return p.Plan(steps=(p.Yes(),))
    return p.Plan(steps=(p.No(),)) if _NO.fullmatch(words) else None


def words_of(command: str, meant: str) -> str:
    """What a plan is begun with: the person's words, taught ones written out, but for a yes: that
    is only what was said literally."""
    return meant if meant and is_yes(meant) == is_yes(command) else command


def rest_of(plan: p.Plan, session: Session) -> p.Plan:
    """The steps of a plan from the one that failed; all where none did."""
    failed = next((r for r in session.records if r.status == "failed"), None)
    return p.Plan(steps=plan.steps[int(failed.path.split(".")[0]) if failed else 0 :])


@dataclass(frozen=True)
class Waiting:
    """What is done after a yes: a plan without dialogue steps, or one action; and what the yes is
    for."""

    what: Resolved | Action
    keys: frozenset[Key]


class Guarding:
    """One session's guard. skills: asked for their guard; without one all is allowed."""

    def __init__(self, skills: SkillExecutor) -> None:
        self._skills = skills if isinstance(skills, GuardedSkills) else None
        self._waiting: Waiting | None = None
        self._granted: frozenset[Key] = frozenset()

    def forget(self) -> None:
        """Nothing waits for a yes any more."""
        self._waiting = None

    @property
    def waits(self) -> bool:
        """Whether something waits for a yes."""
        return self._waiting is not None

    def hears(self, command: str) -> bool:
        """Whether this answers what waits for a yes. Any other words end the waiting."""
        if self._waiting is None or is_yes(command) or _NO.fullmatch(command):
            return self._waiting is not None
        self._waiting = None
        return False

    def taken(self, command: str) -> Resolved | Action | None:
        """What is done with these words: what waited for them, after a yes; told after a no; None
        where they are no answer. From here on a command begins, with what it was granted."""
        waiting, self._waiting = self._waiting, None
        granted: frozenset[Key] = frozenset()
        out: Resolved | Action | None = None
        if waiting is not None and is_yes(command):
            granted, out = waiting.keys, waiting.what
            if isinstance(out, Resolved):
                out = replace(out, continues=True)
        elif waiting is not None and _NO.fullmatch(command):
            nothing = p.Plan(steps=(p.Look(),))
            out = Resolved(nothing, nothing, reply="All right, I'll leave it.")
        self._granted = granted
        if self._skills is not None:
            self._skills.begin(granted)
        return out

    def set_aside(self) -> frozenset[Key]:
        """What a person has said yes to for the command that is set aside."""
        return self._granted

    def take_up(self, granted: frozenset[Key]) -> None:
        """It goes on with what it was granted."""
        self._granted = granted
        if self._skills is not None:
            self._skills.begin(granted)

    @property
    def is_there(self) -> bool:
        """Whether there is a guard to be asked."""
        return self._skills is not None

    def issue(self, rehearsed: Session, meant: Resolved, asks: bool = True) -> Issue | None:
        """Why the plan that was gone through is not begun: refused, or a person's yes is needed.

        asks: else only a refusal counts.
        """
        if self._skills is None or not isinstance(rehearsed.skills, Foretold):
            return None
        guard = self._skills.guard
        verdicts = guard.judge_all(rehearsed.skills.planned)
        found = guard.objection(verdicts, self._granted, asks=asks)
        if found is None:
            return None
        if found.failure is Failure.UNCONFIRMED:
            self._wait(meant, found.keys)
        return Issue(found.failure, found.words)

    def wait_for(self, what: Resolved | Action) -> None:
        """An action that is under way needs a yes that was not foreseen: this is done after it."""
        if self._skills is not None:
            self._wait(what, self._skills.wanted)

    def _wait(self, what: Resolved | Action, keys: Iterable[Key]) -> None:
        self._waiting = Waiting(what, self._granted | frozenset(keys))
