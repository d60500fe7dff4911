"""Lines of a source in a room: only what is meant for the robot comes, a stop needs neither word nor key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
from lab.spoken import needs_speech, spoken

from llmagentos.speech.activity import BEFORE_S
from llmagentos.speech.attention import OpenEar, TalkKey, WakeWord
from llmagentos.speech.audio import FRAME, RATE_HZ, Sound, frames_of
from llmagentos.speech.expected import expected
from llmagentos.speech.hearing import Hearing
from llmagentos.speech.interpreter import Interpreter
from llmagentos.speech.lines import SpokenLines
from llmagentos.speech.recogniser import Recogniser
from llmagentos.speech.speaking import Speaker
from llmagentos.speech.understanding import Understood

pytestmark = needs_speech
_PAUSE = np.zeros(RATE_HZ, np.int16)


class Room:
    """An AudioSource: sounds, and what happens between them, as fast as it would be heard."""

    name = "a room"

    def __init__(self, *script: str | Sound | Callable[[], object]) -> None:
        self._script = script

    def frames(self) -> Iterator[Sound]:
        for part in self._script:
            if callable(part):
                part()
                continue
            for frame in frames_of(spoken(part) if isinstance(part, str) else part):
                yield frame
                time.sleep(FRAME / RATE_HZ)

    def close(self) -> None:
        pass


class Understands:
    """Interprets without an agent."""

    def __init__(self) -> None:
        self._interpreter = Interpreter(expected, lambda text: (None, 0.0))

    def look(self) -> None:
        pass

    def understood(self, heard) -> Understood:
        return self._interpreter.understood(heard)


def _lines(
    attention: OpenEar, *script, busy: bool = False
) -> tuple[list[str], list[str], list[str]]:
    """Lines, stops and what was told, to the end of the script."""
    told: list[str] = []
    stops: list[str] = []
    lines = SpokenLines(
        Room(*script), Hearing(), Understands(), stops.append, told.append, attention=attention,
        is_busy=(lambda: True) if busy else None,
    )  # fmt: skip
    try:
        return [line.lower().strip(".!? ") for line in iter(lines.next_line, None)], stops, told
    finally:
        lines.close()


def test_without_a_wake_word_everything_is_a_line():
    lines, _, _ = _lines(OpenEar(), _PAUSE, "Put the red block in the blue bowl.", _PAUSE)
    assert lines == ["put the red block in the blue bowl"]


class Counts(Recogniser):
    """A recogniser that keeps how long the sounds were that it read, s."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def hear(self, sound, expected="", count=5):
        self.asked.append(len(sound) / RATE_HZ)
        return super().hear(sound, expected, count)


def _asked(attention: OpenEar, *script) -> tuple[list[str], Counts]:
    recogniser = Counts()
    lines = SpokenLines(
        Room(*script), Hearing(recogniser=recogniser), Understands(), lambda text: None,
        lambda text: None, attention=attention,
    )  # fmt: skip
    try:
        return [line.lower().strip(".!? ") for line in iter(lines.next_line, None)], recogniser
    finally:
        lines.close()


def test_a_sentence_is_read_once_and_before_its_pause_is_over():
    lines, recogniser = _asked(OpenEar(), _PAUSE, "Put the red block in the blue bowl.", _PAUSE)
    assert lines == ["put the red block in the blue bowl"]
    (seconds,) = recogniser.asked
    assert seconds < len(spoken("Put the red block in the blue bowl.")) / RATE_HZ + BEFORE_S + 0.45


def test_what_is_said_to_others_is_not_read_early_either():
    lines, recogniser = _asked(WakeWord("hey robot"), _PAUSE, "Put the green block here.", _PAUSE)
    assert lines == [] and recogniser.asked == []


def test_what_is_said_to_others_is_none_and_the_wake_word_opens():
    ear = WakeWord("hey robot")
    lines, stops, told = _lines(
        ear, _PAUSE, "Put the green block on the plate.", _PAUSE, "Hey robot, where is the cup?", _PAUSE,
        "Push it to the left.", _PAUSE, "Hey robot!", _PAUSE, "Stack the cubes.", _PAUSE,
    )  # fmt: skip
    assert [line.replace("'s", " is") for line in lines] == ["where is the cup", "stack the cubes"]
    assert stops == [] and told == ["Yes?"]


def test_a_stop_needs_no_wake_word_while_something_is_under_way():
    _, stops, _ = _lines(WakeWord("hey robot"), _PAUSE, "Stop!", _PAUSE, busy=True)
    assert stops == ["stop"]


def test_what_is_said_while_the_key_is_held_is_a_line_also_with_a_long_pause():
    changes: list[bool] = []
    key = TalkKey(on_change=changes.append)
    lines, _, _ = _lines(
        key, _PAUSE, "Push it to the left.", _PAUSE, key.press, "Where is", _PAUSE, "the red block?",
        key.press, _PAUSE, "Stack the cubes.", _PAUSE,
    )  # fmt: skip
    assert len(lines) == 1 and lines[0].startswith("where is") and "red block" in lines[0]
    assert changes == [True, False]


def test_a_stop_needs_no_key():
    _, stops, _ = _lines(TalkKey(), _PAUSE, "Robot, stop!", _PAUSE, busy=True)
    assert stops == ["stop"]


# --- the robot speaks ----------------------------------------------------------------------------


class Long:
    """A Tongue: eight seconds of syllables, whatever is said."""

    name = "long"

    def sound(self, text):
        t = np.arange(8 * RATE_HZ) / RATE_HZ
        noise = np.random.default_rng(1).normal(size=len(t))
        return (0.1 * noise * (0.1 + np.abs(np.sin(np.pi * 5 * t)))).astype(np.float32), RATE_HZ

    def close(self):
        pass


class Loud:
    """An AudioSink that takes as long as the sound does."""

    def __init__(self) -> None:
        self.hushed = threading.Event()

    def play(self, sound, rate_hz):
        self.hushed.wait(len(sound) / rate_hz)

    def hush(self):
        self.hushed.set()


def test_who_talks_over_a_reply_ends_it_and_is_heard_the_robot_is_not():
    sink, told = Loud(), []
    speaker = Speaker(sink, Long(), told.append)
    echo = (Long().sound("")[0] * 32767 * 0.2).astype(np.int16)
    over = spoken("Where is the red block?")
    both = echo[2 * RATE_HZ : 2 * RATE_HZ + len(over)] + over

    def say() -> None:
        speaker.say("It is a long story.")
        while speaker.playing is None:
            time.sleep(0.001)

    hushed_before: list[bool] = []
    room = Room(
        _PAUSE, say, echo[: 2 * RATE_HZ], lambda: hushed_before.append(sink.hushed.is_set()), both, _PAUSE
    )  # fmt: skip
    lines = SpokenLines(room, Hearing(), Understands(), told.append, told.append, speaker)
    try:
        heard = list(iter(lines.next_line, None))
    finally:
        lines.close()
        speaker.close()
    assert hushed_before == [False] and sink.hushed.is_set() and told == []
    assert len(heard) == 1 and "red block" in heard[0].lower()
