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
from llmagentos.safety.guard.guard import question, refusal
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

    def forget(self) -> None:
        """Nothing waits for a yes any more."""
        self._waiting = None

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

    @property
    def is_there(self) -> bool:
        """Whether there is a guard to be asked."""
        return self._skills is not None

    def issue(self, rehearsed: Session, meant: Resolved, only: str = "") -> Issue | None:
        """Why the plan that was gone through is not begun: refused, or a person's yes is needed.

        only: "refused", to leave the asking for later.
        """
        if self._skills is None or not isinstance(rehearsed.skills, Foretold):
            return None
        guard = self._skills.guard
        verdicts = guard.judge_all(rehearsed.skills.planned)
        verdicts = [v for v in verdicts if v.decision != "confirm" or v.key not in self._granted]
        words = refusal(verdicts)
        failure = Failure.REFUSED if words else Failure.UNCONFIRMED
        words = words or ("" if only else question(verdicts))
        if not words:
            return None
        for v in verdicts:
            if v.decision != "slow":
                needs_yes = v.decision == "confirm"
                guard.audit.post("refused", by="plan guard", rule=v.rule, why=v.words,
                                 needs_yes=needs_yes)  # fmt: skip
        if failure is Failure.UNCONFIRMED:
            self._wait(meant, (v.key for v in verdicts if v.decision == "confirm"))
        return Issue(failure, words)

    def wait_for(self, what: Resolved | Action) -> None:
        """An action that is under way needs a yes that was not foreseen: this is done after it."""
        if self._skills is not None:
            self._wait(what, self._skills.wanted)

    def _wait(self, what: Resolved | Action, keys: Iterable[Key]) -> None:
        self._waiting = Waiting(what, self._granted | frozenset(keys))

    _granted: frozenset[Key] = frozenset()
