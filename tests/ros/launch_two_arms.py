"""Two arms by robot.launch.py at once, beside stand-in drivers; run by launch_testing.

test_ros_launch.py starts it where ROS's launch is installed: `launch_test launch_two_arms.py`.
LLMAGENTOS_TEST_FOLDER names a folder for scenes and parameters.
"""

from __future__ import annotations

import os
import sys
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "fakes")]

from harness import CONFIG, PATIENCE_S, RELAXED, ROOT, SCENE, SUCCEEDED, Client, standin_drivers  # noqa: E402
from launch.actions import ExecuteProcess, GroupAction, IncludeLaunchDescription  # noqa: E402
from launch.launch_description_sources import PythonLaunchDescriptionSource  # noqa: E402
from launch_testing.actions import ReadyToTest  # noqa: E402
from llmagentos_ros import interface as table  # noqa: E402

from launch import LaunchDescription  # noqa: E402
from llmagentos.runtime.graph import GraphOptions, write_params  # noqa: E402

ARMS = {"/left": "panda", "/right": "ur5e"}


def generate_test_description() -> LaunchDescription:
    """Drivers and agent of each arm, in its namespace."""
    folder = Path(os.environ["LLMAGENTOS_TEST_FOLDER"])
    scene = folder / "scene.yaml"
    scene.write_text(SCENE, encoding="utf-8")
    return LaunchDescription(
        [
            *(one_robot(namespace, arm, scene, folder) for namespace, arm in ARMS.items()),
            ReadyToTest(),
        ]
    )


def one_robot(namespace: str, arm: str, scene: Path, folder: Path) -> GroupAction:
    """Everything of one arm; what it is told stays with it."""
    params = folder / f"{arm}.yaml"
    options = GraphOptions(
        robot=arm, namespace=namespace, params=[CONFIG / "robot.yaml"], extra=RELAXED
    )
    write_params(options, params)
    agent = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(ROOT / "launch/robot.launch.py")),
        launch_arguments={"namespace": namespace, "params_file": str(params)}.items(),
    )
    drivers = ExecuteProcess(cmd=list(standin_drivers(arm, scene, namespace).argv))
    return GroupAction([drivers, agent])


class TwoArms(unittest.TestCase):
    """What a person at each arm sees."""

    def test_each_arm_follows_its_own_commands(self) -> None:
        domain = int(os.environ["ROS_DOMAIN_ID"])
        with Client(domain, "/left") as left, Client(domain, "/right") as right:
            for client in (left, right):
                wait_active(client)
            for mine, other in ((left, right), (right, left)):
                other.wait_resting()
                other.speeds.clear()
                status, result = mine.say("point at the red block")
                self.assertEqual(status, SUCCEEDED, result.reply)
                self.assertGreater(max(mine.speeds), 0.05)
                other.pass_time(0.1)
                self.assertLess(max(other.speeds), 0.01)


def wait_active(client: Client) -> None:
    """Until bring-up has brought every node of a graph to active."""
    told: list[Any] = []
    topic = table.GRAPH_STATE
    subscription = client.node.create_subscription(topic.kind, topic.name, told.append, topic.qos)
    client.wait(
        lambda: bool(told) and all(s.message == "active" for s in told[-1].status), 4 * PATIENCE_S
    )
    client.node.destroy_subscription(subscription)
