# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Brings the lifecycle nodes up in order, and keeps them up.

Knows: the order, lifecycle services, heartbeats. Does not know: processes (the process table or
`ros2 launch` restarts those), or what the nodes do.

A node that was restarted comes back unconfigured and is brought to active again. At the end the
nodes are taken down in reverse order. With `--ros-args -p report:=true` every change is one JSON
line on standard output, which `llmagentos up` reads.
"""

from __future__ import annotations

from collections.abc import Sequence
import json
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from llmagentos_ros.base import _descriptor, Parameter
from llmagentos_ros.convert import to_time
from llmagentos_ros.freshness import Heartbeats
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

_UP = {
    State.PRIMARY_STATE_UNCONFIGURED: Transition.TRANSITION_CONFIGURE,
    State.PRIMARY_STATE_INACTIVE: Transition.TRANSITION_ACTIVATE,
}
_DOWN = {
    State.PRIMARY_STATE_ACTIVE: Transition.TRANSITION_DEACTIVATE,
    State.PRIMARY_STATE_INACTIVE: Transition.TRANSITION_CLEANUP,
}
_WORDS = {
    State.PRIMARY_STATE_UNKNOWN: 'unknown',
    State.PRIMARY_STATE_UNCONFIGURED: 'unconfigured',
    State.PRIMARY_STATE_INACTIVE: 'inactive',
    State.PRIMARY_STATE_ACTIVE: 'active',
    State.PRIMARY_STATE_FINALIZED: 'finalized',
}
_PERIOD_S, _RETRY_S, _DOWN_S = 0.1, 2.0, 3.0
#: An answer that takes longer was lost; loading a model may take this long.
_ANSWER_S, _TRANSITION_S = 2.0, 60.0


class _Managed:
    """One node as bring-up sees it."""

    def __init__(self, manager: Node, name: str) -> None:
        self.name = name
        self.get = manager.create_client(GetState, f'{name}/get_state')
        self.change = manager.create_client(ChangeState, f'{name}/change_state')
        self.words = 'missing'
        self.pending: Any = None
        self.pending_since = 0.0
        self.not_before = 0.0
        self.transition = 0
        #: The start of the process that was brought up.
        self.instance = 0

    def drop_pending(self) -> None:
        """Forget a call that nobody will answer."""
        if self.pending is not None:
            (self.change if self.transition else self.get).remove_pending_request(self.pending)
        self.pending, self.transition = None, 0


class Bringup(Node):
    """A lifecycle manager for the table's nodes."""

    PARAMETERS = (
        Parameter(
            'nodes',
            ['perception', 'planner', 'executor', 'agent'],
            'Lifecycle nodes in the order in which they come up',
        ),
        Parameter('autostart', True, 'Bring the nodes up; else only watch them'),
        Parameter('node_timeout_s', 2.0, 'A node that is silent this long is dead', 0.3, 60.0),
        Parameter('report', False, 'Print every change as a JSON line'),
    )

    def __init__(self) -> None:
        super().__init__('bringup')
        for p in self.PARAMETERS:
            self.declare_parameter(p.name, p.default, _descriptor(p))
        names = [n for n in self.get_parameter('nodes').value if n]
        self._nodes = [_Managed(self, name) for name in names]
        limit = self.get_parameter('node_timeout_s').value
        self._alive = Heartbeats(dict.fromkeys(names, limit))
        self._report = self.get_parameter('report').value
        self._out = self.create_publisher(
            table.GRAPH_STATE.kind, table.GRAPH_STATE.name, table.GRAPH_STATE.qos
        )
        self.create_subscription(
            Heartbeat, table.HEARTBEAT.name, self._on_heartbeat, table.HEARTBEAT.qos
        )
        from rclpy.clock import Clock, ClockType

        self.create_timer(_PERIOD_S, self._step, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _on_heartbeat(self, msg: Heartbeat) -> None:
        self._alive.beat(msg.node, msg.instance)

    def _step(self) -> None:
        """Ask every node for its state, and move the first one that is not active yet."""
        earlier_active = True
        for node in self._nodes:
            self._advance(node, earlier_active)
            earlier_active = earlier_active and node.words == 'active'

    def _advance(self, node: _Managed, may_rise: bool) -> None:
        now = time.monotonic()
        dead = self._alive.dead(node.name, node.instance)
        if dead:
            node.drop_pending()
            self._set(node, 'missing')
            node.instance = self._alive.instance(node.name)
            return
        if node.pending is not None:
            self._collect(node, now)
            return
        if now < node.not_before or not node.get.service_is_ready():
            return
        goal = {
            'unconfigured': _UP[State.PRIMARY_STATE_UNCONFIGURED],
            'inactive': _UP[State.PRIMARY_STATE_INACTIVE],
        }.get(node.words)
        # Configuring takes time and moves nothing: all at once. Activation goes in order.
        ready = may_rise or goal == Transition.TRANSITION_CONFIGURE
        if goal and ready and self.get_parameter('autostart').value:
            node.transition = goal
            request = ChangeState.Request(transition=Transition(id=goal))
            node.pending = node.change.call_async(request)
        else:
            node.pending = node.get.call_async(GetState.Request())
        node.pending_since = now

    def _collect(self, node: _Managed, now: float) -> None:
        if not node.pending.done():
            limit = _TRANSITION_S if node.transition else _ANSWER_S
            if now - node.pending_since > limit:
                node.drop_pending()
                node.words = 'unknown'
            return
        answer, transition = node.pending.result(), node.transition
        node.pending, node.transition = None, 0
        node.instance = node.instance or self._alive.instance(node.name)
        if not transition:
            # An active node is asked twice a second, one that still has to rise at once.
            node.not_before = now + (0.5 if node.words == 'active' else 0.0)
            self._set(node, _WORDS.get(answer.current_state.id, answer.current_state.label))
        elif answer.success:
            rose = transition == Transition.TRANSITION_CONFIGURE
            self._set(node, 'inactive' if rose else 'active')
        else:
            node.not_before = now + _RETRY_S
            self._set(node, 'refused')

    def _set(self, node: _Managed, words: str) -> None:
        if node.words == words:
            return
        node.words = words
        if all(n.words == 'active' for n in self._nodes):
            self.get_logger().info('all nodes are active')
        if self._report:
            print(json.dumps({'node': node.name, 'state': words}), flush=True)
        array = DiagnosticArray()
        array.header.stamp = to_time(self.get_clock().now().nanoseconds * 1e-9)
        array.status = [
            DiagnosticStatus(
                level=DiagnosticStatus.OK if n.words == 'active' else DiagnosticStatus.WARN,
                name=n.name,
                message=n.words,
            )
            for n in self._nodes
        ]
        self._out.publish(array)

    def take_down(self) -> None:
        """Deactivate and clean up in reverse order, each within a bounded time."""
        executor = SingleThreadedExecutor()
        executor.add_node(self)
        for node in reversed(self._nodes):
            node.drop_pending()
            for state in ('active', 'inactive'):
                if node.words != state or self._alive.dead(node.name):
                    continue
                goal = _DOWN[
                    State.PRIMARY_STATE_ACTIVE
                    if state == 'active'
                    else State.PRIMARY_STATE_INACTIVE
                ]
                request = ChangeState.Request(transition=Transition(id=goal))
                future = node.change.call_async(request)
                executor.spin_until_future_complete(future, timeout_sec=_DOWN_S)
                if not (future.done() and future.result().success):
                    break
                self._set(node, 'inactive' if state == 'active' else 'unconfigured')
        executor.shutdown(timeout_sec=0.5)


def main(args: Sequence[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros bringup`."""
    # Signals are ours: after SIGINT the context must live until the nodes are taken down.
    import signal
    import threading

    from rclpy.signals import SignalHandlerOptions

    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    node = Bringup()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while rclpy.ok() and not ended.is_set():
            executor.spin_once(timeout_sec=0.2)
        executor.remove_node(node)
        if node.get_parameter('autostart').value and rclpy.ok():
            for timer in node.timers:
                timer.cancel()
            node.take_down()
    except ExternalShutdownException:
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
