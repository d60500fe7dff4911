"""Pushing over the table to a place.

Knows: where a push ends and whether its way is free. Does not know: motion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from llmagentos.grounding.context import Spot
from llmagentos.grounding.placement import FreeSpace, Marks, locate, said_m, satisfied
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object
from llmagentos.objects.kinds import traits
from llmagentos.tasks.attempts import Attempts
from llmagentos.tasks.carry import free_hand, note_event, uncover
from llmagentos.tasks.how_far import tell_how_far
from llmagentos.tasks.landmarks import items_and_marks, marks_for
from llmagentos.tasks.placing import put_one
from llmagentos.tasks.scope import Moves, Scope, Tries, problem_of
from llmagentos.types import Action, Pose, SceneObject

#: Lengths are at scale 1. So far off is there.
PUSHED_M = 0.035
#: A push keeps this much room to others on its way.
PUSH_GAP_M = 0.008
DETOUR_STEP_M = 0.05


def push(step: p.Push, scope: Scope) -> Moves:
    """Slide each thing to the place; carried where it can't be pushed, which is said."""
    ids, marks = items_and_marks(step.obj, step.place, scope)
    before = [scope.get(i) for i in ids]
    for object_id in ids:
        yield from _push_to_place(scope, object_id, step.place, marks, len(ids))
    tell_how_far(step, before, marks, scope)
    if len(ids) > 1:
        scope.memory.note_mention(ids)


def _push_to_place(
    scope: Scope, object_id: str, place: p.Place, marks: Marks | None, total: int
) -> Moves:
    item = scope.get(object_id)
    if marks is None:
        marks = marks_for(place, scope, object_id)
    ctx = scope.context(moving=object_id, this=object_id)
    seen = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
    scope.memory.note_mention(marks.ids)
    scope.memory.note_mention((object_id,))
    if (distance := said_m(place, item, seen, ctx)) is not None:
        scope.memory.note_distance(distance)
    if satisfied(place, item, ctx, seen):
        scope.note(f"{describe_object(item, ctx.scene).capitalize()} is there already.")
        return
    found = locate(place, item, ctx, (), marks, total)
    if found.spot is None:
        raise problem_of(found, place.obj)
    flat = _flat_support(scope, found.spot)
    if not flat or not can_push(scope, item):
        yield from carried(scope, item, put_one(scope, object_id, place, marks, total))
        return

    def target() -> Spot:
        again = locate(
            place, scope.get(object_id), ctx.with_(scene=scope.scene()), (), marks, total
        )
        return again.spot or found.spot  # type: ignore[return-value]

    pushed = yield from push_to(scope, object_id, target().pose)
    if not pushed:
        yield from carried(scope, item, put_one(scope, object_id, place, marks, total))


def _flat_support(scope: Scope, spot: Spot) -> bool:
    below = scope.scene().get(spot.support)
    return below is None or traits(below.kind).is_flat


def can_push(scope: Scope, item: SceneObject) -> bool:
    """Whether it stands on the table and is nothing flat."""
    below = scope.scene().get(item.support)
    return (
        not item.held
        and not traits(item.kind).is_flat
        and (below is None or traits(below.kind).is_flat)
    )


def carried(scope: Scope, item: SceneObject, moves: Moves | Tries) -> Moves:
    """The same actions, where a thing can't be pushed; what they do with it stands for a push, also to
    who has to say yes. Tells that it was carried, when it was."""
    name, report = describe_object(item, scope.scene()), None
    while True:
        try:
            action = next(moves) if report is None else moves.send(report)
        except StopIteration:
            _say_carried(scope, name)
            return
        if action.object_id == item.id:
            action = replace(action, instead_of="push")
        report = yield action


def _say_carried(scope: Scope, name: str) -> None:
    scope.note(f"I carried {name}, since it could not be pushed there.")


