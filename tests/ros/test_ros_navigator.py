"""Our navigator as a process drives the simulated base in another one, to goals as RViz sends them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from driving import Processes, Reach, simulated_base
from geometry_msgs.msg import PoseStamped
from llmagentos_ros import interface as table
from llmagentos_ros.base_messages import pose_from_msg, pose_stamped
from llmagentos_ros.frames import Frames
from std_srvs.srv import Trigger

from llmagentos.types import MapPose
from sim.flats.flat import FLATS
from sim.flats.spec import FlatSpec

pytestmark = pytest.mark.timeout(600)
START = MapPose(*FlatSpec.from_yaml(FLATS / "flat.yaml").start)
GOAL = START.after(MapPose(1.2, 0.0, 0.5))


class Watcher:
    """What is told of drives, and a hand that sends goals."""

    def __init__(self, reach: Reach) -> None:
        self.reach, self.states, self.pose = reach, [], START
        self.frames = Frames(reach.node)
        node = reach.node
        for topic, heard in (
            (table.DRIVE_STATE, lambda m: self.states.append(json.loads(m.data))),
            (table.AMCL_POSE, self._on_pose),
        ):
            node.create_subscription(topic.kind, topic.name, heard, topic.qos)
        self.goals = node.create_publisher(PoseStamped, "goal_pose", table.GOAL_POSE.qos)

    def _on_pose(self, msg: Any) -> None:
        self.pose = pose_from_msg(msg.pose.pose)

    def send(self, goal: MapPose, frame: str = "map") -> None:
        self.reach.wait(lambda: self.goals.get_subscription_count() > 0)
        self.states.clear()
        self.goals.publish(pose_stamped(goal, frame, 0.0))

    def ended(self) -> dict[str, Any]:
        def done() -> bool:
            seen = [s["status"] for s in list(self.states)]
            return "running" in seen and seen[-1] != "running"

        self.reach.wait(done, 300)
        return self.states[-1]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processes, Watcher]]:
    folder = tmp_path_factory.mktemp("navigator")
    with simulated_base(folder, localize=False) as (processes, reach):
        # The base tells its map; the navigator says where the base is on it.
        processes.start(
            "navigator", "-m", "llmagentos_ros.navigator", use_sim_time=True, profile="sim",
            start_is_known=True, start=[START.x_m, START.y_m, START.yaw_rad],
            odometry_timeout_s=5.0,
        )  # fmt: skip
        reach.activate("navigator")
        yield processes, Watcher(reach)


def test_it_arrives_where_a_goal_was_set(at) -> None:
    processes, watcher = at
    watcher.send(GOAL)
    assert watcher.ended()["status"] == "succeeded", processes.said()
    watcher.reach.wait(lambda: watcher.pose.distance_m(GOAL) < 0.2)


def test_a_goal_in_another_frame_is_refused(at) -> None:
    _, watcher = at
    watcher.send(START, frame="camera")
    watcher.reach.wait(lambda: True)
    assert not [s for s in watcher.states if s["status"] == "running"]


def test_a_stop_ends_a_drive_and_stays_until_it_is_reset(at) -> None:
    _, watcher = at
    reach = watcher.reach
    watcher.send(START.after(MapPose(-0.3, 0.0, 0.0)))
    reach.wait(lambda: [s for s in watcher.states if s["status"] == "running"])
    told = reach.call(Trigger, "/stop", Trigger.Request())
    assert told.success and "at rest" in told.message
    assert watcher.ended()["failure"] == "stopped"
