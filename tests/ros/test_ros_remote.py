"""Modules in other nodes: waiting for them, and giving up in time."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from llmagentos_ros.freshness import Heartbeats
from llmagentos_ros.remote import RemoteExecution, RemotePlanning, wait_alive, wait_for

from llmagentos.errors import PlanError
from llmagentos.events import StepStarted
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene, Workspace


class Never:
    """A future that nobody completes."""

    def add_done_callback(self, callback: object) -> None:
        """As rclpy's."""

    def done(self) -> bool:
        return False


def living() -> Heartbeats:
    beats = Heartbeats.of_limits({"planner": 60.0, "executor": 60.0})
    beats.beat("planner", 1)
    beats.beat("executor", 1)
    return beats


def test_a_node_that_comes_back_is_waited_for() -> None:
    now = [0.0]
    beats = Heartbeats.of_limits({"planner": 60.0}, lambda: now[0])
    asked = []

    def ready() -> bool:
        asked.append(1)
        return len(asked) > 2  # its heart beats before its service is found

    def watch() -> object:
        beats.beat("planner", 2)
        return beats.watch("planner")

    dead = wait_alive(watch, ready, 10.0)  # type: ignore[arg-type]
    assert dead() == "" and len(asked) == 3
    now[0] = 5.0
    beats.beat("planner", 3)
    assert dead() == "planner was restarted"


def test_a_node_that_stays_away_is_given_up() -> None:
    silent = Heartbeats.of_limits({"planner": 60.0})
    assert "never seen" in wait_alive(lambda: silent.watch("planner"), lambda: True, 0.05)()
    deaf = living()
    assert "not answer" in wait_alive(lambda: deaf.watch("planner"), lambda: False, 0.05)()
    stopped = wait_alive(lambda: silent.watch("planner"), lambda: True, 1e9, lambda: True)
    assert stopped()


@pytest.mark.parametrize(
    ("dead", "stopped", "why"),
    [(lambda: "it died", lambda: False, "it died"), (lambda: "", lambda: True, "stopped"),
     (lambda: "", lambda: False, "no answer within")],
)  # fmt: skip
def test_waiting_ends(dead: object, stopped: object, why: str) -> None:
    assert why in wait_for(Never(), 0.05, dead, stopped)  # type: ignore[arg-type]


def test_errors_of_the_planner_keep_their_kind() -> None:
    answer = SimpleNamespace(success=False, error="SceneError", message="no table")
    done = SimpleNamespace(
        add_done_callback=lambda f: f(None), done=lambda: True, result=lambda: answer
    )
    client = SimpleNamespace(service_is_ready=lambda: True, call_async=lambda request: done)
    planning = RemotePlanning(
        client, lambda: living().watch("planner"), lambda: False, 1.0, "base", 0.1
    )
    scene = Scene((), 0.0, Workspace())
    with pytest.raises(Exception, match="no table") as caught:
        planning.plan(PlanRequest("go home", scene))
    assert type(caught.value).__name__ == "SceneError"


def test_no_executor_no_plan() -> None:
    client = SimpleNamespace(server_is_ready=lambda: False)
    execution = RemoteExecution(client, lambda: living().watch("executor"), print, 0.05)
    with pytest.raises(PlanError, match="expected an executor"):
        execution.start(compact.parse("home"))


class Executor:
    """An executor's action server that takes every plan; `say` sends feedback."""

    def __init__(self) -> None:
        self.hears: list[Any] = []

    def server_is_ready(self) -> bool:
        return True

    def send_goal_async(self, goal: Any, feedback_callback: Any) -> Any:
        self.hears.append(feedback_callback)
        handle = SimpleNamespace(accepted=True, get_result_async=Never)
        return SimpleNamespace(
            add_done_callback=lambda f: f(None), done=lambda: True, result=lambda: handle
        )

    def say(self, goal: int, **more: float) -> None:
        event = json.dumps({**StepStarted("1", "moves").to_json(), **more})
        self.hears[goal](SimpleNamespace(feedback=SimpleNamespace(event=event)))


def test_first_motion_is_when_the_joints_moved_however_late_the_next_event_is() -> None:
    now, server = [100.0], Executor()
    execution = RemoteExecution(
        server, lambda: living().watch("executor"), lambda event: None, 0.05, lambda: now[0]
    )
    execution.start(compact.parse("home"))
    server.say(0)
    assert execution.first_motion_at is None
    now[0] = 107.0
    server.say(0, moving_for_s=6.8)
    assert execution.first_motion_at == pytest.approx(100.2)
    now[0] = 108.0
    server.say(0, moving_for_s=7.5)  # this one was held up on its way
    assert execution.first_motion_at == pytest.approx(100.2)
    execution.start(compact.parse("home"))
    server.say(0, moving_for_s=8.0)  # of the goal before
    assert execution.first_motion_at is None
    server.say(1, moving_for_s=0.5)
    assert execution.first_motion_at == pytest.approx(107.5)
