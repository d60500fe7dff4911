"""One contract for modules here and modules behind a bus: an agent can't tell which it has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from lab.scenes import blocks_and_bowls
from lab.served import Diary, Eyes, Mind, asked, seen

from llmagentos.errors import ConfigError, PerceptionError, PlanCancelledError, PlanError
from llmagentos.lang.plan import Plan
from llmagentos.messaging import LocalNet, open_bus
from llmagentos.ports.modules import PlanResult
from llmagentos.services import (
    CachedPerception,
    CachedPlanning,
    Client,
    ServedLearning,
    ServedPerception,
    ServedPlanning,
    serve_module,
)
from llmagentos.types import CameraFrame, Observation, RobotState, Scene

PROXIES: dict[str, Callable[[Client], Any]] = {
    "perception": ServedPerception, "planning": ServedPlanning, "learning": ServedLearning,
}  # fmt: skip


@dataclass
class Both:
    """inner: the module; module: what the agent has, itself or what asks it."""

    inner: Any
    module: Any


Made = Callable[[str, Any], Both]


@pytest.fixture(params=["here", "served"])
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    net = LocalNet()
    buses = [open_bus("agent", net=net), open_bus("service", net=net)]

    def make(concept: str, inner: Any) -> Both:
        if request.param == "here":
            return Both(inner, inner)
        serve_module(buses[1], concept, concept, inner)
        return Both(inner, PROXIES[concept](Client(concept, concept, buses[0])))

    yield make
    for bus in buses:
        bus.close()


def observation() -> Observation:
    rng = np.random.default_rng(1)
    frame = CameraFrame(
        "overhead", rng.integers(0, 255, (48, 64, 3), np.uint8), np.ones((48, 64), np.float32),
        np.eye(3), np.eye(4), 1.5,
    )  # fmt: skip
    return Observation((frame,), RobotState((0.1,) * 7, (0.0,) * 7, 0.04, 1.5), "hello")


def test_perception(made: Made) -> None:
    both = made("perception", Eyes())
    scene = both.module.perceive(observation())
    assert scene.objects == blocks_and_bowls().objects
    with pytest.raises(PerceptionError, match="got black"):
        both.module.perceive(seen("blind"))
    other = Scene(scene.objects[:1], 7.0)
    both.module.recall(other)
    assert both.module.perceive(observation()) == other
    both.module.reset()
    assert both.inner.resets == 1 and both.inner.recalled is None
    both.module.attach(lambda event: None)
    both.module.close()


def test_planning(made: Made) -> None:
    both = made("planning", Mind())
    result = both.module.plan(asked("put the red block into the blue bowl"))
    assert isinstance(result, PlanResult) and isinstance(result.plan, Plan)
    assert result.engine["model"] == both.module.engine["model"] == "by heart"
    with pytest.raises(PlanError, match="expected a plan, got none"):
        both.module.plan(asked("no plan"))
    both.module.reset()


def test_a_plan_is_cancelled_by_its_request(made: Made) -> None:
    both = made("planning", Mind(60))
    request = asked("slow")
    threading.Timer(0.1, request.cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(PlanCancelledError):
        both.module.plan(request)
    assert time.monotonic() - began < 20
    assert both.module.plan(asked("anything")).text


def test_learning(made: Made) -> None:
    both = made("learning", Diary())
    assert both.module.feedback(1.0) is False
    both.module.observe({"command": "a", "reward": 1.0, "steps": [{"n": (1, 2)}]})
    both.module.observe({"command": "b", "reward": -1.0})
    assert both.module.feedback(-1.0, "wrong") is True
    assert [e["command"] for e in both.module.episodes()] == ["a", "b"]
    assert both.inner.kept[0]["steps"] == [{"n": (1, 2)}]
    both.module.reset()
    both.module.close()


def test_cancel_ends_the_plan_of_a_served_planner() -> None:
    net = LocalNet()
    with open_bus("agent", net=net) as here, open_bus("service", net=net) as there:
        serve_module(there, "p", "planning", Mind(60))
        proxy = ServedPlanning(Client("p", "planning", here))
        threading.Timer(0.1, proxy.cancel).start()
        with pytest.raises(PlanCancelledError):
            proxy.plan(asked("slow"))
        assert proxy.plan(asked("next")).text


def test_the_same_command_and_scene_give_the_same_plan_without_thinking() -> None:
    mind = Mind()
    module = CachedPlanning(mind, size=2)
    first = module.plan(asked("a"))
    again = module.plan(asked("a", Scene(blocks_and_bowls().objects, 99.0)))
    assert mind.made == 1 and again.plan == first.plan and again.plan_s == 0.0
    module.plan(asked("a", Scene(blocks_and_bowls().objects[1:])))
    assert mind.made == 2
    module.plan(asked("b"))
    module.plan(asked("a"))  # the oldest of three went
    assert mind.made == 4
    module.reset()
    module.plan(asked("a"))
    assert mind.made == 5
    with pytest.raises(PlanError):
        module.plan(asked("no plan"))


class Glance(Eyes):
    """Says that it keeps nothing, and counts."""

    remembers = False
    looks = 0

    def perceive(self, observation: Any) -> Any:
        self.looks += 1
        return super().perceive(observation)


def test_the_same_picture_gives_the_same_scene_with_a_new_stamp() -> None:
    eyes = Glance()
    module = CachedPerception(eyes)
    first = observation()
    frame = first.frames[0]
    module.perceive(first)
    scene = module.perceive(replace(first, frames=(replace(frame, stamp_s=9.0),)))
    assert eyes.looks == 1 and scene.stamp_s == 9.0
    assert all(thing.last_seen_s == 9.0 for thing in scene.objects)
    other = np.array(frame.rgb)
    other[0, 0, 0] ^= 1
    module.perceive(replace(first, frames=(replace(frame, rgb=other),)))
    assert eyes.looks == 2


def test_a_module_that_remembers_takes_no_cache() -> None:
    with pytest.raises(ConfigError, match=r"remembers = False.*got Eyes"):
        CachedPerception(Eyes())
