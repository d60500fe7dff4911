"""Changing the last pattern as a whole: larger, smaller, turned, elsewhere.

Knows: what the pattern looks like now. Does not know: how it was made (arrange.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from llmagentos.grounding.context import Spot
from llmagentos.grounding.patterns import Pattern, best_middle, turned
from llmagentos.grounding.placement import table
from llmagentos.lang import plan as p
from llmagentos.ports.failures import Failure
from llmagentos.tasks.directions import DEFAULT_MOVE_M, VECTORS
from llmagentos.tasks.pattern_middle import marks_of, middle_of
from llmagentos.tasks.rearrangement import transfer
from llmagentos.tasks.scope import Moves, Scope, StepProblem
from llmagentos.types import Pose, Scene, SceneObject
from llmagentos.world.freespace import LEAST_GAP_M

Point = tuple[float, float]
FACTORS = {"bigger": (1.4, 1.25, 1.15), "smaller": (0.7, 0.8, 0.88)}


def reshape(step: p.Reshape, scope: Scope) -> Moves:
    """The last pattern larger, smaller, turned or moved as a whole."""
    ids = [i for i in scope.memory.pattern if scope.scene().get(i) is not None]
    if len(ids) < 2:
        raise StepProblem(Failure.NO_REFERENT, "Which pattern do you mean?")
    scope.memory.note_mention(ids)
    objs = [scope.get(i) for i in ids]
    mx = sum(o.position[0] for o in objs) / len(objs)
    my = sum(o.position[1] for o in objs) / len(objs)
    offsets = tuple((o.position[0] - mx, o.position[1] - my) for o in objs)
    middle = (mx, my)
    if step.action in ("bigger", "smaller"):
        offsets = _scaled(step, scope.scene(), objs, offsets, middle)
    elif step.action == "turn":
        offsets = turned(offsets, math.radians(step.angle_deg or 45.0))
    else:
        middle = _moved_middle(step, scope, objs, offsets, middle)
    yield from _lay_out(scope, objs, offsets, middle, step)
    scope.memory.note_pattern(ids)
    scope.memory.note_mention(ids)


def _scaled(
    step: p.Reshape,
    scene: Scene,
    objs: Sequence[SceneObject],
    offsets: Sequence[Point],
    middle: Point,
) -> tuple[Point, ...]:
    """By the factor that was said, else by as much as there is room for."""
    factors = [step.factor] if step.factor is not None else list(FACTORS[step.action])
    if step.action == "smaller" and step.factor is not None and step.factor > 1:
        factors = [1 / step.factor]

    def off(x: table.Array, y: table.Array) -> table.Array:
        return np.hypot(x - middle[0], y - middle[1])

    for factor in factors:
        scaled = tuple((factor * x, factor * y) for x, y in offsets)
        pat = Pattern(scaled)
        free = None if _too_tight(objs, scaled) else best_middle(scene, objs, pat, off, True)
        if free is not None and math.dist(free, middle) <= 0.025:
            return scaled
    return tuple((factors[0] * x, factors[0] * y) for x, y in offsets)


def _moved_middle(
    step: p.Reshape,
    scope: Scope,
    objs: Sequence[SceneObject],
    offsets: Sequence[Point],
    middle: Point,
) -> Point:
    if step.place is not None:
        ghost = p.Arrange(objs=(p.Obj(),), shape="cluster", place=step.place)
        pat = Pattern(tuple(offsets))
        marks = marks_of(step.place, scope)
        return middle_of(ghost, scope, objs, pat, marks)
    last = scope.context().last_distance_m
    usual = DEFAULT_MOVE_M * scope.scene().workspace.scale
    far = usual if step.distance is None else step.distance.metres(last)
    ux, uy = VECTORS.get(step.direction or "left", (0.0, 0.0))
    return middle[0] + far * ux, middle[1] + far * uy


def _lay_out(
    scope: Scope,
    objs: Sequence[SceneObject],
    offsets: Sequence[Point],
    middle: Point,
    step: p.Reshape,
) -> Moves:
    """Onto the new slots, the middle shifted where they would not all fit."""
    scene = scope.scene()
    pat = Pattern(tuple(offsets))
    if _too_tight(objs, offsets):
        raise StepProblem(Failure.IMPOSSIBLE, "They would not have room next to each other.")
    free = best_middle(scene, objs, pat, lambda x, y: np.hypot(x - middle[0], y - middle[1]))
    exact = step.action == "move" and step.distance is not None
    if free is None or (exact and math.dist(free, middle) > 0.02):
        raise StepProblem(Failure.NO_ROOM, "There is not enough free room for that.")
    if math.dist(free, middle) > 0.008:
        middle = free
    z = scene.workspace.table_z
    goals = {
        o.id: Spot(Pose((middle[0] + dx, middle[1] + dy, z), o.yaw), "table", False, "")
        for o, (dx, dy) in zip(objs, offsets, strict=True)
    }
    yield from transfer(scope, goals)


def _too_tight(objs: Sequence[SceneObject], offsets: Sequence[Point]) -> bool:
    return any(
        math.dist(offsets[i], offsets[j]) < (objs[i].size_m + objs[j].size_m) / 2 + LEAST_GAP_M
        for i in range(len(objs))
        for j in range(i)
    )
