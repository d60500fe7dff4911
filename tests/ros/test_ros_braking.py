"""The way to rest at the end of every trajectory message; needs no ROS."""

from __future__ import annotations

import itertools

import pytest
from lab.arms import PANDA
from llmagentos_ros.braking import (
    GATHER_S,
    REST_RADPS,
    braking_points,
    gathered_s,
    return_points,
)
from llmagentos_ros.stream import PointStream

HOME, STEP = PANDA.home_rad, 1 / 30


def test_at_rest_there_is_nothing_to_brake() -> None:
    assert braking_points(HOME, (0.9 * REST_RADPS,) * 7, PANDA, STEP) == []


@pytest.mark.parametrize("speed", [0.06, 0.5, 2.1, 50.0])
def test_within_the_acceleration_limits_to_rest(speed: float) -> None:
    velocity = (speed, -speed / 2, 0.0, speed / 3, 0.0, 0.0, -speed)
    points = [(0.0, HOME), *braking_points(HOME, velocity, PANDA, STEP)]
    loaded = zip(PANDA.max_acceleration_radps2, PANDA.load_acceleration, strict=True)
    for joint, bound in enumerate(a * share for a, share in loaded):
        rates = [(b[1][joint] - a[1][joint]) / (b[0] - a[0]) for a, b in itertools.pairwise(points)]
        assert all(abs(b) <= abs(a) + 1e-9 for a, b in itertools.pairwise(rates))
        assert abs(rates[-1]) <= bound * STEP
        middles = [(a[0] + b[0]) / 2 for a, b in itertools.pairwise(points)]
        for (t0, v0), (t1, v1) in itertools.pairwise(zip(middles, rates, strict=True)):
            assert abs(v0 - v1) <= bound * (t1 - t0) + 1e-9


def test_the_range_of_the_joints_is_kept() -> None:
    near_the_end = (PANDA.upper_rad[0] - 0.01, *HOME[1:])
    points = braking_points(near_the_end, (2.0, *[0.0] * 6), PANDA, STEP)
    assert points and max(q[0] for _, q in points) == PANDA.upper_rad[0]


def test_the_way_back_goes_from_rest_to_rest_within_the_limits() -> None:
    goal = (HOME[0] + 0.2, *HOME[1:6], HOME[6] - 0.3)
    points = [(0.0, HOME), *return_points(HOME, goal, PANDA, STEP)]
    assert points[-1][1] == pytest.approx(goal)
    for joint, bound in enumerate(PANDA.max_acceleration_radps2):
        rates = [(b[1][joint] - a[1][joint]) / STEP for a, b in itertools.pairwise(points)]
        changes = [b - a for a, b in itertools.pairwise([0.0, *rates, 0.0])]
        assert max(map(abs, changes)) <= bound * STEP


def test_no_way_back_is_still_a_step() -> None:
    assert return_points(HOME, HOME, PANDA, STEP) == [(STEP, pytest.approx(HOME))]


def test_speed_is_gathered_evenly_up_to_the_paths_own() -> None:
    path_s = [k / 600 for k in range(600)]
    times = [gathered_s(s) for s in path_s]
    speeds = [(1 / 600) / (b - a) for a, b in itertools.pairwise(times)]
    assert speeds[0] < 0.1
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(speeds))
    assert speeds[-1] == pytest.approx(1.0) and max(speeds) < 1.0 + 1e-9
    reached = next(t for t, v in zip(times[1:], speeds, strict=True) if v > 0.99)
    assert reached == pytest.approx(GATHER_S, abs=0.02)


def test_a_stop_leaves_the_path_and_brakes_within_the_limits() -> None:
    period = 1 / 60
    stream = PointStream(PANDA, period, 0.1)
    for k in range(30):  # the first joint at 0.6 rad/s
        stream.add(k * period, (HOME[0] + 0.01 * k, *HOME[1:]))
    at_s = 29 * period + 0.02
    assert stream.last is not None and stream.last[0] > at_s + 0.05
    points = stream.brake_from(at_s)
    assert points[0][0] == at_s and points[0][1][0] < HOME[0] + 0.29
    rates = [(b[1][0] - a[1][0]) / (b[0] - a[0]) for a, b in itertools.pairwise(points)]
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(rates))
    assert points[-1][0] - at_s == pytest.approx(0.6 / PANDA.max_acceleration_radps2[0], abs=period)
    assert stream.last is None and stream.brake_from(at_s) == []
