"""What waits to be written: bounded, and what does not fit is counted, never waited for.

Knows: places, how many, and what was left out by topic. Does not know: what is written.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Item:
    """One thing to be written. make: called by the scribe, off the control thread; gives what the
    topic takes. weight: bytes that it keeps in memory meanwhile. must: never left out (where a
    file begins and ends)."""

    topic: str
    log_ns: int
    robot_ns: int
    make: Callable[[], Any]
    weight: int = 1000
    must: bool = False


class Inbox:
    """From many threads to the scribe. most: items, most_bytes: their weight, at a time."""

    def __init__(self, most: int = 2000, most_bytes: int = 96 * 2**20) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self.dropped: Counter[str] = Counter()

    def put(self, item: Item) -> bool:
        """Never waits. False, and counted, where there is no room."""
        with self._lock:
            full = len(self._items) >= self._most or self._bytes + item.weight > self._most_bytes
            if full and not item.must:
                self.dropped[item.topic] += 1
                return False
            self._items.append(item)
            self._bytes += item.weight
            return True

    def get(self) -> Item | None:
        """The oldest item, or None. Nobody is woken by `put`: the scribe comes by itself, so that
        whoever puts something does not hand the interpreter over."""
        with self._lock:
            if not self._items:
                return None
            item = self._items.popleft()
            self._bytes -= item.weight
            return item

    def __len__(self) -> int:
        return len(self._items)
