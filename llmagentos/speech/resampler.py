"""Sound that comes piece by piece at any rate, at the rate that every part of speech works on.

Knows: one filter. Does not know: where sound comes from. A whole recording is
llmagentos.speech.audio.resampled's, whose filter is sharper.

Each sample is a weighted sum of those around its moment: a sinc that ends where the lower of both
rates ends, under a Kaiser window (beta 6: what would be mirrored is 60 dB softer).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import RATE_HZ

#: Zero crossings of the sinc to each side, and the share of the band that passes.
_CROSSINGS, _PASSES, _BETA = 16, 0.92, 6.0
#: Rates that a microphone may have, Hz.
LOWEST_HZ, HIGHEST_HZ = 8_000, 192_000


class Resampler:
    """Keeps what it needs of the piece before; a piece's last 2 ms at most come with the next.

    Raises SpeechError for a rate that is none of a microphone.
    """

    def __init__(self, rate_hz: int) -> None:
        if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise SpeechError(
                f"expected sound of {LOWEST_HZ} to {HIGHEST_HZ} samples a second, got {rate_hz}"
            )
        self._step = rate_hz / RATE_HZ
        cut = _PASSES * min(1.0, RATE_HZ / rate_hz)  # of the input's own band
        self._cut, self._half = cut, int(np.ceil(_CROSSINGS / cut))
        self._kept = np.zeros(self._half, np.float32)
        self._at = float(self._half)  # the next sample's moment, counted in what is kept

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next samples, from -1 to 1, at RATE_HZ."""
        if self._step == 1.0:
            return samples
        sound = np.concatenate([self._kept, samples])
        last = len(sound) - 1 - self._half
        count = max(0, int(np.floor((last - self._at) / self._step)) + 1)
        moments = self._at + self._step * np.arange(count)
        nearest = np.floor(moments).astype(int)
        around = nearest[:, None] + np.arange(-self._half + 1, self._half + 1)
        away = around - moments[:, None]
        window = np.i0(_BETA * np.sqrt(np.maximum(0.0, 1.0 - (away / self._half) ** 2)))
        weights = self._cut * np.sinc(self._cut * away) * window / np.i0(_BETA)
        out = (sound[around] * weights).sum(1).astype(np.float32)
        dropped = max(0, int(np.floor(self._at + self._step * count)) - self._half)
        self._kept = sound[dropped:]
        self._at += self._step * count - dropped
        return out
