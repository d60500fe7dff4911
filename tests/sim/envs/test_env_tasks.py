"""Every task: its oracle solves it, by what the world shows and not only by its own word."""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
import pytest

from sim.envs import ENVIRONMENTS
from sim.envs.base import ArmEnv

TASKS = [e for e in ENVIRONMENTS if e.entry_point.startswith("sim.envs.tasks.")]


def solve(env: Any, seed: int) -> tuple[bool, ArmEnv]:
    """One episode by the oracle: whether it ended at the goal, and the environment as it is.

    An oracle that is asked for the first time says the same: nothing of the way is remembered."""
    env.reset(seed=seed)
    oracle, done, info = env.unwrapped.oracle(), False, {}
    while not done:
        action = next(oracle)
        assert np.array_equal(action, next(env.unwrapped.oracle()))
        _, _, terminated, truncated, info = env.step(action)
        done = terminated or truncated
    return info["is_success"], env.unwrapped


@pytest.mark.parametrize("entry", TASKS, ids=lambda e: e.name)
def test_oracle_solves_it(entry: Any) -> None:
    env = gymnasium.make(entry.id)
    for seed in (11, 12):
        assert solve(env, seed)[0], seed
    env.close()


@pytest.mark.parametrize("name", ["Push", "PutIn"])
def test_things_are_as_large_as_a_small_arm_needs_them(name: str) -> None:
    env = gymnasium.make(f"llmagentos/{name}-v0", robot="so101")
    solved, inside = solve(env, 3)
    assert solved
    assert inside.world.scene.objects[0].size == pytest.approx(0.02)
    env.close()


def test_stacked_blocks_stand_on_each_other_without_a_hand() -> None:
    env = gymnasium.make("llmagentos/Stack-v0")
    solved, inside = solve(env, 21)
    assert solved and inside.world.held_truth() is None
    inside.world.settle(1.0)
    low, high = (inside.world.object_pose(name)[0] for name in ("green_block", "blue_block"))
    assert math.dist(low[:2], high[:2]) < 0.02 and high[2] - low[2] == pytest.approx(0.04, abs=2e-3)
    env.close()


def test_a_block_held_at_its_place_is_not_let_go() -> None:
    """Stack, PutIn and Sort are done when the hand is off: the last number of the achieved goal."""
    env = gymnasium.make("llmagentos/PutIn-v0")
    env.reset(seed=2)
    inside, held = env.unwrapped, 0
    for action in inside.oracle():
        observation, _, terminated, _, _ = env.step(action)
        if inside.is_placed(0) and inside.reader.touched(0):
            assert observation["achieved_goal"][-1] == 0.0 and not terminated
            held += 1
        if terminated:
            break
    assert observation["achieved_goal"][-1] == 1.0
    env.close()


def test_sorted_blocks_lie_on_the_field_of_their_colour() -> None:
    env = gymnasium.make("llmagentos/Sort-v0")
    _, inside = solve(env, 5)
    things = {thing["id"]: thing for thing in inside.world.objects()}
    for thing in things.values():
        if thing["kind"] == "block":
            (field,) = (t for t in things.values() if t["id"] == f"{thing['color']}_zone")
            away = zip(thing["position"][:2], field["position"][:2], strict=True)
            assert max(abs(a - b) for a, b in away) < field["size"] / 2
    env.close()


def test_slide_goes_where_the_arm_cannot() -> None:
    env = gymnasium.make("llmagentos/Slide-v0")
    env.reset(seed=0)
    inside = env.unwrapped
    assert inside.goal[0] > inside.tip.upper[0]
    env.close()


def test_shaped_reward_grows_on_the_way() -> None:
    env = gymnasium.make("llmagentos/PickAndPlace-v0", reward="shaped")
    env.reset(seed=1)
    oracle, rewards, done = env.unwrapped.oracle(), list[float](), False
    while not done:
        _, reward, terminated, truncated, info = env.step(next(oracle))
        rewards.append(float(reward))
        done = terminated or truncated
    assert info["approach_m"] == 0.0
    assert rewards[0] < rewards[len(rewards) // 2] < rewards[-1] <= 0.0
    env.close()
