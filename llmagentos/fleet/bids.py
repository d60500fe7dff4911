"""What a robot asks for a bundle of tasks: its own time, seconds.

Knows: two ways to reckon it. Does not know: who gets what; policies do.

A bid is the whole cost of a bundle, not of one task: what one more task costs depends on what the robot
does anyway. Costs must grow with each task (policies/best_response.py says what for).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from llmagentos.fleet.values import FleetTask, Member

#: Ids of tasks; the empty one costs what the robot is bound to already.
Bundle = frozenset[str]
#: Up to so many tasks the shortest tour is looked for among all, above it by cheapest insertion.
_ALL_TOURS = 6


class Bidder(ABC):
    """One robot's costs. `tasks` are all that may be bid for; bundles are subsets of their ids."""

    @abstractmethod
    def cost_s(self, bundle: Bundle) -> float:
        """Seconds until all of it is done; infinity for what the robot can't do or is too much."""


class Table(Bidder):
    """So much for each task, whatever else is done. costs_s: by id; a task that is not there can't be
    done. most: tasks at a time."""

    def __init__(self, costs_s: Mapping[str, float], most: int = 1000, busy_s: float = 0.0) -> None:
        self._costs, self._most, self._busy = dict(costs_s), most, busy_s

    def cost_s(self, bundle: Bundle) -> float:
        """See Bidder."""
        if len(bundle) > self._most:
            return math.inf
        return self._busy + sum(self._costs.get(task, math.inf) for task in sorted(bundle))


class Tour(Bidder):
    """Way and work: from where the robot is, over the places of the tasks in the shortest order, straight
    lines at its speed, and the work at each. busy_s: what it does before that.

    Exact up to six tasks; above, each is inserted where it makes the tour least longer, in order of id
    (the tour may be longer than the shortest then).
    """

    def __init__(self, member: Member, tasks: Sequence[FleetTask], busy_s: float = 0.0) -> None:
        self._member, self._busy = member, busy_s
        self._tasks = {task.id: task for task in tasks}
        self._known: dict[Bundle, float] = {}

    def cost_s(self, bundle: Bundle) -> float:
        """See Bidder."""
        if bundle not in self._known:
            self._known[bundle] = self._reckoned(bundle)
        return self._known[bundle]

    def _reckoned(self, bundle: Bundle) -> float:
        wanted = [self._tasks[task] for task in sorted(bundle) if task in self._tasks]
        if len(wanted) < len(bundle) or len(wanted) > self._member.most:
            return math.inf
        if any(self._member.lacks(task) for task in wanted):
            return math.inf
        places = [task.at_m for task in wanted if task.at_m is not None]
        way_m = self._way_m(places)
        if way_m > 0 and self._member.speed_mps <= 0:
            return math.inf
        drive_s = way_m / self._member.speed_mps if way_m > 0 else 0.0
        return self._busy + drive_s + sum(task.work_s for task in wanted)

    def _way_m(self, places: Sequence[tuple[float, float]]) -> float:
        if len(places) <= _ALL_TOURS:
            return min(_length_m((self._member.at_m, *tour)) for tour in permutations(places))
        tour = [self._member.at_m]
        for place in places:
            tours = [[*tour[:at], place, *tour[at:]] for at in range(1, len(tour) + 1)]
            tour = min(tours, key=_length_m)
        return _length_m(tour)


def _length_m(tour: Sequence[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(tour))
