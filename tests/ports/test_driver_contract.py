"""Every driver that needs no ROS keeps the port's promises (llmagentos.robots.conformance)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lab.arms import ARMS, UR5E, XARM7, FakeArm

from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec
from llmagentos.robots.promises import CONTRACT
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.observed import ObservedDriver
from sim.scene import SceneSpec
from sim.world import SimWorld


def _world(spec: ArmSpec) -> RobotDriver:
    return SimWorld(SceneSpec(robot=spec.name), renderer="tiny")


def _gated(spec: ArmSpec) -> RobotDriver:
    return GatedDriver(FakeArm(spec), MotionGate.of(spec))


def _as_the_agent_has_it(spec: ArmSpec) -> RobotDriver:
    return ObservedDriver(GatedDriver(_world(spec), MotionGate.of(spec, "sim")))


@pytest.mark.parametrize(
    "make",
    [FakeArm, _world, _gated, lambda s: ObservedDriver(FakeArm(s)), _as_the_agent_has_it],
    ids=["fake", "simulated", "gated", "observed", "observed, gated, simulated"],
)
@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_contract(make: Callable[[ArmSpec], RobotDriver], spec: ArmSpec) -> None:
    driver = make(spec)
    for check in CONTRACT:
        check(driver, spec)


def test_a_closed_world_cannot_be_connected_again() -> None:
    from llmagentos.errors import DriverError

    world = _world(UR5E)
    world.disconnect()
    with pytest.raises(DriverError, match="expected an open world"):
        world.connect()


def test_nothing_but_the_port_passes_the_gate() -> None:
    """A gated driver has no way around its gate: what the port does not name is not there."""
    inner = FakeArm(UR5E)
    inner.send_raw = lambda: None  # type: ignore[attr-defined]
    for driver in (GatedDriver(inner, MotionGate.of(UR5E)), ObservedDriver(inner)):
        assert not hasattr(driver, "send_raw") and not hasattr(driver, "positions")


def test_connecting_a_gated_driver_judges_the_next_command_by_where_the_arm_is() -> None:
    inner = FakeArm(UR5E)
    driver = GatedDriver(inner, MotionGate.of(UR5E))
    driver.send_joint_positions(inner.positions)
    driver.disconnect()
    inner.positions = tuple(q + 0.05 for q in inner.positions)
    driver.connect()
    assert driver.send_joint_positions(inner.positions) == inner.positions
