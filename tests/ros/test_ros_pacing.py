"""How fast simulated time passes; needs no ROS."""

from __future__ import annotations

import pytest
from llmagentos_ros.pacing import COMMAND_AGE_S, Pace

PERIOD = 1 / 60


class Clock:
    """Real time, moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_at_the_speed_that_is_asked_for(clock: Clock, speed: float) -> None:
    pace, passed = Pace(PERIOD, clock), 0
    for _ in range(600):
        clock.now += PERIOD
        passed += pace.due(speed, False)
    assert passed == pytest.approx(600 * speed, abs=2)


def test_what_was_missed_is_caught_up_in_small_steps(clock: Clock) -> None:
    pace = Pace(PERIOD, clock)
    clock.now += 4 * PERIOD  # a slow picture
    assert [pace.due(1.0, False) for _ in range(3)] == [2, 2, 0]
    clock.now += 3.0  # a frozen process: most of it is given up
    assert sum(pace.due(1.0, False) for _ in range(20)) == 6


def test_a_late_command_of_a_moving_arm_is_waited_for(clock: Clock) -> None:
    pace = Pace(PERIOD, clock)
    pace.command(5.0, 5.0, moving=True)
    assert not pace.waits(5.0 + 0.9 * COMMAND_AGE_S, 0.5)
    assert pace.waits(5.0 + 2 * COMMAND_AGE_S, 0.5)
    clock.now += 0.3
    assert pace.due(1.0, True) == 0 == pace.due(1.0, False)  # and not caught up afterwards
    pace.command(5.0 + 2 * COMMAND_AGE_S, 5.0 + 2 * COMMAND_AGE_S, moving=True)
    assert not pace.waits(5.0 + 2 * COMMAND_AGE_S, 0.5)


def test_a_stream_that_has_ended_is_given_up(clock: Clock) -> None:
    pace = Pace(PERIOD, clock)
    pace.command(5.0, 5.0, moving=True)
    clock.now += 0.6
    assert not pace.waits(6.0, 0.5)
    pace.command(6.0, 6.0, moving=False)  # at rest nothing more has to come
    assert not pace.waits(7.0, 0.5)


def test_late_commands_are_counted(clock: Clock) -> None:
    pace = Pace(PERIOD, clock)
    for lag in (0.0, 0.05, 0.2):
        pace.command(5.0, 5.0 + lag, moving=True)
    assert pace.late == 1
