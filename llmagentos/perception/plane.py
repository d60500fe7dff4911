"""The table's plane, fitted to depth, and frames brought to it.

Knows: that most of what a camera over a table sees near the height where its pose has the table is the
table. Does not know: colours, things, what a moved camera means (knocked.py).

A camera's pose is never quite right, nor is its depth: the table then lies millimetres off, leans, or
both. What stands on it is measured from the table as it is seen: a frame's pose is turned about the
middle of the map and lifted until the table is z = 0, which is what the rest of perception takes it
for. Lengths are those of a table of scale 1 (full_size.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.perception.maps.rectify import GridSpec
from llmagentos.types import CameraFrame

Points = NDArray[np.float64]

#: So many rows, or columns where they are fewer, are looked at.
_ROWS = 80
#: The plane is looked for within this of z = 0, in the map's middle, and with up to this lean.
_OFF_M, _LEAN = 0.03, math.tan(math.radians(2.5))
#: What fits is nearer than this to a plane, metres, while planes are guessed; and than so many
#: deviations, and at least this, while the best is made better.
_NEAR_M, _DEVIATIONS, _LEAST_M = 0.004, 3.0, 0.0008
_GUESSES, _ROUNDS = 40, 5
#: With less of what is looked at on the plane, or fewer points, it is no table.
_MIN_SHARE, _MIN_POINTS = 0.2, 150
#: A table that is nearer than this to z = 0 everywhere is there: frames stay as they are.
_RIGHT_M = 0.0006


@dataclass(frozen=True)
class TablePlane:
    """z = height_m + lean_x * (x - x0) + lean_y * (y - y0) around the map's middle (x0, y0), base
    frame, metres. spread_m: the robust deviation of depth about it; share: of what was looked at,
    what lies on it."""

    height_m: float = 0.0
    lean_x: float = 0.0
    lean_y: float = 0.0
    spread_m: float = 0.0
    share: float = 1.0

    def off_m(self, reach_m: float) -> float:
        """How far from z = 0 it is at most, within this of the map's middle."""
        return abs(self.height_m) + math.hypot(self.lean_x, self.lean_y) * reach_m

    def apart_m(self, other: TablePlane, reach_m: float) -> float:
        """How far two planes are apart at most, within this of the map's middle."""
        between = TablePlane(
            self.height_m - other.height_m, self.lean_x - other.lean_x, self.lean_y - other.lean_y
        )
        return between.off_m(reach_m)

    def words(self, scale: float = 1.0) -> str:
        """ "12 mm too low and leaning by 0.5 degrees"; scale: of the real table."""
        side = "high" if self.height_m > 0 else "low"
        lean = math.degrees(math.atan(math.hypot(self.lean_x, self.lean_y)))
        return f"{abs(self.height_m) * scale * 1000:.0f} mm too {side} and leaning by {lean:.1f} degrees"


