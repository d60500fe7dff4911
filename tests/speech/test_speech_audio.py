"""Sound as data: WAV files of every width, other rates, frames, and what is no WAV file."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from llmagentos.errors import FileError
from llmagentos.speech.audio import (
    FRAME,
    RATE_HZ,
    WavSource,
    as_sound,
    frames_of,
    read_wav,
    resampled,
    samples_of_wav,
    wav_bytes,
)


def _tone(hz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    t = np.arange(int(rate * seconds)) / rate
    fade = np.minimum(1, np.minimum(t, seconds - t) * 40)  # silent ends
    return (0.5 * fade * np.sin(2 * np.pi * hz * t)).astype(np.float32)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_of_sample_is_read(width):
    tone = _tone(440, 8000)
    whole = np.round(tone * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    raw = {
        1: (whole + 128).astype(np.uint8).tobytes(),
        2: whole.astype("<i2").tobytes(),
        3: whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
        4: whole.astype("<i4").tobytes(),
    }[width]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, width, 8000, 0, "NONE", ""))
        file.writeframes(raw)
    samples, rate = samples_of_wav(out.getvalue())
    assert rate == 8000
    assert np.allclose(samples, tone, atol=0.02)


def test_of_two_channels_the_first_is_heard(tmp_path):
    left, right = as_sound(_tone(300, RATE_HZ)), as_sound(_tone(900, RATE_HZ))
    path = tmp_path / "two.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(np.stack([left, right], axis=1).astype("<i2").tobytes())
    assert np.abs(read_wav(path).astype(int) - left).max() <= 1


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_other_rates_keep_pitch_and_length(rate):
    tone = resampled(_tone(440, rate), rate)
    assert abs(len(tone) - 0.5 * RATE_HZ) <= 1
    spectrum = np.abs(np.fft.rfft(tone))
    assert abs(np.fft.rfftfreq(len(tone), 1 / RATE_HZ)[spectrum.argmax()] - 440) < 3
    assert abs(np.abs(tone).max() - 0.5) < 0.02


def test_what_16_khz_cannot_carry_is_taken_out():
    assert np.abs(resampled(_tone(15_000, 48_000), 48_000)).max() < 0.05


def test_frames_are_of_one_length_and_the_last_is_filled_up():
    frames = list(frames_of(np.ones(FRAME * 2 + 5, np.int16)))
    assert [len(f) for f in frames] == [FRAME] * 3
    assert frames[2].sum() == 5


def test_a_source_plays_the_file_then_silence_and_ends_when_it_is_closed(tmp_path):
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(as_sound(_tone(440, RATE_HZ))))
    heard = np.concatenate(list(WavSource(path, after_s=0.5).frames()))
    assert len(heard) == pytest.approx(RATE_HZ, abs=FRAME)
    assert np.abs(heard[: RATE_HZ // 2]).max() > 10_000 and not heard[-RATE_HZ // 3 :].any()
    source = WavSource(path)
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []


def test_a_paced_source_waits_as_long_as_its_sound_lasts(tmp_path):
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_bytes(as_sound(_tone(440, RATE_HZ))))
    now = [0.0]
    source = WavSource(path, paced=True, after_s=0.0, clock=lambda: now[0],
                       wait=lambda s: now.__setitem__(0, now[0] + s))  # fmt: skip
    ends = [now[0] for _ in source.frames()]
    assert ends[0] == pytest.approx(FRAME / RATE_HZ)
    assert ends[-1] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVEjunk"]
)
def test_what_is_no_wav_file_is_told_by_name(tmp_path, data):
    path = tmp_path / "it.wav"
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"expected a WAV file .*it\.wav"):
        read_wav(path)
