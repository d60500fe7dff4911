"""Pictures that come while perception is busy: dropped, never queued."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import noting_perception
import numpy as np
import pytest
import rclpy
from geometry_msgs.msg import TransformStamped
from harness import PATIENCE_S, next_domain
from llmagentos_ros import interface as table
from llmagentos_ros.convert import joint_state_to_msg, to_time
from llmagentos_ros.images import image_to_msg, info_to_msg
from llmagentos_ros.perception import PerceptionNode
from rclpy.executors import SingleThreadedExecutor

from llmagentos.robots import load
from llmagentos.types import RobotState

_INTRINSICS = np.array([[50.0, 0.0, 16.0], [0.0, 50.0, 12.0], [0.0, 0.0, 1.0]])


class Camera:
    """A camera and an arm's joints beside a perception node, all in this process."""

    def __init__(self) -> None:
        module = "module:=noting_perception:NotingPerception"
        args = ["--ros-args", "-p", module, "-p", "max_hz:=60.0"]
        rclpy.init(args=args, domain_id=next_domain())
        self.perception = PerceptionNode()
        self.perception.trigger_configure()
        self.perception.trigger_activate()
        self.node = rclpy.create_node("camera")
        self.out = {
            t.name: self.node.create_publisher(t.kind, t.name, t.qos)
            for t in (table.COLOR, table.DEPTH, table.CAMERA_INFO, table.CAMERA_POSE,
                      table.JOINT_STATES)
        }  # fmt: skip
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.perception)

    def send(self, at_s: float) -> None:
        """One picture with everything that belongs to it."""
        stamp, arm = to_time(at_s), load("panda")
        state = RobotState(arm.home_rad, (0.0,) * 7, 0.08, at_s)
        depth = np.ones((24, 32), np.float32)
        pose = TransformStamped()
        pose.transform.rotation.w = 1.0
        messages: dict[str, Any] = {
            table.CAMERA_POSE.name: pose,
            table.JOINT_STATES.name: joint_state_to_msg(state, arm, "base"),
            table.CAMERA_INFO.name: info_to_msg(_INTRINSICS, 32, 24, stamp, "eye"),
            table.DEPTH.name: image_to_msg(depth, "32FC1", stamp, "eye"),
            table.COLOR.name: image_to_msg(np.zeros((24, 32, 3), np.uint8), "rgb8", stamp, "eye"),
        }
        for name, message in messages.items():
            self.out[name].publish(message)

    def spin_until(self, done: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < give_up, noting_perception.looks
            self.executor.spin_once(timeout_sec=0.05)

    def close(self) -> None:
        self.executor.shutdown(timeout_sec=1.0)
        self.perception.close()
        self.perception.destroy_node()
        self.node.destroy_node()
        rclpy.shutdown()


@pytest.fixture
def camera() -> Iterator[Camera]:
    made = Camera()
    yield made
    made.close()


def test_after_a_long_look_only_the_newest_pictures_are_left(camera: Camera) -> None:
    looks = noting_perception.looks
    looks.clear()

    def once_more() -> bool:
        camera.send(time.time())
        for _ in range(2 * len(camera.out)):  # one message a turn
            camera.executor.spin_once(timeout_sec=0.02)
        return bool(looks)

    camera.spin_until(once_more)  # both ends have found each other
    for _ in range(50):  # nothing is left of what that took
        camera.executor.spin_once(timeout_sec=0.01)
    looks.clear()
    newest = time.time()
    for k in range(30):  # nobody spins: perception is busy all that time
        camera.send(newest - (29 - k) / 15)
    camera.spin_until(lambda: bool(looks) and abs(looks[-1] - newest) < 1e-3)
    # No more than the two that the topic keeps; the other 28 are dropped.
    assert len(looks) <= table.COLOR.qos.depth == 2
