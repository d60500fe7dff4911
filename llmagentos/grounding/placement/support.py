"""Spots on and in objects: tops, insides, and slots side by side.

Knows: what can carry what, and where on it there is room. Does not know: the table around
(table.py) nor descriptions.

A spot's z is where the moved object's base shall come to rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llmagentos.grounding.context import Spot
from llmagentos.grounding.placement.table import Wish
from llmagentos.objects import outlines as fp
from llmagentos.objects.kinds import traits
from llmagentos.objects.measured import sides_m
from llmagentos.types import Pose, Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world.freespace import FreeSpace, riders

#: Gaps between things side by side on one support, tried from wide to tight, metres.
SIDE_GAPS_M = (0.02, 0.010, 0.002)
#: Things dropped into a bowl settle; outlines taken for circles may overlap by this.
PRESSED_GAP_M = -0.006
#: The first thing on a plate or zone stands up to this far beside its middle, metres.
MOST_ASIDE_M = 0.02
SPARE_M = 0.006
#: Contents may cover the opening this often: they lie in a heap.
FILLED = 1.2
#: A support must be at least this much of the base that stands on it.
LEAST_SUPPORT_RATIO = 0.28

#: The grid on a floor for places beside what stands there: steps from the middle to the wall.
_FINE = 8

Point = tuple[float, float]


def _part_direction(part: str) -> Point:
    """Where a part of a support lies from its middle, as a share of the way to its edge."""
    x, y = regions.SIGNS[part]
    return (0.7 * x, 0.7 * y) if x and y else (x, y)


def cannot_carry(mark: SceneObject, item: SceneObject, rel: str = "on") -> str:
    """Why `item` can't stand on or in `mark`, as a sentence; "" when it can."""
    it, on = f"the {item.label}", f"the {mark.label}"
    if mark.id == item.id:
        return f"{it.capitalize()} can't be put {rel} itself."
    if not traits(mark.kind).has_level_top:
        return f"{it.capitalize()} can't stand on {on}: it would fall off."
    if traits(mark.kind).is_flat:
        return ""
    if fp.has_rim(mark):
        return _cannot_hold(mark, item, rel)
    if rel == "in":
        return f"{on.capitalize()} is solid: nothing can be put into it."
    if traits(item.kind).rolls:
        return f"{it.capitalize()} would roll off {on}."
    if fp.half_m(mark) < LEAST_SUPPORT_RATIO * fp.base_half_m(item):
        return f"{it.capitalize()} is too big to stand on {on}."
    return ""


def _cannot_hold(mark: SceneObject, item: SceneObject, rel: str) -> str:
    if fits_inside(mark, item) or nests(mark, item):
        return ""
    covers = item.size_m >= 0.9 * mark.size_m and not traits(item.kind).rolls
    if rel == "on" and covers and item.size_m <= 2.2 * mark.size_m:
        return ""
    return f"The {item.label} doesn't fit into the {mark.label}."


def fits_inside(mark: SceneObject, item: SceneObject) -> bool:
    """Whether `item` goes through the opening of the container."""
    mouth = fp.mouth_m(mark)
    if fp.is_square(mark) and fp.is_square(item):
        return fp.half_m(item) <= mouth - 0.001
    return fp.corner_m(item) <= mouth + 0.001


def nests(mark: SceneObject, item: SceneObject) -> bool:
    """Whether containers of one kind go into each other (bowls, plates, cups)."""
    return item.kind == mark.kind and traits(item.kind).nests and item.size_m <= mark.size_m + 0.012


def spot_on(
    scene: Scene, mark: SceneObject, item: SceneObject, total: int = 1, part: str | None = None
) -> Spot | None:
    """A free spot for `item` on or in `mark`, or None where a solid top is taken.

    total: how many things shall go there altogether; they are laid out side by side.
    """
    if traits(mark.kind).is_flat or fp.has_rim(mark):
        return _spot_inside(scene, mark, item, total, part)
    return _spot_on_top(scene, mark, item, part)


def _spot_on_top(
    scene: Scene, mark: SceneObject, item: SceneObject, part: str | None
) -> Spot | None:
    others = [o for o in scene.on_top_of(mark.id) if o.id != item.id]
    x, y = mark.position[:2]
    if part is not None and part in regions.SIGNS:
        ux, uy = _part_direction(part)
        room = max(0.0, fp.half_m(mark) - 0.5 * fp.half_m(item))
        x, y = x + room * ux, y + room * uy
    if others:
        free = _beside_on_top(mark, item, others)
        if free is None:
            return None
        x, y = free
    yaw = mark.yaw if fp.is_square(mark) and fp.is_square(item) else item.yaw
    return Spot(Pose((x, y, mark.top_z), yaw), mark.id, False)


