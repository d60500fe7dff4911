"""The trajectory follower: exact on time, silent means stop, bad commands change nothing."""

from __future__ import annotations

import itertools
import math

import pytest
from lab.arms import PANDA
from llmagentos_ros.follower import Point, TrajectoryFollower

from llmagentos.errors import DriverError

HOME = PANDA.home_rad
STEP = 1 / 60


def shifted(delta: float) -> tuple[float, ...]:
    return (HOME[0] + delta, *HOME[1:])


def started() -> TrajectoryFollower:
    follower = TrajectoryFollower(HOME, PANDA)
    follower.sample(0.0)
    return follower


def test_holds_without_commands() -> None:
    follower = started()
    assert follower.sample(1.0) == HOME and not follower.moving


def test_interpolates_and_arrives() -> None:
    follower = started()
    follower.accept([Point(0.1, shifted(0.05)), Point(0.2, shifted(0.10))], 0.0)
    assert follower.sample(0.05)[0] == pytest.approx(HOME[0] + 0.025)
    assert follower.sample(0.15)[0] == pytest.approx(HOME[0] + 0.075)


def test_a_stream_of_windows_is_followed_exactly() -> None:
    follower, period, ahead = started(), STEP, 3 * STEP
    path = [0.05 * (1 - math.cos(2 * k * period)) for k in range(120)]
    for k in range(len(path)):
        now = k * period
        window = [
            Point((j + 1) * period + ahead, shifted(path[j])) for j in range(max(0, k - 3), k + 1)
        ]
        follower.accept(window, now)
        got = follower.sample(now + period)[0] - HOME[0]
        if k >= 4:
            assert got == pytest.approx(path[k - 3], abs=1e-6)


def test_silence_means_stop_at_the_last_point() -> None:
    follower = started()
    follower.accept([Point(0.1, shifted(0.1))], 0.0)
    positions = [follower.sample(k * STEP)[0] for k in range(1, 60)]
    assert positions[-1] == pytest.approx(HOME[0] + 0.1) == max(positions)
    assert not follower.moving


def test_a_clock_that_was_set_back_means_hold_until_the_next_points() -> None:
    follower = started()
    follower.sample(50.0)
    follower.accept([Point(50.5, shifted(0.1)), Point(51.0, shifted(0.2))], 50.0)
    held = follower.sample(50.25)
    assert HOME[0] < held[0] < shifted(0.1)[0]
    for now_s in (0.0, 0.5, 40.0):
        assert follower.sample(now_s) == held and not follower.moving
    follower.sample(50.0)
    follower.accept([Point(3.5, shifted(0.1))], 3.0)
    assert follower.sample(3.0) == held and follower.moving
    assert follower.sample(3.5) == pytest.approx(shifted(0.1))


def test_late_points_are_caught_up_at_the_joints_own_speed() -> None:
    follower = started()
    follower.accept([Point(-0.05, shifted(0.2)), Point(0.01, shifted(0.22))], 0.0)
    positions = [HOME[0], *(follower.sample(k * STEP)[0] for k in range(1, 30))]
    fastest = max((b - a) / STEP for a, b in itertools.pairwise(positions))
    assert fastest <= PANDA.max_velocity_radps[0] + 1e-9
    assert positions[-1] == pytest.approx(HOME[0] + 0.22)


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([Point(0.1, HOME[:6])], "7 joint positions, got 6"),
        ([Point(0.1, shifted(math.nan))], "finite"),
        ([Point(math.inf, HOME)], "finite"),
        ([Point(0.1, shifted(4.0))], "joint 1 in"),
        ([Point(0.2, HOME), Point(0.1, HOME)], "rising times"),
        ([Point(0.01, shifted(2.0))], "rad/s"),
        ([Point(0.1, HOME), Point(0.11, shifted(0.3))], "rad/s"),
        ([Point(-0.4, HOME)], "in the future"),
    ],
)
def test_bad_trajectories_change_nothing(points: list[Point], why: str) -> None:
    follower = started()
    with pytest.raises(DriverError, match=why):
        follower.accept(points, 0.0)
    assert follower.sample(1.0) == HOME
