"""A graph is stopped by topic, by service and from another terminal, and stays stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import ABORTED, PATIENCE_S, SUCCEEDED, Client, Graph
from llmagentos_ros import interface as table

from llmagentos.runtime.sessions import FOLDER_VARIABLE, ask_all

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]


@pytest.fixture(autouse=True)
def fresh(graph: Graph, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(graph.folder / "sessions"))
    client.poll = graph.poll
    graph.wait_active()
    call(client, table.RESET_SAFETY)
    client.reset()


def call(client: Client, endpoint: table.Endpoint) -> Any:
    return client.call(endpoint.kind, endpoint.name, endpoint.kind.Request())


def told_at_rest(client: Client, ask: Callable[[], tuple[bool, str]]) -> str:
    """Ask until rest was measured: a slow machine's robot may need longer than an answer waits."""
    words: list[str] = []

    def asked() -> bool:
        at_rest, said = ask()
        words.append(said)
        return at_rest

    client.wait(asked)
    return words[-1]


def by_service(client: Client) -> tuple[bool, str]:
    answer = call(client, table.STOP)
    return answer.success, answer.message


def from_terminal() -> tuple[bool, str]:
    (heard,) = ask_all({"do": "stop"}, PATIENCE_S)
    assert heard.session == "ROS graph /" and not heard.error, heard
    return heard.told["at_rest"], heard.told["words"]


def goes_on(client: Client) -> None:
    """Only after a person's reset, and with a new command."""
    status, result = client.say("go home")
    assert (status, result.status) == (ABORTED, "refused"), result.reply
    assert "reset-safety" in result.reply
    answer = call(client, table.RESET_SAFETY)
    assert answer.success, answer.message
    status, result = client.say("go home")
    assert status == SUCCEEDED, result.reply


def test_a_stop_before_the_first_command_is_measured_and_can_be_reset(client: Client) -> None:
    assert told_at_rest(client, lambda: by_service(client)).startswith("at rest")
    client.wait(
        lambda: (
            "safety_state" in client.latest
            and any("stopped by service" in r for r in client.latest["safety_state"].reasons)
        )
    )
    goes_on(client)


def test_the_stop_topic_brings_a_moving_arm_to_rest(client: Client) -> None:
    topic = client.node.create_publisher(
        table.STOP_NOW.kind, table.STOP_NOW.name, table.STOP_NOW.qos
    )
    client.wait(lambda: topic.get_subscription_count() > 0)
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving()
    topic.publish(table.STOP_NOW.kind())
    status, result = goal.result()
    assert (status, result.status) == (ABORTED, "failed")
    assert "Stopped by topic: at rest after" in result.reply, result.reply
    client.wait_resting()
    client.node.destroy_publisher(topic)
    goes_on(client)


def test_the_stop_service_answers_with_what_was_measured(client: Client) -> None:
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving()
    assert told_at_rest(client, lambda: by_service(client)).startswith("at rest")
    assert client.speeds[-1] < 0.01
    told_at_rest(client, lambda: by_service(client))  # again: its own answer
    status, result = goal.result()
    assert (status, result.status) == (ABORTED, "failed"), result.reply
    goes_on(client)


def test_another_terminal_stops_the_graph_and_lets_it_go_on(client: Client) -> None:
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving()
    told_at_rest(client, from_terminal)
    goal.result()
    (again,) = ask_all({"do": "reset", "by": "Ada"}, PATIENCE_S)
    assert again.told["reset"], again
    status, result = client.say("go home")
    assert status == SUCCEEDED, result.reply
