"""Pushing over the table, relative moves and turning.

Knows: where a push ends, whether its way is free, how far a relative move can go.
Does not know: motion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from llmagentos.planning import plan as p
from llmagentos.planning.context import Context, Placement, Spot
from llmagentos.planning.expand.carry import (
    MAX_TRIES,
    carry,
    ensure_graspable,
    lift,
    note_event,
    uncover,
)
from llmagentos.planning.expand.put import items_and_marks, put_one
from llmagentos.planning.expand.scope import (
    Moves,
    Scope,
    StepProblem,
    Tries,
    problem_of,
    succeeded,
)
from llmagentos.planning.placement import FreeSpace, Marks, locate, riders, satisfied
from llmagentos.planning.placement.footprint import FLAT_KINDS
from llmagentos.planning.wording import describe_object
from llmagentos.types import Action, Pose, SceneObject

#: A relative move without a distance.
DEFAULT_MOVE_M = 0.10
PUSHED_M = 0.035
#: A push keeps this much room to others on its way.
PUSH_GAP_M = 0.008

_VECTORS: dict[str, tuple[float, float]] = {
    "left": (0, 1), "right": (0, -1), "forward": (1, 0), "backward": (-1, 0),
    "forward_left": (0.5**0.5, 0.5**0.5), "forward_right": (0.5**0.5, -(0.5**0.5)),
    "backward_left": (-(0.5**0.5), 0.5**0.5), "backward_right": (-(0.5**0.5), -(0.5**0.5)),
}  # fmt: skip


def push(step: p.Push, scope: Scope) -> Moves:
    """Slide each thing to the place; carried where it can't be pushed, which is said."""
    ids, marks = items_and_marks(step.obj, step.place, scope)
    for object_id in ids:
        yield from _push_to_place(scope, object_id, step.place, marks, len(ids))
    if len(ids) > 1:
        scope.memory.note_mention(ids)


def _push_to_place(
    scope: Scope, object_id: str, place: p.Place, marks: Marks | None, total: int
) -> Moves:
    item = scope.get(object_id)
    if marks is None:
        from llmagentos.planning.expand.put import _marks

        marks = _marks(place, scope, object_id)
    ctx = scope.context(moving=object_id, this=object_id)
    seen = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
    scope.memory.note_mention(marks.ids)
    scope.memory.note_mention((object_id,))
    if satisfied(place, item, ctx, seen):
        scope.note(f"{describe_object(item, ctx.scene).capitalize()} is there already.")
        return
    found = locate(place, item, ctx, (), marks, total)
    if found.spot is None:
        raise problem_of(found, place.obj)
    flat = _flat_support(scope, found.spot)
    if not flat or not can_push(scope, item):
        _say_carried(scope, item)
        yield from put_one(scope, object_id, place, marks, total)
        return

    def target() -> Spot:
        again = locate(
            place, scope.get(object_id), ctx.with_(scene=scope.scene()), (), marks, total
        )
        return again.spot or found.spot  # type: ignore[return-value]

    pushed = yield from push_to(scope, object_id, target().pose)
    if not pushed:
        _say_carried(scope, item)
        yield from put_one(scope, object_id, place, marks, total)


def _flat_support(scope: Scope, spot: Spot) -> bool:
    below = scope.scene().get(spot.support)
    return below is None or below.kind == "zone"


def can_push(scope: Scope, item: SceneObject) -> bool:
    """Whether it stands on the table and is nothing flat."""
    below = scope.scene().get(item.support)
    return not item.held and item.kind != "zone" and (below is None or below.kind == "zone")


def _say_carried(scope: Scope, item: SceneObject) -> None:
    name = describe_object(item, scope.scene())
    scope.note(f"I carried {name}, since it could not be pushed there.")


