"""Spatial relations, stacks and comparisons: pure geometry on scenes.

Knows: what "left of", "on", "next to" mean for two objects, and what stands on what.
Does not know: language, descriptions, or what anybody wants (planning does).

Frame: robot base; left +y, right -y, behind/back +x, in front/front -x; metres. Horizontal
relations compare centres and are lenient half-planes: an object is left of another when its
centre is more than 1 cm to the left of it, however far ahead or behind. `cone_offset` tells how
well the direction fits, to prefer what lies straight that way. What is held, and what stands on
or in the landmark, has no horizontal relation to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from llmagentos.types import CONTAINER_KINDS, Scene, SceneObject
from llmagentos.world.colors import luminance

#: Centres nearer than this have no direction to each other.
SAME_LINE_M = 0.01
NEXT_TO_M = 0.12
AROUND_M = 0.20
FAR_M = 0.25
#: Sizes and heights differ when they differ by more than this.
SIZE_STEP_M = 0.004

#: Kinds that carry things without being part of a stack.
FLAT_BASES: tuple[str, ...] = ("zone", "plate", "tray", "box")

#: Unit direction (x, y) of each horizontal relation.
DIRECTIONS: dict[str, tuple[float, float]] = {
    "left_of": (0.0, 1.0),
    "right_of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in_front_of": (-1.0, 0.0),
    "front_left_of": (-(0.5**0.5), 0.5**0.5),
    "front_right_of": (-(0.5**0.5), -(0.5**0.5)),
    "back_left_of": (0.5**0.5, 0.5**0.5),
    "back_right_of": (0.5**0.5, -(0.5**0.5)),
}


def distance_m(a: SceneObject, b: SceneObject) -> float:
    """Horizontal distance of the centres, metres."""
    return math.hypot(a.position[0] - b.position[0], a.position[1] - b.position[1])


def gap_m(a: SceneObject, b: SceneObject) -> float:
    """Horizontal distance between the outlines, taken as circles; negative when they overlap."""
    return distance_m(a, b) - (a.size_m + b.size_m) / 2


# --- direction ----------------------------------------------------------------------------------


def in_direction(rel: str, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` lies in direction `rel` (a key of DIRECTIONS) of `b`.

    Straight ones are half-planes; diagonal ones quadrants.
    """
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    ux, uy = DIRECTIONS[rel]
    along_x = abs(ux) < 1e-9 or dx * ux > SAME_LINE_M * abs(ux)
    along_y = abs(uy) < 1e-9 or dy * uy > SAME_LINE_M * abs(uy)
    return along_x and along_y


def cone_offset(rel: str, a: SceneObject, b: SceneObject) -> float:
    """Angle between the way from `b` to `a` and the direction `rel`, radians, 0 to pi."""
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    length = math.hypot(dx, dy)
    if length < 1e-9:
        return math.pi
    ux, uy = DIRECTIONS[rel]
    return math.acos(max(-1.0, min(1.0, (dx * ux + dy * uy) / length)))


def between(a: SceneObject, b: SceneObject, c: SceneObject) -> bool:
    """Whether `a` stands between `b` and `c`: near their line, inside its inner 90 %."""
    bx, by = b.position[:2]
    vx, vy = c.position[0] - bx, c.position[1] - by
    length = math.hypot(vx, vy)
    if length < 1e-6:
        return False
    ax, ay = a.position[0] - bx, a.position[1] - by
    along = (ax * vx + ay * vy) / length
    aside = abs(ax * vy - ay * vx) / length
    return 0.05 * length < along < 0.95 * length and aside <= max(0.05, 0.3 * length)


# --- support ------------------------------------------------------------------------------------


def supports(scene: Scene, obj: SceneObject) -> tuple[SceneObject, ...]:
    """What `obj` rests on, nearest first, down to the table (not included).

    A flat zone under the lowest one counts even when perception reports the table there.
    """
    chain: list[SceneObject] = []
    seen = {obj.id}
    at = obj
    while not at.held and at.support != "table":
        below = scene.get(at.support)
        if below is None or below.id in seen:
            break
        chain.append(below)
        seen.add(below.id)
        at = below
    if not at.held and at.kind != "zone":
        chain += [z for z in scene.objects if z.id not in seen and _over_zone(at, z)]
    return tuple(chain)


def _over_zone(obj: SceneObject, zone: SceneObject) -> bool:
    if zone.kind != "zone" or obj.support not in ("table", zone.id):
        return False
    half = zone.size_m / 2 + 0.005
    dx, dy = obj.position[0] - zone.position[0], obj.position[1] - zone.position[1]
    c, s = math.cos(zone.yaw), math.sin(zone.yaw)
    return abs(c * dx + s * dy) <= half and abs(c * dy - s * dx) <= half


