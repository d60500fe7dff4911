# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What is wrong with a graph, in words, and what to do about it.

Knows: what `llmagentos_ros.doctor` saw of a graph (a GraphView), and diagnostics' rows.
Does not know: rclpy, how anything was found, or how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from llmagentos_ros import inputs

#: The node that brings the others up; it has a heartbeat and no lifecycle.
BRINGUP = 'bringup'
#: Less free shared memory than this holds no pictures of a whole graph, bytes.
LEAST_SHM = 64 * 2**20
#: A node that beats five times a second is silent after so long without a beat, seconds.
SILENT_S = 2.0

#: Which launch argument names a driver's topic, by the message's type.
_ROLES = {
    'sensor_msgs/msg/JointState': 'joint_states',
    'sensor_msgs/msg/CameraInfo': 'camera_info',
    'trajectory_msgs/msg/JointTrajectory': 'trajectory',
    'llmagentos_msgs/msg/GripperCommand': 'gripper',
}
_IMAGE = 'sensor_msgs/msg/Image'
_POSE = 'geometry_msgs/msg/TransformStamped'
_SCENE = 'llmagentos_msgs/msg/Scene'
_CLOCK = 'rosgraph_msgs/msg/Clock'
_PROFILE = (
    'start the driver with FASTRTPS_DEFAULT_PROFILES_FILE=launch/config/fastdds_network.xml '
    '(Kilted and later: FASTDDS_DEFAULT_PROFILES_FILE), and see whether the machine is busy'
)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where (a node, or the graph), what, and what to do."""

    where: str
    words: str
    what_to_do: str


@dataclass
class NodeView:
    """
    One node as seen from outside.

    present: the graph knows it; state: of its life cycle, '' without an answer; beat_age_s: since
    its last heartbeat; instances: its processes that beat; level, says, rows: its diagnostics.
    """

    present: bool = False
    state: str = ''
    beat_age_s: float = float('inf')
    instances: int = 0
    level: int = 0
    says: str = ''
    rows: Mapping[str, str] = field(default_factory=dict)


@dataclass
class GraphView:
    """
    A graph as seen from outside.

    nodes: those with a lifecycle. bringup: brings them up and has none itself. elsewhere:
    namespaces in which there is an agent, too.
    """

    namespace: str
    domain: int
    nodes: Mapping[str, NodeView]
    bringup: NodeView = field(default_factory=NodeView)
    elsewhere: Sequence[str] = ()
    shm_free: int = LEAST_SHM


def examine(view: GraphView) -> list[Finding]:
    """Return all that is wrong, what the rest follows from first; empty for a healthy graph."""
    found = []
    if view.shm_free < LEAST_SHM:
        found.append(
            Finding(
                'this machine',
                f'/dev/shm has {view.shm_free / 2**20:.0f} MiB left, pictures need '
                f'{LEAST_SHM / 2**20:.0f}',
                'end what fills it; a container gets more by --ipc host or --shm-size 512m',
            )
        )
    if not any(n.present or n.instances for n in view.nodes.values()):
        return [*found, _no_graph(view)]
    if view.bringup.present or view.bringup.instances:
        found += _of_process(BRINGUP, view.bringup)
    else:
        found.append(
            Finding(
                BRINGUP,
                'is not there: nothing brings nodes to active, or back after they died',
                'start the graph with `llmagentos up` or a launch file, not node by node',
            )
        )
    for name, node in view.nodes.items():
        found += _of_life(name, node)
    for name, node in view.nodes.items():
        found += _of_report(name, node)
    return found


def _no_graph(view: GraphView) -> Finding:
    there = ', '.join(view.elsewhere)
    words = f'there is none in namespace {view.namespace} on domain {view.domain}'
    if there:
        return Finding(
            'graph', f'{words}, but in {there}', f'say which: --namespace {view.elsewhere[0]}'
        )
    return Finding(
        'graph',
        words,
        'start one: `llmagentos up --sim`, or without --sim on a robot. One that runs has to have '
        'the same ROS_DOMAIN_ID; one on another machine is seen with --network',
    )


def _of_process(name: str, node: NodeView) -> Iterator[Finding]:
    """Say whether it runs, once."""
    if not node.present and not node.instances:
        log = f'its last words are in {name}.log of the folder that `llmagentos up` names'
        yield Finding(name, 'does not run, or is frozen', f'{log}; start the graph again')
    elif node.instances > 1:
        yield Finding(
            name,
            f'runs {node.instances} times in this namespace and domain',
            'stop one graph, or give each robot its own --namespace or ROS_DOMAIN_ID',
        )
    elif node.beat_age_s > SILENT_S:
        yield Finding(
            name,
            'is in the graph and silent: it was killed a moment ago, is frozen, or gets no time',
            'wait some seconds and look again; then restart the graph',
        )


def _of_life(name: str, node: NodeView) -> Iterator[Finding]:
    """Say whether it runs, once, and is active."""
    wrong = list(_of_process(name, node))
    yield from wrong
    if wrong:
        return
    if not node.state:
        yield Finding(
            name,
            'lives and does not answer: its callbacks are held up',
            'see what its log says and whether the machine is busy; then restart the graph',
        )
    elif node.state != 'active':
        yield Finding(
            name,
            f'is {node.state}, not active',
            'its log says why, if it refused; with autostart:=false it waits for '
            f'`ros2 lifecycle set {name} configure` and `activate`',
        )


def _of_report(name: str, node: NodeView) -> Iterator[Finding]:
    """Say what the node itself misses. A node that is not active misses everything."""
    if node.state not in ('', 'active') or node.beat_age_s > SILENT_S:
        return
    if not node.rows:
        yield Finding(
            name, 'sends no diagnostics', 'restart the graph: it may be of another version'
        )
    for row, text in node.rows.items():
        kind, colon, rest = text.partition(': ')
        if not colon or kind not in (*inputs.PROBLEMS, inputs.FAULT):
            continue
        if kind == inputs.FAULT:
            yield Finding(name, rest, _FAULT_ADVICE)
        else:
            yield Finding(name, f'{row} is {_WORDS[kind]} ({rest})', _advice(kind, row, rest))


_FAULT_ADVICE = 'docs/robot.md says what it needs'
_WORDS = {
    inputs.UNPUBLISHED: 'published by nobody',
    inputs.OTHER_TYPE: 'of another type at the other end',
    inputs.OTHER_POLICY: 'offered with another QoS policy than asked for',
    inputs.UNHEARD: 'there, but nothing comes',
    inputs.SILENT: 'silent',
    inputs.SLOW: 'slow',
    inputs.UNREAD: 'read by nobody',
}


def _advice(kind: str, topic: str, rest: str) -> str:
    """Say what to do about a topic. rest: the row behind its problem, which begins with a type."""
    message = rest.split(',')[0]
    role = _ROLES.get(message, '')
    if message == _IMAGE:
        role = 'depth' if 'depth' in topic else 'color'
    named = f'{role}:=/its/topic (ros2 launch) or --topic {role}:=/its/topic (llmagentos up)'
    if message == _SCENE:
        return 'perception makes it: see what perception misses'
    if message == _CLOCK:
        return 'start the simulator that makes the clock, or set use_sim_time to false'
    if kind == inputs.OTHER_POLICY:
        return "set the other end's QoS reliability and durability to what is asked for"
    if message == _POSE:
        return 'calibrate the camera: docs/robot.md, section 2'
    if kind == inputs.UNREAD:
        return f'start the controller that reads it, or say where it listens: {named}'
    if kind in (inputs.UNPUBLISHED, inputs.OTHER_TYPE):
        return f'start the driver that publishes it, or say where it does: {named}'
    if role in ('color', 'depth'):
        return f'see whether the camera runs; {_PROFILE}'
    return 'see whether the driver runs and its link to the hardware is up; start it again'
