"""A clock that is set back is noticed by whoever reads it; needs no ROS."""

from __future__ import annotations

import pytest
from llmagentos_ros.clock_watch import ClockWatch


@pytest.mark.parametrize("back_to", [0.0, 42.0, 98.5])
def test_a_clock_that_was_set_back_is_told(back_to: float) -> None:
    now = [100.0]
    watch = ClockWatch(lambda: now[0])
    went_back = watch.watch()
    now[0] = 100.5
    assert went_back() == ""
    now[0] = back_to
    assert went_back() == f"the clock went back by {100.5 - back_to:.1f} s"
    assert watch.before_s == 100.5
    # It stays true of what began before, and says nothing of what begins now.
    now[0] = 200.0
    assert went_back() and watch.watch()() == ""


def test_a_jump_forward_and_a_small_correction_are_none() -> None:
    now = [100.0]
    watch = ClockWatch(lambda: now[0])
    went_back = watch.watch()
    for reading in (500.0, 499.5, 9000.0, 8999.1):
        now[0] = reading
        assert went_back() == ""


def test_the_beginning_of_simulated_time_is_no_jump() -> None:
    """Until /clock is heard a node's clock says zero."""
    now = [0.0]
    watch = ClockWatch(lambda: now[0])
    went_back = watch.watch()
    now[0] = 1e6
    assert went_back() == ""
