"""A table cut into a home for each arm and strips between neighbours, for SharedRoom.

Knows: where bases are. Does not know: arms. Arms stand in a row, side by side or face to face: the table
is cut across the line through the bases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from llmagentos.errors import FleetError
from llmagentos.fleet.space.volumes import Box
from llmagentos.types import Workspace

#: A strip between two neighbours is at most this part of the way between their bases.
_PART = 0.5
#: Beyond what an arm works on so much of it may be, with its hand and what that holds, metres.
_HAND_M = 0.16
#: Bases of two arms are at least so far apart along the row, metres.
_LEAST_M = 0.4


@dataclass(frozen=True)
class Territory:
    """home: where an arm alone may be. zones: what it shares with its neighbours."""

    home: Box
    zones: tuple[Box, ...]


def territories(
    bases_m: Mapping[str, tuple[float, float]],
    margin_m: float = 0.02,
    areas: Mapping[str, Workspace] | None = None,
) -> dict[str, Territory]:
    """Each arm's part of the table, in the frame of the bases. margin_m: between a home and what another one may use.
    areas: what each works on in that frame; a strip is no wider than two need who hand things on there.
    Raises FleetError for arms that stand nearer to each other than 0.4 m along the row."""
    axis = _axis(bases_m)
    row = sorted(bases_m, key=lambda name: bases_m[name][axis])
    cuts: list[tuple[float, float]] = []  # of each strip: from and to
    for one, next_one in pairwise(row):
        low, high = bases_m[one][axis], bases_m[next_one][axis]
        if high - low < _LEAST_M:
            raise FleetError(
                f"expected arms in a row, {_LEAST_M:g} m apart or more, got '{one}' and "
                f"'{next_one}' {high - low:.2f} m apart along it"
            )
        half, middle = _PART * (high - low) / 2, (low + high) / 2
        if areas is not None:
            reach = max(_end(areas[one], axis, 1) - middle, middle - _end(areas[next_one], axis, 0))
            half = min(half, max(reach, 0.0) + _HAND_M)
        cuts.append((middle - half, middle + half))
    out = {}
    for number, name in enumerate(row):
        low = -math.inf if number == 0 else cuts[number - 1][1] + margin_m
        high = math.inf if number == len(row) - 1 else cuts[number][0] - margin_m
        strips = cuts[max(0, number - 1) : number + 1]
        out[name] = Territory(_box(axis, low, high), tuple(_box(axis, *cut) for cut in strips))
    return out


def _axis(bases_m: Mapping[str, tuple[float, float]]) -> int:
    """Along which the bases are farther apart: 0 for x, 1 for y."""
    spread = [
        max(p[k] for p in bases_m.values()) - min(p[k] for p in bases_m.values()) for k in (0, 1)
    ]
    return 0 if spread[0] > spread[1] else 1


def _end(area: Workspace, axis: int, which: int) -> float:
    """Where a work area begins (0) or ends (1) along the row, metres."""
    return ((area.x_min, area.x_max), (area.y_min, area.y_max))[axis][which]


def _box(axis: int, low: float, high: float) -> Box:
    lows, highs = [-math.inf] * 3, [math.inf] * 3
    lows[axis], highs[axis] = low, high
    return Box((lows[0], lows[1], lows[2]), (highs[0], highs[1], highs[2]))
