"""Where a pattern fits: how close together, and where its middle goes.

Knows: regions, landmarks, free room for all slots at once. Does not know: the shapes themselves
(grounding.patterns), who gets which slot (steps/arrange.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llmagentos.grounding.patterns import (
    Pattern,
    best_middle,
    pattern,
)
from llmagentos.grounding.patterns.layout import BORDER_M
from llmagentos.grounding.placement import Marks, resolve_marks, table
from llmagentos.grounding.placement.locate import chosen_region
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_place
from llmagentos.objects import outlines as fp
from llmagentos.ports.failures import Failure
from llmagentos.tasks.scope import Scope, StepProblem, problem_of
from llmagentos.types import Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world.freespace import LEAST_GAP_M

Point = tuple[float, float]


def marks_of(place: p.Place | None, scope: Scope) -> Marks | None:
    """The objects that a place names, told and remembered; None for a place without. Raises
    StepProblem."""
    if place is None or place.obj is None:
        return None
    marks = resolve_marks(place, scope.context())
    for obj, found in marks.found:
        if found.ok:
            scope.tell(obj, found)
    if marks.problem is not None:
        raise problem_of(marks.problem, place.obj)
    scope.memory.note_mention(marks.ids)
    return marks


def base_of(scene: Scene, marks: Marks | None, place: p.Place | None) -> SceneObject | None:
    """The object that something shall stand on or in, or None for the table."""
    if place is None or place.rel not in ("on", "in") or marks is None or not marks.ids:
        return None
    return scene.get(marks.ids[0])


def xy(o: SceneObject) -> Point:
    """An object's middle on the table, base frame, metres."""
    return o.position[0], o.position[1]


def fitting_patterns(
    step: p.Arrange, scope: Scope, objs: Sequence[SceneObject], marks: Marks | None
) -> list[Pattern]:
    """The pattern at its wanted size, or closer together where it would not fit the table; then
    ever closer ones, unless a size was said."""
    width = max(2 * fp.circle_m(o) / (1.2 if fp.is_square(o) else 1.0) for o in objs)
    last = scope.context().last_distance_m
    size = None if step.size is None else step.size.metres(last)
    spacing = None if step.spacing is None else step.spacing.metres(last)
    least = 0.0
    if step.place is not None and step.place.rel == "around" and marks is not None and marks.ids:
        mark = scope.get(marks.ids[0])
        least = fp.corner_m(mark) + width / 2 + 0.03
    n = len(objs)
    first = pattern(step.shape, n, width, size, spacing, step.rows, least)
    if n > 1 and first.spacing_m < width + LEAST_GAP_M and step.shape != "pyramid":
        if spacing is not None:  # "2 cm between them" can only mean the gap
            first = pattern(step.shape, n, width, size, width + spacing, step.rows, least)
        elif size is not None:
            raise StepProblem(
                Failure.IMPOSSIBLE,
                f"{n} things don't fit into a {step.shape} of {size * 100:.0f} cm.",
            )
    if size is not None or spacing is not None or step.shape == "pyramid":
        return [first]
    tighter = [
        pattern(step.shape, n, width, None, width + gap, step.rows, least)
        for gap in (0.04, 0.03, 0.02, 0.012)
    ]
    fitting = [t for t in tighter if _extent_fits(t, scope.scene())]
    if len(fitting) == len(tighter):
        return [first, *tighter[1:]]
    return fitting or [first]


def inside_region(
    step: p.Arrange, scope: Scope, objs: Sequence[SceneObject], pats: Sequence[Pattern]
) -> tuple[Pattern, Point] | None:
    """The widest pattern that finds free room with all its slots in the region that was said:
    along the side, or closer together, rather than away from it."""
    place, scene = step.place, scope.scene()
    region = place.region if place is not None and place.rel == "at" else None
    if region is None or region in ("corner", "side"):
        return None
    if place is not None and place.distance is not None and regions.has_border(region):
        return None  # so far from the edge: see _wanted
    px, py = table.inset_point(scene.workspace, region)

    for pat in pats:

        def cost(x: table.Array, y: table.Array, pat: Pattern = pat) -> table.Array:
            across, along = (y - py, x - px) if region in ("left", "right") else (x - px, y - py)
            off = np.hypot(x - px, y - py)
            if region in regions.SIDES:
                off = 2.0 * np.abs(across) + 0.5 * np.abs(along)
            for dx, dy in pat.offsets:
                inside = table.points_in(scene.workspace, region, x + dx, y + dy)
                off = np.where(inside, off, np.inf)
            return off

        point = best_middle(scene, objs, pat, cost, strict=True)
        if point is not None:
            return pat, point
    return None


