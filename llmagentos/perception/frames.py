"""Checks of camera frames before anything is believed about them.

Knows: what a usable frame looks like, and the signs of a camera that is stuck, covered or broken.
Does not know: what is in the picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.types import CameraFrame

#: A frame this dark all over is a covered lens or a dead sensor.
_BLACK_LEVEL = 12
#: Share of pixels that must have a depth.
_MIN_VALID_DEPTH = 0.3
#: Mean absolute difference of neighbouring pixels (0-255) that no real picture reaches.
_NOISE_LEVEL = 34.0
#: How many equal frames with moving stamps mean a stuck camera.
_STUCK_AFTER = 3


def check_frame(frame: CameraFrame) -> None:
    """Shape, type and calibration. Raises PerceptionError("expected ..., got ...")."""
    rgb, depth = np.asarray(frame.rgb), np.asarray(frame.depth)
    name = frame.camera or "unnamed camera"
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise PerceptionError(
            f"{name}: expected rgb uint8 [H, W, 3], got {rgb.dtype} {list(rgb.shape)}"
        )
    if depth.shape != rgb.shape[:2]:
        raise PerceptionError(
            f"{name}: expected depth of shape {list(rgb.shape[:2])}, got {list(depth.shape)}"
        )
    if depth.dtype.kind != "f":
        raise PerceptionError(f"{name}: expected depth in metres as float32, got {depth.dtype}")
    if min(depth.shape) < 60:
        raise PerceptionError(f"{name}: expected at least 60x60 pixels, got {list(depth.shape)}")
    _check_calibration(name, frame)


def _check_calibration(name: str, frame: CameraFrame) -> None:
    matrix, pose = np.asarray(frame.intrinsics), np.asarray(frame.base_from_camera)
    if matrix.shape != (3, 3) or not np.all(np.isfinite(matrix)):
        raise PerceptionError(f"{name}: expected finite 3x3 intrinsics, got {matrix.tolist()}")
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
        raise PerceptionError(
            f"{name}: expected positive focal lengths, got {matrix[0, 0]}, {matrix[1, 1]}"
        )
    if pose.shape != (4, 4) or not np.all(np.isfinite(pose)):
        raise PerceptionError(
            f"{name}: expected a finite 4x4 base_from_camera, got {pose.tolist()}"
        )
    rotation = pose[:3, :3]
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3):
        raise PerceptionError(f"{name}: expected a rotation in base_from_camera, got {rotation}")
    if not np.isfinite(frame.stamp_s):
        raise PerceptionError(f"{name}: expected a finite stamp_s, got {frame.stamp_s}")


def check_content(frame: CameraFrame) -> None:
    """Whether the picture shows anything. Raises PerceptionError naming black, noise or no depth.

    Looks at every fourth pixel; well under a millisecond at 640x480.
    """
    rgb, depth = frame.rgb[::4, ::4], frame.depth[::4, ::4]
    name = frame.camera or "unnamed camera"
    brightest = int(np.percentile(rgb, 99))
    if brightest < _BLACK_LEVEL:
        raise PerceptionError(f"{name}: black frame, expected a lit picture, got at most "
                              f"{brightest} of 255")  # fmt: skip
    valid = float(np.mean(np.isfinite(depth) & (depth > 0)))
    if valid < _MIN_VALID_DEPTH:
        raise PerceptionError(
            f"{name}: depth missing, expected at least {_MIN_VALID_DEPTH:.0%} of the pixels, "
            f"got {valid:.0%}"
        )
    grey = frame.rgb[::4, :, 1].astype(np.int16)
    roughness = float(np.mean(np.abs(grey[:, 1:] - grey[:, :-1])))
    if roughness > _NOISE_LEVEL:
        raise PerceptionError(
            f"{name}: noise frame, expected neighbouring pixels to differ by less than "
            f"{_NOISE_LEVEL:.0f}, got {roughness:.0f}"
        )


class FrameMonitor:
    """Notices a camera that hands out the same picture again and again, or old ones.

    Equal pictures with one stamp are one frame asked for twice, which is fine. Equal pictures
    under fresh stamps are counted only where they cannot be honest: the arm moved within view, or
    the camera is known to be noisy. A noiseless camera over a still scene repeats itself rightly.
    """

    def __init__(self, stuck_after: int = _STUCK_AFTER) -> None:
        self._stuck_after = stuck_after
        self._last: dict[str, tuple[NDArray[np.uint8], float]] = {}
        self._repeats: dict[str, int] = {}
        self._noisy: set[str] = set()

    def check(self, frame: CameraFrame, arm_moved: bool = False, view_moved: bool = False) -> None:
        """Raises PerceptionError for a stamp that runs backwards and for a stuck camera.

        arm_moved: the arm has moved visibly since this camera's last frame. view_moved: the camera
        itself has, or so much in its view that changed pixels tell nothing of noise. Only the first frame of
        a clock that was set back is refused: the next ones are judged by that one.
        """
        name, sample = frame.camera, frame.rgb[::8, ::8].copy()
        if name in self._last:
            before, stamp = self._last[name]
            if frame.stamp_s < stamp - 1e-6:
                self._last[name] = (sample, frame.stamp_s)
                raise PerceptionError(
                    f"{name}: expected a stamp after {stamp:.3f} s, got {frame.stamp_s:.3f} s"
                )
            if frame.stamp_s > stamp and before.shape == sample.shape:
                self._count(name, float(np.mean(before != sample)), arm_moved, view_moved)
        self._last[name] = (sample, frame.stamp_s)
        if self._repeats.get(name, 0) >= self._stuck_after:
            raise PerceptionError(
                f"{name}: stuck camera, expected a new picture, got the same one "
                f"{self._repeats[name] + 1} times under fresh stamps"
            )

    def _count(self, name: str, changed: float, arm_moved: bool, view_moved: bool) -> None:
        if changed > 0:
            self._repeats[name] = 0
            # A third of all pixels do not change because something moved: this camera has noise.
            if changed > 0.33 and not view_moved:
                self._noisy.add(name)
        elif arm_moved or name in self._noisy:
            self._repeats[name] = self._repeats.get(name, 0) + 1

    def reset(self) -> None:
        """Forget what came before (a new episode's clock may start again)."""
        self._last.clear()
        self._repeats.clear()
        self._noisy.clear()
