"""Core values to messages and back, pictures included."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest
from lab.arms import PANDA
from llmagentos_ros import convert
from llmagentos_ros.images import (
    calibration_from_info,
    color_from_msg,
    depth_from_msg,
    image_to_msg,
    info_to_msg,
)
from sensor_msgs.msg import JointState

from llmagentos.errors import DriverError, PerceptionError, PlanError
from llmagentos.lang import codec as compact
from llmagentos.perception.lens import Lens
from llmagentos.ports.modules import PlanResult
from llmagentos.types import BaseState, MapPose, NamedPlace, RobotState, Scene, SceneObject

STAMP = convert.to_time(12.25)
BOWL = SceneObject("blue_bowl_1", "bowl", "blue", 0.12, 0.05, (0.6, 0.0, 0.025), last_seen_s=12.25)
BLOCK = SceneObject(
    "red_block_1", "block", "red", 0.04, 0.04, (0.6, 0.01, 0.03), 0.3, "blue_bowl_1", True
)
CUP = SceneObject("cup_1", "cup", "white", 0.07, 0.08, (0.6, 0.11, 0.04))
DRILL = SceneObject(
    "blue_thing_1", "thing", "blue", 0.15, 0.06, (0.4, 0.2, 0.03), 1.2, extents_m=(0.15, 0.05, 0.06),
    outline_m=((0.075, 0.025), (-0.075, 0.025), (0.075, -0.025)),
)  # fmt: skip


def test_where_a_base_is_survives_the_trip() -> None:
    kitchen = NamedPlace("kitchen", MapPose(1.0, 2.0, -2.5), "room", "", ("the cooking place",))
    for person in (None, MapPose(0.5, 0.5, 3.0)):
        base = BaseState(MapPose(3.0, -1.0, 3.1), (kitchen,), "hall", True, person, has_arm=False)
        back = convert.scene_from_msg(convert.scene_to_msg(Scene(base=base), "base_link")).base
        assert back is not None and back.places[0].pose.yaw_rad == pytest.approx(-2.5)
        assert back.pose.yaw_rad == pytest.approx(3.1) and back.pose.x_m == 3.0
        assert (back.room, back.moving, back.has_arm) == ("hall", True, False)
        assert (back.person is None) == (person is None)
        place = back.places[0]
        assert (place.name, place.kind, place.words) == ("kitchen", "room", kitchen.words)
    assert convert.scene_from_msg(convert.scene_to_msg(Scene(), "base_link")).base is None


def test_a_scene_survives_the_trip() -> None:
    scene = Scene((BOWL, BLOCK, CUP, DRILL), 12.25, left_out=3)
    msg = convert.scene_to_msg(scene, "panda_link0")
    assert convert.scene_from_msg(msg) == scene
    said = {(r.subject, r.relation, r.object) for r in msg.relations}
    assert ("red_block_1", "in", "blue_bowl_1") in said
    assert ("cup_1", "left_of", "blue_bowl_1") in said
    assert ("blue_bowl_1", "right_of", "cup_1") in said


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 0.999999999, 1234567890.123])
def test_stamps(seconds: float) -> None:
    assert convert.to_seconds(convert.to_time(seconds)) == pytest.approx(seconds, abs=1e-6)


def test_a_plan_survives_the_trip() -> None:
    plan = compact.parse("put [ the red block ] in [ the blue bowl ]")
    result = PlanResult(plan, "put ...", 0.05, 12, 9, {"backend": "onnx"}, 0.9)
    assert convert.plan_from_msg(convert.plan_to_msg(result, "put", 1.0)) == result
    sure = convert.trusted(plan, convert.plan_to_msg(result, "put", 1.0))
    assert sure.understanding is not None and sure.understanding.confidence == 0.9
    untold = PlanResult(plan, confidence=0.0)
    assert convert.trusted(plan, convert.plan_to_msg(untold, "put", 1.0)).confidence == 1.0
    for bad in ("", "{}", '{"steps": [{"op": "fly"}]}', "[" * 3000):
        with pytest.raises(PlanError, match="expected a plan as JSON"):
            convert.plan_from_json(bad)


def test_joint_states_in_any_order_and_in_parts() -> None:
    state = RobotState(tuple(0.1 * i for i in range(7)), (0.0,) * 7, 0.08, 3.0, 5.0)
    msg = convert.joint_state_to_msg(state, PANDA, "panda_link0")
    assert convert.JointStateReader(PANDA).read(msg) == state
    order = list(reversed(range(9)))
    shuffled = JointState(header=msg.header)
    for field in ("name", "position", "velocity", "effort"):
        setattr(shuffled, field, [getattr(msg, field)[i] for i in order])
    assert convert.JointStateReader(PANDA).read(shuffled) == state
    hand, arm = JointState(header=msg.header), JointState(header=msg.header)
    hand.name, hand.position = list(msg.name[7:]), [0.04, 0.04]
    arm.name, arm.position = list(msg.name[:7]), list(msg.position[:7])
    reader = convert.JointStateReader(PANDA)
    assert reader.read(arm) is None  # no fingers yet
    assert reader.read(hand) is None  # not an arm's message
    read = reader.read(arm)
    assert read is not None and read.gripper_width_m == pytest.approx(0.08)


def test_bad_joint_states_are_refused() -> None:
    good = convert.joint_state_to_msg(
        RobotState((0.0,) * 7, (0.0,) * 7, 0.08, 3.0), PANDA, "panda_link0"
    )
    good.position[2] = math.nan
    with pytest.raises(DriverError, match="finite"):
        convert.JointStateReader(PANDA).read(good)
    short = JointState(name=list(PANDA.joint_names), position=[0.0])
    with pytest.raises(DriverError, match="7 joint positions, got 1"):
        convert.JointStateReader(PANDA).read(short)


def test_poses_survive_quaternions() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        q = rng.normal(size=4)
        pose = convert.pose_matrix(rng.normal(size=3), q / np.linalg.norm(q))
        msg = convert.matrix_to_transform(pose, "base", "camera", 1.0)
        assert np.allclose(convert.transform_to_matrix(msg), pose, atol=1e-12)
    with pytest.raises(DriverError, match="unit quaternion"):
        convert.pose_matrix((0, 0, 0), (0, 0, 0, 0))


def test_pictures_survive_bit_for_bit() -> None:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    depth = rng.random((48, 64)).astype(np.float32)
    assert np.array_equal(color_from_msg(image_to_msg(rgb, "rgb8", STAMP, "c")), rgb)
    assert np.array_equal(depth_from_msg(image_to_msg(depth, "32FC1", STAMP, "c")), depth)
    bgr = image_to_msg(rgb[:, :, ::-1], "bgr8", STAMP, "c")
    assert np.array_equal(color_from_msg(bgr), rgb)


def test_depth_in_millimetres_and_padded_rows() -> None:
    msg = image_to_msg(np.zeros((2, 2), np.float32), "32FC1", STAMP, "c")
    msg.encoding, msg.step = "16UC1", 6  # two values and two bytes of padding a row
    rows = np.array([[1000, 0, 7], [250, 65535, 7]], dtype="<u2")
    msg.data = array("B", rows.tobytes())
    assert np.allclose(depth_from_msg(msg), [[1.0, 0.0], [0.25, 0.0]])  # 65535 is unknown


def test_pictures_that_cannot_be() -> None:
    msg = image_to_msg(np.zeros((4, 4, 3), np.uint8), "rgb8", STAMP, "c")
    msg.data = msg.data[:-1]
    with pytest.raises(PerceptionError, match="bytes"):
        color_from_msg(msg)
    msg.encoding = "yuv422"
    with pytest.raises(PerceptionError, match="yuv422"):
        color_from_msg(msg)


def test_a_calibration_survives_the_trip() -> None:
    matrix = np.array([[880.0, 0, 319.5], [0, 881.0, 239.5], [0, 0, 1]])
    told = calibration_from_info(info_to_msg(matrix, 640, 480, STAMP, "c"))
    lens = Lens(told, 640, 480)
    assert np.array_equal(lens.intrinsics, matrix) and lens.is_straight
    assert np.array_equal(Lens(told, 640, 480, rectified=True).intrinsics, matrix)
    info = info_to_msg(matrix, 640, 480, STAMP, "c")
    info.distortion_model, info.d = "equidistant", [0.1, 0.0, 0.0, 0.0]
    info.binning_x, info.roi.width, info.roi.x_offset = 2, 400, 7
    told = calibration_from_info(info)
    assert (told.distortion, told.coefficients) == ("equidistant", (0.1, 0.0, 0.0, 0.0))
    assert (told.binning, told.roi) == ((2, 0), (7, 0, 400, 0))
