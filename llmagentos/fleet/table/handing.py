"""Where a thing changes hands: free spots of the table that two arms reach.

Knows: seats, and circles that are taken. Does not know: what a thing is, or who gives it to whom.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations

import numpy as np

from llmagentos.fleet.table.seats import Seat

#: Steps of the search, and room around a spot for the fingers of a hand beside half the thing, metres.
_STEP_M, _FINGERS_M = 0.02, 0.06
#: So many arms at most are on one thing's way.
_MOST = 4

Taken = tuple[float, float, float]
"""A circle on the table that stays free of things that change hands: x, y, radius."""


def spot_between(
    giver: Seat,
    taker: Seat,
    size_m: float,
    taken: Sequence[Taken],
    near_m: tuple[float, float],
) -> tuple[float, float] | None:
    """A free spot that both reach, the nearest to a point; None where there is none. One that lies in both work areas
    comes first: beyond them an arm's hand comes near another one's home."""
    area, found = giver.area, list[tuple[float, float]]()
    for x in np.arange(area.x_min, area.x_max + 1e-9, _STEP_M):
        for y in np.arange(area.y_min - _STEP_M, area.y_max + _STEP_M + 1e-9, _STEP_M):
            point = (round(float(x), 3), round(float(y), 3))
            if giver.reaches(point) and taker.reaches(point) and _free(point, size_m, taken):
                found.append(point)
    return min(
        found, key=lambda p: (not _inside(p, giver, taker), math.dist(p, near_m), p), default=None
    )


def _inside(point: tuple[float, float], *seats: Seat) -> bool:
    """Whether it lies in all work areas themselves."""
    return all(seat.workspace.contains(*seat.own(*point), -1e-6) for seat in seats)


def _free(point: tuple[float, float], size_m: float, taken: Sequence[Taken]) -> bool:
    least = size_m / 2 + _FINGERS_M
    return all(math.dist(point, (x, y)) >= least + radius for x, y, radius in taken)


def ways(
    seats: Sequence[Seat],
    from_m: tuple[float, float],
    to_m: tuple[float, float] | None,
    by: Sequence[str] = (),
) -> Iterator[tuple[Seat, ...]]:
    """Lines of arms that can bring a thing from one point to another by handing it on, the shortest first; each
    two of them reach some point both. by: one of these must be among them; it comes last where the thing
    stays in a hand (to_m None)."""
    starts = {s.name for s in seats if s.reaches(from_m)}
    ends = {s.name for s in seats if to_m is None or s.reaches(to_m)}
    if to_m is None and by:
        ends &= set(by)
    for count in range(1, min(_MOST, len(seats)) + 1):
        for line in permutations(seats, count):
            names = [s.name for s in line]
            wanted = not by or any(name in by for name in names)
            meets = all(spot_between(a, b, 0.0, (), from_m) is not None for a, b in pairwise(line))
            if names[0] in starts and names[-1] in ends and wanted and meets:
                yield line
