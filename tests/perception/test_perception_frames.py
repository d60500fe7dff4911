"""What makes a frame unusable, and how that is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llmagentos.errors import PerceptionError
from llmagentos.perception.frames import FrameMonitor, check_content, check_frame
from llmagentos.types import CameraFrame


def a_frame(stamp_s: float = 0.0, seed: int = 0) -> CameraFrame:
    rng = np.random.default_rng(seed)
    rgb = np.full((120, 160, 3), 90, np.uint8)
    rgb[40:80, 60:90] = rng.integers(0, 255, 3)
    pose = np.eye(4)
    pose[:3, :3] = np.diag([1.0, -1.0, -1.0])
    pose[2, 3] = 1.2
    intrinsics = np.array([[200.0, 0, 79.5], [0, 200.0, 59.5], [0, 0, 1]])
    depth = np.full((120, 160), 1.2, np.float32)
    return CameraFrame("overhead", rgb, depth, intrinsics, pose, stamp_s)


def test_a_good_frame_passes() -> None:
    check_frame(a_frame())
    check_content(a_frame())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rgb": np.zeros((120, 160), np.uint8)}, r"expected rgb uint8 \[H, W, 3\], got"),
        ({"rgb": np.zeros((120, 160, 3), np.float32)}, "got float32"),
        ({"depth": np.ones((60, 80), np.float32)}, r"expected depth of shape \[120, 160\]"),
        ({"depth": np.ones((120, 160), np.uint16)}, "expected depth in metres as float32"),
        ({"intrinsics": np.full((3, 3), np.nan)}, "expected finite 3x3 intrinsics"),
        ({"intrinsics": np.eye(4)}, "expected finite 3x3 intrinsics"),
        ({"intrinsics": -np.eye(3)}, "expected positive focal lengths"),
        ({"base_from_camera": np.eye(3)}, "expected a finite 4x4 base_from_camera"),
        ({"base_from_camera": 2 * np.eye(4)}, "expected a rotation"),
        ({"stamp_s": float("nan")}, "expected a finite stamp_s"),
    ],
)
def test_a_malformed_frame_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(PerceptionError, match=words):
        check_frame(replace(a_frame(), **change))  # type: ignore[arg-type]


def test_black_noise_and_missing_depth_are_named() -> None:
    frame, rng = a_frame(), np.random.default_rng(0)
    with pytest.raises(PerceptionError, match="black frame"):
        check_content(replace(frame, rgb=np.full_like(frame.rgb, 3)))
    noise = rng.integers(0, 256, frame.rgb.shape).astype(np.uint8)
    with pytest.raises(PerceptionError, match="noise frame"):
        check_content(replace(frame, rgb=noise))
    with pytest.raises(PerceptionError, match="depth missing"):
        check_content(replace(frame, depth=np.zeros_like(frame.depth)))


def test_stamps_that_run_backwards_are_refused() -> None:
    monitor = FrameMonitor()
    monitor.check(a_frame(2.0))
    monitor.check(a_frame(2.0))
    with pytest.raises(PerceptionError, match=r"expected a stamp after 2\.000 s"):
        monitor.check(a_frame(1.0))


def test_a_clock_that_was_set_back_costs_one_picture() -> None:
    """Without that, a camera whose clock was an hour ahead for a moment stays refused for an hour."""
    monitor = FrameMonitor()
    monitor.check(a_frame(3600.0))
    with pytest.raises(PerceptionError, match="expected a stamp after"):
        monitor.check(a_frame(1.0))
    monitor.check(a_frame(1.1))


def test_a_still_noiseless_camera_is_not_stuck() -> None:
    monitor = FrameMonitor()
    for k in range(10):
        monitor.check(a_frame(float(k)))


def test_the_same_picture_while_the_arm_moves_means_stuck() -> None:
    monitor = FrameMonitor()
    with pytest.raises(PerceptionError, match="stuck camera"):
        for k in range(10):
            monitor.check(a_frame(float(k)), arm_moved=True)


def test_a_noisy_camera_that_goes_still_is_stuck() -> None:
    monitor, rng = FrameMonitor(), np.random.default_rng(1)
    for k in range(3):
        frame = a_frame(float(k))
        grain = rng.integers(-5, 6, frame.rgb.shape)
        noisy = np.clip(frame.rgb + grain, 0, 255).astype(np.uint8)
        monitor.check(replace(frame, rgb=noisy))
    with pytest.raises(PerceptionError, match="stuck camera"):
        for k in range(3, 9):
            monitor.check(replace(frame, rgb=noisy, stamp_s=float(k)))


def test_something_that_moves_does_not_make_a_camera_noisy() -> None:
    monitor = FrameMonitor()
    for k in range(12):
        monitor.check(a_frame(float(k), seed=min(k, 3)))


def test_a_camera_that_drives_about_is_not_noisy_where_it_stands() -> None:
    """Another view changes every pixel; the still scene after it repeats itself rightly."""
    monitor, rng = FrameMonitor(), np.random.default_rng(2)
    for k in range(12):
        frame = a_frame(float(k))
        if k < 4:
            views = rng.integers(0, 256, frame.rgb.shape).astype(np.uint8)
            frame = replace(frame, rgb=views)
        monitor.check(frame, view_moved=k <= 4)
