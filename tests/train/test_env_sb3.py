"""Stable-Baselines3's own check of every environment."""

from __future__ import annotations

import gymnasium
import pytest

from sim.envs import ENVIRONMENTS

sb3 = pytest.importorskip("stable_baselines3.common.env_checker")
GOALS = [e for e in ENVIRONMENTS if e.entry_point.startswith("sim.envs.tasks.")]


@pytest.mark.parametrize("entry", GOALS, ids=lambda e: e.name)
def test_sb3_has_nothing_against_it(entry) -> None:
    env = gymnasium.make(entry.id).unwrapped
    sb3.check_env(env)
    env.close()


def test_sb3_takes_the_pictures() -> None:
    env = gymnasium.make(GOALS[0].id, observation="pixels", image_size=(64, 48)).unwrapped
    sb3.check_env(env)
    env.close()
