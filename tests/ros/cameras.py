"""A camera driver and an arm's, as messages, and the perception node that hears them.

The picture is drawn: a grey table from 1.25 m above with one red block, so that where the block is
seen tells whether the picture was read rightly.
"""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import rclpy
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from harness import PATIENCE_S
from lab.arms import PANDA
from llmagentos_msgs.srv import QueryScene
from llmagentos_ros import interface as table
from llmagentos_ros.convert import joint_state_to_msg, matrix_to_transform, to_time
from llmagentos_ros.images import image_to_msg, info_to_msg
from llmagentos_ros.perception import PerceptionNode
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Header

from llmagentos.types import RobotState

WIDTH, HEIGHT = 640, 480
INTRINSICS = np.array([[882.0, 0, 319.5], [0, 882.0, 239.5], [0, 0, 1]])
FRAME = "camera_color_optical_frame"
#: Straight down; the picture's right is the base's -y, its top +x.
POSE = np.array([[0, -1, 0, 0.5], [-1, 0, 0, 0.0], [0, 0, -1, 1.25], [0, 0, 0, 1.0]])
BLOCK = (0.60, 0.18)
_EDGE_M = 0.04


def pictures() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Colour and depth in metres."""
    rgb = np.full((HEIGHT, WIDTH, 3), (116, 110, 100), np.uint8)
    depth = np.full((HEIGHT, WIDTH), POSE[2, 3], np.float32)
    half, (x, y) = _EDGE_M / 2, BLOCK
    corners = np.array([[x + a, y + b, _EDGE_M, 1] for a, b in ((-half,) * 2, (half, half))])
    uvw = corners @ np.linalg.inv(POSE).T[:, :3] @ INTRINSICS.T
    (u0, v0), (u1, v1) = sorted(map(tuple, np.round(uvw[:, :2] / uvw[:, 2:]).astype(int)))
    box = (slice(min(v0, v1), max(v0, v1)), slice(u0, u1))
    rgb[box] = (190, 25, 25)
    depth[box] = POSE[2, 3] - _EDGE_M
    return rgb, depth


@dataclass
class Sent:
    """One moment's messages; a test spoils what it is about."""

    color: Image
    depth: Image
    info: CameraInfo
    joints: JointState

    def stamp(self, at_s: float) -> None:
        """All of one time."""
        self.color.header.stamp = self.depth.header.stamp = to_time(at_s)
        self.info.header.stamp = self.joints.header.stamp = to_time(at_s)


#: What a test does to a moment's messages.
Spoil = Callable[[Sent], Any]


def good(at_s: float) -> Sent:
    """What a driver without faults sends."""
    rgb, depth = pictures()
    state = RobotState(PANDA.home_rad, (0.0,) * 7, 0.08, at_s)
    stamp: Time = to_time(at_s)
    return Sent(
        image_to_msg(rgb, "rgb8", stamp, FRAME),
        image_to_msg(depth, "32FC1", stamp, FRAME),
        info_to_msg(INTRINSICS, WIDTH, HEIGHT, stamp, FRAME),
        joint_state_to_msg(state, PANDA, PANDA.base_link),
    )


