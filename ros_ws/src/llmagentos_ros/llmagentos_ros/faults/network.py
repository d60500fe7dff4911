# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A network that is slow, parted or lies, and strangers in it, while the arm moves.

Knows: a relay between the robot and everybody else, processes of strangers. Does not know: what
keeps the arm from harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import itertools
import json
import math
import subprocess
import sys
import threading
from typing import Any

from llmagentos_ros import interface as table
from llmagentos_ros.faults.lab import far, FaultGraph, PUT
from llmagentos_ros.faults.processes import Figures, Injection
from llmagentos_ros.faults.relay import FAULT, FAULT_QOS
from std_msgs.msg import String

#: So long nothing comes through.
_PARTED_S = 2.0
_AFTER_S = 1.0
#: Longer is a pause between two motions, seconds of the robot's clock.
_PAUSE_S = 0.25
#: As the robot waits for late commands by itself.
_WAIT_S = 0.5
_PERIOD_S = 1.0 / table.TRAJECTORY.rate_hz


def parted(graph: FaultGraph) -> tuple[Figures, str]:
    """Let nothing come through between the robot and everybody else for a while."""
    command = graph.moving()
    since_s = graph.robot_s
    with graph.frozen('relay'):
        ms = graph.rest_ms(since_s)
        graph.wait_s(_PARTED_S)
        rested_s = graph.robot_s
    status, reply = command.result()
    graph.pass_time(_AFTER_S)
    return (
        {'rest after ms': ms, 'resumed': float(graph.has_moved(rested_s))},
        f'{status}: {reply}',
    )


def lies(fault: str) -> Injection:
    """
    Falsify the robot's joint states on their way, from mid-motion on, so that nobody can go on.

    The injection is the first one that is no number: what the relay takes until it knows of its
    fault, while it passes pictures on, is no part of the robot's answer.
    """

    def inject(graph: FaultGraph) -> tuple[Figures, str]:
        command = graph.moving()
        graph.nan_s = None
        with _falsified(graph, fault):
            graph.wait(lambda: graph.nan_s is not None)
            assert graph.nan_s is not None
            ms = graph.rest_ms(graph.nan_s)
            status, reply = command.result()
        dead = sum(p.restarts for p in graph.manager.processes)
        return {'rest after ms': ms, 'crashes': float(dead)}, f'{status}: {reply}'

    return inject


def skewed(by_s: float) -> Injection:
    """Set every picture's stamp off, from before a command on."""

    def inject(graph: FaultGraph) -> tuple[Figures, str]:
        since_s = graph.robot_s
        with _falsified(graph, f'skew {by_s}'):
            graph.pass_time(2 * abs(by_s))
            status, reply = graph.say('pick up the green block')
        figures = {
            'commands that went on': float(status == 'succeeded'),
            'moved': float(graph.has_moved(since_s)),
        }
        return figures, f'{status}: {reply}'

    return inject


def reordered(graph: FaultGraph) -> tuple[Figures, str]:
    """Send joint states twice, the second time after a newer one."""
    with _falsified(graph, 'twice'):
        status, reply = graph.say(PUT)
    return {'commands that failed': float(status != 'succeeded')}, f'{status}: {reply}'


@contextmanager
def _falsified(graph: FaultGraph, fault: str) -> Iterator[None]:
    out = graph.node.create_publisher(String, FAULT, FAULT_QOS)
    graph.wait(lambda: out.get_subscription_count() > 0)
    out.publish(String(data=fault))
    try:
        yield
    finally:
        out.publish(String(data=''))
        graph.wait_s(0.2)
        graph.node.destroy_publisher(out)


def slow_subscriber(graph: FaultGraph) -> tuple[Figures, str]:
    """Let a stranger read every topic, who needs a second for each message."""
    graph.set_parameter('robot_sim', 'command_wait_s', 0.0)  # late commands are what is measured
    try:
        alone, _ = _jitter(graph)
        graph.ready()
        with _stranger(graph, 'slow'):
            jitter, status = _jitter(graph)
    finally:
        graph.set_parameter('robot_sim', 'command_wait_s', _WAIT_S)
    figures = {
        'jitter more by %': 100 * max(0.0, jitter - alone),
        'commands that failed': float(status != 'succeeded'),
    }
    return figures, f'{100 * jitter:.1f} % of a period, without it {100 * alone:.1f} %'


def _jitter(graph: FaultGraph) -> tuple[float, str]:
    """
    Carry a command out; how far its commands to the arm are from one in each period.

    The root mean square of what the time between two stamps, on the robot's clock, differs from
    the period, as a share of it.
    """
    graph.sent.clear()
    status, _ = graph.say(PUT)
    stamps = [stamp_s for _, stamp_s in graph.sent]
    gaps = [b - a for a, b in itertools.pairwise(stamps) if b - a < _PAUSE_S]
    if not gaps:
        return math.inf, status
    return math.sqrt(sum((g / _PERIOD_S - 1) ** 2 for g in gaps) / len(gaps)), status


def rogue(moves: bool) -> Injection:
    """Let a stranger command the arm: while it rests, or while a command is carried out."""

    def inject(graph: FaultGraph) -> tuple[Figures, str]:
        command = graph.moving() if moves else None
        since_s = graph.robot_s
        before = graph.seen[-1].positions
        with _stranger(graph, 'rogue') as told:
            goal = told['goal']
            sent_s = graph.robot_s
            graph.pass_time(_AFTER_S)
        reasons = '; '.join(graph.reasons)
        if command is None:
            moved = max(far(s.positions, before) for s in graph.seen if s.stamp_s >= since_s)
            return {'moved rad': moved}, reasons or 'nobody was told'
        figures = {
            'rest after ms': graph.rest_ms(sent_s),
            'went where the stranger wanted': float(far(graph.seen[-1].positions, goal) < 0.02),
        }
        status, reply = command.result()
        return figures, f'{status}: {reply}'

    return inject


@contextmanager
def _stranger(graph: FaultGraph, does: str) -> Iterator[dict[str, Any]]:
    """Have a process of somebody else's, from when it is there and does it."""
    argv = [sys.executable, '-m', 'llmagentos_ros.faults.stranger', does]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    said: list[dict[str, Any]] = []

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith('{'):
                said.append(json.loads(line))

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    try:
        graph.wait(lambda: said)
        yield said[0]
    finally:
        process.kill()
        process.wait()
        listening.join()


PLAIN: dict[str, Injection] = {
    'slow subscriber': slow_subscriber,
    'rogue publisher at rest': rogue(False),
    'rogue publisher in motion': rogue(True),
}
RELAYED: dict[str, Injection] = {
    'network parted': parted,
    'joint states nan': lies('nan'),
    'joint states twice': reordered,
    'pictures early': skewed(1.0),
    'pictures late': skewed(-1.0),
}
