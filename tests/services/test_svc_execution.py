"""Plans carried out by a service that calls the robot back: as here, and when the service fails."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lab.scenes import blocks_and_bowls

from llmagentos.config import AgentConfig
from llmagentos.errors import PerceptionError
from llmagentos.events import Degraded, Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.messaging import LocalNet, open_bus
from llmagentos.module_services import AgentServices
from llmagentos.ports.modules import ExecutionModule, Outcome, PlanResult
from llmagentos.services import Client, ServedExecution, serve_execution
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene

TESTS = Path(__file__).parents[1]
PLANS = (
    "put [ the red block ] in [ the blue bowl ]",
    "pick [ the green block ]",
    "place [ the table ]",
    "answer [ how many ]",
)


class Robot:
    """A table in memory, an execution module for it, and what was told."""

    def __init__(self, make: Callable[..., ExecutionModule]) -> None:
        self.skills = SymbolicSkills(blocks_and_bowls())
        self.events: list[Event] = []
        self.thread: set[int] = set()
        self.execution = make(skills=self.skills, sink=self.events.append)

    def do(self, text: str) -> Outcome:
        self.execution.see(self.skills.scene())
        self.execution.start(PlanResult(codec.parse(text), text), text)
        outcome = self.execution.tick()
        while outcome is None:
            outcome = self.execution.tick()
        return outcome


@pytest.fixture
def served() -> Iterator[Callable[..., ExecutionModule]]:
    net = LocalNet()
    here, there = open_bus("agent", net=net), open_bus("service", net=net)
    serve_execution(there, "x", lambda skills, sink: PlanExecutor(skills, None, sink))
    yield partial(ServedExecution, Client("x", "execution", here))
    here.close()
    there.close()


def plan_texts() -> list[str]:
    """Those of the plans above that are plans."""
    found = []
    for text in PLANS:
        try:
            codec.parse(text)
            found.append(text)
        except Exception:
            continue
    return found


def test_plans_end_as_they_do_here(served: Callable[..., ExecutionModule]) -> None:
    here, there = Robot(lambda skills, sink: PlanExecutor(skills, None, sink)), Robot(served)
    assert len(plan_texts()) >= 2
    for text in plan_texts():
        assert there.do(text) == here.do(text), text
        assert there.skills.actions == here.skills.actions
        assert there.skills.scene() == here.skills.scene()
        assert there.execution.carried_out() == here.execution.carried_out()
    assert there.events == here.events
    for each in (here, there):
        each.execution.withdraw()
        assert each.execution.awaited("go") is None and each.execution.parked is False
        each.execution.reset()


def test_the_robot_is_used_in_the_agents_thread_alone(
    served: Callable[..., ExecutionModule],
) -> None:
    robot = Robot(served)
    tick = robot.skills.tick

    def noted() -> Any:
        robot.thread.add(threading.get_ident())
        return tick()

    robot.skills.tick = noted  # type: ignore[method-assign]
    robot.do(plan_texts()[0])
    assert robot.thread == {threading.get_ident()}


def test_what_the_robot_raises_is_raised_there_and_here(
    served: Callable[..., ExecutionModule],
) -> None:
    robot = Robot(served)

    def blind(scene: Scene | None = None) -> Scene:
        raise PerceptionError("expected a picture, got black")

    robot.skills.see = blind  # type: ignore[method-assign]
    with pytest.raises(PerceptionError, match="got black"):
        robot.execution.see(blocks_and_bowls())


def begun(robot: Robot) -> None:
    """A plan in the middle."""
    text = plan_texts()[0]
    robot.execution.see(robot.skills.scene())
    robot.execution.start(PlanResult(codec.parse(text), text), text)
    assert robot.execution.tick() is None


def ended(robot: Robot) -> None:
    """It ends in words, since the service failed; what comes next is done."""
    outcome = robot.execution.tick()
    while outcome is None:
        outcome = robot.execution.tick()
    assert outcome.status == "failed"
    assert outcome.reply.startswith("What carries out my plans has failed, so I stopped.")
    robot.execution.see(blocks_and_bowls())
    assert robot.do(plan_texts()[0]).status == "succeeded"


def degraded(robot: Robot) -> list[Degraded]:
    return [event for event in robot.events if isinstance(event, Degraded)]


def test_what_stands_in_carries_out_the_next_plan() -> None:
    net = LocalNet()
    with open_bus("agent", net=net) as here:
        with open_bus("service", net=net) as there:
            serve_execution(there, "x", lambda skills, sink: PlanExecutor(skills, None, sink))
            client = Client("x", "execution", here)
            client.has_stand_in = True
            ours = partial(ServedExecution, client, stand_in=partial(PlanExecutor, memory=None))
            robot = Robot(ours)
            begun(robot)
        ended(robot)
    assert [event.effect for event in degraded(robot)] == ["fallback"]


def test_a_service_that_is_killed_in_mid_plan(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LLMAGENTOS_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{TESTS.parent}:{TESTS}")
    ours = (
        "llmagentos.execution.executor:PlanExecutor"  # it starts sooner than with all of "builtin"
    )
    config = AgentConfig.of({"execution": {"use": ours, "runs": "service"}})
    robot = Robot(AgentServices(config, "panda").execution(None))
    execution: Any = robot.execution
    try:
        begun(robot)
        os.kill(execution.client.keeper.pid, signal.SIGKILL)
        ended(robot)
        assert degraded(robot)[0].effect == "tell"
        assert degraded(robot)[-1].words == "The execution service is back."
    finally:
        robot.execution.close()