def _extent_fits(pat: Pattern, scene: Scene) -> bool:
    ws = scene.workspace
    xs, ys = [o[0] for o in pat.offsets], [o[1] for o in pat.offsets]
    wide = max(xs) - min(xs) <= ws.x_max - ws.x_min - 2 * BORDER_M
    return wide and max(ys) - min(ys) <= ws.y_max - ws.y_min - 2 * BORDER_M


def middle_of(
    step: p.Arrange,
    scope: Scope,
    objs: Sequence[SceneObject],
    pat: Pattern,
    marks: Marks | None,
) -> Point:
    """The middle of the pattern: at its place, or in free room near where the things are."""
    scene, place = scope.scene(), step.place
    base = base_of(scene, marks, place)
    if base is not None:
        return xy(base)
    if place is not None and place.rel == "around" and marks is not None:
        return xy(scope.get(marks.ids[0]))
    point = best_middle(scene, objs, pat, _wanted(step, scope, objs, pat, marks))
    if point is None:
        where = f" {describe_place(place)}" if place is not None else ""
        raise StepProblem(Failure.NO_ROOM, f"There is no free room for that{where}.")
    return point


def _wanted(
    step: p.Arrange,
    scope: Scope,
    objs: Sequence[SceneObject],
    pat: Pattern,
    marks: Marks | None,
) -> table.Cost:
    """What a middle costs: distance from the wanted place or from the things themselves."""
    scene, place = scope.scene(), step.place
    mean = tuple(sum(v) / len(objs) for v in zip(*(xy(o) for o in objs), strict=True))
    if place is not None and place.position is not None:
        ax, ay, _ = place.position.metres()
        return lambda x, y: np.hypot(x - ax, y - ay)
    if place is None or place.rel in ("table", "elsewhere"):
        cx, cy = regions.anchor(scene.workspace, "middle")
        return lambda x, y: np.hypot(x - cx, y - cy) + 0.3 * np.hypot(x - mean[0], y - mean[1])
    seen = [scope.get(i) for i in marks.ids] if marks is not None else []
    if place.rel in ("left_of", "right_of", "in_front_of", "behind", "next_to") and seen:
        ghost = _ghost(objs[0], pat, place.rel, mean)
        if place.rel == "next_to":
            return table.next_to(seen, ghost, None)[0]
        return table.beside(place.rel, seen[0], ghost, None)[0]
    region: str = place.region or "middle"
    if place.rel in ("corner_near", "corner_far", "side_near", "side_far"):
        region = chosen_region(place, seen, objs[0], scene)
    if region in ("corner", "side"):
        names = regions.CORNERS if region == "corner" else regions.SIDES
        region = min(names, key=lambda r: regions.distance_to(scene.workspace, r, *mean))
    px, py = table.inset_point(scene.workspace, region)
    if place.distance is not None and regions.has_border(region):
        far = place.distance.metres(scope.context().last_distance_m)
        return _from_edge(scene, objs, pat, region, far)
    return lambda x, y: np.hypot(x - px, y - py)


def _from_edge(
    scene: Scene, objs: Sequence[SceneObject], pat: Pattern, region: str, far_m: float
) -> table.Cost:
    """The whole pattern so far from the border, or from both borders of a corner."""
    ws = scene.workspace
    middle, border = regions.anchor(ws, "middle"), regions.anchor(ws, region)
    signs = [float(np.sign(round(b - m, 6))) for b, m in zip(border, middle, strict=True)]
    half = max(table.reach_m(o) for o in objs)
    goals = [
        b - s * (far_m + half + max(s * o[k] for o in pat.offsets))
        for k, (b, s) in enumerate(zip(border, signs, strict=True))
    ]

    def cost(x: table.Array, y: table.Array) -> table.Array:
        off = abs(signs[0]) * np.abs(x - goals[0]) + abs(signs[1]) * np.abs(y - goals[1])
        return 4.0 * off + 0.3 * np.hypot(x - middle[0], y - middle[1])

    return cost


def _ghost(like: SceneObject, pat: Pattern, rel: str, mean: Sequence[float]) -> SceneObject:
    """A round thing as wide as the pattern in the direction of the relation."""
    axis = 1 if rel in ("left_of", "right_of") else 0
    reach = max(abs(o[axis]) for o in pat.offsets)
    if rel == "next_to":
        reach = pat.radius_m
    size = 2 * reach + like.size_m
    return replace(like, id="", kind="can", size_m=size, position=(mean[0], mean[1], 0.0))
