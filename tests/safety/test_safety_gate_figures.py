"""The gate and the driver behind it to the letter: what each figure and each flag decides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from lab.arms import PANDA, FakeArm
from numpy.typing import NDArray

from llmagentos.errors import ContactStop, GateRejection, StoppedError
from llmagentos.robots.specs import KeepIn
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.limits import motion_limits
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.states import LEASE_S, Mode
from llmagentos.types import RobotState

DT = 1 / 60
HOME = PANDA.home_rad
#: Its brakes are twice as hard as its profile.
LIMITS = motion_limits(PANDA, "careful")
SOFT, HARD = LIMITS.acceleration_radps2[0], LIMITS.brake_radps2[0]


def _turned(rad: float) -> tuple[float, ...]:
    return (HOME[0] + rad, *HOME[1:])


def _state(rad: float = 0.0, rate: float = 0.0, external_nm: tuple[float, ...] = ()) -> RobotState:
    return RobotState(_turned(rad), (rate, *(0.0,) * 6), 0.08, 0.0, 0.0, external_nm)


def _straight(positions: Sequence[float]) -> NDArray[np.float64]:
    return np.eye(3, len(positions))


# --- the gate ---------------------------------------------------------------------------------


@pytest.mark.parametrize("outside_m, passes", [(0.9e-4, True), (1e-4, True), (1.1e-4, False)])
def test_the_box_is_kept_to_a_tenth_of_a_millimetre(outside_m: float, passes: bool) -> None:
    limits = replace(LIMITS, keep_in=KeepIn((-1.0, 0.0), (-1.0, 1.0), (-1.0, 1.0)))
    gate = MotionGate(limits, lambda q: (outside_m if q[0] > HOME[0] else 0.0, 0.0, 0.0))
    if passes:
        assert gate.check(_turned(1e-4), _state(), DT)
    else:
        with pytest.raises(GateRejection, match=r"^workspace: "):
            gate.check(_turned(1e-4), _state(), DT)


def test_outside_of_the_box_the_tool_may_not_stay() -> None:
    limits = replace(LIMITS, keep_in=KeepIn((-1.0, 0.0), (-1.0, 1.0), (-1.0, 1.0)))
    gate = MotionGate(limits, lambda _: (0.01, 0.0, 0.0))
    with pytest.raises(GateRejection, match=r"^workspace: "):
        gate.check(HOME, _state(), DT)


def test_where_the_tool_was_is_computed_once() -> None:
    asked = []

    def tool(positions: Sequence[float]) -> tuple[float, float, float]:
        asked.append(tuple(positions))
        return (0.3, 0.0, 0.3)

    gate = MotionGate(LIMITS, tool)
    gate.check(HOME, _state(), DT)
    assert asked == [HOME, HOME]  # before it and after
    gate.check(_turned(1e-4), _state(), DT)
    assert asked == [HOME, HOME, _turned(1e-4)]


@pytest.mark.parametrize("share, accelerates", [(0.0, False), (0.2, False), (0.3, True)])
def test_what_the_rates_change_by_decides_which_force_is_too_much(
    share: float, accelerates: bool
) -> None:
    gate = MotionGate(LIMITS, tool_jacobian=_straight)
    now = _state()
    for number in range(1, 4):  # at an even rate from here on
        gate.check(_turned(number * 0.5 * SOFT * DT * DT), now, DT)
    rate = 0.5 * SOFT * DT + share * SOFT * DT
    gate.check(_turned(1.5 * SOFT * DT * DT + rate * DT), now, DT)
    pushed = _state(external_nm=(-12.0, *(0.0,) * 6))
    found = [bool(gate.touched(pushed)) for _ in range(2)]
    assert found == [False, not accelerates]


def test_brakes_are_the_profiles_unless_they_shall_be_hard() -> None:
    for hard, bound in ((None, SOFT), (False, SOFT), (True, HARD)):
        gate = MotionGate(LIMITS)
        gate.check(_turned(0.9 * SOFT * DT * DT), _state(), DT)
        gate.check(_turned(2.7 * SOFT * DT * DT), _state(), DT)
        braked = gate.brake(DT) if hard is None else gate.brake(DT, hard)
        assert braked is not None
        rate = (braked[0] - _turned(2.7 * SOFT * DT * DT)[0]) / DT
        assert rate == pytest.approx(max(1.8 * SOFT * DT - bound * DT, 0.0), abs=1e-9)


def test_what_was_felt_before_it_was_put_elsewhere_is_forgotten() -> None:
    gate = MotionGate(LIMITS, tool_jacobian=_straight)
    pushed = _state(external_nm=(-12.0, *(0.0,) * 6))
    for _ in range(2):
        gate.check(HOME, _state(), DT)
        gate.check(_turned(1e-4), _state(), DT)
        assert gate.touched(pushed) == ""  # the first period of it, each time
        gate.forget()


# --- the driver behind it ------------------------------------------------------------------------


class _Arm(FakeArm):
    """An arm that also tells what pushes against it."""

    external_nm: tuple[float, ...] = ()
    connects = 0

    def connect(self) -> None:
        self.connects += 1
        super().connect()

    def state(self) -> RobotState:
        return replace(super().state(), external_nm=self.external_nm)


class _Rig:
    """A careful arm in motion, at half of what its profile allows."""

    def __init__(self, leased: bool = True) -> None:
        self.arm = _Arm(PANDA)
        self.supervisor = Supervisor(lambda: self.arm.now_s)
        self.permit = Permit(self.supervisor, "test") if leased else None
        gate = MotionGate(LIMITS, tool_jacobian=_straight)
        self.driver = GatedDriver(self.arm, gate, self.permit)
        if self.permit is not None:
            assert self.supervisor.arm("Ada") == ""
            self.permit.begin("goal")

    def go(self, rates: Sequence[float]) -> None:
        """One period at each rate of the first joint, rad/s."""
        for rate in rates:
            self.send(rate)
            self.driver.advance()

    def send(self, rate: float) -> None:
        q = self.arm.positions
        self.driver.send_joint_positions((q[0] + rate * DT, *q[1:]))

    def rates(self) -> list[float]:
        joint = [HOME[0], *(q[0] for q in self.arm.sent)]
        return [(b - a) / DT for a, b in pairwise(joint)]


FASTER = [0.8 * SOFT * DT * n for n in range(1, 6)]


def test_connecting_connects_the_arm() -> None:
    rig = _Rig(leased=False)
    rig.driver.connect()
    assert rig.arm.connects == 1


@pytest.mark.parametrize("leased", [True, False])
def test_a_period_without_a_command_brakes_as_the_profile_does(leased: bool) -> None:
    rig = _Rig(leased)
    rig.go(FASTER)
    rig.driver.advance()
    before, after = rig.rates()[-2:]
    assert before - after == pytest.approx(SOFT * DT)


def test_who_goes_on_after_its_goal_is_braked_hard_and_once_a_period() -> None:
    rig = _Rig()
    rig.go(FASTER)
    assert rig.permit is not None
    rig.permit.end()
    sent = len(rig.arm.sent)
    with pytest.raises(StoppedError):
        for _ in range(20):
            rig.send(0.0)
            rig.driver.advance()
    rates = rig.rates()[sent - 1 :]
    assert rates[0] - rates[1] == pytest.approx(HARD * DT)
    steps = math.ceil(FASTER[-1] / (HARD * DT))
    assert len(rates) - 1 == steps


def test_after_a_contact_it_brakes_hard_and_obeys_nobody_until_it_rests() -> None:
    rig = _Rig(leased=False)
    rig.go(FASTER)
    rig.arm.external_nm = (-40.0, *(0.0,) * 6)
    with pytest.raises(ContactStop):
        rig.send(FASTER[-1])
    rig.arm.external_nm = ()
    rig.driver.advance()
    before, after = rig.rates()[-2:]
    assert before - after == pytest.approx(HARD * DT)
    rig.send(FASTER[-1])
    assert rig.rates()[-1] < after  # whatever is commanded


def test_what_was_under_way_is_forgotten_with_a_reset() -> None:
    rig = _Rig(leased=False)
    rig.go(FASTER)
    rig.arm.external_nm = (-40.0, *(0.0,) * 6)
    with pytest.raises(ContactStop):
        rig.send(FASTER[-1])
    rig.arm.external_nm = ()
    rig.driver.forget()
    rig.arm._before = rig.arm.positions
    first = 0.8 * SOFT * DT
    rig.go([first, 2 * first])
    assert rig.rates()[-2:] == pytest.approx([first, 2 * first])
    # The contact is over: brakes are the profile's again.
    rig.driver.advance()
    assert rig.rates()[-2] - rig.rates()[-1] == pytest.approx(SOFT * DT)


def test_after_a_reset_a_period_without_a_command_still_renews_the_lease() -> None:
    rig = _Rig()
    rig.go([0.0])
    rig.send(0.0)
    rig.driver.forget()
    rig.arm.now_s += 0.8 * LEASE_S
    rig.driver.advance()
    rig.arm.now_s += 0.5 * LEASE_S
    assert rig.permit is not None and rig.permit.refusal() == ""
    assert rig.supervisor.mode is Mode.MOVING
