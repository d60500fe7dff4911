"""An agent's node as its namespace knows it: the action `command`, a stop that is measured, a heartbeat.

Knows: a few words ("wait FILE" goes on until there is that file, "fail", "refuse", "answer"). Does not
know: arms, plans. Every begin and end is a line of the file that the parameter `log` names.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import rclpy
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger


class Agent(Node):
    """Carries one command out at a time, and stops it when it is told to."""

    def __init__(self) -> None:
        super().__init__("agent")
        self.declare_parameter("log", "")
        self._group, self._stopped = ReentrantCallbackGroup(), False
        self._instance = time.time_ns()
        self._beat = self.create_publisher(Heartbeat, table.HEARTBEAT.name, table.HEARTBEAT.qos)
        self.create_timer(0.2, self._alive)
        kind = table.COMMAND_ACTION.kind
        self._server = ActionServer(
            self, kind, "command", self._carry_out, callback_group=self._group,
            goal_callback=lambda goal: GoalResponse(1 + (goal.text != "refuse")),
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )  # fmt: skip
        for endpoint, answer in ((table.STOP, self._stop), (table.RESET_SAFETY, self._reset)):
            self.create_service(Trigger, endpoint.name, answer, callback_group=self._group)

    def _alive(self) -> None:
        self._beat.publish(Heartbeat(node="agent", instance=self._instance))

    def _note(self, what: str) -> None:
        with Path(self.get_parameter("log").value).open("a", encoding="utf-8") as log:
            log.write(f"{self.get_namespace()} {what}\n")

    def _carry_out(self, handle: Any) -> Any:
        text, result = handle.request.text, table.COMMAND_ACTION.kind.Result()
        self._note(f"begins {text}")
        while text.startswith("wait ") and not Path(text.removeprefix("wait ")).exists():
            time.sleep(0.02)
            if handle.is_cancel_requested or self._stopped:
                self._note(f"leaves {text}")
                result.status, result.reply = "failed", "I stopped."
                handle.canceled() if handle.is_cancel_requested else handle.abort()
                return result
        self._note(f"ends {text}")
        result.status, result.reply = "succeeded", f"Done: {text}."
        if text == "answer":
            result.status = "answered"
        if text == "fail":
            result.status, result.reply = "failed", "I tried in vain."
            handle.abort()
        else:
            handle.succeed()
        return result

    def _stop(self, request: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        self._stopped = True
        answer.success, answer.message = True, "at rest after 83 ms, holding nothing"
        return answer

    def _reset(self, request: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        self._stopped = False
        answer.success = True
        return answer


def main() -> None:
    rclpy.init()
    executor = MultiThreadedExecutor(num_threads=4)
    executor.add_node(Agent())
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        executor.spin()


if __name__ == "__main__":
    main()
