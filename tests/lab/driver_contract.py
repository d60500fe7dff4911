"""What every RobotDriver promises, as checks that any of them can be put to."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from llmagentos.errors import DriverError, GateRejection
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec

#: Far enough to be seen, slow enough for every gate: the first joint's way in one period, rad.
_STEP_RAD = 2e-4
_PERIODS = 30

Check = Callable[[RobotDriver, ArmSpec], None]


def _stepped(spec: ArmSpec, start: tuple[float, ...], by: float) -> list[float]:
    way = 1.0 if start[0] < (spec.lower_rad[0] + spec.upper_rad[0]) / 2 + 0.1 else -1.0
    return [start[0] + way * by, *start[1:]]


def it_is_one_and_says_where_it_is(driver: RobotDriver, spec: ArmSpec) -> None:
    assert isinstance(driver, RobotDriver) and driver.control_period_s > 0
    state = driver.state()
    assert len(state.positions) == len(state.velocities) == len(spec.joint_names)
    assert all(map(math.isfinite, (*state.positions, *state.velocities)))
    assert -1e-3 <= state.gripper_width_m <= spec.max_opening_m + 1e-3


def connecting_again_changes_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    before = driver.state().positions
    driver.connect()
    driver.connect()
    assert driver.state().positions == pytest.approx(before, abs=1e-3)


def its_clock_goes_by_periods(driver: RobotDriver, spec: ArmSpec) -> None:
    before = driver.now_s
    for _ in range(_PERIODS):
        driver.send_joint_positions(driver.state().positions)
        driver.advance()
    passed = driver.now_s - before
    assert passed == pytest.approx(_PERIODS * driver.control_period_s, rel=0.1)


def what_it_returns_is_what_it_sends(driver: RobotDriver, spec: ArmSpec) -> None:
    start = driver.state().positions
    for i in range(1, _PERIODS + 1):
        wanted = _stepped(spec, start, _STEP_RAD * i * (i + 1) / 2)
        sent = driver.send_joint_positions(np.array(wanted))  # type: ignore[arg-type]
        assert isinstance(sent, tuple) and all(type(q) is float for q in sent)
        assert sent == pytest.approx(wanted)
        driver.advance()
    for _ in range(_PERIODS):
        driver.advance()
    reached = driver.state().positions
    assert abs(reached[0] - start[0]) > 0.8 * abs(sent[0] - start[0])


def beyond_its_range_it_clips_and_says_so_or_refuses(driver: RobotDriver, spec: ArmSpec) -> None:
    here = driver.state().positions
    try:
        sent = driver.send_joint_positions([*here[:-1], 100.0])
    except GateRejection:
        return
    assert sent == pytest.approx([*here[:-1], spec.upper_rad[-1]])
    driver.send_joint_positions(here)


def what_is_no_command_is_refused_and_moves_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    here = driver.state().positions
    for bad in (here[:-1], (*here, 0.0), (), (math.nan, *here[1:]), (math.inf, *here[1:])):
        with pytest.raises((DriverError, GateRejection)):
            driver.send_joint_positions(bad)
    for width, force in ((math.nan, 20.0), (0.02, math.inf)):
        with pytest.raises((DriverError, GateRejection)):
            driver.send_gripper(width, force)
    for _ in range(3):
        driver.advance()
    assert driver.state().positions == pytest.approx(here, abs=2e-3)


def it_holds_when_no_command_comes(driver: RobotDriver, spec: ArmSpec) -> None:
    here = driver.send_joint_positions(driver.state().positions)
    for _ in range(_PERIODS):
        driver.advance()
    assert driver.state().positions == pytest.approx(here, abs=5e-3)


def the_gripper_is_spoken_of_by_its_opening(driver: RobotDriver, spec: ArmSpec) -> None:
    assert driver.send_gripper(1.0) == spec.max_opening_m
    half = spec.max_opening_m / 2
    assert driver.send_gripper(half, 20.0) == half


def once_disconnected_it_takes_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    with driver as same:
        assert same is driver
        here = driver.state().positions
    driver.disconnect()  # once more, after the block did
    for call in (
        driver.state,
        lambda: driver.send_joint_positions(here),
        lambda: driver.send_gripper(0.02),
        driver.advance,
    ):
        with pytest.raises(DriverError):
            call()


#: In this order for one driver: the last check leaves it disconnected.
CONTRACT: tuple[Check, ...] = (
    it_is_one_and_says_where_it_is,
    connecting_again_changes_nothing,
    its_clock_goes_by_periods,
    what_it_returns_is_what_it_sends,
    beyond_its_range_it_clips_and_says_so_or_refuses,
    what_is_no_command_is_refused_and_moves_nothing,
    it_holds_when_no_command_comes,
    the_gripper_is_spoken_of_by_its_opening,
    once_disconnected_it_takes_nothing,
)
