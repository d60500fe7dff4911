# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Looks at a graph from outside and says what is wrong; `llmagentos doctor --ros` shows it.

Knows: heartbeats, diagnostics, life-cycle services. Does not know: what follows from what it sees
(findings.py), how it is shown. It only listens and asks for states: nothing moves.

Prints one JSON object: {"graph": {...}, "findings": [...]}; exit code 0 for a healthy graph, 1
for one with findings. A graph that is healthy is told at once, any other after `--seconds`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
import json
import math
import os
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import GetState
from llmagentos.runtime.graph import AGENT_NODES
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from llmagentos_ros.findings import BRINGUP, examine, GraphView, NodeView
import rclpy
from rclpy.executors import SingleThreadedExecutor

#: A process that has not beaten for so long is not counted as a second one, seconds.
_INSTANCE_S = 1.0
#: Nobody is called healthy before heartbeats and diagnostics had this long to come, seconds.
_LISTEN_S = 1.5


class Listener:
    """A node that notes what a graph tells of itself. clock: monotonic seconds."""

    def __init__(self, namespace: str) -> None:
        rclpy.init(args=[])
        self.node = rclpy.create_node('llmagentos_doctor', namespace=namespace)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.namespace = self.node.get_namespace()
        self._names = list(AGENT_NODES)
        #: When each process of a node beat last.
        self._beats: dict[str, dict[int, float]] = {}
        self._reports: dict[str, Any] = {}
        self._states: dict[str, str] = {}
        self._asked: dict[str, tuple[Any, Any]] = {}
        for topic, hear in (
            (table.HEARTBEAT, self._on_heartbeat),
            (table.DIAGNOSTICS, self._on_diagnostics),
            (table.GRAPH_STATE, self._on_graph_state),
        ):
            self.node.create_subscription(topic.kind, topic.name, hear, topic.qos)

    def _on_heartbeat(self, msg: Heartbeat) -> None:
        self._beats.setdefault(msg.node, {})[msg.instance] = time.monotonic()

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            space, _, name = status.name.rpartition('/')
            if (space or '/') == self.namespace:
                self._reports[name] = status

    def _on_graph_state(self, msg: DiagnosticArray) -> None:
        self._names = [status.name for status in msg.status]

    def listen(self, seconds: float) -> GraphView:
        """Listen until the graph is seen to be healthy, or for `seconds`; what was seen then."""
        began = time.monotonic()
        while True:
            self.executor.spin_once(timeout_sec=0.1)
            spent = time.monotonic() - began
            self._ask_states()
            view = self.view()
            if spent >= seconds or (spent >= _LISTEN_S and not examine(view)):
                return view

    def view(self) -> GraphView:
        """Put together what is known by now."""
        everybody = self.node.get_node_names_and_namespaces()
        here = {name for name, space in everybody if space == self.namespace}
        return GraphView(
            namespace=self.namespace,
            domain=int(os.environ.get('ROS_DOMAIN_ID', '0') or 0),
            nodes={
                name: self._node(name, name in here)
                for name in dict.fromkeys([*self._names, *self._beats])
                if name != BRINGUP
            },
            bringup=self._node(BRINGUP, BRINGUP in here),
            elsewhere=sorted(
                {s for name, s in everybody if name == 'agent' and s != self.namespace}
            ),
            shm_free=_shm_free(),
        )

    def _node(self, name: str, present: bool) -> NodeView:
        now, beats, report = time.monotonic(), self._beats.get(name, {}), self._reports.get(name)
        return NodeView(
            present=present,
            state=self._states.get(name, ''),
            beat_age_s=min((now - at for at in beats.values()), default=math.inf),
            instances=sum(now - at < _INSTANCE_S for at in beats.values()),
            level=0 if report is None else int.from_bytes(report.level, 'little'),
            says='' if report is None else report.message,
            rows={} if report is None else {v.key: v.value for v in report.values},
        )

    def _ask_states(self) -> None:
        """Ask every node for its state, one question at a time; a frozen one does not answer."""
        for name in self._names:
            if name not in self._asked:
                client = self.node.create_client(GetState, f'{name}/get_state')
                self._asked[name] = (client, None)
            client, pending = self._asked[name]
            if pending is None and client.service_is_ready():
                self._asked[name] = (client, client.call_async(GetState.Request()))
            elif pending is not None and pending.done():
                self._states[name] = pending.result().current_state.label
                self._asked[name] = (client, None)

    def close(self) -> None:
        """Give everything back."""
        self.executor.shutdown(timeout_sec=0.5)
        self.node.destroy_node()
        rclpy.try_shutdown()


def _shm_free() -> int:
    """Bytes left in shared memory; infinitely many where there is no such folder."""
    try:
        status = os.statvfs('/dev/shm')
    except OSError:
        return 2**62
    return status.f_bavail * status.f_frsize


def _plain(value: Any) -> Any:
    """Make JSON of it: an age that is infinite is null."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return None if isinstance(value, float) and math.isinf(value) else value


def main(args: Sequence[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros doctor`."""
    parser = argparse.ArgumentParser(description='Look at a running graph and say what is wrong.')
    parser.add_argument('--namespace', default='/')
    parser.add_argument('--seconds', type=float, default=6.0, help='how long to listen at most')
    options = parser.parse_args(args)
    listener = Listener(options.namespace)
    try:
        view = listener.listen(options.seconds)
    finally:
        listener.close()
    found = examine(view)
    said = {'graph': _plain(asdict(view)), 'findings': [asdict(f) for f in found]}
    print(json.dumps(said), flush=True)
    return 1 if found else 0


if __name__ == '__main__':
    raise SystemExit(main())
