"""Bringing several objects to their spots when they may be in each other's way.

Knows: an order in which nobody is put onto a taken spot; parking where there is none.
Does not know: where the spots come from (steps).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from llmagentos.grounding.context import Context, Placement, Spot
from llmagentos.grounding.placement import FreeSpace, Taken, free_spot, riders, table
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import gap_m, has_rim
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import carry
from llmagentos.tasks.scope import Moves, Scope, StepProblem
from llmagentos.types import Pose, SceneObject

#: Nearer than this to its spot an object stays, metres and radians.
THERE_M = 0.012
#: Farther than this from where it was brought it has been moved aside for another one.
PARKED_M = 0.04
#: Room that must be between what stands and what is put beside it.
ROOM_M = 0.002


def is_there(o: SceneObject, spot: Spot) -> bool:
    """Whether the object stands at the spot already."""
    near = math.dist(o.position[:2], spot.pose.position[:2]) <= THERE_M
    return not o.held and near and abs(o.bottom_z - spot.pose.position[2]) <= 0.012


def transfer(
    scope: Scope, goals: Mapping[str, Spot], order: Sequence[str] = (), exact: bool = True
) -> Moves:
    """Every object to its goal: lower goals first, what stands high now first, then `order`.

    Where all goals left are taken by others of the group, one is parked. Strangers on a goal:
    with `exact` they are moved aside, otherwise the nearest free spot is taken.
    """
    left = [i for i in (order or goals) if i in goals]
    left.sort(key=lambda i: (round(goals[i].pose.position[2], 2), -_height(scope, i)))
    parked: set[str] = set()
    times: dict[str, int] = {}  # how often each was brought
    while left:
        left = [i for i in left if not _done(scope, i, goals[i])]
        if not left:
            return
        ready = next((i for i in left if _goal_free(scope, i, goals[i], goals)), None)
        if ready is not None:
            left.remove(ready)
            times[ready] = times.get(ready, 0) + 1
            yield from _bring(scope, ready, goals[ready], goals, exact)
            # what stood almost right, or was brought, may have been in the way and is parked now;
            # once more, but no oftener: two whose goals overlap would push each other out for ever
            brought = {i for i, n in times.items() if n > 1 or _near(scope, i, goals[i])}
            again = [i for i in goals if i not in left and i not in brought]
            left += [i for i in again if not _done(scope, i, goals[i])]
            left.sort(key=lambda i: round(goals[i].pose.position[2], 2))
            continue
        blocker = next((i for i in left if i not in parked), None)
        if blocker is None:
            raise StepProblem(Failure.NO_ORDER, "I could not find an order of moves for that.")
        parked.add(blocker)
        yield from _park(scope, blocker, goals)


def _height(scope: Scope, object_id: str) -> float:
    o = scope.scene().get(object_id)
    return 0.0 if o is None or o.held else round(o.bottom_z, 2)


def _done(scope: Scope, object_id: str, goal: Spot) -> bool:
    o = scope.scene().get(object_id)
    return o is not None and is_there(o, goal)


def _near(scope: Scope, object_id: str, goal: Spot) -> bool:
    """Whether it stands about where it was brought: not parked since."""
    o = scope.scene().get(object_id)
    return o is not None and math.dist(o.position[:2], goal.pose.position[:2]) < PARKED_M


def _others_at(scope: Scope, object_id: str, goal: Spot) -> list[SceneObject]:
    """What would overlap the object at its goal, on the same level."""
    scene, item = scope.scene(), scope.get(object_id)
    below = scene.get(goal.support)
    if below is not None and not traits(below.kind).has_broad_floor:
        if has_rim(below):
            return []
        return [o for o in scene.on_top_of(below.id) if o.id != object_id]
    own = riders(scene, object_id) | {object_id}
    item = replace(item, yaw=goal.pose.yaw)
    x, y = (np.array([v]) for v in goal.pose.position[:2])
    return [
        o
        for o in scene.objects
        if o.id not in own and not o.held and not traits(o.kind).is_flat and o.id != goal.support
        if not (o.inside and o.support != goal.support)
        if abs(o.bottom_z - goal.pose.position[2]) < 0.02
        if float(gap_m(x, y, item, o)[0]) < ROOM_M
    ]


def _goal_free(scope: Scope, object_id: str, goal: Spot, goals: Mapping[str, Spot]) -> bool:
    """No other member stands on the goal, and what shall carry it is in its place."""
    support = goals.get(goal.support)
    if support is not None and not _done(scope, goal.support, support):
        return False
    others = _others_at(scope, object_id, goal) or _others_in(scope, object_id, goal)
    return not any(o.id in goals and not is_there(o, goals[o.id]) for o in others)


def _others_in(scope: Scope, object_id: str, goal: Spot) -> list[SceneObject]:
    """What lies at the goal in a vessel: there is room for both, but not in that spot."""
    scene, item = scope.scene(), scope.get(object_id)
    vessel = scene.get(goal.support)
    if vessel is None or not has_rim(vessel):
        return []
    x, y = (np.array([v]) for v in goal.pose.position[:2])
    inside = [o for o in scene.on_top_of(vessel.id) if o.id != object_id]
    return [o for o in inside if float(gap_m(x, y, item, o)[0]) < ROOM_M]


def _bring(
    scope: Scope, object_id: str, goal: Spot, goals: Mapping[str, Spot], exact: bool
) -> Moves:
    if exact:
        for o in _others_at(scope, object_id, goal):
            yield from _park(scope, o.id, goals)
            scope.note(f"I moved the {o.label} out of the way first.")

    def find(item: SceneObject, ctx: Context) -> Placement:
        if exact or not _others_at(scope, object_id, goal):
            return Placement(goal, goal.words)
        space = FreeSpace(ctx.scene, item)
        x, y, z = goal.pose.position
        cost, points = table.near_point((x, y), 0.08)
        point = space.best(cost, points)
        if point is None:
            return Placement(None, "There is no free room there.", Failure.NO_ROOM)
        return Placement(Spot(Pose((*point, z), goal.pose.yaw), goal.support, goal.inside), "")

    yield from carry(scope, object_id, find)


def _park(scope: Scope, object_id: str, goals: Mapping[str, Spot]) -> Moves:
    """To a free spot that is nobody's goal."""
    taken: list[Taken] = []
    for i, spot in goals.items():
        o = scope.scene().get(i)
        if o is not None:
            taken.append((*spot.pose.position[:2], o.size_m / 2 + 0.01))

    def find(item: SceneObject, ctx: Context) -> Placement:
        spot = free_spot(item, ctx.scene, taken, 0.05)
        if spot is None:
            return Placement(None, "There is no free room on the table.", Failure.NO_ROOM)
        return Placement(spot, "out of the way")

    yield from carry(scope, object_id, find)
