"""A run that is recorded leaves a file that can be read: every topic, its definition, its messages.

Without rosbag2, which has no wheel, the workspace's own recorder writes it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from harness import SUCCEEDED, Client, Graph
from llmagentos_msgs.msg import Plan
from llmagentos_ros import interface as table
from llmagentos_ros.record import FILE, definition
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import JointState

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]
make_reader = pytest.importorskip("mcap.reader").make_reader


def test_definitions_come_with_all_that_they_are_made_of() -> None:
    text = definition("llmagentos_msgs/msg/Scene")
    first, *others = text.split("=" * 80 + "\nMSG: ")
    assert "DetectedObject[] objects" in first
    names = [part.splitlines()[0] for part in others]
    assert {"std_msgs/Header", "builtin_interfaces/Time", "llmagentos_msgs/Relation"} <= set(names)
    assert len(names) == len(set(names))
    with pytest.raises(LookupError):
        definition("no_such_msgs/msg/Thing")


@pytest.mark.skipif(shutil.which("ros2") is not None, reason="rosbag2 records where it is there")
def test_a_recorded_run_can_be_read(tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    with Graph(tmp_path, record=bag) as graph:
        with Client(graph.domain, poll=graph.poll) as client:
            status, result = client.say("point at the red block")
            assert status == SUCCEEDED, result.reply
        record = graph.manager.get("record")
        assert record.state == "running"
    assert record.exit_code == 0 and graph.orphans() == []
    with (bag / FILE).open("rb") as stream:
        reader = make_reader(stream)
        assert reader.get_header().profile == "ros2"
        summary = reader.get_summary()
        assert summary is not None and summary.statistics is not None, "expected a file that ended"
        counts = {
            summary.channels[i].topic: n
            for i, n in summary.statistics.channel_message_counts.items()
        }
        kinds = {c.topic: summary.schemas[c.schema_id].name for c in summary.channels.values()}
        assert set(kinds) >= {
            "/" + t.name.lstrip("/") for t in table.TOPICS if t is not table.GRIPPER
        }
        assert kinds["/camera/color/image_raw"] == "sensor_msgs/msg/Image"
        assert counts["/joint_states"] > 30 and counts["/scene"] > 3
        states = list(messages(reader, "/joint_states", JointState))
        plans = list(messages(reader, "/plan", Plan))
    stamps = [m.header.stamp.sec + m.header.stamp.nanosec * 1e-9 for m in states]
    assert stamps == sorted(stamps) and stamps[-1] > stamps[0]
    assert max(abs(v) for m in states for v in m.velocity[:7]) > 0.1  # the arm is seen to move
    assert plans[-1].command == "point at the red block"
    assert json.loads(plans[-1].json)["steps"][0]["op"] == "point"


def messages(reader: Any, topic: str, kind: Any) -> Any:
    """What was recorded of a topic, in its order."""
    for _, _, message in reader.iter_messages(topics=[topic], log_time_order=False):
        yield deserialize_message(message.data, kind)
