"""The supervisor's heart: every mode, every event, every refusal, with injected time."""

from __future__ import annotations

import math

import pytest

from llmagentos.safety import states
from llmagentos.safety.signals import (
    Acquire,
    Action,
    Answer,
    Arm,
    Changed,
    DriverFault,
    Event,
    Fresh,
    Granted,
    Measured,
    Ramp,
    Refused,
    Release,
    Renew,
    Reset,
    Stale,
    Stop,
    Tick,
)
from llmagentos.safety.states import ANSWER_S, GOALS, LEASE_S, RENEW_S, REST_S, Mode, State
from llmagentos.safety.supervisor import may_move, step

STILL = Measured((0.0,) * 7, "cube_1")
RUNS = Measured((0.0,) * 6 + (-0.5,))
PERIOD_S = 0.02


class Robot:
    """A supervisor with a clock that the test moves."""

    def __init__(self) -> None:
        self.state, self.now_s = State(), 100.0

    def __call__(self, event: Event, after_s: float = 0.0) -> tuple[Action, ...]:
        self.now_s += after_s
        self.state, actions = step(self.state, event, self.now_s)
        return actions

    def measured(self, event: Measured, for_s: float) -> list[Action]:
        """The same measurement each period for so long; what it led to."""
        actions: list[Action] = []
        for _ in range(round(for_s / PERIOD_S)):
            actions += self(event, PERIOD_S)
        return actions

    @property
    def mode(self) -> Mode:
        return self.state.mode

    @property
    def may_move(self) -> bool:
        return may_move(self.state, self.state.leases, self.now_s)


@pytest.fixture
def robot() -> Robot:
    return Robot()


def armed() -> Robot:
    robot = Robot()
    robot(Arm("Ada"))
    robot.measured(STILL, 0.2)
    return robot


def moving() -> Robot:
    robot = armed()
    robot(Acquire("agent", "goal-1"))
    robot(RUNS)
    return robot


def stopped() -> Robot:
    robot = moving()
    robot(Stop("chat-1", "chat", "stop"))
    robot.measured(STILL, 0.2)
    assert robot.mode is Mode.STOPPED
    return robot


def in_fault() -> Robot:
    robot = moving()
    robot(DriverFault("expected an answer of servo 3, got none"))
    robot.measured(STILL, 0.2)
    assert robot.mode is Mode.FAULT
    return robot


ALL = {"locked": Robot, "armed": armed, "moving": moving, "stopped": stopped, "fault": in_fault}


def test_figures() -> None:
    """Those of ../shared/SAFETY.md and of docs/safety.md."""
    assert (LEASE_S, RENEW_S, states.REST_RADPS, REST_S) == (0.1, 0.02, 0.01, 0.1)
    assert (ANSWER_S, states.BACK_S, GOALS) == (1.0, 0.02, 256)
    assert {Mode.STOPPING, Mode.STOPPED, Mode.FAULT} == states.LATCHED
    start = State()
    assert (start.now_s, start.stop_s, start.leases) == (0.0, 0.0, 0)


def test_locked_at_the_start_and_nothing_moves(robot: Robot) -> None:
    assert robot.mode is Mode.LOCKED and not robot.may_move
    assert robot(Acquire("agent", "goal-1")) == (
        Refused("agent", "Acquire", "expected an armed robot, got a locked one"),
    )


def test_a_person_arms_it_by_name(robot: Robot) -> None:
    (refused,) = robot(Arm("  "))
    assert refused == Refused(
        "  ", "Arm", "expected the name of the person who arms the robot, got none"
    )
    assert robot(Arm("Ada")) == (Changed("locked", "armed", "Ada", "armed"),)
    assert robot(Arm("Ada")) == (
        Refused("Ada", "Arm", "expected a locked robot, got an armed one"),
    )


