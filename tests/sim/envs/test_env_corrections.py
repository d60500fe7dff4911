"""Correcting a skill as an environment: its contract, repeatability, and what it rewards."""

from __future__ import annotations

from collections.abc import Iterator

import gymnasium
import numpy as np
import pytest

pytest.importorskip("pybullet")

from gymnasium.utils.env_checker import check_env

import sim.envs.corrections
from llmagentos.errors import DriverError
from sim.envs.corrections import CorrectionEnv


@pytest.fixture(scope="module")
def push() -> Iterator[CorrectionEnv]:
    made = CorrectionEnv("push")
    yield made
    made.close()


def played(env: CorrectionEnv, trial: int, action: list[float]) -> tuple[float, bool, list[float]]:
    seen, _ = env.reset(options={"trial": trial})
    rows, total, over = [seen], 0.0, False
    while not over:
        seen, reward, over, _, info = env.step(np.array(action, np.float32))
        total += reward
        rows.append(seen)
    return total, info["outcome"].success, np.concatenate(rows).tolist()


def test_it_is_what_gymnasium_takes() -> None:
    env = gymnasium.make("llmagentos/CorrectPick-v0").unwrapped
    assert isinstance(env, CorrectionEnv) and env.skill == "pick"
    check_env(env, skip_render_check=True)
    env.close()


def test_zeros_are_the_scripted_skill_and_trials_repeat_bit_for_bit(push: CorrectionEnv) -> None:
    first = played(push, 0, [0.0, 0.0])
    assert first[1] and first[0] > 0.5
    other = CorrectionEnv("push")
    assert played(other, 0, [0.0, 0.0]) == first
    other.close()
    played(push, 1, [0.5, 0.0])
    assert played(push, 0, [0.0, 0.0]) == first


def test_strokes_that_end_far_too_soon_are_paid_for(push: CorrectionEnv) -> None:
    total, success, _ = played(push, 0, [-1.0, 0.0])
    assert not success and total < -0.5


@pytest.mark.parametrize("wrong", [[0.0], [0.0, np.nan], [0.0, 1.5]])
def test_actions_that_cannot_be(push: CorrectionEnv, wrong: list[float]) -> None:
    push.reset(options={"trial": 0})
    with pytest.raises(DriverError, match="expected 2 numbers of -1 to 1 as an action"):
        push.step(np.array(wrong, np.float32))


def test_other_calls_that_cannot_be(push: CorrectionEnv) -> None:
    with pytest.raises(DriverError, match="expected a skill of push, pick, got 'fly'"):
        CorrectionEnv("fly")
    played(push, 0, [0.0, 0.0])
    with pytest.raises(DriverError, match="expected a reset before a step"):
        push.step(np.zeros(2, np.float32))
    assert sim.envs.corrections.SKILLS.keys() == {"push", "pick"}