def _beside_on_top(
    mark: SceneObject, item: SceneObject, others: Sequence[SceneObject]
) -> Point | None:
    """Room beside what already stands on a large flat top."""
    reach = fp.half_m(mark) - fp.half_m(item)
    for point in _candidates(mark, max(0.0, reach), 2):
        if all(_gap(point, item, o) >= SIDE_GAPS_M[1] for o in others):
            return point
    return None


def _spot_inside(
    scene: Scene, mark: SceneObject, item: SceneObject, total: int, part: str | None
) -> Spot | None:
    kind = traits(mark.kind)
    mark = replace(mark, position=fp.mouth_center(mark))
    over_rim = not kind.is_flat and not fits_inside(mark, item)
    nested = nests(mark, item) and kind.is_container
    others = [o for o in _contents(scene, mark) if o.id != item.id]
    if over_rim or nested:
        tops = [o for o in others if nests(o, item)] or [mark]
        below = max(tops, key=lambda o: o.top_z)
        lift = 0.012 if nested else below.height_m
        x, y = below.position[:2]
        return Spot(Pose((x, y, below.bottom_z + lift), item.yaw), below.id, nested)
    if item.extents_m is not None:  # its sides are looked at as they will lie
        item = replace(item, yaw=_yaw_in(mark, item))
    point = _slot(scene, mark, item, others, total, part)
    if point is not None:
        return Spot(
            Pose((*point, fp.floor_z(mark)), _yaw_in(mark, item)), mark.id, kind.is_container
        )
    if kind.is_shallow:
        return None
    return _on_the_pile(mark, item, others)


def spot_where(scene: Scene, mark: SceneObject, item: SceneObject, wish: Wish) -> Spot | None:
    """The free spot on the floor of `mark` that fits a wish for a point best; None without one."""
    if not fp.has_rim(mark) or not fits_inside(mark, item):
        return None
    floor = replace(mark, position=fp.mouth_center(mark))
    reach = _reach(floor, item)
    others = [o for o in _contents(scene, floor) if o.id != item.id]
    cost, _ = wish
    points = _candidates(floor, reach, _FINE)
    costs = cost(*(np.array(axis) for axis in zip(*points, strict=True)))
    for i in np.argsort(costs, kind="stable"):
        if not np.isfinite(costs[i]):
            return None
        if all(_gap(points[i], item, o) >= SIDE_GAPS_M[1] for o in others):
            inside = traits(mark.kind).is_container
            return Spot(
                Pose((*points[i], fp.floor_z(floor)), _yaw_in(floor, item)), mark.id, inside
            )
    return None


def _on_the_pile(
    mark: SceneObject, item: SceneObject, others: Sequence[SceneObject]
) -> Spot | None:
    """Over the least filled part of a container; None when it is full."""
    if len(others) >= _capacity(mark, item):
        return None
    reach = _reach(mark, item)

    def height(point: Point) -> float:
        under = [o.top_z for o in others if _gap(point, item, o) < -0.004]
        return max(under, default=fp.floor_z(mark))

    def key(point: Point) -> tuple[float, float]:
        return round(height(point), 3), -min(_gap(point, item, o) for o in others)

    point = min(_candidates(mark, reach, 3), key=key)
    return Spot(Pose((*point, height(point)), item.yaw), mark.id, True)


def _capacity(mark: SceneObject, item: SceneObject) -> int:
    """About how many such things a container takes before they fall out."""
    mouth = fp.mouth_m(mark)
    area = 4 * mouth**2 if fp.is_square(mark) else math.pi * mouth**2
    layers = max(1, round((mark.height_m - 0.006) / max(item.height_m, 0.01) - 0.2))
    length, width = sides_m(item)
    return max(1, int(FILLED * area / (length * width)) * layers)


def _reach(mark: SceneObject, item: SceneObject) -> float:
    """How far from the middle the item's middle may be."""
    if traits(mark.kind).is_flared:  # what is dropped near the wall slides in
        return max(0.0, fp.mouth_m(mark) - fp.corner_m(item) - 0.004)
    half = fp.half_m(item) if fp.is_square(mark) else fp.circle_m(item)
    return max(0.0, fp.inner_m(mark) - half)


def _yaw_in(mark: SceneObject, item: SceneObject) -> float:
    return mark.yaw if fp.is_square(mark) and fp.is_square(item) else item.yaw


def _contents(scene: Scene, mark: SceneObject) -> list[SceneObject]:
    """What is in or on `mark` at its own level and above; for zones also what only lies over it."""
    ids = riders(scene, mark.id)
    found = [o for o in scene.objects if o.id in ids]
    if traits(mark.kind).is_flat:
        near = mark.size_m
        found += [
            o
            for o in scene.objects
            if o.id not in ids and o.id != mark.id and not o.held and not traits(o.kind).is_flat
            if math.dist(o.position[:2], mark.position[:2]) < near + o.size_m
        ]
    return found


