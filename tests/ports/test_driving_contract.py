"""Every base's driver keeps the port's promises, simulated or made up for tests."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from lab.flatland import Flatland, rooms

from llmagentos.errors import DriverError, GateRejection
from llmagentos.ports.driving import BaseDriver, Velocity
from llmagentos.robots.bases import BaseSpec, load_base
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose, wrapped
from sim.flats.flat import FLATS
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

START = MapPose(-2.8, 1.0, 0.4)


def _flatland(spec: BaseSpec) -> BaseDriver:
    return Flatland(*rooms(), START, spec)


def _gated(spec: BaseSpec) -> BaseDriver:
    return GatedBase(_flatland(spec), BaseGate(spec, "sim"))


def _simulated(spec: BaseSpec) -> BaseDriver:
    return FlatWorld(FlatSpec.from_yaml(FLATS / "flat.yaml"), renderer="tiny")


def _simulated_and_gated(spec: BaseSpec) -> BaseDriver:
    return GatedBase(_simulated(spec), BaseGate(spec, "sim"))


MAKERS: list[Callable[[BaseSpec], BaseDriver]] = [
    _flatland,
    _gated,
    _simulated,
    _simulated_and_gated,
]


@pytest.fixture(params=MAKERS, ids=lambda make: make.__name__.strip("_"))
def base(request):
    driver = request.param(load_base())
    driver.connect()
    yield driver
    driver.disconnect()


def test_a_period_lets_its_time_pass(base) -> None:
    before = base.now_s
    base.advance()
    assert base.now_s - before == pytest.approx(base.control_period_s)
    assert base.odometry().stamp_s == pytest.approx(base.now_s, abs=base.control_period_s)


def test_it_drives_as_commanded_and_its_wheels_say_so(base) -> None:
    start = base.odometry().pose
    for _ in range(60):
        sent = base.send_velocity(Velocity(0.3, 0.2))
        base.advance()
    gone = base.odometry().pose.seen_from(start)
    assert sent == Velocity(0.3, 0.2)
    assert 0.5 < math.hypot(gone.x_m, gone.y_m) < 1.0
    assert 0.3 < gone.yaw_rad < 0.75
    said = base.odometry().velocity
    assert said.forward_mps == pytest.approx(0.3, abs=0.05)
    assert said.turn_radps == pytest.approx(0.2, abs=0.1)


def test_it_turns_counter_clockwise_for_positive_rates(base) -> None:
    start = base.odometry().pose.yaw_rad
    for _ in range(20):
        base.send_velocity(Velocity(0.0, 0.6))
        base.advance()
    assert 0.2 < wrapped(base.odometry().pose.yaw_rad - start) < 0.8


def test_a_period_without_a_command_brakes(base) -> None:
    for _ in range(30):
        base.send_velocity(Velocity(0.3, 0.3))
        base.advance()
    for _ in range(30):
        base.advance()
    assert abs(base.odometry().velocity.forward_mps) < 0.01
    before = base.odometry().pose
    base.advance()
    assert base.odometry().pose.distance_m(before) < 1e-3


@pytest.mark.parametrize("bad", [Velocity(math.nan, 0.0), Velocity(0.1, math.inf)])
def test_what_is_no_velocity_is_refused_and_moves_nothing(base, bad) -> None:
    before = base.odometry().pose
    with pytest.raises((DriverError, GateRejection), match="expected finite"):
        base.send_velocity(bad)
    base.advance()
    assert base.odometry().pose.distance_m(before) < 1e-6


def test_a_scan_is_in_its_own_bounds_and_grows_older(base) -> None:
    scan = base.scan()
    spec = load_base().scanner
    assert scan.ranges_m.dtype == np.float32 and scan.ranges_m.shape == (spec.rays,)
    assert scan.max_m == spec.max_m and scan.mount.x_m == spec.x_m
    assert scan.step_rad * len(scan.ranges_m) == pytest.approx(2 * math.pi)
    stamps = set()
    for _ in range(20):
        base.advance()
        stamps.add(base.scan().stamp_s)
        assert base.scan().stamp_s <= base.now_s + 1e-9
    assert len(stamps) >= 5, "new ones come several times a second"


def test_the_scanner_turns_with_the_base(base) -> None:
    before = base.scan().points_m()
    for _ in range(40):
        base.send_velocity(Velocity(0.0, 0.5))
        base.advance()
    for _ in range(20):
        base.advance()
    yaw = base.odometry().pose.yaw_rad
    c, s = math.cos(yaw), math.sin(yaw)
    after = base.scan().points_m() @ np.array([[c, s], [-s, c]])
    gaps = [np.hypot(*(before - point).T).min() for point in after[::10]]
    assert np.median(gaps) < 0.06


def test_who_is_not_connected_answers_nothing(base) -> None:
    base.disconnect()
    base.disconnect()
    with pytest.raises(DriverError):
        base.advance()
    with pytest.raises(DriverError):
        base.odometry()