def test_a_lease_is_granted_renewed_and_given_back() -> None:
    robot = armed()
    assert robot(Acquire("agent", "goal-1")) == (
        Changed("armed", "moving", "agent", "goal goal-1"),
        Granted("agent", 1, robot.now_s + LEASE_S),
    )
    for _ in range(20):
        assert robot(Renew("agent", 1), RENEW_S) == (Granted("agent", 1, robot.now_s + LEASE_S),)
        assert robot.may_move
    assert not may_move(robot.state, 2, robot.now_s)
    assert not may_move(robot.state, 1, robot.now_s + LEASE_S + 1e-6)
    assert may_move(robot.state, 1, robot.now_s + LEASE_S)
    assert robot(Release("agent", 1)) == (Changed("moving", "armed", "agent", "goal goal-1 ended"),)
    assert not robot.may_move and robot.mode is Mode.ARMED
    assert robot(Acquire("agent", "goal-2"))[1] == Granted("agent", 2, robot.now_s + LEASE_S)


@pytest.mark.parametrize("holder, goal", [("", "goal-1"), ("agent", "")])
def test_a_lease_has_a_holder_and_a_goal(holder: str, goal: str) -> None:
    assert armed()(Acquire(holder, goal)) == (
        Refused(holder, "Acquire", f"expected a holder and a goal, got {holder!r} and {goal!r}"),
    )


def test_one_holder_at_a_time_and_one_lease_for_a_goal() -> None:
    robot = moving()
    assert robot(Acquire("other", "goal-2")) == (
        Refused("other", "Acquire", "expected a free lease, got one of agent for 'goal-1'"),
    )
    for _ in range(100):
        assert robot(Acquire("agent", "goal-1")) == (
            Refused("agent", "Acquire", "expected a new goal, got 'goal-1', which had its lease"),
        )
    robot(Release("agent", 1))
    assert isinstance(robot(Acquire("agent", "goal-1"))[0], Refused)


def test_a_goal_that_pauses_goes_on_unless_another_came_or_something_was_stopped() -> None:
    robot = moving()
    assert robot(Release("agent", 1, pauses=True)) == (
        Changed("moving", "armed", "agent", "goal goal-1 pauses"),
    )
    assert not robot.may_move
    assert robot(Acquire("agent", "goal-1"))[1] == Granted("agent", 2, robot.now_s + LEASE_S)
    assert robot.state.goals == ("goal-1",)
    robot(Release("agent", 2, pauses=True))
    robot(Acquire("agent", "goal-2"))
    robot(Release("agent", 3, pauses=True))
    assert isinstance(robot(Acquire("agent", "goal-1"))[0], Refused), "another one came"
    robot(Stop("console", "key"))
    robot.measured(STILL, 0.2)
    robot(Reset("Ada"))
    assert isinstance(robot(Acquire("agent", "goal-2"))[0], Refused), "it was stopped"


def test_so_many_goals_are_remembered() -> None:
    robot = armed()
    for i in range(GOALS + 1):
        robot(Acquire("agent", f"goal-{i}"))
        robot(Release("agent", i + 1))
    assert len(robot.state.goals) == GOALS and robot.state.leases == GOALS + 1
    assert isinstance(robot(Acquire("agent", "goal-1"))[0], Refused)


@pytest.mark.parametrize("make", [Renew, Release])
def test_only_the_holder_of_this_very_lease(make: type[Renew | Release]) -> None:
    robot, name = moving(), make.__name__
    wrong = "expected lease {} of {}, got lease 1 of agent"
    assert robot(make("other", 1)) == (Refused("other", name, wrong.format(1, "other")),)
    assert robot(make("agent", 0)) == (Refused("agent", name, wrong.format(0, "agent")),)
    assert robot.mode is Mode.MOVING
    robot = stopped()
    why = "expected lease 1 of agent, got none for a stopped one (chat: stop)"
    assert robot(make("agent", 1)) == (Refused("agent", name, why),)


