"""Sound at other rates, piece by piece: tones stay where they are, what can't be carried is gone."""

from __future__ import annotations

import numpy as np
import pytest

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import RATE_HZ
from llmagentos.speech.resampler import Resampler


def _tone(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def _by_pieces(sound: np.ndarray, rate: int, size: int) -> np.ndarray:
    resample = Resampler(rate)
    return np.concatenate([resample(sound[i : i + size]) for i in range(0, len(sound), size)])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("size", [160, 1024])
def test_a_tone_comes_out_at_our_rate(rate, size):
    out = _by_pieces(_tone(1000, rate), rate, size)
    assert abs(len(out) - RATE_HZ) <= 0.003 * RATE_HZ
    middle = out[1000:-1000]
    # sin a + sin b: what stays after the tone is taken out by least squares
    t = np.arange(1000, 1000 + len(middle)) / RATE_HZ
    basis = np.stack([np.sin(2 * np.pi * 1000 * t), np.cos(2 * np.pi * 1000 * t)], axis=1)
    found, *_ = np.linalg.lstsq(basis, middle, rcond=None)
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=0.01)
    assert np.abs(middle - basis @ found).max() < 0.01


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_what_our_rate_can_not_carry_is_gone(rate):
    out = _by_pieces(_tone(11_000, rate), rate, 960)
    assert np.abs(out[500:-500]).max() < 0.003


def test_pieces_make_no_difference():
    sound = np.random.default_rng(1).normal(size=9000).astype(np.float32)
    whole, pieces = _by_pieces(sound, 44_100, 9000), _by_pieces(sound, 44_100, 77)
    assert len(whole) == len(pieces) and np.allclose(whole, pieces, atol=1e-4)


@pytest.mark.parametrize("rate", [0, 4_000, 1_000_000])
def test_a_rate_of_no_microphone_is_told(rate):
    with pytest.raises(SpeechError, match="expected sound of 8000 to 192000 samples a second"):
        Resampler(rate)
