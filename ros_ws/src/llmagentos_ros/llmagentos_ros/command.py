# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Sends one sentence to a running agent and prints what comes back, one JSON object a line.

Knows: the Command action. Does not know: how anything is shown (llmagentos.cli.command reads the
lines). Lines: {"feedback": {...}}, and at last {"result": {...}} or {"error": "..."}.
Ctrl-C, or SIGTERM, cancels the command and waits until the arm has stopped.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from llmagentos.command import check_command
from llmagentos.errors import CommandError, ConfigError
from llmagentos.runtime.params import namespace_of
from llmagentos_ros import interface as table
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

OK, NOT_DONE, USAGE = 0, 1, 2
_LAST_FEEDBACK_S = 0.5
#: So long the graph's state is waited for, to say why no agent takes the command.
_STATE_S = 2.0
#: An agent that is there takes a command, or ends it, by then even on a starved machine.
_ANSWER_S = 30.0


def _say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def _on_feedback(msg: Any) -> None:
    f = msg.feedback
    _say(
        feedback={
            'stage': f.stage,
            'progress': round(float(f.progress), 3),
            'words': f.words,
            'path': f.step.path,
            'references': list(f.step.references),
            'event': json.loads(f.event) if f.event else {},
        }
    )


class GraphView:
    """Bring-up's view of the nodes, in words for whoever waits for them."""

    def __init__(self, msg: DiagnosticArray) -> None:
        self._states = {s.name: s.message for s in msg.status}
        values = {s.name: {v.key: v.value for v in s.values} for s in msg.status}
        self._reasons = {name: given.get(table.REASON, '') for name, given in values.items()}

    @property
    def is_given_up(self) -> bool:
        """Whether a node cannot be brought up, so that waiting is of no use."""
        return 'failed' in self._states.values()

    def why_not_active(self) -> str:
        """Return the nodes that are not active, with reasons; "" if all are."""
        missing = [name for name, state in self._states.items() if state != 'active']
        with_reasons = [name for name in missing if self._reasons[name]]
        # Those that have a reason hold the others up.
        return '; '.join(
            f'{name} {self._states[name]}' + (f' ({self._reasons[name]})' * bool(with_reasons))
            for name in with_reasons or missing
        )


class Client:
    """One action client and the signals that cancel it."""

    def __init__(self, namespace: str) -> None:
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self.stop = threading.Event()
        self.ended = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop.set())
        self.node = rclpy.create_node('llmagentos_command', namespace=namespace)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.client = ActionClient(
            self.node,
            table.COMMAND_ACTION.kind,
            table.COMMAND_ACTION.name,
            feedback_sub_qos_profile=table.FEEDBACK,
        )
        self.graph: GraphView | None = None
        topic = table.GRAPH_STATE
        self.node.create_subscription(topic.kind, topic.name, self._on_graph, topic.qos)

    def _on_graph(self, msg: DiagnosticArray) -> None:
        self.graph = GraphView(msg)

    def why_not_active(self, instead: str) -> str:
        """Tell what keeps the agent from taking commands, as bring-up says; or `instead`."""
        self.wait(lambda: self.graph is not None, _STATE_S)
        return (self.graph.why_not_active() if self.graph is not None else '') or instead

    def _on_feedback(self, msg: Any) -> None:
        _on_feedback(msg)
        self.ended = self.ended or '"event": "result"' in msg.feedback.event

    def wait(self, done: Any, timeout_s: float) -> bool:
        """Spin until `done()`; False after the timeout or when asked to stop."""
        give_up = time.monotonic() + timeout_s
        while not done():
            if self.stop.is_set() or time.monotonic() > give_up:
                return False
            self.executor.spin_once(timeout_sec=0.05)
        return True

    def send(self, text: str, wait_s: float, timeout_s: float) -> int:
        """Send, stream feedback, print the result; the exit code."""
        ready = self.client.server_is_ready
        self.wait(lambda: ready() or (self.graph is not None and self.graph.is_given_up), wait_s)
        if not ready():
            why = self.why_not_active(f'none within {wait_s:g} s')
            _say(error=f'expected a running agent (llmagentos up), got {why}')
            return USAGE
        goal = table.COMMAND_ACTION.kind.Goal(text=text)
        sent = self.client.send_goal_async(goal, feedback_callback=self._on_feedback)
        if not self.wait(sent.done, _ANSWER_S) or not sent.result().accepted:
            why = self.why_not_active('it is not active')
            _say(error=f'expected the agent to take the command, got a no: {why}')
            return NOT_DONE
        handle = sent.result()
        result = handle.get_result_async()
        if not self.wait(result.done, timeout_s):
            _say(feedback={'stage': 4, 'words': 'stopping', 'event': {}})
            handle.cancel_goal_async()
            self.stop.clear()
            if not self.wait(result.done, _ANSWER_S):
                _say(error=f'expected the arm to stop, got no answer within {_ANSWER_S:g} s')
                return NOT_DONE
        # The last feedback may come in after the result.
        self.wait(lambda: self.ended, _LAST_FEEDBACK_S)
        answer = result.result().result
        trace = json.loads(answer.trace) if answer.trace else {}
        _say(result={**trace, 'command': text, 'status': answer.status, 'reply': answer.reply})
        return OK if answer.status in ('succeeded', 'answered') else NOT_DONE

    def close(self) -> None:
        """Give everything back."""
        self.client.destroy()
        self.executor.shutdown(timeout_sec=0.5)
        self.node.destroy_node()
        rclpy.try_shutdown()


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros command`."""
    parser = argparse.ArgumentParser(description='Send one sentence to a running agent.')
    parser.add_argument('text')
    parser.add_argument('--namespace', default='/')
    parser.add_argument('--wait', type=float, default=15.0, help='seconds to find the agent')
    parser.add_argument('--timeout', type=float, default=600.0, help='seconds, then cancel')
    options = parser.parse_args(args)
    try:
        text, namespace = check_command(options.text), namespace_of(options.namespace) or '/'
    except (CommandError, ConfigError) as exc:
        _say(error=f'{type(exc).__name__}: {exc}')
        return USAGE
    client = Client(namespace)
    try:
        return client.send(text, options.wait, options.timeout)
    finally:
        client.close()


if __name__ == '__main__':
    sys.exit(main())
