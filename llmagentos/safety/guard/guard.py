"""The plan guard: whether an action may be done, asked before a plan begins and at each action.

Knows: the rules, their settings, where people are, and where every verdict is written down. Does
not know: plans, skills, dialogue; who asks it acts on what it says (guarded.py, execution).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from llmagentos.errors import ConfigError
from llmagentos.ports.audit import Audit, Unaudited
from llmagentos.ports.failures import Failure
from llmagentos.safety.guard.people import PeopleInput
from llmagentos.safety.guard.rules import BY_NAME, Verdict, judge
from llmagentos.safety.guard.settings import GuardRules, Thing
from llmagentos.safety.guard.stride import Stride
from llmagentos.types import Action, Scene, Vec3

#: How every question ends that needs a person's yes.
SAY_YES = "Say yes to do it."
#: Findings that one sentence names.
_MOST = 3


@dataclass(frozen=True)
class Planned:
    """One action that a plan would come to, in the scene as it would be then. does: names of others that
    are part of it."""

    action: Action
    scene: Scene
    hand: Vec3
    does: tuple[str, ...] = ()


@dataclass(frozen=True)
class Objection:
    """What stands against a plan or an action. failure: REFUSED or UNCONFIRMED; words: the whole
    sentence for the person; keys: what a yes would be for."""

    failure: Failure
    words: str
    keys: frozenset[tuple[str, ...]] = frozenset()


class PlanGuard:
    """rules: the owner's settings. people: what detectors report to. audit: where verdicts are
    kept. told: what the present scene says of its things. Raises ConfigError where a verdict is
    set of a rule that has none to set."""

    def __init__(
        self,
        rules: GuardRules | None = None,
        people: PeopleInput | None = None,
        audit: Audit | None = None,
        told: Callable[[], Sequence[Thing]] = tuple,
    ) -> None:
        self.rules = rules or GuardRules()
        free = [name for name, rule in BY_NAME.items() if rule.free]
        for name in self.rules.verdicts:
            if name not in free:
                raise ConfigError(f"verdicts: expected one of {', '.join(free)}, got {name!r}")
        needed, timeout_s = self.rules.people_input, self.rules.people_timeout_s
        self.people = people or PeopleInput(timeout_s, needed)
        self.audit: Audit = audit or Unaudited()
        self.told = told

    def judge(self, planned: Planned, count: int = 0) -> list[Verdict]:
        """What the rules say to one action, refusals first. count: the command's before it."""
        return judge(
            Stride(
                planned.action, planned.scene, planned.hand, self.rules, self.people.now(),
                tuple(self.told()), count, does=planned.does,
            )
        )  # fmt: skip

    def judge_all(self, plan: Iterable[Planned]) -> list[Verdict]:
        """The same of a whole plan, each finding once, refusals first."""
        found = [v for count, planned in enumerate(plan) for v in self.judge(planned, count)]
        once = {(v.key, v.words): v for v in found}
        return sorted(once.values(), key=lambda v: v.decision != "refuse")

    def watch(
        self, action: Action, scene: Scene, points: Sequence[Vec3], body: Sequence[Vec3] = ()
    ) -> list[Verdict]:
        """What the rules say to the hand at these points while it is at an action, with what it
        holds, or as if it held the action's object. body: points of forearm and hand."""
        return judge(
            Stride(
                action, scene, points[0], self.rules, self.people.now(), tuple(self.told()),
                points=tuple(points), body=tuple(body),
            )
        )  # fmt: skip

    def objection(
        self,
        verdicts: Sequence[Verdict],
        granted: Collection[tuple[str, ...]] = (),
        asks: bool = True,
        **facts: str,
    ) -> Objection | None:
        """What stands against what was judged, written down; None where nothing does.

        granted: what a person said yes to. asks: else only refusals count. facts: for the record.
        """
        found = [v for v in verdicts if v.decision != "confirm" or v.key not in granted]
        words = refusal(found)
        failure = Failure.REFUSED if words else Failure.UNCONFIRMED
        words = words or (question(found) if asks else "")
        if not words:
            return None
        for v in found:
            if v.decision != "slow":
                needs = v.decision == "confirm"
                self.audit.post("refused", by="plan guard", rule=v.rule, why=v.words,
                                needs_yes=needs, **facts)  # fmt: skip
        wanted = [v.key for v in found if v.decision == "confirm"]
        return Objection(failure, words, frozenset(wanted))


def refusal(verdicts: Sequence[Verdict]) -> str:
    """The sentence about what is refused; "" where nothing is."""
    for v in verdicts:
        if v.decision == "refuse":
            return f"I won't do that: it {v.words}. My rule '{v.rule}' forbids it."
    return ""


def question(verdicts: Sequence[Verdict]) -> str:
    """The fixed sentence that asks for a person's yes; "" where none is needed."""
    clauses = list(dict.fromkeys(v.words for v in verdicts if v.decision == "confirm"))
    if not clauses:
        return ""
    said, more = clauses[:_MOST], len(clauses) - _MOST
    if more > 0:
        said.append(f"does {more} more thing{'s' if more > 1 else ''} like it")
    words = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"This {words}. {SAY_YES}"
