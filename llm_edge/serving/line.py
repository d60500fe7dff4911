"""Who is next at a model that writes one answer at a time.

Knows: priorities, and how long a line may be. Does not know: what is done when one's turn comes.
Everything runs in one event loop.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from llm_edge.serving.protocol import RequestError

#: Priorities, the more urgent the higher; requests name none: normal.
IDLE, NORMAL, URGENT = 0, 50, 100


class Line:
    """limit: so many may wait; whoever comes then is sent away, and told to try again."""

    def __init__(self, limit: int = 32) -> None:
        self._limit = limit
        self._busy = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        """How many wait."""
        return sum(not turn.done() for _, _, turn in self._waiting)

    @asynccontextmanager
    async def turn(self, priority: int = NORMAL) -> AsyncIterator[None]:
        """One's turn, from when it comes until the block ends. Raises RequestError (429)."""
        if not self._busy:
            self._busy = True
        else:
            if len(self) >= self._limit:
                raise RequestError(
                    f"expected fewer than {self._limit} waiting requests, got {len(self)}: try "
                    "again in a moment",
                    429,
                    "too_many_requests",
                )
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (-priority, next(self._numbers), mine))
            try:
                await mine
            except BaseException:
                if mine.done() and not mine.cancelled():
                    self._next()  # it came just as nobody wanted it any more
                raise
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
