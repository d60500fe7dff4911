# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What ROS adds: `ros_ws/run_wheels.sh jazzy python -m llmagentos_ros.bench`.

Knows: the same scene and commands in one process and over the graph, in one run. Does not know:
how anything is done. Prints first motion, stopping, perception latency, CPU per node and lost
pictures; with `--busy` also what a load on every core does to them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
import os
from pathlib import Path
import signal
import statistics
import sys
import tempfile
import time
from typing import Any

from llmagentos.agent import Agent
from llmagentos.errors import DriverError
from llmagentos.local_robot import LocalRobot
from llmagentos.runtime.graph import (
    config_file,
    graph_env,
    GraphOptions,
    process_table,
    write_params,
)
from llmagentos.runtime.keeping import GraphState
from llmagentos.runtime.processes import ProcessManager
from llmagentos.types import Observation
from llmagentos_ros.bench_client import FAST_RADPS, MOVES, PATIENCE_S, REST_RADPS, Watcher
from llmagentos_ros.bench_load import busy_cores, grown_ms, show

_TICKS_PER_S = os.sysconf('SC_CLK_TCK')


def in_process(scene: str, commands: Sequence[str]) -> dict[str, list[float]]:
    """Measure first motion and perception without ROS, seconds."""
    first, looks, stops = [], [], []
    with Agent.in_simulation(scene) as agent:
        robot: Any = agent.robot
        perception: Any = agent.perception
        world = robot.simulation.world
        for text in commands:
            first.append(agent.command(text).timings.first_motion_s)
        for _ in range(20):
            world.advance()
            frame, state = world.overhead.capture(), world.state()
            began = time.perf_counter()
            perception.perceive(Observation((frame,), state))
            looks.append(time.perf_counter() - began)
        for _ in range(len(commands) // 2):
            stops.append(_stop_in_process(agent, world))
    return {
        'first_motion': [f for f in first if f is not None],
        'perception': looks,
        'stop': stops,
    }


def _stop_in_process(agent: Agent, world: Any) -> float:
    """Stop a moving arm; the robot's time until it rests."""
    agent.reset()
    agent.begin(MOVES)
    while max(map(abs, world.state().velocities)) < FAST_RADPS:
        if agent.step() is not None:
            raise DriverError('expected a motion to stop, got the end of the command')
    asked = world.now_s
    rested: list[float] = []

    def look() -> None:
        if max(map(abs, world.state().velocities)) >= REST_RADPS:
            rested.clear()
        rested.append(world.now_s)

    robot = agent.robot
    if not isinstance(robot, LocalRobot):
        raise DriverError(f'expected a robot in this process, got {robot}')
    robot.driver.observers.append(look)
    agent.stop()
    while agent.step() is None:
        pass
    robot.driver.observers.remove(look)
    return rested[0] - asked


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process so far, seconds."""
    fields = Path(f'/proc/{pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def over_ros(
    scene: str, commands: Sequence[str], seconds: float, busy: bool = False
) -> dict[str, Any]:
    """
    Measure the same over a graph of processes, 640x480 at 15 pictures a second.

    busy: measure once more while every core is busy (`busy` of what is returned).
    """
    with started(scene) as (manager, watcher):
        out = _measure(manager, watcher, commands, seconds)
        if busy:
            with busy_cores():
                out['busy'] = _measure(manager, watcher, commands, seconds)
        return out | _stopping(manager, watcher, len(commands) // 2)


@contextmanager
def started(
    scene: str, executor: Mapping[str, Any] | None = None
) -> Iterator[tuple[ProcessManager, Watcher]]:
    """Start a graph with a simulated robot, until it is active. executor: parameters of it."""
    env = graph_env(os.environ)
    os.environ.update(env)
    relaxed = {
        'joint_states_timeout_s': 2.0,
        'scene_timeout_s': 5.0,
        'clock_timeout_s': 5.0,
        **(executor or {}),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = GraphOptions(
            sim=True,
            scene=scene,
            params=[config_file('sim.yaml', env)],
            extra={
                'executor': relaxed,
                'agent': {'node_timeout_s': 5.0},
                'bringup': {'node_timeout_s': 5.0},
            },
        )
        write_params(options, folder / 'params.yaml')
        rows = process_table(sys.executable, options, folder / 'params.yaml')
        with ProcessManager(rows, folder / 'logs', env) as manager:
            _until_active(manager, GraphState())
            watcher = Watcher()
            try:
                yield manager, watcher
            finally:
                watcher.close()


def _stopping(manager: ProcessManager, watcher: Watcher, times: int) -> dict[str, Any]:
    stops, kills = [], []
    for _ in range(times):
        watcher.reset()
        stops.append(watcher.cancelled())
    for _ in range(times):
        watcher.reset()
        handle = watcher.start_moving()
        pid = manager.get('executor').pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        kills.append(watcher.time_to_rest())
        # The agent takes no other command before this one has ended.
        watcher.wait(handle.get_result_async().done)
        # Active again only after bring-up has seen the new process.
        graph = GraphState()
        graph.states = {'agent': 'active', 'executor': 'missing'}
        _until_active(manager, graph)
        watcher.reset_safety()
    return {'stop': stops, 'killed': kills}


def _until_active(manager: ProcessManager, graph: GraphState) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not graph.take(manager.lines('bringup')):
        manager.poll()
        if time.monotonic() > give_up:
            raise DriverError(f'expected an active graph, got {graph.states}')
        time.sleep(0.05)


def _measure(
    manager: ProcessManager, watcher: Watcher, commands: Sequence[str], seconds: float
) -> dict[str, Any]:
    traces = [watcher.command(text) for text in commands]
    first = [t.get('timings', {}).get('first_motion_s') for t in traces]
    watcher.watch(1.0)
    watcher.pictures.clear()
    watcher.scenes.clear()
    pids = {p.spec.name: p.pid for p in manager.processes if p.pid}
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
    parser.add_argument('--busy', action='store_true', help='also with every core busy')
    options = parser.parse_args(args)
    commands = ['point at the red block', 'go home'] * options.repeat
    alone = in_process(options.scene, commands)
    graph = over_ros(options.scene, commands, options.seconds, options.busy)
    _print(alone, graph)
    return 0


def _print(alone: dict[str, list[float]], graph: dict[str, Any]) -> None:
    print(f'load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores')
    print(f'{"median of":28} {"in-process":>11} {"over ROS":>11} {"more":>9} {"ratio":>7}')
    for words, a, b in (
        ('command to first motion, ms', alone['first_motion'], graph['first_motion']),
        ('cancel to still arm, ms', alone['stop'], graph['stop']),
        ('picture to scene, ms', alone['perception'], graph['latency']),
    ):
        if not a or not b:
            print(f'{words:28} not measured ({graph["statuses"]})')
            continue
        x, y = 1000 * statistics.median(a), 1000 * statistics.median(b)
        print(f'{words:28} {x:11.1f} {y:11.1f} {y - x:9.1f} {y / x:7.2f}')
    for words, times in (
        ('cancel to still arm', graph['stop']),
        ('executor killed to still arm', graph['killed']),
    ):
        print(f'{words}, ms: {", ".join(f"{1000 * t:.0f}" for t in sorted(times))}')
    print(f'latency of the second half against the first: {grown_ms(graph["latency"]):+.1f} ms')
    lost = graph['pictures'] - graph['scenes']
    print(
        f'pictures {graph["pictures"]} ({graph["rate"]:.1f} a second), scenes {graph["scenes"]}, '
        f'lost {max(lost, 0)}'
    )
    for name, share in graph['cpu'].items():
        print(f'  {name:12} {100 * share:5.1f} % of a core')
    if 'busy' in graph:
        show(graph, graph['busy'])


if __name__ == '__main__':
    raise SystemExit(main())
