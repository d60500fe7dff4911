"""Audio ports: where sound comes from and where it goes.

Knows: the calls. Does not know: microphones, files, ROS, what is heard. Sound is 16 bit, 16 kHz,
one channel, in frames of 20 ms (320 samples).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class AudioSource(Protocol):
    """A microphone, a file, a topic."""

    @property
    def name(self) -> str:
        """For a person."""
        ...

    def frames(self) -> Iterator[NDArray[np.int16]]:
        """Frames [320] as they come, until the source ends or `close`. One reader."""
        ...

    def close(self) -> None:
        """End it, from any thread."""
        ...


class AudioSink(Protocol):
    """A loudspeaker, a file."""

    def play(self, sound: NDArray[np.int16], rate_hz: int) -> None:
        """Play to the end, or until `hush`; blocks. [samples] at rate_hz."""
        ...

    def hush(self) -> None:
        """Be silent now, from any thread."""
        ...
