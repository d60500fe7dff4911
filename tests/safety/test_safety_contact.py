"""Something pushes against the moving arm, or stands in its way: it is noticed, and the arm rests."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from lab.arms import PANDA

from benchmarks.contacts import REQUIRED_S, ContactRig
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.failures import Failure
from llmagentos.safety.contact import Commanded, ContactLimits, ContactWatch
from llmagentos.types import RobotState

LIMITS = ContactLimits(10.0, 20.0, 0.08)
HOME = PANDA.home_rad
JACOBIAN = Kinematics(PANDA).tip_jacobian
MOVING = Commanded(HOME, (0.1,) * 7, 0.0)


@pytest.fixture(scope="module", params=["careful", "sim"])
def rig(request: pytest.FixtureRequest) -> Iterator[ContactRig]:
    made = ContactRig(request.param)
    yield made
    made.close()


@pytest.mark.parametrize("force", [(0.0, -60.0, 0.0), (40.0, 0.0, 0.0)])
def test_a_push_in_mid_motion_stops_the_arm_and_a_new_goal_moves_it(
    rig: ContactRig, force: tuple[float, float, float]
) -> None:
    rig.gate.rejections.clear()
    rig.begin()
    report, rested_s = rig.pushed(0.4, force)
    assert report.failure is Failure.TOUCHED and "N at the tool" in str(report.details["problem"])
    assert rested_s <= REQUIRED_S
    assert rig.gate.rejections == {"contact": 1}
    rig.begin()


def test_a_post_in_the_way_stops_the_arm(rig: ContactRig) -> None:
    rig.begin()
    report, rested_s = rig.blocked(0.0)
    assert report.failure is Failure.TOUCHED
    assert rested_s <= REQUIRED_S
    rig.begin()


def test_without_torques_what_holds_the_arm_up_is_told_by_its_lag() -> None:
    rig = ContactRig("careful", senses=False)
    rig.begin()
    report, rested_s = rig.blocked(0.0)
    assert report.failure is not None and rested_s < math.inf
    rig.close()


def _felt(force: tuple[float, float, float]) -> RobotState:
    external = JACOBIAN(HOME).T @ np.array(force)
    return RobotState(HOME, (0.1,) * 7, 0.08, 0.0, 0.0, tuple(external.tolist()))


def test_forces_are_told_by_the_joints_torques() -> None:
    watch = ContactWatch(LIMITS, JACOBIAN)
    assert [watch.judge(_felt((0, 0, 9.9)), MOVING) for _ in range(3)] == ["", "", ""]
    assert watch.judge(_felt((0, 12, 0)), MOVING) == ""  # one period alone is noise
    assert watch.judge(_felt((0, 12, 0)), MOVING).endswith("got 12 N")
    speeding = Commanded(HOME, (0.1,) * 7, 1.0)
    watch.forget()
    assert [watch.judge(_felt((0, 12, 0)), speeding) for _ in range(3)] == ["", "", ""]
    assert [bool(watch.judge(_felt((21, 0, 0)), speeding)) for _ in range(2)] == [False, True]
    watch.forget()
    assert watch.judge(_felt((31, 0, 0)), speeding)  # so much is no noise


def test_an_arm_that_rests_is_not_judged() -> None:
    watch = ContactWatch(LIMITS, JACOBIAN)
    still = Commanded(HOME, (0.0,) * 7, 0.0)
    for sent in (None, still, None, still):
        assert watch.judge(_felt((0, 0, 90)), sent) == ""


def test_torques_that_are_no_numbers_stop_the_arm() -> None:
    watch = ContactWatch(LIMITS, JACOBIAN)
    broken = RobotState(HOME, (0.1,) * 7, 0.08, 0.0, 0.0, (math.nan,) * 7)
    assert "expected finite torques" in watch.judge(broken, MOVING)


def test_lag_is_judged_where_no_torque_is_told() -> None:
    watch = ContactWatch(LIMITS, JACOBIAN)
    behind = RobotState((HOME[0] - 0.09, *HOME[1:]), (0.1,) * 7, 0.08, 0.0)
    found = [watch.judge(behind, MOVING) for _ in range(2)]
    assert found == ["", "expected joint 1 within 0.08 rad of its command, got 0.09 rad"]


def test_a_state_that_is_none_is_left_to_the_gate() -> None:
    watch = ContactWatch(LIMITS, JACOBIAN)
    for positions in ((math.nan, *HOME[1:]), HOME[1:]):
        broken = RobotState(positions, (0.1,) * len(positions), 0.08, 0.0, 0.0, (90.0,) * 7)
        assert [watch.judge(broken, MOVING) for _ in range(2)] == ["", ""]


def test_after_a_contact_the_arm_may_get_away_and_no_other_way() -> None:
    watch, against = ContactWatch(LIMITS, JACOBIAN), (0, 0, 40)
    down = np.linalg.pinv(JACOBIAN(HOME)) @ np.array((0.0, 0.0, -0.1))
    sinking = Commanded(HOME, tuple(down.tolist()), 0.0)
    rising = Commanded(HOME, tuple((-down).tolist()), 0.0)
    assert watch.judge(_felt(against), sinking).endswith("got 40 N")
    for _ in range(40):  # while the force stays
        assert watch.judge(_felt(against), rising) == ""
    assert watch.judge(_felt(against), sinking).endswith("got 40 N")
    for _ in range(5):  # what is left of the old motion
        assert watch.judge(_felt(against), sinking) == ""
    assert watch.judge(_felt((0, 0, 5)), rising) == ""  # it is free again
    assert watch.judge(_felt(against), rising).endswith("got 40 N")


def test_what_presses_at_rest_is_no_contact_for_a_motion_that_yields_to_it() -> None:
    watch, pressing = ContactWatch(LIMITS, JACOBIAN), (0, 0, 18)
    up = tuple((np.linalg.pinv(JACOBIAN(HOME)) @ np.array((0.0, 0.0, 0.1))).tolist())
    down = tuple(-rate for rate in up)
    assert watch.judge(_felt(pressing), None) == ""
    assert watch.judge(_felt(pressing), Commanded(HOME, up, 0.0)) == ""
    assert watch.judge(_felt(pressing), Commanded(HOME, down, 0.0)).endswith("got 18 N")
    watch.forget()
    assert watch.judge(_felt((0, 0, 2)), None) == ""
    assert watch.judge(_felt(pressing), Commanded(HOME, up, 0.0)).endswith("got 18 N")


def test_the_figures_are_kept_to_the_letter() -> None:
    """From a quarter of what a joint's rate may change by the arm counts as accelerating; a force at
    its very bound is none too many; what was felt before a rest counts no more after it."""
    watch = ContactWatch(LIMITS, JACOBIAN)
    for effort, stops in ((0.2, True), (0.25, True), (0.26, False)):
        watch.forget()
        sent = Commanded(HOME, (0.1,) * 7, effort)
        assert bool([watch.judge(_felt((0, 12, 0)), sent) for _ in range(2)][1]) is stops
    watch.forget()
    assert watch.judge(_felt((0, 12, 0)), MOVING) == "" == watch.judge(_felt((0, 0, 0)), None)
    assert watch.judge(_felt((0, 12, 0)), MOVING) == ""
    watch.forget()
    assert watch.judge(_felt((0, 12, 0)), MOVING) == "" == watch.judge(_felt((0, 0, 0)), MOVING)
    assert watch.judge(_felt((0, 12, 0)), MOVING) == ""
    lags = ContactWatch(ContactLimits(10.0, 20.0, 0.125))
    zero = RobotState((0.0,) * 7, (0.1,) * 7, 0.08, 0.0)
    for ahead, stops in ((0.125, False), (0.126, True)):
        sent = Commanded((ahead, *(0.0,) * 6), (0.1,) * 7, 0.0)
        assert bool([lags.judge(zero, sent) for _ in range(2)][1]) is stops


def test_what_is_left_of_the_old_motion_is_fifteen_periods() -> None:
    watch, against = ContactWatch(LIMITS, JACOBIAN), (0, 0, 40)
    down = tuple((np.linalg.pinv(JACOBIAN(HOME)) @ np.array((0.0, 0.0, -0.1))).tolist())
    sinking = Commanded(HOME, down, 0.0)
    assert watch.judge(_felt(against), sinking).endswith("got 40 N")
    assert [watch.judge(_felt(against), sinking) for _ in range(15)] == [""] * 15
    assert watch.judge(_felt(against), sinking).endswith("got 40 N")
