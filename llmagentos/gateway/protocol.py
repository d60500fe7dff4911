"""Connections that are slow, or too many: cut off, so that others, and a stop, always find room.

Knows: uvicorn's HTTP protocol. Does not know: requests. uvicorn waits without end for the head of a first
request; who sends one byte a minute would keep a place for ever (slow loris).
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from llmagentos.daemon.front import FrontSettings

#: So long the head of a request may take, seconds; so many connections there are at most.
HEAD_S, MOST = 10.0, 512
#: Largest head of a request, bytes.
_HEAD = 16 << 10


class Bounded(H11Protocol):
    """One connection."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The oldest that asks for nothing makes room where there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self.began_s = self.loop.time()
        if len(self.connections) > MOST:
            idle = [c for c in self.connections if isinstance(c, Bounded) and not c.is_asking]
            if idle:
                oldest = min(idle, key=lambda c: c.began_s)
                oldest.transport.abort()
        self._wait()

    @property
    def is_asking(self) -> bool:
        """Whether a request is under way."""
        return self.cycle is not None and not self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, with an end to waiting for a head."""
        if self._timer is None and not self.is_asking:
            self._wait()
        super().data_received(data)
        if self.is_asking or self.transport.get_protocol() is not self:
            self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's."""
        self._forget()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """As uvicorn's."""
        self._forget()
        super().handle_websocket_upgrade(event)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_S, self.transport.abort)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def bounded(app: Any, settings: FrontSettings, **more: Any) -> uvicorn.Config:
    """uvicorn's settings for an app that strangers may reach. more: others of uvicorn's."""
    return uvicorn.Config(
        app,
        http=Bounded,
        h11_max_incomplete_event_size=_HEAD,
        log_level="error",  # what strangers send is no news
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=1,
        ssl_certfile=settings.cert or None,
        ssl_keyfile=settings.key or None,
        **more,
    )
