"""What a room, a machine and a microphone make of a voice: echo, motors, fans, a slope over the band.

Knows: how each is drawn from random numbers, and mixing at a ratio of loudness. Does not know: who speaks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llmagentos.speech.audio import RATE_HZ

Samples = NDArray[np.float32]
NOISES = ("motor", "fan", "pink", "clatter")


def noise(kind: str, count: int, rng: np.random.Generator) -> Samples:
    """[count] samples of one kind, mean square about 1."""
    made = {"motor": _motor, "fan": _fan, "pink": _pink, "clatter": _clatter}[kind](count, rng)
    return (made / max(1e-9, float(np.sqrt((made**2).mean())))).astype(np.float32)


class NoiseBank:
    """Noise that was made once, ten seconds a piece: cutting is cheaper than making."""

    def __init__(self, rng: np.random.Generator, pieces: int = 40) -> None:
        self._rng = rng
        self._made = [noise(NOISES[i % len(NOISES)], 10 * RATE_HZ, rng) for i in range(pieces)]

    def cut(self, count: int) -> Samples:
        """[count] samples of one of them, from anywhere, over and over where it is too short."""
        made = self._made[int(self._rng.integers(len(self._made)))]
        return np.resize(np.roll(made, int(self._rng.integers(len(made)))), count)


def with_noise(voice: Samples, other: Samples, snr_db: float) -> Samples:
    """The voice with the other sound under it. snr_db: the mean square of the voice where it speaks
    (the loudest tenths of a second) over that of the other sound, as decibel."""
    power = speaking_power(voice)
    wanted = power / 10 ** (snr_db / 10)
    return (voice + other * np.sqrt(wanted / max(1e-12, float((other**2).mean())))).astype(
        np.float32
    )


def speaking_power(voice: Samples) -> float:
    """Mean square over the frames of 20 ms that are within 30 dB of the loudest."""
    frames = voice[: len(voice) // 320 * 320].reshape(-1, 320)
    power = (frames**2).mean(1)
    return float(power[power > power.max() * 1e-3].mean()) if len(power) else 0.0


def in_room(voice: Samples, rng: np.random.Generator, echo_s: float | None = None) -> Samples:
    """With an echo that falls by 60 dB in echo_s (by default 0.1 to 0.5 s); as long as before."""
    echo_s = float(rng.uniform(0.1, 0.5)) if echo_s is None else echo_s
    count = int(echo_s * RATE_HZ)
    tail = rng.normal(size=count) * np.exp(-6.9 * np.arange(count) / count)
    tail[: int(0.003 * RATE_HZ)] = 0.0
    tail *= rng.uniform(0.15, 0.6) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    size = len(voice) + count
    out = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(tail, size), size)[: len(voice)]
    return out.astype(np.float32)


def through_microphone(sound: Samples, rng: np.random.Generator) -> Samples:
    """As some microphone gives it: a slope over the band, what is lost at both of its ends, and, one
    time in four, what is too loud bent flat. As long and about as loud as before."""
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    octaves = np.log2(np.clip(hz, 100, 8000) / 1000)
    slope_db = rng.uniform(-4, 4) * octaves + rng.uniform(-3, 3) * np.sin(
        octaves * rng.uniform(1, 4)
    )
    low, high = rng.uniform(20, 300), rng.uniform(3000, 9000)
    edges = 1 / np.sqrt((1 + (low / np.maximum(hz, 1)) ** 4) * (1 + (hz / high) ** 8))
    out = np.fft.irfft(np.fft.rfft(sound) * 10 ** (slope_db / 20) * edges, len(sound))
    if rng.uniform() < 0.25:
        bent = rng.uniform(1, 6) / max(1e-6, float(np.abs(out).max()))
        out = np.tanh(out * bent) / bent
    loud = np.abs(sound).max() / max(1e-6, float(np.abs(out).max()))
    return (out * loud).astype(np.float32)


def _shaped(count: int, rng: np.random.Generator, slope: float) -> Samples:
    spectrum = np.fft.rfft(rng.normal(size=count))
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    return np.fft.irfft(spectrum / np.maximum(hz, 40) ** slope, count).astype(np.float32)


def _pink(count: int, rng: np.random.Generator) -> Samples:
    return _shaped(count, rng, 0.5)


def _fan(count: int, rng: np.random.Generator) -> Samples:
    hum = 2 * np.pi * rng.uniform(80, 220) * np.arange(count) / RATE_HZ
    rush = _shaped(count, rng, float(rng.uniform(0.3, 1.0)))
    return rush / rush.std() + rng.uniform(0, 1) * np.sin(hum)


def _motor(count: int, rng: np.random.Generator) -> Samples:
    """Joints that start and rest: gears whose pitch follows the speed, a driver's whine, rushing."""
    t = np.arange(count) / RATE_HZ
    out = (0.1 * rng.normal(size=count)).astype(np.float32)
    for _ in range(int(rng.integers(1, 5))):
        moves = np.clip(np.sin(2 * np.pi * (t / rng.uniform(0.8, 4) + rng.uniform())), 0, 1) ** 0.5
        turns = 2 * np.pi * np.cumsum(rng.uniform(60, 700) * moves) / RATE_HZ
        for harmonic in range(1, int(rng.integers(3, 9))):
            out += moves * np.sin(harmonic * turns + rng.uniform(0, 6)) / harmonic
        out += moves * rng.uniform(0, 0.6) * np.sin(2 * np.pi * rng.uniform(2500, 7500) * t)
        out += moves * rng.uniform(0, 1) * rng.normal(size=count)
    return out


def _clatter(count: int, rng: np.random.Generator) -> Samples:
    """Things that are put down and fall."""
    out = (0.02 * rng.normal(size=count)).astype(np.float32)
    for _ in range(max(1, int(count / RATE_HZ * rng.uniform(0.5, 3)))):
        start, size = int(rng.integers(count)), int(rng.uniform(0.01, 0.15) * RATE_HZ)
        size = min(size, count - start)
        t = np.arange(size) / RATE_HZ
        ring = sum(np.sin(2 * np.pi * rng.uniform(200, 6000) * t) for _ in range(4))
        out[start : start + size] += (
            (ring + rng.normal(size=size)) * np.exp(-t * rng.uniform(30, 200)) * rng.uniform(0.3, 2)
        )
    return out
