"""One look: a frame becomes detections, without memory.

Knows: the order rectify, read colours, explain, infer what is hidden below.
Does not know: ids, earlier looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.perception.grip import GripperView
from llmagentos.perception.maps.arm import ArmShape
from llmagentos.perception.maps.colors import ColorReader
from llmagentos.perception.maps.outlines import disc, fill_hull
from llmagentos.perception.maps.rectify import GridSpec, Rectifier
from llmagentos.perception.maps.segment import Maps, read_maps
from llmagentos.perception.things.detect import Explainer
from llmagentos.perception.things.detection import NO_LABEL, Detection
from llmagentos.perception.things.household import take_household
from llmagentos.perception.things.stacks import add_hidden, standing
from llmagentos.types import CameraFrame

#: Depth noise on the table above which depth is smoothed first, metres.
_NOISY_M = 0.0005
#: Detections that fit no kind better than this are leftovers of something else.
_MIN_CONFIDENCE = 0.12


@dataclass(frozen=True)
class Look:
    """What one frame showed. things: detections with colour names, aligned lists."""

    things: list[Detection]
    colors: list[str]
    maps: Maps

    @staticmethod
    def label_of(color: str) -> int:
        """Class number of a colour in `maps.label`."""
        return COLORS.index(color)


class Looker:
    """Looks at frames of the overhead camera."""

    def __init__(self, grid: GridSpec | None = None) -> None:
        self._rectifier = Rectifier(grid)
        self._reader = ColorReader()

    def look(
        self,
        frame: CameraFrame,
        arm: ArmShape | None = None,
        gripper: GripperView | None = None,
    ) -> Look:
        """Detections in one checked frame, without the arm and without what it holds."""
        frame = self._smooth(frame)
        top = self._rectifier.rectify(frame, arm.solids if arm else ())
        table_rgb = table_color(frame, self._rectifier)
        maps = read_maps(top, self._reader, table_rgb)
        explainer = Explainer(maps, take_household(maps))
        explainer.run()
        found = [d for d in explainer.found if not in_hand(gripper, d)]
        for thing in found:
            thing.partial = is_partial(thing, maps)
        things = add_hidden(found, explainer.slivers, maps, self._reader)
        kept, colors = [], []
        for thing in things:
            color, p = self._color(thing, maps)
            thing.confidence *= p * max(standing(thing, things), 0.3)
            if thing.confidence > _MIN_CONFIDENCE:
                kept.append(thing)
                colors.append(color)
        return Look(kept, colors, maps)

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


def table_color(frame: CameraFrame, rectifier: Rectifier) -> NDArray[np.float64]:
    """Median colour of pixels at the table's height, float64 [3]."""
    z = rectifier.heights(frame, 6)
    level = np.abs(z) < 0.004
    pixels = frame.rgb[::6, ::6][level]
    if len(pixels) < 50:
        return np.array([85.0, 104.0, 116.0])
    return np.median(pixels, axis=0).astype(np.float64)


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
