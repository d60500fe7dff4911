"""What is said of a reply, by which program, and that it ends when somebody talks over it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from lab.spoken import needs_speech

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import FRAME, RATE_HZ, frames_of
from llmagentos.speech.echo import EchoGate
from llmagentos.speech.speaking import Piper, Speaker, aloud


class Room:
    """An AudioSink that plays until the test lets it end, or it is hushed."""

    def __init__(self) -> None:
        self.played: list[tuple[int, int]] = []
        self.begun, self.goes_on = threading.Event(), threading.Event()

    def play(self, sound, rate_hz):
        self.played.append((len(sound), rate_hz))
        self.begun.set()
        assert self.goes_on.wait(30)

    def hush(self):
        self.goes_on.set()


class Beeps:
    """A Tongue: a tenth of a second for every word."""

    name = "beeps"

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.said = fails, []

    def sound(self, text):
        if self.fails:
            raise SpeechError("expected a voice, got a sore throat")
        self.said.append(text)
        return np.full(len(text.split()) * 800, 0.5, np.float32), 8000

    def close(self):
        pass


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("I put the `red block` in the bowl.", "I put the red block in the bowl."),
        ("Stopped by chat. Stop and stops.", "halted by chat. halt and halt."),
        ("One. Two. Three. Four.", "One. Two. Three."),
        ("", ""),
        ("A " + "very " * 60 + "long one. And more.", "A " + "very " * 60 + "long one."),
    ],
)
def test_replies_are_said_short_and_without_the_stop_word(reply, said):
    assert aloud(reply) == said


def test_one_is_said_after_the_other_and_hush_ends_all():
    room, voice = Room(), Beeps()
    speaker = Speaker(room, voice)
    speaker.say("one two three")
    speaker.say("four five")
    assert room.begun.wait(30) and speaker.speaking
    sound, _ = speaker.playing
    assert len(sound) == pytest.approx(0.3 * RATE_HZ, abs=2)  # at the microphone's rate
    speaker.hush()
    assert speaker.wait(30) and speaker.playing is None
    assert room.played == [(2400, 8000)] and voice.said == ["one two three"]
    speaker.say("six")
    assert speaker.wait(30) and len(room.played) == 2
    speaker.close()


def test_a_voice_that_fails_is_told_once():
    told = []
    speaker = Speaker(Room(), Beeps(fails=True), told.append)
    speaker.say("one")
    speaker.say("two")
    assert speaker.wait(30)
    speaker.close()
    assert told == ["expected a voice, got a sore throat"]


@needs_speech
def test_piper_speaks_from_a_process_of_its_own():
    piper = Piper()
    try:
        for text in ("The red block is in the blue bowl.", "Yes."):
            samples, rate = piper.sound(text)
            assert rate == 22_050 and np.abs(samples).max() > 0.1
            assert len(samples) / rate > 0.2
    finally:
        piper.close()
    with pytest.raises(SpeechError, match="expected Piper to speak"):
        piper.sound("Too late.")


# --- the robot does not hear itself -------------------------------------------------------------


def _voice(seconds: float, level: float, seed: int) -> np.ndarray:
    """Syllables: noise that swells five times a second."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(seed).normal(size=len(t))
    return (level * noise * (0.1 + np.abs(np.sin(np.pi * 5 * t)))).astype(np.int16)


def _echo(played: np.ndarray, share: float, late_s: float) -> np.ndarray:
    late = int(late_s * RATE_HZ)
    return (share * np.concatenate([np.zeros(late), played])[: len(played)]).astype(np.int16)


def _persons(heard: np.ndarray, played: np.ndarray) -> list[bool]:
    gate = EchoGate()
    return [gate.is_person(f, played, i * FRAME / RATE_HZ) for i, f in enumerate(frames_of(heard))]


@pytest.mark.parametrize("share", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("late_s", [0.0, 0.08, 0.2])
def test_its_own_voice_alone_is_nobody(share, late_s):
    played = _voice(4.0, 4000, 1)
    hum = np.random.default_rng(2).normal(size=len(played)) * 20
    assert not any(_persons(_echo(played, share, late_s) + hum.astype(np.int16), played))


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_a_person_over_it_is_heard_within_a_quarter_of_a_second(share):
    played = _voice(4.0, 4000, 1)
    heard = _echo(played, share, 0.08)
    heard[2 * RATE_HZ :] += _voice(2.0, 4000, 7)
    persons = _persons(heard, played)
    begins = 2 * RATE_HZ // FRAME
    assert not any(persons[:begins])
    assert persons.index(True) - begins <= 0.25 * RATE_HZ / FRAME
