"""Where an arm works and rests: the part of its table, how large things are there, its home.

Knows: what it reaches, what it hides at rest, and what `robot check` asks for (check: the same
functions judge both). Does not know: files, questions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.robot_setup.check import (
    ENOUGH,
    Finding,
    area_map,
    home_finding,
    trips_finding,
)
from llmagentos.robot_setup.posture import Chain, Posture
from llmagentos.robot_setup.reach import (
    DEEPEST_M,
    WIDEST_M,
    heights_m,
    largest_area,
    reach_map,
    ring_map,
)
from llmagentos.robot_setup.resting import at_rest
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import Pose, Workspace

#: A hand that opens so far holds things of their own size; one that opens less, smaller ones.
_FULL_OPENING_M = 0.08
#: Sizes of things that are tried, largest first; they need a table of that times the least one.
_SCALES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25)
_LEAST_DEEP_M, _LEAST_WIDE_M = 0.25, 0.40
#: So many postures are tried over the table; cells of the map on a stretched arm.
_POSTURES, _CELLS, _COARSE_CELLS = 3, 24, 16
#: Joints that turn on beyond this have several postures for one pose; narrowed to those that the
#: table needs and so much more, rad.
_WIDE_RAD, _MORE_RAD, _APART_RAD = 1.5 * math.pi, 0.35, 1.2
#: Poses over the table that show which postures it needs: in x and in y, yaws; heights that
#: carrying takes, times the highest that `check` asks for.
_SPOTS, _YAWS, _HIGHER = 5, (-1.2, 0.0, 1.2), (1.0, 2.0)


#: Tables that are tried for an arm on a torso: below its shoulder, and ahead, shares of its length.
_BELOW, _AHEAD = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), (0.3, 0.45, 0.6, 0.75)


@dataclass(frozen=True)
class Place:
    """What was found for an arm.

    spec: with its home, its work area (where there is any) and narrowed ranges. area, home: whether
    they are good enough to use. hidden: the share of the area that the arm hides at that home.
    aside_rad: how far it is turned for that. homes: resting postures, the best first; rad.
    narrowed: names of joints. failed: what `robot check` will say is not well.
    """

    spec: ArmSpec
    area: bool
    home: bool
    hidden: float = 1.0
    aside_rad: float = 0.0
    homes: tuple[tuple[float, ...], ...] = ()
    narrowed: tuple[str, ...] = ()
    failed: tuple[Finding, ...] = ()


def find_place(spec: ArmSpec, chain: Chain, postures: Sequence[Posture], table_z_m: float) -> Place:
    """Of an arm whose home and work area in `spec` are placeholders. postures: at least one."""
    homes = tuple(p.joints for p in postures)
    found = _spacious(spec, chain, postures, table_z_m)
    if found is None:
        return Place(spec, area=False, home=False, homes=homes)
    found = _as_checked(found)
    found, narrowed = _narrowed(found)
    hidden, aside, found = at_rest(found, homes, chain.turns_upright)
    failed = [f for f in (trips_finding(found), home_finding(found)) if f.well is False]
    home = not any(f.about == "home" for f in failed)
    best = (found.home_rad, *(h for h in homes if h != found.home_rad))
    return Place(found, True, home, hidden, aside, best, narrowed, tuple(failed))


# --- the table --------------------------------------------------------------------------------


def scales_for(opening_m: float) -> Iterator[float]:
    """Sizes of things that a hand of that opening may be for, largest first."""
    most = max(opening_m / _FULL_OPENING_M, _SCALES[-1])
    return (s for s in _SCALES if s <= most + 0.05)


def _spacious(
    spec: ArmSpec, chain: Chain, postures: Sequence[Posture], table: float
) -> ArmSpec | None:
    """With the largest things that a table in reach has room for, and the most of that."""
    best: tuple[tuple[float, float], ArmSpec] | None = None
    for posture in postures[:_POSTURES]:
        for scale in scales_for(spec.max_opening_m):
            at = replace(spec, home_rad=posture.joints)
            area = _area(at, chain, table, scale)
            if area is None:
                continue
            deep, wide = area.x_max - area.x_min, area.y_max - area.y_min
            roomy = deep >= _LEAST_DEEP_M * scale - 1e-9 and wide >= _LEAST_WIDE_M * scale - 1e-9
            rank = (scale if roomy else 0.0, deep * wide)
            if best is None or rank > (best[0][0], best[0][1] * 1.1):
                best = rank, replace(at, workspace=area)
            if roomy:
                break
    return None if best is None else best[1]


def _area(spec: ArmSpec, chain: Chain, table: float, scale: float) -> Workspace | None:
    length = chain.length_m()
    step = max(round(length / (_CELLS if chain.turns_upright else _COARSE_CELLS), 2), 0.01)
    x0, y0 = (round(float(v) / step) * step for v in chain.shoulder[:2])
    count = math.ceil(length / step)
    x = [x0 + step * i for i in range(2, count + 1)]
    y = [y0 + step * i for i in range(-count, count + 1)]
    spec = replace(spec, workspace=Workspace(min(x), max(x), min(y), max(y), table, scale))
    high = heights_m(scale)
    if chain.turns_upright:
        reached = ring_map(spec, x, y, (float(chain.shoulder[0]), float(chain.shoulder[1])), high)
    else:
        reached = reach_map(spec, x, y, high)
    found = largest_area(reached, y0, length, (DEEPEST_M * scale, WIDEST_M * scale))
    return None if found is None else replace(found, table_z=table, scale=scale)


def _as_checked(spec: ArmSpec) -> ArmSpec:
    """The area cut down to what `robot check` finds reached, cell by cell."""
    seen = area_map(spec)
    area = spec.workspace
    if seen.share(area) >= ENOUGH:
        return spec
    inside = area_map(spec, around=False)
    middle = (area.y_min + area.y_max) / 2
    size = area.x_max - area.x_min, area.y_max - area.y_min
    found = largest_area(inside, middle, 0.0, size)
    if found is None:
        return spec
    return replace(spec, workspace=replace(found, table_z=area.table_z, scale=area.scale))


def table_heights(spec: ArmSpec, chain: Chain) -> list[float]:
    """Heights of a table over the base frame, metres, at which the arm works hand down somewhere ahead
    of it: a coarse search from its shoulder down by its length. `spec` may have any work area."""
    length, (x0, y0, z0) = chain.length_m(), chain.shoulder
    high = heights_m(next(scales_for(spec.max_opening_m), _SCALES[-1]))
    ahead = [float(x0) + length * share for share in _AHEAD]
    found = []
    for share in _BELOW:
        table = round(float(z0) - share * length, 2)
        at = replace(spec, workspace=replace(spec.workspace, table_z=table))
        if reach_map(at, ahead, [float(y0)], high).reached.any():
            found.append(table)
    return sorted(found)


# --- ranges -----------------------------------------------------------------------------------


def _narrowed(spec: ArmSpec) -> tuple[ArmSpec, tuple[str, ...]]:
    """Joints of an arm of six kept to one posture for every pose, where they could take several."""
    low, high = np.array(spec.lower_rad), np.array(spec.upper_rad)
    middle = range(1, len(low) - 1)
    if len(low) != 6 or not any(high[i] - low[i] > _WIDE_RAD for i in middle):
        return spec, ()
    used = _used(spec)
    if not len(used):
        return spec, ()
    least, most = used.min(axis=0) - _MORE_RAD, used.max(axis=0) + _MORE_RAD
    names = []
    for i in middle:
        if high[i] - low[i] > _WIDE_RAD and most[i] - least[i] < high[i] - low[i]:
            low[i], high[i] = max(low[i], least[i]), min(high[i], most[i])
            names.append(spec.joint_names[i])
    narrow = replace(
        spec,
        lower_rad=tuple(round(float(v), 2) if v in least else float(v) for v in low),
        upper_rad=tuple(round(float(v), 2) if v in most else float(v) for v in high),
    )
    return (narrow, tuple(names)) if trips_finding(narrow).well else (spec, ())


def _used(spec: ArmSpec) -> NDArray[np.float64]:
    """Joints [N, 6] over the work area, those of one posture with home, which is one of them."""
    kinematics, area = Kinematics(spec), spec.workspace
    low, high = heights_m(area.scale)
    found = [np.array(spec.home_rad)]
    for x, y, z, yaw in itertools.product(
        np.linspace(area.x_min, area.x_max, _SPOTS),
        np.linspace(area.y_min, area.y_max, _SPOTS),
        (low, *(high * h for h in _HIGHER)),
        _YAWS,
    ):
        pose = Pose((float(x), float(y), area.table_z + z), yaw)
        try:
            found.append(kinematics.solve(Pose(pose.position, kinematics.best_yaw(pose))))
        except UnreachableError:
            continue
    every = np.array(found)
    usual = np.median(every[1:], axis=0) if len(every) > 1 else every[0]
    near = np.abs(every - usual)[:, 1:-1].max(axis=1) < _APART_RAD
    near[0] = True
    return every[near]