def test_a_lease_that_is_not_renewed_ends_in_a_stop() -> None:
    robot = moving()
    assert robot(Tick(), LEASE_S) == () and robot.may_move
    why = "the lease of agent was not renewed in 0.10 s"
    assert robot(Tick(), 1e-3) == (Changed("moving", "stopping", "", why), Ramp(why))
    assert not robot.may_move
    assert robot(Renew("agent", 1)) == (
        Refused(
            "agent", "Renew", f"expected lease 1 of agent, got none for a stopping one ({why})"
        ),
    )


def test_a_renewal_that_comes_too_late_revives_nothing() -> None:
    robot = moving()
    change, ramp, refused = robot(Renew("agent", 1), LEASE_S + 1e-3)
    assert isinstance(change, Changed) and change.after == "stopping"
    assert isinstance(ramp, Ramp) and isinstance(refused, Refused)


@pytest.mark.parametrize("name", ALL)
def test_a_stop_from_every_mode_is_answered_with_what_was_measured(name: str) -> None:
    robot = ALL[name]()
    actions = robot(Stop("console", "key"))
    assert Ramp("key: stop") in actions and not robot.may_move
    robot.measured(RUNS, 0.06)
    (answer,) = [a for a in robot.measured(STILL, 0.2) if isinstance(a, Answer)]
    assert answer.at_rest and answer.holding == "cube_1" and answer.asker == "console"
    assert answer.ms == pytest.approx(80.0)
    assert robot.mode is (Mode.FAULT if name == "fault" else Mode.STOPPED)


def test_a_stop_says_why_the_robot_stands() -> None:
    robot = moving()
    assert robot(Stop("console", "key", "too close")) == (
        Changed("moving", "stopping", "", "key: too close"),
        Ramp("key: too close"),
    )
    assert robot.measured(STILL, 0.2) == [
        Answer("console", True, pytest.approx(20.0), "cube_1", "key: too close"),
        Changed("stopping", "stopped", "", "at rest after 20 ms"),
    ]


def test_a_hundred_stops_have_a_hundred_answers_each_with_its_own_time() -> None:
    robot = moving()
    for i in range(100):
        assert Ramp("ros: stop") in robot(Stop(f"{i % 3}", "ros"), 1e-3)
    answers = [a for a in robot.measured(STILL, 0.3) if isinstance(a, Answer)]
    assert len(answers) == 100 and all(a.at_rest for a in answers)
    assert answers[0].ms == pytest.approx(99.0 + 20.0) and answers[-1].ms == pytest.approx(20.0)
    robot(Stop("late", "ros"))
    (answer,) = [a for a in robot.measured(STILL, 0.3) if isinstance(a, Answer)]
    assert answer.ms == 0.0, "it stood already"
    assert robot.mode is Mode.STOPPED


def test_rest_is_measured_after_the_stop_for_as_long_as_it_takes() -> None:
    robot = armed()
    robot(Stop("console", "key"))
    assert robot.measured(STILL, REST_S - PERIOD_S) == [], "what was before is no answer"
    assert robot(Tick(), 0.5) == () and robot.mode is Mode.STOPPING
    assert robot.measured(STILL, REST_S) == [], "a gap in the measurements begins anew"
    assert robot.measured(STILL, 2 * PERIOD_S)[0] == Answer(
        "console", True, pytest.approx(600.0), "cube_1", "key: stop"
    )


def test_one_measurement_that_is_no_number_begins_the_rest_anew() -> None:
    robot = moving()
    robot(Stop("console", "key"))
    robot.measured(STILL, REST_S - PERIOD_S)
    robot(Measured((math.nan,)))
    assert robot.measured(STILL, REST_S - PERIOD_S) == [] and robot.mode is Mode.STOPPING
    robot.measured(STILL, 3 * PERIOD_S)
    assert robot.mode is Mode.FAULT


