# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A graph in which faults are injected, and a person at it.

Knows: processes and their states, commands, every joint state with its stamp. Does not know: any
fault.

The robot's time passes as the wall's does, or slower on a busy computer, where it also waits a
little for commands that are late, as in every simulation here: so load makes the graph slow, not
clumsy, before a fault. Rest is read from the robot's joint states, on its own clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
import json
import math
import os
from pathlib import Path
import signal
import sys
import tempfile
import time
from typing import Any

from llmagentos.errors import DriverError
from llmagentos.robots import load
from llmagentos.runtime.graph import config_file, GraphOptions, process_table, write_params
from llmagentos.runtime.keeping import GraphKeeper
from llmagentos.runtime.processes import ProcessManager, ProcessSpec
from llmagentos.runtime.sessions import FOLDER_VARIABLE
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_seconds
from llmagentos_ros.faults.relay import FROM_ROBOT, theirs, TO_ROBOT
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from sim.physics_log import rest_after_s

#: Every wait ends by then, seconds of wall time.
PATIENCE_S = 120.0
#: What people say to it; the block is grasped, lifted, carried and let go.
PUT = 'put the red block in the blue bowl'
#: A fault comes once a joint is faster than this, rad/s. `careful` allows a Panda 0.65.
MOVING_RADPS = 0.3
#: The robot is watched for rest for so long after a fault, seconds of its own time.
WATCH_S = 1.0
#: More is a motion, rad.
STILL_RAD = 0.005
_CAMERA_HZ = 5.0
#: The executor's watchdogs, on a computer that starves it now and then before any fault.
_PATIENT = {'joint_states_timeout_s': 2.0, 'scene_timeout_s': 5.0, 'clock_timeout_s': 5.0}
_TRIES = 4
#: No domain of a person's own: 0 is what everybody has by default.
_DOMAINS = 101


@dataclass(frozen=True)
class Seen:
    """One joint state. stamp_s: of the robot's clock; radps: the fastest joint of the arm."""

    stamp_s: float
    radps: float
    positions: tuple[float, ...]


class Command:
    """One command under way."""

    def __init__(self, graph: FaultGraph, text: str) -> None:
        self._graph = graph
        graph.wait(graph.commands.server_is_ready)
        sent = graph.commands.send_goal_async(table.COMMAND_ACTION.kind.Goal(text=text))
        graph.wait(sent.done)
        if not sent.result().accepted:
            raise DriverError(f'expected the agent to take {text!r}, got a no')
        self._result = sent.result().get_result_async()

    @property
    def has_ended(self) -> bool:
        """Whether there is a result."""
        return bool(self._result.done())

    def result(self) -> tuple[str, str]:
        """Wait for its end; status and reply."""
        self._graph.wait(self._result.done)
        found = self._result.result().result
        return found.status, found.reply


