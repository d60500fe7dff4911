"""A node's signs of life go on, whatever goes wrong in what the node tells of itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from harness import PATIENCE_S, next_domain
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode
from rclpy.executors import SingleThreadedExecutor

Told = dict[str, list[Any]]


class Faulty(ModuleNode):
    """Fails where it is asked how it is, or what it hears."""

    def __init__(self) -> None:
        super().__init__("faulty")

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        raise ZeroDivisionError("no looks yet")


class Broken:
    """A channel that cannot say whether it is needed."""

    def needed(self) -> bool:
        raise KeyError("torn down meanwhile")


@pytest.fixture
def faulty() -> Iterator[tuple[Faulty, Callable[[Callable[[Told], bool]], None]]]:
    rclpy.init(args=[], domain_id=next_domain())
    node, person = Faulty(), rclpy.create_node("person")
    node.pulse.start()
    told: Told = {}
    for topic in (table.HEARTBEAT, table.DIAGNOSTICS):
        heard = told.setdefault(topic.name, [])
        person.create_subscription(topic.kind, topic.name, heard.append, topic.qos)
    executor = SingleThreadedExecutor()
    executor.add_node(person)

    def until(done: Callable[[Told], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not done(told):
            assert time.monotonic() < give_up, told
            executor.spin_once(timeout_sec=0.05)

    yield node, until
    executor.shutdown(timeout_sec=1.0)
    node.close()
    node.destroy_node()
    person.destroy_node()
    rclpy.try_shutdown()


def test_a_node_that_cannot_tell_how_it_is_lives_and_says_so(faulty: Any) -> None:
    _, until = faulty
    words = "the node cannot tell how it is: ZeroDivisionError: no looks yet"

    def said(told: Told) -> int:
        statuses = [s for msg in told[table.DIAGNOSTICS.name] for s in msg.status]
        return sum((s.message, s.level) == (words, DiagnosticStatus.ERROR) for s in statuses)

    until(lambda told: said(told) > 1)
    until(more(table.HEARTBEAT.name))


@pytest.mark.one_distribution
def test_a_report_that_cannot_be_made_is_no_death(faulty: Any) -> None:
    node, until = faulty
    node.channels.append(Broken())
    until(more(table.HEARTBEAT.name, 10))  # two seconds: a report was due meanwhile
    node.channels.clear()
    until(more(table.DIAGNOSTICS.name))


def more(topic: str, count: int = 3) -> Callable[[Told], bool]:
    """Whether so many messages more have come than there were at first."""
    began: list[int] = []

    def done(told: Told) -> bool:
        began.append(len(told[topic]))
        return began[-1] >= began[0] + count

    return done