@pytest.mark.parametrize(
    "rate, rests", [(0.0099, True), (-0.0099, True), (0.01, False), (-0.01, False)]
)
def test_every_joint_has_to_be_slow(rate: float, rests: bool) -> None:
    robot = moving()
    robot(Stop("console", "key"))
    robot.measured(Measured((0.0, rate, 0.0)), 0.3)
    assert (robot.mode is Mode.STOPPED) is rests


def test_a_robot_that_does_not_come_to_rest_is_in_fault_and_says_so() -> None:
    robot = moving()
    robot(Stop("console", "key"))
    assert not [a for a in robot.measured(RUNS, ANSWER_S) if not isinstance(a, Ramp)]
    why = "expected joints measured at rest 1 s after the stop, got none"
    assert robot(RUNS, PERIOD_S) == (
        Answer("console", False, None, "", why),
        Changed("stopping", "fault", "", why),
        Ramp(why),
    )
    robot(Stop("console", "key"))
    assert robot(Tick(), ANSWER_S + 1e-3) == (Answer("console", False, None, "", why),)
    assert robot.mode is Mode.FAULT


def test_rest_and_answers_to_the_very_instant() -> None:
    assert State(quiet_s=0.0, measured_s=REST_S).rest_after(0.0) == 0.0
    assert State(quiet_s=0.0, measured_s=REST_S - 1e-6).rest_after(0.0) is None
    assert State(now_s=REST_S, measured_s=0.0, quiet_s=-REST_S).at_rest
    assert not State(now_s=REST_S + 1e-6, measured_s=0.0, quiet_s=-REST_S).at_rest
    before = State(now_s=0.0, measured_s=0.0, quiet_s=0.0)
    assert step(before, STILL, REST_S)[0].quiet_s == 0.0
    assert step(before, STILL, REST_S + 1e-6)[0].quiet_s == REST_S + 1e-6, "a gap"
    stopping, _ = step(State(), Stop("console", "key"), 0.0)
    state, actions = step(stopping, Tick(), ANSWER_S)
    assert state.mode is Mode.STOPPING and actions == ()
    state, actions = step(stopping, Tick(), ANSWER_S + 1e-6)
    assert state.mode is Mode.FAULT and isinstance(actions[0], Answer)
    assert state.fault == actions[0].why != ""
    broken, _ = step(State(), DriverFault("bus"), 0.0)
    assert step(broken, Tick(), ANSWER_S + 1e-6)[0].fault == "bus", "the first cause"


def test_one_that_nobody_asked_about_is_in_fault_too() -> None:
    robot = moving()
    robot(Tick(), 0.2)
    assert robot.mode is Mode.STOPPING
    robot(Tick(), ANSWER_S + 1e-3)
    assert robot.mode is Mode.FAULT


def test_a_stopped_arm_that_is_moved_cannot_say_that_it_rests() -> None:
    robot = stopped()
    robot(Stop("console", "key"))
    answers = [a for a in robot.measured(RUNS, ANSWER_S + 0.1) if isinstance(a, Answer)]
    assert [a.at_rest for a in answers] == [False] and robot.mode is Mode.FAULT


def test_stop_wins_over_a_goal_ten_milliseconds_later_and_before() -> None:
    robot = armed()
    robot(Stop("console", "key"))
    assert isinstance(robot(Acquire("agent", "goal-1"), 0.01)[0], Refused)
    robot = moving()
    robot(Stop("console", "key"), 0.01)
    assert isinstance(robot(Renew("agent", 1), 0.01)[0], Refused)
    assert robot(Reset("Ada"), 0.01) == (
        Refused("Ada", "Reset", "expected a stopped robot, got a stopping one (key: stop)"),
    )
    robot = stopped()
    robot(Stop("console", "key"))
    assert robot(Reset("Ada"), 0.01) == (
        Refused("Ada", "Reset", "expected every stop answered, got one that waits: a stop wins"),
    )


