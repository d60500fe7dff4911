"""What drivers call joint states, and what becomes of it."""

from __future__ import annotations

import math

import pytest
from lab.arms import PANDA

from llmagentos.errors import DriverError
from llmagentos.robots.joint_states import JointReadings
from llmagentos.types import RobotState

ARM, FINGERS = PANDA.joint_names, PANDA.finger_joint_names
NAMES = (*ARM, *FINGERS)
HOME = (*PANDA.home_rad, 0.04, 0.04)
NONE: tuple[float, ...] = ()


def take(
    readings: JointReadings,
    positions: tuple[float, ...] = HOME,
    velocities: tuple[float, ...] = NONE,
    stamp_s: float = 1.0,
    efforts: tuple[float, ...] = NONE,
) -> RobotState | None:
    return readings.take(NAMES, positions, velocities, efforts, stamp_s)


def turned(angle_rad: float) -> tuple[float, ...]:
    """At home, but for the first joint."""
    return (angle_rad, *HOME[1:])


@pytest.mark.parametrize("velocities", [NONE, (math.nan,) * 9, (0.0,) * 8 + (math.inf,)])
def test_a_driver_without_velocities_has_those_of_its_positions(velocities) -> None:  # type: ignore[no-untyped-def]
    readings = JointReadings(PANDA)
    for k in range(30):
        state = take(readings, turned(0.01 * k), velocities, 1.0 + 0.02 * k)
    assert state is not None and state.positions == turned(0.29)[:7]
    assert state.velocities == pytest.approx((0.5, 0, 0, 0, 0, 0, 0))
    assert state.gripper_width_m == pytest.approx(0.08)


def test_an_arm_that_was_seen_once_is_at_rest() -> None:
    state = take(JointReadings(PANDA), velocities=(math.nan,) * 9)
    assert state is not None and state.velocities == (0.0,) * 7


def test_unknown_efforts_are_none() -> None:
    """clearpathrobotics/clearpath_robot#222, moveit/moveit2_tutorials#767: efforts of NaN."""
    state = take(JointReadings(PANDA), efforts=(math.nan,) * 9)
    assert state is not None and state.gripper_effort_n == 0.0


@pytest.mark.parametrize(
    ("speed", "told"),
    [(0.4, 0.0), (0.0, 0.6), (0.4, math.degrees(0.4)), (0.0, 1e308)],
    ids=["zeros in motion", "the top speed at rest", "degrees per second", "huge"],
)
def test_velocities_that_contradict_the_positions_are_not_believed(
    speed: float, told: float
) -> None:
    """moveit/moveit2_tutorials#333 has zeros in motion, ros-drivers/flir_ptu#51 the top speed."""
    readings = JointReadings(PANDA)
    for k in range(30):
        state = take(readings, turned(speed * 0.02 * k), (told, *(0.0,) * 8), 1.0 + 0.02 * k)
    assert state is not None and state.velocities[0] == pytest.approx(speed)
    assert readings.contradictions == (ARM[0],)


def test_velocities_that_fit_are_taken_as_they_are() -> None:
    readings = JointReadings(PANDA)
    for k in range(60):
        at_s = 0.02 * k
        told = (0.6 * math.sin(2 * at_s), *(0.0,) * 8)
        state = take(readings, turned(0.3 * (1 - math.cos(2 * at_s))), told, 1.0 + at_s)
        assert state is not None and state.velocities[0] == told[0]
    assert readings.contradictions == ()


