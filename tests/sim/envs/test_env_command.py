"""Command-v0: sentences, plans and policies, judged by the world."""

from __future__ import annotations

import random
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import sim.envs  # noqa: F401 - it tells Gymnasium
from llmagentos.errors import ActionError, ConfigError
from llmagentos.lang import codec
from sim.envs.commands import mixture


def made(**options: Any) -> Any:
    return gymnasium.make("llmagentos/Command-v0", disable_env_checker=True, **options).unwrapped


def test_gymnasium_has_nothing_against_it() -> None:
    check_env(made(), skip_render_check=True)


def test_every_meanings_own_plan_is_right_and_doing_nothing_is_not() -> None:
    env, seen = made(), set()
    for seed in range(12):
        _, info = env.reset(seed=seed)
        seen.add(info["meaning"])
        _, reward, terminated, _, ended = env.step(next(env.oracle()))
        assert terminated and ended["is_success"] and reward > 0.9, env.example.text
        env.reset(seed=seed)
        _, reward, _, _, ended = env.step("answer scene")
        assert not ended["is_success"] and reward < 0, env.example.text
    assert seen == {meaning.name for meaning in mixture()}


def test_a_plan_a_text_and_a_policy_come_to_the_same() -> None:
    env, ends = made(), []
    for form in (lambda t: t, codec.parse, lambda t: lambda request: t):
        observation, _ = env.reset(seed=1)
        ends.append(env.step(form(env.example.plan_text))[1:])
        assert env.request().command == observation["sentence"]
    assert ends[0] == ends[1] == ends[2]


def test_what_is_no_plan_fails_and_what_is_no_action_is_refused() -> None:
    env = made()
    env.reset(seed=0)
    _, reward, _, _, info = env.step("put the thing somewhere nice")
    assert (info["status"], reward) == ("failed", -1.0) and info["reply"].startswith("no plan: ")
    env.reset(seed=0)
    with pytest.raises(ActionError, match="expected a plan or its text, got int"):
        env.step(3)


def test_same_seed_same_sentence_and_no_global_random_state() -> None:
    np.random.seed(3)
    random.seed(3)
    wanted = np.random.get_state()[1].tolist(), random.getstate()
    one, other = made(), made()
    first = one.reset(seed=9)[0]["sentence"], one.reset()[0]["sentence"]
    assert first == (other.reset(seed=9)[0]["sentence"], other.reset()[0]["sentence"])
    assert (np.random.get_state()[1].tolist(), random.getstate()) == wanted


def test_by_physics_as_well() -> None:
    env = made(physics=True)
    env.reset(seed=1)
    _, reward, _, _, info = env.step(next(env.oracle()))
    assert info["is_success"] and 0.5 < reward < 1.0 and info["sim_s"] > 1.0
    env.close()


def test_mixtures_from_outside_come_by_name() -> None:
    env = made(mixture="training.commands:mixture")
    for seed in range(3):
        env.reset(seed=seed)
        assert env.step(next(env.oracle()))[4]["is_success"]
    with pytest.raises(ConfigError, match="expected a mixture's module:attribute, got 'nowhere:x'"):
        made(mixture="nowhere:x")
    with pytest.raises(ConfigError, match="to be a mixture, got"):
        made(mixture="sim.envs.commands:DEFAULT")
