"""A robot's drivers as other people's processes: joint states, camera and trajectory topic, no more.

Knows: the topics of a Panda under ros2_control with a RealSense camera, relative to its namespace.
Does not know: this project's nodes. Wall-clock stamps, colour as bgr8 and depth in millimetres, as
such a camera sends them. The joints go where points say; the picture of the table is taken once, and
sent with a sensor's noise: the same picture while an arm moves is a stuck camera.

    python standin_robot.py ARM SCENE --ros-args -r __ns:=/left
"""

from __future__ import annotations

import sys
from array import array
from typing import Any

import numpy as np
import rclpy
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from llmagentos_msgs.msg import GripperCommand
from rclpy.executors import ExternalShutdownException
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy, qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo, Image, JointState
from trajectory_msgs.msg import JointTrajectory

from llmagentos.composition import load_scene
from llmagentos.robots import load
from sim.world import SimWorld

_FRAME = "camera_color_optical_frame"
_JOINT_HZ, _PICTURE_HZ = 50.0, 5.0


def seconds(stamp: Any) -> float:
    """A ROS time or duration."""
    return float(stamp.sec + stamp.nanosec * 1e-9)


class StandIn(Node):
    """One arm with its camera."""

    def __init__(self, arm: str, scene: str) -> None:
        super().__init__("drivers")
        self.declare_parameter("hears", 1.0)  # 0: trajectories come to nothing
        self._arm = load(arm)
        world = SimWorld(load_scene(scene, 0).model_copy(update={"robot": arm}))
        self._frame = world.overhead.capture()
        self._home = np.array(world.state().positions)
        world.close()
        self._rng = np.random.default_rng(0)
        self._noise = np.round(self._rng.normal(0.0, 1.5, self._frame.rgb.shape)).astype(np.int16)
        self._q = self._home
        self._before, self._before_s = self._q, 0.0
        self._times, self._points = np.array([0.0]), self._q[None, :]
        self._width = self._arm.max_opening_m
        self._joints = self.create_publisher(JointState, "joint_states", 10)
        sensor = qos_profile_sensor_data
        self._info = self.create_publisher(CameraInfo, "camera/camera/color/camera_info", sensor)
        self._color = self.create_publisher(Image, "camera/camera/color/image_raw", sensor)
        self._depth = self.create_publisher(
            Image, "camera/camera/aligned_depth_to_color/image_raw", sensor
        )
        latched = QoSProfile(
            depth=1,
            durability=QoSDurabilityPolicy.TRANSIENT_LOCAL,
            reliability=QoSReliabilityPolicy.RELIABLE,
        )
        self._pose = self.create_publisher(TransformStamped, "camera/pose", latched)
        self._pose.publish(self._calibration())
        self.create_subscription(
            JointTrajectory, "panda_arm_controller/joint_trajectory", self._follow, 1
        )
        self.create_subscription(GripperCommand, "gripper/command", self._grip, 1)
        self.create_timer(1.0 / _JOINT_HZ, self._send_joints)
        self.create_timer(1.0 / _PICTURE_HZ, self._send_picture)

    @property
    def _now_s(self) -> float:
        return self.get_clock().now().nanoseconds * 1e-9

    def _stamp(self) -> Time:
        return self.get_clock().now().to_msg()

    def _follow(self, msg: JointTrajectory) -> None:
        if not self.get_parameter("hears").value:
            return
        order = [msg.joint_names.index(name) for name in self._arm.joint_names]
        start = seconds(msg.header.stamp)
        now = self._now_s
        points = [
            (start + seconds(p.time_from_start), [p.positions[i] for i in order])
            for p in msg.points
        ]
        ahead = [(at, q) for at, q in points if at > now]
        if ahead:
            self._points = np.array([self._at(now), *(q for _, q in ahead)])
            self._times = np.array([now, *(at for at, _ in ahead)])

    def _at(self, now_s: float) -> Any:
        return np.array([np.interp(now_s, self._times, joint) for joint in self._points.T])

    def _grip(self, msg: GripperCommand) -> None:
        self._width = msg.width

    def _send_joints(self) -> None:
        now = self._now_s
        self._q = self._at(now)
        fingers = self._arm.gripper.joints(self._width)
        velocity = (self._q - self._before) / max(now - self._before_s, 1e-3)
        self._before, self._before_s = self._q, now
        msg = JointState()
        msg.header.stamp = self._stamp()
        msg.name = [*self._arm.joint_names, *self._arm.finger_joint_names]
        msg.position = [*map(float, self._q), *map(float, fingers)]
        msg.velocity = [*map(float, velocity), *(0.0 for _ in fingers)]
        self._joints.publish(msg)

    def _send_picture(self) -> None:
        stamp = self._stamp()
        height, width = self._frame.depth.shape
        info = CameraInfo(width=width, height=height, distortion_model="plumb_bob", d=[0.0] * 5)
        info.header.stamp, info.header.frame_id = stamp, _FRAME
        info.k = [float(v) for v in self._frame.intrinsics.ravel()]
        self._info.publish(info)
        millimetres = np.round(self._frame.depth * 1000).astype(np.uint16)
        self._depth.publish(image(millimetres, "16UC1", stamp))
        noise = np.roll(self._noise, int(self._rng.integers(self._noise.size)))
        rgb = np.clip(self._frame.rgb + noise, 0, 255).astype(np.uint8)
        self._color.publish(image(rgb[:, :, ::-1], "bgr8", stamp))

    def _calibration(self) -> TransformStamped:
        """Where the camera hangs, as a hand-eye calibration says it."""
        matrix = self._frame.base_from_camera
        msg = TransformStamped()
        msg.header.stamp, msg.header.frame_id = self._stamp(), self._arm.base_link
        msg.child_frame_id = _FRAME
        t, r = msg.transform.translation, msg.transform.rotation
        t.x, t.y, t.z = (float(v) for v in matrix[:3, 3])
        r.x, r.y, r.z, r.w = quaternion(matrix[:3, :3])
        return msg


def image(pixels: Any, encoding: str, stamp: Time) -> Image:
    """A picture as a message."""
    pixels = np.ascontiguousarray(pixels)
    msg = Image(height=pixels.shape[0], width=pixels.shape[1], encoding=encoding)
    msg.header.stamp, msg.header.frame_id = stamp, _FRAME
    msg.step = int(pixels.strides[0])
    msg.data = array("B", pixels.tobytes())
    return msg


def quaternion(rotation: Any) -> tuple[float, float, float, float]:
    """x, y, z, w: the eigenvector of Bar-Itzhack's symmetric matrix (1999)."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation
    k = np.array(
        [
            [xx - yy - zz, yx + xy, zx + xz, zy - yz],
            [yx + xy, yy - xx - zz, zy + yz, xz - zx],
            [zx + xz, zy + yz, zz - xx - yy, yx - xy],
            [zy - yz, xz - zx, yx - xy, xx + yy + zz],
        ]
    )
    x, y, z, w = np.linalg.eigh(k)[1][:, -1]
    return float(x), float(y), float(z), float(w)


def main() -> None:
    """Runs until it is told to end."""
    rclpy.init()
    node = StandIn(sys.argv[1], sys.argv[2])
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except rclpy_implementation.RCLError:
        if rclpy.ok():  # else it was told to end while it published
            raise


if __name__ == "__main__":
    main()
