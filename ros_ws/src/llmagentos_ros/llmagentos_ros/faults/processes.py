# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Nodes that are killed, frozen, or run out of memory while the arm moves.

Knows: signals, limits, what is measured afterwards. Does not know: what brakes then, or restarts.
"""

from __future__ import annotations

from collections.abc import Callable
import os
from pathlib import Path
import resource
import signal
import time

from llmagentos_ros import interface as table
from llmagentos_ros.faults.lab import Command, FaultGraph

Figures = dict[str, float]
Injection = Callable[[FaultGraph], tuple[Figures, str]]

#: As long as a stop may take, ms, where a step may end instead.
_STOP_MS = 250.0
#: A process is frozen for so long: longer than any sensor may be silent, and not yet for dead.
_FROZEN_S = 1.5
_AFTER_S = 1.0
#: How often a sentence is said to a planner that has no memory left, at most 1000 characters.
_MOST = 25


def planner_lost(how: signal.Signals) -> Injection:
    """Give the planner that signal while its plan is carried out."""

    def inject(graph: FaultGraph) -> tuple[Figures, str]:
        command, pid = graph.moving(), graph.pid('planner')
        os.kill(pid, how)
        return _after(graph, command, pid)

    return inject


def _after(graph: FaultGraph, command: Command, pid: int) -> tuple[Figures, str]:
    """Measure what becomes of a command whose planner was lost just now, and of the planner."""
    since, since_s = time.monotonic(), graph.robot_s
    status, reply = command.result()
    ended_s = graph.robot_s
    ms = 0.0 if status == 'succeeded' else graph.rest_ms(since_s)
    back_s = graph.back_s('planner', pid, since)
    graph.wait(lambda: graph.keeper.graph.ready)
    graph.pass_time(_AFTER_S)
    figures = {
        'neither ended nor stopped': float(ms > _STOP_MS),
        'respawn s': back_s,
        'resumed': float(graph.has_moved(ended_s)),
    }
    again, _ = graph.say('go home')
    figures['commands that failed after it'] = float(again != 'succeeded')
    return figures, f'{status}: {reply}'


def executor_killed(graph: FaultGraph) -> tuple[Figures, str]:
    """Kill the executor, with the supervisor in it, in mid-motion."""
    command, pid = graph.moving(), graph.pid('executor')
    os.kill(pid, signal.SIGKILL)
    since, since_s = time.monotonic(), graph.robot_s
    ms = graph.rest_ms(since_s)
    status, reply = command.result()
    back_s = graph.back_s('executor', pid, since)
    graph.wait(lambda: graph.keeper.graph.ready)
    rested_s = graph.robot_s
    again, words = graph.say('go home')
    graph.pass_time(_AFTER_S)
    figures = {
        'rest after ms': ms,
        'resumed': float(graph.has_moved(rested_s)),
        'taken before a reset': float(again != 'refused'),
    }
    return figures, f'back after {back_s:.1f} s; {status}: {reply} Then {again}: {words}'


def executor_frozen(graph: FaultGraph) -> tuple[Figures, str]:
    """Freeze the executor in mid-motion; it goes on later."""
    command = graph.moving()
    since_s, since = graph.robot_s, time.monotonic()
    with graph.frozen('executor'):
        ms = graph.rest_ms(since_s)
        graph.wait_s(since + _FROZEN_S - time.monotonic())
    rested_s = graph.robot_s
    status, reply = command.result()
    graph.pass_time(_AFTER_S)
    figures = {'rest after ms': ms, 'resumed': float(graph.has_moved(rested_s))}
    return figures, f'{status}: {reply}'


def out_of_memory(graph: FaultGraph) -> tuple[Figures, str]:
    """Let the planner have no more memory, and ask it for plans, while the arm moves."""
    command, pids = graph.moving(), graph.pids()
    pid = graph.pid('planner')
    since, since_s = time.monotonic(), graph.robot_s
    resource.prlimit(pid, resource.RLIMIT_AS, (_size(pid),) * 2)
    client = graph.node.create_client(table.PLAN_COMMAND.kind, table.PLAN_COMMAND.name)
    graph.wait(client.service_is_ready)
    # Longer than what it has planned so far, for which it has all it needs.
    long = ' then '.join(['put the red block in the blue bowl'] * _MOST)
    asked = client.call_async(table.PLAN_COMMAND.kind.Request(command=long))
    status, reply = command.result()
    ms = 0.0 if status == 'succeeded' else graph.rest_ms(since_s)
    graph.wait(lambda: asked.done() or graph.manager.get('planner').pid != pid)
    graph.node.destroy_client(client)
    how = 'the planner went on'
    if graph.manager.get('planner').pid != pid:
        how = f'planner back after {graph.back_s("planner", pid, since):.1f} s'
    elif not asked.result().success:
        how = f'the planner said {asked.result().error}: {asked.result().message}'
    others = {n: p for n, p in graph.pids().items() if n != 'planner'}
    again, _ = graph.say('go home')
    figures = {
        'others that died': float(sum(pids[name] != now for name, now in others.items())),
        'neither ended nor stopped': float(ms > _STOP_MS),
        'commands that failed after it': float(again != 'succeeded'),
    }
    return figures, f'{how}; {status}: {reply}'


def _size(pid: int) -> int:
    """Return a process's address space, bytes."""
    pages = int(Path(f'/proc/{pid}/statm').read_text(encoding='ascii').split()[0])
    return pages * resource.getpagesize()


INJECTIONS: dict[str, Injection] = {
    'planner killed': planner_lost(signal.SIGKILL),
    'planner frozen': planner_lost(signal.SIGSTOP),
    'executor killed': executor_killed,
    'executor frozen': executor_frozen,
    'planner out of memory': out_of_memory,
}
