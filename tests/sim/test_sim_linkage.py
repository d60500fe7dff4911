"""A gripper with a linkage in simulation: one motor, both sides in step, things held."""

from __future__ import annotations

import pytest
from lab.arms import UR5E

from sim.scene import SceneSpec
from sim.world import SimWorld

#: Between the finger tips of the resting arm, and a little to one side.
BESIDE_M = 0.008


@pytest.fixture
def world() -> SimWorld:
    thing = {"kind": "block", "color": "red", "position": [0.5, 0.1]}
    return SimWorld(SceneSpec.from_dict({"robot": "ur5e", "objects": [thing]}), renderer="tiny")


def _advance(world: SimWorld, seconds: float) -> None:
    for _ in range(round(seconds / world.control_period_s)):
        world.advance()


def _ratios(world: SimWorld) -> dict[int, float]:
    values = {j: world.client.getJointState(world.robot.body, j)[0] for j in world.robot.moving}
    first = values[world.robot.fingers[0]]
    return {j: values[j] / first for j in world.robot.linked}


def test_both_sides_close_in_step(world: SimWorld) -> None:
    world.send_gripper(0.0)
    for _ in range(18):
        _advance(world, 0.05)
        assert _ratios(world) == pytest.approx(world.robot.linked, abs=2e-3)
    assert world.state().gripper_width_m == pytest.approx(0.0, abs=1e-3)
    world.send_gripper(UR5E.max_opening_m)
    _advance(world, 1.5)
    assert world.state().gripper_width_m == pytest.approx(UR5E.max_opening_m, abs=1e-3)


@pytest.mark.parametrize("force_n", [20.0, 60.0])
def test_it_holds_a_block_with_the_force_that_was_asked_for(
    world: SimWorld, force_n: float
) -> None:
    """In the air, not in the middle at first: both tips come to it, and neither gives way."""
    (x, y, z), _ = world.robot.tip_pose()
    world.client.setGravity(0, 0, 0)
    world.teleport_object("red_block", (x, y + BESIDE_M, z))
    world.send_gripper(0.0, force_n)
    _advance(world, 1.0)
    held = world.object_pose("red_block")[0]
    assert held[1] == pytest.approx(y, abs=2e-3)
    world.client.setGravity(0, 0, -9.81)
    _advance(world, 1.0)
    assert world.held_truth() == "red_block"
    assert world.object_pose("red_block")[0] == pytest.approx(held, abs=1e-3)
    assert world.state().gripper_width_m == pytest.approx(0.04, abs=2e-3)
    assert _ratios(world) == pytest.approx(world.robot.linked, abs=0.02)
    block, pressed = world.body_of("red_block"), {}
    for contact in world.client.getContactPoints(world.robot.body, block):
        pressed[contact[3]] = pressed.get(contact[3], 0.0) + contact[9]
    assert set(pressed) == set(world.robot.pads)
    for force in pressed.values():
        assert force == pytest.approx(force_n, rel=0.3)


def test_a_fork_goes_on_alike_with_the_fingers_half_closed(world: SimWorld) -> None:
    world.send_gripper(0.02)
    _advance(world, 0.2)
    twin = world.fork()
    assert twin.state_bytes() == world.state_bytes()
    for each in (world, twin):
        _advance(each, 0.5)
    assert twin.state_bytes() == world.state_bytes()
    twin.close()
