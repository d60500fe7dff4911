# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Start the agent on a robot whose drivers run already.

`ros2 launch llmagentos_bringup robot.launch.py color:=/camera/camera/color/image_raw ...`;
the defaults are those of a RealSense camera and a Panda under ros2_control. docs/robot.md tells
what to remap for another arm.
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
    LogInfo,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PythonExpression
from launch_ros.actions import Node, PushRosNamespace
from launch_ros.parameter_descriptions import ParameterValue
import yaml

CONFIG = Path(get_package_share_directory('llmagentos_bringup')) / 'config'
NODES = ['perception', 'planner', 'executor', 'agent']
ARGUMENTS = (
    ('namespace', '', 'Namespace of all nodes and topics, for several robots'),
    ('use_sim_time', 'false', 'Follow /clock, for a robot simulated elsewhere'),
    ('params_file', str(CONFIG / 'robot.yaml'), 'Parameters of all nodes'),
    (
        'robot',
        '',
        'Arm: a name of `llmagentos robot list`, or a folder of one; empty: that of params_file',
    ),
    ('autostart', 'true', 'Bring the lifecycle nodes up to active by themselves'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
    (
        'engine',
        'auto',
        "auto (the best there is), a name of `llmagentos model engines`, or a server's address",
    ),
    ('model', '', "Shipped model's name, a folder, or a server's address; empty: the shipped one"),
    ('scene', '', 'Not used on a robot; here so that both launch files take the same arguments'),
    (
        'dds_profile',
        str(CONFIG / 'fastdds_network.xml'),
        'Fast DDS settings of all nodes, where the environment names none: pictures need more '
        'shared memory than there is by itself; fastdds.xml also keeps topics on this machine',
    ),
    ('speech', 'false', 'Hear commands and say replies, with the extra `speech` installed'),
    ('wake', '', 'With speech: only what begins with this word is meant, as "hey robot"'),
    ('audio', 'audio', "With speech: the microphone's topic, llmagentos_msgs/Audio"),
    ('fleet', '', 'Join the fleet of this name as a member named like the namespace; empty: none'),
    ('record', '', 'Record all topics with rosbag2 into this folder; empty: no recording'),
)
#: By launch argument: our topic, the driver's, description; the one table, of `llmagentos up` too.
DRIVERS = yaml.safe_load((CONFIG / 'drivers.yaml').read_text(encoding='utf-8'))
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
    """Return what sets the Fast DDS profile, and tells that the camera's driver needs it, too."""
    if any(name in os.environ for name in PROFILE_NAMES):
        return []
    name = PROFILE_NAMES[0 if os.environ.get('ROS_DISTRO') in ('humble', 'jazzy') else 1]
    words = (f'Start the camera driver with {name}=', path, ': its pictures need it as well.')
    return [SetEnvironmentVariable(name, path), LogInfo(msg=words)]


def chosen_robot(context):
    """Return the arm of all nodes as a parameter, where one was named: it wins over the file."""
    robot = context.launch_configurations['robot']
    if not robot:
        return {}
    try:
        from llmagentos.robots import load
    except ImportError:  # not in launch's own Python: bring-up looks whether there is such an arm
        pass
    else:
        load(robot)
    return {'robot': ParameterValue(robot, value_type=str)}


def node(name, parameters, remappings):
    """Return one node, which is started again when it dies, unless it must not run."""
    return Node(
        package='llmagentos_ros',
        executable=name,
        name=name,
        exec_name=name,
        parameters=[VALUE['params_file'], parameters],
        remappings=[] if name == 'bringup' else remappings,
        arguments=['--ros-args', '--log-level', VALUE['log_level']],
        respawn=True,
        respawn_delay=1.0,
        on_exit=give_up,
        output='screen',
        prefix=[END_WITH_LAUNCH, ASKED],
    )


def graph(context):
    """Return the agent's nodes, with its topics remapped to the robot's drivers."""
    remappings = [(row['ours'], LaunchConfiguration(name)) for name, row in DRIVERS.items()]
    remappings.append(('audio', VALUE['audio']))
    hears = context.launch_configurations.get('speech', '').lower() in ('true', '1')
    joins = context.launch_configurations.get('fleet', '')
    nodes = [*NODES, *['speech'] * hears, *['member'] * bool(joins)]
    # Typed, so that a scene named 12 or a model named 1.5 stays a name.
    sim_time = {'use_sim_time': ParameterValue(VALUE['use_sim_time'], value_type=bool)}
    planner = {name: ParameterValue(VALUE[name], value_type=str) for name in ('engine', 'model')}
    autostart = ParameterValue(VALUE['autostart'], value_type=bool)
    extra = {
        'planner': {**planner, **sim_time},
        'speech': {'wake': ParameterValue(VALUE['wake'], value_type=str), **sim_time},
        'member': {'fleet': ParameterValue(VALUE['fleet'], value_type=str), **sim_time},
        'bringup': {'nodes': nodes, 'autostart': autostart},
    }
    robot = chosen_robot(context)
    return [
        node(name, {**extra.get(name, sim_time), **robot}, remappings)
        for name in (*nodes, 'bringup')
    ]


def generate_launch_description():
    """Return the agent's nodes in their namespace, and what they are told."""
    namespace = PythonExpression(["'", VALUE['namespace'], "'.strip('/')"])
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
            *[
                DeclareLaunchArgument(
                    name, default_value=row['theirs'], description=row['meaning']
                )
                for name, row in DRIVERS.items()
            ],
            *profile(VALUE['dds_profile']),
            GroupAction([PushRosNamespace(namespace), OpaqueFunction(function=graph)]),
            record,
        ]
    )
