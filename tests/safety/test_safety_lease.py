"""The gated driver and the supervisor together: no lease, no motion; and rest is measured."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from lab.arms import PANDA, FakeArm

from llmagentos.errors import DriverError, StoppedError
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Action, Answer, Changed, Ramp, Stop
from llmagentos.safety.states import LEASE_S, Mode
from llmagentos.types import RobotState

STEP_RAD = 0.002


class Rig:
    """An arm whose first joint is driven in small steps, by the arm's own clock."""

    def __init__(self, arms: bool = True) -> None:
        self.arm = FakeArm(PANDA)
        self.supervisor = Supervisor(lambda: self.arm.now_s)
        self.permit = Permit(self.supervisor, "test", lambda: "a cube")
        self.driver = GatedDriver(self.arm, MotionGate.of(PANDA, "sim"), self.permit)
        self.actions: list[Action] = []
        self.supervisor.subscribe(self.actions.append)
        if arms:
            assert self.supervisor.arm("Ada") == ""
            self.permit.begin("goal")

    def go(self, periods: int = 1) -> None:
        for _ in range(periods):
            q = self.arm.positions
            self.driver.send_joint_positions((q[0] + STEP_RAD, *q[1:]))
            self.driver.advance()

    def rates(self) -> list[float]:
        joint = [q[0] for q in self.arm.sent]
        return [(b - a) / self.arm.control_period_s for a, b in pairwise(joint)]


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_nothing_passes_before_somebody_arms_and_begins_a_goal() -> None:
    rig = Rig(arms=False)
    with pytest.raises(StoppedError, match="expected a goal that was begun, got none"):
        rig.go()
    rig.permit.begin()
    with pytest.raises(StoppedError, match="expected an armed robot, got a locked one"):
        rig.go()
    with pytest.raises(StoppedError, match="locked"):
        rig.driver.send_gripper(0.08)
    rig.driver.advance()
    assert rig.arm.sent == [] and rig.arm.widths == []


def test_a_goal_has_a_lease_while_it_commands_or_stays_and_none_after(rig: Rig) -> None:
    rig.go(3)
    assert rig.supervisor.mode is Mode.MOVING
    for _ in range(20):
        rig.driver.advance()
    assert rig.driver.send_gripper(0.03) == 0.03
    rig.permit.end()
    assert rig.supervisor.mode is Mode.ARMED
    with pytest.raises(StoppedError, match="begun"):
        rig.go()
    rig.permit.begin("another")
    rig.go()
    assert rig.supervisor.state.leases == 2


def test_a_goal_that_looks_holds_no_lease_and_goes_on_with_the_next_command(rig: Rig) -> None:
    rig.go(3)
    rig.permit.pause()
    rig.permit.pause()
    assert rig.supervisor.mode is Mode.ARMED
    rig.go(1)
    assert rig.supervisor.state.leases == 2 and rig.supervisor.state.goals == ("goal",)


def test_a_stop_brakes_in_the_drivers_own_way_and_is_answered_before_it_refuses(rig: Rig) -> None:
    rig.go(20)
    rig.supervisor.post(Stop("console", "key"))
    sent = len(rig.arm.sent)
    with pytest.raises(StoppedError, match="key: stop"):
        rig.go(60)
    rates = rig.rates()[sent - 1 :]
    assert rates and all(0 <= b <= a for a, b in pairwise(rates))
    (answer,) = [a for a in rig.actions if isinstance(a, Answer)]
    assert answer.at_rest and answer.holding == "a cube" and answer.ms is not None
    assert answer.ms == pytest.approx(1000 * len(rates) / 60, abs=40)
    before = tuple(rig.arm.sent)
    with pytest.raises(StoppedError, match="key: stop"):
        rig.driver.send_gripper(0.08)
    with pytest.raises(StoppedError):
        rig.go()
    assert tuple(rig.arm.sent) == before and rig.arm.widths == [], "it goes on holding"


def test_what_is_returned_on_the_way_to_rest_is_what_was_sent_once_a_period(rig: Rig) -> None:
    rig.go(20)
    rig.supervisor.post(Stop("console", "key"))
    while rig.supervisor.mode is Mode.STOPPING:
        before = len(rig.arm.sent)
        returned = rig.driver.send_joint_positions(rig.arm.positions)
        assert returned == rig.arm.positions
        rig.driver.advance()
        assert len(rig.arm.sent) - before <= 1
    assert rig.supervisor.mode is Mode.STOPPED


