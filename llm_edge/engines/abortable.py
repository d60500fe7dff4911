"""HTTP requests that another thread can end at once.

Knows: urllib's connections, and how to cut one that waits for an answer. Does not know: what is
asked. A server notices the cut connection and can stop its own work.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from llmagentos.errors import PlanCancelledError

_POLL_S = 0.02
T = TypeVar("T")


class Exchange:
    """One request and its answer. open: as `urllib.request.urlopen`; cut: from any thread."""

    def __init__(self) -> None:
        self._connections: list[http.client.HTTPConnection] = []
        self._opener = urllib.request.build_opener(_Plain(self._keep), _Secure(self._keep))
        self._is_cut = False

    def open(self, request: urllib.request.Request, timeout_s: float) -> Any:
        """The open response. Raises what urlopen raises."""
        return self._opener.open(request, timeout=timeout_s)

    def cut(self) -> None:
        """Close the connection under whoever waits for it."""
        self._is_cut = True
        for connection in self._connections:
            sock: socket.socket | None = connection.sock
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _keep(self, connection: http.client.HTTPConnection) -> http.client.HTTPConnection:
        if self._is_cut:
            raise ConnectionAbortedError("cut")
        self._connections.append(connection)
        return connection


Keep = Callable[[http.client.HTTPConnection], http.client.HTTPConnection]


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, keep: Keep):
        super().__init__()
        self._keep = keep

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        make: Any = lambda host, **how: self._keep(http.client.HTTPConnection(host, **how))  # noqa: E731
        return self.do_open(make, req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, keep: Keep):
        super().__init__()
        self._keep = keep

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        make: Any = lambda host, **how: self._keep(http.client.HTTPSConnection(host, **how))  # noqa: E731
        return self.do_open(make, req)


def until_cancelled(
    work: Callable[[], T], cancel: threading.Event | None, abort: Callable[[], None]
) -> T:
    """What `work` returns or raises. Once `cancel` is set: `abort`, and PlanCancelledError at once,
    even where the work is stuck where nothing reaches it (a name that does not resolve)."""
    if cancel is None:
        return work()
    box: Future[T] = Future()

    def body() -> None:
        try:
            box.set_result(work())
        except BaseException as exc:
            box.set_exception(exc)

    threading.Thread(target=body, name="llm-request", daemon=True).start()
    while not wait([box], timeout=_POLL_S).done:
        if cancel.is_set():
            abort()
            raise PlanCancelledError("expected an answer, got cancelled")
    return box.result()


@contextlib.contextmanager
def abort_when(cancel: threading.Event | None, abort: Callable[[], None]) -> Iterator[None]:
    """Calls `abort` when `cancel` is set inside the block."""
    if cancel is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_POLL_S):
            if cancel.is_set():
                abort()
                return

    watcher = threading.Thread(target=watch, name="llm-cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
