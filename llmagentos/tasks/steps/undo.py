"""Undoing and restoring: things go back to where they were.

Knows: earlier beliefs of the session. Does not know: motion, the order of moves
(rearrangement.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.grounding.context import Spot
from llmagentos.grounding.refs import TURNED_RAD
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import (
    free_hand,
    lift,
)
from llmagentos.tasks.rearrangement import transfer
from llmagentos.tasks.scope import Moves, Scope, StepProblem, ended_badly, succeeded
from llmagentos.types import Action, Pose, SceneObject
from llmagentos.world import relations as rel


def undo(step: p.Undo, scope: Scope) -> Moves:
    """What the last `n` commands moved goes back, newest first."""
    moves = scope.memory.moves_to_undo(step.n)
    if not moves:
        raise StepProblem(Failure.NOTHING_THERE, "There is nothing to undo.")
    for move in moves:
        now = scope.scene().get(move.object_id)
        angle = math.remainder(move.turned_rad, 2 * math.pi)
        if now is not None and not now.held and abs(angle) > TURNED_RAD:
            yield from _turn_back(scope, move.object_id, -angle)
    yield from put_back(scope, [m.before for m in moves])
    scope.memory.mark_undone(moves)


def restore(step: p.Restore, scope: Scope) -> Moves:
    """Things as they were when the session began."""
    ids = None if step.obj is None else scope.ground(step.obj)
    start = [o for o in scope.memory.places_at_start(ids) if not traits(o.kind).is_flat]
    if not start:
        raise StepProblem(Failure.NOTHING_THERE, "I don't know how it was before.")
    yield from put_back(scope, start)


def put_back(scope: Scope, before: Sequence[SceneObject]) -> Moves:
    """Every object to where it stood in that earlier belief; the last held one to the hand."""
    scene = scope.scene()
    known = [o for o in before if scene.get(o.id) is not None]
    scope.memory.note_mention([o.id for o in known])
    down = {o.id: o for o in known if not o.held}
    goals: dict[str, Spot] = {}
    for o in down.values():
        now = scope.get(o.id)
        moved = now.held or now.support != o.support or rel.distance_m(now, o) > 0.012
        if moved or abs(now.yaw - o.yaw) > 0.1:
            goals[o.id] = _earlier_spot(o, scope)
    turned = [i for i, s in goals.items() if _only_turned(scope, i, down[i])]
    for object_id in turned:
        goals.pop(object_id)
        angle = down[object_id].yaw - scope.get(object_id).yaw
        yield from _turn_back(scope, object_id, angle)
    yield from transfer(scope, goals)
    for o in known:
        if o.held:
            yield from lift(scope, o.id)


def _earlier_spot(o: SceneObject, scope: Scope) -> Spot:
    below = scope.scene().get(o.support)
    support = o.support if below is not None else "table"
    return Spot(Pose((*o.position[:2], o.bottom_z), o.yaw), support, o.inside, "where it was")


def _only_turned(scope: Scope, object_id: str, before: SceneObject) -> bool:
    now = scope.get(object_id)
    same = now.support == before.support and rel.distance_m(now, before) <= 0.012
    return same and not now.held


def _turn_back(scope: Scope, object_id: str, angle_rad: float) -> Moves:
    before = scope.get(object_id)
    yield from free_hand(scope)
    report = yield Action("rotate", object_id, angle_rad=angle_rad, why=scope.words)
    after = scope.scene().get(object_id)
    scope.memory.note_event(before, after, scope.words, turned_rad=angle_rad)
    if not succeeded(report):
        name = describe_object(before, scope.scene())
        raise ended_badly(f"I could not turn {name} back", report)
