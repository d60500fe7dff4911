"""Laying things out as a pattern, and changing a pattern as a whole.

Knows: where the middle of a pattern fits and who gets which slot. Does not know: the shapes
themselves (planning/patterns.py), nor in which order things move (transfer.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llmagentos.planning import plan as p
from llmagentos.planning.context import Spot
from llmagentos.planning.expand.carry import ensure_graspable
from llmagentos.planning.expand.push import _VECTORS, DEFAULT_MOVE_M
from llmagentos.planning.expand.scope import Moves, Scope, StepProblem, problem_of
from llmagentos.planning.expand.sorting import sort_ids
from llmagentos.planning.expand.stack import collect
from llmagentos.planning.expand.transfer import transfer
from llmagentos.planning.patterns import Pattern, assign, pattern, spread_slots, turned
from llmagentos.planning.placement import FreeSpace, Marks, resolve_marks, table
from llmagentos.planning.placement import footprint as fp
from llmagentos.planning.placement.freespace import LEAST_GAP_M, _grid
from llmagentos.planning.wording import describe_place
from llmagentos.types import Pose, Scene, SceneObject
from llmagentos.world import regions

Point = tuple[float, float]
FACTORS = {"bigger": (1.4, 1.25, 1.15), "smaller": (0.7, 0.8, 0.88)}
#: Slots keep this distance from the border of the workspace.
BORDER_M = 0.03


def arrange(step: p.Arrange, scope: Scope) -> Moves:
    """Everything that is named to the slots of the pattern."""
    marks = _marks(step.place, scope)
    ids = collect(step.objs, scope, marks.ids if marks else ())
    if not ids:
        return
    scope.memory.note_mention(ids)
    for object_id in ids:
        ensure_graspable(scope, scope.get(object_id))
    ordered = sort_ids(ids, step.sort, scope.scene())
    fixed_order = step.sort is not None or len(step.objs) > 1
    goals = _goals(step, scope, ordered, fixed_order, marks)
    yield from transfer(scope, goals, ordered, exact=step.shape not in ("corners", "sides"))
    scope.memory.note_pattern(tuple(goals))
    scope.memory.note_mention(tuple(goals))


def _marks(place: p.Place | None, scope: Scope) -> Marks | None:
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


def _goals(
    step: p.Arrange, scope: Scope, ids: Sequence[str], fixed_order: bool, marks: Marks | None
) -> dict[str, Spot]:
    objs = [scope.get(i) for i in ids]
    scene = scope.scene()
    if step.shape in ("corners", "sides", "spread"):
        points, levels = _table_points(step.shape, scene, objs), [0] * len(objs)
        if step.shape != "spread":
            fixed_order = step.sort is not None
    else:
        pat = _fitting_pattern(step, scope, objs, marks)
        middle = _middle(step, scope, objs, pat, marks)
        if step.place is not None and step.place.rel == "around":
            pat = best_ring(scene, objs, pat, middle)
        points = [(middle[0] + dx, middle[1] + dy) for dx, dy in pat.offsets]
        levels = [pat.level(k) for k in range(len(points))]
    if any(levels):
        return _pyramid_goals(scene, objs, points, levels)
    if fixed_order:
        slots = list(range(len(objs)))
    else:
        slots = assign([_xy(o) for o in objs], points)
    base = _base(scene, marks, step.place)
    return {o.id: _spot(o, points[k], base, step.shape) for o, k in zip(objs, slots, strict=True)}


def _xy(o: SceneObject) -> Point:
    return o.position[0], o.position[1]


def _base(scene: Scene, marks: Marks | None, place: p.Place | None) -> SceneObject | None:
    if place is None or place.rel not in ("on", "in") or marks is None or not marks.ids:
        return None
    return scene.get(marks.ids[0])


def _spot(o: SceneObject, point: Point, base: SceneObject | None, shape: str) -> Spot:
    yaw = 0.0 if fp.is_square(o) and shape in ("line", "row", "column", "grid", "square") else o.yaw
    if base is None:
        return Spot(Pose((*point, 0.0), yaw), "table", False, f"in the {shape}")
    inside = fp.is_container(base)
    return Spot(Pose((*point, fp.floor_z(base)), yaw), base.id, inside, f"in the {shape}")


def _pyramid_goals(
    scene: Scene, objs: Sequence[SceneObject], points: Sequence[Point], levels: Sequence[int]
) -> dict[str, Spot]:
    """Blocks only; each upper one rests across the two below it."""
    if any(o.kind in fp.ROUND_TOPPED or fp.is_container(o) for o in objs):
        raise StepProblem("cannot", "I can build a pyramid only of things with flat tops.")
    ordered = sorted(objs, key=lambda o: (-round(o.size_m, 2), o.id))
    base_n = levels.count(0)
    bottom = ordered[:base_n]
    picked = assign([_xy(o) for o in bottom], points[:base_n])
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


# --- size and middle ------------------------------------------------------------------------


def _fitting_pattern(
    step: p.Arrange, scope: Scope, objs: Sequence[SceneObject], marks: Marks | None
) -> Pattern:
    """The pattern at its wanted size, or closer together where it would not fit the table."""
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
                "cannot",
                f"{n} things don't fit into a {step.shape} of {size * 100:.0f} cm.",
            )
    if size is not None or spacing is not None:
        return first
    for gap in (0.04, 0.03, 0.02, 0.012):
        found = pattern(step.shape, n, width, None, width + gap, step.rows, least)
        if step.shape == "pyramid" or _extent_fits(found, scope.scene()):
            return first if step.shape == "pyramid" or gap == 0.04 else found
    return first


def _extent_fits(pat: Pattern, scene: Scene) -> bool:
    ws = scene.workspace
    xs, ys = [o[0] for o in pat.offsets], [o[1] for o in pat.offsets]
    wide = max(xs) - min(xs) <= ws.x_max - ws.x_min - 2 * BORDER_M
    return wide and max(ys) - min(ys) <= ws.y_max - ws.y_min - 2 * BORDER_M


def _middle(
    step: p.Arrange,
    scope: Scope,
    objs: Sequence[SceneObject],
    pat: Pattern,
    marks: Marks | None,
) -> Point:
    """The middle of the pattern: at its place, or in free room near where the things are."""
    scene, place = scope.scene(), step.place
    base = _base(scene, marks, place)
    if base is not None:
        return _xy(base)
    if place is not None and place.rel == "around" and marks is not None:
        return _xy(scope.get(marks.ids[0]))
    point = best_middle(scene, objs, pat, _wanted(step, scope, objs, pat, marks))
    if point is None:
        where = f" {describe_place(place)}" if place is not None else ""
        raise StepProblem("failed", f"There is no free room for that{where}.", code="no_room")
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
    mean = tuple(sum(v) / len(objs) for v in zip(*(_xy(o) for o in objs), strict=True))
    if place is None:
        cx, cy = regions.anchor(scene.workspace, "middle")
        return lambda x, y: np.hypot(x - cx, y - cy) + 0.3 * np.hypot(x - mean[0], y - mean[1])
    seen = [scope.get(i) for i in marks.ids] if marks is not None else []
    if place.rel in ("left_of", "right_of", "in_front_of", "behind", "next_to") and seen:
        ghost = _ghost(objs[0], pat, place.rel, mean)
        if place.rel == "next_to":
            return table.next_to(seen, ghost, None)[0]
        return table.beside(place.rel, seen[0], ghost, None)[0]
    from llmagentos.planning.placement.locate import chosen_region

    region: str = place.region or "middle"
    if place.rel in ("corner_near", "corner_far", "side_near", "side_far"):
        region = chosen_region(place, seen, objs[0], scene)
    if region in ("corner", "side"):
        names = regions.CORNERS if region == "corner" else regions.SIDES
        region = min(names, key=lambda r: regions.distance_to(scene.workspace, r, *mean))
    px, py = table.inset_point(scene.workspace, region)
    return lambda x, y: np.hypot(x - px, y - py)


def _ghost(like: SceneObject, pat: Pattern, rel: str, mean: Sequence[float]) -> SceneObject:
    """A round thing as wide as the pattern in the direction of the relation."""
    axis = 1 if rel in ("left_of", "right_of") else 0
    reach = max(abs(o[axis]) for o in pat.offsets)
    if rel == "next_to":
        reach = pat.radius_m
    size = 2 * reach + like.size_m
    return replace(like, id="", kind="can", size_m=size, position=(mean[0], mean[1], 0.0))


def best_ring(scene: Scene, objs: Sequence[SceneObject], pat: Pattern, middle: Point) -> Pattern:
    """The pattern turned so that its slots are on the table and free; else spread over the part
    of the ring that is."""
    biggest = replace(max(objs, key=lambda o: o.size_m), yaw=0.0)
    space = FreeSpace(scene, biggest, {o.id for o in objs})
    n = len(pat.offsets)

    def bad(offsets: Sequence[Point]) -> int:
        x = np.array([middle[0] + o[0] for o in offsets])
        y = np.array([middle[1] + o[1] for o in offsets])
        return int(np.sum((space.gap(x, y) < LEAST_GAP_M) | (space.margin(x, y) < 0.0)))

    turns = [turned(pat.offsets, 2 * math.pi * k / (12 * n)) for k in range(12)]
    best = min(turns, key=bad)
    if bad(best) == 0:
        return replace(pat, offsets=best)
    ring = [
        (pat.radius_m * math.cos(a), pat.radius_m * math.sin(a))
        for a in np.linspace(0, 2 * math.pi, 72, endpoint=False)
    ]
    free = [o for o in ring if bad([o]) == 0]
    picked: list[Point] = []
    for o in free:
        if all(math.dist(o, q) >= biggest.size_m + 0.012 for q in picked):
            picked.append(o)
    if len(picked) < n:
        return replace(pat, offsets=best)
    return replace(pat, offsets=tuple(picked[round(k * len(picked) / n)] for k in range(n)))


def best_middle(
    scene: Scene,
    objs: Sequence[SceneObject],
    pat: Pattern,
    cost: table.Cost,
    strict: bool = False,
) -> Point | None:
    """The cheapest middle at which every slot on the table is free for the largest of `objs`.

    Where there is none, the one where the fewest others are in the way, unless `strict`.
    """
    ws = scene.workspace
    biggest = max(objs, key=lambda o: o.size_m)
    members = {o.id for o in objs}
    for avoid_zones in (True, False):
        space = FreeSpace(scene, replace(biggest, yaw=0.0), members, (), avoid_zones)
        x, y = _grid(ws)
        total = cost(x, y)
        for k, (dx, dy) in enumerate(pat.offsets):
            if pat.level(k):
                continue
            gap, margin = space.gap(x + dx, y + dy), space.margin(x + dx, y + dy)
            total = total + 2.0 * np.maximum(0.0, 0.02 - gap)
            total = np.where((gap < LEAST_GAP_M) | (margin < BORDER_M - 1e-9), np.inf, total)
        at = int(np.argmin(total))
        if np.isfinite(total[at]):
            return float(x[at]), float(y[at])
    return None if strict else _middle_among_others(scene, members, biggest, pat, cost)


def _middle_among_others(
    scene: Scene, members: set[str], biggest: SceneObject, pat: Pattern, cost: table.Cost
) -> Point | None:
    """Where the fewest others are in the way; they will be moved aside. None off the table."""
    space = FreeSpace(scene, replace(biggest, yaw=0.0), members)
    x, y = _grid(scene.workspace)
    total = cost(x, y)
    for dx, dy in pat.offsets:
        margin = space.margin(x + dx, y + dy)
        for o in space.obstacles:
            near = fp.gap_m(x + dx, y + dy, biggest, o) < LEAST_GAP_M
            total = total + np.where(near, 0.3 + 10 * o.size_m, 0.0)
        total = np.where(margin < -1e-9, np.inf, total)
    at = int(np.argmin(total))
    return (float(x[at]), float(y[at])) if np.isfinite(total[at]) else None


def _table_points(shape: str, scene: Scene, objs: Sequence[SceneObject]) -> list[Point]:
    """Slots that belong to the table: its corners, its sides, or all over it."""
    ws, n = scene.workspace, len(objs)
    if shape == "spread":
        x_m, y_m = ws.x_max - ws.x_min - 0.14, ws.y_max - ws.y_min - 0.14
        cx, cy = regions.anchor(ws, "middle")
        raw = [(cx + dx, cy + dy) for dx, dy in spread_slots(n, x_m, y_m)]
        return _shifted_free(raw, scene, objs)
    names = regions.CORNERS if shape == "corners" else regions.SIDES
    points = [table.inset_point(ws, r) for r in names]
    biggest = max(objs, key=lambda o: o.size_m)
    space = FreeSpace(scene, biggest, {o.id for o in objs})
    points.sort(key=lambda q: not space.is_free(q[0], q[1], 0.01))  # free ones first
    if n <= len(points):
        free = [q for q in points if space.is_free(q[0], q[1], 0.01)]
        return free if len(free) >= n else points[: max(n, len(free))]
    rounds = points * (1 + (n - 1) // len(points))
    return _shifted_free(rounds[:n], scene, objs)


def _shifted_free(
    points: Sequence[Point], scene: Scene, objs: Sequence[SceneObject]
) -> list[Point]:
    """Each point, or the nearest one that is free of strangers and of the slots before it."""
    biggest = max(objs, key=lambda o: o.size_m)
    members = {o.id for o in objs}
    out: list[Point] = []
    for point in points:
        taken = [(*q, biggest.size_m / 2 + 0.03) for q in out]
        space = FreeSpace(scene, biggest, members, taken)
        cost, exact = table.near_point(point, 0.25)
        out.append(space.best(cost, exact) or point)
    return out


# --- reshape ----------------------------------------------------------------------------------


def reshape(step: p.Reshape, scope: Scope) -> Moves:
    """The last pattern larger, smaller, turned or moved as a whole."""
    ids = [i for i in scope.memory.pattern if scope.scene().get(i) is not None]
    if len(ids) < 2:
        raise StepProblem("question", "Which pattern do you mean?", code="no_referent")
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
        marks = _marks(step.place, scope)
        return _middle(ghost, scope, objs, pat, marks)
    last = scope.context().last_distance_m
    far = DEFAULT_MOVE_M if step.distance is None else step.distance.metres(last)
    ux, uy = _VECTORS.get(step.direction or "left", (0.0, 0.0))
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
        raise StepProblem("cannot", "They would not have room next to each other.")
    free = best_middle(scene, objs, pat, lambda x, y: np.hypot(x - middle[0], y - middle[1]))
    exact = step.action == "move" and step.distance is not None
    if free is None or (exact and math.dist(free, middle) > 0.02):
        raise StepProblem("failed", "There is not enough free room for that.", code="no_room")
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
