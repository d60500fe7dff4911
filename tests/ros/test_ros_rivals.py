"""An arm has one commander: of two, nobody's commands count, and it is told who they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import rclpy
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_time
from llmagentos_ros.executor import ExecutorNode
from llmagentos_ros.robot_sim import RobotSim
from rclpy.duration import Duration
from stage import Stage
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint


class Commander:
    """A node that may command an arm."""

    def __init__(self, name: str) -> None:
        self.node = rclpy.create_node(name, use_global_arguments=False)
        topic = table.TRAJECTORY
        self.out = self.node.create_publisher(topic.kind, topic.name, topic.qos)

    def turns(self, robot: Any, by_rad: float) -> None:
        """The first joint, from where the arm is."""
        where = list(robot.world.state().positions)
        where[0] += by_rad
        msg = JointTrajectory(joint_names=list(robot.robot.joint_names))
        msg.header.stamp = to_time(robot.sim_s)
        after = Duration(seconds=0.5).to_msg()
        msg.points.append(JointTrajectoryPoint(positions=where, time_from_start=after))
        self.out.publish(msg)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(RobotSim, ("camera_hz:=0.0",)) as made:
        made.activate()
        yield made


def test_of_two_commanders_none_counts(stage: Stage) -> None:
    robot = stage.node
    # The stage's world publishes no commands.
    one = Commander("one")
    stage.wait(lambda: one.out.get_subscription_count() > 0)
    stage.wait(lambda: robot._rivals.commanders() == {"/one"})
    before = robot.world.state().positions[0]
    one.turns(robot, 0.1)
    stage.wait(lambda: robot.world.state().positions[0] > before + 0.09)
    other = Commander("other")
    stage.wait(lambda: other.out.get_subscription_count() > 0)
    stage.wait(lambda: robot._rivals.commanders() == {"/one", "/other"})
    stage.wait(lambda: not robot.follower.moving)
    held, rejected = robot.world.state().positions[0], robot._rejected
    for number, (each, by_rad) in enumerate(((other, -0.3), (one, 0.3)), start=1):
        each.turns(robot, by_rad)
        stage.wait(lambda count=rejected + number: robot._rejected == count)
    assert not robot.follower.moving
    assert robot.world.state().positions[0] == pytest.approx(held, abs=0.01)
    for each in (one, other):
        each.node.destroy_node()


def test_an_executor_takes_no_plan_while_somebody_else_commands_its_arm() -> None:
    with Stage(ExecutorNode, ("arm_interface:=topic", "gripper_interface:=topic")) as stage:
        stage.activate()
        assert stage.node._rivals.problem() == ""
        stranger = Commander("slider")
        stage.wait(lambda: "/slider" in stage.node._rival)
        assert "/slider" in stage.node.hindrance()
        stranger.node.destroy_node()
        stage.wait(lambda: stage.node._rival == "")
