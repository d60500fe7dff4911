# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""Installs the nodes as `ros2 run llmagentos_ros <node>`."""

from setuptools import find_packages, setup

package_name = 'llmagentos_ros'
nodes = (
    'robot_sim',
    'perception',
    'planner',
    'executor',
    'agent',
    'speech',
    'bringup',
    'base_sim',
    'navigator',
    'driving_executor',
    'member',
)

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{package_name}']),
        (f'share/{package_name}', ['package.xml']),
    ],
    install_requires=['setuptools'],
    zip_safe=True,
    maintainer='The LLMAgentOS maintainers',
    maintainer_email='maintainers@llmagentos.invalid',
    description='Lifecycle nodes around the core of LLMAgentOS.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            *[f'{node} = llmagentos_ros.{node}:main' for node in nodes],
            'doctor = llmagentos_ros.doctor:main',
            'command = llmagentos_ros.command:main',
            'record = llmagentos_ros.record:main',
            'watch = llmagentos_ros.watch:main',
        ]
    },
)
