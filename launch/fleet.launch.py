# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""Start robots that divide tasks: `ros2 launch llmagentos_bringup fleet.launch.py`."""

from pathlib import Path

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
ARGUMENTS = (
    ('robots', 'left,right', 'Names of the robots, which are their namespaces, with commas'),
    ('fleet', 'fleet', "The fleet's name"),
    ('policy', 'best-response', 'How tasks are divided: see `llmagentos fleet coordinate --help`'),
    ('scene', 'demo', 'Scene of each robot: a shipped name, a YAML file, or random'),
    ('engine', 'auto', 'auto (the best there is), or a name of `llmagentos model engines`'),
    ('params_file', '', 'Parameters of all nodes of all robots; empty: those of sim.launch.py'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
)
PASSED = ('fleet', 'scene', 'engine', 'log_level')


def robots(context):
    """Return a graph for each robot, in its namespace and with a seed of its own."""
    given = context.launch_configurations
    names = [name.strip() for name in given['robots'].split(',') if name.strip()]
    params = {'params_file': given['params_file']} if given['params_file'] else {}
    return [
        GroupAction(
            [
                IncludeLaunchDescription(
                    PythonLaunchDescriptionSource(str(SIM)),
                    launch_arguments={
                        **{key: given[key] for key in PASSED},
                        **params,
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
