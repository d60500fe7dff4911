"""The speech node: sound on a topic becomes commands and stops, replies become sound.

Whole graphs across processes, with the real recogniser where the extra `speech` is installed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import rclpy
from harness import Client, Graph, next_domain
from lab.spoken import needs_speech, spoken
from llmagentos_msgs.msg import Audio
from llmagentos_ros import interface as table
from llmagentos_ros.sound import TopicSink, TopicSource, audio_message
from llmagentos_ros.speech import SpeechNode
from rclpy.lifecycle import TransitionCallbackReturn

from llmagentos.speech import packages
from llmagentos.speech.audio import FRAME, RATE_HZ

_PAUSE = np.zeros(RATE_HZ // 2, np.int16)


# --- sound over topics ---------------------------------------------------------------------------


def _tone(rate: int, seconds: float) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * 400 * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def test_sound_of_another_rate_and_two_channels_is_heard() -> None:
    problems: list[str] = []
    source, tone = TopicSource("/audio", problems.append), _tone(48_000, 1.0)
    for start in range(0, len(tone), 1024):
        left = tone[start : start + 1024]
        both = np.stack([left, np.zeros_like(left)], axis=1).ravel()
        message = audio_message(both, 48_000)
        message.channels = 2
        source.take(message)
    source.close()
    frames = list(source.frames())
    assert {len(f) for f in frames} == {FRAME} and len(frames) == pytest.approx(50, abs=1)
    heard = np.concatenate(frames)
    assert np.abs(heard[1000:-1000] - _tone(RATE_HZ, 1.0)[1000 : len(heard) - 1000]).max() < 120
    assert problems == []


@pytest.mark.parametrize(
    ("message", "told"),
    [(Audio(channels=1, sample_rate=16_000, sample_format="F32LE", data=bytes(8)), "'F32LE'"),
     (Audio(channels=1, sample_rate=16_000, sample_format="S16LE", data=bytes(3)), "3 bytes"),
     (Audio(channels=0, sample_rate=16_000, sample_format="S16LE", data=bytes(4)), "0 channels"),
     (Audio(channels=1, sample_rate=100, sample_format="S16LE", data=bytes(4)), "got 100")],
)  # fmt: skip
def test_sound_that_can_not_be_read_is_told_once_and_over(message: Audio, told: str) -> None:
    problems: list[str] = []
    source = TopicSource("/audio", problems.append)
    source.take(message), source.take(message)
    source.take(audio_message(_tone(RATE_HZ, 0.1), RATE_HZ))
    assert len(problems) == 2 and told in problems[0] and problems[1] == ""


def test_a_sink_publishes_as_fast_as_it_is_said_and_hushes() -> None:
    pieces: list[Audio] = []
    sink, begun = TopicSink(pieces.append), threading.Event()
    tone = _tone(22_050, 0.35)
    sink.play(tone, 22_050)
    assert np.array_equal(np.frombuffer(b"".join(bytes(p.data) for p in pieces), "<i2"), tone)
    assert {p.sample_rate for p in pieces} == {22_050} and len(pieces) == 4
    pieces.clear()
    sink = TopicSink(lambda piece: (pieces.append(piece), begun.set()))
    talking = threading.Thread(target=sink.play, args=(_tone(16_000, 600.0), 16_000))
    talking.start()
    assert begun.wait(30)
    sink.hush()
    talking.join(30)
    assert not talking.is_alive() and len(pieces) < 6000


def test_without_the_extra_the_node_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_found", lambda module: False)
    rclpy.init(args=[], domain_id=next_domain())
    node = SpeechNode()
    try:
        assert node.on_configure(None) == TransitionCallbackReturn.FAILURE
        assert "pip install 'llmagentos[speech]'" in node.problem and not node.problem_passes
    finally:
        node.close()
        node.destroy_node()
        rclpy.try_shutdown()


# --- a whole graph -------------------------------------------------------------------------------


class Person:
    """Speaks on the topic, as fast as one speaks; silence in between. Hears what the robot says."""

    def __init__(self, client: Client) -> None:
        self._out = client.node.create_publisher(Audio, table.AUDIO.name, 50)
        self.heard: list[Any] = []
        self.spoken: list[str] = []
        self.samples = 0
        for topic, take in (
            (table.HEARD, self.heard.append),
            (table.SPOKEN, lambda m: self.spoken.append(m.data)),
            (table.SPOKEN_AUDIO, self._took),
        ):
            client.node.create_subscription(topic.kind, topic.name, take, topic.qos)
        self._say: list[np.ndarray] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _took(self, msg: Audio) -> None:
        self.samples += len(msg.data) // 2

    def say(self, text: str) -> None:
        sound = np.concatenate([_PAUSE, spoken(text)])
        self._say += [sound[i : i + FRAME] for i in range(0, len(sound) // FRAME * FRAME, FRAME)]

    def _talk(self) -> None:
        due_s = time.monotonic()
        while not self._ended.is_set():
            frame = self._say.pop(0) if self._say else np.zeros(FRAME, np.int16)
            self._out.publish(audio_message(frame, RATE_HZ))
            due_s += FRAME / RATE_HZ
            time.sleep(max(0.0, due_s - time.monotonic()))

    def close(self) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture(scope="module")
def hearing_graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    extra = {"planner": {"module": "llmagentos.composition:load_planner"}}
    with Graph(tmp_path_factory.mktemp("speech"), speech=True, extra=extra) as running:
        yield running
    assert running.orphans() == []


@needs_speech
@pytest.mark.slow
@pytest.mark.one_distribution
@pytest.mark.timeout(600)
def test_said_on_a_topic_it_is_done_answered_and_stopped(hearing_graph: Graph) -> None:
    with Client(hearing_graph.domain, poll=hearing_graph.poll) as client:
        person = Person(client)
        try:
            client.wait(
                lambda: "scene" in client.latest and len(client.latest["scene"].objects) > 2
            )
            person.say("How many blocks are there?")
            client.wait(lambda: len(person.spoken) >= 1)
            assert person.heard[0].text.lower().startswith("how many blocks are there")
            assert sum(person.heard[0].confidences) == pytest.approx(1.0, abs=1e-3)
            assert "two" in person.spoken[0].lower() or "2" in person.spoken[0]
            client.wait(lambda: person.samples > RATE_HZ // 2)  # and says so

            person.say("Put the red block in the blue bowl.")
            client.wait_moving()
            person.say("Robot, stop!")
            client.wait(lambda: any(h.stop for h in person.heard))
            client.wait_resting()
            client.wait(lambda: any("stopped" in r for r in client.latest["safety_state"].reasons))

            client.wait(lambda: len(person.spoken) >= 2)  # that it was stopped
            said = len(person.spoken)
            person.say("Reset.")
            client.wait(lambda: len(person.spoken) > said)
            client.wait(lambda: client.latest["safety_state"].state == 0)
        finally:
            person.close()
