"""Taking everything away from a place.

Knows: what counts as being there (a side is half of the table, as in "what is on the left?"), and
where else there is room. Does not know: motion.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from llmagentos.grounding.context import Context, Placement, Spot
from llmagentos.grounding.placement import FreeSpace, resolve_marks, room_for_arm, table
from llmagentos.grounding.placement import Taken as Circle
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_ids, describe_object, describe_place
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.tasks.attempts import STILL_HELD
from llmagentos.tasks.carry import Find, carry, set_down
from llmagentos.tasks.scope import Moves, Report, Scope, StepProblem, problem_of
from llmagentos.types import Action, Pose, Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel

#: Lengths are at scale 1. What was cleared away stands at least this far outside of the region.
ROOM_M = 0.025
#: What is cleared away from around something stood this near to it, and stands this far from it.
NEAR_M, AWAY_M = 0.16, 0.20
#: Which points of the table something must not go to.
Taken = Callable[[table.Array, table.Array], NDArray[np.bool_]]


def clear(step: p.Clear, scope: Scope) -> Moves:
    """Everything away from the place, to free room outside of it."""
    marks = resolve_marks(step.place, scope.context())
    for obj, found in marks.found:
        if found.ok:
            scope.tell(obj, found)
    if marks.problem is not None:
        raise problem_of(marks.problem, step.place.obj)
    scope.memory.note_mention(marks.ids)
    scene = scope.scene()
    seen = [o for o in map(scene.get, marks.ids) if o is not None]
    items = _at_place(step.place, scene, seen)
    if not items:
        scope.note(f"There is nothing {describe_place(step.place)}.")
        return
    find = _out_of(step.place, marks.ids, scope.avoid)
    left, problem = yield from _take_all_away(scope, items, find)
    if not marks.ids and step.place.region in regions.SIDES:
        for object_id in (i for i in items if i not in left):
            _tell_if_still_there(str(step.place.region), object_id, scope)
    scope.memory.note_mention(items)
    if problem is not None:
        raise problem


def _take_all_away(
    scope: Scope, items: Sequence[str], find: Find
) -> Generator[Action, Report, tuple[list[str], StepProblem | None]]:
    """What there is room for; returns what is left, and why. What is taken away makes room: what
    had none gets another turn then."""
    left = [i for i in items if scope.get(i).id not in scope.done]
    moved = True
    while left and moved:
        moved, turns, left = False, left, []
        for object_id in turns:
            try:
                yield from _take_away(scope, object_id, find)
                moved = True
            except StepProblem as found:
                if found.failure is not Failure.NO_ROOM:
                    raise
                left.append(object_id)
                problem = found
    if not left:
        return left, None
    names = describe_ids(left, scope.scene())
    words = problem.words.replace("on the table", f"on the table for {names}", 1)
    return left, StepProblem(problem.failure, words, problem.obj, problem.candidates)


def _take_away(scope: Scope, object_id: str, find: Find) -> Moves:
    """Carry it there; what can be put down nowhere there does not stay in the hand."""
    try:
        yield from carry(scope, object_id, find)
    except StepProblem as problem:
        held = scope.scene().held
        if held is None or held.id != object_id:
            raise
        yield from set_down(scope, object_id)
        words = problem.words.removesuffix(STILL_HELD) + " I put it down again."
        raise StepProblem(problem.failure, words, problem.obj, problem.candidates) from problem


def _tell_if_still_there(region: str, object_id: str, scope: Scope) -> None:
    scene = scope.scene()
    after = scene.get(object_id)
    if after is not None and _in_region(scene.workspace, region, after):
        name = describe_object(after, scene)
        scope.note(f"There was no room for {name} in the other half.")


def _at_place(place: p.Place, scene: Scene, marks: Sequence[SceneObject]) -> tuple[str, ...]:
    """What is at the place, topmost first, then the largest, which finds room hardest; what lies in
    a container there goes with it."""
    movable = [o for o in scene.objects if not traits(o.kind).is_flat and not o.held]
    if place.rel in ("on", "in") and marks:
        found = [o for o in movable if any(rel.is_above(scene, o, m) for m in marks)]
        found = [o for o in found if not _goes_along(o, scene, found)]
    elif marks:
        near = [o for o in movable if o.id not in {m.id for m in marks}]
        found = [o for o in near if any(_beside(place, scene, o, m) for m in marks)]
        found = [o for o in found if not _goes_along(o, scene, found)]
    else:
        ws = scene.workspace
        found = [o for o in movable if _in_region(ws, place.region or "middle", o)]
        found = [o for o in found if not _goes_along(o, scene, found)]
    return tuple(
        o.id
        for o in sorted(found, key=lambda o: (-round(o.bottom_z, 2), -round(o.size_m, 2), o.id))
    )


def _goes_along(o: SceneObject, scene: Scene, found: Sequence[SceneObject]) -> bool:
    return o.inside and any(f.id == o.support for f in found)


def _beside(place: p.Place, scene: Scene, o: SceneObject, mark: SceneObject) -> bool:
    if place.rel in ("next_to", "around"):
        return (
            not rel.is_above(scene, o, mark)
            and rel.distance_m(o, mark) <= NEAR_M * scene.workspace.scale
        )
    return rel.related(place.rel, scene, o, mark)


def _in_region(ws: table.Workspace, region: str, o: SceneObject) -> bool:
    x, y = o.position[:2]
    return regions.contains(ws, region, x, y)


def _out_of(place: p.Place, mark_ids: Sequence[str], avoid: Sequence[Circle]) -> Find:
    """avoid: where putting something down has failed; it grows while this is in use."""

    def find(item: SceneObject, ctx: Context) -> Placement:
        # Searched in the lengths of a table of scale 1, as all places are.
        scale, scene = ctx.scene.workspace.scale, ctx.scene.full_size()
        marks = [o for o in map(scene.get, mark_ids) if o is not None]
        ws, moving = scene.workspace, item if scale == 1.0 else item.times(1 / scale)
        circles = [(x / scale, y / scale, radius / scale) for x, y, radius in avoid]
        for taken in _taken_by(place, marks, ws, moving):

            def cost(x: table.Array, y: table.Array, taken: Taken = taken) -> table.Array:
                off = np.hypot(x - moving.position[0], y - moving.position[1])
                return np.where(taken(x, y), np.inf, off)

            for avoid_zones in (True, False):
                space = FreeSpace(scene, moving, (), circles, avoid_zones)
                point = space.best(room_for_arm(cost, space.obstacles, moving))
                if point is not None:
                    at = (scale * point[0], scale * point[1], ctx.scene.workspace.table_z)
                    return Placement(Spot(Pose(at, item.yaw)), "out of the way")
        return Placement(None, "There is no free room left on the table.", Failure.NO_ROOM)

    return find


def _taken_by(
    place: p.Place, marks: Sequence[SceneObject], ws: table.Workspace, item: SceneObject
) -> list[Taken]:
    """Where `item` must not go, the strictest first: out of a side is wholly in the other half,
    or at least its middle; where there is no room for that, out of the outer third."""
    if marks:
        away = AWAY_M if place.rel in ("next_to", "around") else 0.0

        def near(x: table.Array, y: table.Array) -> NDArray[np.bool_]:
            gaps = [
                np.hypot(x - m.position[0], y - m.position[1]) < max(away, m.size_m * 0.75)
                for m in marks
            ]
            return np.logical_or.reduce(gaps)

        return [near]
    region = place.region or "middle"
    outer: Taken = partial(table.points_in, ws, region, room_m=ROOM_M)
    if region not in regions.SIDES:
        return [outer]
    halves: list[Taken] = [
        partial(table.points_in_half, ws, region, room_m=room_m)
        for room_m in (max(ROOM_M, table.reach_m(item)), ROOM_M)
    ]
    at_border = regions.distance_to(ws, region, *item.position[:2])
    return [*halves, outer] if at_border <= table.width_across(ws, region) / 3 else halves
