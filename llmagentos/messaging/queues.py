"""Bounded queues between whoever sends and one who is slow: something is dropped, nobody waits.

Knows: how many are kept and which go. Does not know: where messages come from.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Literal

from llmagentos.errors import MessagingError
from llmagentos.messaging.codec import decode

#: Which message goes where the queue is full.
Drop = Literal["oldest", "newest"]


class Subscription:
    """What one subscriber has not taken yet, at most `keep` messages.

    drop: "oldest" for states and pictures, of which the newest counts; "newest" where what came first
    must not be lost. dropped: how many went. A context manager; `close` ends it.
    """

    def __init__(self, topic: str, keep: int = 16, drop: Drop = "oldest") -> None:
        if keep < 1 or drop not in ("oldest", "newest"):
            raise MessagingError(
                f"expected to keep at least 1 and drop oldest or newest, got {keep} and {drop!r}"
            )
        self.topic, self.keep, self.drop, self.dropped = topic, keep, drop, 0
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self.on_close: Callable[[], None] = lambda: None

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: bytes) -> None:
        """A message came, as bytes; never waits."""
        with self._changed:
            if self._closed:
                return
            if len(self._waiting) >= self.keep:
                self.dropped += 1
                if self.drop == "newest":
                    return
                self._waiting.popleft()
            self._waiting.append(message)
            self._changed.notify()

    def receive(self, timeout_s: float | None = None) -> Any:
        """The next message, decoded; waits for one. None where none comes in time, or the
        subscription is closed. Raises MessagingError for a message that can't be read."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            while not self._waiting and not self._closed:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._changed.wait(left)
            if not self._waiting:
                return None
            message = self._waiting.popleft()
        return decode(message)

    def __iter__(self) -> Iterator[Any]:
        """Every message until the subscription is closed."""
        while True:
            value = self.receive()
            if value is None and self._closed:
                return
            yield value

    def close(self) -> None:
        """No more messages; whoever waits in `receive` gets None. May be called twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self.on_close()
