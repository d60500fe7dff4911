"""A small piece of a picture, taken while the arm moves: does what stood there still stand there?

Knows: cameras that take a piece by themselves (simulated ones), and how a piece is cut out of whole
pictures, which a thread takes so that control never waits for a camera. Does not know: what a piece
is compared with (llmagentos.skills.senses).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from llmagentos.ports.hardware import Camera, Glancing
from llmagentos.types import CameraFrame

_log = logging.getLogger(__name__)

Point = tuple[float, float, float]
Depth = NDArray[np.float32]
#: A camera whose pose differs by more than this from one picture to the next is carried around.
_STILL_M = 0.002
#: So often whole pictures are taken while somebody asks for pieces, and so long after it asked last.
_PERIOD_S, _ASKED_S = 0.2, 2.0
#: A picture older than this shows nothing of now.
_OLD_S = 0.5


class Glances(Protocol):
    """Who shows pieces; `glance` is a Sight of llmagentos.skills.senses."""

    def glance(self, point: Point, half_m: float) -> Depth | None:
        """How much farther than a point in the base frame lies what is seen in the square that reaches
        `half_m` to each side of it, m; NaN where unknown. None where nothing can be shown."""

    def close(self) -> None:
        """Give back what it took."""


def glances_of(cameras: Sequence[Camera], now_s: Callable[[], float]) -> Glances:
    """Of the first of them that can glance by itself, else of a thread that takes whole pictures.

    now_s: the clock of their stamps.
    """
    camera = next((c for c in cameras if isinstance(c, Glancing) and c.is_fixed), None)
    return Onlooking(cameras, now_s) if camera is None else AtOnce(camera)


class AtOnce:
    """Glances of one camera, in the calling thread."""

    def __init__(self, camera: Glancing) -> None:
        self._camera = camera

    def glance(self, point: Point, half_m: float) -> Depth | None:
        """As of `Glances`."""
        try:
            return self._camera.glance(point, half_m)
        except DriverError as error:  # a look says so to the person
            _log.debug("no glance: %s", error)
            return None

    def close(self) -> None:
        """Nothing was taken."""


def piece_of(frame: CameraFrame, point: Point, half_m: float) -> Depth | None:
    """How much farther than a point of the base frame lies what is seen in the square that reaches
    `half_m` to each side of it, m; NaN where unknown. None where it is not all in the picture."""
    camera_from_base = np.linalg.inv(frame.base_from_camera)
    x, y, z = (camera_from_base @ np.array([*point, 1.0]))[:3]
    if z <= 0:
        return None
    u, v, _ = frame.intrinsics @ np.array([x / z, y / z, 1.0])
    half_px = max(1, round(float(frame.intrinsics[0, 0]) * half_m / z))
    left, top = round(float(u)) - half_px, round(float(v)) - half_px
    right, bottom = left + 2 * half_px + 1, top + 2 * half_px + 1
    height, width = frame.depth.shape
    if left < 0 or top < 0 or right > width or bottom > height:
        return None
    piece = frame.depth[top:bottom, left:right]
    return np.where(piece > 0, piece - z, np.nan).astype(np.float32)


class Onlooking:
    """Glances of hardware cameras: a thread takes whole pictures while somebody asks.

    cameras: may be asked from any thread. now_s: the clock of their stamps. The first glance after
    a pause finds no picture yet and starts the thread.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        now_s: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cameras, self._now_s, self._clock = tuple(cameras), now_s, clock
        self._frames: dict[str, CameraFrame] = {}
        self._moving: set[str] = set()
        self._asked_s = -float("inf")
        self._wanted, self._closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def glance(self, point: Point, half_m: float) -> Depth | None:
        """As of `Glances`: from the newest picture that has it."""
        self._asked_s = self._clock()
        if self._thread is None and not self._closed.is_set():
            self._thread = threading.Thread(target=self._run, name="onlooker", daemon=True)
            self._thread.start()
        self._wanted.set()
        for frame in tuple(self._frames.values()):
            fresh = self._now_s() - frame.stamp_s <= _OLD_S
            piece = piece_of(frame, point, half_m) if fresh else None
            if piece is not None and frame.camera not in self._moving:
                return piece
        return None

    def take(self) -> None:
        """One picture of each camera that stands still, in the calling thread."""
        for camera in self._cameras:
            if camera.name in self._moving:
                continue
            try:
                frame = camera.capture()
            except DriverError as error:  # a look says so to the person
                _log.debug("no picture of %s: %s", camera.name, error)
                continue
            before = self._frames.get(camera.name)
            if before is not None and _differs(before, frame):
                self._moving.add(camera.name)
            self._frames[camera.name] = frame

    def close(self) -> None:
        """End the thread; waits for a picture under way, at most a second."""
        self._closed.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wanted.wait()
            if self._clock() - self._asked_s > _ASKED_S:
                self._wanted.clear()
                continue
            self.take()
            self._closed.wait(_PERIOD_S)


def _differs(before: CameraFrame, frame: CameraFrame) -> bool:
    return bool(np.max(np.abs(before.base_from_camera - frame.base_from_camera)) > _STILL_M)