@pytest.mark.parametrize(
    ("names", "positions", "words"),
    [
        (NAMES, (math.nan, *HOME[1:]), "finite joint positions, got panda_joint1 nan"),
        (NAMES, (1e308, *HOME[1:]), "panda_joint1 in radians between .*, got 1e.308"),
        (NAMES, (*map(math.degrees, HOME[:7]), 0.04, 0.04), "got -63.*: is it in degrees"),
        (NAMES, (*HOME[:7], 1e308, 1e308), "opening of 0 to 0.080 m"),
        (NAMES, (*HOME[:7], 40.0, 40.0), "are they in another unit"),
        ((*NAMES, ARM[2]), (*HOME, 0.3), "every joint once, got panda_joint3 twice"),
        (NAMES, HOME[:8], "9 joint positions, got 8"),
        (NAMES, (), "9 joint positions, got 0"),
    ],
)
def test_what_cannot_be_is_named(names, positions, words) -> None:  # type: ignore[no-untyped-def]
    readings = JointReadings(PANDA)
    take(readings)
    with pytest.raises(DriverError, match=words):
        readings.take(names, positions, (), (), 1.01)
    again = take(readings, stamp_s=1.02)
    assert again is not None and again.positions == PANDA.home_rad


def test_joints_of_others_are_their_own_business() -> None:
    """Wheels have no positions (ros/robot_state_publisher#243) and count turns without end."""
    readings = JointReadings(PANDA)
    assert readings.take(("wheel", "wheel"), (), (3.0, 3.0), (), 1.0) is None
    names, positions = (*NAMES, "wheel", "wheel"), (*HOME, 1e6, math.nan)
    assert readings.take(names, positions, (), (), 1.0) is not None


def test_zeros_in_between_are_another_drivers() -> None:
    """automaticaddison/yahboom_rosmaster#4, UniversalRobots/Universal_Robots_ROS_Driver#302."""
    readings = JointReadings(PANDA)
    take(readings)
    for k in range(1, 20):
        with pytest.raises(DriverError, match="do two drivers send joint states"):
            take(readings, (*(0.0,) * 7, 0.04, 0.04), stamp_s=1.0 + 0.02 * k)
        state = take(readings, stamp_s=1.01 + 0.02 * k)
        assert state is not None and state.positions == PANDA.home_rad


def test_an_arm_that_was_put_elsewhere_is_believed_soon() -> None:
    readings = JointReadings(PANDA)
    take(readings)
    for k in (1, 2):
        with pytest.raises(DriverError, match="jump"):
            take(readings, turned(1.5), stamp_s=1.0 + 0.02 * k)
    state = take(readings, turned(1.5), stamp_s=1.06)
    assert state is not None and state.positions[0] == 1.5
    readings.forget()
    assert take(readings, turned(0.0), stamp_s=1.08) is not None


def test_what_is_missing_is_named() -> None:
    readings = JointReadings(PANDA)
    assert readings.take(ARM, HOME[:7], (), (), 1.0) is None
    assert readings.missing == FINGERS
    assert readings.take(FINGERS, HOME[7:], (), (), 1.0) is None
    assert readings.missing == () and readings.take(ARM, HOME[:7], (), (), 1.01) is not None


def test_a_message_that_was_overtaken_says_nothing() -> None:
    readings = JointReadings(PANDA)
    assert take(readings, turned(0.00), stamp_s=5.00) is not None
    assert take(readings, turned(0.02), stamp_s=5.02) is not None
    assert take(readings, turned(0.00), stamp_s=5.00) is None
    state = take(readings, turned(0.03), stamp_s=5.03)
    assert state is not None and state.positions[0] == 0.03


def test_joints_in_parts_are_late_part_by_part() -> None:
    """Two drivers' stamps need not rise together: only newer ones of the same joints count."""
    readings = JointReadings(PANDA)
    parts = ((NAMES[:4], HOME[:4], 0.0), (NAMES[4:], HOME[4:], -0.005))
    states = [
        readings.take(names, where, NONE, NONE, 5.0 + 0.02 * k + off_s)
        for k in range(3)
        for names, where, off_s in parts
    ]
    assert states[0] is None and all(state is not None for state in states[1:])


def test_after_a_clock_was_set_back_nothing_is_late() -> None:
    readings = JointReadings(PANDA)
    assert take(readings, stamp_s=500.0) is not None
    assert take(readings, stamp_s=3.0) is not None
    assert take(readings, stamp_s=2.9) is None
