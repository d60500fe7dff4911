"""What happens when a part of the graph dies or goes silent in the middle of the work."""

from __future__ import annotations

from typing import Any

import pytest
from harness import ABORTED, CANCELED, SUCCEEDED, Client, Graph, thinking
from llmagentos_msgs.action import Command
from llmagentos_msgs.msg import SafetyState
from llmagentos_ros import interface as table

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]


def fastest(earlier: Any, later: Any) -> float:
    """The greatest joint speed between two points of a trajectory, rad/s."""
    begin, end = (
        p.time_from_start.sec + p.time_from_start.nanosec * 1e-9 for p in (earlier, later)
    )
    pairs = zip(earlier.positions, later.positions, strict=True)
    return max(abs(b - a) for a, b in pairs) / (end - begin)


def goes_home(client: Client) -> None:
    """The graph works again."""
    status, result = client.say("go home")
    assert status == SUCCEEDED, result.reply


def refuses(client: Client) -> None:
    """It was stopped, and stays so until a person resets it."""
    status, result = client.say("go home")
    assert (status, result.status) == (ABORTED, "refused"), result.reply
    assert "reset" in result.reply


@pytest.fixture(autouse=True)
def fresh(graph: Graph, client: Client) -> None:
    """Every test begins with an active graph and things in their places."""
    client.poll = graph.poll
    graph.wait_active()
    client.reset()


def test_planner_killed_while_planning(graph: Graph, client: Client) -> None:
    with thinking(graph.folder, "go home") as text:
        goal = client.send(text)
        client.wait(lambda: any(f.stage == Command.Feedback.PLANNING for f in goal.feedback))
        killed = graph.kill("planner")
        status, result = goal.result()
    assert (status, result.status) == (ABORTED, "failed")
    assert "planner" in result.reply
    graph.wait_back("planner", killed)
    goes_home(client)


def test_planner_killed_while_executing(graph: Graph, client: Client) -> None:
    """The plan is made: the step ends as it should, and the planner comes back."""
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving()
    killed = graph.kill("planner")
    status, result = goal.result()
    assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
    graph.wait_back("planner", killed)


def test_camera_stops_while_moving(graph: Graph, client: Client) -> None:
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving()
    client.set_parameter("robot_sim", "camera_hz", 0.0)
    try:
        status, result = goal.result()
        assert (status, result.status) == (ABORTED, "failed")
        assert "scene silent" in result.reply, result.reply
        client.wait_resting()
        client.wait(lambda: client.latest["safety_state"].state == SafetyState.HOLDING)
        assert any("scene" in r for r in client.latest["safety_state"].reasons)
        # It waited for a look, at rest, when it had been silent for too long: nothing is latched.
        status, result = client.say("go home")
        assert (status, result.status) == (ABORTED, "failed")
    finally:
        client.set_parameter("robot_sim", "camera_hz", 5.0)
    client.wait(lambda: client.latest["safety_state"].state == SafetyState.OK)


def test_executor_killed_while_moving(graph: Graph, client: Client) -> None:
    """Silence means stop: the arm ramps down by itself, the command fails, the node comes back, and
    begins stopped: nobody knows what the arm was left with."""
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving(0.5)
    killed = graph.kill("executor")
    client.wait_resting()
    # It went on to the last of the points that brake, which the last message had brought.
    points = client.latest[table.TRAJECTORY.name].points
    arm = client.latest[table.JOINT_STATES.name].position[:7]
    assert list(arm) == pytest.approx(list(points[-1].positions), abs=0.01)
    # How fast the arm was just then is chance; that the points end slower is not.
    assert min(0.3, fastest(points[0], points[1])) > fastest(points[-2], points[-1])
    status, result = goal.result()
    assert (status, result.status) == (ABORTED, "failed")
    assert "executor" in result.reply
    graph.wait_back("executor", killed)
    client.pass_time(0.5)
    assert max(client.speeds[-10:]) < 0.01  # nothing resumes by itself
    refuses(client)
    client.reset()
    goes_home(client)


def test_executor_that_has_seen_nothing_yet_waits(client: Client) -> None:
    """As after a restart: the command is there before the first picture."""
    request = table.RESET_EXECUTOR.kind.Request()
    assert client.call(table.RESET_EXECUTOR.kind, table.RESET_EXECUTOR.name, request).success
    goes_home(client)


def test_agent_killed_while_moving(graph: Graph, client: Client) -> None:
    """Nobody listens any more; the executor ends the plan, and the agent comes back."""
    client.send("pick up the red block")
    client.wait_moving()
    killed = graph.kill("agent")
    graph.wait_back("agent", killed)
    client.wait_resting()
    status, result = client.say("go home")
    assert status in (SUCCEEDED, ABORTED), result.reply


def test_robot_killed_while_moving(graph: Graph, client: Client) -> None:
    """No clock, no joint states, no pictures: the plan ends with a reason, and all comes back."""
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving()
    before = client.latest[table.JOINT_STATES.name].header.stamp
    client.poll = None  # nobody restarts it before its silence has been noticed
    killed = graph.kill("robot_sim")
    status, result = goal.result()
    client.poll = graph.poll
    assert (status, result.status) == (ABORTED, "failed")
    # All of them are silent; the joint states' limit is the shortest.
    assert "joint states silent" in result.reply, result.reply
    assert "I can't feel where my arm is" in result.reply
    graph.wait_back("robot_sim", killed)
    client.reset()
    goes_home(client)
    assert client.latest[table.JOINT_STATES.name].header.stamp.sec >= before.sec  # time goes on


def test_cancel_while_looking(graph: Graph, client: Client) -> None:
    """No picture comes: the command waits for one, and can be taken back."""
    client.set_parameter("robot_sim", "camera_hz", 0.0)
    try:
        client.pass_time(1.0)
        goal = client.send("put the red block in the blue bowl")
        client.wait(lambda: any(f.stage == Command.Feedback.PERCEIVING for f in goal.feedback))
        client.speeds.clear()
        goal.cancel()
        assert goal.result()[0] == CANCELED
        assert max(client.speeds, default=0.0) < 0.01
    finally:
        client.set_parameter("robot_sim", "camera_hz", 5.0)
