"""Where a pattern finds room on the table: its middle, its turn, its slots at corners and sides.

Knows: free room for several things at once. Does not know: the shapes (slots.py), descriptions,
motion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llmagentos.grounding.patterns.slots import Pattern, spread_slots, turned
from llmagentos.grounding.placement import FreeSpace, table
from llmagentos.objects import outlines as fp
from llmagentos.types import Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world.freespace import LEAST_GAP_M, grid

Point = tuple[float, float]
#: Slots keep this distance from the border of the workspace.
BORDER_M = 0.03


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
        x, y = grid(ws)
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
    x, y = grid(scene.workspace)
    total = cost(x, y)
    for dx, dy in pat.offsets:
        margin = space.margin(x + dx, y + dy)
        for o in space.obstacles:
            near = fp.gap_m(x + dx, y + dy, biggest, o) < LEAST_GAP_M
            total = total + np.where(near, 0.3 + 10 * o.size_m, 0.0)
        total = np.where(margin < -1e-9, np.inf, total)
    at = int(np.argmin(total))
    return (float(x[at]), float(y[at])) if np.isfinite(total[at]) else None


def table_points(shape: str, scene: Scene, objs: Sequence[SceneObject]) -> list[Point]:
    """Slots that belong to the table: its corners, its sides, or all over it."""
    ws, n = scene.workspace, len(objs)
    if shape == "spread":
        x_m, y_m = ws.x_max - ws.x_min - 0.14, ws.y_max - ws.y_min - 0.14
        cx, cy = regions.anchor(ws, "middle")
        raw = [(cx + dx, cy + dy) for dx, dy in spread_slots(n, x_m, y_m)]
        return shifted_free(raw, scene, objs)
    names = regions.CORNERS if shape == "corners" else regions.SIDES
    points = [table.inset_point(ws, r) for r in names]
    biggest = max(objs, key=lambda o: o.size_m)
    space = FreeSpace(scene, biggest, {o.id for o in objs})
    points.sort(key=lambda q: not space.is_free(q[0], q[1], 0.01))  # free ones first
    if n <= len(points):
        free = [q for q in points if space.is_free(q[0], q[1], 0.01)]
        return free if len(free) >= n else points[: max(n, len(free))]
    rounds = points * (1 + (n - 1) // len(points))
    return shifted_free(rounds[:n], scene, objs)


def shifted_free(points: Sequence[Point], scene: Scene, objs: Sequence[SceneObject]) -> list[Point]:
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
