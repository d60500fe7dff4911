"""The last minute in memory, for the file that a fault leaves.

Knows: messages as they were written, how old and how many may be kept. Does not know: what a fault
is, nor what messages mean.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class Written(NamedTuple):
    """One message as it goes into a file."""

    topic: str
    data: bytes
    log_ns: int
    robot_ns: int
    sequence: int


class Ring:
    """The newest messages. keep_s: so old at most, by the wall; most_bytes: so many at most, the
    oldest go first."""

    def __init__(self, keep_s: float = 60.0, most_bytes: int = 64 * 2**20) -> None:
        self._keep_ns, self._most = round(keep_s * 1e9), most_bytes
        self._messages: deque[Written] = deque()
        self._bytes = 0

    def add(self, message: Written) -> None:
        """Keep a message, and let go of what is too old."""
        self._messages.append(message)
        self._bytes += len(message.data)
        oldest = message.log_ns - self._keep_ns
        while self._messages[0].log_ns < oldest or self._bytes > self._most:
            self._bytes -= len(self._messages.popleft().data)
            if not self._messages:
                break

    def messages(self) -> tuple[Written, ...]:
        """All of them, oldest first."""
        return tuple(self._messages)
