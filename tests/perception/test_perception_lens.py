"""Lenses as drivers describe them: straightened, adapted to the picture, or refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from llmagentos.errors import PerceptionError
from llmagentos.perception.lens import Calibration, Lens, Straightener

MATRIX = (600.0, 0.0, 330.0, 0.0, 610.0, 235.0, 0.0, 0.0, 1.0)
GOOD = Calibration(640, 480, MATRIX, "plumb_bob", (0.0,) * 5)
BENT = {
    "plumb_bob": (-0.28, 0.09, 0.001, -0.0008, -0.01),
    "rational_polynomial": (0.42, -0.31, 0.0007, -0.0004, 0.05, 0.72, -0.30, 0.02),
    "equidistant": (-0.02, 0.004, -0.001, 0.0002),
}
#: Directions, x and y per metre ahead, all over the picture.
RAYS = [(x, y) for x in (-0.4, -0.2, 0.0, 0.2, 0.4) for y in (-0.3, 0.0, 0.3)]


def seen_at(model: str, rays: list[tuple[float, float]], depth_m: float = 1.25) -> np.ndarray:
    """Where a bent lens shows points, [N, 2], by OpenCV."""
    points = np.array([[(x * depth_m, y * depth_m, depth_m)] for x, y in rays])
    matrix, still = np.reshape(MATRIX, (3, 3)), np.zeros(3)
    project: Any = cv2.fisheye.projectPoints if model == "equidistant" else cv2.projectPoints
    found, _ = project(points, still, still, matrix, np.array(BENT[model]))
    return np.asarray(found).reshape(-1, 2)


@pytest.mark.parametrize("model", BENT)
def test_a_bent_picture_becomes_a_pinholes(model: str) -> None:
    rgb, depth = np.zeros((480, 640, 3), np.uint8), np.full((480, 640), 2.0, np.float32)
    bent = seen_at(model, RAYS)
    for u, v in bent.round().astype(int):
        cv2.circle(rgb, (int(u), int(v)), 4, (255, 255, 255), -1)
        cv2.circle(depth, (int(u), int(v)), 4, 1.25, -1)
    lens = Lens(replace(GOOD, distortion=model, coefficients=BENT[model]), 640, 480)
    color, near = lens.color(rgb)[:, :, 0], lens.depth(depth)
    k = lens.intrinsics
    off = []
    for x, y in RAYS:
        u, v = k[0, 0] * x + k[0, 2], k[1, 1] * y + k[1, 2]
        box = (slice(round(v) - 9, round(v) + 10), slice(round(u) - 9, round(u) + 10))
        for spot in (color[box] > 127, near[box] == np.float32(1.25)):
            rows, cols = np.nonzero(spot)
            off.append(math.hypot(cols.mean() - 9 - u + round(u), rows.mean() - 9 - v + round(v)))
    straight = np.array([[600 * x + 330, 610 * y + 235] for x, y in RAYS])
    assert np.abs(bent - straight).max() > 5  # pixels, were it ignored
    assert max(off) < 1.0  # dots were drawn at whole pixels
    assert set(np.unique(near)) <= {0.0, 1.25, 2.0}  # depths are taken over, never mixed


def test_what_the_lens_sees_to_its_sides_stays_in_the_picture() -> None:
    lens = Lens(replace(GOOD, coefficients=BENT["plumb_bob"]), 640, 480)
    white = lens.color(np.full((480, 640, 3), 255, np.uint8))
    assert lens.intrinsics[0, 0] < 600
    k = lens.intrinsics
    left = np.array([[[0.0, 235.0]]])
    ray = cv2.undistortPoints(left, np.reshape(MATRIX, (3, 3)), np.array(BENT["plumb_bob"]))
    assert 0 <= k[0, 0] * ray[0, 0, 0] + k[0, 2] < 10
    assert white[235, 5, 0] == 255


def test_where_a_fisheye_does_not_look_nothing_is_known() -> None:
    lens = Lens(
        replace(
            GOOD,
            matrix=(200.0, 0, 320.0, 0, 200.0, 240.0, 0, 0, 1),
            distortion="equidistant",
            coefficients=(0.01, 0, 0, 0),
        ),
        640,
        480,
    )
    assert lens.intrinsics[0, 0] >= 100
    near = lens.depth(np.ones((480, 640), np.float32))
    assert near[240, 320] == 1.0 and set(np.unique(near)) <= {0.0, 1.0}


def test_a_straight_lens_costs_nothing() -> None:
    lens, rgb = Lens(GOOD, 640, 480), np.zeros((480, 640, 3), np.uint8)
    depth = np.ones((480, 640), np.float32)
    assert lens.is_straight and lens.color(rgb) is rgb and lens.depth(depth) is depth
    assert np.array_equal(lens.intrinsics, np.reshape(MATRIX, (3, 3)))


def test_maps_are_made_once_and_anew_when_the_calibration_changes() -> None:
    kept, bent = Straightener(), replace(GOOD, coefficients=BENT["plumb_bob"])
    first = kept.lens(bent, 640, 480)
    assert kept.lens(replace(bent), 640, 480) is first
    assert kept.lens(GOOD, 640, 480).is_straight
    assert kept.lens(bent, 320, 240).size == (320, 240)
    with pytest.raises(PerceptionError, match="expected a picture of 320x240, got 640x480"):
        kept.lens(bent, 320, 240).color(np.zeros((480, 640, 3), np.uint8))


# --- calibrations that cannot be --------------------------------------------------------------

NORMALIZED = (0.94, 0.0, 0.51, 0.0, 1.27, 0.49, 0.0, 0.0, 1.0)
TRANSPOSED = tuple(np.reshape(MATRIX, (3, 3)).T.ravel())


def with_matrix(index: int, value: float) -> tuple[float, ...]:
    return tuple(value if i == index else v for i, v in enumerate(MATRIX))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"matrix": with_matrix(0, math.nan)}, "finite camera matrix"),
        ({"matrix": with_matrix(5, math.inf)}, "finite camera matrix"),
        ({"matrix": (0.0,) * 9}, "calibrated camera, got focal lengths"),
        ({"matrix": with_matrix(0, -600.0)}, "calibrated camera, got focal lengths"),
        ({"width": 0, "height": 0}, "calibrated camera with a size, got 0x0"),
        ({"width": 1280, "height": 720}, "optical centre near the middle of 1280x720"),
        ({"matrix": TRANSPOSED}, "row by row"),
        # ifm/ifm3d-ros2#18: the optical centre in shares of the picture
        ({"matrix": NORMALIZED}, "focal lengths of 83 to 12800 pixels"),
        ({"coefficients": (math.nan, 0, 0, 0, 0)}, "finite distortion coefficients"),
        ({"distortion": "ftheta", "coefficients": (0.1, 0.2)}, "got 'ftheta'"),
        ({"distortion": "", "coefficients": BENT["plumb_bob"]}, "got ''"),
        ({"coefficients": (0.1, 0.2, 0, 0, 0, 0, 0, 0.3)}, "4 or 5 coefficients .*, got 8"),
        ({"coefficients": (0.1, 0.2)}, "4 or 5 coefficients of plumb_bob, got 2"),
        # orbbec/OrbbecSDK_ROS2#15: coefficients in the hundreds and thousands
        ({"coefficients": (-812.0, 2400.0, 0.001, 0.0, 310.0)}, "fold it over"),
    ],
)
def test_a_lens_that_cannot_be_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(PerceptionError, match=words):
        Lens(replace(GOOD, **change), 640, 480)


def test_a_matrix_for_another_size_is_named() -> None:
    """A calibration file for 1280x720, with the size that the driver runs at now."""
    matrix = (900.0, 0, 640.0, 0, 900.0, 360.0, 0, 0, 1)
    with pytest.raises(PerceptionError, match="is the matrix for pictures of another size"):
        Lens(Calibration(640, 480, matrix), 640, 480)
    with pytest.raises(PerceptionError, match="got 640x480 with a calibration for 1280x720"):
        Lens(Calibration(1280, 720, matrix), 640, 480)


def test_zeros_beyond_a_models_coefficients_are_nothing() -> None:
    """orbbec/OrbbecSDK_ROS2#216: plumb_bob with eight coefficients, the last three zero."""
    five = Lens(replace(GOOD, coefficients=BENT["plumb_bob"]), 640, 480)
    eight = Lens(replace(GOOD, coefficients=(*BENT["plumb_bob"], 0, 0, 0)), 640, 480)
    assert np.array_equal(five.intrinsics, eight.intrinsics) and not eight.is_straight


