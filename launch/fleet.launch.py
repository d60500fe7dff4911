# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""Start robots that divide tasks: `ros2 launch llmagentos_bringup fleet.launch.py`."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    GroupAction,
    IncludeLaunchDescription,
    OpaqueFunction,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

SIM = Path(__file__).resolve().parent / 'sim.launch.py'
CONFIG = Path(get_package_share_directory('llmagentos_bringup')) / 'config'
ARGUMENTS = (
    ('robots', 'left,right', 'Names of the robots, which are their namespaces, with commas'),
    ('fleet', 'fleet', "The fleet's name"),
    ('policy', 'best-response', 'How tasks are divided: see `llmagentos fleet coordinate --help`'),
    ('scene', 'demo', 'Scene of each robot: a shipped name, a YAML file, or random'),
    ('engine', 'auto', 'auto (the best there is), or a name of `llmagentos model engines`'),
    # What is set here is set in the included file, too: '' would not be its default there.
    ('params_file', str(CONFIG / 'sim.yaml'), 'Parameters of all nodes of all robots'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
)
PASSED = ('fleet', 'scene', 'engine', 'params_file', 'log_level')


def robots(context):
    """Return a graph for each robot, in its namespace and with a seed of its own."""
    given = context.launch_configurations
    names = [name.strip() for name in given['robots'].split(',') if name.strip()]
    return [
        GroupAction(
            [
                IncludeLaunchDescription(
                    PythonLaunchDescriptionSource(str(SIM)),
                    launch_arguments={
                        **{key: given[key] for key in PASSED},
                        'namespace': name,
                        'seed': str(seed),
                    }.items(),
                )
            ]
        )
        for seed, name in enumerate(names)
    ]


def generate_launch_description():
    """Return whoever keeps the fleet's book, and the robots."""
    coordinator = ExecuteProcess(
        cmd=[
            *('llmagentos', 'fleet', 'coordinate'),
            *('--fleet', LaunchConfiguration('fleet')),
            *('--policy', LaunchConfiguration('policy')),
        ],
        name='coordinator',
        output='screen',
    )
    return LaunchDescription(
        [
            *[
                DeclareLaunchArgument(name, default_value=default, description=words)
                for name, default, words in ARGUMENTS
            ],
            coordinator,
            OpaqueFunction(function=robots),
        ]
    )
