"""A low battery over ROS: a warning, then nothing new, then home."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab.arms import PANDA
from llmagentos_ros import interface as table
from llmagentos_ros.executor import ExecutorNode
from sensor_msgs.msg import BatteryState
from stage import Stage
from test_ros_watchdogs import PATIENT, moving


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(ExecutorNode, PATIENT) as made:
        made.activate()
        yield made


def tell(stage: Stage, charge: float) -> None:
    """A driver that tells it, until it is heard."""
    topic = table.BATTERY
    out = stage.world.create_publisher(topic.kind, topic.name, topic.qos)

    def heard() -> bool:
        out.publish(BatteryState(percentage=charge))
        known = stage.node.battery.charge
        return known is not None and known == pytest.approx(charge)

    stage.wait(heard)
    stage.world.destroy_publisher(out)


def test_it_is_warned_of_and_then_nothing_new_is_begun(stage: Stage) -> None:
    tell(stage, 0.18)
    done = stage.perform("home").result()
    assert done.status == "succeeded" and done.reply.endswith("My battery is at 18 %."), done.reply
    tell(stage, 0.08)
    refused = stage.perform("home").result()
    assert refused.status == "refused", refused.reply
    assert refused.reply.startswith("My battery is at 8 %: I begin nothing new")
    tell(stage, 0.6)
    done = stage.perform("home").result()
    assert done.status == "succeeded" and "battery" not in done.reply, done.reply


def test_a_plan_under_way_ends_and_the_arm_goes_home(stage: Stage) -> None:
    running = moving(stage)
    tell(stage, 0.03)
    ended = running.result()
    assert ended.status == "failed", ended.reply
    assert "My battery is at 3 %, so I stopped and go home." in ended.reply
    stage.wait(lambda: stage.positions[-1] == pytest.approx(PANDA.home_rad, abs=0.02))
    stage.wait(lambda: stage.speed_radps < 0.01)
    assert stage.perform("home").result().status == "refused"
