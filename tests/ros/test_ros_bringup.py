"""Bring-up with a node that cannot be configured: how often it is asked, and what is told."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from harness import PATIENCE_S, next_domain, test_env
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from llmagentos_ros import bringup
from llmagentos_ros import interface as table
from llmagentos_ros.command import GraphView
from llmagentos_ros.planner import PlannerNode
from rclpy.executors import MultiThreadedExecutor

from llmagentos.errors import ServerError
from llmagentos.runtime.processes import NO_RESTART


class Pair:
    """A planner and the bring-up that is to raise it, in this process."""

    def __init__(self, engine: str) -> None:
        given = ["bringup:nodes:=[planner]", f"planner:engine:={engine}"]
        args = [word for each in given for word in ("-p", each)]
        rclpy.init(args=["--ros-args", *args], domain_id=next_domain())
        self.planner = PlannerNode()
        self.planner.pulse.start()
        self.builds = 0
        self._build = self.planner.build
        self.planner.build = self.counted  # type: ignore[method-assign]
        self.bringup = bringup.Bringup()
        self.person = rclpy.create_node("person", use_global_arguments=False)
        self.seen: Any = None
        topic = table.GRAPH_STATE
        self.person.create_subscription(topic.kind, topic.name, self._see, topic.qos)
        self.executor = MultiThreadedExecutor(num_threads=4)
        for node in (self.planner, self.bringup, self.person):
            self.executor.add_node(node)
        self._spinning = threading.Thread(target=self.executor.spin, daemon=True)
        self._spinning.start()

    def counted(self) -> None:
        self.builds += 1
        self._build()

    def _see(self, msg: Any) -> None:
        self.seen = msg

    @property
    def status(self) -> DiagnosticStatus:
        return self.seen.status[0] if self.seen is not None else DiagnosticStatus()

    @property
    def reason(self) -> str:
        return {v.key: v.value for v in self.status.values}.get(table.REASON, "")

    def wait(self, done: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < give_up, (self.status, self.builds)
            threading.Event().wait(0.02)

    def close(self) -> None:
        self.executor.shutdown(timeout_sec=5.0)
        self._spinning.join(PATIENCE_S)
        self.planner.close()
        for node in (self.planner, self.bringup, self.person):
            node.destroy_node()
        rclpy.try_shutdown()


@pytest.fixture
def pair(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(bringup, "_RETRY_S", 0.05)
    made = Pair(request.param)
    yield made
    made.close()


@pytest.mark.parametrize("pair", ["steam"], indirect=True)
def test_what_cannot_mend_itself_is_given_up_with_its_reason(pair: Pair) -> None:
    pair.wait(lambda: pair.status.message == "failed" and "steam" in pair.reason)
    assert pair.status.level == DiagnosticStatus.ERROR
    assert pair.reason.startswith("ModelError: ") and pair.builds == bringup.MAX_TRIES
    view = GraphView(pair.seen)
    assert view.is_given_up and view.why_not_active() == f"planner failed ({pair.reason})"
    # Somebody mends it, and asks the node by hand: bring-up goes on from there.
    pair.planner.build = lambda: None  # type: ignore[method-assign]
    client = pair.person.create_client(ChangeState, "planner/change_state")
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    pair.wait(client.service_is_ready)
    client.call_async(request)
    pair.wait(lambda: pair.status.message == "active")
    assert pair.reason == "" and not GraphView(pair.seen).why_not_active()


@pytest.mark.parametrize("pair", ["steam"], indirect=True)
def test_a_silence_makes_nothing_forgotten(pair: Pair) -> None:
    """A starved node is silent for a while: its tries are counted on, until it is another process."""
    node = pair.bringup._nodes[0]
    pair.wait(lambda: node.tries >= 1)
    limit = pair.bringup._alive.timers["planner"]
    limit.timeout_s, tries = -1.0, node.tries
    pair.wait(lambda: pair.status.message == "missing")
    limit.timeout_s = 60.0
    pair.wait(lambda: pair.status.message == "failed")
    assert tries <= pair.builds <= bringup.MAX_TRIES


@pytest.mark.parametrize("pair", ["auto"], indirect=True)
def test_what_may_pass_is_asked_for_as_long_as_it_takes(pair: Pair) -> None:
    def refuses() -> None:
        if pair.builds <= bringup.MAX_TRIES + 2:
            raise ServerError("expected a server, got none")

    pair._build = refuses
    pair.wait(lambda: pair.status.message == "refused" and "ServerError" in pair.reason)
    pair.wait(lambda: pair.status.message == "active")
    assert pair.builds == bringup.MAX_TRIES + 3


@pytest.mark.one_distribution
def test_an_arm_that_nobody_knows_ends_it_with_a_sentence() -> None:
    argv = [sys.executable, "-m", "llmagentos_ros.bringup", "--ros-args", "-p", "robot:=ur5"]
    env = test_env(next_domain())
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == NO_RESTART
    [said] = done.stderr.splitlines()
    assert said.startswith("bringup: expected an arm (panda, so101, ur5e, xarm7) or a folder with")
    assert "got 'ur5'" in said