def _gap(point: Point, item: SceneObject, other: SceneObject) -> float:
    return float(fp.gap_m(np.array([point[0]]), np.array([point[1]]), item, other)[0])


def _slot(
    scene: Scene,
    mark: SceneObject,
    item: SceneObject,
    others: Sequence[SceneObject],
    total: int,
    part: str | None,
) -> Point | None:
    """Where on the floor of `mark` the item goes: layout slots first, then any room."""
    reach = _reach(mark, item)
    if part is not None and part in regions.SIGNS:
        wanted = [_offset(mark, reach, _part_direction(part))]
    else:
        already = sum(1 for o in others if o.id in riders(scene, mark.id))
        wanted = _layout(mark, item, reach, max(total, 1), already)
    space = FreeSpace(scene, item) if traits(mark.kind).is_flat else None
    gaps = (*SIDE_GAPS_M, PRESSED_GAP_M) if traits(mark.kind).takes_heaps else SIDE_GAPS_M
    for gap in gaps:
        for points in (wanted, _candidates(mark, reach, 4)):
            for point in points:
                clear = all(_gap(point, item, o) >= gap for o in others)
                if clear and (space is None or space.margin(*_arrays(point))[0] >= -0.03):
                    return point
    return _anywhere_in(mark, space) if space is not None else None


def _anywhere_in(zone: SceneObject, space: FreeSpace) -> Point | None:
    """Any free point of the table above the zone."""
    half = fp.half_m(zone) - 0.004

    def cost(x: fp.Array, y: fp.Array) -> fp.Array:
        out = fp.square_gap(x - zone.position[0], y - zone.position[1], half, zone.yaw)
        off = np.hypot(x - zone.position[0], y - zone.position[1])
        return np.where(out > 0.0, np.inf, off)

    return space.best(cost)


def _arrays(point: Point) -> tuple[fp.Array, fp.Array]:
    return np.array([point[0]]), np.array([point[1]])


def _offset(mark: SceneObject, reach: float, direction: Point) -> Point:
    return mark.position[0] + reach * direction[0], mark.position[1] + reach * direction[1]


def _layout(
    mark: SceneObject, item: SceneObject, reach: float, total: int, already: int
) -> list[Point]:
    """Ideal slots for `total` things: the middle for one, a ring for up to six, then a grid."""
    if total + already <= 1:
        return [_offset(mark, _aside(mark, item, reach), (0.0, 1.0))]
    n = max(total, already + 1)
    if n <= 6:
        pitch = item.size_m * (1.25 if fp.is_square(item) else 1.05) + SIDE_GAPS_M[0]
        radius = min(reach, pitch / (2 * math.sin(math.pi / n)))
        turn = mark.yaw + (math.pi / 4 if n == 4 else math.pi / 2)
        angles = [turn + 2 * math.pi * k / n for k in range(n)]
        return [_offset(mark, radius, (math.cos(a), math.sin(a))) for a in angles]
    return _candidates(mark, reach, max(2, math.ceil(math.sqrt(n)) - 1))


def _aside(mark: SceneObject, item: SceneObject, reach: float) -> float:
    """How far from the middle the first thing goes on something flat, so that another fits."""
    if not traits(mark.kind).has_broad_floor:
        return 0.0
    need = 2 * fp.circle_m(item) + 0.004 - reach
    return need + SPARE_M if 0.0 < need <= min(reach, MOST_ASIDE_M) else 0.0


def _candidates(mark: SceneObject, reach: float, steps: int) -> list[Point]:
    """A grid of (2 steps + 1)^2 points within `reach`, the middle first; a disc on round marks."""
    if reach <= 1e-6:
        return [(mark.position[0], mark.position[1])]
    ticks = [reach * k / steps for k in range(-steps, steps + 1)]
    c, s = math.cos(mark.yaw), math.sin(mark.yaw)
    local = [(u, v) for u in ticks for v in ticks]
    if not fp.is_square(mark):
        local = [(u, v) for u, v in local if math.hypot(u, v) <= reach + 1e-9]
        turns = [2 * math.pi * k / 24 for k in range(24)]
        local += [(reach * math.cos(a), reach * math.sin(a)) for a in turns]
    else:
        local = [(c * u - s * v, s * u + c * v) for u, v in local]
    local.sort(key=lambda p: (round(math.hypot(*p), 6), -p[1], p[0]))
    return [(mark.position[0] + u, mark.position[1] + v) for u, v in local]