class FaultGraph:
    """
    All processes of one simulated robot, in a ROS domain of its own. Make it with `started`.

    relayed: whether everything that the robot says and hears goes through a process of its own.
    """

    def __init__(self, manager: ProcessManager, relayed: bool) -> None:
        self.manager, self.keeper = manager, GraphKeeper(manager)
        self.relayed = relayed
        #: Every state that bring-up told: wall time, node, state.
        self.history: list[tuple[float, str, str]] = []
        self.seen: list[Seen] = []
        #: Arrivals (monotonic) and stamps of the executor's trajectories, seconds.
        self.sent: list[tuple[float, float]] = []
        self.reasons: Sequence[str] = ()
        #: Stamp of the first joint state without a number, as others hear it from the relay.
        self.nan_s: float | None = None
        self._scenes = 0
        self._arm = load('panda').joint_names
        rclpy.init(args=[])
        self.node = rclpy.create_node('fault_harness')
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self.commands = ActionClient(
            self.node,
            table.COMMAND_ACTION.kind,
            table.COMMAND_ACTION.name,
            feedback_sub_qos_profile=table.FEEDBACK,
        )
        joints = table.JOINT_STATES
        if relayed:  # what the robot itself says
            joints = replace(joints, name=theirs(joints))
            heard = table.JOINT_STATES
            self.node.create_subscription(heard.kind, heard.name, self._on_heard, heard.qos)
        for topic, hear in (
            (joints, self._on_joints),
            (table.TRAJECTORY, self._on_trajectory),
            (table.SAFETY_STATE, self._on_safety),
            (table.SCENE, self._on_scene),
        ):
            self.node.create_subscription(topic.kind, topic.name, hear, topic.qos)

    def close(self) -> None:
        """Give the person's node back; the processes are their manager's."""
        self.commands.destroy()
        self._executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.try_shutdown()

    # --- messages ----------------------------------------------------------------------------

    def _on_joints(self, msg: Any) -> None:
        order = [msg.name.index(name) for name in self._arm]
        radps = max(abs(msg.velocity[i]) for i in order)
        where = tuple(msg.position[i] for i in order)
        self.seen.append(Seen(to_seconds(msg.header.stamp), radps, where))

    def _on_heard(self, msg: Any) -> None:
        if self.nan_s is None and any(map(math.isnan, msg.position)):
            self.nan_s = to_seconds(msg.header.stamp)

    def _on_trajectory(self, msg: Any) -> None:
        self.sent.append((time.monotonic(), to_seconds(msg.header.stamp)))

    def _on_safety(self, msg: Any) -> None:
        self.reasons = tuple(msg.reasons)

    def _on_scene(self, msg: Any) -> None:
        self._scenes += 1

    # --- waiting -----------------------------------------------------------------------------

    def wait(self, done: Callable[[], Any], timeout_s: float = PATIENCE_S) -> None:
        """Spin, and keep the graph alive, until `done()`; DriverError after the timeout."""
        give_up = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > give_up:
                raise DriverError(
                    f'waited {timeout_s:.0f} s in vain; {self.keeper.graph.states}; '
                    f'{"; ".join(self.reasons)}'
                )
            self.spin()

    def spin(self) -> None:
        """Take in what came, and look after the processes."""
        before = dict(self.keeper.graph.states)
        self.keeper.poll()
        now_s = time.monotonic()
        for node, state in self.keeper.graph.states.items():
            if before.get(node) != state:
                self.history.append((now_s, node, state))
        self._executor.spin_once(timeout_sec=0.01)

    def wait_s(self, seconds: float) -> None:
        """Let the wall's time pass."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until, seconds + PATIENCE_S)

    def set_parameter(self, node: str, name: str, value: float) -> None:
        """Set a floating-point parameter of a node."""
        new = ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=value)
        endpoint = table.Endpoint(f'{node}/set_parameters', SetParameters, '')
        answer = self.call(endpoint, parameters=[Parameter(name=name, value=new)]).results[0]
        if not answer.successful:
            raise DriverError(answer.reason)

    def pass_time(self, seconds: float) -> None:
        """Let the robot's time pass."""
        until = self.robot_s + seconds
        self.wait(lambda: self.robot_s > until)

    # --- the robot ---------------------------------------------------------------------------

    @property
    def robot_s(self) -> float:
        """Return the robot's clock, by its newest joint state."""
        self.wait(lambda: self.seen)
        return self.seen[-1].stamp_s

    def is_fast(self) -> bool:
        """Whether the arm moves fast."""
        return bool(self.seen) and self.seen[-1].radps > MOVING_RADPS

    def rest_ms(self, since_s: float) -> float:
        """Return ms from a moment of the robot's clock to rest; inf where none came in time."""
        self.wait(lambda: self.robot_s > since_s + WATCH_S)
        return 1000 * rest_after_s([(s.stamp_s, s.radps) for s in self.seen], since_s)

    def has_moved(self, since_s: float) -> bool:
        """Whether the arm went anywhere since a moment of its clock."""
        later = [s.positions for s in self.seen if s.stamp_s >= since_s]
        return any(far(later[0], other) > STILL_RAD for other in later)

    # --- commands ----------------------------------------------------------------------------

    def moving(self, text: str = PUT) -> Command:
        """
        Send a command; return it once the arm is fast. DriverError where it ends before.

        A busy computer may starve the graph before any fault: then it is tried again.
        """
        for _ in range(_TRIES):
            self.seen.clear()
            command = Command(self, text)
            self.wait(lambda: self.is_fast() or command.has_ended)  # noqa: B023 - used at once
            if not command.has_ended:
                return command
            self.ready()
        raise DriverError(f'expected the arm to move, got: {command.result()[1]}')

    def say(self, text: str) -> tuple[str, str]:
        """Send a command and wait for its end; status and reply."""
        return Command(self, text).result()

    def call(self, endpoint: table.Endpoint, **fields: Any) -> Any:
        """Ask one of the table's services."""
        client = self.node.create_client(endpoint.kind, endpoint.name)
        try:
            self.wait(client.service_is_ready)
            future = client.call_async(endpoint.kind.Request(**fields))
            self.wait(future.done)
            return future.result()
        finally:
            self.node.destroy_client(client)

    def ready(self) -> None:
        """
        Wait until all is active; reset what was stopped, and put everything back.

        Again where a busy computer's watchdogs have stopped it meanwhile.
        """
        give_up = time.monotonic() + PATIENCE_S
        while True:
            self.wait(lambda: self.keeper.graph.ready)
            self._until_done(table.RESET_SAFETY)
            self._until_done(table.RESET, seed=-1)
            self.seen.clear()
            self._scenes = 0
            self.wait(lambda: self._scenes > 1 and len(self.seen) > 10)
            if not self.reasons:
                return
            if time.monotonic() > give_up:
                raise DriverError(
                    f'expected a graph that may move, got: {"; ".join(self.reasons)}'
                )
            self.wait_s(0.5)

    def _until_done(self, endpoint: table.Endpoint, **fields: Any) -> None:
        """Ask until it is done: a plan may still be ending, a source still be silent."""
        give_up = time.monotonic() + PATIENCE_S
        while not (answer := self.call(endpoint, **fields)).success:
            if time.monotonic() > give_up:
                raise DriverError(f'expected {endpoint.name} to be done, got: {answer.message}')
            self.wait_s(0.2)

    # --- processes ---------------------------------------------------------------------------

    def pid(self, name: str) -> int:
        """Return the process of a node. DriverError where it does not run."""
        pid = self.manager.get(name).pid
        if pid is None:
            raise DriverError(f'expected {name} to run, got none')
        return pid

    def pids(self) -> dict[str, int | None]:
        """Return the process of every row of the table."""
        return {p.spec.name: p.pid for p in self.manager.processes}

    def back_s(self, name: str, old: int, since: float) -> float:
        """Return how long after `since` (monotonic) another process of a node was active."""

        def rose() -> list[float]:
            told = [(at, state) for at, node, state in self.history if node == name and at > since]
            gone = next((at for at, state in told if state == 'missing'), math.inf)
            return [at for at, state in told if state == 'active' and at > gone]

        self.wait(lambda: self.manager.get(name).pid not in (None, old) and rose())
        return rose()[0] - since

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Inside, a process gets no time of the computer's."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if self.manager.get(name).pid == pid:
                os.kill(pid, signal.SIGCONT)


