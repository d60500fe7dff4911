# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Brings the lifecycle nodes up in order, and keeps them up.

Knows: the order, lifecycle services, heartbeats. Does not know: processes (the process table or
`ros2 launch` restarts those), or what the nodes do.

A node that was restarted comes back unconfigured and is brought to active again. One that cannot
be configured is asked again: a few times where the node says that its problem will not pass by
itself, else at growing intervals. An arm that nobody knows is told at once, and ends bring-up.
`graph_state` has every node's state and reason. At the end the nodes are taken down in reverse
order. With `--ros-args -p report:=true` every change is one JSON line on standard output, which
`llmagentos up` reads.
"""

from __future__ import annotations

from collections.abc import Sequence
import json
import sys
import threading
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from llmagentos.errors import FileError, RobotError
from llmagentos.robots import load
from llmagentos.runtime.params import unmatched
from llmagentos.runtime.processes import NO_RESTART
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_time
from llmagentos_ros.freshness import Heartbeats
from llmagentos_ros.namesake import Namesakes
from llmagentos_ros.parameters import declare, given_sections, OVERRIDES, Parameter, ROBOT
from llmagentos_ros.process import look_for_second, NAMESAKE_S, refuse_second, Refused, ros
import rclpy
from rclpy.clock import Clock, ClockType
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
_PERIOD_S, _DOWN_S = 0.1, 3.0
#: The pause after a first refusal, doubled after each further one, up to the longest.
_RETRY_S, _LONGEST_S = 2.0, 30.0
#: A node whose problem does not pass by itself is asked so often, and then given up.
MAX_TRIES = 3
#: An answer that takes longer was lost; loading a model may take this long.
_ANSWER_S, _TRANSITION_S = 2.0, 60.0

_LEVELS = {'active': DiagnosticStatus.OK, 'failed': DiagnosticStatus.ERROR}


class _Managed:
    """One node as bring-up sees it."""

    def __init__(self, manager: Node, name: str) -> None:
        self.name = name
        self.get = manager.create_client(GetState, f'{name}/get_state')
        self.change = manager.create_client(ChangeState, f'{name}/change_state')
        self.words, self.reason = 'missing', ''
        #: Why the node says that it is not configured; whether that may pass, None: not said.
        self.problem, self.passes = '', None
        self.tries = 0
        self.pending: Any = None
        self.pending_since = 0.0
        self.not_before = 0.0
        self.transition = 0
        #: The start of the process that was brought up.
        self.instance = 0

    @property
    def is_given_up(self) -> bool:
        """Whether to ask again would be of no use."""
        return self.tries >= MAX_TRIES and self.passes is False

    def begin_anew(self) -> None:
        """Forget what went wrong: another process has the name now, or the node has risen."""
        self.problem, self.passes, self.tries, self.not_before = '', None, 0, 0.0

    def drop_pending(self) -> None:
        """Forget a call that nobody will answer."""
        if self.pending is not None:
            (self.change if self.transition else self.get).remove_pending_request(self.pending)
        if self.transition == Transition.TRANSITION_CONFIGURE and self.problem:
            self.tries += 1  # the answer was lost on a starved machine; the diagnostics have it
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
        ROBOT,  # a wrong one ends bring-up
    )

    def __init__(self) -> None:
        super().__init__('bringup', **OVERRIDES)
        given = declare(self, self.PARAMETERS)
        for problem in (*given.wrong, *self._mistakes(given.unknown)):
            self.get_logger().warning(problem)
        self.instance = time.time_ns()
        self._noted: set[tuple[str, str]] = set()
        names = [n for n in self.get_parameter('nodes').value if n]
        self._nodes = [_Managed(self, name) for name in names]
        limit = self.get_parameter('node_timeout_s').value
        self._alive = Heartbeats.of_limits(dict.fromkeys(names, limit))
        self._report = self.get_parameter('report').value
        self._out = self.create_publisher(
            table.GRAPH_STATE.kind, table.GRAPH_STATE.name, table.GRAPH_STATE.qos
        )
        beat, health = table.HEARTBEAT, table.DIAGNOSTICS
        self._beat = self.create_publisher(beat.kind, beat.name, beat.qos)
        self.create_subscription(beat.kind, beat.name, self._on_heartbeat, beat.qos)
        self.create_subscription(health.kind, health.name, self._on_diagnostics, health.qos)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_PERIOD_S, self._step, clock=steady)
        self.create_timer(1.0 / beat.rate_hz, self._say_alive, clock=steady)

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """All parameters of the node."""
        return cls.PARAMETERS

    def _mistakes(self, unknown: list[str]) -> list[str]:
        """Find what the parameter files say to no node of this graph."""
        namespace = self.get_namespace().rstrip('/')
        names = [n for n in self.get_parameter('nodes').value if n]
        nodes = [f'{namespace}/{name}' for name in (*names, self.get_name())]
        return [
            *(f'expected a parameter of bringup, got {name!r}: ignored' for name in unknown),
            *unmatched(given_sections(), nodes),
        ]

    def _say_alive(self) -> None:
        stamp = to_time(self.get_clock().now().nanoseconds * 1e-9)
        self._beat.publish(Heartbeat(stamp=stamp, node=self.get_name(), instance=self.instance))

    def _on_heartbeat(self, msg: Heartbeat) -> None:
        self._alive.beat(msg.node, msg.instance)

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        """Take in why a node is not configured, and what it was given that it does not take."""
        namespace = self.get_namespace().rstrip('/')
        nodes = {f'{namespace}/{node.name}': node for node in self._nodes}
        for status in msg.status:
            node = nodes.get(status.name)
            if node is None:
                continue
            values = {v.key: v.value for v in status.values}
            passes = values.get(table.PASSES)
            node.passes = None if passes is None else passes == 'true'
            node.problem = '' if passes is None else status.message
            if node.problem and node.words in ('refused', 'failed'):
                self._set(node, node.words, node.problem)
            if unknown := values.get(table.UNKNOWN_PARAMETERS, ''):
                self._note(
                    node.name, f'expected parameters of {node.name}, got {unknown}: ignored'
                )

    def _note(self, name: str, words: str) -> None:
        """Tell something once."""
        if (name, words) not in self._noted and self._report:
            print(json.dumps({'node': name, 'note': words}), flush=True)
        self._noted.add((name, words))

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
            self._set(node, 'missing', dead)
            newest = self._alive.instance(node.name)
            if newest != node.instance:  # another process; one that is only silent has not changed
                node.begin_anew()
            node.instance = newest
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
            node.not_before = now + (0.5 if node.words in ('active', 'failed') else 0.0)
            words = _WORDS.get(answer.current_state.id, answer.current_state.label)
            if words != 'unconfigured':
                node.begin_anew()  # somebody has mended it by hand
            if words == 'unconfigured' and node.is_given_up:
                self._set(node, 'failed', node.problem)
            else:
                self._set(node, words)
        elif answer.success:
            node.begin_anew()
            rose = transition == Transition.TRANSITION_CONFIGURE
            self._set(node, 'inactive' if rose else 'active')
        else:
            node.tries += 1
            node.not_before = now + min(_RETRY_S * 2 ** (node.tries - 1), _LONGEST_S)
            self._set(node, 'refused', node.problem)

    def _set(self, node: _Managed, words: str, reason: str = '') -> None:
        if node.words == words and (node.reason == reason or words == 'missing'):
            return
        node.words, node.reason = words, reason
        if all(n.words == 'active' for n in self._nodes):
            self.get_logger().info('all nodes are active')
        if words == 'failed':
            self.get_logger().error(f'{node.name} is given up: {reason}')
        if self._report:
            said = {'node': node.name, 'state': words, 'reason': reason}
            print(json.dumps(said), flush=True)
        array = DiagnosticArray()
        array.header.stamp = to_time(self.get_clock().now().nanoseconds * 1e-9)
        array.status = [
            DiagnosticStatus(
                level=_LEVELS.get(n.words, DiagnosticStatus.WARN),
                name=n.name,
                message=n.words,
                values=[KeyValue(key=table.REASON, value=n.reason)] if n.reason else [],
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

    def note_second(self, words: str) -> None:
        """Tell that a second bring-up was started."""
        self.get_logger().error(words)


def main(args: Sequence[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros bringup`."""
    ended = threading.Event()
    try:
        with ros(args, ended):
            namesakes = Namesakes('bringup')
            refuse_second(namesakes, ended.is_set)
            if not ended.is_set():
                _run(namesakes, ended)
    except (Refused, FileError) as exc:
        print(f'bringup: {exc}', file=sys.stderr, flush=True)
        return NO_RESTART
    return 0


def _run(namesakes: Namesakes, ended: threading.Event) -> None:
    """Spin until `ended`, then take the nodes down; a second bring-up leaves them alone."""
    node = namesakes.node = Bringup()
    try:
        load(node.get_parameter('robot').value)
    except RobotError as exc:
        node.destroy_node()
        raise Refused(str(exc)) from exc
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    look_at = time.monotonic() + NAMESAKE_S
    try:
        while rclpy.ok() and not ended.is_set():
            executor.spin_once(timeout_sec=0.2)
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + NAMESAKE_S
                if refused := look_for_second(node, namesakes, ended):
                    raise Refused(refused)
        executor.remove_node(node)
        if node.get_parameter('autostart').value and rclpy.ok():
            for timer in node.timers:
                timer.cancel()
            node.take_down()
    except ExternalShutdownException:
        pass
    finally:
        node.destroy_node()


if __name__ == '__main__':
    raise SystemExit(main())
