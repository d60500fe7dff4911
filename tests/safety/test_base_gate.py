"""Whatever drives the base, it stops before it touches; and it stops when told to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab.flatland import Flatland, rooms

from llmagentos.errors import GateRejection, StoppedError
from llmagentos.ports.driving import STILL, LaserScan, Odometry, Velocity
from llmagentos.robots.bases import load_base
from llmagentos.safety.base_gate import MARGIN_M, STALE_S, BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Answer, Stop
from llmagentos.safety.states import Mode
from llmagentos.types import MapPose

SPEC = load_base()
DT = 0.05


def wall_ahead(at_m: float, stamp_s: float = 0.0) -> LaserScan:
    """A wall across the way, so far ahead of the axle."""
    angles = -math.pi + 2 * math.pi / 360 * np.arange(360)
    with np.errstate(divide="ignore"):
        ranges = np.where(np.cos(angles) > 0.05, (at_m - 0.0) / np.cos(angles), 99.0)
    return LaserScan(ranges.astype(np.float32), -math.pi, 2 * math.pi / 360, 10.0, stamp_s)


def odometry(stamp_s: float = 0.0) -> Odometry:
    return Odometry(MapPose(0, 0), STILL, stamp_s)


def driven(wanted: Velocity, at_m: float, profile: str = "sim") -> tuple[float, list[Velocity]]:
    """Towards a wall for 20 s; how near the body comes to it, and what was sent."""
    gate, x, sent = BaseGate(SPEC, profile), 0.0, []
    for period in range(400):
        now = period * DT
        sent.append(gate.check(wanted, odometry(now), wall_ahead(at_m - x, now), DT))
        x += sent[-1].forward_mps * DT
    return at_m - x - SPEC.radius_m, sent


@pytest.mark.parametrize("profile", ["careful", "sim"])
@pytest.mark.parametrize("at_m", [0.5, 0.9, 1.7, 3.0])
def test_at_full_speed_it_stops_before_a_wall(profile, at_m) -> None:
    left, sent = driven(Velocity(9.0, 0.0), at_m, profile)
    assert MARGIN_M / 2 < left < MARGIN_M + 0.06
    assert sent[-1].forward_mps < 0.02


def test_beside_a_wall_it_drives_on() -> None:
    gate = BaseGate(SPEC, "sim")
    scan = wall_ahead(SPEC.radius_m + MARGIN_M + 0.02)
    turned = LaserScan(scan.ranges_m, scan.first_rad + math.pi / 2, scan.step_rad, 10.0, 0.0)
    for _ in range(40):
        sent = gate.check(Velocity(0.5, 0.0), odometry(), turned, DT)
    assert sent.forward_mps == pytest.approx(0.5)


def test_too_near_it_may_turn_and_drive_away_but_not_on() -> None:
    scan = wall_ahead(SPEC.radius_m + 0.01)
    assert BaseGate(SPEC, "sim").check(Velocity(0.1, 0.0), odometry(), scan, DT) == STILL
    away = BaseGate(SPEC, "sim").check(Velocity(-0.1, 0.0), odometry(), scan, DT)
    assert away.forward_mps < 0
    turning = BaseGate(SPEC, "sim").check(Velocity(0.0, 1.0), odometry(), scan, DT)
    assert turning.turn_radps > 0


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-4, 4)), min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_what_is_sent_keeps_the_profile_s_limits(wishes) -> None:
    gate, limits = BaseGate(SPEC, "careful"), SPEC.profile("careful")
    empty = LaserScan(np.full(360, 99, np.float32), -math.pi, 2 * math.pi / 360, 10.0, 0.0)
    last = STILL
    for v, w in wishes:
        sent = gate.check(Velocity(v, w), odometry(), empty, DT)
        assert -limits.backward_mps <= sent.forward_mps <= limits.forward_mps
        assert abs(sent.turn_radps) <= limits.turn_radps
        faster = abs(sent.forward_mps) > abs(last.forward_mps)
        most = limits.acceleration_mps2 if faster else SPEC.braking_mps2
        assert abs(sent.forward_mps - last.forward_mps) <= most * DT + 1e-9
        faster = abs(sent.turn_radps) > abs(last.turn_radps)
        most = limits.turn_acceleration_radps2 if faster else SPEC.turn_braking_radps2
        assert abs(sent.turn_radps - last.turn_radps) <= most * DT + 1e-9
        last = sent


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_driver_out_of_its_mind_touches_nothing(seed) -> None:
    rng = np.random.default_rng(seed)
    walls, frame = rooms()
    world = Flatland(walls, frame, MapPose(-2.8, 1.0, rng.uniform(-3, 3)), seed=seed)
    base = GatedBase(world, BaseGate(SPEC, "sim"))
    for _ in range(12):
        wanted = Velocity(rng.uniform(-1.5, 1.5), rng.uniform(-2, 2))
        for _ in range(int(rng.integers(5, 40))):
            base.send_velocity(wanted)
            base.advance()
    assert world.least_m > 0.0


def test_a_scan_that_is_old_lets_nothing_drive() -> None:
    gate = BaseGate(SPEC, "sim")
    for _ in range(20):
        gate.check(Velocity(0.5, 0.0), odometry(0.0), wall_ahead(9.0, 0.0), DT)
    sent = gate.check(Velocity(0.5, 0.0), odometry(STALE_S + 0.1), wall_ahead(9.0, 0.0), DT)
    assert sent.forward_mps < 0.5 and "old" in gate.why
    for _ in range(20):
        sent = gate.check(Velocity(0.5, 0.0), odometry(STALE_S + 0.1), wall_ahead(9.0, 0.0), DT)
    assert sent == STILL and gate.rejections["stale scan"] == 1


@pytest.mark.parametrize("bad", [Velocity(math.nan, 0), Velocity(0, -math.inf)])
def test_what_is_no_number_is_rejected(bad) -> None:
    gate = BaseGate(SPEC)
    with pytest.raises(GateRejection, match="expected finite velocities"):
        gate.check(bad, odometry(), wall_ahead(5.0), DT)
    assert gate.rejections["not finite"] == 1


def test_what_it_held_back_is_kept_in_the_audit() -> None:
    rows = []

    class Kept:
        def post(self, what, **fields) -> None:
            rows.append((what, fields["rule"]))

    gate = BaseGate(SPEC, "sim")
    gate.audit = Kept()
    gate.check(Velocity(0.3, 0.0), odometry(), wall_ahead(SPEC.radius_m + 0.01), DT)
    assert rows == [("refused", "in the way")]


class Rig:
    """A base with a supervisor, in the middle of a room."""

    def __init__(self, arms: bool = True) -> None:
        self.world = Flatland(*rooms(), MapPose(-2.8, 1.0, 0.0))
        self.supervisor = Supervisor(lambda: self.world.now_s)
        self.permit = Permit(self.supervisor, "test", lambda: "")
        self.base = GatedBase(self.world, BaseGate(SPEC, "sim"), self.permit)
        if arms:
            assert self.supervisor.arm("Ada") == ""
            self.permit.begin("goal")

    def go(self, periods: int) -> None:
        for _ in range(periods):
            self.base.send_velocity(Velocity(0.5, 0.3))
            self.base.advance()


def test_nothing_drives_before_somebody_arms() -> None:
    rig = Rig(arms=False)
    with pytest.raises(StoppedError, match="expected a goal that was begun"):
        rig.go(1)
    assert rig.world.truth.distance_m(MapPose(-2.8, 1.0)) == 0


def test_the_supervisor_s_stop_brings_the_base_to_rest_and_measures_it() -> None:
    rig = Rig()
    rig.go(25)
    answers: list = []
    rig.supervisor.subscribe(lambda a: answers.append(a) if isinstance(a, Answer) else None)
    moving = rig.world.odometry().velocity.forward_mps
    assert moving > 0.4
    rig.supervisor.tell(Stop("1", "test", "a person said so"))
    at = rig.world.truth
    with pytest.raises(StoppedError):
        rig.go(60)
    needed_m = moving**2 / 2 / SPEC.braking_mps2
    assert rig.world.truth.distance_m(at) < needed_m + 2 * moving * DT
    assert rig.world.odometry().velocity.forward_mps == 0
    assert answers and answers[0].at_rest, "rest was measured at the wheels"
    assert rig.supervisor.mode is Mode.STOPPED
    rest = rig.world.truth
    for _ in range(5):
        with pytest.raises(StoppedError):
            rig.go(1)
    assert rig.world.truth == rest


def test_who_hangs_in_mid_drive_is_braked_by_the_periods_alone() -> None:
    rig = Rig()
    rig.go(20)
    for _ in range(20):
        rig.base.advance()
    assert rig.base.rests and rig.world.odometry().velocity == STILL


@pytest.mark.parametrize("ahead_s", [0.1, STALE_S])
def test_a_scan_that_seems_younger_than_the_wheels_word_shortens_no_braking(ahead_s) -> None:
    """Stamps of two clocks: what seems to come from the future counts as of now."""
    at_m, sent = 0.9, STILL
    gate, same = BaseGate(SPEC, "sim"), BaseGate(SPEC, "sim")
    for _ in range(60):
        wanted = Velocity(9.0, 0.0)
        sent = gate.check(wanted, odometry(), wall_ahead(at_m, ahead_s), DT)
        assert sent == same.check(wanted, odometry(), wall_ahead(at_m), DT)
        at_m -= sent.forward_mps * DT
    assert at_m - SPEC.radius_m > MARGIN_M / 2


def test_wheels_that_say_nothing_new_let_nothing_drive() -> None:
    gate = BaseGate(SPEC, "sim")
    assert gate.check(Velocity(0.3), odometry(), wall_ahead(9.0, 1.1 * STALE_S), DT) == STILL
    assert gate.rejections["stale odometry"] == 1 and "wheels" in gate.why


def front_only(half_rad: float, mount: MapPose | None = None) -> LaserScan:
    """A scanner that looks ahead, so far to both sides, into an empty room."""
    count = 181
    step = 2 * half_rad / (count - 1)
    return LaserScan(
        np.full(count, 99.0, np.float32), -half_rad, step, 10.0, 0.0, mount or MapPose(0.0, 0.0)
    )


def test_it_drives_only_where_the_scanner_looks() -> None:
    ahead, narrow = front_only(math.radians(120)), front_only(math.radians(20))
    behind = front_only(math.radians(120), MapPose(-0.1, 0.0, math.pi))
    whole = wall_ahead(9.0)
    for scan, wanted, may in [
        (ahead, Velocity(0.1), True),
        (ahead, Velocity(-0.1), False),
        (ahead, Velocity(0.0, 0.5), True),  # a round base touches nothing by turning
        (narrow, Velocity(0.1), False),
        (behind, Velocity(-0.1), True),
        (behind, Velocity(0.1), False),
        (whole, Velocity(0.1), True),
        (whole, Velocity(-0.1), True),
    ]:
        gate = BaseGate(SPEC, "sim")
        sent = gate.check(wanted, odometry(), scan, DT)
        assert (sent != STILL) is may, (scan.mount, wanted)
        assert gate.rejections["not seen"] == (not may)
