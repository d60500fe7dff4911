# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Start the agent on a robot whose drivers run already.

`ros2 launch llmagentos_bringup robot.launch.py color:=/camera/camera/color/image_raw ...`;
the defaults are those of a RealSense camera and a Panda under ros2_control. docs/robot.md tells
what to remap for another arm.
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, GroupAction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PythonExpression
from launch_ros.actions import Node, PushRosNamespace
from launch_ros.parameter_descriptions import ParameterValue

CONFIG = Path(get_package_share_directory('llmagentos_bringup')) / 'config'
NODES = ['perception', 'planner', 'executor', 'agent']
ARGUMENTS = (
    ('namespace', '', 'Namespace of all nodes and topics, for several robots'),
    ('use_sim_time', 'false', 'Follow /clock, for a robot simulated elsewhere'),
    ('params_file', str(CONFIG / 'robot.yaml'), 'Parameters of all nodes'),
    ('autostart', 'true', 'Bring the lifecycle nodes up to active by themselves'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
    (
        'engine',
        'auto',
        "auto (the best there is), a name of `llmagentos model engines`, or a server's address",
    ),
    ('model', '', "Shipped model's name, a folder, or a server's address; empty: the shipped one"),
    ('scene', '', 'Not used on a robot; here so that both launch files take the same arguments'),
    ('record', '', 'Record all topics with rosbag2 into this folder; empty: no recording'),
)
#: Launch argument, our relative topic, the driver's topic, description.
REMAPPINGS = (
    ('joint_states', 'joint_states', '/joint_states', 'Joint states of arm and fingers'),
    (
        'trajectory',
        'joint_trajectory_controller/joint_trajectory',
        '/panda_arm_controller/joint_trajectory',
        'Command topic of the joint trajectory controller',
    ),
    ('gripper', 'gripper/command', '/gripper/command', 'llmagentos_msgs/GripperCommand'),
    ('color', 'camera/color/image_raw', '/camera/camera/color/image_raw', 'Colour picture'),
    (
        'depth',
        'camera/aligned_depth_to_color/image_raw',
        '/camera/camera/aligned_depth_to_color/image_raw',
        'Depth picture, aligned to colour',
    ),
    ('camera_info', 'camera/color/camera_info', '/camera/camera/color/camera_info', 'Intrinsics'),
)


def generate_launch_description():
    """Return the agent's nodes, with its topics remapped to the robot's drivers."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    remappings = [(ours, LaunchConfiguration(name)) for name, ours, _, _ in REMAPPINGS]
    # Typed, so that a scene named 12 or a model named 1.5 stays a name.
    sim_time = {'use_sim_time': ParameterValue(value['use_sim_time'], value_type=bool)}
    planner = {name: ParameterValue(value[name], value_type=str) for name in ('engine', 'model')}
    extra = {'planner': {**planner, **sim_time}}
    nodes = [
        Node(
            package='llmagentos_ros',
            executable=name,
            name=name,
            parameters=[value['params_file'], extra.get(name, sim_time)],
            remappings=remappings,
            arguments=['--ros-args', '--log-level', value['log_level']],
            respawn=True,
            respawn_delay=1.0,
            output='screen',
        )
        for name in NODES
    ]
    bringup = Node(
        package='llmagentos_ros',
        executable='bringup',
        name='bringup',
        parameters=[
            value['params_file'],
            {'nodes': NODES, 'autostart': ParameterValue(value['autostart'], value_type=bool)},
        ],
        arguments=['--ros-args', '--log-level', value['log_level']],
        output='screen',
    )
    record = ExecuteProcess(
        cmd=['ros2', 'bag', 'record', '--all', '--output', value['record']],
        condition=IfCondition(PythonExpression(["'", value['record'], "' != ''"])),
    )
    return LaunchDescription(
        [
            *[
                DeclareLaunchArgument(name, default_value=default, description=words)
                for name, default, words in ARGUMENTS
            ],
            *[
                DeclareLaunchArgument(name, default_value=theirs, description=words)
                for name, _, theirs, words in REMAPPINGS
            ],
            GroupAction([PushRosNamespace(value['namespace']), *nodes, bringup]),
            record,
        ]
    )
