"""The stop word's process: heard words come out, and its end is told."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np
import pytest
from lab.spoken import needs_speech, spoken

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import RATE_HZ, frames_of
from llmagentos.speech.keywords import (
    KEYWORDS,
    STOP,
    KeywordNetwork,
    KeywordSpotter,
    stacked,
)
from llmagentos.speech.stop_watch import StopWatch
from training.speech.whole import WholeEmbeddings

pytestmark = needs_speech
_PAUSE = np.zeros(RATE_HZ, np.int16)


def _heard_in(sound) -> list[float]:
    """When the word was heard, s."""
    spotter, out = KeywordSpotter(), []
    for index, frame in enumerate(frames_of(sound)):
        if spotter.hear(frame):
            out.append((index + 1) * len(frame) / RATE_HZ)
    return out


@pytest.mark.parametrize("words", ["Stop!", "Robot, stop.", "Please stop.", "Stop, stop, stop!"])
def test_the_word_is_heard_soon_after_its_end(words):
    sound = np.concatenate([_PAUSE, spoken(words), _PAUSE])
    heard = _heard_in(sound)
    assert heard
    assert heard[0] < (len(sound) - len(_PAUSE)) / RATE_HZ + 0.35


@pytest.mark.parametrize(
    "words",
    ["Put the red block on top of the blue bowl.", "Take one step to the left.", "Stack the cups.",
     "Where is the top one?", "Drop it.", "Start again."],
)  # fmt: skip
def test_what_only_sounds_like_it_is_not(words):
    assert _heard_in(np.concatenate([_PAUSE, spoken(words), _PAUSE])) == []


def test_hop_by_hop_is_the_same_as_at_once():
    sound = np.concatenate([_PAUSE, spoken("Robot, stop."), _PAUSE])
    whole = WholeEmbeddings()
    at_once = KeywordNetwork(KEYWORDS[STOP])(stacked(whole.of_sound(sound)))
    spotter, hops = KeywordSpotter(), []
    for start in range(0, len(sound) // 640 * 640, 640):
        spotter.hear(sound[start : start + 640])
        hops.append(spotter.sure[STOP])
    assert np.allclose(at_once, hops, atol=1e-3)
    for first in (0, 1, 6):  # as training asks, which looks at every second hop of a part
        part = whole.of_sound(sound, 2, first)
        assert np.allclose(part, whole.of_sound(sound)[first::2], atol=1e-3)
    assert whole.of_sound(sound[:100]).shape == (0, 96)


def test_a_process_of_its_own_calls():
    called = threading.Event()
    told = []
    watch = StopWatch(lambda hit: (told.append(hit), called.set()))
    try:
        for frame in frames_of(np.concatenate([_PAUSE, spoken("Stop!"), _PAUSE])):
            watch.hear(frame)
            time.sleep(0.02)  # as fast as it is said
        assert called.wait(60)
    finally:
        watch.close()
    assert told[0]["heard"] == "stop" and 1.0 < told[0]["at_s"] < 2.5 and told[0]["sure"] > 0.5


def test_the_processs_death_is_told():
    troubles, told = [], threading.Event()
    watch = StopWatch(lambda hit: None, lambda sentence: (troubles.append(sentence), told.set()))
    try:
        watch._child.kill()
        assert told.wait(60)
    finally:
        watch.close()
    assert "The stop word is not heard any more" in troubles[0]


def test_a_process_that_does_not_begin_is_an_error_with_its_reason():
    with pytest.raises(SpeechError, match="no such ear"):
        StopWatch(lambda hit: None, argv=(sys.executable, "-c", "raise SystemExit('no such ear')"))
