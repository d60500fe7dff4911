"""Where an utterance begins and ends, with a detector that a test can read the mind of."""

from __future__ import annotations

import numpy as np
import pytest
from lab.spoken import needs_speech, spoken

from llmagentos.speech.activity import PIECE, Utterances, silero
from llmagentos.speech.audio import RATE_HZ, frames_of

_S = RATE_HZ


def _by_loudness(piece):
    return float(np.abs(piece).max() > 1000)


def _sound(*parts: tuple[float, int]) -> np.ndarray:
    """Of so many seconds at a level each."""
    return np.concatenate([np.full(int(s * _S), level, np.int16) for s, level in parts])


def _cut(sound, **options):
    return list(Utterances(_by_loudness, **options).of(frames_of(sound)))


def test_two_sentences_with_a_pause_are_two_utterances():
    found = _cut(_sound((0.5, 0), (1.0, 5000), (1.0, 0), (0.7, 5000), (1.0, 0)))
    assert [round(u.end_s, 1) for u in found] == [1.5, 3.2]
    assert [round(u.begin_s, 1) for u in found] == [0.2, 2.2]  # with 0.3 s from before
    for u in found:
        assert u.sound[0] == 0 and (u.sound == 5000).any()


def test_what_may_be_over_comes_early_and_again_only_if_it_is():
    sound = _sound((0.5, 5000), (0.4, 0), (0.5, 5000), (1.0, 0))
    first, second, whole = _cut(sound, early_s=0.25)
    assert [u.over for u in (first, second, whole)] == [False, False, True]
    assert not first.is_same(whole) and second.is_same(whole)
    assert first.end_s == pytest.approx(0.5, abs=0.04)
    assert len(whole.sound) - len(second.sound) == pytest.approx(0.35 * _S, abs=PIECE)
    assert [u.over for u in _cut(sound)] == [True]


def test_a_short_pause_is_part_of_the_sentence():
    assert len(_cut(_sound((0.5, 5000), (0.4, 0), (0.5, 5000), (1.0, 0)))) == 1


def test_a_knock_is_no_utterance():
    assert _cut(_sound((0.5, 0), (0.08, 9000), (1.0, 0))) == []


def test_what_is_under_way_when_the_source_ends_is_heard():
    (found,) = _cut(_sound((0.2, 0), (1.0, 5000)))
    assert found.end_s == pytest.approx(1.2, abs=0.05)


def test_speech_without_an_end_is_cut():
    found = _cut(_sound((45.0, 5000)))
    assert len(found) == 3 and max(len(u.sound) for u in found) <= 20 * _S + PIECE


def test_a_beginning_is_told_at_once_and_once():
    begun = []
    utterances = Utterances(_by_loudness, on_speech=lambda: begun.append(1))
    for frame in frames_of(_sound((0.5, 0), (0.2, 5000))):
        assert list(utterances.hear(frame)) == []
    assert begun == [1] and utterances.speaking
    utterances.forget()
    assert not utterances.speaking and list(utterances.end()) == []


@needs_speech
def test_silero_tells_speech_from_silence_and_noise():
    noise = (np.random.default_rng(0).normal(size=2 * _S) * 400).astype(np.int16)
    speech = spoken("Put the red block in the blue bowl.")
    sound = np.concatenate([noise, speech, noise])
    (found,) = Utterances(silero()).of(frames_of(sound))
    assert found.begin_s == pytest.approx(2.0, abs=0.5)
    assert found.end_s == pytest.approx(2.0 + len(speech) / _S, abs=0.5)
