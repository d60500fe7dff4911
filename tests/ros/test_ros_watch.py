"""Who looks at a graph for the daemon: real rclpy, its process, a graph's topics from this one."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
import rclpy
from builtin_interfaces.msg import Time
from harness import PATIENCE_S, next_domain, test_env
from llmagentos_msgs import msg as m
from llmagentos_ros import interface as table
from llmagentos_ros.convert import scene_to_msg
from llmagentos_ros.images import image_to_msg
from rclpy.executors import SingleThreadedExecutor

from llmagentos.types import Scene, SceneObject

RED = SceneObject("red_block_1", "block", "red", 0.04, 0.04, (0.4, 0.1, 0.02))
CUP = SceneObject("cup_1", "cup", "blue", 0.07, 0.08, (0.5, 0.0, 0.3), held=True)
PLAN = {"steps": [{"op": "home"}]}


class Graph:
    """What of a graph is looked at: three topics and the planner's service."""

    def __init__(self, domain: int) -> None:
        self.context = rclpy.Context()
        rclpy.init(args=[], context=self.context, domain_id=domain)
        self.node = rclpy.create_node("a_graph", namespace="/left", context=self.context)
        self.out = {
            t.name: self.node.create_publisher(t.kind, t.name, t.qos)
            for t in (table.SCENE, table.AGENT_STATE, table.COLOR)
        }
        self.node.create_service(table.PLAN_COMMAND.kind, table.PLAN_COMMAND.name, self._plan)
        self.picture = np.zeros((48, 64, 3), np.uint8)
        self.picture[:, :, 0] = 200
        self.node.create_timer(0.05, self._show)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._ends = threading.Event()
        self._thread.start()

    def _spin(self) -> None:
        while not self._ends.is_set():
            self.executor.spin_once(timeout_sec=0.05)

    def _show(self) -> None:
        if self.watchers:
            shown = image_to_msg(self.picture, "rgb8", Time(), "over_the_table")
            self.out[table.COLOR.name].publish(shown)

    @property
    def watchers(self) -> int:
        return int(self.out[table.COLOR.name].get_subscription_count())

    def _plan(self, request: Any, response: Any) -> Any:
        response.success = request.command == "go home"
        response.error, response.message = "PlanError", "expected another sentence"
        response.plan.json, response.plan.text = json.dumps(PLAN), "home"
        return response

    def close(self) -> None:
        self._ends.set()
        self._thread.join(PATIENCE_S)
        self.executor.shutdown(timeout_sec=0.5)
        self.node.destroy_node()
        self.context.try_shutdown()


@pytest.fixture(scope="module")
def domain() -> int:
    return next_domain()


@pytest.fixture(scope="module")
def graph(domain: int) -> Iterator[Graph]:
    made = Graph(domain)
    yield made
    made.close()


@pytest.fixture(scope="module")
def watch(domain: int) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "llmagentos_ros.watch", "--namespace", "/left"]
    with subprocess.Popen(
        argv, env=test_env(domain), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()  # its end
        assert process.wait(PATIENCE_S) == 0


def ask(watch: subprocess.Popen[str], what: str, **more: str) -> dict[str, Any]:
    assert watch.stdin is not None and watch.stdout is not None
    watch.stdin.write(json.dumps({"id": 7, "what": what, **more}) + "\n")
    watch.stdin.flush()
    told: dict[str, Any] = json.loads(watch.stdout.readline())
    assert told.pop("id") == 7
    return told


def until(there: Any) -> Any:
    ends = time.monotonic() + PATIENCE_S
    while not (found := there()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found


def test_a_scene_a_question_a_plan_and_a_picture(
    graph: Graph, watch: subprocess.Popen[str]
) -> None:
    scene = scene_to_msg(Scene((RED, CUP), 1.0), "base")
    graph.out[table.SCENE.name].publish(scene)
    told = until(lambda: ask(watch, "scene").get("ok"))
    assert [o["id"] for o in told["objects"]] == ["red_block_1", "cup_1"]
    assert told["held"] == "cup_1" and abs(told["at_s"] - time.time()) < PATIENCE_S

    assert ask(watch, "state") == {"ok": {"question": ""}}
    graph.out[table.AGENT_STATE.name].publish(m.AgentState(question="Which block?"))
    until(lambda: ask(watch, "state")["ok"]["question"] == "Which block?")

    planned = until(lambda: ask(watch, "plan", text="go home").get("ok"))
    assert (planned["plan"], planned["text"]) == (PLAN, "home")
    no = ask(watch, "plan", text="fly")
    assert no == {"error": "PlanError: expected another sentence"}

    assert not graph.watchers
    shown = until(lambda: ask(watch, "picture").get("ok"))
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(shown["jpeg"]), np.uint8), 1)
    assert picture.shape == (48, 64, 3) and picture[24, 32, 2] > 180 and picture[24, 32, 0] < 20
    assert shown["camera"] == "over_the_table" and graph.watchers == 1
    until(lambda: not graph.watchers)  # it hears pictures only while somebody wants some
