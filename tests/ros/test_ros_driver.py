"""The driver over topics, with a follower on the other side and a clock that is moved by hand."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable

import pytest
from lab.arms import PANDA
from llmagentos_ros.convert import joint_state_to_msg, to_seconds
from llmagentos_ros.driver import RosDriver
from llmagentos_ros.follower import Point, TrajectoryFollower
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from llmagentos.errors import DriverError
from llmagentos.robots.promises import CONTRACT
from llmagentos.safety.ages import AgeTimer
from llmagentos.types import RobotState

PERIOD = 1 / 60


class Bench:
    """A robot behind a network: messages arrive `delay` periods late in both directions."""

    def __init__(self, delay: int = 1, stall_s: float = 1.0, **options: float) -> None:
        self.now, self.runs = 10.0, True
        self.sent: list[JointTrajectory] = []
        self.grips: list[tuple[float, float]] = []
        self._delay = delay
        self._wire: deque[tuple[int, JointTrajectory]] = deque()
        self._back: deque[tuple[int, RobotState]] = deque()
        self._step = 0
        self.follower = TrajectoryFollower(PANDA.home_rad, PANDA)
        self.frozen = False
        #: The watchdogs' clock, and how much of it a period takes.
        self.steady, self.steady_per_period_s = 0.0, PERIOD
        #: What the follower had the arm do, period by period.
        self.commanded: list[tuple[float, ...]] = []
        self.driver = RosDriver(
            self._publish,
            lambda w, f: self.grips.append((w, f)),
            self.clock,
            spec=PANDA,
            clock_moved=self,  # type: ignore[arg-type]
            joint_states=AgeTimer("joint states", 0.25, lambda: self.steady),
            clock_age=AgeTimer("clock", stall_s, lambda: self.steady),
            **options,  # type: ignore[arg-type]
        )
        self._report()

    def __enter__(self) -> None:
        """As the condition that the driver waits on."""

    def __exit__(self, *exc: object) -> None:
        """As the condition that the driver waits on."""

    def wait(self, timeout_s: float) -> None:
        """The driver waits: a period passes, unless the clock stands still."""
        self.steady += self.steady_per_period_s
        if self.runs:
            self.pass_period()

    def clock(self) -> float:
        return self.now

    def _publish(self, msg: JointTrajectory) -> None:
        self.sent.append(msg)
        self._wire.append((self._step + self._delay, msg))

    def _report(self) -> None:
        joints = self.follower.sample(self.now)
        self.commanded.append(joints)
        state = RobotState(joints, (0.0,) * 7, 0.08, self.now)
        self._back.append((self._step + self._delay, state))
        while self._back and (self._back[0][0] <= self._step or self._step == 0):
            msg = joint_state_to_msg(self._back.popleft()[1], PANDA, "base")
            self.driver.on_joint_state(msg)

    def pass_period(self) -> None:
        """Time goes on: messages arrive, the arm moves, its state is reported."""
        self._step += 1
        self.now += PERIOD
        while self._wire and self._wire[0][0] <= self._step:
            msg = self._wire.popleft()[1]
            start = to_seconds(msg.header.stamp)
            points = [
                Point(start + p.time_from_start.nanosec * 1e-9, tuple(p.positions))
                for p in msg.points
            ]
            if not self.frozen:
                self.follower.accept(points, self.now)
        if not self.frozen:
            self._report()
        else:
            self._back.append(
                (self._step, RobotState(self.follower._position, (0.0,) * 7, 0.08, self.now))
            )
            self.driver.on_joint_state(joint_state_to_msg(self._back.pop()[1], PANDA, "base"))

    def advance(self, positions: tuple[float, ...] | None = None) -> None:
        if positions is not None:
            self.driver.send_joint_positions(positions)
        self.driver.advance()


def path(k: int) -> tuple[float, ...]:
    """A smooth swing of joint 1, up to 0.9 rad/s."""
    return (0.3 * (1 - math.cos(3 * k * PERIOD)), *PANDA.home_rad[1:])


@pytest.mark.parametrize("delay", [0, 1, 2])
def test_known_lag_is_taken_out(delay: int) -> None:
    bench = Bench(delay)
    worst = 0.0
    for k in range(100):
        bench.advance(path(k))
        lag = abs(bench.driver.state().positions[0] - path(k)[0])
        worst = max(worst, lag)
    assert worst < 0.02  # the arm itself is up to 0.09 rad behind


def test_an_arm_that_is_held_up_shows() -> None:
    bench = Bench()
    for k in range(30):
        bench.advance(path(k))
    bench.frozen = True
    for k in range(30, 45):
        bench.advance(path(k))
    assert abs(bench.driver.state().positions[0] - path(44)[0]) > 0.1


def test_messages_carry_all_points_that_are_ahead() -> None:
    bench = Bench()
    for k in range(30):
        bench.advance(path(k))
    msg = bench.sent[-1]
    assert msg.joint_names == list(PANDA.joint_names)
    times = [p.time_from_start.nanosec * 1e-9 for p in msg.points]
    assert times == sorted(times) and times[0] > 0
    planned = [t for t in times if t < 0.06 + 1.5 * PERIOD]
    assert 3 <= len(planned) <= 5 < len(times)  # and then it brakes
    assert not msg.points[0].velocities  # the controller interpolates


def test_a_stream_that_ends_in_mid_motion_ramps_down() -> None:
    """As when the executor is killed: the arm's own controller has the points that brake."""
    bench, k = Bench(), 0
    while k * PERIOD < 0.5:  # joint 1 is at its fastest, 0.9 rad/s
        bench.advance(path(k))
        k += 1
    before = bench.follower.sample(bench.now)[0]
    steps = []
    for _ in range(40):
        bench.pass_period()
        now = bench.follower.sample(bench.now)[0]
        steps.append((now - before) / PERIOD)
        before = now
    assert steps[-1] == 0.0 and not bench.follower.moving
    # A hard stop would take 54 rad/s²; two periods, since braking points are two periods apart.
    hardest = max((a - b) / (2 * PERIOD) for a, b in zip(steps, steps[2:], strict=False))
    assert 0 < hardest <= PANDA.max_acceleration_radps2[0] * 1.1