def test_coefficients_that_cancel_out_are_fine() -> None:
    """basler/pylon-ros-camera#143 has rational ones beyond a thousand, of a lens that is nearly
    straight."""
    values = (-13.24, -98.01, 0.0014, 0.0028, 1357.78, -13.05, -102.36, 1383.06)
    matrix = (1874.6, 0, 647.5, 0, 1879.6, 485.5, 0, 0, 1)
    lens = Lens(Calibration(1296, 972, matrix, "rational_polynomial", values), 1296, 972)
    assert 1700 < lens.intrinsics[0, 0] <= 1874.6


# --- other sizes, regions, binning ------------------------------------------------------------


def project(lens: Lens, x: float, y: float) -> tuple[float, float]:
    u, v, _ = lens.intrinsics @ (x, y, 1.0)
    return float(u), float(v)


@pytest.mark.parametrize(
    ("change", "size"),
    [
        ({}, (320, 240)),  # a node in between has scaled pictures down
        ({"binning": (2, 2)}, (320, 240)),
        ({"binning": (2, 2), "roi": (0, 0, 640, 480)}, (320, 240)),
    ],
)
def test_half_the_size(change: dict[str, Any], size: tuple[int, int]) -> None:
    lens = Lens(replace(GOOD, **change), *size)
    u, v = project(lens, 0.1, -0.2)
    # The middle of a pixel made of two lies between them.
    assert (2 * u + 0.5, 2 * v + 0.5) == pytest.approx((600 * 0.1 + 330, 610 * -0.2 + 235))