def push_to(scope: Scope, object_id: str, goal: Pose) -> Tries:
    """Push straight, or around a corner, to a point of the table; False where no way is free."""
    before = scope.get(object_id)
    yield from _hand_empty(scope)
    yield from uncover(scope, object_id)
    way = way_to(scope, scope.get(object_id), goal.position[:2])
    if way is None:
        return False
    tried: list[str] = []
    for x, y in way:
        for _ in range(MAX_TRIES):
            pose = Pose((x, y, goal.position[2]), 0.0)
            report = yield Action("push", object_id, pose, why=scope.words)
            now = scope.get(object_id)
            if math.dist(now.position[:2], (x, y)) <= PUSHED_M:
                break
            tried.append(report.words or "it did not slide all the way")
        else:
            note_event(scope, before, scope.words)
            name = describe_object(before, scope.scene())
            raise StepProblem(
                "failed", f"I could not push {name} there: I tried {MAX_TRIES} times ({tried[-1]})."
            )
    note_event(scope, before, scope.words)
    scope.done.append(object_id)
    return True


def _hand_empty(scope: Scope) -> Moves:
    from llmagentos.planning.expand.carry import free_hand

    yield from free_hand(scope)


def way_to(
    scope: Scope, item: SceneObject, goal: Sequence[float]
) -> list[tuple[float, float]] | None:
    """Corner points of a free way: straight, along the axes, else by way of one other point."""
    x0, y0 = item.position[:2]
    x1, y1 = goal
    space = FreeSpace(scope.scene(), item)
    ways = [[(x1, y1)], [(x1, y0), (x1, y1)], [(x0, y1), (x1, y1)]]
    ways += [[via, (x1, y1)] for via in _detours(space, (x0, y0), (x1, y1))]
    for way in ways:
        points = [(x0, y0), *way]
        if all(_leg_free(space, a, b) for a, b in pairwise(points)):
            return [w for i, w in enumerate(way) if math.dist(w, points[i]) > 0.005]
    return None


