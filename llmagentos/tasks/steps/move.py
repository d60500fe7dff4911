"""Relative moves: so far to the left, up, down.

Knows: how far a thing can go and what will be under it there. Does not know: places (put.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from llmagentos.grounding.context import Context, Placement, Spot
from llmagentos.grounding.placement import FreeSpace, Marks, locate, riders
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import (
    carry,
    ensure_graspable,
    lift,
)
from llmagentos.tasks.directions import DEFAULT_MOVE_M, VECTORS
from llmagentos.tasks.scope import Moves, Scope, StepProblem
from llmagentos.tasks.steps.hand import reach
from llmagentos.tasks.steps.push import can_push, carried, push_to
from llmagentos.types import Action, Pose, SceneObject, Workspace

#: Less than this is lost in what camera and fingers can tell.
LEAST_MOVE_M = 0.005


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
        held = scope.scene().held
        if distance is not None and held is not None and ids == (held.id,):
            yield from reach(_hand_step("down", distance), scope)
            return
        yield from _down(scope, ids)
        return
    ux, uy = VECTORS[step.direction]

    def ahead(i: str) -> float:
        o = scope.get(i)
        return -(o.position[0] * ux + o.position[1] * uy)

    exact = step.distance is not None and step.distance.is_measured
    for object_id in sorted(ids, key=ahead):
        goal = relative_goal(scope, object_id, (ux, uy), distance, exact)
        scope.memory.note_mention((object_id,))
        yield from _go(scope, object_id, goal, step.by == "push")


def _up(scope: Scope, ids: Sequence[str], distance: float | None) -> Moves:
    if len(ids) > 1:
        raise StepProblem(Failure.IMPOSSIBLE, "I can lift only one thing at a time.")
    for object_id in ids:
        if scope.get(object_id).held:
            yield from reach(_hand_step("up", distance), scope)
            return
        yield from lift(scope, object_id)
        if distance is not None and distance > 0.02:
            o = scope.get(object_id)
            high = Pose((o.position[0], o.position[1], o.bottom_z + min(distance, 0.30)), o.yaw)
            yield Action("point", object_id, high, why=scope.words)


def _hand_step(direction: str, distance: float | None) -> p.Reach:
    """What is held moves with the hand."""
    far = None if distance is None else p.Length(value=distance, unit="m")
    return p.Reach(direction=direction, distance=far)


def _down(scope: Scope, ids: Sequence[str]) -> Moves:
    for object_id in ids:
        item = scope.get(object_id)
        below = scope.scene().get(item.support)
        if not item.held and (below is None or traits(below.kind).is_flat):
            raise StepProblem(
                Failure.IMPOSSIBLE,
                f"{describe_object(item, scope.scene()).capitalize()} is down already.",
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
    want = DEFAULT_MOVE_M * scene.workspace.scale if distance is None else distance
    space = FreeSpace(scene, item)
    if exact and want < LEAST_MOVE_M:
        name = describe_object(item, scene)
        raise StepProblem(
            Failure.IMPOSSIBLE, f"I can't move {name} by less than {LEAST_MOVE_M * 1000:g} mm."
        )
    steps = [want] if exact else [want * k for k in (1.0, 0.85, 1.2, 0.7, 1.4, 0.55, 0.4, 0.3, 1.7)]
    for d in steps:
        x, y = item.position[0] + d * direction[0], item.position[1] + d * direction[1]
        if space.is_free(x, y, 0.003) and d >= LEAST_MOVE_M:
            return Pose((x, y, scene.workspace.table_z), item.yaw)
    name = describe_object(item, scene)
    x, y = item.position[0] + want * direction[0], item.position[1] + want * direction[1]
    if not scene.workspace.contains(x, y):
        room = _room(scene.workspace, item, direction)
        raise StepProblem(
            Failure.OFF_TABLE,
            f"I can't move {name} that far: there are only {room * 100:.0f} cm to the edge "
            "of my workspace on that side.",
        )
    raise StepProblem(Failure.NO_ROOM, f"Something is in the way of {name} on that side.")


def _room(ws: Workspace, item: SceneObject, direction: tuple[float, float]) -> float:
    d = 0.0
    while d < 1.0:
        x, y = item.position[0] + d * direction[0], item.position[1] + d * direction[1]
        if not ws.contains(x, y):
            return max(0.0, d - 0.01)
        d += 0.01
    return d


def _go(scope: Scope, object_id: str, goal: Pose, by_push: bool) -> Moves:
    item = scope.get(object_id)
    if by_push and can_push(scope, item):
        pushed = yield from push_to(scope, object_id, goal)
        if pushed:
            return
    ensure_graspable(scope, item)
    support = _support_under(scope, item, goal)

    def find(o: SceneObject, ctx: Context) -> Placement:
        pose = replace(goal, position=(*goal.position[:2], support[1]))
        return Placement(Spot(pose, support[0], support[2]), "there")

    moves = carry(scope, object_id, find)
    yield from carried(scope, item, moves) if by_push else moves


def _support_under(scope: Scope, item: SceneObject, goal: Pose) -> tuple[str, float, bool]:
    """What is under the goal: what it stood on before, where that is wide enough; the table."""
    below = scope.scene().get(item.support)
    if below is None or item.held:
        return "table", goal.position[2], False
    reach = below.size_m / 2 - (item.size_m / 2 if traits(below.kind).has_broad_floor else 0.0)
    near = math.dist(goal.position[:2], below.position[:2]) <= reach
    if near and below.id not in riders(scope.scene(), item.id):
        return below.id, item.bottom_z, item.inside
    return "table", goal.position[2], False
