"""What every goal-conditioned environment promises, by Gymnasium's own check and by bits."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from llmagentos.errors import ActionError, ConfigError
from sim.envs import ENVIRONMENTS
from sim.envs.base import ArmEnv

GOALS = [e for e in ENVIRONMENTS if e.entry_point.startswith("sim.envs.tasks.")]
each = pytest.mark.parametrize("entry", GOALS, ids=lambda e: e.name)


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, ArmEnv]]:
    """One environment each, shared by the tests of this file."""
    found: dict[str, ArmEnv] = {}
    yield found
    for env in found.values():
        env.close()


def one(opened: dict[str, ArmEnv], env_id: str) -> ArmEnv:
    if env_id not in opened:
        opened[env_id] = gymnasium.make(env_id).unwrapped
    return opened[env_id]


def bits(env: Any, seed: int, steps: int = 6) -> str:
    """Everything that an episode gives, as text: half random, half the oracle's."""
    observation, info = env.reset(seed=seed)
    seen, rng = [observation, info], np.random.default_rng(seed)
    actions = [rng.uniform(-1, 1, env.action_space.shape).astype(np.float32) for _ in range(steps)]
    for action in actions:
        seen += env.step(action)
    for action in islice(env.unwrapped.oracle(), steps):
        seen += env.step(action)
    seen.append(env.unwrapped.world.state_bytes().hex())
    return repr([{k: v.tobytes() for k, v in s.items()} if "observation" in s else s
                 for s in seen if isinstance(s, (dict, str))])  # fmt: skip


@each
def test_gymnasium_has_nothing_against_it(entry: Any, opened: dict[str, ArmEnv]) -> None:
    check_env(one(opened, entry.id), skip_render_check=True)


@each
def test_same_seed_same_bits_fresh_and_reused(entry: Any, opened: dict[str, ArmEnv]) -> None:
    used = one(opened, entry.id)
    first = bits(used, 5)
    assert bits(used, 6) != first
    assert bits(used, 5) == first
    fresh = gymnasium.make(entry.id)
    assert bits(fresh, 5) == first
    fresh.close()


def test_same_bits_in_another_process(opened: dict[str, ArmEnv]) -> None:
    """All of them in one process, in another order."""
    here = {e.id: bits(one(opened, e.id), 3) for e in GOALS}
    code = (
        "from test_env_contract import *;import hashlib\n"
        "for e in reversed(GOALS): print(e.id, "
        "hashlib.sha1(bits(gymnasium.make(e.id), 3).encode()).hexdigest())"
    )
    found = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, check=True, text=True,
        env={**os.environ, "PYTHONPATH": found}, capture_output=True,
    )  # fmt: skip
    import hashlib

    there = dict(line.split() for line in done.stdout.splitlines() if "/" in line)
    assert there == {k: hashlib.sha1(v.encode()).hexdigest() for k, v in here.items()}


@each
def test_wrong_actions_are_refused_by_name(entry: Any, opened: dict[str, ArmEnv]) -> None:
    env = one(opened, entry.id)
    env.reset(seed=0)
    before = env.world.state_bytes()
    count = env.action_space.shape[0]
    for wrong, said in (
        (np.full(count, np.nan), "from -1 to 1, got"),
        (np.full(count, np.inf), "from -1 to 1, got"),
        (np.full(count, 1.01), "from -1 to 1, got"),
        (np.zeros(count + 1), rf"expected an action of shape \({count},\), got \({count + 1},\)"),
        (["left"] * count, "numbers, got"),
    ):
        with pytest.raises(ActionError, match=said):
            env.step(wrong)
    assert env.world.state_bytes() == before
    env.step(np.full(count, np.float32(1.0)))


@each
def test_global_random_state_is_left_alone(entry: Any, opened: dict[str, ArmEnv]) -> None:
    env = one(opened, entry.id)
    np.random.seed(7)
    random.seed(7)
    wanted = (np.random.get_state()[1].tolist(), random.getstate())
    env.reset(seed=1)
    env.step(env.action_space.sample())
    next(env.oracle())
    assert (np.random.get_state()[1].tolist(), random.getstate()) == wanted


@each
def test_rewards_of_batches_are_those_of_single_goals(
    entry: Any, opened: dict[str, ArmEnv]
) -> None:
    """As hindsight replay asks; a goal that was reached counts as reached when it is the goal."""
    env = one(opened, entry.id)
    achieved, desired, infos = [], [], []
    for seed in range(3):
        observation, _ = env.reset(seed=seed)
        for _ in range(2):
            observation, reward, *_, info = env.step(env.action_space.sample())
            got = observation["achieved_goal"], observation["desired_goal"]
            assert env.compute_reward(*got, info) == reward
            achieved.append(got[0]), desired.append(got[1]), infos.append(info)
    batch = env.compute_reward(np.array(achieved), np.array(desired), np.array(infos))
    singles = [
        env.compute_reward(a, d, i) for a, d, i in zip(achieved, desired, infos, strict=True)
    ]
    assert batch.shape == (6,) and batch.tolist() == singles


def test_unknown_options_are_refused() -> None:
    make = gymnasium.make
    for options, said in (
        ({"observation": "sound"}, "expected an observation of .* got 'sound'"),
        ({"reward": "large"}, "expected a reward of"),
        ({"control_hz": 7}, "divides 240 Hz, got 7"),
    ):
        with pytest.raises(ConfigError, match=said):
            make("llmagentos/Reach-v0", **options)


def test_a_step_before_the_first_reset_is_told() -> None:
    env = gymnasium.make("llmagentos/Reach-v0").unwrapped
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(np.zeros(3, np.float32))
    env.close()


def test_workers_draw_different_scenes_and_the_same_again() -> None:
    def draws(seed: int) -> list[list[float]]:
        env = gymnasium.make_vec("llmagentos/Reach-v0", 2, vectorization_mode="sync")
        found = env.reset(seed=seed)[0]["desired_goal"].tolist()
        env.close()
        return found

    first = draws(4)
    assert first[0] != first[1]
    assert draws(4) == first


def test_pixels_are_two_pictures_and_what_the_arm_knows_of_itself() -> None:
    env = gymnasium.make("llmagentos/Reach-v0", observation="pixels", image_size=(64, 48))
    observation, _ = env.reset(seed=0)
    assert {k: v.shape for k, v in observation.items()} == {
        "observation": (6,), "achieved_goal": (3,), "desired_goal": (3,),
        "overhead": (48, 64, 3), "wrist": (48, 64, 3),
    }  # fmt: skip
    assert observation["overhead"].std() > 5 and observation["wrist"].std() > 5
    again, _ = env.reset(seed=0)
    assert (again["overhead"] == observation["overhead"]).all()
    env.close()
