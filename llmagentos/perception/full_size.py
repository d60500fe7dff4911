"""Looking at a small table as if it were a large one.

Knows: how frames, arm and gripper look from a table of scale 1, and back. Does not know: pictures,
things.

Kinds, thicknesses and levels are known in the lengths of things that an 8 cm hand is made for.
Everything that is geometry looks alike when all lengths are divided by one number and the middle
of the work area lies where the map's is; so a smaller (or larger) table is seen through this, and
what is seen is told in the lengths that it really has.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.grip import GripperView
from llmagentos.perception.maps.arm import ArmShape, Capsule, Slab, Solid
from llmagentos.types import CameraFrame, SceneObject, Vec3, Workspace

Matrix = NDArray[np.float64]


class FullSize:
    """Between an arm's own table and one of scale 1 around `middle` (x, y)."""

    def __init__(self, workspace: Workspace, middle: tuple[float, float]) -> None:
        self._scale = workspace.scale
        own = workspace.middle
        self._shift = np.array([m - o / self._scale for m, o in zip(middle, own, strict=True)])
        self.is_plain = self._scale == 1.0 and bool(np.all(np.abs(self._shift) < 1e-9))

    def frame(self, frame: CameraFrame) -> CameraFrame:
        """The frame as a camera over the large table would have taken it."""
        if self.is_plain:
            return frame
        depth = (frame.depth / self._scale).astype(frame.depth.dtype)
        return replace(frame, depth=depth, base_from_camera=self._pose(frame.base_from_camera))

    def arm(self, arm: ArmShape | None) -> ArmShape | None:
        """The arm's body at the large table."""
        if arm is None or self.is_plain:
            return arm
        return ArmShape(tuple(map(self._solid, arm.solids)), self._pose(arm.tip_pose))

    def gripper(self, view: GripperView | None) -> GripperView | None:
        """Where the hand is at the large table, and how far it is open."""
        if view is None or self.is_plain:
            return view
        return replace(view, tip=self._point(view.tip), width_m=view.width_m / self._scale)

    def own(self, item: SceneObject) -> SceneObject:
        """What was seen, in the lengths that it has."""
        if self.is_plain:
            return item
        x, y, z = item.position
        dx, dy = self._shift
        moved = replace(item, position=(x - float(dx), y - float(dy), z))
        return moved.times(self._scale)

    def full(self, item: SceneObject) -> SceneObject:
        """The inverse of `own`: a thing at the large table."""
        if self.is_plain:
            return item
        large = item.times(1 / self._scale)
        x, y, z = large.position
        dx, dy = self._shift
        return replace(large, position=(x + float(dx), y + float(dy), z))

    def _pose(self, pose: Matrix) -> Matrix:
        out = np.array(pose, dtype=np.float64)
        out[:3, 3] = self._point(out[:3, 3])
        return out

    def _point(self, point: NDArray[np.float64] | Vec3) -> Vec3:
        x, y, z = (float(v) / self._scale for v in point)
        return x + float(self._shift[0]), y + float(self._shift[1]), z

    def _solid(self, solid: Solid) -> Solid:
        if isinstance(solid, Slab):
            x, y, z = (v / self._scale for v in solid.half_m)
            return Slab(self._pose(solid.pose), (x, y, z))
        radius = solid.radius_m / self._scale
        return Capsule(self._point(solid.a), self._point(solid.b), radius)