def is_on(scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` stands on (or in) `b`: directly, or through others when `b` holds many."""
    if a.held or a.id == b.id:
        return False
    if a.support == b.id:
        return True
    many = b.kind in CONTAINER_KINDS or b.kind in ("zone", "plate")
    return many and any(s.id == b.id for s in supports(scene, a))


def is_in(scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` is inside `b`, directly or on something that is."""
    if a.held or a.id == b.id:
        return False
    if b.kind == "zone":
        return is_on(scene, a, b)
    return b.kind in (*CONTAINER_KINDS, "plate") and any(s.id == b.id for s in supports(scene, a))


def is_above(scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    """Whether `b` is anywhere below `a` in what `a` rests on."""
    return not a.held and any(s.id == b.id for s in supports(scene, a))


def contents(scene: Scene, obj: SceneObject) -> tuple[SceneObject, ...]:
    """Everything on or in `obj`, directly or not, without what is held."""
    return tuple(o for o in scene.objects if o.id != obj.id and is_above(scene, o, obj))


def fill_count(scene: Scene, obj: SceneObject) -> int:
    """How many objects are on or in `obj`."""
    return len(contents(scene, obj))


def is_clear(scene: Scene, obj: SceneObject) -> bool:
    """Whether nothing stands on or in `obj`."""
    return fill_count(scene, obj) == 0


# --- stacks -------------------------------------------------------------------------------------


def _stands_on_thing(scene: Scene, obj: SceneObject) -> SceneObject | None:
    """The solid thing that `obj` stands on: not the table, a zone, a plate, a box or a tray."""
    if obj.held or obj.inside:
        return None
    below = scene.get(obj.support)
    if below is None or below.kind in FLAT_BASES or below.id == obj.id:
        return None
    return below


def stack_of(scene: Scene, obj: SceneObject) -> tuple[SceneObject, ...]:
    """The stack that `obj` belongs to, bottom to top; (obj,) when it is in none.

    Where two things stand side by side on one, the one with the smaller id continues the stack
    upwards, unless `obj` itself is above.
    """
    down = [obj]
    while (below := _stands_on_thing(scene, down[-1])) is not None and below not in down:
        down.append(below)
    up = list(reversed(down))
    while True:
        above = sorted(
            (o for o in scene.on_top_of(up[-1].id) if not o.inside and o not in up),
            key=lambda o: o.id,
        )
        if up[-1].kind in FLAT_BASES or not above:
            return tuple(up)
        up.append(above[0])


def stacks(scene: Scene) -> tuple[tuple[SceneObject, ...], ...]:
    """Every stack of two or more, each bottom to top, ordered by the id of its top."""
    tops = [
        o
        for o in scene.objects
        if _stands_on_thing(scene, o) is not None
        and not any(not a.inside for a in scene.on_top_of(o.id))
    ]
    return tuple(stack_of(scene, t) for t in sorted(tops, key=lambda o: o.id))


def is_stacked(scene: Scene, obj: SceneObject) -> bool:
    """Whether `obj` belongs to a stack of two or more."""
    return any(obj in s for s in stacks(scene))


# --- comparison ---------------------------------------------------------------------------------


def bulk_m(obj: SceneObject) -> float:
    """How big an object looks, comparable across kinds: the cube root of its box's volume."""
    return float((obj.size_m**2 * max(obj.height_m, 1e-4)) ** (1 / 3))


def bigger(a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` is bigger than `b`: by size within a kind, by volume across kinds."""
    if a.kind == b.kind:
        return a.size_m > b.size_m + SIZE_STEP_M
    return bulk_m(a) > bulk_m(b) + SIZE_STEP_M


def taller(a: SceneObject, b: SceneObject) -> bool:
    return a.height_m > b.height_m + SIZE_STEP_M


def same_size(a: SceneObject, b: SceneObject) -> bool:
    return abs(a.size_m - b.size_m) <= SIZE_STEP_M


def darker(a: SceneObject, b: SceneObject) -> bool:
    return luminance(a.color) < luminance(b.color) - 1e-6


_COMPARISONS: dict[str, Callable[[SceneObject, SceneObject], bool]] = {
    "same_color": lambda a, b: a.color == b.color,
    "different_color": lambda a, b: a.color != b.color,
    "same_size": same_size,
    "same_kind": lambda a, b: a.kind == b.kind,
    "bigger_than": bigger,
    "smaller_than": lambda a, b: bigger(b, a),
    "taller_than": taller,
    "shorter_than": lambda a, b: taller(b, a),
    "darker_than": darker,
    "lighter_than": lambda a, b: darker(b, a),
}


def next_to(a: SceneObject, b: SceneObject) -> bool:
    """Centres within 12 cm, or outlines within 4 cm for things too big for that."""
    return distance_m(a, b) <= NEXT_TO_M or gap_m(a, b) <= 0.04


def related(rel: str, scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` stands in relation `rel` to `b`; "between" needs two landmarks (see between).

    Raises ValueError for a word that is no relation of two objects.
    """
    if a.id == b.id:
        return False
    if rel in _COMPARISONS:
        return _COMPARISONS[rel](a, b)
    support = {
        "on": is_on,
        "in": is_in,
        "above": is_above,
        "under": lambda s, x, y: is_above(s, y, x),
    }
    if rel in support:
        return support[rel](scene, a, b)
    if rel in DIRECTIONS or rel in ("next_to", "around", "toward", "far_from", "away_from"):
        return _stands_apart(scene, a, b) and _horizontal(rel, a, b)
    raise ValueError(f"expected a relation of two objects, got '{rel}'")


def _horizontal(rel: str, a: SceneObject, b: SceneObject) -> bool:
    if rel in DIRECTIONS:
        return in_direction(rel, a, b)
    if rel in ("next_to", "toward"):
        return next_to(a, b)
    return distance_m(a, b) <= AROUND_M if rel == "around" else distance_m(a, b) >= FAR_M


def _stands_apart(scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    return not (a.held or b.held or is_above(scene, a, b) or is_above(scene, b, a))
