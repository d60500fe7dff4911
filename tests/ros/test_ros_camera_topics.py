"""Topics, names and parameters of cameras: each test has a node of its own."""

from __future__ import annotations

import pytest
from cameras import Bench, Sent, quarters, used
from harness import next_domain
from llmagentos_ros import inputs
from llmagentos_ros import interface as table
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy

pytestmark = pytest.mark.timeout(600)


def test_rectified_topics_follow_the_projection() -> None:
    """ros-perception/image_pipeline#1035: K and D are the raw picture's."""

    def told(sent: Sent) -> None:
        sent.info.k = [800.0, 0.0, 300.0, 0.0, 800.0, 220.0, 0.0, 0.0, 1.0]
        sent.info.d = [-0.3, 0.1, 0.0, 0.0, 0.0]

    remap = {
        table.COLOR.name: "camera/color/image_rect",
        table.DEPTH.name: "camera/depth_registered/image_rect",
    }
    with Bench(next_domain(), remap=remap) as bench:
        used(bench, told)
    with Bench(next_domain(), remap={table.COLOR.name: "camera/image_rect"}) as bench:
        bench.until(lambda: "got rectified and raw" in bench.node.health()[1], told)


def test_a_depth_unit_that_is_told_is_taken() -> None:
    with Bench(next_domain(), {"depth_unit_m": 0.00025}) as told:
        used(told, quarters)


@pytest.mark.parametrize("durability", ["VOLATILE", "TRANSIENT_LOCAL"])
@pytest.mark.parametrize("reliability", ["BEST_EFFORT", "RELIABLE"])
def test_a_camera_pose_is_heard_by_any_policy(durability: str, reliability: str) -> None:
    qos = QoSProfile(
        depth=1,
        durability=QoSDurabilityPolicy[durability],
        reliability=QoSReliabilityPolicy[reliability],
    )
    with Bench(next_domain(), pose_qos=qos) as bench:
        used(bench, lambda sent: None)
        assert "camera/pose" not in bench.report().message


def test_a_calibration_that_is_sent_once_is_heard() -> None:
    """Drivers that latch camera_info, and nodes that read it off a file."""
    with Bench(next_domain(), info_once=True) as bench:
        used(bench, lambda sent: None)
        bench.spin(1.2 * inputs._ALLOWED_S)  # silence of a topic that has a rate would be told
        bench.until(lambda: "image_raw" not in bench.report().message)
        assert "camera_info" not in bench.report().message