def test_reset_is_a_persons_act_and_resumes_nothing() -> None:
    robot = stopped()
    assert robot(Reset(" ")) == (
        Refused(" ", "Reset", "expected the name of the person who resets the robot, got none"),
    )
    assert robot(Reset("Ada")) == (Changed("stopped", "armed", "Ada", "reset"),)
    assert not robot.may_move and robot.state.lease is None and robot.state.why == ""
    assert isinstance(robot(Renew("agent", 1))[0], Refused)
    assert isinstance(robot(Acquire("agent", "goal-1"))[0], Refused), "the goal that was stopped"
    assert isinstance(robot(Acquire("agent", "goal-2"))[1], Granted)


@pytest.mark.parametrize("name", ["locked", "armed", "moving"])
def test_reset_only_where_something_was_stopped(name: str) -> None:
    (refused,) = ALL[name]()(Reset("Ada"))
    article = "an" if name == "armed" else "a"
    why = f"expected a stopped robot, got {article} {name} one"
    assert refused == Refused("Ada", "Reset", why)


def test_reset_needs_joints_measured_at_rest_now() -> None:
    robot = stopped()
    why = "expected joints measured at rest, got none, or joints that move"
    assert robot(Reset("Ada"), REST_S + 1e-3) == (Refused("Ada", "Reset", why),)
    robot.measured(STILL, 0.2)
    robot(RUNS)
    assert robot(Reset("Ada")) == (Refused("Ada", "Reset", why),)
    robot.measured(STILL, 0.2)
    assert robot(Reset("Ada"), REST_S)[0] == Changed("stopped", "armed", "Ada", "reset")


def test_a_failed_driver_stops_and_is_a_fault_after_which_the_robot_is_locked() -> None:
    robot = moving()
    assert robot(DriverFault("bus")) == (Changed("moving", "stopping", "", "bus"), Ramp("bus"))
    assert robot(DriverFault("bus again")) == (Ramp("bus again"),)
    assert robot.state.fault == "bus", "the first cause is the one to look for"
    assert robot.measured(STILL, 0.2) == [Changed("stopping", "fault", "", "at rest after 20 ms")]
    assert robot(Acquire("agent", "goal-2")) == (
        Refused("agent", "Acquire", "expected an armed robot, got a faulty one (bus)"),
    )
    assert robot(Reset("Ada")) == (Changed("fault", "locked", "Ada", "reset"),)
    assert robot.state.fault == ""


def test_a_driver_that_fails_while_stopped_is_a_fault_at_once() -> None:
    robot = stopped()
    assert robot(DriverFault("bus")) == (Changed("stopped", "fault", "", "bus"), Ramp("bus"))
    assert in_fault()(DriverFault("bus")) == (Ramp("bus"),)


@pytest.mark.parametrize("rates", [(), (0.0, math.nan), (math.inf,)])
def test_measurements_that_cannot_be_are_a_failed_driver(rates: tuple[float, ...]) -> None:
    robot = moving()
    why = f"expected finite measured joint rates, got {rates}"
    assert robot(Measured(rates)) == (Changed("moving", "stopping", "", why), Ramp(why))
    assert robot.state.quiet_s is None
    robot.measured(STILL, 0.2)
    assert robot.mode is Mode.FAULT


def test_a_silent_source_stops_motion_and_allows_no_goal() -> None:
    robot = moving()
    why = "joint states silent for 0.30 s"
    assert robot(Stale("joints", why)) == (Changed("moving", "stopping", "", why), Ramp(why))
    robot.measured(STILL, 0.2)
    assert robot(Stale("clock", "clock never seen")) == ()
    robot(Stale("joints", "joint states silent for 0.40 s"))
    assert robot(Reset("Ada")) == (
        Refused(
            "Ada",
            "Reset",
            "expected every source alive, got: clock never seen; joint states silent for 0.40 s",
        ),
    )
    assert robot(Fresh("joints")) == () and robot.mode is Mode.STOPPED, "nothing goes on by itself"
    assert isinstance(robot(Reset("Ada"))[0], Refused)
    robot(Fresh("clock"))
    assert robot(Reset("Ada"))[0] == Changed("stopped", "armed", "Ada", "reset")


