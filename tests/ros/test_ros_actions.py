"""Actions lose no answer that comes before its request has been noted, and no feedback."""

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
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient, await_listener
from rclpy.action import ActionClient, ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor

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


def test_a_burst_of_feedback_reaches_a_client_that_is_slow_to_look(node: Any) -> None:
    """A starved client once had only the last ten events of a command that began at once."""
    group, sent_all = ReentrantCallbackGroup(), threading.Event()

    def execute(goal: Any) -> Command.Result:
        await_listener(node, "command")
        for number in range(60):
            goal.publish_feedback(Command.Feedback(words=str(number)))
        sent_all.set()
        goal.succeed()
        return Command.Result(status="succeeded")

    server = ActionServer(
        node, Command, "command", execute, callback_group=group,
        feedback_pub_qos_profile=table.FEEDBACK,
    )  # fmt: skip
    person = rclpy.create_node("person", context=node.context)
    client = ActionClient(person, Command, "command", feedback_sub_qos_profile=table.FEEDBACK)
    looking = SingleThreadedExecutor(context=node.context)
    looking.add_node(person)
    heard: list[str] = []
    assert client.wait_for_server(timeout_sec=PATIENCE_S)
    client.send_goal_async(Command.Goal(text="go"), lambda msg: heard.append(msg.feedback.words))
    wait(sent_all.is_set)

    def all_heard() -> bool:
        looking.spin_once(timeout_sec=0.02)
        return len(heard) == 60

    wait(all_heard)
    assert heard == [str(number) for number in range(60)]
    looking.shutdown(timeout_sec=5.0)
    client.destroy()
    server.destroy()
    person.destroy_node()


def test_feedback_waits_only_a_moment_for_a_listener(node: Any) -> None:
    await_listener(node, "nobody_asks")  # ends: a goal whose asker is gone is carried out, too
