"""Hidden physics: what it changes in the world, and that nominal is nominal again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pybullet")

from sim.physics import Physics, draw, reset_with
from sim.scene import SceneSpec
from sim.truth_look import NoisyLook, PoseNoise, oracle_scene
from sim.world import SimWorld

SCENE = SceneSpec.from_dict(
    {
        "objects": [
            {"kind": "block", "color": "red", "position": [0.5, 0.0]},
            {"kind": "bowl", "color": "blue", "position": [0.4, 0.2]},
        ]
    }
)


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(SCENE, renderer="tiny")
    yield made
    made.close()


def slid_m(world: SimWorld) -> float:
    """How far the block slides when it is thrown over the table at 0.5 m/s."""
    body = world.body_of("red_block")
    world.client.resetBaseVelocity(body, (0, -0.5, 0), (0, 0, 0))
    world.settle(2.0)
    return math.dist(world.object_pose("red_block")[0][:2], (0.5, 0.0))


def test_a_slippery_table_lets_things_slide_and_nominal_is_bit_for_bit_the_same(
    world: SimWorld,
) -> None:
    reset_with(Physics(), world, SCENE, 0)
    plain, bits = slid_m(world), world.state_bytes()
    reset_with(Physics(table=0.25), world, SCENE, 0)
    # v^2 / (2 mu g), with mu = 0.8 * 0.7 nominal
    assert plain == pytest.approx(0.25 / (2 * 0.56 * 9.81), rel=0.25)
    assert slid_m(world) / plain == pytest.approx(4.0, rel=0.25)
    reset_with(Physics(), world, SCENE, 0)
    slid_m(world)
    assert world.state_bytes() == bits


def test_masses_and_pads(world: SimWorld) -> None:
    world.reset(SCENE, 0)
    Physics(mass=3.0, pads=0.5).apply(world)
    client, pad = world.client, world.robot.pads[0]
    nominal = world.geometry_of("blue_bowl").mass_kg
    assert client.getDynamicsInfo(world.body_of("blue_bowl"), -1)[0] == pytest.approx(3 * nominal)
    assert client.getDynamicsInfo(world.robot.body, pad)[1] == pytest.approx(0.6)
    Physics().apply(world)
    assert client.getDynamicsInfo(world.body_of("blue_bowl"), -1)[0] == pytest.approx(nominal)
    assert client.getDynamicsInfo(world.robot.body, pad)[1] == pytest.approx(1.2)


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_factors_that_cannot_be(wrong: float) -> None:
    with pytest.raises(ValueError, match="expected table to be a positive factor, got"):
        Physics(table=wrong)


def test_draws_stay_in_their_ranges_and_repeat() -> None:
    ranges = {"table": (0.1, 0.2), "mass": (1.0, 4.0)}
    drawn = [draw(ranges, np.random.default_rng(i)) for i in range(50)]
    assert all(0.1 <= p.table <= 0.2 and 1 <= p.mass <= 4 and p.pads == 1 for p in drawn)
    assert drawn[7] == draw(ranges, np.random.default_rng(7)) and len(set(drawn)) == 50


def test_a_noisy_look_errs_as_much_as_it_says(world: SimWorld) -> None:
    world.reset(SCENE, 0)
    truth: Any = oracle_scene(world).get("red_block")
    look = NoisyLook(world, PoseNoise(jitter_m=0.005, yaw_rad=0.1), np.random.default_rng(0))
    seen: list[Any] = [look().get("red_block") for _ in range(200)]
    xs = [o.position[0] - truth.position[0] for o in seen]
    assert np.std(xs) == pytest.approx(0.005, rel=0.2) and abs(np.mean(xs)) < 0.002
    assert np.std([o.yaw for o in seen]) == pytest.approx(0.1, rel=0.2)
    assert all(o.bottom_z == pytest.approx(truth.bottom_z) for o in seen)
    biased = NoisyLook(world, PoseNoise(bias_m=0.005), np.random.default_rng(1))
    first, second = biased().get("red_block"), biased().get("red_block")
    assert first is not None and second is not None and first.position == second.position
    assert first.position[0] != truth.position[0]