class Bench:
    """The node and its drivers, in one process; a domain of its own.

    info_once: the calibration is sent once, before the node is there, and kept for late readers.
    """

    def __init__(
        self,
        domain: int,
        parameters: Mapping[str, Any] | None = None,
        pose_qos: QoSProfile = table.CAMERA_POSE.qos,
        remap: Mapping[str, str] | None = None,
        info_once: bool = False,
    ) -> None:
        self.domain, self.pose_qos, self.info_once = domain, pose_qos, info_once
        self.parameters, self.remap = parameters or {}, remap or {}

    def __enter__(self) -> Bench:
        options = {"max_hz": 60.0, "robot": "panda", **self.parameters}
        args = ["--ros-args"]
        for name, value in options.items():
            args += ["-p", f"{name}:={value}"]
        for name, value in self.remap.items():
            args += ["-r", f"{name}:={value}"]
        rclpy.init(args=args, domain_id=self.domain)
        self.driver = rclpy.create_node("driver")
        self.out = {
            topic.name: self.driver.create_publisher(topic.kind, topic.name, topic.qos)
            for topic in (table.COLOR, table.DEPTH, table.JOINT_STATES)
        }
        info = table.CAMERA_INFO
        policy = table.STATE if self.info_once else info.qos
        self.out[info.name] = self.driver.create_publisher(info.kind, info.name, policy)
        if self.info_once:
            self.out[info.name].publish(good(0.0).info)
        self.node = PerceptionNode()
        self.pose = self.driver.create_publisher(
            TransformStamped, table.CAMERA_POSE.name, self.pose_qos
        )
        self.scenes: list[Any] = []
        self.driver.create_subscription(
            table.SCENE.kind, table.SCENE.name, self.scenes.append, table.SCENE.qos
        )
        self.query_client = self.driver.create_client(QueryScene, table.QUERY_SCENE.name)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.executor.add_node(self.driver)
        self.node.trigger_configure()
        self.node.trigger_activate()
        return self

    def __exit__(self, *exc: object) -> None:
        self.executor.shutdown(timeout_sec=1.0)
        self.node.close()
        self.node.destroy_node()
        self.driver.destroy_node()
        rclpy.shutdown()

    @property
    def now_s(self) -> float:
        return self.node.now_s

    def publish(self, sent: Sent) -> None:
        """One moment: the pose once more too, joints before pictures."""
        self.pose.publish(matrix_to_transform(POSE, PANDA.base_link, FRAME, self.now_s))
        for topic, msg in (
            (table.JOINT_STATES, sent.joints),
            (table.CAMERA_INFO, sent.info),
            (table.DEPTH, sent.depth),
            (table.COLOR, sent.color),
        ):
            if topic is table.CAMERA_INFO and self.info_once:
                continue
            self.out[topic.name].publish(msg)
            self.spin(0.02)

    def spin(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.executor.spin_once(timeout_sec=0.01)

    def until(self, done: Callable[[], bool], spoil: Spoil = lambda sent: None) -> None:
        """Send spoilt moments, one after the other, until it is seen what came of them."""
        give_up = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < give_up, self.node.health()
            self.send(spoil)

    def send(self, spoil: Spoil) -> None:
        """One moment."""
        sent = good(self.now_s)
        spoil(sent)
        self.publish(sent)

    def report(self) -> DiagnosticStatus:
        """What diagnostics say now."""
        return self.node.pulse.report(Header()).status[0]

    def seen(self) -> tuple[float, float] | None:
        """Where the newest scene has the red block."""
        if not self.scenes:
            return None
        found = [o for o in self.scenes[-1].objects if (o.kind, o.color) == ("block", "red")]
        return (found[0].position.x, found[0].position.y) if len(found) == 1 else None

    def query(self) -> Any:
        """Ask for the scene."""
        future = self.query_client.call_async(QueryScene.Request())
        self.executor.spin_until_future_complete(future, timeout_sec=PATIENCE_S)
        return future.result()


def used(bench: Bench, spoil: Spoil, within_m: float = 0.005, level: bytes = b"\0") -> str:
    """Odd moments are used, and the block is where it is; what diagnostics say."""
    bench.node.module.reset()
    bench.scenes.clear()
    bench.until(lambda: len(bench.scenes) > 1 and bench.seen() is not None, spoil)
    seen = bench.seen()
    assert seen is not None and math.dist(seen, BLOCK) < within_m, seen
    found, words, _ = bench.node.health()
    assert found == level, words
    return words


def quarters(sent: Sent) -> None:
    """realsenseai/librealsense#8058: an L515 counts quarters of a millimetre."""
    depth = np.round(pictures()[1] * 4000).astype("<u2")
    sent.depth.encoding, sent.depth.step = "16UC1", WIDTH * 2
    sent.depth.data = array("B", depth.tobytes())


def undistort_points(points: NDArray[np.float64], coefficients: Any) -> NDArray[np.float64]:
    """Pixels of a bent lens as those of a straight one, [N, 2]."""
    found = cv2.undistortPoints(
        points[:, None],
        INTRINSICS,
        np.array(coefficients),
        P=INTRINSICS,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-9),
    )
    return np.asarray(found).reshape(-1, 2)
