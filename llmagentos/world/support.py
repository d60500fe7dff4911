"""What stands on, in or under what, and stacks.

Knows: support chains of a scene. Does not know: directions, nearness and comparisons
(relations.py, which offers these functions too).
"""

from __future__ import annotations

import math

from llmagentos.objects.kinds import traits
from llmagentos.types import Scene, SceneObject


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
    if not at.held and not traits(at.kind).is_flat:
        chain += [z for z in scene.objects if z.id not in seen and _over_zone(at, z)]
    return tuple(chain)


def _over_zone(obj: SceneObject, zone: SceneObject) -> bool:
    if not traits(zone.kind).is_flat or obj.support not in ("table", zone.id):
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
    many = traits(b.kind).has_rim or traits(b.kind).is_flat
    return many and any(s.id == b.id for s in supports(scene, a))


def is_in(scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` is inside `b`, directly or on something that is."""
    if a.held or a.id == b.id:
        return False
    if traits(b.kind).is_flat:
        return is_on(scene, a, b)
    return traits(b.kind).has_rim and any(s.id == b.id for s in supports(scene, a))


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
    if below is None or traits(below.kind).has_broad_floor or below.id == obj.id:
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
        if traits(up[-1].kind).has_broad_floor or not above:
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
