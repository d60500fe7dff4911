"""An answer that comes before its request has been noted is not lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import rclpy
from action_msgs.msg import GoalStatus
from harness import next_domain
from llmagentos_msgs.action import Command
from llmagentos_ros.actions import SafeActionClient
from rclpy.action import ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor

PATIENCE_S = 120.0


class Slow:
    """The client's handle; after sending it dawdles, as a starved thread would."""

    def __init__(self, handle: Any, answered: threading.Event) -> None:
        self._handle, self._answered = handle, answered

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._handle, name)
        if name not in ("send_goal_request", "send_result_request", "send_cancel_request"):
            return found

        def send(*args: Any) -> Any:
            number = found(*args)
            self._answered.wait(1.0)  # the answer is taken in by the other threads
            return number

        return send


@pytest.fixture
def node() -> Iterator[Any]:
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=next_domain(), args=[])
    made = rclpy.create_node("actions", context=context)
    executor = MultiThreadedExecutor(num_threads=4, context=context)
    executor.add_node(made)
    spinning = threading.Thread(target=executor.spin, daemon=True)
    spinning.start()
    yield made
    executor.shutdown(timeout_sec=5.0)
    spinning.join(PATIENCE_S)
    made.destroy_node()
    rclpy.shutdown(context=context)


def wait(done: Any) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < give_up, "expected an answer, got none"
        threading.Event().wait(0.02)


def test_answers_wait_for_their_requests(node: Any) -> None:
    group, answered = ReentrantCallbackGroup(), threading.Event()

    def execute(goal: Any) -> Command.Result:
        goal.succeed()
        return Command.Result(status="succeeded", reply=goal.request.text)

    server = ActionServer(node, Command, "command", execute, callback_group=group)
    client = SafeActionClient(node, Command, "command", callback_group=group)
    wait(client.server_is_ready)
    client._client_handle = Slow(client._client_handle, answered)
    sent = client.send_goal_async(Command.Goal(text="go home"))
    wait(sent.done)
    assert sent.result().accepted
    result = sent.result().get_result_async()
    wait(result.done)
    assert result.result().status == GoalStatus.STATUS_SUCCEEDED
    assert result.result().result.reply == "go home"
    client.destroy()
    server.destroy()
