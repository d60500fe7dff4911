"""One round of dividing tasks: what is asked of whom, what came of it, and why.

Knows: questions for costs and their answers, the allocation, its words. Does not know: how it is divided
(policies/), or how questions reach a robot.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from llmagentos.errors import FleetError
from llmagentos.fleet.bids import Bidder, Bundle
from llmagentos.fleet.values import FleetTask, Member

#: Asks robots, by name, for the costs of bundles; who does not answer is not in what comes back.
Ask = Callable[[Mapping[str, Sequence[Bundle]]], Mapping[str, Sequence[float]]]
#: What is to be small: the sum of all robots' seconds, or the seconds until the last is done.
Goal = Literal["sum", "latest"]


@dataclass(frozen=True)
class Allocation:
    """Who does what. given: tasks by robot, in the order in which they were won. left: why a task is
    given to nobody, by id. why: why its robot got it, by id. costs_s: of each robot's bundle. paid_s: what
    a robot is credited, where the policy pays. rounds: of questions; questions: bundles asked for;
    messages: questions and answers that travelled."""

    given: Mapping[str, tuple[str, ...]]
    left: Mapping[str, str]
    why: Mapping[str, str]
    costs_s: Mapping[str, float]
    paid_s: Mapping[str, float] = field(default_factory=dict)
    rounds: int = 0
    questions: int = 0
    messages: int = 0

    @property
    def sum_s(self) -> float:
        """All robots' seconds together."""
        return math.fsum(self.costs_s.values())

    @property
    def latest_s(self) -> float:
        """Seconds until the last robot is done."""
        return max(self.costs_s.values(), default=0.0)


class Auction:
    """Tasks and members, and what each bundle costs whom: each is asked once, and remembered, so that
    a round does not change while it goes on. A robot that does not answer can do nothing.

    Raises FleetError for a name or an id that is there twice.
    """

    def __init__(self, tasks: Sequence[FleetTask], members: Sequence[Member], ask: Ask) -> None:
        for what, names in (("task", [t.id for t in tasks]), ("member", [m.name for m in members])):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise FleetError(f"expected every {what} once, got '{twice[0]}' again")
        self.tasks = tuple(tasks)
        self.members = {member.name: member for member in sorted(members, key=lambda m: m.name)}
        self._ask = ask
        self._known: dict[tuple[str, Bundle], float] = {}
        self._silent: set[str] = set()
        self.rounds = self.questions = self.messages = 0

    def able(self, task: FleetTask) -> list[str]:
        """Names of those who have what it needs, in order."""
        return [name for name, m in self.members.items() if not m.lacks(task)]

    def costs_s(self, wanted: Iterable[tuple[str, Bundle]]) -> list[float]:
        """What each bundle costs each robot, in one round of questions; infinity for what it can't."""
        rows = list(wanted)
        new: dict[str, list[Bundle]] = {}
        for name, bundle in dict.fromkeys(rows):
            if (name, bundle) not in self._known and name not in self._silent:
                new.setdefault(name, []).append(bundle)
        if new:
            self._learn(new)
        return [
            math.inf if name in self._silent else self._known[name, bundle] for name, bundle in rows
        ]

    def cost_s(self, name: str, bundle: Bundle) -> float:
        """Of one robot."""
        return self.costs_s([(name, bundle)])[0]

    def _learn(self, new: Mapping[str, Sequence[Bundle]]) -> None:
        answers = self._ask(new)
        self.rounds += 1
        self.questions += sum(map(len, new.values()))
        self.messages += len(new) + len(answers)
        for name, bundles in new.items():
            costs = answers.get(name)
            good = costs is not None and len(costs) == len(bundles)
            if not good or any(math.isnan(c) or c < 0 for c in costs or ()):
                self._silent.add(name)  # one that answers nonsense is as one that does not answer
                continue
            for bundle, cost in zip(bundles, costs or (), strict=True):
                self._known[name, bundle] = float(cost)

    # --- what comes of it -------------------------------------------------------------------

    def result(
        self,
        given: Mapping[str, Sequence[str]],
        left: Mapping[str, str],
        why: Mapping[str, str],
        paid_s: Mapping[str, float] | None = None,
    ) -> Allocation:
        """The allocation. Raises FleetError where a task is lost, or given twice: no policy may."""
        all_ids = sorted([*left, *(task for tasks in given.values() for task in tasks)])
        expected = sorted(task.id for task in self.tasks)
        if all_ids != expected:
            raise FleetError(f"expected each of the tasks {expected} once, got {all_ids}")
        kept = {name: tuple(given.get(name, ())) for name in self.members}
        costs = self.costs_s((name, frozenset(tasks)) for name, tasks in kept.items())
        by_name = {n: c for n, c in zip(kept, costs, strict=True) if n not in self._silent}
        return Allocation(
            kept, dict(left), dict(why), by_name, dict(paid_s or {}),
            self.rounds, self.questions, self.messages,
        )  # fmt: skip

    def why_nobody(self, task: FleetTask, least_s: float = math.inf) -> str:
        """Why a task is left, in words. least_s: the lowest bid."""
        if math.isfinite(least_s):
            return f"the lowest bid is {least_s:.1f} s, and it is worth {task.worth_s:.1f} s"
        able = self.able(task)
        if not self.members:
            return "there is no robot"
        if not able:
            each = (f"{n} lacks {' and '.join(m.lacks(task))}" for n, m in self.members.items())
            return "nobody can do it: " + ", ".join(each)
        silent = [name for name in able if name in self._silent]
        if silent and len(silent) == len(able):
            return "nobody who can do it answers: " + ", ".join(silent)
        return "nobody who can do it has room for it or gets there: " + ", ".join(able)

    def why_won(self, task: FleetTask, bids: Mapping[str, float], winner: str) -> str:
        """Why a robot got a task, in words. bids: what each asked, seconds."""
        said = [f"{winner} bid {bids[winner]:.1f} s"]
        others = sorted((bid, name) for name, bid in bids.items() if name != winner)
        said += [f"{name} {bid:.1f} s" for bid, name in others if math.isfinite(bid)]
        said += [f"{name} has no room" for bid, name in others if not math.isfinite(bid)]
        lacking = [n for n, m in self.members.items() if m.lacks(task)]
        if lacking:
            said.append(f"{', '.join(lacking)} can't")
        return ", ".join(said)


class Policy(ABC):
    """Divides the tasks of an auction. pays: whether robots are credited for what they do. truthful:
    whether no robot gains by any false bid."""

    name = ""
    pays = False
    truthful = False

    @abstractmethod
    def divide(self, auction: Auction) -> Allocation:
        """Each task to one robot or to nobody; never raises because a robot does not answer."""


def ask_here(bidders: Mapping[str, Bidder]) -> Ask:
    """Questions to bidders in this process."""

    def ask(wanted: Mapping[str, Sequence[Bundle]]) -> Mapping[str, Sequence[float]]:
        return {
            name: [bidders[name].cost_s(bundle) for bundle in bundles]
            for name, bundles in wanted.items()
            if name in bidders
        }

    return ask
