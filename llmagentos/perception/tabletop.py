"""The perception module: frames of a calibrated camera over the table become a scene.

Knows: the order check, level, look, track, relate. Does not know: the simulator or any truth.
"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from llmagentos.errors import PerceptionError
from llmagentos.inference import OnnxDetector, OnnxEmbedder, OnnxSegmenter
from llmagentos.objects.kinds import traits
from llmagentos.objects.measured import outline_of, with_outline
from llmagentos.objects.outlines import geometry
from llmagentos.perception.depth import check_scale, with_known_depth, without_flying
from llmagentos.perception.frames import FrameMonitor, check_content, check_frame
from llmagentos.perception.full_size import FullSize
from llmagentos.perception.grip import gripper_view
from llmagentos.perception.knocked import KnockWatch
from llmagentos.perception.look import Look, Looker
from llmagentos.perception.maps.arm import ArmShape, SelfMask
from llmagentos.perception.maps.outlines import square_hull
from llmagentos.perception.maps.rectify import GridSpec
from llmagentos.perception.maps.segment import FLAT_M
from llmagentos.perception.naming import Namer, labelled
from llmagentos.perception.plane import PlaneFitter
from llmagentos.perception.relations import with_supports
from llmagentos.perception.shown import ShownThings
from llmagentos.perception.things.detection import Detection
from llmagentos.perception.tracker import INFERRED, PARTIAL, Tracker
from llmagentos.ports.modules import PerceptionModule
from llmagentos.robots import ArmSpec, load
from llmagentos.types import CameraFrame, Observation, Scene, SceneObject, Workspace

#: Below this height an absent thing's place counts as empty, metres under its top.
_SUNK_M = 0.008
#: The hand has moved when it is so far off, and is in view up to this height; times the scale.
_MOVED_M, _IN_VIEW_M = 0.03, 0.3


class TabletopPerception(PerceptionModule):
    """Sees objects of known kinds and colours on the table.

    camera: name of the camera that looks down at the table; others (the wrist's) are ignored.
    workspace: by default the arm's. drop_after: looks at its empty place after which an object is
    forgotten. arm: the one that may be in the picture. shown: what people have shown by name, None
    for nothing; embedder: a network that helps to tell such things (docs/networks.md), its card or
    an OnnxEmbedder. detector: a network whose labels become the nouns of things that are of no known
    kind, its card or an OnnxDetector. segmenter: a network that tells things apart instead of their
    shape, its card or an OnnxSegmenter. monitor: notices a stuck camera. Raises what a network's card
    raises.
    """

    def __init__(
        self,
        camera: str = "overhead",
        workspace: Workspace | None = None,
        drop_after: int = 2,
        grid: GridSpec | None = None,
        arm: ArmSpec | None = None,
        shown: ShownThings | None = None,
        embedder: str | Path | OnnxEmbedder | None = None,
        detector: str | Path | OnnxDetector | None = None,
        segmenter: str | Path | OnnxSegmenter | None = None,
        monitor: FrameMonitor | None = None,
    ) -> None:
        spec = arm or load()
        if isinstance(embedder, str | Path):
            embedder = OnnxEmbedder(embedder)
        if isinstance(detector, str | Path):
            detector = OnnxDetector(detector)
        if isinstance(segmenter, str | Path):
            segmenter = OnnxSegmenter(segmenter)
        self.namer = None if shown is None else Namer(shown, embedder)
        self._detector = detector
        self._camera = camera
        self._workspace = workspace or spec.workspace
        self._mask = SelfMask(spec)
        self._full_size = FullSize(self._workspace, (grid or GridSpec()).middle)
        self._looker = Looker(grid, segmenter)
        self._planes = PlaneFitter(grid)
        self._knocks = KnockWatch(self._planes.reach_m, self._workspace.scale)
        self._tracker = Tracker(drop_after)
        self._monitor = monitor or FrameMonitor()
        self._last_tip: tuple[float, float, float] | None = None
        self.last_look: Look | None = None

    def reset(self) -> None:
        """Forget every track and the camera's history."""
        self._tracker.reset()
        self._monitor.reset()
        self._knocks.forget()
        self._last_tip = None
        self.last_look = None
        if self.namer is not None:
            self.namer.reset()

    def recall(self, scene: Scene) -> None:
        """Forget every track, and go on from a scene that was seen in another session."""
        self.reset()
        self._tracker.recall([self._full_size.full(item) for item in scene.objects])

    def perceive(self, observation: Observation) -> Scene:
        """The scene as seen now, ids stable over calls.

        Raises PerceptionError when the overhead frame is missing, malformed, black, noise, without
        depth, with depth in another unit, older than the last one, or stuck, where the table is not
        where the camera's pose has it, and where the camera was knocked. The tracks stay as they
        were then.
        """
        robot = observation.robot
        frame = self._pick(observation.frames)
        check_frame(frame)
        frame = with_known_depth(frame)
        check_content(frame)
        check_scale(frame)
        arm = self._mask.at(robot) if robot is not None else None
        self._monitor.check(frame, self._arm_moved(arm))
        gripper = gripper_view(robot, arm) if robot is not None and arm is not None else None
        # From here on in the lengths of a table of scale 1, up to the tracks.
        gripper = self._full_size.gripper(gripper)
        taken, frame = frame, self._full_size.frame(frame)
        plane = self._knocks.follow(frame, self._planes.fit(frame))
        level = self._planes.leveled(frame, plane)
        clean = without_flying(level, plane.spread_m)
        look = self._looker.look(clean, self._full_size.arm(arm), gripper, level)
        self.last_look = look
        seen = [
            self._as_object(thing, color, frame.stamp_s)
            for thing, color in zip(look.things, look.colors, strict=True)
        ]
        self._knocks.check_things(frame, self._tracker.remembered, seen)
        items = self._tracker.update(
            seen, lambda item: empty_share(item, look), frame.stamp_s, gripper
        )
        items = [self._full_size.own(item) for item in with_supports(items)]
        if self._detector is not None:
            items = labelled(items, taken, self._detector)
        if self.namer is not None:
            items = self.namer.named(items, taken)
        return Scene(tuple(items), frame.stamp_s, self._workspace, look.left_out)

    def _pick(self, frames: tuple[CameraFrame, ...]) -> CameraFrame:
        for frame in frames:
            if frame.camera == self._camera:
                return frame
        names = [frame.camera for frame in frames]
        raise PerceptionError(f"expected a frame of camera {self._camera!r}, got {names}")

    def _arm_moved(self, arm: ArmShape | None) -> bool:
        """Whether the hand has moved within the camera's view since the last call."""
        if arm is None:
            return False
        last, self._last_tip = self._last_tip, arm.tip
        w = self._workspace
        if last is None or math.dist(last, arm.tip) < _MOVED_M * w.scale:
            return False
        high = _IN_VIEW_M * w.scale
        return any(w.contains(p[0], p[1]) and p[2] < high for p in (last, arm.tip))

    def _as_object(self, thing: Detection, color: str, stamp_s: float) -> SceneObject:
        x, y = thing.center
        item = SceneObject(
            id=INFERRED if thing.hidden else PARTIAL if thing.partial else "",
            kind=thing.kind,
            color=color,
            size_m=thing.size_m,
            height_m=thing.height_m,
            position=(x, y, thing.base_z + thing.height_m / 2),
            yaw=thing.yaw,
            confidence=round(float(thing.confidence), 3),
            last_seen_s=stamp_s,
        )
        return item if not thing.corners else with_outline(item, thing.corners)


def empty_share(item: SceneObject, look: Look) -> float:
    """Share (0..1) of the place of `item` where the camera sees that it is not there."""
    maps, grid = look.maps, look.maps.grid
    mask = np.zeros(grid.shape, np.uint8)
    x, y, _ = item.position
    size = item.size_m * 0.85
    if item.extents_m is not None:
        corners = outline_of(item.resized(0.85))
        cells = np.array([grid.col_row(px, py) for px, py in corners.tolist()])
        cv2.fillPoly(mask, [np.round(cells).astype(np.int32)], 1)
    elif geometry(item).is_round:
        col, row = grid.col_row(x, y)
        radius = max(int(size / 2 / grid.cell_m), 1)
        cv2.circle(mask, (round(col), round(row)), radius, 1, -1)
        if traits(item.kind).has_rim:
            # Only the rim is as high as the top.
            wall = max(int(0.1 * radius), 2)
            cv2.circle(mask, (round(col), round(row)), max(radius - 2 * wall, 1), 0, -1)
            size = item.size_m
    else:
        cv2.fillConvexPoly(mask, square_hull((x, y), size, item.yaw, grid), 1)
    place = mask > 0
    total = int(place.sum())
    if total == 0:
        return 0.0
    seen = maps.seen[place] & ~maps.robot[place]
    if traits(item.kind).is_flat:
        bare = maps.label[place] != look.label_of(item.color)
        empty = seen & (maps.height[place] < FLAT_M) & bare
    else:
        solid = traits(item.kind).is_solid
        low = item.top_z - _SUNK_M if solid else item.bottom_z + 0.004
        empty = seen & (maps.height[place] < low)
    return float(empty.sum()) / total
