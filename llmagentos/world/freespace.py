"""Free room on the table: where an object could stand, and the cheapest of such spots.

Knows: obstacles, borders and how near the hand may come. Does not know: what a place means;
table.py gives each point a cost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import numpy as np

from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import Array, gap_m
from llmagentos.types import Scene, SceneObject, Workspace

#: Room for a finger beside the object: wanted, and the least that will do.
WANTED_GAP_M = 0.025
LEAST_GAP_M = 0.006
#: Distance of the object's centre from the border of the workspace: wanted (the least is 0).
WANTED_MARGIN_M = 0.04
MOST_MARGIN_M = 0.06
OVERHANG_M = 0.05
GRID_STEP_M = 0.01
#: How much an exact point is preferred to the points of the grid.
EXACT_BONUS = 0.006

Cost = Callable[[Array, Array], Array]
Taken = tuple[float, float, float]
"""A reserved circle on the table: x, y, radius."""


@lru_cache(maxsize=8)
def grid(ws: Workspace) -> tuple[Array, Array]:
    """Points of the workspace, GRID_STEP_M apart: their x and their y."""
    nx = round((ws.x_max - ws.x_min) / GRID_STEP_M)
    ny = round((ws.y_max - ws.y_min) / GRID_STEP_M)
    xs = np.linspace(ws.x_min, ws.x_max, nx + 1)
    ys = np.linspace(ws.y_min, ws.y_max, ny + 1)
    x, y = np.meshgrid(xs, ys, indexing="ij")
    return x.ravel(), y.ravel()


def riders(scene: Scene, object_id: str) -> set[str]:
    """Everything that stands on or in the object, directly or not."""
    found: set[str] = set()
    pending = [object_id]
    while pending:
        above = [o.id for o in scene.on_top_of(pending.pop()) if o.id not in found]
        found.update(above)
        pending += above
    return found


class FreeSpace:
    """Free room for `moving` (None: any small thing) in a scene; x, y in metres, base frame."""

    def __init__(
        self,
        scene: Scene,
        moving: SceneObject | None = None,
        ignore: Collection[str] = (),
        taken: Sequence[Taken] = (),
        avoid_zones: bool = False,
    ):
        self.workspace = scene.workspace
        self._moving = moving
        gone = set(ignore)
        if moving is not None:
            gone |= {moving.id} | riders(scene, moving.id)
        self.obstacles = [
            o
            for o in scene.objects
            if o.id not in gone and not o.held and not o.inside
            if not traits(o.kind).is_flat or avoid_zones
        ]
        self._taken = taken

    def gap(self, x: Array, y: Array) -> Array:
        """Free distance to the nearest obstacle at each point; inf in an empty scene."""
        out = np.full(np.shape(x), np.inf)
        for o in self.obstacles:
            out = np.minimum(out, gap_m(x, y, self._moving, o))
        own = 0.0 if self._moving is None else self._moving.size_m / 2
        for tx, ty, radius in self._taken:
            out = np.minimum(out, np.hypot(x - tx, y - ty) - radius - own)
        return out

    def margin(self, x: Array, y: Array) -> Array:
        """Distance to the nearest border of the workspace; negative outside."""
        w = self.workspace
        return np.minimum(
            np.minimum(x - w.x_min, w.x_max - x), np.minimum(y - w.y_min, w.y_max - y)
        )

    def _wanted_margin(self) -> float:
        half = 0.0 if self._moving is None else self._moving.size_m / 2
        return min(max(half, WANTED_MARGIN_M), MOST_MARGIN_M)

    def _least_margin(self) -> float:
        """Large things may not stand out over the border by more than OVERHANG_M."""
        return 0.0 if self._moving is None else max(0.0, self._moving.size_m / 2 - OVERHANG_M)

    def is_free(self, x: float, y: float, gap_m: float = LEAST_GAP_M) -> bool:
        """Whether the object could stand at (x, y) with that much room around it."""
        px, py = np.array([x]), np.array([y])
        return bool(self.gap(px, py)[0] >= gap_m and self.margin(px, py)[0] >= -1e-9)

    def best(
        self, cost: Cost, exact: Sequence[tuple[float, float]] = ()
    ) -> tuple[float, float] | None:
        """The free point of least cost; inf costs are forbidden. None when there is none.

        exact: points that are tried beside the grid and preferred a little.
        """
        gx, gy = grid(self.workspace)
        x = np.concatenate([[e[0] for e in exact], gx])
        y = np.concatenate([[e[1] for e in exact], gy])
        gap, margin = self.gap(x, y), self.margin(x, y)
        total = cost(x, y)
        total = total + 3.0 * np.maximum(0.0, WANTED_GAP_M - gap)
        total = total + 1.5 * np.maximum(0.0, self._wanted_margin() - margin)
        total[: len(exact)] -= EXACT_BONUS
        total[(gap < LEAST_GAP_M) | (margin < self._least_margin() - 1e-9)] = np.inf
        at = int(np.argmin(total))
        return (float(x[at]), float(y[at])) if np.isfinite(total[at]) else None
