"""Calls over a bus: what is asked, what waits for an answer, and how either learns that it is over.

Knows: one call at each of its ends. Does not know: links, topics, or what is asked for.
"""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos import errors
from llmagentos.errors import (
    CallCancelledError,
    CallFailedError,
    CallTimeoutError,
    LLMAgentOSError,
    MessagingError,
)
from llmagentos.messaging.codec import decode, encode

ASK, ANSWER, FAILED, TAKE_BACK = 1, 2, 3, 4
#: What stands behind an envelope begins at a multiple of so many bytes.
_ALIGN = 16
_ENVELOPE = struct.Struct("<BbQdHH")
#: How often whoever waits looks whether the call is still wanted, seconds.
_LOOK_S = 0.005


@dataclass(frozen=True)
class Envelope:
    """What stands around a call's value. timeout_s: how long the caller will wait, from now on: clocks
    of two machines need not agree. priority: -128 to 127, the highest is done first. parts: what follows the
    body, to be copied once."""

    kind: int
    number: int
    sender: str
    service: str = ""
    timeout_s: float = 0.0
    body: bytes | memoryview = b""
    priority: int = 0
    parts: Sequence[Any] = ()

    def packed(self) -> bytes:
        """As bytes."""
        sender, service = self.sender.encode(), self.service.encode()
        words = len(sender), len(service)
        start = _ENVELOPE.pack(self.kind, self.priority, self.number, self.timeout_s, *words)
        names = start + sender + service
        filled = names + b"\0" * (-len(names) % _ALIGN)  # so that arrays lie as they did
        return b"".join((filled, self.body, *self.parts))

    @classmethod
    def of(cls, message: bytes) -> Envelope:
        """From bytes. Raises MessagingError."""
        try:
            kind, priority, number, timeout_s, long, longer = _ENVELOPE.unpack_from(message)
            at = _ENVELOPE.size
            sender = message[at : at + long].decode()
            service = message[at + long : at + long + longer].decode()
        except (struct.error, UnicodeDecodeError) as exc:
            raise MessagingError(f"expected a call, got {len(message)} bytes: {exc}") from None
        at += long + longer
        body = memoryview(message)[at + -at % _ALIGN :]
        return cls(kind, number, sender, service, timeout_s, body, priority)


def error_body(error: BaseException) -> bytes:
    """What raised, so that the caller can raise it again."""
    return encode([type(error).__name__, str(error) or type(error).__name__])


def raised_by(body: bytes | memoryview, service: str) -> LLMAgentOSError:
    """The error at the other side: of the same class where that is one of ours."""
    name, words = decode(body)
    kind = getattr(errors, str(name), None)
    if isinstance(kind, type) and issubclass(kind, LLMAgentOSError):
        return kind(str(words))
    return CallFailedError(f"expected an answer of '{service}', got {name}: {words}")


class Call:
    """A call, as who is called sees it. value: what is asked. cancelled: set when the caller does not
    want it any more, is gone, or its deadline is over; whoever works long looks at it."""

    def __init__(self, value: Any, caller: str, timeout_s: float) -> None:
        self.value, self.caller = value, caller
        self.cancelled = threading.Event()
        self._until = time.monotonic() + timeout_s

    @property
    def left_s(self) -> float:
        """How long the caller still waits, seconds; below 0 it does not any more."""
        return self._until - time.monotonic()

    @property
    def wanted(self) -> bool:
        """Whether an answer is still waited for."""
        return not self.cancelled.is_set() and self.left_s > 0


class Pending:
    """A call, as the caller sees it: under way until `done`."""

    def __init__(
        self, service: str, peer: str, timeout_s: float, take_back: Callable[[], None]
    ) -> None:
        self.service, self.peer, self.timeout_s = service, peer, timeout_s
        self._until = time.monotonic() + timeout_s
        self._take_back = take_back
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._body: bytes | memoryview = b""
        self._error: LLMAgentOSError | None = None
        self._told: list[Callable[[], None]] = []

    @property
    def done(self) -> bool:
        """Whether it was answered, or has failed."""
        return self._ended.is_set()

    def when_done(self, tell: Callable[[], None]) -> None:
        """Call `tell` when it is done, on the link's thread: it must not wait."""
        with self._lock:
            if not self.done:
                self._told.append(tell)
                return
        tell()

    def answer(self, body: bytes | memoryview) -> None:
        """An answer came."""
        self._end(body, None)

    def fail(self, error: LLMAgentOSError) -> None:
        """There will be none."""
        self._end(b"", error)

    def _end(self, body: bytes | memoryview, error: LLMAgentOSError | None) -> None:
        with self._lock:
            if self.done:
                return
            self._body, self._error = body, error
            self._ended.set()
            told = self._told
        for tell in told:
            tell()

    def cancel(self) -> None:
        """Take the call back: the other side is told, and `result` raises CallCancelledError."""
        if not self.done:
            self.fail(CallCancelledError(f"expected an answer of '{self.service}', took it back"))
            with contextlib.suppress(MessagingError):
                self._take_back()

    def result(self, cancelled: threading.Event | None = None) -> Any:
        """Wait for the answer. cancelled: set from elsewhere, it takes the call back.

        Raises what the other side raised (CallFailedError where that is no error of ours),
        CallTimeoutError at the deadline, PeerLostError, CallCancelledError, and MessagingError for an
        answer that can't be read.
        """
        while not self._ended.is_set():
            left = self._until - time.monotonic()
            if left <= 0:
                self.fail(
                    CallTimeoutError(
                        f"expected an answer of '{self.service}' within {self.timeout_s:g} s, got none"
                    )
                )
                with contextlib.suppress(MessagingError):
                    self._take_back()
            elif cancelled is None:
                self._ended.wait(left)
            elif cancelled.is_set():
                self.cancel()
            else:
                self._ended.wait(min(left, _LOOK_S))
        if self._error is not None:
            raise self._error
        return decode(self._body)
