"""What real cameras and drivers send: used rightly, or named in diagnostics.

Every input is spoilt as a test says, sent over DDS to the perception node, and then sent well again.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from cameras import (
    FRAME,
    HEIGHT,
    INTRINSICS,
    WIDTH,
    Bench,
    Sent,
    Spoil,
    pictures,
    quarters,
    undistort_points,
    used,
)
from diagnostic_msgs.msg import DiagnosticStatus
from harness import next_domain
from llmagentos_ros.convert import to_seconds, to_time
from llmagentos_ros.images import image_to_msg, info_to_msg

from llmagentos.safety.ages import STOOD_S

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(next_domain()) as made:
        yield made


def named(bench: Bench, words: str, spoil: Spoil) -> None:
    """Spoilt moments are named with an error and not looked at; good ones are used at once."""

    def looks() -> int:
        return int(bench.node.health()[2]["looks"])

    def told() -> bool:
        level, said, _ = bench.node.health()
        return level == DiagnosticStatus.ERROR and words in said

    bench.until(told, spoil)
    before = looks()
    for _ in range(2):
        bench.send(spoil)
    assert told() and looks() == before
    bench.until(lambda: looks() > before)
    assert bench.node.health()[:2] == (DiagnosticStatus.OK, "active")


# --- the lens -----------------------------------------------------------------------------------


def larger(sent: Sent) -> None:
    """A calibration for 1280x720, as the driver's profile had it; the pictures are 4:3."""
    intrinsics = np.array([[1323.0, 0, 639.5], [0, 1323.0, 359.5], [0, 0, 1]])
    sent.info = info_to_msg(intrinsics, 1280, 720, sent.info.header.stamp, FRAME)


def set_info(**fields: Any) -> Spoil:
    def spoil(sent: Sent) -> None:
        for name, value in fields.items():
            setattr(sent.info, name, value)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (larger, "got 640x480 with a calibration for 1280x720"),
        (set_info(k=[math.nan, *INTRINSICS.ravel()[1:]]), "finite camera matrix"),
        (set_info(k=[0.0] * 9, p=[0.0] * 12), "expected a calibrated camera"),
        (set_info(width=0, height=0), "with a size, got 0x0"),
        (set_info(d=[0.1, 0.2], distortion_model="ftheta"), "got 'ftheta'"),
        (set_info(d=[math.nan] * 5), "finite distortion coefficients"),
        (set_info(binning_x=3, binning_y=3, width=1920, height=1440), "optical centre near"),
    ],
    ids=["size", "nan", "zeros", "no size", "model", "nan distortion", "binning"],
)
def test_a_lens_that_cannot_be_is_named(bench: Bench, spoil: Spoil, words: str) -> None:
    named(bench, words, spoil)


def twice_as_large(sent: Sent) -> None:
    intrinsics = INTRINSICS * 2
    intrinsics[:2, 2] = (WIDTH - 0.5, HEIGHT - 0.5)
    intrinsics[2, 2] = 1
    sent.info = info_to_msg(intrinsics, 2 * WIDTH, 2 * HEIGHT, sent.info.header.stamp, FRAME)


def binned(sent: Sent) -> None:
    twice_as_large(sent)
    sent.info.binning_x = sent.info.binning_y = 2


def cut(sent: Sent) -> None:
    """The pictures are the part of a larger one that begins at (40, 30)."""
    k = INTRINSICS.copy()
    k[:2, 2] += (40, 30)
    sent.info = info_to_msg(k, WIDTH + 60, HEIGHT + 50, sent.info.header.stamp, FRAME)
    sent.info.roi.x_offset, sent.info.roi.y_offset = 40, 30
    sent.info.roi.width, sent.info.roi.height = WIDTH, HEIGHT


def bend(model: str, coefficients: list[float]) -> Spoil:
    """The same view through a bent lens."""
    pixels = np.stack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), -1).reshape(-1, 2)
    if model == "equidistant":
        found = cv2.fisheye.undistortPoints(
            pixels[:, None].astype(np.float64), INTRINSICS, np.array(coefficients), P=INTRINSICS
        ).reshape(-1, 2)
    else:
        found = undistort_points(pixels.astype(np.float64), coefficients)
    where = found.reshape(HEIGHT, WIDTH, 2).astype(np.float32)
    off_m = np.hypot(*(where[167, 188] - (188, 167))) * 1.21 / INTRINSICS[0, 0]
    assert off_m > 0.008  # so far off is the block where nobody straightens
    rgb, depth = pictures()
    bent = [
        cv2.remap(p, where, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        for p in (rgb, depth)
    ]

    def spoil(sent: Sent) -> None:
        stamp = sent.color.header.stamp
        sent.color = image_to_msg(bent[0], "rgb8", stamp, FRAME)
        sent.depth = image_to_msg(bent[1], "32FC1", stamp, FRAME)
        sent.info.distortion_model, sent.info.d = model, coefficients

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        twice_as_large,
        binned,
        cut,
        bend("plumb_bob", [-1.5, 3.0, 0.002, -0.003, 0.0]),
        bend("rational_polynomial", [-0.3, -0.4, 0.001, 0.0, 0.1, 1.2, -0.5, 0.1]),
        bend("equidistant", [-1.2, 1.0, 0.0, 0.0]),
    ],
    ids=["scaled", "binned", "cut", "plumb_bob", "rational_polynomial", "equidistant"],
)
def test_a_lens_that_can_be_is_adapted_to(bench: Bench, spoil: Spoil) -> None:
    used(bench, spoil)


