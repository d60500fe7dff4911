"""What is expected of a topic and what is missing, with injected clocks."""

from __future__ import annotations

import pytest
from llmagentos_ros import inputs
from llmagentos_ros.inputs import Channel, End, Input, Output, Policy

SENSOR, LATCHED = Policy(reliable=False, latched=False), Policy(reliable=True, latched=True)
JOINTS = Channel("/joint_states", "sensor_msgs/msg/JointState", SENSOR, 60.0)
SCENE = Channel("/scene", "llmagentos_msgs/msg/Scene", LATCHED, 15.0)
POSE = Channel("/camera/pose", "geometry_msgs/msg/TransformStamped", LATCHED)


class Listening:
    """An input, its clocks, and who is at the other end."""

    def __init__(self, channel: Channel, allowed_s: float = 0.0) -> None:
        self.now = 100.0
        self.ends: list[End] = []
        self.input = Input(
            channel, lambda: self.ends, lambda: self.now, allowed_s=allowed_s,
            steady=lambda: self.now,
        )  # fmt: skip

    def hear(self, times: int, period_s: float) -> None:
        for _ in range(times):
            self.now += period_s
            self.input.beat()


def test_what_nobody_publishes_is_named_with_type_policy_and_rate() -> None:
    kind, words = Listening(JOINTS).input.problem()
    assert kind == inputs.UNPUBLISHED
    for part in ("/joint_states", "sensor_msgs/msg/JointState", "best effort", "60 Hz", "nobody"):
        assert part in words


@pytest.mark.parametrize(
    ("channel", "end", "kind", "words"),
    [
        (SCENE, End("/cam", SCENE.kind, SENSOR), inputs.OTHER_POLICY, "/cam offers best effort"),
        (SCENE, End("/cam", JOINTS.kind, LATCHED), inputs.OTHER_TYPE, "/cam has sensor_msgs"),
        (JOINTS, End("/arm", JOINTS.kind, LATCHED), inputs.UNHEARD, "/arm is there"),
    ],
)
def test_a_publisher_that_is_not_heard_is_told_apart(
    channel: Channel, end: End, kind: str, words: str
) -> None:
    listening = Listening(channel)
    listening.ends = [end]
    found, said = listening.input.problem()
    assert found == kind and words in said


def test_one_publisher_that_fits_is_enough() -> None:
    listening = Listening(SCENE)
    listening.ends = [End("/a", SCENE.kind, SENSOR), End("/b", SCENE.kind, LATCHED)]
    assert listening.input.problem()[0] == inputs.UNHEARD


def test_fresh_then_silent_then_fresh() -> None:
    listening = Listening(JOINTS, allowed_s=0.25)
    listening.hear(60, 1 / 60)
    assert listening.input.problem() == (inputs.OK, "")
    assert "60.0 Hz" in listening.input.row() and listening.input.row().startswith("ok: ")
    listening.now += 3.0
    listening.ends = [End("/arm", JOINTS.kind, SENSOR)]
    kind, words = listening.input.problem()
    assert kind == inputs.SILENT and "silent for 3.0 s, 60 Hz expected" in words
    listening.hear(10, 1 / 60)
    assert listening.input.problem() == (inputs.OK, "")


def test_a_slow_source_is_told_with_its_rate() -> None:
    listening = Listening(SCENE, allowed_s=2.0)
    listening.hear(8, 0.6)
    kind, words = listening.input.problem()
    assert kind == inputs.SLOW and "1.7 Hz, 15 Hz expected" in words
    listening.hear(30, 0.1)
    assert listening.input.problem() == (inputs.OK, "")


def test_a_rate_does_not_outlive_a_pause_or_a_clock_that_was_set_back() -> None:
    listening = Listening(SCENE, allowed_s=1e9)
    listening.hear(8, 0.1)
    listening.hear(1, 60.0)
    assert listening.input.problem() == (inputs.OK, "") and ", -, " in listening.input.row()
    listening.hear(8, 0.1)
    listening.hear(1, -50.0)
    assert listening.input.problem()[0] == inputs.OK


def test_what_comes_once_does_not_age() -> None:
    listening = Listening(POSE)
    assert listening.input.problem()[0] == inputs.UNPUBLISHED
    listening.hear(1, 0.1)
    listening.now += 3600.0
    assert listening.input.problem() == (inputs.OK, "")


def test_what_nobody_reads_is_named() -> None:
    ends: list[End] = []
    command = Channel("/arm/joint_trajectory", "x/msg/T", Policy(reliable=True, latched=False))
    output = Output(command, lambda: ends)
    assert output.problem()[0] == inputs.UNREAD and "nobody reads it" in output.problem()[1]
    ends.append(End("/controller", "x/msg/T", LATCHED))
    kind, words = output.problem()
    assert kind == inputs.OTHER_POLICY and "/controller asks for transient local" in words
    ends.append(End("/other", "x/msg/T", SENSOR))
    assert output.problem() == (inputs.OK, "") and output.row().startswith("ok: ")
