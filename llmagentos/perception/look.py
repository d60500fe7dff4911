"""One look: a frame becomes detections, without memory.

Knows: the order rectify, read colours, cut into regions, explain, believe, infer what is hidden below.
Does not know: ids, earlier looks.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.perception.grip import GripperView
from llmagentos.perception.maps.arm import ArmShape
from llmagentos.perception.maps.colors import TABLE_CLASS, ColorReader
from llmagentos.perception.maps.outlines import disc, fill_hull
from llmagentos.perception.maps.rectify import GridSpec, Rectifier, TopDown
from llmagentos.perception.maps.regions import Regions, cut_regions, on_map, with_told
from llmagentos.perception.maps.segment import Maps, read_maps
from llmagentos.perception.maps.table import learn_table
from llmagentos.perception.things.anything import Judge
from llmagentos.perception.things.detect import Explainer
from llmagentos.perception.things.detection import NO_LABEL, Detection
from llmagentos.perception.things.household import take_household
from llmagentos.perception.things.nested import without_parts
from llmagentos.perception.things.stacks import add_hidden, floats, standing
from llmagentos.perception.things.zones import believed_zones
from llmagentos.types import CameraFrame

_log = logging.getLogger(__name__)

#: Depth noise on the table above which depth is smoothed first, metres.
_NOISY_M = 0.0005
#: What is cut into regions is higher than this above the table, metres.
REGION_M = 0.006
#: Points this near to the table's height are the table's, metres.
_NEAR_TABLE_M = 0.01
#: Detections that fit no kind better than this are leftovers of something else.
_MIN_CONFIDENCE = 0.17
#: Of how sure a colour is at least this counts for whether a thing is there.
_UNCLEAR = 0.35


@dataclass(frozen=True)
class Look:
    """What one frame showed. things: detections with colour names, aligned lists. left_out: parts
    of the picture that were not looked at, since there were more than one look has time for."""

    things: list[Detection]
    colors: list[str]
    maps: Maps
    left_out: int = 0

    @staticmethod
    def label_of(color: str) -> int:
        """Class number of a colour in `maps.label`."""
        return COLORS.index(color)


class Segmenter(Protocol):
    """Tells things apart in a picture; see llmagentos.inference.OnnxSegmenter."""

    @property
    def wants_cut(self) -> bool:
        """Whether it decides about regions that shape alone cuts."""
        ...

    def segment(
        self,
        rgb: NDArray[np.uint8],
        depth: NDArray[np.float32],
        intrinsics: NDArray[np.float64] | None = None,
        base_from_camera: NDArray[np.float64] | None = None,
        cut: NDArray[np.int32] | None = None,
    ) -> NDArray[np.uint16]:
        """One number a thing, [H, W]; 0 belongs to none. cut: regions by shape, if it wants them."""
        ...


class Looker:
    """Looks at frames of the overhead camera. segmenter: tells things apart instead of their shape,
    where it says anything."""

    def __init__(self, grid: GridSpec | None = None, segmenter: Segmenter | None = None) -> None:
        self._segmenter = segmenter
        self._rectifier = Rectifier(grid)
        self._reader = ColorReader()

    def look(
        self,
        frame: CameraFrame,
        arm: ArmShape | None = None,
        gripper: GripperView | None = None,
        taken: CameraFrame | None = None,
    ) -> Look:
        """Detections in one checked frame, without the arm and without what it holds.

        taken: the same frame with what was taken out of its depth at edges, where something was:
        the sides of what is under others are a few pixels wide there.
        """
        frame = self._smooth(frame)
        top = self._rectifier.rectify(frame, arm.solids if arm else ())
        maps = read_maps(top, self._reader, learn_table(top))
        cut = self._cut(frame, top, maps)
        known = take_household(maps)
        judge = Judge(maps, self._noise_m(frame))
        maps.label[judge.busy()] = TABLE_CLASS
        explainer = Explainer(maps, known)
        explainer.run()
        found = believed_zones(judge.believed(explainer.found), maps)
        for thing in found:
            thing.partial = is_partial(thing, maps)
        found = without_parts([d for d in found if not in_hand(gripper, d)])
        if taken is not None and taken is not frame and any(d.base_z > REGION_M for d in found):
            maps.top = self._rectifier.rectify(self._smooth(taken), arm.solids if arm else ())
        things = add_hidden(found, explainer.slivers, maps, self._reader)
        things = [d for d in things if d.partial or not floats(d, things)]
        rest = [d for d in judge.things(things) if not in_hand(gripper, d)]
        for thing in rest:
            thing.partial = is_partial(thing, maps)
        things = without_parts([*things, *rest])
        kept, colors = [], []
        for thing in things:
            color, p = self._color(thing, maps)
            thing.confidence *= max(standing(thing, things), 0.3)
            # Colours are no gate: what is of no clear one is there all the same.
            there = thing.confidence * max(p, _UNCLEAR)
            thing.confidence *= p
            if there > _MIN_CONFIDENCE:
                kept.append(thing)
                colors.append(color)
        # What was left out and is in a region is seen all the same, as a part of that.
        left_out = max(cut.left_out, explainer.left_out)
        if left_out:
            _log.info("the picture shows too much for one look: %d parts left out", left_out)
        return Look(kept, colors, maps, left_out)

    def _cut(self, frame: CameraFrame, top: TopDown, maps: Maps) -> Regions:
        """Cut what is raised into regions, by shape, and put these on the map."""
        points = self._rectifier.base_points(frame)
        depth = frame.depth.astype(np.float32, copy=False)
        raised = np.zeros(depth.shape, bool)
        raised.reshape(-1)[top.pixels[top.points[:, 2] > REGION_M]] = True
        focal_px = float(frame.intrinsics[0, 0])
        segmenter = self._segmenter
        if segmenter is None:
            cut = cut_regions(points, depth, raised, frame.rgb, focal_px)
        elif segmenter.wants_cut:
            cut = cut_regions(points, depth, raised, frame.rgb, focal_px)
            pose = frame.base_from_camera
            told = segmenter.segment(frame.rgb, depth, frame.intrinsics, pose, cut.ids)
            cut = with_told(told, raised, cut)
        else:
            pose = frame.base_from_camera
            told = segmenter.segment(frame.rgb, depth, frame.intrinsics, pose)
            rest = cut_regions(points, depth, raised & (told == 0), frame.rgb, focal_px)
            cut = with_told(told, raised, rest)
        maps.regions = on_map(cut.ids, top, maps.height > REGION_M)
        return cut

    def _noise_m(self, frame: CameraFrame) -> float:
        """Deviation of heights on the table, metres."""
        low = self._rectifier.heights(frame, 6)
        near = np.abs(low[np.abs(low) < _NEAR_TABLE_M])
        return 1.4826 * float(np.median(near)) if len(near) else 0.0

    def _smooth(self, frame: CameraFrame) -> CameraFrame:
        depth = frame.depth
        sample = depth[::8, ::8]
        ahead = depth[::8, 1::8][:, : sample.shape[1]]
        step = np.abs(sample[:, : ahead.shape[1]] - ahead)
        step = step[np.isfinite(step)]
        if len(step) and float(np.median(step)) > _NOISY_M:
            clean = np.nan_to_num(depth.astype(np.float32), nan=0.0)
            smooth = np.asarray(cv2.medianBlur(clean, 3), dtype=np.float32)
            frame = replace(frame, depth=smooth)
        return frame

    def _color(self, thing: Detection, maps: Maps) -> tuple[str, float]:
        """The name that the lit part of a thing has, and how sure it is."""
        if thing.label == NO_LABEL:
            return "", 1.0
        if thing.hidden or thing.color:
            return thing.color or COLORS[thing.label], 1.0
        # A few hundred cells, evenly spread, say as much as all of them.
        rgb = maps.rgb.reshape(-1, 3)[thing.cells[:: max(len(thing.cells) // 300, 1)]]
        bright = rgb.astype(np.int32).sum(axis=1)
        lit = bright >= np.percentile(bright, 50)
        return self._reader.name(rgb[lit])


def in_hand(gripper: GripperView | None, thing: Detection) -> bool:
    """Whether a detection is (part of) what the gripper holds."""
    if gripper is None or not gripper.gripping:
        return False
    gap = math.hypot(thing.center[0] - gripper.tip[0], thing.center[1] - gripper.tip[1])
    return gap < thing.size_m / 2 + 0.05 and thing.top_z > gripper.tip[2] - 0.03


def is_partial(thing: Detection, maps: Maps) -> bool:
    """Whether the robot, its shadow or the map's border is right beside a thing."""
    inside, r0, c0 = fill_hull(thing.hull, maps.height.shape, pad=6)
    rows, cols = maps.height.shape
    at_border = r0 == 0 or c0 == 0 or r0 + inside.shape[0] >= rows or c0 + inside.shape[1] >= cols
    if at_border:
        _, _, w, h = cv2.boundingRect(thing.hull)
        x, y = int(thing.hull[:, 0, 0].min()), int(thing.hull[:, 0, 1].min())
        if x <= 1 or y <= 1 or x + w >= cols - 2 or y + h >= rows - 2:
            return True
    ring = (cv2.dilate(inside.view(np.uint8), disc(5)) > 0) & ~inside
    around = maps.robot[r0 : r0 + inside.shape[0], c0 : c0 + inside.shape[1]][ring]
    return bool(around.mean() > 0.04) if len(around) else False
