"""The motion gate: every reason to refuse, and nothing refused that is allowed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from lab.arms import ARMS, PANDA, XARM7, FakeArm

from llmagentos.errors import DriverError, GateRejection
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.limits import motion_limits
from llmagentos.skills.arm import Arm
from llmagentos.types import Pose, RobotState

DT = 1 / 60
HOME = PANDA.home_rad
LIMITS = motion_limits(PANDA, "sim")


def state(
    positions: Sequence[float] = HOME, velocities: Sequence[float] = (0.0,) * 7
) -> RobotState:
    return RobotState(tuple(positions), tuple(velocities), 0.08, 0.0)


def moved(joint: int, by: float, start: Sequence[float] = HOME) -> tuple[float, ...]:
    return tuple(q + (by if i == joint else 0.0) for i, q in enumerate(start))


def refused(
    gate: MotionGate, reason: str, command: Sequence[float], now: RobotState | None = None
) -> None:
    before = gate.rejections[reason]
    with pytest.raises(GateRejection, match=f"^{reason}: expected .*, got "):
        gate.check(command, now or state(), DT)
    assert gate.rejections[reason] == before + 1


def test_standing_still_passes() -> None:
    gate = MotionGate(LIMITS)
    assert gate.check(list(HOME), state(), DT) == HOME
    assert not gate.rejections


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_not_finite(bad: float) -> None:
    refused(MotionGate(LIMITS), "not finite", moved(2, bad))


@pytest.mark.parametrize("length", [0, 6, 8])
def test_wrong_length(length: int) -> None:
    refused(MotionGate(LIMITS), "length", [0.0] * length)


@pytest.mark.parametrize("joint", range(7))
@pytest.mark.parametrize("end", [-1, 1])
def test_out_of_range(joint: int, end: int) -> None:
    edge = (LIMITS.upper_rad if end > 0 else LIMITS.lower_rad)[joint]
    inside = moved(joint, edge - HOME[joint])
    gate = MotionGate(LIMITS)
    assert gate.check(inside, state(inside), DT) == pytest.approx(inside)
    refused(MotionGate(LIMITS), "range", moved(joint, end * 1e-3, inside), state(inside))


def test_a_joint_outside_its_range_may_come_back_but_not_go_on() -> None:
    edge = LIMITS.upper_rad[0]
    outside = moved(0, edge + 0.05 - HOME[0])
    gate = MotionGate(LIMITS)
    gate.check(moved(0, -1e-3, outside), state(outside), DT)
    refused(MotionGate(LIMITS), "range", moved(0, 1e-3, outside), state(outside))


@pytest.mark.parametrize("end", [-1, 1])
def test_outside_of_its_range_a_joint_may_neither_stay_nor_go_on_at_either_end(end: int) -> None:
    edge = (LIMITS.upper_rad if end > 0 else LIMITS.lower_rad)[0]
    outside = moved(0, edge + end * 0.05 - HOME[0])
    gate = MotionGate(LIMITS)
    assert gate.check(moved(0, -end * 1e-3, outside), state(outside), DT)
    refused(MotionGate(LIMITS), "range", outside, state(outside))
    refused(MotionGate(LIMITS), "range", moved(0, end * 1e-3, outside), state(outside))
    just = moved(0, edge - HOME[0])
    assert MotionGate(LIMITS).check(moved(0, end * 0.9e-6, just), state(just), DT)
    refused(MotionGate(LIMITS), "range", moved(0, end * 1.1e-6, just), state(just))


@pytest.mark.parametrize("share, passes", [(1.019, True), (1.021, False)])
def test_rates_may_be_over_by_two_percent(share: float, passes: bool) -> None:
    bound = LIMITS.acceleration_radps2[1]
    fast = (0.0, share * LIMITS.velocity_radps[1], *(0.0,) * 5)
    for reason, gate, command in (
        ("acceleration", MotionGate(LIMITS), moved(1, share * bound * DT * DT)),
        ("velocity", MotionGate(LIMITS), moved(1, fast[1] * DT)),
        (
            "tool speed",
            MotionGate(LIMITS, lambda q: ((q[1] - HOME[1]) * share * LIMITS.tool_speed_mps / (1e-3 / DT), 0.0, 0.0)),
            moved(1, 1e-3),
        ),
    ):  # fmt: skip
        if reason == "velocity":  # at that rate already: only the rate is looked at
            far = moved(1, 0.3)
            gate.check(far, state(far), DT)
            now = state(HOME, fast)
        else:
            now = state()
        if passes:
            assert gate.check(command, now, DT) == command
        else:
            refused(gate, reason, command, now)


@pytest.mark.parametrize("lag_rad, last_counts", [(0.099, True), (0.101, False)])
def test_how_far_the_arm_may_lag_behind_its_command(lag_rad: float, last_counts: bool) -> None:
    gate = MotionGate(LIMITS)
    gate.check(HOME, state(), DT)
    behind = moved(0, -lag_rad)
    if last_counts:
        assert gate.check(HOME, state(behind), DT) == HOME
    else:
        refused(gate, "velocity", HOME, state(behind))


@pytest.mark.parametrize("joint", range(7))
def test_ten_times_too_fast(joint: int) -> None:
    step = 10 * LIMITS.velocity_radps[joint] * DT
    refused(MotionGate(LIMITS), "velocity", moved(joint, step if joint == 3 else -step))


def test_too_sudden() -> None:
    step = 0.5 * LIMITS.velocity_radps[1] * DT
    refused(MotionGate(LIMITS), "acceleration", moved(1, step))


def test_speed_up_within_the_limits_passes_and_sudden_stop_does_not() -> None:
    gate, q, speed = MotionGate(LIMITS), tuple(HOME), 0.0
    for _ in range(10):
        speed += LIMITS.acceleration_radps2[1] * DT
        before, q = q, moved(1, speed * DT, q)
        gate.check(q, state(before), DT)
    refused(gate, "acceleration", q, state(q))


def test_tool_speed() -> None:
    gate = MotionGate(LIMITS, lambda q: (0.4 + q[0] * 100.0, 0.0, 0.3))
    gate.check(HOME, state(), DT)
    refused(gate, "tool speed", moved(0, 0.5 * LIMITS.acceleration_radps2[0] * DT * DT))


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("side", [0, 1])
def test_the_tool_stays_in_its_box_and_may_come_back(axis: int, side: int) -> None:
    box = LIMITS.keep_in
    sides = (box.x_m, box.y_m, box.z_m)
    inside = [sum(s) / 2 for s in sides]

    def at(q: Sequence[float]) -> tuple[float, float, float]:
        """Joint 1 moves the tool through that side of the box, 0.1 rad a metre."""
        place = list(inside)
        place[axis] = sides[axis][side] + (1 if side else -1) * q[0] * 10
        x, y, z = place
        return x, y, z

    step = 0.9 * LIMITS.acceleration_radps2[0] * DT * DT / 10
    limits = replace(LIMITS, tool_speed_mps=10.0)
    assert MotionGate(limits, at).check(moved(0, -step), state(), DT) == moved(0, -step)
    refused(MotionGate(limits, at), "workspace", moved(0, step))
    outside = moved(0, 0.02)
    gate = MotionGate(limits, at)
    assert gate.check(moved(0, 0.02 - step), state(outside), DT)
    refused(MotionGate(limits, at), "workspace", moved(0, 0.02 + step), state(outside))


def test_the_fingers_ends_stay_off_the_table() -> None:
    for spec in ARMS:
        low = motion_limits(spec).keep_in.z_m[0]
        assert spec.finger_beyond_tip_m - 0.004 <= low < spec.lowest_tip_m


def test_tool_speed_is_measured_from_where_the_arm_is() -> None:
    gate = MotionGate(LIMITS, lambda q: (0.4 + q[0] - HOME[0], 0.0, 0.4))
    gate.check(HOME, state(), DT)
    elsewhere = moved(0, 0.3)
    assert gate.check(elsewhere, state(elsewhere), DT) == elsewhere


def test_an_arm_that_is_elsewhere_is_the_reference() -> None:
    gate = MotionGate(LIMITS)
    gate.check(HOME, state(), DT)
    elsewhere = moved(0, 0.3)
    refused(gate, "velocity", HOME, state(elsewhere))
    assert gate.check(elsewhere, state(elsewhere), DT) == elsewhere


def test_unusable_measured_state() -> None:
    refused(MotionGate(LIMITS), "state", HOME, state(moved(0, math.nan)))
    refused(MotionGate(LIMITS), "state", HOME, state((0.0,) * 6))


@pytest.mark.parametrize("period", [0.0, -1.0, math.nan])
def test_period(period: float) -> None:
    gate = MotionGate(LIMITS)
    with pytest.raises(GateRejection, match="period"):
        gate.check(HOME, state(), period)


def test_nothing_refused_reaches_the_driver() -> None:
    inner = FakeArm(PANDA)
    driver = GatedDriver(inner, MotionGate(LIMITS))
    assert isinstance(driver, RobotDriver)
    for bad in (moved(0, math.nan), [0.0] * 3, moved(0, 1.0), moved(3, 5.0)):
        with pytest.raises(GateRejection):
            driver.send_joint_positions(bad)
    assert inner.sent == []
    assert driver.send_joint_positions(HOME) == HOME
    assert inner.sent == [HOME]
    assert sum(driver.gate.rejections.values()) == 4


@pytest.mark.parametrize("width, force", [(math.nan, 20.0), (0.04, math.inf), (-0.01, 20.0)])
def test_gripper_numbers(width: float, force: float) -> None:
    inner = FakeArm(PANDA)
    driver = GatedDriver(inner, MotionGate(LIMITS))
    with pytest.raises(GateRejection, match="gripper"):
        driver.send_gripper(width, force)
    assert inner.widths == [] and driver.gate.rejections["gripper"] == 1
    assert driver.send_gripper(0.04, 20.0) == 0.04
    assert driver.send_gripper(0.0, 0.0) == 0.0


def test_the_driver_behind_is_connected_and_given_back_and_its_time_is_counted() -> None:
    forces: list[float] = []

    class Gripping(FakeArm):
        def send_gripper(self, width_m: float, force_n: float = 0.0) -> float:
            forces.append(force_n)
            return super().send_gripper(width_m, force_n)

    inner = Gripping(PANDA)
    driver = GatedDriver(inner, MotionGate(LIMITS))
    assert driver.passed_s == 0.0
    driver.send_joint_positions(HOME)
    driver.advance()
    driver.keep()
    assert driver.passed_s == pytest.approx(2 * DT)
    inner.positions = moved(0, 0.05)
    driver.connect()
    assert driver.send_joint_positions(inner.positions) == inner.positions, "judged anew"
    driver.send_gripper(0.04)
    assert forces == [20.0]
    driver.disconnect()
    with pytest.raises(DriverError):
        driver.state()


def test_brakes_by_itself_when_commands_stop_coming() -> None:
    inner = FakeArm(PANDA)
    driver = GatedDriver(inner, MotionGate(LIMITS))
    driver.advance()
    assert inner.sent == [], "nothing to brake"
    q, speed = tuple(HOME), 0.0
    for _ in range(10):
        speed += LIMITS.acceleration_radps2[1] * DT
        q = moved(1, speed * DT, q)
        driver.send_joint_positions(q)
        driver.advance()
    for _ in range(20):
        driver.advance()
    rates = [(b[1] - a[1]) / DT for a, b in zip(inner.sent[9:], inner.sent[10:], strict=False)]
    assert 9 <= len(rates) <= 12 and rates[-1] == pytest.approx(0.0, abs=1e-9)
    assert all(b < a + 1e-9 for a, b in pairwise(rates))
    assert driver.now_s == pytest.approx(31 * DT) and driver.control_period_s == DT
    driver.send_joint_positions(driver.state().positions)


@pytest.mark.parametrize("end", [-1, 1])
@pytest.mark.parametrize("left_steps", [100.0, 0.5])
def test_the_brake_goes_on_slower_and_not_over_the_edge(end: int, left_steps: float) -> None:
    """left_steps: how much of its range is left to the joint, in steps of its acceleration."""
    edge = (LIMITS.upper_rad if end > 0 else LIMITS.lower_rad)[0]
    step = LIMITS.acceleration_radps2[0] * DT * DT
    gate, q = MotionGate(LIMITS), moved(0, edge - end * (3 + left_steps) * step - HOME[0])
    for steps in (1, 2):
        before, q = q, moved(0, end * steps * step, q)
        gate.check(q, state(before), DT)
    assert not gate.rests
    braked = gate.brake(DT)
    assert braked is not None and braked[1:] == q[1:]
    assert abs(braked[0] - q[0]) == pytest.approx(min(1.0, left_steps) * step)
    assert gate.brake(DT) == braked and gate.rests, "the last step is one to stay"
    assert gate.brake(DT) is None
    gate.forget()
    assert gate.rests and gate.brake(DT) is None


@pytest.mark.parametrize("end", [-1, 1])
def test_the_brake_of_a_joint_on_its_way_back_from_outside_jumps_nowhere(end: int) -> None:
    edge = (LIMITS.upper_rad if end > 0 else LIMITS.lower_rad)[0]
    step = LIMITS.acceleration_radps2[0] * DT * DT
    gate, q = MotionGate(LIMITS), moved(0, edge + end * 0.05 - HOME[0])
    for steps in (1, 2):
        before, q = q, moved(0, -end * steps * step, q)
        gate.check(q, state(before), DT)
    braked = gate.brake(DT)
    assert braked is not None and braked[0] == pytest.approx(q[0] - end * step)


def test_a_clock_that_begins_anew_means_a_reset() -> None:
    driver = GatedDriver(FakeArm(PANDA), MotionGate(LIMITS))
    driver.gate.check(HOME, RobotState(HOME, (0.0,) * 7, 0.08, 5.0), DT)
    elsewhere = moved(0, 0.05)
    after = RobotState(elsewhere, (0.0,) * 7, 0.08, 0.0)
    assert driver.gate.check(elsewhere, after, DT) == elsewhere


def test_forget_after_a_reset() -> None:
    inner = FakeArm(PANDA)
    driver = GatedDriver(inner, MotionGate(LIMITS))
    driver.send_joint_positions(HOME)
    inner.positions = moved(0, 0.05)
    driver.forget()
    assert driver.send_joint_positions(inner.positions) == inner.positions


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_careful_is_what_holds_where_nobody_says_otherwise(spec: ArmSpec) -> None:
    """Of the limits, the gate, and an arm's ways and brakes; full rates go by the name sim."""
    careful, full = motion_limits(spec, "careful"), motion_limits(spec, "sim")
    assert motion_limits(spec) == MotionGate.of(spec).limits == careful != full
    arm = Arm(FakeArm(spec), Kinematics(spec))
    assert max(arm.limits.velocity_radps) <= max(careful.velocity_radps)
    with pytest.raises(
        ValueError, match=r"expected a profile out of \['careful', 'sim'\], got 'fast'"
    ):
        motion_limits(spec, "fast")


