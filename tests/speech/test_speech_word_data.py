"""What a keyword's network is trained on: which moments are hits, which sentences are talk."""

from __future__ import annotations

import numpy as np
import pytest

from llmagentos.speech.audio import RATE_HZ
from training.speech.phrases import PHRASES
from training.speech.rooms import noise, through_microphone
from training.speech.voices import APART_TIMBRES, FLITE_APART, training_voice
from training.speech.word_data import AROUND_S, HIT_S, labels, talk


def test_moments_behind_the_word_are_hits_and_those_around_are_not_asked():
    late_s = np.array([-1.0, HIT_S[0] - AROUND_S / 2, *HIT_S, HIT_S[1] + AROUND_S / 2, 0.5])
    assert labels(late_s, HIT_S).tolist() == [0, -1, 1, 1, -1, 0]


@pytest.mark.parametrize("word", PHRASES)
def test_talk_never_says_the_word(word):
    said = talk(PHRASES[word], np.random.default_rng(1))
    texts = [next(said) for _ in range(200)]
    assert not [t for t in texts if PHRASES[word].says.search(t)]
    assert len(set(texts)) > 100


def test_voices_kept_apart_are_never_trained_on():
    rng = np.random.default_rng(2)
    voices = [training_voice(rng) for _ in range(2000)]
    assert {v.program for v in voices} == {"espeak-ng", "flite"}
    assert not {v.name for v in voices} & set(FLITE_APART)
    assert not {v.name.partition("+")[2] for v in voices} & APART_TIMBRES


def test_a_microphone_keeps_length_and_loudness():
    rng = np.random.default_rng(3)
    sound = 0.1 * noise("pink", RATE_HZ, rng)
    for _ in range(8):
        heard = through_microphone(sound, rng)
        assert heard.shape == sound.shape and np.isfinite(heard).all()
        assert np.abs(heard).max() == pytest.approx(np.abs(sound).max(), rel=1e-3)
