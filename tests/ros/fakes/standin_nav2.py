"""Nav2 as somebody else's process: its four actions, served by driving straight at what is asked for.

Knows: nav2_msgs' actions, tf, odometry, cmd_vel; turning, driving straight, and what Nav2 does when it
refuses or gives up. Does not know: this project's navigation, obstacles. The parameter `mode` says how
it behaves: "" as it should, "refuse", "abort:208" (gives up with that code), "deaf" (finishes in spite
of a cancellation), "still" (takes goals and says nothing).

    python standin_nav2.py --ros-args -p use_sim_time:=true -r __ns:=/left
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from typing import Any

import rclpy
from geometry_msgs.msg import Twist
from nav2_msgs.action import BackUp, DriveOnHeading, NavigateToPose, Spin
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import Odometry
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

_KINDS = {
    "navigate_to_pose": NavigateToPose,
    "drive_on_heading": DriveOnHeading,
    "backup": BackUp,
    "spin": Spin,
}
_PERIOD_S, _MPS, _RADPS = 0.05, 0.35, 0.7
#: A place on the floor: x, y, yaw.
Place = tuple[float, float, float]


def yaw_of(q: Any) -> float:
    return math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))


class Nav2(Node):
    """Serves one goal at a time."""

    def __init__(self) -> None:
        super().__init__("bt_navigator")
        self.declare_parameter("mode", "")
        self._group = ReentrantCallbackGroup()
        self._transforms: dict[str, Place] = {}
        self._odom: Place | None = None
        self._share = 1.0
        self._out = self.create_publisher(Twist, "cmd_vel", 1)
        self.create_subscription(TFMessage, "tf", self._on_tf, 100)
        self.create_subscription(Odometry, "odom", self._on_odom, 10)
        self.create_subscription(SpeedLimit, "speed_limit", self._on_limit, 10)
        self._servers = [
            ActionServer(
                self, kind, name, self._carry_out, callback_group=self._group,
                goal_callback=self._on_goal, cancel_callback=self._on_cancel,
            )
            for name, kind in _KINDS.items()
        ]  # fmt: skip

    @property
    def mode(self) -> str:
        return str(self.get_parameter("mode").value)

    def _on_tf(self, msg: TFMessage) -> None:
        for each in msg.transforms:
            t = each.transform.translation
            self._transforms[each.child_frame_id] = (t.x, t.y, yaw_of(each.transform.rotation))

    def _on_odom(self, msg: Odometry) -> None:
        p = msg.pose.pose
        self._odom = p.position.x, p.position.y, yaw_of(p.orientation)

    def _on_limit(self, msg: SpeedLimit) -> None:
        self._share = msg.speed_limit / 100.0 if msg.speed_limit else 1.0

    def _on_goal(self, request: Any) -> GoalResponse:
        return GoalResponse.REJECT if self.mode == "refuse" else GoalResponse.ACCEPT

    def _on_cancel(self, handle: Any) -> CancelResponse:
        return CancelResponse.REJECT if self.mode == "deaf" else CancelResponse.ACCEPT

    # --- goals ---------------------------------------------------------------------------------

    def _carry_out(self, handle: Any) -> Any:
        kind = next(k for k in _KINDS.values() if isinstance(handle.request, k.Goal))
        result = kind.Result()
        for _ in self._motion(kind, handle.request):
            time.sleep(_PERIOD_S)
            if handle.is_cancel_requested:
                self._out.publish(Twist())
                handle.canceled()
                return result
            if self.mode == "still":
                continue
            if self.mode.startswith("abort:"):
                self._out.publish(Twist())
                result.error_code = int(self.mode.partition(":")[2])
                handle.abort()
                return result
            handle.publish_feedback(kind.Feedback())
        self._out.publish(Twist())
        handle.succeed()
        return result

    def _motion(self, kind: Any, goal: Any) -> Iterator[None]:
        """Each step sends a velocity."""
        if kind is NavigateToPose:
            p = goal.pose.pose
            yield from self._go(p.position.x, p.position.y, yaw_of(p.orientation))
        elif kind is Spin:
            yield from self._turn(self._here("odom")[2] + goal.target_yaw, "odom")
        else:
            x, y, _ = self._here("odom")
            sign = -1.0 if kind is BackUp else 1.0
            while (left := goal.target.x - math.dist((x, y), self._here("odom")[:2])) > 0.01:
                yield from self._drive(sign * min(goal.speed, left + 0.02), 0.0)

    def _go(self, x: float, y: float, yaw: float) -> Iterator[None]:
        while math.dist((x, y), self._here("map")[:2]) > 0.05:
            hx, hy, heading = self._here("map")
            off = math.remainder(math.atan2(y - hy, x - hx) - heading, 2 * math.pi)
            left = math.hypot(x - hx, y - hy)
            ahead = self._share * min(_MPS, left) if abs(off) < 0.3 else 0.0
            yield from self._drive(ahead, max(-_RADPS, min(_RADPS, 2 * off)))
        yield from self._turn(yaw, "map")

    def _turn(self, yaw: float, frame: str) -> Iterator[None]:
        while abs(off := math.remainder(yaw - self._here(frame)[2], 2 * math.pi)) > 0.04:
            yield from self._drive(0.0, max(-_RADPS, min(_RADPS, 2 * off)))

    def _drive(self, ahead: float, turn: float) -> Iterator[None]:
        if self.mode != "still":
            msg = Twist()
            msg.linear.x, msg.angular.z = ahead, turn
            self._out.publish(msg)
        yield

    def _here(self, frame: str) -> Place:
        while self._odom is None or (frame == "map" and "odom" not in self._transforms):
            time.sleep(_PERIOD_S)
        if frame == "odom":
            return self._odom
        mx, my, turned = self._transforms["odom"]
        x, y, yaw = self._odom
        c, s = math.cos(turned), math.sin(turned)
        return mx + c * x - s * y, my + s * x + c * y, turned + yaw


def main() -> None:
    rclpy.init()
    executor = MultiThreadedExecutor(num_threads=4)
    executor.add_node(Nav2())
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        executor.spin()


if __name__ == "__main__":
    main()