def test_a_calibration_that_comes_late_or_changes_is_followed(bench: Bench) -> None:
    used(bench, twice_as_large)
    used(bench, lambda sent: None)


# --- pictures -----------------------------------------------------------------------------------


def millimetres(sent: Sent) -> None:
    stamp = sent.depth.header.stamp
    sent.depth = image_to_msg(pictures()[1] * 1000, "32FC1", stamp, FRAME)


def as_integers(encoding: str, kind: str, unknown: int, big: bool = False) -> Spoil:
    def spoil(sent: Sent) -> None:
        depth = np.round(pictures()[1] * 1000)
        depth[:40] = unknown
        sent.depth.encoding, sent.depth.step = encoding, WIDTH * 2
        sent.depth.data = array("B", depth.astype(kind).tobytes())
        sent.depth.is_bigendian = int(big)

    return spoil


def odd_depths(sent: Sent) -> None:
    depth = pictures()[1]
    for row, value in enumerate((-1.0, np.nan, np.inf, -np.inf, 65.535)):
        depth[8 * row : 8 * row + 8] = value
    sent.depth = image_to_msg(depth, "32FC1", sent.depth.header.stamp, FRAME)


def with_alpha(encoding: str) -> Spoil:
    def spoil(sent: Sent) -> None:
        rgb = pictures()[0]
        rgb = rgb if encoding.startswith("rgb") else rgb[:, :, ::-1]
        four = np.dstack([rgb, np.zeros((HEIGHT, WIDTH), np.uint8)])
        sent.color = image_to_msg(four, encoding, sent.color.header.stamp, FRAME)

    return spoil


def padded(sent: Sent) -> None:
    rows = np.zeros((HEIGHT, WIDTH * 3 + 16), np.uint8)
    rows[:, : WIDTH * 3] = pictures()[0].reshape(HEIGHT, -1)
    sent.color.step, sent.color.data = rows.shape[1], array("B", rows.tobytes())


@pytest.mark.parametrize(
    "spoil",
    [
        as_integers("16UC1", "<u2", 65535),
        as_integers("16UC1", ">u2", 65535, big=True),
        as_integers("mono16", "<u2", 65535),
        as_integers("16SC1", "<i2", -1),  # innate-inc/innate-os#536
        odd_depths,
        with_alpha("rgba8"),
        with_alpha("bgra8"),
        padded,
    ],
    ids=["16UC1", "big endian", "mono16", "16SC1", "odd floats", "rgba8", "bgra8", "padded"],
)
def test_pictures_in_other_forms(bench: Bench, spoil: Spoil) -> None:
    used(bench, spoil)


def set_color(**fields: Any) -> Spoil:
    def spoil(sent: Sent) -> None:
        for name, value in fields.items():
            setattr(sent.color, name, value)

    return spoil


def small_depth(sent: Sent) -> None:
    depth = np.ascontiguousarray(pictures()[1][::2, ::2])
    sent.depth = image_to_msg(depth, "32FC1", sent.depth.header.stamp, FRAME)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (millimetres, "is it in millimetres, not metres"),
        (small_depth, "depth aligned to colour, 640x480 pixels, got 320x240"),
        (set_color(encoding="8UC3"), "'8UC3', which does not say if red comes first"),
        (set_color(encoding="mono8"), "got 'mono8'"),
        (set_color(data=array("B")), "got step 1920 and 0 bytes"),
        (set_color(height=0), "expected a picture, got 640x0"),
        # srv/avt_vimba_camera#6: some rows are missing, the step follows from what is left
        (set_color(step=1917), "rows of at least 1920 bytes, got step 1917"),
        (set_color(step=0), "got step 0"),
    ],
    ids=["millimetres", "small", "8UC3", "mono8", "empty", "flat", "short", "no step"],
)
def test_pictures_that_cannot_be_are_named(bench: Bench, spoil: Spoil, words: str) -> None:
    named(bench, words, spoil)


@pytest.mark.parametrize(
    ("part", "words"),
    [("depth", "depth of camera_depth_optical_frame"), ("info", "camera_info of camera_depth")],
)
def test_frames_that_differ_are_doubted(bench: Bench, part: str, words: str) -> None:
    """Depth that nobody has aligned, or the calibration of the other camera."""

    def other(sent: Sent) -> None:
        getattr(sent, part).header.frame_id = "camera_depth_optical_frame"

    assert words in used(bench, other, level=DiagnosticStatus.WARN)


def test_a_depth_unit_of_its_own(bench: Bench) -> None:
    named(bench, "is it in units of 0.25 mm, not 1 mm", quarters)