def test_a_goal_that_pauses_ends_with_silence_that_no_look_waits_for() -> None:
    """As after this process was frozen between two motions."""
    why = "joint states silent for 1.50 s"
    robot = moving()
    robot(Release("agent", 1, pauses=True))
    assert robot(Stale("scene", "scene silent for 1.50 s", awaited=True)) == ()
    robot(Fresh("scene"))
    assert isinstance(robot(Acquire("agent", "goal-1"))[1], Granted), "it waited for a look"
    robot(Release("agent", 2, pauses=True))
    assert robot(Stale("joints", why)) == () and robot.mode is Mode.ARMED
    robot(Fresh("joints"))
    assert robot(Acquire("agent", "goal-1")) == (Refused("agent", "Acquire", why),)
    assert isinstance(robot(Acquire("agent", "goal-2"))[1], Granted)
    refused = robot(Acquire("other", "goal-1"))[0]
    assert isinstance(refused, Refused) and "which had its lease" in refused.why


def test_a_silent_source_while_nothing_moves_only_keeps_goals_away() -> None:
    robot = armed()
    assert robot(Stale("planner", "planner silent for 3.00 s")) == ()
    assert robot.mode is Mode.ARMED
    assert robot(Acquire("agent", "goal-1")) == (
        Refused("agent", "Acquire", "expected every source alive, got: planner silent for 3.00 s"),
    )
    robot(Fresh("planner"))
    assert isinstance(robot(Acquire("agent", "goal-1"))[1], Granted)


def test_a_clock_that_goes_back_stops_motion_and_keeps_what_time_has_passed() -> None:
    robot = moving()
    why = "expected a clock that goes on, got one that went back 3600.00 s"
    assert robot(Tick(), -3600.0) == (Changed("moving", "stopping", "", why), Ramp(why))
    robot(Stop("console", "key"))
    robot(Tick(), 0.05)
    assert robot(Tick(), -500.0) == () and robot.mode is Mode.STOPPING
    answer, change = robot.measured(STILL, 0.2)
    assert isinstance(answer, Answer) and answer.ms == pytest.approx(70.0)
    assert isinstance(change, Changed) and change.why == "at rest after 70 ms"
    robot(Stop("console", "key"))
    robot(Tick(), -500.0)
    assert robot.state.measured_s == pytest.approx(robot.now_s)
    assert robot.state.quiet_s == pytest.approx(robot.now_s - 0.18)
    robot(Tick(), ANSWER_S + 0.01)
    assert robot.mode is Mode.FAULT, "an answer is still due after its time"


def test_a_clock_that_goes_back_while_nothing_moves_changes_nothing() -> None:
    robot = armed()
    assert robot(Tick(), -3600.0) == ()
    assert robot.mode is Mode.ARMED and robot.state.now_s == robot.now_s
    assert isinstance(robot(Acquire("agent", "goal-1"))[1], Granted)


def test_readings_of_one_clock_in_the_other_order_are_no_fault() -> None:
    robot = moving()
    at_s = robot.now_s
    assert robot(Tick(), -0.02) == () and robot.state.now_s == at_s
    assert robot(Tick(), -1e-3)[0] == Changed(
        "moving", "stopping", "", "expected a clock that goes on, got one that went back 0.02 s"
    )


@pytest.mark.parametrize("now_s", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_is_a_fault(now_s: float) -> None:
    robot = moving()
    state, actions = step(robot.state, Renew("agent", 1), now_s)
    assert state.mode is Mode.STOPPING and state.fault == f"expected a clock's time, got {now_s}"
    assert isinstance(actions[-1], Refused) and state.now_s == robot.state.now_s
