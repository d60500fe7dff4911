# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Sound over topics: a source and a sink, as microphone and loudspeaker are.

Knows: the Audio message and the ports of llmagentos.ports.audio. Does not know: what is heard or
said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
import queue
import threading
import time

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import as_sound, FRAME, Sound
from llmagentos.speech.resampler import Resampler
from llmagentos_msgs.msg import Audio
import numpy as np

FORMAT = 'S16LE'
#: Frames that wait to be heard, 20 ms each; what is older is lost.
_WAITING = 250
#: A reply is published in pieces of so long, seconds, and at most so much ahead of the time.
_PIECE_S, _AHEAD_S = 0.1, 0.1


def audio_message(samples: Sound, rate_hz: int) -> Audio:
    """Return one channel's samples as a message, unstamped."""
    data = samples.astype('<i2').tobytes()
    return Audio(channels=1, sample_rate=rate_hz, sample_format=FORMAT, data=data)


class TopicSource:
    """
    Frames of what comes by topic. An AudioSource.

    on_problem: told each new reason why what comes can not be heard, and '' when it can.
    """

    def __init__(self, name: str, on_problem: Callable[[str], None]) -> None:
        self.name, self._on_problem = name, on_problem
        self._frames: queue.Queue[Sound | None] = queue.Queue(_WAITING)
        self._rate_hz, self._resampler = 0, Resampler(16_000)
        self._rest, self._problem = np.zeros(0, np.int16), ''
        #: When the last piece came, monotonic.
        self.came_s = float('-inf')

    def take(self, msg: Audio) -> None:
        """Take one message in; what can not be read is told, not heard."""
        self.came_s = time.monotonic()
        try:
            sound = np.concatenate([self._rest, self._heard(msg)])
        except SpeechError as exc:
            self._tell(str(exc))
            return
        self._tell('')
        count = len(sound) // FRAME
        whole, self._rest = np.split(sound, [count * FRAME])
        for frame in whole.reshape(count, FRAME):
            if self._frames.full():
                self._frames.get_nowait()
            self._frames.put(frame)

    def frames(self) -> Iterator[Sound]:
        """See AudioSource."""
        while (frame := self._frames.get()) is not None:
            yield frame

    def close(self) -> None:
        """See AudioSource."""
        if self._frames.full():
            self._frames.get_nowait()
        self._frames.put(None)

    def _heard(self, msg: Audio) -> Sound:
        if msg.sample_format != FORMAT or not msg.channels or len(msg.data) % (2 * msg.channels):
            raise SpeechError(
                f'expected whole samples of {FORMAT} on {self.name}, got {len(msg.data)} bytes of '
                f'{msg.sample_format or "no format"!r} in {msg.channels} channels'
            )
        if msg.sample_rate != self._rate_hz:
            self._resampler, self._rate_hz = Resampler(msg.sample_rate), msg.sample_rate
        first = np.frombuffer(bytes(msg.data), '<i2')[:: msg.channels]
        return as_sound(self._resampler(first.astype(np.float32) / np.float32(32767)))

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)


class TopicSink:
    """Publishes what is said, as fast as it is said. An AudioSink."""

    def __init__(self, publish: Callable[[Audio], None]) -> None:
        self._publish = publish
        self._hushed = threading.Event()

    def play(self, sound: Sound, rate_hz: int) -> None:
        """See AudioSink."""
        self._hushed.clear()
        begun_s, size = time.monotonic(), round(_PIECE_S * rate_hz)
        for number, piece in enumerate(np.split(sound, range(size, len(sound), size))):
            due_s = begun_s + number * size / rate_hz - _AHEAD_S
            if self._hushed.wait(max(0.0, due_s - time.monotonic())):
                return
            self._publish(audio_message(piece, rate_hz))
        self._hushed.wait(max(0.0, begun_s + len(sound) / rate_hz - time.monotonic()))

    def hush(self) -> None:
        """See AudioSink."""
        self._hushed.set()
