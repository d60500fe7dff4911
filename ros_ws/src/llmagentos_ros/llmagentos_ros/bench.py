# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What ROS adds: `ros_ws/run_wheels.sh jazzy python -m llmagentos_ros.bench`.

Knows: the same scene and commands in one process and over the graph, in one run. Does not know:
how anything is done. Prints first motion, perception latency, CPU per node and lost pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
import json
import os
from pathlib import Path
import statistics
import sys
import tempfile
import time
from typing import Any

from llmagentos.agent import Agent
from llmagentos.cli.up import GraphState, local_env
from llmagentos.errors import DriverError
from llmagentos.runtime.graph import config_file, GraphOptions, process_table, write_params
from llmagentos.runtime.processes import Supervisor
from llmagentos_ros import interface as table
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor

_PATIENCE_S = 180.0
_TICKS_PER_S = os.sysconf('SC_CLK_TCK')


def in_process(scene: str, commands: Sequence[str]) -> dict[str, list[float]]:
    """Measure first motion and perception without ROS, seconds."""
    first, looks = [], []
    with Agent.in_simulation(scene) as agent:
        world, eyes = agent.parts.world, agent.parts.perception
        for text in commands:
            first.append(agent.command(text).timings.first_motion_s)
        for _ in range(20):
            world.advance()
            frame, state = world.overhead.capture(), world.state()
            began = time.perf_counter()
            eyes.perceive((frame,), state)
            looks.append(time.perf_counter() - began)
    return {'first_motion': [f for f in first if f is not None], 'perception': looks}


class Watcher:
    """An action client that also times pictures and scenes."""

    def __init__(self) -> None:
        rclpy.init(args=[])
        self.node = rclpy.create_node('bench')
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.client = ActionClient(self.node, table.COMMAND_ACTION.kind, 'command')
        self.pictures: dict[tuple[int, int], float] = {}
        self.scenes: dict[tuple[int, int], float] = {}
        for topic, seen in ((table.CAMERA_INFO, self.pictures), (table.SCENE, self.scenes)):
            self.node.create_subscription(topic.kind, topic.name, self._note(seen), topic.qos)

    def _note(self, seen: dict[tuple[int, int], float]) -> Callable[[Any], None]:
        def note(msg: Any) -> None:
            seen[msg.header.stamp.sec, msg.header.stamp.nanosec] = time.perf_counter()

        return note

    def wait(self, done: Callable[[], bool], timeout_s: float = _PATIENCE_S) -> None:
        """Spin until `done()`; DriverError after the timeout."""
        give_up = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > give_up:
                raise DriverError(f'expected an answer within {timeout_s:.0f} s, got none')
            self.executor.spin_once(timeout_sec=0.05)

    def command(self, text: str) -> dict[str, Any]:
        """Send a command; return the result's trace."""
        self.wait(self.client.server_is_ready)
        sent = self.client.send_goal_async(table.COMMAND_ACTION.kind.Goal(text=text))
        self.wait(sent.done)
        result = sent.result().get_result_async()
        self.wait(result.done)
        return json.loads(result.result().result.trace or '{}')

    def watch(self, seconds: float) -> None:
        """Spin for a while."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until, seconds + 5)

    def close(self) -> None:
        """Give everything back."""
        self.client.destroy()
        self.executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.try_shutdown()


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process so far, seconds."""
    fields = Path(f'/proc/{pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def over_ros(scene: str, commands: Sequence[str], seconds: float) -> dict[str, Any]:
    """Measure the same over a graph of processes, 640x480 at 15 pictures a second."""
    env = local_env(os.environ)
    os.environ.update(env)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = GraphOptions(
            sim=True,
            scene=scene,
            params=[config_file('sim.yaml', env)],
            extra={
                'executor': {'joint_states_timeout_s': 2.0, 'scene_timeout_s': 5.0},
                'agent': {'node_timeout_s': 5.0},
                'bringup': {'node_timeout_s': 5.0},
            },
        )
        write_params(options, folder / 'params.yaml')
        rows = process_table(sys.executable, options, folder / 'params.yaml')
        with Supervisor(rows, folder / 'logs', env) as supervisor:
            _until_active(supervisor)
            watcher = Watcher()
            try:
                return _measure(supervisor, watcher, commands, seconds)
            finally:
                watcher.close()


def _until_active(supervisor: Supervisor) -> None:
    graph, give_up = GraphState(), time.monotonic() + _PATIENCE_S
    while not graph.take(supervisor.lines('bringup')):
        supervisor.poll()
        if time.monotonic() > give_up:
            raise DriverError(f'expected an active graph, got {graph.states}')
        time.sleep(0.05)


def _measure(
    supervisor: Supervisor, watcher: Watcher, commands: Sequence[str], seconds: float
) -> dict[str, Any]:
    traces = [watcher.command(text) for text in commands]
    first = [t.get('timings', {}).get('first_motion_s') for t in traces]
    watcher.watch(1.0)
    watcher.pictures.clear()
    watcher.scenes.clear()
    pids = {p.spec.name: p.pid for p in supervisor.processes if p.pid}
    before, began = {n: cpu_s(pid) for n, pid in pids.items()}, time.perf_counter()
    watcher.watch(seconds)
    spent = time.perf_counter() - began
    stamps = sorted(set(watcher.pictures) & set(watcher.scenes))
    return {
        'statuses': [t.get('status') for t in traces],
        'first_motion': [f for f in first if f is not None],
        'latency': [watcher.scenes[s] - watcher.pictures[s] for s in stamps],
        'pictures': len(watcher.pictures),
        'scenes': len(watcher.scenes),
        'rate': len(watcher.pictures) / spent,
        'cpu': {n: (cpu_s(pid) - before[n]) / spent for n, pid in pids.items()},
    }


def main(args: list[str] | None = None) -> int:
    """Run both and print the difference."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--scene', default='demo')
    parser.add_argument('--repeat', type=int, default=3)
    parser.add_argument('--seconds', type=float, default=10.0)
    options = parser.parse_args(args)
    commands = ['point at the red block', 'go home'] * options.repeat
    alone = in_process(options.scene, commands)
    graph = over_ros(options.scene, commands, options.seconds)
    _print(alone, graph)
    return 0


def _print(alone: dict[str, list[float]], graph: dict[str, Any]) -> None:
    print(f'load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores')
    print(f'{"median of":28} {"in-process":>11} {"over ROS":>11} {"more":>9} {"ratio":>7}')
    for words, a, b in (
        ('command to first motion, ms', alone['first_motion'], graph['first_motion']),
        ('picture to scene, ms', alone['perception'], graph['latency']),
    ):
        if not a or not b:
            print(f'{words:28} not measured ({graph["statuses"]})')
            continue
        x, y = 1000 * statistics.median(a), 1000 * statistics.median(b)
        print(f'{words:28} {x:11.1f} {y:11.1f} {y - x:9.1f} {y / x:7.2f}')
    half = len(graph['latency']) // 2
    if half:
        early, late = graph['latency'][:half], graph['latency'][half:]
        grown = 1000 * (statistics.median(late) - statistics.median(early))
        print(f'latency of the second half against the first: {grown:+.1f} ms')
    lost = graph['pictures'] - graph['scenes']
    print(
        f'pictures {graph["pictures"]} ({graph["rate"]:.1f} a second), scenes {graph["scenes"]}, '
        f'lost {max(lost, 0)}'
    )
    for name, share in graph['cpu'].items():
        print(f'  {name:12} {100 * share:5.1f} % of a core')


if __name__ == '__main__':
    raise SystemExit(main())
