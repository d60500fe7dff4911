"""Sentences move a base over ROS: agent, planner, executor and simulated base as processes of their own.

The shipped model plans, our navigation drives; then Nav2's actions do, served by a stand-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from action_msgs.msg import GoalStatus
from driving import FAKES, Processes, Reach, simulated_base
from harness import RELAXED
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient
from llmagentos_ros.base_messages import odometry_from_msg, pose_from_msg
from std_srvs.srv import Trigger

from llmagentos.default_model import DRIVING_MODEL
from llmagentos.types import MapPose
from sim.flats.flat import FLATS, floor_plan
from sim.flats.spec import FlatSpec

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(600)]
PLAN = floor_plan(FlatSpec.from_yaml(FLATS / "flat.yaml"))
assert PLAN.dock is not None
DOCK = MapPose(*PLAN.dock)
#: What a person says; Nav2's stand-in only drives straight.
AWAY = {"navigator": "go to the kitchen", "nav2": "drive two meters forward"}
NODES = ("planner", "executor", "agent")


class Graph:
    """A base, its agent, and a person who speaks to it."""

    def __init__(self, processes: Processes, reach: Reach, away: str) -> None:
        self.processes, self.reach, self.away = processes, reach, away
        node = reach.node
        action = table.COMMAND_ACTION
        self.client = SafeActionClient(
            node, action.kind, action.name, callback_group=node.group,
            feedback_sub_qos_profile=table.FEEDBACK,
        )  # fmt: skip
        node.keep(self.client, lambda made: made.destroy())
        self.pose, self.speed, self.told = DOCK, 0.0, []
        for topic, heard in ((table.AMCL_POSE, self._on_pose), (table.ODOM, self._on_odometry)):
            node.create_subscription(topic.kind, topic.name, heard, topic.qos)

    def _on_pose(self, msg: Any) -> None:
        self.pose = pose_from_msg(msg.pose.pose)

    def _on_odometry(self, msg: Any) -> None:
        self.speed = abs(odometry_from_msg(msg).velocity.forward_mps)

    def send(self, text: str) -> Any:
        """The goal's handle, and the future of its result."""
        self.told = []
        self.reach.wait(self.client.server_is_ready)
        sent = self.client.send_goal_async(
            self.client_goal(text), feedback_callback=lambda m: self.told.append(m.feedback)
        )
        self.reach.wait(sent.done)
        handle = sent.result()
        assert handle.accepted
        return handle, handle.get_result_async()

    @staticmethod
    def client_goal(text: str) -> Any:
        return table.COMMAND_ACTION.kind.Goal(text=text)

    def say(self, text: str) -> Any:
        _, result = self.send(text)
        self.reach.wait(result.done, 300.0)
        return result.result()

    def call(self, name: str) -> Any:
        return self.reach.call(Trigger, name, Trigger.Request())

    def wait_driving(self) -> None:
        self.reach.wait(lambda: self.speed > 0.15)


@pytest.fixture(scope="module", params=["navigator", "nav2"])
def graph(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Graph]:
    folder = tmp_path_factory.mktemp(request.param)
    ours = request.param == "navigator"
    with simulated_base(folder, localize=not ours, exact=not ours, at_dock=True) as (
        processes,
        reach,
    ):
        told = {"use_sim_time": True, "base": "rover"}
        kept = {"memory": False}
        processes.start(
            "planner", "-m", "llmagentos_ros.planner", model=DRIVING_MODEL, use_sim_time=True
        )
        processes.start(
            "executor", "-m", "llmagentos_ros.driving_executor", profile="sim", audit="none",
            drives_by=request.param, starts_at_dock=True, ready_timeout_s=30.0, odometry_timeout_s=5.0,
            clock_timeout_s=60.0, **told, **kept,
        )  # fmt: skip
        processes.start(
            "agent",
            "-m",
            "llmagentos_ros.agent",
            words=False,
            base_frame="base_link",
            **RELAXED["agent"],
            **told,
            **kept,
        )
        if not ours:
            processes.start("nav2", str(FAKES / "standin_nav2.py"), use_sim_time=True)
        for name in NODES:
            reach.activate(name)
        yield Graph(processes, reach, AWAY[request.param])


def test_a_sentence_drives_the_base_there_and_back(graph: Graph) -> None:
    ended = graph.say(f"{graph.away}, then come back to the dock")
    assert ended.status == GoalStatus.STATUS_SUCCEEDED, (ended.result, graph.processes.said())
    visited = [f.event for f in graph.told if '"step_done"' in f.event]
    assert len(visited) == 2, [f.words for f in graph.told]
    assert max(f.progress for f in graph.told) == 1.0
    graph.reach.wait(lambda: graph.pose.distance_m(DOCK) < 0.3)


def test_a_cancelled_command_ends_at_rest_on_the_way(graph: Graph) -> None:
    handle, result = graph.send(graph.away)
    graph.wait_driving()
    handle.cancel_goal_async()
    graph.reach.wait(result.done)
    assert result.result().status == GoalStatus.STATUS_CANCELED
    graph.reach.wait(lambda: graph.speed < 0.01)
    assert graph.say("go to the dock").status == GoalStatus.STATUS_SUCCEEDED


def test_a_stop_is_measured_at_the_wheels_and_stays_until_it_is_reset(graph: Graph) -> None:
    _, result = graph.send(graph.away)
    graph.wait_driving()
    told = graph.call("/stop")
    assert told.success and "at rest" in told.message, told.message
    graph.reach.wait(result.done)
    assert "Stopped by service: at rest" in result.result().result.reply
    refused = graph.say(graph.away)
    assert "I was stopped by service" in refused.result.reply
    assert graph.call("/reset_safety").success
    ended = graph.say(graph.away)
    assert ended.status == GoalStatus.STATUS_SUCCEEDED, ended.result
    graph.reach.wait(lambda: graph.pose.distance_m(DOCK) > 1.0)
