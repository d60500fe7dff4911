"""Laying things out as a pattern.

Knows: who gets which slot. Does not know: the shapes themselves (grounding.patterns), where the
pattern fits (pattern_middle.py), nor in which order things move (rearrangement.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.grounding.context import Spot
from llmagentos.grounding.patterns import (
    assign,
    best_ring,
    table_points,
)
from llmagentos.grounding.placement import Marks
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import by_words
from llmagentos.objects import outlines as fp
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import ensure_graspable
from llmagentos.tasks.groups import collect, groups_of, placed
from llmagentos.tasks.pattern_middle import (
    Point,
    base_of,
    fitting_patterns,
    inside_region,
    marks_of,
    middle_of,
    xy,
)
from llmagentos.tasks.rearrangement import transfer
from llmagentos.tasks.scope import Moves, Scope, StepProblem
from llmagentos.tasks.sorting import sort_ids
from llmagentos.types import Pose, Scene, SceneObject
from llmagentos.world.relations import stack_of


def arrange(step: p.Arrange, scope: Scope) -> Moves:
    """Everything that is named to the slots of the pattern."""
    step = placed(step, scope)
    marks = marks_of(step.place, scope)
    ids = collect(step.objs, scope, marks.ids if marks else ())
    if len(step.objs) == 1 and step.objs[0].kind == "stack":  # its members, not its top
        scene = scope.scene()
        members = [o.id for i in ids for o in reversed(stack_of(scene, scope.get(i)))]
        ids = tuple(dict.fromkeys(members))
    if not ids:
        return
    scope.memory.note_mention(ids)
    for object_id in ids:
        ensure_graspable(scope, scope.get(object_id))
    laid: list[str] = []
    groups = [list(ids)] if step.by is None else groups_of(ids, step.by, scope)
    for group in groups:
        if len(group) == 1 and len(groups) > 1:
            continue  # alone of its sort: no pattern
        ordered = sort_ids(group, step.sort, scope.scene())
        fixed_order = step.sort is not None or len(step.objs) > 1
        goals = _goals(step, scope, ordered, fixed_order, marks)
        yield from transfer(scope, goals, ordered, exact=step.shape not in ("corners", "sides"))
        laid += goals
    if not laid:
        scope.note(f"There are not two of one {by_words(step.by)}.")
        return
    scope.memory.note_pattern(laid)
    scope.memory.note_mention(laid)


def _goals(
    step: p.Arrange, scope: Scope, ids: Sequence[str], fixed_order: bool, marks: Marks | None
) -> dict[str, Spot]:
    objs = [scope.get(i) for i in ids]
    scene = scope.scene()
    if step.shape in ("corners", "sides", "spread"):
        points, levels = table_points(step.shape, scene, objs), [0] * len(objs)
        if step.shape != "spread":
            fixed_order = step.sort is not None
    else:
        pats = fitting_patterns(step, scope, objs, marks)
        pat, middle = inside_region(step, scope, objs, pats) or (
            pats[0],
            middle_of(step, scope, objs, pats[0], marks),
        )
        if step.place is not None and step.place.rel == "around":
            pat = best_ring(scene, objs, pat, middle)
        points = [(middle[0] + dx, middle[1] + dy) for dx, dy in pat.offsets]
        levels = [pat.level(k) for k in range(len(points))]
    if any(levels):
        return _pyramid_goals(scene, objs, points, levels)
    if fixed_order:
        slots = list(range(len(objs)))
    else:
        slots = assign([xy(o) for o in objs], points)
    base = base_of(scene, marks, step.place)
    return {o.id: _spot(o, points[k], base, step.shape) for o, k in zip(objs, slots, strict=True)}


def _spot(o: SceneObject, point: Point, base: SceneObject | None, shape: str) -> Spot:
    yaw = 0.0 if fp.is_square(o) and shape in ("line", "row", "column", "grid", "square") else o.yaw
    if base is None:
        return Spot(Pose((*point, 0.0), yaw), "table", False, f"in the {shape}")
    inside = traits(base.kind).is_container
    return Spot(Pose((*point, fp.floor_z(base)), yaw), base.id, inside, f"in the {shape}")


def _pyramid_goals(
    scene: Scene, objs: Sequence[SceneObject], points: Sequence[Point], levels: Sequence[int]
) -> dict[str, Spot]:
    """Blocks only; each upper one rests across the two below it."""
    if any(not traits(o.kind).has_level_top or fp.has_rim(o) for o in objs):
        raise StepProblem(
            Failure.IMPOSSIBLE, "I can build a pyramid only of things with flat tops."
        )
    ordered = sorted(objs, key=lambda o: (-round(o.size_m, 2), o.id))
    base_n = levels.count(0)
    bottom = ordered[:base_n]
    picked = assign([xy(o) for o in bottom], points[:base_n])
    at: dict[int, SceneObject] = {slot: o for o, slot in zip(bottom, picked, strict=True)}
    for k in range(base_n, len(ordered)):
        at[k] = ordered[k]
    goals: dict[str, Spot] = {}
    height = {0: scene.workspace.table_z}
    for k in range(len(ordered)):
        level = levels[k]
        below = [j for j in range(k) if levels[j] == level - 1]
        z = height.get(level, 0.0)
        under = [j for j in below if abs(points[j][1] - points[k][1]) < at[j].size_m]
        support = at[under[0]].id if under else "table"
        goals[at[k].id] = Spot(Pose((*points[k], z), 0.0), support, False, "in the pyramid")
        height.setdefault(level + 1, z + at[k].height_m)
        height[level + 1] = max(height[level + 1], z + at[k].height_m)
    return goals
