"""The bus: publish and subscribe, calls that are answered or fail in time, and who is alive.

Knows: topics, services, peers, over any link. Does not know: what messages mean, nor how bytes travel.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from llmagentos.errors import (
    LLMAgentOSError,
    MessagingError,
    NoServiceError,
    PeerLostError,
)
from llmagentos.messaging.calls import (
    ANSWER,
    ASK,
    FAILED,
    TAKE_BACK,
    Envelope,
    Pending,
    error_body,
    raised_by,
)
from llmagentos.messaging.codec import encode, parts_of
from llmagentos.messaging.link import Link
from llmagentos.messaging.queues import Drop, Subscription
from llmagentos.messaging.serving import Handler, Served

_WORD = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
#: Told of a service (its name) and whether anybody serves it now.
ServiceSink = Callable[[str, bool], None]


class Bus:
    """One peer. link: how bytes travel. name: for people and logs; `id` is of this peer alone.

    A context manager; `close` ends all that it serves and listens to. Calls and publishing come from
    any thread.
    """

    def __init__(self, link: Link, name: str = "peer") -> None:
        _checked(name, "a name")
        self.name = name
        self.id = f"{name.replace('/', '.')}-{os.getpid()}-{os.urandom(6).hex()}"
        self._link = link
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._pending: dict[int, Pending] = {}
        self._served: dict[str, Served] = {}
        self._ends: list[Callable[[], None]] = []
        self._providers: dict[str, list[str]] = {}
        self._watchers: list[ServiceSink] = []
        self._found = threading.Condition(self._lock)
        self._closed = False
        link.listen(f"q/{self.id}", self._came)
        link.announce(self.id)
        link.watch(self._on_name)

    def __enter__(self) -> Bus:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- publish and subscribe ------------------------------------------------------------

    def publish(self, topic: str, value: Any) -> None:
        """To all who subscribed, none of whom is waited for. Raises MessagingError,
        UnknownMessageError."""
        self._link.put(f"t/{_checked(topic, 'a topic')}", encode(value))

    def subscribe(self, topic: str, keep: int = 16, drop: Drop = "oldest") -> Subscription:
        """What is published from now on; see Subscription. Raises MessagingError."""
        made = Subscription(_checked(topic, "a topic"), keep, drop)
        stop = self._link.listen(f"t/{topic}", made.put, quick=True)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._ends.remove(made.close)
            stop()

        made.on_close = end
        self._ends.append(made.close)
        return made

    # --- calls ----------------------------------------------------------------------------

    def serve(self, service: str, handler: Handler, workers: int = 1, limit: int = 64) -> Served:
        """Answer calls; see Served. Raises MessagingError where this peer serves it already."""
        _checked(service, "a service")
        with self._lock:
            if service in self._served:
                raise MessagingError(f"expected a new service, got '{service}' again")
            served = Served(service, handler, self._send, workers, limit)
            self._served[service] = served
        gone = self._link.announce(f"{self.id}/{service}")

        def end() -> None:
            with self._lock:
                self._served.pop(service, None)
            gone()

        served.on_close = end
        return served

    def call(
        self,
        service: str,
        value: Any = None,
        timeout_s: float = 10.0,
        cancelled: threading.Event | None = None,
        priority: int = 0,
        peer: str = "",
    ) -> Any:
        """Ask, and wait for the answer: `begin(...).result(cancelled)`."""
        return self.begin(service, value, timeout_s, priority, peer).result(cancelled)

    def begin(
        self,
        service: str,
        value: Any = None,
        timeout_s: float = 10.0,
        priority: int = 0,
        peer: str = "",
    ) -> Pending:
        """Ask, and go on; `result` waits. Of several peers that serve it, the one is asked that this
        peer waits for least; or the one whose id is `peer`, whether or not it is known to be there.
        priority: -128 to 127; of the calls in line at a service, the highest
        is done first. Raises NoServiceError, UnknownMessageError, MessagingError."""
        if not -128 <= priority <= 127:
            raise MessagingError(f"expected a priority from -128 to 127, got {priority}")
        parts = parts_of(value)
        number = next(self._numbers)
        with self._lock:
            peer = self._provider(service, peer)
            taken = Envelope(TAKE_BACK, number, self.id, service)
            pending = Pending(service, peer, timeout_s, lambda: self._send(peer, taken))
            self._pending[number] = pending
        pending.when_done(lambda: self._forget(number))
        try:
            asked = Envelope(ASK, number, self.id, service, timeout_s, b"", priority, parts)
            self._send(peer, asked)
        except MessagingError as error:
            pending.fail(error)
            raise
        return pending

    def _forget(self, number: int) -> None:
        self._pending.pop(number, None)

    def _provider(self, service: str, named: str) -> str:
        peers = self._providers.get(service)
        if self._closed:
            raise MessagingError("expected an open bus, got a closed one")
        if named:
            return named
        if not peers:
            known = ", ".join(sorted(self._providers)) or "none"
            raise NoServiceError(f"expected somebody who serves '{service}', got {known}")
        waits = [p.peer for p in list(self._pending.values())]
        return min(peers, key=waits.count)

    def provider(self, service: str) -> str:
        """The id of the peer that is asked; "" where nobody serves it."""
        with self._lock:
            return next(iter(self._providers.get(service, ())), "")

    # --- who is alive ---------------------------------------------------------------------

    def has(self, service: str) -> bool:
        """Whether anybody serves it now."""
        with self._lock:
            return bool(self._providers.get(service))

    def services(self) -> list[str]:
        """All that anybody serves now."""
        with self._lock:
            return sorted(self._providers)

    def wait_for(self, service: str, timeout_s: float) -> bool:
        """Wait until somebody serves it; whether somebody does."""
        until = time.monotonic() + timeout_s
        with self._found:
            while not self._providers.get(service):
                left = until - time.monotonic()
                if left <= 0 or self._closed:
                    return False
                self._found.wait(left)
        return True

    def watch(self, sink: ServiceSink) -> None:
        """Tell `sink` of each service that nobody serves any more, or that is served again; on the
        link's thread: it must not wait."""
        with self._lock:
            self._watchers.append(sink)
            known = [name for name, peers in self._providers.items() if peers]
        for name in known:
            sink(name, True)

    def close(self) -> None:
        """End everything; calls under way fail. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            served, pending = list(self._served.values()), list(self._pending.values())
            self._found.notify_all()
        for each in served:
            each.close()
        for end in list(self._ends):
            end()
        for call in pending:
            call.fail(MessagingError(f"expected an answer of '{call.service}', closed the bus"))
        self._link.close()

    # --- inside ---------------------------------------------------------------------------

    def _send(self, peer: str, envelope: Envelope) -> None:
        self._link.put(f"q/{peer}", envelope.packed(), waits=True)

    def _came(self, message: bytes) -> None:
        try:
            envelope = Envelope.of(message)
        except MessagingError:
            return
        if envelope.kind == ASK:
            served = self._served.get(envelope.service)
            if served is not None:
                served.ask(envelope)
                return
            refusal = NoServiceError(f"expected '{envelope.service}' here, got none")
            self._refuse(envelope, refusal)
        elif envelope.kind == TAKE_BACK:
            served = self._served.get(envelope.service)
            if served is not None:
                served.take_back(envelope.sender, envelope.number)
        else:
            self._answered(envelope)

    def _refuse(self, envelope: Envelope, error: LLMAgentOSError) -> None:
        self._send(
            envelope.sender,
            Envelope(FAILED, envelope.number, self.id, envelope.service, 0.0, error_body(error)),
        )

    def _answered(self, envelope: Envelope) -> None:
        pending = self._pending.get(envelope.number)
        if pending is None:  # its caller has not waited
            return
        if envelope.kind == ANSWER:
            pending.answer(envelope.body)
            return
        try:
            pending.fail(raised_by(envelope.body, pending.service))
        except (MessagingError, ValueError, TypeError) as error:
            pending.fail(MessagingError(f"expected an answer of '{pending.service}', got: {error}"))

    def _on_name(self, name: str, there: bool) -> None:
        peer, _, service = name.partition("/")
        with self._lock:
            before = set(self._providers)
            if service:
                self._list(service, peer, there)
            elif not there:  # with all that it served, of which it is told one by one
                for known in before:
                    self._list(known, peer, False)
            changed = before ^ set(self._providers)
            gone = not there and not service
            watchers = list(self._watchers)
            lost = [p for p in self._pending.values() if gone and p.peer == peer]
            served = list(self._served.values()) if gone else []
            self._found.notify_all()
        for pending in lost:
            pending.fail(
                PeerLostError(f"expected an answer of '{pending.service}', got the end of {peer}")
            )
        for each in served:
            each.take_back(peer)
        for word in changed:
            for watcher in watchers:
                watcher(word, there)

    def _list(self, service: str, peer: str, there: bool) -> None:
        peers = self._providers.setdefault(service, [])
        if there and peer not in peers:
            peers.append(peer)
        elif not there and peer in peers:
            peers.remove(peer)
        if not peers:
            del self._providers[service]


def _checked(word: str, what: str) -> str:
    if not _WORD.fullmatch(word):
        raise MessagingError(
            f"expected {what} of letters, digits, _ . - and / between them, got {word!r}"
        )
    return word