def _detours(
    space: FreeSpace, start: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Free points of a coarse grid, the shortest ways round first."""
    w = space.workspace
    xs = np.arange(w.x_min + 0.04, w.x_max - 0.03, 0.05)
    ys = np.arange(w.y_min + 0.04, w.y_max - 0.03, 0.05)
    points = [(float(x), float(y)) for x in xs for y in ys if space.is_free(x, y, PUSH_GAP_M)]
    points.sort(key=lambda q: math.dist(start, q) + math.dist(q, end))
    return points[:40]


def _leg_free(space: FreeSpace, a: tuple[float, float], b: tuple[float, float]) -> bool:
    n = max(2, int(math.dist(a, b) / 0.01) + 1)
    x, y = np.linspace(a[0], b[0], n), np.linspace(a[1], b[1], n)
    gap = space.gap(x, y)
    return bool(np.all(gap[1:] >= min(PUSH_GAP_M, float(gap[0]))))


# --- relative moves ---------------------------------------------------------------------------


def move(step: p.Move, scope: Scope) -> Moves:
    """So far in a direction; up is a lift. Several move with the foremost first."""
    ids = scope.ground(step.obj)
    scope.memory.note_mention(ids)
    ctx = scope.context()
    distance = None if step.distance is None else step.distance.metres(ctx.last_distance_m)
    if distance is not None:
        scope.memory.note_distance(distance)
    if step.direction == "up":
        yield from _up(scope, ids, distance)
        return
    if step.direction == "down":
        yield from _down(scope, ids)
        return
    ux, uy = _VECTORS[step.direction]

    def ahead(i: str) -> float:
        o = scope.get(i)
        return -(o.position[0] * ux + o.position[1] * uy)

    exact = step.distance is not None and step.distance.unit not in ("little", "lot", "half")
    for object_id in sorted(ids, key=ahead):
        goal = relative_goal(scope, object_id, (ux, uy), distance, exact)
        scope.memory.note_mention((object_id,))
        yield from _go(scope, object_id, goal, step.by == "push")


def _up(scope: Scope, ids: Sequence[str], distance: float | None) -> Moves:
    if len(ids) > 1:
        raise StepProblem("cannot", "I can lift only one thing at a time.")
    for object_id in ids:
        yield from lift(scope, object_id)
        if distance is not None and distance > 0.02:
            o = scope.get(object_id)
            high = Pose((o.position[0], o.position[1], o.bottom_z + min(distance, 0.30)), o.yaw)
            yield Action("point", object_id, high, why=scope.words)


def _down(scope: Scope, ids: Sequence[str]) -> Moves:
    for object_id in ids:
        item = scope.get(object_id)
        below = scope.scene().get(item.support)
        if not item.held and (below is None or below.kind == "zone"):
            raise StepProblem(
                "cannot", f"{describe_object(item, scope.scene()).capitalize()} is down already."
            )

        def find(o: SceneObject, ctx: Context) -> Placement:
            return locate(
                p.Place(rel="there"), o, ctx, (), Marks(point=(o.position[0], o.position[1]))
            )

        yield from carry(scope, object_id, find)


def relative_goal(
    scope: Scope,
    object_id: str,
    direction: tuple[float, float],
    distance: float | None,
    exact: bool,
) -> Pose:
    """The end of a relative move: as far as said, or as near to it as there is room.

    Raises StepProblem where an exact distance leads off the table or onto something.
    """
    item, scene = scope.get(object_id), scope.scene()
    want = DEFAULT_MOVE_M if distance is None else distance
    space = FreeSpace(scene, item)
    steps = [want] if exact else [want * k for k in (1.0, 0.85, 1.2, 0.7, 1.4, 0.55, 0.4)]
    for d in steps:
        x, y = item.position[0] + d * direction[0], item.position[1] + d * direction[1]
        if space.is_free(x, y, 0.003) and d > 0.004:
            return Pose((x, y, scene.workspace.table_z), item.yaw)
    name = describe_object(item, scene)
    x, y = item.position[0] + want * direction[0], item.position[1] + want * direction[1]
    if not scene.workspace.contains(x, y):
        room = _room(scene.workspace, item, direction)
        raise StepProblem(
            "cannot",
            f"I can't move {name} that far: there are only {room * 100:.0f} cm to the edge "
            "of my workspace on that side.",
            code="off_table",
        )
    raise StepProblem("failed", f"Something is in the way of {name} on that side.", code="no_room")


def _room(ws: object, item: SceneObject, direction: tuple[float, float]) -> float:
    d = 0.0
    while d < 1.0:
        x, y = item.position[0] + d * direction[0], item.position[1] + d * direction[1]
        if not ws.contains(x, y):  # type: ignore[attr-defined]
            return max(0.0, d - 0.01)
        d += 0.01
    return d


def _go(scope: Scope, object_id: str, goal: Pose, by_push: bool) -> Moves:
    item = scope.get(object_id)
    if by_push and can_push(scope, item):
        pushed = yield from push_to(scope, object_id, goal)
        if pushed:
            return
    if by_push:
        _say_carried(scope, item)
    ensure_graspable(scope, item)
    support = _support_under(scope, item, goal)

    def find(o: SceneObject, ctx: Context) -> Placement:
        pose = replace(goal, position=(*goal.position[:2], support[1]))
        return Placement(Spot(pose, support[0], support[2]), "there")

    yield from carry(scope, object_id, find)


def _support_under(scope: Scope, item: SceneObject, goal: Pose) -> tuple[str, float, bool]:
    """What is under the goal: what it stood on before, where that is wide enough; the table."""
    below = scope.scene().get(item.support)
    if below is None or item.held:
        return "table", goal.position[2], False
    reach = below.size_m / 2 - (item.size_m / 2 if below.kind in FLAT_KINDS else 0.0)
    near = math.dist(goal.position[:2], below.position[:2]) <= reach
    if near and below.id not in riders(scope.scene(), item.id):
        return below.id, item.bottom_z, item.inside
    return "table", goal.position[2], False


def rotate(step: p.Rotate, scope: Scope) -> Moves:
    """Turn each thing about the vertical, what stands on it taken off first."""
    angle = math.radians(step.angle_deg)
    ids = scope.ground(step.obj)
    scope.memory.note_mention(ids)
    for object_id in ids:
        before = scope.get(object_id)
        ensure_graspable(scope, before)
        yield from _hand_empty(scope)
        yield from uncover(scope, object_id)
        tried: list[str] = []
        for _ in range(MAX_TRIES):
            report = yield Action("rotate", object_id, angle_rad=angle, why=scope.words)
            if succeeded(report):
                break
            tried.append(report.words)
        else:
            name = describe_object(before, scope.scene())
            raise StepProblem(
                "failed", f"I could not turn {name}: I tried {MAX_TRIES} times ({tried[-1]})."
            )
        note_event(scope, before, scope.words)
        scope.memory.note_mention((object_id,))