def test_after_a_reset_the_old_goal_stays_ended(rig: Rig) -> None:
    rig.go(5)
    rig.supervisor.post(Stop("console", "key"))
    with pytest.raises(StoppedError):
        rig.go(60)
    assert rig.supervisor.reset("Ada") == ""
    with pytest.raises(StoppedError, match="the lease of test has ended"):
        rig.go()
    rig.permit.begin("goal")
    with pytest.raises(StoppedError, match="expected a new goal"):
        rig.go()
    rig.permit.begin("another")
    rig.go()


def test_who_lets_time_pass_and_renews_nothing_loses_the_lease(rig: Rig) -> None:
    rig.go(20)
    for _ in range(math.ceil(LEASE_S * 60) + 2):
        rig.driver.keep()
    assert rig.supervisor.mode is Mode.STOPPING and rig.rates()[-1] == pytest.approx(0.0)
    with pytest.raises(StoppedError, match="not renewed"):
        rig.go(60)


@pytest.mark.parametrize("what", ["send_joint_positions", "advance", "state"])
def test_a_driver_that_fails_while_it_moves_is_a_fault(what: str, rig: Rig) -> None:
    rig.go(5)

    def fails(*_: object) -> RobotState:
        raise DriverError("expected an answer of servo 3, got none")

    setattr(rig.arm, what, fails)
    with pytest.raises(DriverError):
        rig.go()
    assert rig.supervisor.mode is Mode.STOPPING
    assert rig.supervisor.why == "expected an answer of servo 3, got none"


def test_joints_that_cannot_be_measured_are_a_fault(rig: Rig) -> None:
    rig.go(5)
    rig.arm.positions = (math.nan, *rig.arm.positions[1:])
    rig.driver.advance()
    assert rig.supervisor.mode is Mode.STOPPING and "finite measured" in rig.supervisor.why


def test_one_position_that_cannot_be_is_a_fault_whatever_the_rates_say(rig: Rig) -> None:
    rig.go(5)
    still = rig.arm.state()
    positions = (*still.positions[:3], math.nan, *still.positions[4:])
    rig.arm.state = lambda: replace(still, positions=positions)  # type: ignore[method-assign]
    rig.driver.advance()
    assert rig.supervisor.mode is Mode.STOPPING and "finite measured" in rig.supervisor.why


def test_where_nobody_lets_time_pass_a_thread_does_until_rest_is_measured(rig: Rig) -> None:
    rig.go(20)
    keeper = Keeper(rig.driver, rig.supervisor)
    answer = rig.supervisor.stop("key", "too close")
    assert answer.at_rest and answer.why == "key: too close"
    assert rig.supervisor.mode is Mode.STOPPED and rig.rates()[-1] == pytest.approx(0.0)
    assert rig.supervisor.stop("key").at_rest, "again, with a thread anew"
    keeper.close()
    assert keeper._on_action not in rig.supervisor._sinks, "nobody keeps what has ended"
    silent = rig.supervisor.stop("key", wait_s=0.05)
    assert not silent.at_rest and "expected an answer" in silent.why


def test_what_was_posted_during_a_call_is_taken_in_at_its_end_and_stops_come_first(
    rig: Rig,
) -> None:
    """As a signal handler does it, in the middle of a call of its own thread."""

    def sink(action: Action) -> None:
        if isinstance(action, Changed) and action.after == "moving":
            rig.supervisor.post(Stop("signal", "Ctrl-C"))

    rig.supervisor.subscribe(sink)
    rig.supervisor.subscribe(lambda action: 1 / 0)  # type: ignore[arg-type, return-value]
    rig.go()
    assert rig.supervisor.mode is Mode.STOPPING
    assert any(isinstance(a, Ramp) for a in rig.actions)


def test_stops_from_many_threads_are_all_answered(rig: Rig) -> None:
    rig.go(20)
    keeper = Keeper(rig.driver, rig.supervisor)
    answers: list[Answer] = []
    askers = [
        threading.Thread(target=lambda: answers.append(rig.supervisor.stop("key", wait_s=10)))
        for _ in range(20)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    keeper.close()
    assert len(answers) == 20 and all(a.at_rest for a in answers)
    assert len({a.asker for a in answers}) == 20