class PlaneFitter:
    """Fits planes to frames of one camera; the same frame gives the same plane."""

    def __init__(self, grid: GridSpec | None = None) -> None:
        self._grid = grid or GridSpec()
        self.reach_m = (self._grid.x_max - self._grid.x_min) / 2

    def fit(self, frame: CameraFrame) -> TablePlane:
        """The plane that most of the map lies on.

        The frame has passed `check_frame`. Raises PerceptionError where no table is near the height
        at which the camera's pose has it.
        """
        points = self._points(frame)
        if len(points) < _MIN_POINTS:
            raise PerceptionError(_nowhere(frame, f"{len(points)} points there"))
        first, share = _guess(points)
        if share < _MIN_SHARE:
            raise PerceptionError(_nowhere(frame, f"{share:.0%} of what is there on one plane"))
        return _refined(points, first)

    def leveled(self, frame: CameraFrame, plane: TablePlane) -> CameraFrame:
        """The frame with the pose that has the table at z = 0; itself where it is there already."""
        if plane.off_m(self.reach_m) < _RIGHT_M:
            return frame
        x0, y0 = self._grid.middle
        up = np.array([-plane.lean_x, -plane.lean_y, 1.0])
        up /= np.linalg.norm(up)
        turn = _turned_to_z(up)
        pivot = np.array([x0, y0, plane.height_m])
        pose = np.array(frame.base_from_camera, dtype=np.float64)
        pose[:3, :3] = turn @ pose[:3, :3]
        pose[:3, 3] = turn @ (pose[:3, 3] - pivot) + (x0, y0, 0.0)
        return replace(frame, base_from_camera=pose)

    def _points(self, frame: CameraFrame) -> Points:
        """What lies near the table within the map, [N, 3], around the map's middle."""
        h, w = frame.depth.shape
        stride = max(min(h, w) // _ROWS, 1)
        v, u = np.mgrid[stride // 2 : h : stride, stride // 2 : w : stride]
        depth = frame.depth[v, u].astype(np.float64)
        rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(frame.intrinsics).T
        pose, grid = frame.base_from_camera, self._grid
        points = (rays * depth[..., None]).reshape(-1, 3) @ pose[:3, :3].T + pose[:3, 3]
        x, y, z = points.T
        x0, y0 = grid.middle
        near = (depth.ravel() > 0) & (np.abs(z) < _OFF_M + _LEAN * np.hypot(x - x0, y - y0))
        near &= (x > grid.x_min) & (x < grid.x_max) & (y > grid.y_min) & (y < grid.y_max)
        return points[near] - (x0, y0, 0.0)


def _nowhere(frame: CameraFrame, got: str) -> str:
    return (
        f"{frame.camera or 'unnamed camera'}: expected the table about where the camera's pose has "
        f"it, got {got}: was the camera moved? It has to be calibrated"
    )


def _guess(points: Points) -> tuple[Points, float]:
    """The best of many planes through three points each: height, leans; and its share."""
    rng = np.random.default_rng(len(points))
    some = points[rng.permutation(len(points))[:1200]]
    triples = some[rng.integers(len(some), size=(_GUESSES, 3))]
    design = np.concatenate([np.ones((_GUESSES, 3, 1)), triples[:, :, :2]], axis=2)
    # Points in a row leave the plane open.
    sound = np.abs(np.linalg.det(design)) > 1e-3
    planes = np.zeros((1, 3))
    if sound.any():
        found = np.linalg.solve(design[sound], triples[sound][:, :, 2:])[:, :, 0]
        level = np.hypot(found[:, 1], found[:, 2]) < _LEAN
        planes = np.concatenate([planes, found[level & (np.abs(found[:, 0]) < _OFF_M)]])
    off = some[:, 2] - (planes[:, :1] + planes[:, 1:] @ some[:, :2].T)
    shares = (np.abs(off) < _NEAR_M).mean(axis=1)
    best = int(shares.argmax())
    return planes[best], float(shares[best])


def _refined(points: Points, plane: Points) -> TablePlane:
    """Least squares over what is near the plane, again and again as it moves."""
    design = np.c_[np.ones(len(points)), points[:, :2]]
    reach, spread, near = _NEAR_M, 0.0, np.ones(len(points), bool)
    for _ in range(_ROUNDS):
        off = points[:, 2] - design @ plane
        near = np.abs(off) < reach
        some = design[near]
        plane = np.linalg.solve(some.T @ some, some.T @ points[near, 2])
        left = points[near, 2] - design[near] @ plane
        spread = 1.4826 * float(np.median(np.abs(left - np.median(left))))
        # Never wider than the guess was: low things would pull the table up.
        reach = min(max(_DEVIATIONS * spread, _LEAST_M), 1.75 * _NEAR_M)
    height, lean_x, lean_y = (float(v) for v in plane)
    return TablePlane(height, lean_x, lean_y, spread, float(near.mean()))


def _turned_to_z(up: Points) -> Points:
    """The smallest rotation that brings the unit vector `up` to z."""
    axis = np.cross(up, (0.0, 0.0, 1.0))
    sine, cosine = float(np.linalg.norm(axis)), float(up[2])
    if sine < 1e-12:
        return np.eye(3)
    x, y, z = axis / sine
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: Points = np.eye(3) + sine * skew + (1 - cosine) * skew @ skew
    return turned