def push_to(scope: Scope, object_id: str, goal: Pose) -> Tries:
    """Push straight, or around a corner, to a point of the table; False where no way is free, or where
    only carrying it would do."""
    before = scope.get(object_id)
    name = describe_object(before, scope.scene())
    yield from free_hand(scope)
    yield from uncover(scope, object_id)
    way = way_to(scope, scope.get(object_id), goal.position[:2])
    if way is None:
        return False
    near = PUSHED_M * scope.scene().workspace.scale
    for x, y in way:
        attempts = Attempts(scope, "push {} there", before)
        while attempts.left:
            pose = Pose((x, y, goal.position[2]), 0.0)
            report = yield Action("push", object_id, pose, why=scope.words)
            if report.details.get("carried"):
                _say_carried(scope, name)
            now = scope.get(object_id)
            if math.dist(now.position[:2], (x, y)) <= near:
                break
            if report.details.get("otherwise"):
                return False
            attempts.failed(report, "it did not slide all the way")
        else:
            note_event(scope, before, scope.words)
            raise attempts.problem()
    note_event(scope, before, scope.words)
    scope.done.append(object_id)
    return True


def way_to(
    scope: Scope, item: SceneObject, goal: Sequence[float]
) -> list[tuple[float, float]] | None:
    """Corner points of a free way: straight, along the axes, else by way of one other point."""
    x0, y0 = item.position[:2]
    x1, y1 = goal
    space = FreeSpace(scope.scene(), item, taken=scope.avoid)
    ways = [[(x1, y1)], [(x1, y0), (x1, y1)], [(x0, y1), (x1, y1)]]
    way = next((w for w in ways if _way_free(space, [(x0, y0), *w])), None)
    if way is None:
        via = _detour(space, (x0, y0), (x1, y1))
        way = None if via is None else [via, (x1, y1)]
    if way is None:
        return None
    points = [(x0, y0), *way]
    return [w for i, w in enumerate(way) if math.dist(w, points[i]) > 0.005]


def _way_free(space: FreeSpace, points: list[tuple[float, float]]) -> bool:
    return all(_leg_free(space, a, b) for a, b in pairwise(points))


def _detour(
    space: FreeSpace, start: tuple[float, float], end: tuple[float, float]
) -> tuple[float, float] | None:
    """The point of a coarse grid by way of which both legs are free, on the shortest way."""
    w, s = space.workspace, space.workspace.scale
    xs = np.arange(w.x_min + 0.04 * s, w.x_max - 0.03 * s, DETOUR_STEP_M * s)
    ys = np.arange(w.y_min + 0.04 * s, w.y_max - 0.03 * s, DETOUR_STEP_M * s)
    vx, vy = (v.ravel() for v in np.meshgrid(xs, ys, indexing="ij"))
    t = np.linspace(0.0, 1.0, 26)[1:]
    first = space.gap(start[0] + np.outer(vx - start[0], t), start[1] + np.outer(vy - start[1], t))
    second = space.gap(
        vx[:, None] + np.outer(end[0] - vx, t), vy[:, None] + np.outer(end[1] - vy, t)
    )
    here = float(space.gap(np.array([start[0]]), np.array([start[1]]))[0])
    ok_first = np.all(first >= min(PUSH_GAP_M * s, here), axis=1)
    free: NDArray[np.bool_] = np.logical_and(ok_first, np.all(second >= PUSH_GAP_M * s, axis=1))
    length = np.hypot(vx - start[0], vy - start[1]) + np.hypot(vx - end[0], vy - end[1])
    at = int(np.argmin(np.where(free, length, np.inf)))
    return (float(vx[at]), float(vy[at])) if free[at] else None


def _leg_free(space: FreeSpace, a: tuple[float, float], b: tuple[float, float]) -> bool:
    n = max(2, int(math.dist(a, b) / 0.01) + 1)
    x, y = np.linspace(a[0], b[0], n), np.linspace(a[1], b[1], n)
    gap = space.gap(x, y)
    least = PUSH_GAP_M * space.workspace.scale
    return bool(np.all(gap[1:] >= min(least, float(gap[0]))))
