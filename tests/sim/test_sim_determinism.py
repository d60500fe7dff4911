"""Same seed, same bits: fresh worlds, reused worlds, forks, other processes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lab.gripper import grip, move, move_tip, pick, solve

from sim.noise import SensorNoise
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.world import SimWorld


def crowded(seed: int) -> SceneSpec:
    """A pile, a tower and a container: plenty of contacts."""
    return SceneSpec.from_dict(
        {
            "objects": [
                {"kind": "block", "color": "red", "position": [0.5, 0.0 + 0.001 * seed]},
                {"kind": "block", "color": "blue", "position": [0.505, 0.0, 0.0601]},
                {"kind": "bowl", "color": "green", "position": [0.5, 0.2]},
                {"kind": "block", "color": "gold", "size": 0.03, "position": [0.5, 0.2, 0.09]},
                {"kind": "ball", "color": "pink", "position": [0.42, 0.0]},
                {"kind": "can", "color": "cyan", "position": [0.56, 0.09], "size": 0.05},
            ]
        }
    )


def episode(world: SimWorld) -> str:
    """Grasp the tower's top block, sweep it through the rest, let go; hash of every period."""
    digest = hashlib.sha256()
    pick(world, "blue_block", lift_m=0.05)
    assert world.held_truth() == "blue_block"
    digest.update(world.state_bytes())
    move_tip(world, 0.55, 0.03, 0.03, 0.4)
    digest.update(world.state_bytes())
    grip(world, 0.08, 20.0, 0.5)
    digest.update(world.state_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def reference() -> str:
    world = SimWorld(crowded(3), renderer="tiny")
    result = episode(world)
    world.close()
    return result


def test_fresh_world_repeats(reference: str) -> None:
    world = SimWorld(crowded(3), renderer="tiny")
    assert episode(world) == reference


def test_reused_world_repeats_after_other_scenes(reference: str) -> None:
    world = SimWorld(random_scene(1, 5), renderer="tiny")
    move_tip(world, 0.5, 0.1, 0.1, 0.0)
    world.reset(crowded(4))
    assert episode(world) != reference
    world.reset(crowded(3))
    assert episode(world) == reference
    world.reset()
    assert episode(world) == reference


def test_other_process_repeats(reference: str) -> None:
    code = (
        "from test_sim_determinism import *;"
        "print(episode(SimWorld(crowded(3), renderer='tiny')), flush=True)"
    )
    here = Path(__file__).parent
    found = os.pathsep.join(p for p in sys.path if p)  # as pytest finds tests/lab
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=here,
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == reference


def test_what_if_leaves_no_trace() -> None:
    plain, curious = (SimWorld(crowded(2), renderer="tiny") for _ in range(2))
    for world in (plain, curious):
        pick(world, "blue_block", lift_m=0.05)
    before = curious.state_bytes()
    with plain.what_if():
        pass
    with curious.what_if() as trial:
        grip(trial, 0.08, 20.0, 0.5)
        move_tip(trial, 0.45, 0.0, 0.04, 0.4)
        assert trial.held_truth() is None
    assert curious.state_bytes() == before
    assert curious.now_s == plain.now_s
    # One solution for both: PyBullet's inverse kinematics remembers what it solved before.
    goal = solve(plain, (0.55, 0.03, 0.03), 0.4)
    for world in (plain, curious):
        move(world, goal)
    assert curious.state_bytes() == plain.state_bytes()


def test_fork_in_mid_grasp_goes_on_alike_and_leaves_the_original_alone() -> None:
    world = SimWorld(crowded(2), renderer="tiny")
    pick(world, "blue_block", lift_m=0.05)
    before = world.state_bytes()
    twin = world.fork()
    assert twin.state_bytes() == before
    assert twin.now_s == world.now_s
    goal = solve(world, (0.55, 0.0, 0.15), 0.0)
    move(twin, goal)
    assert twin.held_truth() == "blue_block"
    assert world.state_bytes() == before
    move(world, goal)
    assert world.state_bytes() == twin.state_bytes()


def test_fork_after_spawning_keeps_poses() -> None:
    from sim.scene import ObjectSpec

    world = SimWorld(crowded(2), renderer="tiny")
    new = world.spawn(ObjectSpec(kind="block", color="white", position=(0.4, -0.2)))
    twin = world.fork()
    assert twin.object_pose(new)[0] == pytest.approx(world.object_pose(new)[0])


def test_noise_repeats_with_the_seed() -> None:
    noise = SensorNoise(rgb_std=3.0, depth_std_m=0.002, depth_dropout=0.01)
    world = SimWorld(crowded(1), seed=5, renderer="tiny", noise=noise)
    world.reset(seed=5)
    first = world.overhead.capture()
    again = world.overhead.capture()
    world.reset(seed=5)
    repeat = world.overhead.capture()
    assert (first.rgb == repeat.rgb).all() and (first.depth == repeat.depth).all()
    assert (first.rgb != again.rgb).any()
