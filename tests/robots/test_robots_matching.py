"""Whether a folder speaks of the arm that is there: by names, by places, by its description."""

from __future__ import annotations

import pytest
from lab.arms import PANDA, UR5E

from llmagentos.robots.matching import (
    Heard,
    names_mismatch,
    positions_mismatch,
    urdf_mismatch,
)


def test_an_arm_is_itself() -> None:
    for spec in (PANDA, UR5E):
        heard = Heard()
        heard.take([*spec.joint_names, *spec.finger_joint_names], [*spec.home_rad, 0.0, 0.0])
        assert heard.mismatch(spec) == []
        assert urdf_mismatch(spec, spec.urdf) == []


def test_another_arm_s_joints_are_told() -> None:
    heard = Heard()
    for _ in range(30):
        heard.take(UR5E.joint_names, UR5E.home_rad)
    (said,) = heard.mismatch(PANDA)
    assert said.startswith("expected joints panda_joint1, panda_joint2")
    assert said.endswith("of panda in the joint states, got shoulder_pan_joint, shoulder_lift_joint, "
                         "elbow_joint, wrist_1_joint, wrist_2_joint, wrist_3_joint")  # fmt: skip


def test_a_hand_s_or_wheels_own_broadcaster_is_no_other_arm() -> None:
    heard = Heard()
    for _ in range(30):
        heard.take(PANDA.finger_joint_names, (0.0, 0.0))
    assert heard.mismatch(PANDA) == [], "nothing but fingers so far"
    heard.take(["left_wheel"], [0.0])
    assert len(heard.mismatch(PANDA)) == 1
    heard = Heard()
    heard.take(["left_wheel"], [0.0])
    assert heard.mismatch(PANDA) == [], "too early to say"
    heard.take(PANDA.joint_names, PANDA.home_rad)
    assert heard.mismatch(PANDA) == []


def test_names_of_a_driver_that_calls_them_otherwise() -> None:
    own = [f"fr3_joint{i}" for i in range(1, 8)]
    heard = Heard()
    for _ in range(30):
        heard.take(own, PANDA.home_rad)
    assert heard.mismatch(PANDA, own) == []
    assert names_mismatch(PANDA, (), own[:6]) == ["expected 7 joint names for panda, got 6"]
    twice = [*own[:6], own[0]]
    assert names_mismatch(PANDA, (), twice) == [
        "expected every joint name once, got fr3_joint1 twice"
    ]


def test_an_arm_outside_of_its_range_is_another_one_until_it_has_fitted() -> None:
    off = (*PANDA.home_rad[:3], 1.0, *PANDA.home_rad[4:])
    (said,) = positions_mismatch(PANDA, off)
    assert said == "expected panda_joint4 within [-3.07, -0.07] rad as panda has it, got 1.00"
    assert positions_mismatch(PANDA, off[:5]) == ["expected 7 joint positions of panda, got 5"]
    heard = Heard()
    heard.take(PANDA.joint_names, off)
    assert len(heard.mismatch(PANDA)) == 1
    heard.take(PANDA.joint_names, PANDA.home_rad)
    assert heard.mismatch(PANDA) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name="elbow_joint"', 'name="elbow"', "expected joint elbow_joint of ur5e"),
        ('lower="-3.1416" upper="3.1416"', 'lower="-1" upper="1"',
         r"expected elbow_joint to turn within [-1.00, 1.00] rad as robot_description has it"),
        ('velocity="3.1416" effort="28"', 'velocity="1.0" effort="28"',
         "expected at most 1.00 rad/s for wrist_1_joint as robot_description has it, got 3.14"),
        ("<robot", "<sdf", "robot_description: expected a URDF"),
    ],
)  # fmt: skip
def test_a_description_with_less_in_it(old: str, new: str, said: str) -> None:
    assert old in UR5E.urdf
    assert said in urdf_mismatch(UR5E, UR5E.urdf.replace(old, new))[0]
