"""Two things change places.

Knows: what to do where one stands on the other. Does not know: motion, the order of moves
(rearrangement.py).
"""

from __future__ import annotations

from llmagentos.grounding.context import Context, Placement, Spot
from llmagentos.grounding.placement import Marks, locate
from llmagentos.lang import plan as p
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import (
    carry,
    ensure_graspable,
    free_hand,
    put_aside,
    spot_of,
)
from llmagentos.tasks.rearrangement import transfer
from llmagentos.tasks.scope import Moves, Scope, StepProblem
from llmagentos.types import Pose, SceneObject
from llmagentos.world import relations as rel


def swap(step: p.Swap, scope: Scope) -> Moves:
    """Each to where the other was."""
    a = scope.ground(step.obj)
    b = scope.ground(step.obj2, without=a)
    if len(a) != 1 or len(b) != 1:
        raise StepProblem(Failure.UNCLEAR, "Which two shall I swap?", step.obj, (*a, *b))
    scope.memory.note_mention((*a, *b))
    first, second = scope.get(a[0]), scope.get(b[0])
    for o in (first, second):
        ensure_graspable(scope, o)
    yield from free_hand(scope)
    scene = scope.scene()
    for upper, lower in ((first, second), (second, first)):
        if upper.support == lower.id and not rel.is_in(scene, upper, lower):
            yield from _turn_over(scope, upper, lower)
            return
        if rel.is_above(scene, upper, lower):
            raise StepProblem(
                Failure.IMPOSSIBLE, f"I can't swap the {upper.label} with what it is in.", step.obj
            )
    goals = {
        first.id: _as_spot_for(first, second, scope),
        second.id: _as_spot_for(second, first, scope),
    }
    yield from transfer(scope, goals, exact=False)
    scope.memory.note_mention((first.id, second.id))


def _as_spot_for(item: SceneObject, at: SceneObject, scope: Scope) -> Spot:
    spot = spot_of(at, scope)
    return Spot(Pose(spot.pose.position, item.yaw), spot.support, spot.inside, "")


def _turn_over(scope: Scope, upper: SceneObject, lower: SceneObject) -> Moves:
    """One stands on the other: the upper one becomes the lower one."""
    base = spot_of(lower, scope)
    yield from put_aside(scope, upper.id)
    yield from put_aside(scope, lower.id)
    yield from carry(scope, upper.id, lambda item, ctx: Placement(base, ""))

    def onto(item: SceneObject, ctx: Context) -> Placement:
        return locate(p.Place(rel="on", obj=p.Obj()), item, ctx, (), Marks((upper.id,)))

    yield from carry(scope, lower.id, onto)
