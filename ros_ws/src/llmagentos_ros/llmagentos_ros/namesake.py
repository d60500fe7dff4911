# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Whether a node of a name runs already, for ROS itself takes two and answers with either.

Knows: heartbeats, and who publishes them. Does not know: what nodes do.

A newcomer listens before it offers anything, and ends when it hears its own name. Two that start
at the same moment hear nothing; so they look again while they run, and the later one ends. What
DDS still lists of a killed node is no sign of life: only a heartbeat is.
"""

from __future__ import annotations

from collections.abc import Callable
import os
import socket
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

#: So long it takes until a publisher on this machine is found, and until one that was found beats;
#: a node that runs already has the time for a starved machine's.
_DISCOVERY_S, _BEAT_S, _PATIENT_S = 0.6, 1.0, 5.0
#: So long the refusal waits for somebody to hear it; then it is told so often, since a reader that
#: we know of may not know of us yet.
_FIND_READER_S, _TIMES, _BETWEEN_S = 5.0, 20, 0.2
_POLL_S = 0.05


class Namesakes:
    """
    Listens for other processes of a node's name, which arguments may have remapped.

    node: the node of this process, once there is one (with an `instance`, see Heartbeat).
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.node: Any = None

    def heard(self, stopped: Callable[[], bool]) -> int | None:
        """Listen for about a second; the other's instance, None where none beats."""
        own, patience_s = 0, _BEAT_S
        if self.node is not None:
            own, patience_s = self.node.instance, _PATIENT_S
        with _Ear(self._name, self.node) as ear:
            give_up = time.monotonic() + _DISCOVERY_S
            found = False
            while time.monotonic() < give_up and not stopped():
                others = ear.instances - {own}
                if others:
                    return min(others)
                if not found and (self.node is not None or _publishers(ear.node)):
                    found, give_up = True, time.monotonic() + patience_s
                ear.listen()
        return None

    def refuse(self, other: int) -> str:
        """Say on /diagnostics that this process ends because of `other`; the sentence."""
        with _Ear(self._name, self.node) as ear:
            words = (
                f'a node {ear.listens_for} runs already (started {_when(other)}): this second '
                f'one, pid {os.getpid()} on {socket.gethostname()}, ends'
            )
            ear.tell(f'{ear.listens_for} (second, pid {os.getpid()})', words)
        return words


def has_namesakes(node: Any) -> bool:
    """Whether DDS knows of another process with a node's name; it may be a dead one."""
    return len(_publishers(node)) > 1


def _publishers(node: Any) -> list[Any]:
    """Those of heartbeats under a node's name."""
    own = (node.get_name(), node.get_namespace())
    found = node.get_publishers_info_by_topic(table.HEARTBEAT.name)
    return [info for info in found if (info.node_name, info.node_namespace) == own]


def second_node(other: int) -> str:
    """Words of the first node about a later one."""
    return f'a second node of this name was started {_when(other)}; it has to end'


def _when(instance: int) -> str:
    return time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(instance * 1e-9))


class _Ear:
    """
    A node without services that hears heartbeats. running: this process's own node, if any.

    Before that there is, it takes the name itself, so that arguments tell which name and namespace
    are meant. Afterwards it must not: with it the other would vanish from the graph.
    """

    def __init__(self, name: str, running: Any) -> None:
        options: dict[str, Any] = {
            'enable_rosout': False,
            'start_parameter_services': False,
            'parameter_overrides': [
                Parameter('start_type_description_service', value=False),
                Parameter('use_sim_time', value=False),
            ],
        }
        if running is not None:
            name = f'{running.get_name()}_ear'
            options.update(namespace=running.get_namespace(), use_global_arguments=False)
        self.node = rclpy.create_node(name, **options)
        of = running or self.node
        self._own, self.listens_for = of.get_name(), of.get_fully_qualified_name()
        self._topics = {
            topic: of.resolve_topic_name(topic)
            for topic in (table.HEARTBEAT.name, table.DIAGNOSTICS.name)
        }
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self.instances: set[int] = set()
        self.node.create_subscription(
            Heartbeat, self._topics[table.HEARTBEAT.name], self._on_beat, table.HEARTBEAT.qos
        )

    def __enter__(self) -> _Ear:
        return self

    def __exit__(self, *exc: object) -> None:
        self._executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()

    def _on_beat(self, msg: Heartbeat) -> None:
        if msg.node == self._own:
            self.instances.add(msg.instance)

    def listen(self) -> None:
        self._executor.spin_once(timeout_sec=_POLL_S)

    def tell(self, name: str, words: str) -> None:
        topic = table.DIAGNOSTICS
        out = self.node.create_publisher(topic.kind, self._topics[topic.name], topic.qos)
        status = DiagnosticStatus(
            level=DiagnosticStatus.ERROR,
            name=name,
            message=words,
            hardware_id=self.node.get_namespace(),
            values=[KeyValue(key='pid', value=str(os.getpid()))],
        )
        give_up = time.monotonic() + _FIND_READER_S
        while not out.get_subscription_count() and time.monotonic() < give_up:
            self.listen()
        array = DiagnosticArray(status=[status])
        for _ in range(_TIMES):
            array.header.stamp = self.node.get_clock().now().to_msg()
            out.publish(array)
            time.sleep(_BETWEEN_S)
