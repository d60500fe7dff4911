"""Going round a room before a question about what is there is answered.

Knows: which questions are about things, that from the middle of a room little of what stands on its
furniture is seen, and that what two looks show at one spot is one thing. Does not know: how an answer
is said (dialogue/questions).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from llmagentos.grounding import matching
from llmagentos.grounding.context import Look
from llmagentos.grounding.spots import AT_M, Goal, called, distance_m
from llmagentos.lang import plan as p
from llmagentos.tasks.scope import Moves, Scope
from llmagentos.tasks.steps.driving import got_to, nearest_first
from llmagentos.types import BaseState, MapPose, SceneObject

#: Questions that looking answers; those of the second row are answered by the first thing that fits.
_OF_ALL = ("scene", "count")
_OF_ONE = ("exists", "which", "where", "color", "size", "kind")
#: Two things of one kind and colour nearer than this are one that was seen twice, metres.
_SAME_M = 0.15


def go_round(step: p.Answer, scope: Scope) -> Moves:
    """Where this command has sent the base into a room, and asks what is there: before its furniture, the
    nearest next, until what is asked about is in view. Else nothing."""
    query = step.query
    if query.query not in _OF_ALL + _OF_ONE or not _was_sent_into_a_room(scope):
        return
    looks = [_look("", scope, ())]
    base = scope.scene().base
    assert base is not None
    inside = [q for q in base.places if q.kind == "furniture" and q.room == base.room]
    for goal in nearest_first([Goal(called(q), q.pose) for q in inside], base.pose):
        if query.query in _OF_ONE and query.obj and matching(query.obj, scope.context()):
            break
        if (yield from got_to(scope, goal)):
            looks.append(_look(goal.name, scope, looks))
    if len(looks) > 1:
        scope.memory.note_round(looks)


def _was_sent_into_a_room(scope: Scope) -> bool:
    base, travels = scope.scene().base, scope.memory.travels
    goal = travels.goal
    if base is None or goal is None or travels.command != scope.memory.command_index:
        return False
    rooms = [q.pose for q in base.places if q.kind == "room"]
    return any(distance_m(goal, q) < AT_M for q in rooms) and distance_m(goal, base.pose) < AT_M


def _look(place: str, scope: Scope, before: Sequence[Look]) -> Look:
    """What is seen now and was not on this round."""
    scene, seen = scope.scene(), [o for look in before for o in look.things]
    taken, new = {o.id for o in seen}, list[SceneObject]()
    for o in scene.objects:
        if o.held or scene.base is None:
            continue
        there = _on_map(o, scene.base)
        if any(_is_same(there, other) for other in seen):
            continue
        name, k = o.id, 2
        while name in taken:  # ids are of one look
            name, k = f"{o.id}_{k}", k + 1
        taken.add(name)
        new.append(replace(there, id=name))
    return Look(place, tuple(new))


def _on_map(o: SceneObject, base: BaseState) -> SceneObject:
    at = base.pose.after(base.foot).after(MapPose(*o.position[:2], o.yaw))
    return replace(o, position=(at.x_m, at.y_m, o.position[2]), yaw=at.yaw_rad)


def _is_same(a: SceneObject, b: SceneObject) -> bool:
    near = math.dist(a.position[:2], b.position[:2]) < _SAME_M
    return near and (a.kind, a.color) == (b.kind, b.color)
