"""Domain randomization: drawn from the environment's own numbers, told, felt, and taken back."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

import sim.envs  # noqa: F401 - it tells Gymnasium
from llmagentos.errors import ConfigError
from sim.envs.randomization import Randomized, Ranges

#: Nothing changes but what a test asks for.
SAME = {name: (1.0, 1.0) for name in ("mass", "friction", "damping", "gains")}
QUIET = {"position_noise_m": (0.0, 0.0), "latency_steps": (0, 0), **SAME}


def made(**ranges: Any) -> Randomized:
    env = gymnasium.make("llmagentos/Push-v0", disable_env_checker=True)
    return Randomized(env, Ranges(**{**QUIET, **ranges}))


def episode(env: Any, seed: int) -> tuple[bytes, dict[str, Any]]:
    _, info = env.reset(seed=seed)
    for action, _ in zip(env.unwrapped.oracle(), range(10), strict=False):
        env.step(action)
    return env.unwrapped.world.state_bytes(), info["randomization"]


def test_same_seed_draws_the_same_world() -> None:
    env, other = (
        made(mass=(0.5, 2.0), friction=(0.5, 1.5)),
        made(mass=(0.5, 2.0), friction=(0.5, 1.5)),
    )
    first = episode(env, 1)
    assert episode(env, 2)[1] != first[1]
    assert episode(env, 1) == first == episode(other, 1)


@pytest.mark.parametrize("what", [{"friction": (0.2, 0.2)}, {"gains": (0.3, 0.3)},
                                  {"mass": (9.0, 9.0)}, {"latency_steps": (2, 2)}])  # fmt: skip
def test_what_is_drawn_is_felt_and_taken_back(what: dict[str, Any]) -> None:
    env = made(**what)
    inside = env.unwrapped
    plain = made()
    usual, _ = episode(plain, 4)
    assert episode(env, 4)[0] != usual
    env.ranges = plain.ranges
    assert episode(env, 4)[0] == usual
    body = inside.world.bodies()[0]
    assert inside.world.client.getDynamicsInfo(body, -1)[0] == pytest.approx(0.0576)


def test_pictures_differ_in_light_colour_and_place() -> None:
    env = gymnasium.make("llmagentos/Push-v0", observation="pixels", image_size=(64, 48))
    plain, _ = env.reset(seed=3)
    other, info = Randomized(env, Ranges(image_noise=(0.0, 0.0))).reset(seed=3)
    for camera in ("overhead", "wrist"):
        assert np.abs(plain[camera].astype(int) - other[camera]).mean() > 1
    assert set(info["randomization"]) > {"ambient", "camera_m", "color", "noise_seed"}


def test_noise_leaves_the_goals_exact() -> None:
    env = made(position_noise_m=(0.01, 0.01))
    observation, _ = env.reset(seed=0)
    inside = env.unwrapped
    assert observation["achieved_goal"].tolist() == [np.float32(v) for v in inside.achieved()]
    assert np.abs(observation["observation"][:3] - inside.reader.tip_position).max() > 1e-4


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected mass from low to high, got"):
        Ranges(mass=(2.0, 1.0))
