"""The contact watch to the letter: what each figure and each case of it decides."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from llmagentos.safety.contact import Commanded, ContactLimits, ContactWatch
from llmagentos.types import RobotState

LIMITS = ContactLimits(10.0, 20.0, 0.125)
ZERO = (0.0,) * 7
#: Settling after a contact: the rest of the old motion.
PERIODS = 15


def _straight(positions: Sequence[float]) -> NDArray[np.float64]:
    """An arm whose first three joints move the tool along x, y and z, one metre a radian."""
    return np.eye(3, len(positions))


def _felt(*force: float, positions: Sequence[float] = ZERO) -> RobotState:
    return RobotState(
        tuple(positions), (0.1,) * 7, 0.08, 0.0, 0.0, (*force, *(0.0,) * (7 - len(force)))
    )


def _moving(*rates: float, effort: float = 0.0) -> Commanded:
    return Commanded(ZERO, (*rates, *(0.0,) * (7 - len(rates))), effort)


def _judged(
    watch: ContactWatch, state: RobotState, sent: Commanded | None, times: int
) -> list[bool]:
    return [bool(watch.judge(state, sent)) for _ in range(times)]


def test_one_moving_joint_is_enough() -> None:
    watch = ContactWatch(LIMITS, _straight)
    assert _judged(watch, _felt(-12.0), _moving(0.1), 2) == [False, True]


@pytest.mark.parametrize("lag_rad, at_once", [(0.1875, False), (0.1876, True)])
def test_half_as_much_again_as_the_bound_is_no_noise(lag_rad: float, at_once: bool) -> None:
    watch = ContactWatch(LIMITS)
    late = RobotState((lag_rad, *ZERO[1:]), (0.1,) * 7, 0.08, 0.0)
    assert _judged(watch, late, _moving(0.1), 2)[0] is at_once


def test_after_a_contact_it_takes_two_periods_again() -> None:
    watch = ContactWatch(LIMITS, _straight)
    against = _felt(-12.0), _moving(0.1)
    assert _judged(watch, *against, 2) == [False, True]
    assert not any(_judged(watch, *against, PERIODS))
    assert _judged(watch, *against, 2) == [False, True]


@pytest.mark.parametrize("newtons, known", [(5.5, False), (10.0, False), (10.1, True)])
def test_from_the_bound_on_what_presses_at_rest_is_known(newtons: float, known: bool) -> None:
    watch = ContactWatch(LIMITS, _straight)
    watch.judge(_felt(newtons), None)
    yields = _felt(14.0), _moving(0.1)
    assert any(_judged(watch, *yields, 2)) is not known


@pytest.mark.parametrize("joint", range(7))
def test_one_torque_that_is_no_number_stops_the_arm(joint: int) -> None:
    torques = tuple(math.nan if i == joint else 0.0 for i in range(7))
    broken = RobotState(ZERO, (0.1,) * 7, 0.08, 0.0, 0.0, torques)
    watch = ContactWatch(LIMITS, _straight)
    assert "finite torques" in watch.judge(broken, _moving(0.1))
    # It never counts as motion that yields.
    assert not any(_judged(watch, broken, _moving(0.1), PERIODS))
    assert watch.judge(broken, _moving(0.1))


def test_a_lag_that_stays_is_told_again_once_the_old_motion_is_over() -> None:
    watch = ContactWatch(LIMITS)
    late = RobotState((0.2, *ZERO[1:]), (0.1,) * 7, 0.08, 0.0)
    assert watch.judge(late, _moving(0.1))
    assert not any(_judged(watch, late, _moving(0.1), PERIODS))
    assert watch.judge(late, _moving(0.1))


@pytest.mark.parametrize(
    "rates, yields", [((0.0, 0.1), True), ((0.001,), True), ((-0.001,), False)]
)
def test_motion_across_a_force_yields_to_it_and_so_does_slow_motion_along_it(
    rates: tuple[float, ...], yields: bool
) -> None:
    watch = ContactWatch(LIMITS, _straight)
    assert _judged(watch, _felt(12.0), _moving(-0.1), 2) == [False, True]
    found = _judged(watch, _felt(12.0), _moving(*rates), PERIODS + 3)
    assert any(found) is not yields
