"""Sound as data: 16 kHz, one channel, frames of 20 ms; WAV files become it.

Knows: the form every part of speech works on, WAV files, other rates. Does not know: devices
(microphone.py), nor what is heard.
"""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import FileError
from llmagentos.files import refusing

#: Samples a second of all sound here.
RATE_HZ = 16_000
#: Samples of one frame: 20 ms.
FRAME = 320

#: Sound: [samples] of 16 bit at RATE_HZ.
Sound = NDArray[np.int16]


def samples_of_wav(data: bytes, name: str = "a WAV file") -> tuple[NDArray[np.float32], int]:
    """A WAV file's first channel, [samples] from -1 to 1, and its rate, Hz.

    8, 16, 24 and 32 bit whole numbers are read. Raises FileError for anything else. A length that
    was never filled in (as programs write to a pipe) reads to the end.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels = file.getsampwidth(), file.getnchannels()
            rate, raw = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError, ValueError) as exc:
        raise FileError(f"expected a WAV file of plain samples, got {name}: {exc}") from exc
    raw = raw[: len(raw) // (width * channels) * width * channels]
    if width == 1:
        whole = (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128
    elif width == 3:
        triples = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        padded = np.concatenate([np.zeros_like(triples[:, :1]), triples], axis=1)
        whole = np.ascontiguousarray(padded).view("<i4").ravel() / np.float32(2**31)
    elif width in (2, 4):
        whole = np.frombuffer(raw, f"<i{width}") / np.float32(2 ** (8 * width - 1))
    else:
        raise FileError(f"expected samples of 1 to 4 bytes, got {width} in {name}")
    return np.ascontiguousarray(whole.reshape(-1, channels)[:, 0], np.float32), rate


def resampled(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """The same sound at RATE_HZ. What the lower of both rates can't carry is taken out before, in
    the spectrum; the ends of a sound should be silent."""
    if rate_hz == RATE_HZ or not len(samples):
        return samples
    spectrum = np.fft.rfft(samples)
    count = round(len(samples) * RATE_HZ / rate_hz)
    out = np.zeros(count // 2 + 1, spectrum.dtype)
    kept = min(len(out), len(spectrum))
    out[:kept] = spectrum[:kept]
    return (np.fft.irfft(out, count) * (count / len(samples))).astype(np.float32)


def as_sound(samples: NDArray[np.float32]) -> Sound:
    """Samples from -1 to 1 as 16 bit; what is louder is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)


def read_wav(path: Path | str) -> Sound:
    """A WAV file as sound. Raises FileError."""
    with refusing(path, "a WAV file"):
        data = Path(path).read_bytes()
    return as_sound(resampled(*samples_of_wav(data, str(path))))


def wav_bytes(sound: Sound, rate_hz: int = RATE_HZ) -> bytes:
    """Sound as a WAV file's bytes."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(sound.astype("<i2").tobytes())
    return out.getvalue()


def frames_of(sound: Sound) -> Iterator[Sound]:
    """Its frames; the last is filled up with silence."""
    for start in range(0, len(sound), FRAME):
        frame = sound[start : start + FRAME]
        yield frame if len(frame) == FRAME else np.pad(frame, (0, FRAME - len(frame)))


class WavSource:
    """An audio port (llmagentos.ports.audio) that plays a file as if it was heard.

    paced: as fast as it would be spoken, else as fast as it is taken. after_s: so much silence
    follows, for the end of the last sentence.
    """

    def __init__(
        self,
        path: Path | str,
        paced: bool = False,
        after_s: float = 1.5,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = str(path)
        silence = np.zeros(round(after_s * RATE_HZ), np.int16)
        self._sound = np.concatenate([read_wav(path), silence])
        self._paced, self._clock, self._wait = paced, clock, wait
        self._closed = False

    def frames(self) -> Iterator[Sound]:
        """See AudioSource."""
        begun_s = self._clock()
        for index, frame in enumerate(frames_of(self._sound)):
            if self._closed:
                return
            if self._paced:
                self._wait(max(0.0, begun_s + (index + 1) * FRAME / RATE_HZ - self._clock()))
            yield frame

    def close(self) -> None:
        """See AudioSource."""
        self._closed = True