def test_a_region_of_interest_is_cut_out() -> None:
    lens = Lens(replace(GOOD, roi=(100, 60, 400, 300)), 400, 300)
    assert project(lens, 0.1, 0.1) == pytest.approx((390 - 100, 296 - 60))
    binned = Lens(replace(GOOD, roi=(100, 60, 400, 300), binning=(2, 1)), 200, 300)
    u, v = project(binned, 0.1, 0.1)
    assert (2 * u + 0.5, v) == pytest.approx((390 - 100, 296 - 60))


def test_a_whole_picture_is_whole_whatever_is_said_of_its_parts() -> None:
    """What was calibrated has this very size: regions and bins tell how the sensor got there."""
    lens = Lens(replace(GOOD, roi=(100, 60, 400, 300), binning=(2, 2)), 640, 480)
    assert np.array_equal(lens.intrinsics, np.reshape(MATRIX, (3, 3)))


@pytest.mark.parametrize(
    ("change", "size"),
    [
        ({}, (640, 360)),
        ({}, (600, 480)),
        ({"roi": (300, 0, 400, 300)}, (400, 300)),  # ros-drivers/camera1394#36: cut twice
    ],
)
def test_pictures_of_another_shape_are_refused(
    change: dict[str, Any], size: tuple[int, int]
) -> None:
    with pytest.raises(PerceptionError, match="expected pictures of the calibrated size"):
        Lens(replace(GOOD, **change), *size)


def test_a_matrix_of_binned_pictures_with_the_full_size_is_refused() -> None:
    """astuff/avt_vimba_camera#82."""
    matrix = (299.5, 0, 254.1, 0, 300.1, 183.9, 0, 0, 1)
    with pytest.raises(PerceptionError, match="is the matrix for pictures of another size"):
        Lens(Calibration(2064, 1544, matrix, binning=(4, 4)), 516, 386)


# --- rectified pictures -----------------------------------------------------------------------

PROJECTION = (550.0, 0, 318.0, 0, 0, 552.0, 240.0, 0, 0, 0, 1, 0)


def test_rectified_pictures_follow_the_projection() -> None:
    """ros-perception/image_pipeline#1035: image_rect comes with the raw picture's calibration."""
    told = replace(GOOD, coefficients=BENT["plumb_bob"], projection=PROJECTION)
    lens = Lens(told, 640, 480, rectified=True)
    assert lens.is_straight and lens.intrinsics[0, 0] == 550
    assert Lens(told, 640, 480).intrinsics[0, 2] == 330
    untold = replace(told, projection=(0.0,) * 12)
    assert Lens(untold, 640, 480, rectified=True).intrinsics[0, 0] == 600


def test_a_projection_alone_will_do() -> None:
    """luxonis/depthai-ros#598: K of zeros beside a good P, no distortion."""
    told = replace(GOOD, matrix=(0.0,) * 9, projection=PROJECTION)
    assert Lens(told, 640, 480).intrinsics[1, 1] == 552
    with pytest.raises(PerceptionError, match="calibrated camera"):
        Lens(replace(told, coefficients=BENT["plumb_bob"]), 640, 480)


def test_the_right_camera_of_a_pair_is_refused() -> None:
    told = replace(GOOD, projection=(*PROJECTION[:3], -66.0, *PROJECTION[4:]))
    with pytest.raises(PerceptionError, match="right one of a stereo pair"):
        Lens(told, 640, 480, rectified=True)