def test_the_former_name_of_a_profile_goes_on_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert motion_limits(PANDA, "full") == motion_limits(PANDA, "sim")
    assert "profile full is called sim now" in caplog.text


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
@pytest.mark.parametrize("profile", ["careful", "sim"])
def test_an_arm_that_stops_in_mid_motion_passes_its_own_gate(spec: ArmSpec, profile: str) -> None:
    """Brakes are the profile's, too: harder ones would be refused, and the arm would run on."""
    inner, kinematics = FakeArm(spec), Kinematics(spec)
    gate = MotionGate.of(spec, profile, kinematics.tip_position)
    arm = Arm(GatedDriver(inner, gate), kinematics, profile)
    moving = arm.to_joints(kinematics.solve(Pose((0.5, 0.2, 0.1))))
    for _ in range(25):
        next(moving)
    assert max(map(abs, inner.state().velocities)) > 0.05
    for _ in arm.stop():
        pass
    assert not gate.rejections
    assert max(map(abs, inner.state().velocities)) < 1e-3


def test_profiles() -> None:
    careful = motion_limits(PANDA)
    assert careful.tool_speed_mps == 0.25
    assert careful.velocity_radps[0] == pytest.approx(0.3 * 2.175)
    assert careful.acceleration_radps2[1] == pytest.approx(0.5 * 7.5)
    assert careful.lower_rad[3] == pytest.approx(-3.0718 + 0.1)
    half = careful.scaled(0.5)
    assert half.tool_speed_mps == 0.125 and half.velocity_radps[0] == careful.velocity_radps[0] / 2
    with pytest.raises(ValueError, match="expected a profile"):
        motion_limits(PANDA, "mad")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="shares"):
        careful.scaled(0.0)


def test_of_the_same_refusal_the_first_second_fourth_eighth_are_recorded() -> None:
    rows: list[dict[str, object]] = []

    class Kept:
        def post(self, event: str, **fields: object) -> None:
            rows.append({"event": event, **fields})

    gate = MotionGate(LIMITS)
    gate.audit = Kept()  # type: ignore[assignment]
    for _ in range(9):
        refused(gate, "length", [0.0])
    refused(gate, "not finite", moved(2, math.nan))
    assert [(r["rule"], r["times"]) for r in rows] == [
        *(("length", times) for times in (1, 2, 4, 8)),
        ("not finite", 1),
    ]
    assert all(r["event"] == "refused" and r["by"] == "gate" for r in rows)
    assert rows[0]["why"] == "expected 7 joint positions, got 1"
