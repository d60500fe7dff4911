"""Depth: what is unknown in it, and units that cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.perception.depth import (
    check_scale,
    metres,
    with_known_depth,
    without_flying,
)
from llmagentos.types import CameraFrame


def a_frame(factor: float = 1.0) -> CameraFrame:
    """The table from 1.2 m above, with a tower on it."""
    pose = np.eye(4)
    pose[:3, :3] = np.diag([1.0, -1.0, -1.0])
    pose[:3, 3] = (0.5, 0.0, 1.2)
    intrinsics = np.array([[200.0, 0, 79.5], [0, 200.0, 59.5], [0, 0, 1]])
    depth = np.full((120, 160), 1.2 * factor, np.float32)
    depth[30:60, 30:60] = 1.0 * factor
    return CameraFrame("overhead", np.zeros((120, 160, 3), np.uint8), depth, intrinsics, pose, 0.0)


@pytest.mark.parametrize(
    ("raw", "unit_m", "expected"),
    [
        (np.array([1.25, np.nan, np.inf, -np.inf, -1.0, 0.0], np.float32), 1.0, [1.25, *[0] * 5]),
        (np.array([1250, 0, 65535], np.uint16), 0.001, [1.25, 0, 0]),
        (np.array([1250, -1, 32767], np.int16), 0.001, [1.25, 0, 0]),
        (np.array([5000, 65535], np.uint16), 0.00025, [1.25, 0]),
        (np.array([1250.0, -1.0], np.float64), 0.001, [1.25, 0]),
        # 65535 once somebody has made metres of it
        (np.array([1.25, 65.535], np.float32), 1.0, [1.25, 0]),
    ],
)
def test_unknown_is_unknown(raw: NDArray[np.generic], unit_m: float, expected: list[float]) -> None:
    depth = metres(raw[None], unit_m)
    assert depth.dtype == np.float32 and depth[0] == pytest.approx(expected)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, -0.5, 65.535])
def test_a_frames_odd_depths_become_unknown(odd: float) -> None:
    good, bad = a_frame(), a_frame()
    assert with_known_depth(good) is good
    bad.depth[5, 5] = odd
    assert with_known_depth(bad).depth[5, 5] == 0.0 and bad.depth[5, 5] != 0.0


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.2])
def test_a_table_where_the_pose_has_it_is_fine(factor: float) -> None:
    check_scale(a_frame(factor))


def test_unknown_depth_says_nothing_of_the_unit() -> None:
    check_scale(replace(a_frame(), depth=np.zeros((120, 160), np.float32)))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1000, r"1\.20 m to the table .* got 1200: is it in millimetres, not metres"),
        (100, "is it in centimetres, not metres"),
        (10, "units of 0.1 mm, not 1 mm"),
        (4, "units of 0.25 mm, not 1 mm"),  # realsenseai/librealsense#8058: an L515
        (0.001, "is it in metres, not millimetres"),
        (25, "are its unit and the camera's pose right"),
        (0.2, "are its unit and the camera's pose right"),
    ],
)
def test_a_unit_that_cannot_be_is_named(factor: float, words: str) -> None:
    with pytest.raises(PerceptionError, match=words):
        check_scale(a_frame(factor))


def test_a_pose_of_another_frame_is_named() -> None:
    """usnistgov/ARIAC#345: the camera's body (x forward) instead of its optical frame."""
    frame = a_frame()
    body = frame.base_from_camera.copy()
    body[:3, :3] = body[:3, :3] @ np.array([[0, -1, 0], [0, 0, -1], [1, 0, 0]])
    with pytest.raises(PerceptionError, match="optical frame"):
        check_scale(replace(frame, base_from_camera=body))
    below = frame.base_from_camera.copy()
    below[2, 3] = -1.2
    with pytest.raises(PerceptionError, match="above the table"):
        check_scale(replace(frame, base_from_camera=below))


def test_what_flies_between_near_and_far_is_no_surface() -> None:
    depth = np.full((60, 80), 1.25, np.float32)
    depth[20:40, 30:50] = 1.19
    depth[25, 50] = 1.22  # in the air beside the edge
    depth[30, 50] = 1.248  # on the table, beside it
    frame = replace(a_frame(), depth=depth)
    noisy = without_flying(frame, 0.002)
    assert noisy.depth[25, 50] == 0 and np.count_nonzero(noisy.depth == 0) == 1
    assert without_flying(frame, 0.0001) is frame
