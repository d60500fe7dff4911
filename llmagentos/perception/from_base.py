"""The perception module of a base that drives: what is on the surface before it.

Knows: that what is seen changes with where it stands, and which part of a picture is that surface.
Does not know: how things are told apart (tabletop.py), drives, maps.

Positions are in the base's frame moved to the arm's foot (without an arm: the base's own), z from the
surface that things stand on.
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.errors import PerceptionError
from llmagentos.perception.ahead import Surface, find_surface, only_surface
from llmagentos.perception.depth import with_known_depth
from llmagentos.perception.frames import FrameMonitor, check_content, check_frame
from llmagentos.perception.maps.rectify import GridSpec
from llmagentos.perception.shown import ShownThings
from llmagentos.perception.tabletop import TabletopPerception
from llmagentos.ports.modules import PerceptionModule
from llmagentos.robots import ArmSpec
from llmagentos.types import CameraFrame, MapPose, Observation, Scene, Workspace

#: Another view begins where the base has gone or turned so far.
_MOVED_M, _TURNED_RAD = 0.01, 0.01
#: Things are put down so far from the edge, metres.
_EDGE_M = 0.05
#: Less than this of a surface in reach is none, metres.
_LEAST_M = 0.06
#: What is looked at: as far as the camera tells small things apart; an arm comes nearer to them.
_FAR_GRID = GridSpec(0.2, 1.4, -0.8, 0.8)
_FAR = Workspace(0.25, 1.35, -0.75, 0.75)


class _Unwatched(FrameMonitor):
    """Of frames that were checked before they were cut."""

    def check(self, frame: CameraFrame, arm_moved: bool = False, view_moved: bool = False) -> None:
        """Whatever it is, is right."""


class BasePerception(PerceptionModule):
    """Sees things of known kinds and colours on furniture; see TabletopPerception, of which there is one
    inside. camera: the base's. arm: the one on the base, None without. foot_m: where that stands in the
    base's frame, x and y. shown: what people have shown by name."""

    def __init__(
        self,
        arm: ArmSpec | None = None,
        foot_m: tuple[float, float] = (0.0, 0.0),
        camera: str = "eye",
        shown: ShownThings | None = None,
    ) -> None:
        self._camera, self._arm, self._foot_m = camera, arm, foot_m
        self._table = TabletopPerception(
            camera=camera,
            workspace=_FAR if arm is None else None,
            grid=_FAR_GRID if arm is None or arm.scale == 1.0 else None,
            arm=arm,
            shown=shown,
            monitor=_Unwatched(),
        )
        #: Of whole frames: what is left of them may rightly be the same again while the arm moves.
        self._monitor = FrameMonitor()
        self._workspace = _FAR if arm is None else arm.workspace
        self._pose: MapPose | None = None
        self._eye_m = 0.0
        self._joints: tuple[float, ...] = ()
        #: The surface of the last look; None where there was none.
        self.surface: Surface | None = None

    @property
    def namer(self) -> object:
        """What names things that were shown; see TabletopPerception."""
        return self._table.namer

    def reset(self) -> None:
        """Forget every track and the camera's history."""
        self._table.reset()
        self._monitor.reset()
        self._pose, self.surface = None, None

    def recall(self, scene: Scene) -> None:
        """Go on from what was seen in another session, if it was from here."""
        self._table.recall(scene)

    def perceive(self, observation: Observation) -> Scene:
        """What stands on the nearest surface in view, ids stable as long as the base stands; nothing
        where there is no surface. Raises PerceptionError as TabletopPerception does."""
        frame = self._pick(observation.frames)
        check_frame(frame)
        frame = with_known_depth(frame)
        eye_m = float(frame.base_from_camera[2, 3])
        elsewhere = self._has_moved(observation.base) or abs(eye_m - self._eye_m) > _MOVED_M
        joints = () if observation.robot is None else observation.robot.positions
        arm_moved = len(joints) != len(self._joints) or any(
            abs(now - last) > _TURNED_RAD for now, last in zip(joints, self._joints, strict=True)
        )
        self._monitor.check(frame, view_moved=elsewhere or arm_moved)
        if elsewhere:
            self._table.reset()  # what was a part of something may be all of it now
        self._pose, self._eye_m, self._joints = observation.base, eye_m, tuple(joints)
        surface = find_surface(frame)
        self.surface = surface
        if surface is None:
            check_content(frame)
            return Scene((), frame.stamp_s, self._workspace)
        cut = only_surface(frame, surface, self._foot_m)
        seen = self._table.perceive(
            Observation((cut,), observation.robot, observation.command, observation.base)
        )
        reached = None if self._arm is None else self._on(surface)
        return seen if reached is None else replace(seen, workspace=reached)

    @property
    def work_height_m(self) -> float | None:
        """How high over the floor the surface of the last look is, where the arm reaches over its edge;
        else None."""
        surface = self.surface
        if surface is None or self._on(surface) is None:
            return None
        return surface.height_m

    def _on(self, surface: Surface) -> Workspace | None:
        """The part of the arm's work area that is on the surface, off its edges; None where that is too
        little to put anything down."""
        w = self._workspace
        low = surface.outline.min(axis=0) - self._foot_m + _EDGE_M
        high = surface.outline.max(axis=0) - self._foot_m - _EDGE_M
        x0, y0 = max(w.x_min, float(low[0])), max(w.y_min, float(low[1]))
        x1, y1 = min(w.x_max, float(high[0])), min(w.y_max, float(high[1]))
        if x1 - x0 < _LEAST_M or y1 - y0 < _LEAST_M:
            return None
        return replace(w, x_min=x0, x_max=x1, y_min=y0, y_max=y1)

    def _has_moved(self, now: MapPose | None) -> bool:
        last = self._pose
        if last is None or now is None:
            return last is not now
        turned = abs(math.remainder(now.yaw_rad - last.yaw_rad, 2 * math.pi))
        return last.distance_m(now) > _MOVED_M or turned > _TURNED_RAD

    def _pick(self, frames: tuple[CameraFrame, ...]) -> CameraFrame:
        for frame in frames:
            if frame.camera == self._camera:
                return frame
        names = [frame.camera for frame in frames]
        raise PerceptionError(f"expected a frame of camera {self._camera!r}, got {names}")