def test_an_arm_at_rest_gets_no_points_beyond_its_goal() -> None:
    bench = Bench()
    for k in range(60):
        bench.advance(path(min(k, 30)))
    assert tuple(bench.sent[-1].points[-1].positions) == pytest.approx(path(30))


def test_after_a_pause_in_mid_motion_the_braking_is_no_lag() -> None:
    bench = Bench(stall_s=5.0)
    for k in range(31):
        bench.advance(path(k))
    for _ in range(12):  # the executor did not get the processor for 0.2 s
        bench.pass_period()
    for k in range(31, 50):
        bench.advance(path(k))
        assert abs(bench.driver.state().positions[0] - path(k)[0]) < 0.06


def swing(k: int) -> tuple[float, ...]:
    """Joint 7 to and fro at up to 2.4 rad/s."""
    return (*PANDA.home_rad[:6], PANDA.home_rad[6] + 0.8 * (1 - math.cos(3 * k * PERIOD)))


def wrist_speeds(bench: Bench) -> list[float]:
    """Joint 7's commanded speed in every period since the last call, rad/s."""
    seen = [positions[6] for positions in bench.commanded]
    bench.commanded.clear()
    return [(b - a) / PERIOD for a, b in itertools.pairwise(seen)]


@pytest.mark.parametrize("late", [1, 3, 5])
def test_a_late_sender_is_not_noticed_while_points_are_ahead(late: int) -> None:
    """The arm moves as evenly as under a sender that is always in time."""
    bench = Bench(delay=0, lookahead_s=0.1)
    for k in range(60):
        if k % 20 == 19:
            for _ in range(late):
                bench.pass_period()
        bench.advance(swing(k))
    changes = [abs(b - a) / PERIOD for a, b in itertools.pairwise(wrist_speeds(bench)[10:])]
    assert max(changes) < 1.2 * 0.8 * 3**2  # the swing's own acceleration, rad/s²
    assert bench.driver.broken_streams == 0


def test_a_stream_that_broke_is_taken_up_from_rest() -> None:
    """The arm has braked beyond the path: back at its own pace, and on with rising speed."""
    bench = Bench(delay=0, lookahead_s=0.1)
    for k in range(30):
        bench.advance(swing(k))
    for _ in range(40):
        bench.pass_period()
    bench.commanded.clear()
    for k in range(30, 60):
        bench.advance(swing(k))
    speeds = wrist_speeds(bench)
    assert bench.driver.broken_streams == 1
    assert min(speeds) < 0 < max(speeds)
    changes = [abs(b - a) / (2 * PERIOD) for a, b in zip(speeds, speeds[2:], strict=False)]
    assert max(changes) < PANDA.max_acceleration_radps2[6]