# --- stamps -------------------------------------------------------------------------------------


def shift(seconds: float) -> Spoil:
    return lambda sent: sent.stamp(to_seconds(sent.color.header.stamp) + seconds)


def apart(sent: Sent) -> None:
    sent.depth.header.stamp = to_time(to_seconds(sent.color.header.stamp) + 0.04)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda sent: sent.stamp(0.0), "with stamps, got 0"),
        (shift(3600.0), "3600.0 s ahead"),
        (shift(-3600.0), "3600.0 s behind"),
        (shift(-1.0), "s old (picture_max_age_s 0.5 s)"),
        (apart, "expected colour and depth stamped within 0.020 s of each other"),
    ],
    ids=["zero", "ahead", "behind", "late", "apart"],
)
def test_stamps_that_cannot_be_are_named(bench: Bench, spoil: Spoil, words: str) -> None:
    named(bench, words, spoil)


def test_pictures_that_waited_for_a_slow_look_are_used_and_late_ones_are_not(bench: Bench) -> None:
    """However slow looks are: pictures that are always 1 s late show the table as it was."""
    node = bench.node
    bench.until(lambda: node.health()[2]["looks"] > 0)
    before = node._look_s
    try:
        node._look_s = 0.2
        assert not node._late("pictures", 10.0, 10.65)
        assert "0.8 s old" in node._late("pictures", 10.0, 10.75)
        node._look_s = 60.0
        assert not node._late("pictures", 10.0, 10.74)
        assert "1.0 s old" in node._late("pictures", 10.0, 11.0)
    finally:
        node._look_s = before


def stands(part: str) -> Spoil:
    """A driver that sends its last message again and again."""
    first: list[Any] = []

    def spoil(sent: Sent) -> None:
        first.append(sent.color.header.stamp)
        getattr(sent, part).header.stamp = first[0]

    return spoil


@pytest.mark.parametrize(
    "part", ["color", pytest.param("depth", marks=pytest.mark.one_distribution), "joints"]
)
def test_an_old_message_again_and_again_is_named(bench: Bench, part: str) -> None:
    began = bench.now_s
    told = {"color": "colour pictures", "depth": "depth pictures", "joints": "joint states"}[part]
    words = f"{told} with stamps that go on"
    bench.until(lambda: words in bench.node.health()[1], stands(part))
    assert bench.node.health()[0] == DiagnosticStatus.ERROR
    assert bench.now_s - began > STOOD_S  # not for what a driver sends twice
    bench.until(lambda: bench.node.health()[0] == DiagnosticStatus.OK)


def test_a_clock_that_jumps_to_and_fro_costs_the_pictures_that_jumped(bench: Bench) -> None:
    """luxonis/depthai-ros#53: by five seconds, now and then."""
    calls: list[int] = []

    def jumps(sent: Sent) -> None:
        calls.append(1)
        if len(calls) % 3 == 0:
            shift(5.0)(sent)

    before = bench.node.health()[2]
    bench.until(lambda: bench.node.health()[2]["looks"] >= before["looks"] + 4, jumps)
    assert bench.node.health()[2]["refused_pictures"] > before["refused_pictures"]


def test_a_query_never_calls_a_scene_of_the_future_fresh(bench: Bench) -> None:
    bench.until(lambda: bench.query().success)
    assert bench.node._latest is not None
    bench.node._latest.header.stamp = to_time(bench.now_s + 3600)  # the clock was set back
    answer = bench.query()
    assert not answer.success and "ahead of this node's clock" in answer.message
    bench.until(lambda: bench.query().success)


# --- joint states -------------------------------------------------------------------------------


def set_joints(**fields: Any) -> Spoil:
    def spoil(sent: Sent) -> None:
        for name, value in fields.items():
            setattr(sent.joints, name, value(getattr(sent.joints, name)))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (set_joints(name=lambda n: [*n[:8], n[0]]), "every joint once, got panda_joint1 twice"),
        (set_joints(position=lambda p: [1e308, *p[1:]]), "panda_joint1 in radians"),
        (set_joints(position=lambda p: [*p[:7], 1e308, 1e308]), "finger joints for an opening"),
        (set_joints(position=lambda p: [math.nan, *p[1:]]), "finite joint positions"),
        (set_joints(position=lambda p: [*map(math.degrees, p)]), "is it in degrees"),
    ],
    ids=["twice", "huge", "infinite width", "nan", "degrees"],
)
def test_joint_states_that_cannot_be_are_named(bench: Bench, spoil: Spoil, words: str) -> None:
    bench.until(lambda: words in bench.node.health()[1], spoil)
    assert bench.node.health()[0] == DiagnosticStatus.ERROR
    bench.until(lambda: bench.node.health()[0] == DiagnosticStatus.OK)


def test_a_driver_without_velocities_is_a_driver(bench: Bench) -> None:
    used(bench, set_joints(velocity=lambda v: [math.nan] * len(v)))
    used(bench, set_joints(velocity=lambda v: [], effort=lambda e: [math.nan] * len(e)))
