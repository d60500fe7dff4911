"""A service's end of a bus: calls in line, workers that do them, answers.

Knows: one service. Does not know: who calls, or over which link.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.errors import CallCancelledError, MessagingError, QueueFullError
from llmagentos.messaging.calls import ANSWER, FAILED, Call, Envelope, error_body
from llmagentos.messaging.codec import decode, parts_of

Handler = Callable[[Call], Any]


@dataclass(eq=False)
class _Asked:
    envelope: Envelope
    call: Call


class Served:
    """One service. handler: given a Call, its answer; what it raises is raised at the caller, at once.
    workers: so many calls at a time, of those in line the most urgent first. limit: so many in line;
    QueueFullError for more.

    send: takes an answer to the caller. A context manager; `close` answers what waits as failed.
    """

    def __init__(
        self,
        name: str,
        handler: Handler,
        send: Callable[[str, Envelope], None],
        workers: int = 1,
        limit: int = 64,
    ) -> None:
        self.name, self._handler, self._send, self._limit = name, handler, send, limit
        self._line: deque[_Asked] = deque()
        self._open: dict[tuple[str, int], _Asked] = {}
        self._changed = threading.Condition()
        self._closed = False
        self.on_close: Callable[[], None] = lambda: None
        for number in range(workers):
            threading.Thread(target=self._work, name=f"{name} {number}", daemon=True).start()

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def ask(self, envelope: Envelope) -> None:
        """A call came; never waits."""
        asked = _Asked(envelope, Call(None, envelope.sender, envelope.timeout_s))
        with self._changed:
            full = len(self._line) >= self._limit
            if not (full or self._closed):
                self._line.append(asked)
                self._open[(envelope.sender, envelope.number)] = asked
                self._changed.notify()
                return
        what = (
            "one that was closed"
            if self._closed
            else f"{self._limit} calls in line: try again later"
        )
        self._fail(envelope, QueueFullError(f"expected room at '{self.name}', got {what}"))

    def take_back(self, caller: str, number: int | None = None) -> None:
        """A call is not wanted any more; without a number, all of this caller's."""
        with self._changed:
            for (sender, known), asked in list(self._open.items()):
                if sender == caller and number in (None, known):
                    asked.call.cancelled.set()

    def close(self) -> None:
        """Take no more calls; those in line fail, those under way are cancelled. May be called
        twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            left, self._line = list(self._line), deque()
            for asked in self._open.values():
                asked.call.cancelled.set()
            self._changed.notify_all()
        self.on_close()
        for asked in left:
            self._fail(
                asked.envelope, CallCancelledError(f"expected '{self.name}' to go on, got its end")
            )

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._line and not self._closed:
                    self._changed.wait()
                if not self._line:
                    return
                asked = max(self._line, key=lambda a: a.envelope.priority)  # the first of these
                self._line.remove(asked)
            try:
                self._do(asked)
            finally:
                with self._changed:
                    self._open.pop((asked.envelope.sender, asked.envelope.number), None)

    def _do(self, asked: _Asked) -> None:
        envelope, call = asked.envelope, asked.call
        if not call.wanted:  # taken back, or too late, while it was in line
            return
        try:
            call.value = decode(envelope.body)
            parts = parts_of(self._handler(call))
        except BaseException as error:  # whatever it is, the caller must not wait for it
            self._fail(envelope, error)
            return
        self._reply(envelope, ANSWER, parts)

    def _fail(self, envelope: Envelope, error: BaseException) -> None:
        self._reply(envelope, FAILED, [error_body(error)])

    def _reply(self, envelope: Envelope, kind: int, parts: Sequence[Any]) -> None:
        answer = Envelope(kind, envelope.number, "", self.name, parts=parts)
        try:
            self._send(envelope.sender, answer)
        except MessagingError:  # closed meanwhile
            return