def test_a_stream_that_broke_goes_through_every_point() -> None:
    bench = Bench(delay=0, lookahead_s=0.1)
    goal = 40
    for k in range(30):
        bench.advance(swing(k))
    for _ in range(40):
        bench.pass_period()
    for k in [*range(30, goal), *[goal] * 20]:
        bench.advance(swing(k))
        assert bench.driver.state().positions[6] == pytest.approx(swing(k)[6], abs=1e-6)
    assert bench.follower.sample(bench.now)[6] == pytest.approx(swing(goal)[6], abs=1e-6)


@pytest.mark.parametrize("back_s", [5.0, 10.0])
def test_a_clock_that_was_set_back_ends_a_motion_with_the_arm_at_rest(back_s: float) -> None:
    bench, k = Bench(delay=0), 0
    while k * PERIOD < 0.5:  # joint 1 is at its fastest, 0.9 rad/s
        bench.advance(path(k))
        k += 1
    bench.now -= back_s
    bench.commanded.clear()
    with pytest.raises(DriverError, match=f"the clock went back by {back_s:.1f} s"):
        bench.advance(path(k))
    bench.pass_period()
    assert not bench.follower.moving and bench.commanded[-1] == bench.commanded[-2]
    # What was sent on the new clock goes on as the motion was, and brakes.
    points = [(p.time_from_start.nanosec * 1e-9, p.positions[0]) for p in bench.sent[-1].points]
    speeds = [(b - a) / (t1 - t0) for (t0, a), (t1, b) in itertools.pairwise(points)]
    assert speeds[0] == pytest.approx(0.9, rel=0.05) and 0 < speeds[-1] < 0.3
    changes = [a - b for a, b in itertools.pairwise(speeds)]
    assert max(changes) <= PANDA.max_acceleration_radps2[0] * 2 * PERIOD * 1.1
    # Said once: what is commanded from now on goes by the new clock.
    rest = bench.commanded[-1]
    bench.advance(rest)
    stamp = to_seconds(bench.sent[-1].header.stamp)
    assert stamp == pytest.approx(bench.now, abs=2 * PERIOD)


@pytest.mark.parametrize("back_s", [0.0, 5.0])
def test_a_stop_takes_back_what_is_under_way_also_when_the_clock_is_set_back(back_s: float) -> None:
    bench = Bench(delay=0, lookahead_s=0.1)
    for k in range(30):  # joint 1 is at its fastest, 0.9 rad/s
        bench.advance(path(k))
    goal = bench.sent[-1].points[0].positions[0]
    bench.driver.brake_now()
    if back_s:
        bench.now -= back_s
        with pytest.raises(DriverError, match="the clock went back"):
            bench.advance(path(30))
    for k in range(31, 60):  # what is commanded after it is not sent
        bench.advance(path(k))
    assert not bench.follower.moving and bench.commanded[-1] == bench.commanded[-2]
    assert bench.commanded[-1][0] < goal + 0.1
    bench.driver.forget()  # a person's reset
    bench.pass_period()
    bench.advance(bench.commanded[-1])
    assert tuple(bench.sent[-1].points[0].positions) == pytest.approx(bench.commanded[-1])


def test_the_end_of_a_way_to_rest_is_not_sent_long_after_it() -> None:
    """Nothing came through meanwhile: the arm has braked by itself, farther on, and shall not move."""
    bench = Bench(delay=0, lookahead_s=0.1)
    for k in range(30):
        bench.advance(path(k))
    bench.frozen = True
    bench.driver.brake_now()
    sent = len(bench.sent)
    bench._wire.clear()
    bench.now += 2.0
    bench.frozen = False
    for k in range(30, 40):
        bench.advance(path(k))
    assert len(bench.sent) == sent


def test_a_clock_that_is_set_back_while_the_driver_waits_is_noticed() -> None:
    bench = Bench(stall_s=5.0)
    bench.advance(path(0))
    waits = bench.wait

    def back(timeout_s: float) -> None:
        waits(timeout_s)
        bench.now = 1.0
        bench.wait = waits  # type: ignore[method-assign]

    bench.wait = back  # type: ignore[method-assign]
    with pytest.raises(DriverError, match="went back"):
        bench.advance(path(1))
    assert bench.driver.now_s < 2.0


