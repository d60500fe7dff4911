"""A world that was built in one thread is used from another, as a window or a server does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pybullet")

from llmagentos import Agent
from llmagentos.errors import DriverError
from sim.scene import SceneSpec
from sim.world import SimWorld

SCENE = SceneSpec.from_dict(
    {"objects": [{"kind": "block", "color": "red", "position": [0.45, 0.10]}]}
)


def elsewhere(function: Callable[[], Any]) -> Any:
    """What a function returns or raises in a thread of its own."""
    out: list[Any] = []

    def call() -> None:
        try:
            out.append(function())
        except Exception as error:
            out.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(120)
    assert not thread.is_alive()
    return out[0]


def test_tiny_renderer_draws_from_any_thread() -> None:
    world = SimWorld(SCENE, renderer="tiny")
    there = elsewhere(world.overhead.capture)
    assert np.array_equal(there.rgb, world.overhead.capture().rgb)
    world.close()


def test_egl_refuses_another_thread_in_words() -> None:
    world = SimWorld(SCENE)
    if world._renderer.kind != "egl":
        world.close()
        pytest.skip("no EGL here, or another world of this process draws by it")
    error = elsewhere(world.overhead.capture)
    assert isinstance(error, DriverError) and "LLMAGENTOS_RENDERER=tiny" in str(error)
    assert world.overhead.capture().rgb.any()
    world.close()


def test_an_agent_built_and_used_in_one_other_thread() -> None:
    def session() -> str:
        with Agent.in_simulation(SCENE, seed=1) as agent:
            return agent.command("move the red block to the left").status

    assert elsewhere(session) == "succeeded"
