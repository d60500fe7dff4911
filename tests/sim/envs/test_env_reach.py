"""Reach: its oracle, on every arm, and the two ends of an episode."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

import sim.envs  # noqa: F401 - it tells Gymnasium
from llmagentos.robots import names


@pytest.mark.parametrize("robot", names())
def test_oracle_reaches_with_every_arm(robot: str) -> None:
    env = gymnasium.make("llmagentos/Reach-v0", robot=robot)
    for seed in range(5):
        _, info = env.reset(seed=seed)
        assert not info["is_success"]
        oracle, done, rewards = env.unwrapped.oracle(), False, []
        while not done:
            _, reward, terminated, truncated, info = env.step(next(oracle))
            rewards.append(reward)
            done = terminated or truncated
        assert terminated and info["is_success"]
        assert rewards == [-1.0] * (len(rewards) - 1) + [0.0]
    env.close()


def test_episode_is_cut_off_where_nothing_is_reached() -> None:
    env = gymnasium.make("llmagentos/Reach-v0", reward="shaped")
    env.reset(seed=0)
    still, rewards = np.zeros(3, np.float32), []
    for _ in range(50):
        _, reward, terminated, truncated, _ = env.step(still)
        rewards.append(reward)
    assert truncated and not terminated
    assert max(rewards) < -0.5 and np.ptp(rewards) < 0.01
    env.close()


def test_continuing_goes_on_at_the_goal() -> None:
    env = gymnasium.make("llmagentos/Reach-v0", continuing=True)
    env.reset(seed=1)
    oracle = env.unwrapped.oracle()
    for _ in range(20):
        _, reward, terminated, _, info = env.step(next(oracle))
    assert info["is_success"] and reward == 0.0 and not terminated
    env.close()


def test_the_tip_stays_in_its_box_and_inside_the_joints_limits() -> None:
    env = gymnasium.make("llmagentos/Reach-v0").unwrapped
    env.reset(seed=0)
    push = np.ones(3, np.float32)
    for sign in (1, -1):
        for _ in range(25):
            env.step(sign * push)
        tip, low, high = env.reader.tip_position, env.tip.lower, env.tip.upper
        assert all(a - 0.01 < t < b + 0.01 for a, t, b in zip(low, tip, high, strict=True))
        joints = env.world.state().positions
        limits = zip(env.arm.lower_rad, joints, env.arm.upper_rad, strict=True)
        assert all(a < q < b for a, q, b in limits)
    env.close()