def test_a_slow_clock_is_no_still_clock() -> None:
    """Simulated time may be far slower than real time: only one that stands still is an error."""
    bench = Bench(delay=0, stall_s=0.2)
    bench.steady_per_period_s = 0.06
    for k in range(30):
        bench.advance(swing(k))
    for _ in range(40):
        bench.pass_period()
    before = bench.now
    bench.advance(swing(30))  # it waits for the way back
    assert bench.driver.broken_streams == 1 and bench.now - before > 0.2


def test_stale_joint_states_are_an_error() -> None:
    silent = RosDriver(
        lambda m: None, lambda w, f: None, lambda: 0.0, spec=PANDA,
        joint_states=AgeTimer("joint states", 0.25), clock_age=AgeTimer("clock", 1.0),
    )  # fmt: skip
    with pytest.raises(DriverError, match="never seen"):
        silent.state()


def test_after_nan_joint_states_nothing_is_known_until_others_come() -> None:
    bench = Bench()
    before = bench.driver.state()
    msg = joint_state_to_msg(before, PANDA, "base")
    msg.position[0] = math.nan
    bench.driver.on_joint_state(msg)
    assert bench.driver.rejected == 1
    with pytest.raises(DriverError, match="expected finite joint positions"):
        bench.driver.state()
    bench.driver.on_joint_state(joint_state_to_msg(before, PANDA, "base"))
    assert bench.driver.state() == before


def test_a_driver_without_velocities_has_states() -> None:
    """Its messages were taken for none: "joint states never seen"."""
    bench = Bench(delay=0)
    bench.driver.forget()
    for k in range(12):
        bench.now += PERIOD
        state = RobotState(
            (0.3 * PERIOD * k, *PANDA.home_rad[1:]), (math.nan,) * 7, 0.08, bench.now
        )
        bench.driver.on_joint_state(joint_state_to_msg(state, PANDA, "base"))
    assert bench.driver.state().velocities == pytest.approx((0.3, *(0.0,) * 6))
    assert bench.driver.rejected == 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda m: m.name.append(m.name[0]) or m.position.append(0.0), "panda_joint1 twice"),
        (lambda m: m.position.__setitem__(0, 1e308), "in radians"),
        (lambda m: m.position.__setitem__(8, 1e308), "for an opening of 0 to 0.080 m"),
        (lambda m: setattr(m.header.stamp, "sec", 3600), "3590.0 s ahead"),
    ],
    ids=["twice", "huge", "infinite width", "an hour ahead"],
)
def test_joint_states_that_cannot_be_are_none_and_named(
    spoil: Callable[[JointState], object], words: str
) -> None:
    bench = Bench()
    before = bench.driver.state()
    msg = joint_state_to_msg(before, PANDA, "base")
    spoil(msg)
    bench.driver.on_joint_state(msg)
    assert bench.driver.state().gripper_width_m == before.gripper_width_m
    bench.steady += 1.0
    with pytest.raises(DriverError, match=words):
        bench.driver.state()
    bench.driver.on_joint_state(joint_state_to_msg(before, PANDA, "base"))
    assert bench.driver.state().positions == pytest.approx(before.positions)


@pytest.mark.parametrize("bad", [(0.0,) * 6, (math.nan,) * 7, (math.inf,) * 7])
def test_bad_commands_are_never_sent(bad: tuple[float, ...]) -> None:
    bench = Bench()
    with pytest.raises(DriverError):
        bench.driver.send_joint_positions(bad)
    bench.advance()
    assert bench.sent == []


def test_it_returns_what_it_sent() -> None:
    bench = Bench()
    sent = bench.driver.send_joint_positions((9.0, *PANDA.home_rad[1:]))
    assert sent[0] == PANDA.upper_rad[0]
    assert bench.driver.send_gripper(1.0) == PANDA.max_opening_m
    assert bench.grips == [(PANDA.max_opening_m, 20.0)]


def test_the_drivers_contract() -> None:
    bench = Bench()
    for check in CONTRACT:
        check(bench.driver, PANDA)


def test_a_clock_that_stands_still_is_an_error() -> None:
    bench = Bench(stall_s=0.05)
    bench.advance()
    bench.runs = False
    with pytest.raises(DriverError, match="expected the clock"):
        bench.driver.advance()
