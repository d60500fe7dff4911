"""Whether what a microphone hears is more than the robot's own voice.

Knows: what is being played, and how loud it comes back. Does not know: words, devices.

No filter that subtracts: loudness is compared, in frames of 20 ms. How much of what is played comes
back is learnt from the robot's own first quarter of a second and followed slowly; a person is there
where it is MORE_DB louder than that for most of a tenth of a second. A person who speaks more softly than the
robot's echo is not heard meanwhile; the stop word is, for its process hears everything.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from llmagentos.speech.audio import FRAME, RATE_HZ, Sound

#: So much louder than the echo is a person, decibel.
MORE_DB = 6.0
#: The echo is looked for in what was played so long ago at most, s: loudspeaker and room.
AGO_S = 0.35
#: So long is learnt at first, s; nobody interrupts before.
LEARN_S = 0.25
#: Of the last frames so many must be a person's.
_OF, _MOST = 6, 4
#: Softer than this is silence, 16 bit.
_SILENCE = 30.0


class EchoGate:
    """Judges frame after frame of a microphone, while something is played."""

    def __init__(self) -> None:
        self._gain: float | None = None
        self._learnt_s = 0.0
        self._loud: deque[bool] = deque(maxlen=_OF)

    def is_person(self, frame: Sound, played: Sound, at_s: float) -> bool:
        """Whether somebody speaks over it. frame: [320] of the microphone; played: the whole of
        what is played [samples]; at_s: so far into it."""
        heard = _rms(frame)
        own = self._loudest(played, at_s)
        if own < _SILENCE:  # a pause of the robot's
            self._loud.append(False if self._gain is None else heard > 10 * _SILENCE)
            return self._enough
        ratio = heard / own
        if self._gain is None or self._learnt_s < LEARN_S:
            self._learnt_s += FRAME / RATE_HZ
            self._gain = max(ratio, self._gain or 0.0)
            return False
        person = ratio > self._gain * 10 ** (MORE_DB / 20) and heard > 3 * _SILENCE
        self._loud.append(person)
        if not person:  # slowly: a person's softer moments are no echo
            self._gain += (0.01 if ratio > self._gain else 0.001) * (ratio - self._gain)
        return self._enough

    def quiet(self) -> None:
        """Nothing is played any more."""
        self._loud.clear()

    @property
    def _enough(self) -> bool:
        return sum(self._loud) >= _MOST

    @staticmethod
    def _loudest(played: Sound, at_s: float) -> float:
        """Of the frames that may come back now."""
        end = int(at_s * RATE_HZ) + FRAME
        part = played[max(0, end - int(AGO_S * RATE_HZ)) : max(0, end)]
        if len(part) < FRAME:
            return 0.0
        frames = part[: len(part) // FRAME * FRAME].astype(np.float32).reshape(-1, FRAME)
        return float(np.sqrt((frames**2).mean(1)).max())


def _rms(frame: Sound) -> float:
    return float(np.sqrt((frame.astype(np.float32) ** 2).mean()))
