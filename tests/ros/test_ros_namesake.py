"""Two processes of one node: the later one ends and says why, the first one goes on."""

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
from llmagentos_ros import interface as table
from llmagentos_ros.namesake import Namesakes, has_namesakes, second_node
from llmagentos_ros.planner import PlannerNode
from llmagentos_ros.process import look_for_second
from rclpy.executors import SingleThreadedExecutor

from llmagentos.runtime.processes import NO_RESTART

pytestmark = pytest.mark.timeout(600)


class Around:
    """A domain with an ear on diagnostics and heartbeats, and node processes in it."""

    def __init__(self) -> None:
        self.domain = next_domain()
        rclpy.init(args=[], domain_id=self.domain)
        self.node = rclpy.create_node("ear", use_global_arguments=False)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.beats: list[Any] = []
        self.statuses: dict[str, Any] = {}
        for topic, hear in (
            (table.HEARTBEAT, self.beats.append),
            (table.DIAGNOSTICS, lambda m: self.statuses.update({s.name: s for s in m.status})),
        ):
            self.node.create_subscription(topic.kind, topic.name, hear, topic.qos)
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, name: str, *args: str) -> subprocess.Popen[str]:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", f"llmagentos_ros.{name}", *args],
                env=test_env(self.domain),
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return self.processes[-1]

    def wait(self, done: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < give_up
            self.executor.spin_once(timeout_sec=0.05)

    def close(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(PATIENCE_S)
            assert process.stderr is not None
            process.stderr.close()
        self.executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.try_shutdown()


@pytest.fixture
def around() -> Iterator[Around]:
    made = Around()
    yield made
    made.close()


@pytest.mark.parametrize(
    "name", ["planner", pytest.param("bringup", marks=pytest.mark.one_distribution)]
)
def test_a_second_process_ends_with_a_sentence(around: Around, name: str) -> None:
    first = around.start(name)
    around.wait(lambda: bool(around.beats))
    second = around.start(name)
    around.wait(lambda: second.poll() is not None)
    assert second.returncode == NO_RESTART
    assert second.stderr is not None
    assert f"{name}: a node /{name} runs already (started " in second.stderr.read()
    # The diagnostics name it, and who goes on is the first.
    around.wait(lambda: f"/{name} (second, pid {second.pid})" in around.statuses)
    around.beats.clear()
    around.wait(lambda: len(around.beats) > 5)
    assert first.poll() is None and len({b.instance for b in around.beats}) == 1


def test_in_a_namespace_of_its_own_it_is_another_node(around: Around) -> None:
    around.start("planner")
    around.wait(lambda: bool(around.beats))
    there = around.start("planner", "--ros-args", "-r", "__ns:=/r0")

    def is_up() -> bool:
        """It offers its services only once nobody has contradicted."""
        names = around.node.get_service_names_and_types()
        return any(name == "/r0/planner/change_state" for name, _ in names)

    around.wait(lambda: is_up() or there.poll() is not None)
    assert there.poll() is None


def test_two_that_started_at_once_find_out(around: Around) -> None:
    """Neither heard the other before it began; each looks again while it runs."""
    other = around.start("planner")
    around.wait(lambda: bool(around.beats))
    node, ended, namesakes = PlannerNode(), threading.Event(), Namesakes("planner")
    node.pulse.start()
    namesakes.node = node
    try:
        around.wait(lambda: has_namesakes(node))
        refused: list[str] = []

        def refuses() -> bool:
            refused.append(look_for_second(node, namesakes, ended))
            return bool(refused[-1])

        around.wait(refuses)  # a starved machine may need a second look
        assert ended.is_set() and "runs already" in refused[-1]  # ours is the later one
        # Were ours the earlier one, the other would end.
        node.instance = 1
        around.wait(lambda: other.poll() is not None)
        assert other.returncode == NO_RESTART
        node.note_second(second_node(2))
        level, words, _ = node.pulse.health()
        assert level == DiagnosticStatus.ERROR and "a second node of this name" in words
    finally:
        node.close()
        node.destroy_node()


def test_what_a_killed_one_left_in_the_lists_is_no_life(around: Around) -> None:
    killed = around.start("planner")
    around.wait(lambda: bool(around.beats))
    killed.kill()
    killed.wait()
    around.beats.clear()
    again = around.start("planner")
    around.wait(lambda: bool(around.beats))
    assert again.poll() is None


def test_arguments_that_ros_cannot_read_are_told(around: Around) -> None:
    bad = around.start("planner", "--ros-args", "-r", "__ns:=/r 0")
    assert bad.wait(PATIENCE_S) == NO_RESTART
    assert bad.stderr is not None
    said = bad.stderr.read()
    assert "planner: expected arguments that ROS can read" in said and "Traceback" not in said