def far(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the most that any joint differs, rad."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@contextmanager
def started(relayed: bool) -> Iterator[FaultGraph]:
    """Start a graph until it is active; nothing is left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix='faults') as name:
        folder = Path(name)
        env = {
            **os.environ,
            'ROS_DOMAIN_ID': str(1 + os.getpid() % _DOMAINS),
            FOLDER_VARIABLE: str(folder / 'run'),
        }
        os.environ.update(env)
        rows = _rows(folder, env, relayed)
        with ProcessManager(rows, folder / 'logs', env) as manager:
            graph = FaultGraph(manager, relayed)
            try:
                graph.wait(lambda: graph.keeper.graph.ready, 2 * PATIENCE_S)
                yield graph
            finally:
                graph.close()


def _rows(folder: Path, env: dict[str, str], relayed: bool) -> list[ProcessSpec]:
    options = GraphOptions(
        sim=True,
        robot='panda',
        params=[config_file('sim.yaml', env)],
        extra={
            'robot_sim': {'camera_hz': _CAMERA_HZ},
            'perception': {'max_hz': _CAMERA_HZ},
            'executor': {'profile': 'careful', 'audit': 'none', **_PATIENT},
            'agent': {'words': False, 'flight': 'none', 'node_timeout_s': 5.0},
        },
    )
    params = folder / 'params.yaml'
    write_params(options, params)
    rows = process_table(sys.executable, options, params)
    if not relayed:
        return rows
    through = [
        word
        for topic in (*FROM_ROBOT, *TO_ROBOT)
        for word in ('-r', f'{topic.name}:={theirs(topic)}')
    ]
    robot = replace(rows[0], argv=(*rows[0].argv, *through))
    relay = ProcessSpec('relay', (sys.executable, '-m', 'llmagentos_ros.faults.relay'))
    return [relay, robot, *rows[1:]]


def tell(**said: Any) -> None:
    """Print one JSON object, for whoever has started this process."""
    print(json.dumps(said), flush=True)
