"""Whether a thing stands where a place says: before moving it, and after.

Knows: the tolerances people would accept. Does not know: how it got there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.grounding.context import Context
from llmagentos.grounding.placement import table
from llmagentos.grounding.placement.distance import ON_TABLE_M, said_m
from llmagentos.grounding.placement.earlier import SAME_SPOT_M, before_last_move, stands_at
from llmagentos.lang import plan as p
from llmagentos.objects import outlines as fp
from llmagentos.objects.kinds import traits
from llmagentos.types import Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel

#: A stated distance holds within this, metres.
DISTANCE_TOL_M = 0.02
#: How far off the axis "left of" and "behind and left of" reach, per distance along it.
STRAIGHT_ASIDE, DIAGONAL_ASIDE = 0.75, 0.5
#: "Far from" asks for at least this when nothing was said.
FAR_ENOUGH_M = rel.FAR_M


def satisfied(
    place: p.Place, item: SceneObject, ctx: Context, marks: Sequence[SceneObject]
) -> bool:
    """Whether `item`, as seen in `ctx.scene`, is at `place` with these landmarks.

    Stricter than the lenient relations of `world`: what counts as done without doing anything.
    Relative places (toward, away_from, elsewhere) are never already satisfied.
    """
    if item.held:
        return place.rel == "gripper"
    if place.rel in ("on", "in"):
        return _supported(place, ctx.scene, item, marks)
    if place.rel in ("at", "corner_near", "corner_far", "side_near", "side_far"):
        return _at_region(place, item, ctx, marks)
    if place.rel == "there" and ctx.last_spot is not None:
        scale = ctx.scene.workspace.scale
        return math.dist(item.position[:2], ctx.last_spot) <= SAME_SPOT_M * scale
    if place.rel in ("xy", "table", "off_edge"):
        return _on_the_table(place, item, ctx)
    if place.rel == "origin":
        return any(stands_at(item, before_last_move(m, ctx)) for m in marks if m.id != item.id)
    if not marks or any(m.id == item.id for m in marks):
        return False
    return _horizontal(place, item, ctx, marks)


def _on_the_table(place: p.Place, item: SceneObject, ctx: Context) -> bool:
    """At a position, anywhere on the table, or away from its edge."""
    ws, (x, y) = ctx.scene.workspace, item.position[:2]
    if any(not traits(s.kind).is_flat for s in rel.supports(ctx.scene, item)):
        return False
    if place.position is not None:
        px, py, z = place.position.metres()
        low = z is None or z <= ON_TABLE_M * ws.scale
        return low and math.hypot(x - px, y - py) <= table.EXACT_TOL_M * ws.scale
    if place.rel == "table":
        return True
    scale, said = ws.scale, said_m(place, item, (), ctx)
    far = None if said is None else said / scale
    wanted = scale * table.inset_m(ws.times(1 / scale), item.times(1 / scale), far)
    sides = (place.region or "side").split("_")
    return all(regions.distance_to(ws, side, x, y) >= wanted - 1e-6 for side in sides)


def _supported(
    place: p.Place, scene: Scene, item: SceneObject, marks: Sequence[SceneObject]
) -> bool:
    test = rel.is_in if place.rel == "in" else rel.is_on
    if place.part is not None or not marks:
        return False
    if len(marks) == 2:  # across two: the middle of both, one level up
        mid = [(a + b) / 2 for a, b in zip(marks[0].position, marks[1].position, strict=True)]
        over = math.dist(item.position[:2], mid[:2]) <= 0.015 * scene.workspace.scale
        low = min(m.top_z for m in marks) - 0.01 * scene.workspace.scale
        return over and item.bottom_z >= low
    return any(test(scene, item, m) for m in marks)


def _at_region(
    place: p.Place, item: SceneObject, ctx: Context, marks: Sequence[SceneObject]
) -> bool:
    from llmagentos.grounding.placement.locate import chosen_region

    ws = ctx.scene.workspace
    region: str = place.region or "middle"
    if place.rel != "at":
        region = chosen_region(place, marks, item, ctx.scene)
    if any(not traits(s.kind).is_flat for s in rel.supports(ctx.scene, item)):
        return False
    return at_region(ws, region, item, place, ctx)


def at_region(
    ws: table.Workspace, region: str, item: SceneObject, place: p.Place, ctx: Context
) -> bool:
    """At a corner (within 8 cm of its point), a side (in its outer 12 cm), the middle (9 cm).

    A stated distance is from the item's outline to the border, or both borders of a corner.
    """
    x, y = item.position[:2]
    if region in ("corner", "side"):
        names = regions.CORNERS if region == "corner" else regions.SIDES
        return any(at_region(ws, r, item, place, ctx) for r in names)
    distance = said_m(place, item, (), ctx)
    scale = ws.scale
    if scale != 1.0:  # all that follows is in the lengths of a table of scale 1
        ws, item, x, y = ws.times(1 / scale), item.times(1 / scale), x / scale, y / scale
        distance = None if distance is None else distance / scale
    if distance is not None and regions.has_border(region):
        deeps = [regions.distance_to(ws, side, x, y) for side in region.split("_")]
        return all(abs(d - table.reach_m(item) - distance) <= DISTANCE_TOL_M for d in deeps)
    px, py = table.inset_point(ws, region)
    if region in regions.SIDES:
        deep = regions.distance_to(ws, region, x, y)
        return deep <= table.INSET_M + table.SIDE_REACH_M
    return math.hypot(x - px, y - py) <= (0.08 if region in regions.CORNERS else 0.09)


def _horizontal(
    place: p.Place, item: SceneObject, ctx: Context, marks: Sequence[SceneObject]
) -> bool:
    distance = said_m(place, item, marks, ctx)
    name, scene = place.rel, ctx.scene
    if any(rel.is_above(scene, item, m) or rel.is_above(scene, m, item) for m in marks):
        return False
    scale = scene.workspace.scale
    if scale != 1.0:  # all that follows is in the lengths of a table of scale 1
        item, marks = item.times(1 / scale), [m.times(1 / scale) for m in marks]
        distance = None if distance is None else distance / scale
    if name in rel.DIRECTIONS:
        return all(_beside(name, item, m, distance) for m in marks)
    if name == "between":
        return len(marks) > 1 and rel.between(item, marks[0], marks[1])
    if name in ("next_to", "around"):
        if distance is not None:
            wants = [table.centre_distance(m, item, distance) for m in marks]
            ways = [rel.distance_m(item, m) for m in marks]
            return any(abs(a - b) <= DISTANCE_TOL_M for a, b in zip(ways, wants, strict=True))
        near = rel.next_to if name == "next_to" else _around
        return any(near(item, m) for m in marks)
    if name == "far_from":
        least = FAR_ENOUGH_M if distance is None else distance - DISTANCE_TOL_M
        return all(rel.distance_m(item, m) >= least for m in marks)
    return False


def _around(item: SceneObject, mark: SceneObject) -> bool:
    return rel.distance_m(item, mark) <= rel.AROUND_M


def _beside(name: str, item: SceneObject, mark: SceneObject, distance: float | None) -> bool:
    ux, uy = rel.DIRECTIONS[name]
    dx, dy = item.position[0] - mark.position[0], item.position[1] - mark.position[1]
    along, across = dx * ux + dy * uy, abs(dx * uy - dy * ux)
    if distance is not None:
        want = table.centre_distance(mark, item, distance)
        return abs(math.hypot(dx, dy) - want) <= DISTANCE_TOL_M and across <= 0.45 * along
    touch = fp.circle_m(mark) + fp.circle_m(item)
    far = max(table.BESIDE_FAR_M, touch + table.BESIDE_GAP_M + 0.06)
    aside = DIAGONAL_ASIDE if ux and uy else STRAIGHT_ASIDE
    return 0.03 < along <= far + 0.01 and across <= aside * along
