# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Start the agent of a robot that drives: `ros2 launch llmagentos_bringup base.launch.py flat:=flat`.

With `sim:=false` the base is somebody else's: its drivers run already, on the topics of
docs/navigation.md (remap others with `ros2 launch`'s own means, or in a namespace).
"""

import os
from pathlib import Path
import shutil

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    GroupAction,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PythonExpression
from launch_ros.actions import Node, PushRosNamespace, SetRemap
from launch_ros.parameter_descriptions import ParameterValue

CONFIG = Path(get_package_share_directory('llmagentos_bringup')) / 'config'
DRIVES = ['planner', 'executor', 'agent']
ARGUMENTS = (
    ('namespace', '', 'Namespace of all nodes and topics, for several robots'),
    ('use_sim_time', 'true', 'Nodes follow /clock, which the simulated base publishes'),
    ('params_file', str(CONFIG / 'base.yaml'), 'Parameters of all nodes'),
    ('base', '', 'Base: a name that the core knows, or a folder; empty: that of params_file'),
    ('sim', 'true', 'With the simulated base; false: the drivers of a base run already'),
    ('drives_by', 'navigator', 'navigator (ours), or nav2: its actions, which run already'),
    ('autostart', 'true', 'Bring the lifecycle nodes up to active by themselves'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
    (
        'engine',
        'auto',
        "auto (the best there is), a name of `llmagentos model engines`, or a server's address",
    ),
    ('model', '', "Shipped model's name, a folder or an address; empty: that of params_file"),
    ('flat', 'flat', 'Flat of the simulated base: flat, workshop, random, or a YAML file'),
    ('seed', '0', 'Seeds noise, drift and random flats'),
    (
        'dds_profile',
        str(CONFIG / 'fastdds_network.xml'),
        'Fast DDS settings of all nodes, where the environment names none: pictures need more '
        'shared memory than there is by itself; fastdds.xml also keeps topics on this machine',
    ),
    ('fleet', '', 'Join the fleet of this name as a member named like the namespace; empty: none'),
    ('record', '', 'Record all topics with rosbag2 into this folder; empty: no recording'),
)


#: Fast DDS 2 (Humble, Jazzy) reads the first name, Fast DDS 3 the second.
PROFILE_NAMES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')

#: `ros2 launch` that gets SIGTERM, or dies, leaves its children alive: the kernel ends them then.
SETPRIV = shutil.which('setpriv') is not None
END_WITH_LAUNCH = 'setpriv --pdeathsig TERM -- ' if SETPRIV else ''
END_RECORDING = 'setpriv --pdeathsig INT -- ' if SETPRIV else ''

#: Launch arguments by name, and what a debugger's user puts before each node.
VALUE = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
ASKED = LaunchConfiguration('launch-prefix', default='')

#: A process ends with this when it must not run (llmagentos.runtime.processes).
NO_RESTART = 78


def give_up(event, context):
    """End the launch where a process must not run: to start it again each second is of no use."""
    if event.returncode == NO_RESTART:
        raise RuntimeError(f'{event.process_name} must not run here, its last words say why')


def profile(path):
    """Return what sets the Fast DDS profile."""
    if any(name in os.environ for name in PROFILE_NAMES):
        return []
    name = PROFILE_NAMES[0 if os.environ.get('ROS_DISTRO') in ('humble', 'jazzy') else 1]
    return [SetEnvironmentVariable(name, path)]


def node(name, parameters):
    """Return one node, which is started again when it dies, unless it must not run."""
    return Node(
        package='llmagentos_ros',
        executable='driving_executor' if name == 'executor' else name,
        name=name,
        exec_name=name,
        parameters=[VALUE['params_file'], parameters],
        # It stands behind the executor's gate, whose stop is the graph's, and its reset, too.
        remappings=[('stop', 'base_sim/stop')] if name == 'base_sim' else [],
        arguments=['--ros-args', '--log-level', VALUE['log_level']],
        respawn=True,
        respawn_delay=1.0,
        on_exit=give_up,
        output='screen',
        prefix=[END_WITH_LAUNCH, ASKED],
    )


def graph(context):
    """Return the nodes in the order in which they come up."""
    given = context.launch_configurations
    sim = given.get('sim', 'true').lower() in ('true', '1')
    nodes = [*['base_sim'] * sim, *DRIVES, *['member'] * bool(given.get('fleet', ''))]
    # Typed, so that a flat named 12 or a model named 1.5 stays a name.
    text = {name: ParameterValue(VALUE[name], value_type=str) for name, _, _ in ARGUMENTS}
    sim_time = {'use_sim_time': ParameterValue(VALUE['use_sim_time'], value_type=bool)}
    base = {'base': text['base']} if given.get('base', '') else {}
    model = {'model': text['model']} if given.get('model', '') else {}
    extra = {
        # It makes the clock, so it cannot follow it. With Nav2 it is AMCL's stand-in.
        'base_sim': {
            **base,
            'flat': text['flat'],
            'seed': ParameterValue(VALUE['seed'], value_type=int),
            'localize': given.get('drives_by', '') == 'nav2',
            'use_sim_time': False,
        },
        'planner': {'engine': text['engine'], **model, **sim_time},
        'executor': {**base, 'drives_by': text['drives_by'], **sim_time},
        'agent': {**base, **sim_time},
        'member': {'fleet': text['fleet'], **sim_time},
        'bringup': {
            'nodes': nodes,
            'autostart': ParameterValue(VALUE['autostart'], value_type=bool),
            'use_sim_time': False,
        },
    }
    return [node(name, extra[name]) for name in (*nodes, 'bringup')]


def generate_launch_description():
    """Return the nodes in their namespace, and what they are told."""
    namespace = PythonExpression(["'", VALUE['namespace'], "'.strip('/')"])
    # Inside a namespace every robot has its own clock.
    clock = SetRemap(
        '/clock',
        'clock',
        condition=IfCondition(PythonExpression(["'", namespace, "' != ''"])),
    )
    record = ExecuteProcess(
        cmd=['ros2', 'bag', 'record', '--all', '--output', VALUE['record']],
        prefix=[END_RECORDING, ASKED],
        condition=IfCondition(PythonExpression(["'", VALUE['record'], "' != ''"])),
    )
    return LaunchDescription(
        [
            *[
                DeclareLaunchArgument(name, default_value=default, description=words)
                for name, default, words in ARGUMENTS
            ],
            *profile(VALUE['dds_profile']),
            GroupAction([PushRosNamespace(namespace), clock, OpaqueFunction(function=graph)]),
            record,
        ]
    )
