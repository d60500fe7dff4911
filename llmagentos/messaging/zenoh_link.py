"""The link to other processes and machines, on Eclipse Zenoh.

Knows: sessions, endpoints, liveliness tokens, shared memory of zenoh. Does not know: messages.

Processes of one user on one machine find each other by a folder with their sockets, which nobody else
may enter; nothing goes onto a network unless endpoints are named. Every peer is connected with every
other one, none is needed by the others.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import itertools
import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llmagentos.errors import MessagingError, MissingDependencyError
from llmagentos.messaging.link import End, Link, NameSink, Sink

_log = logging.getLogger(__name__)
_ROOT = "llmagentos"
#: A peer that is silent for so long is gone, milliseconds; it says that it lives four times as often.
_LEASE_MS = 700
#: From this size on a message goes through shared memory, where that is asked for, bytes.
_SHARED_FROM, _SHARED_POOL = 16_384, 32_000_000
#: What may wait to be sent to a peer: batches, 16 at most. Where it is full, what is published waits so
#: long for a peer that does not read, microseconds, and is dropped for that one.
_QUEUES, _WAIT_US = {"data": 16, "data_high": 16}, 5_000
#: A call waits so long for a peer that does not read, microseconds; then that one counts as gone.
_FULL_US = 1_000_000
_numbers = itertools.count()


def zenoh() -> Any:
    """The package. Raises MissingDependencyError."""
    try:
        return importlib.import_module("zenoh")
    except ImportError as exc:
        raise MissingDependencyError(
            "expected package 'eclipse-zenoh' for messages to other processes, got none: "
            "pip install eclipse-zenoh"
        ) from exc


class ZenohLink(Link):
    """One peer. folder: of the sockets on this machine; None: none. listen, connect: endpoints on
    networks ("tcp/0.0.0.0:7447", "tcp/10.0.0.2:7447", "tls/..."). domain: peers of another one are
    not met. shared: large messages lie in shared memory, for peers on this machine.

    Raises MissingDependencyError, MessagingError where an endpoint can't be had.
    """

    def __init__(
        self,
        folder: Path | None,
        listen: Sequence[str] = (),
        connect: Sequence[str] = (),
        domain: str = "default",
        shared: bool = False,
    ) -> None:
        self._zenoh = zenoh()
        self._root = f"{_ROOT}/{domain}"
        self._socket = None if folder is None else _socket(folder, domain)
        self._publishers: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._things: list[Any] = []
        self._sinks: dict[str, list[Callable[[Any], None]]] = {}
        #: Messages that came under another key than they were put to.
        self.astray = 0
        self._closed = False
        others = [] if folder is None else _others(folder, domain)
        own = [] if self._socket is None else [_endpoint(self._socket)]
        config = self._config([*own, *listen], [*map(_endpoint, others), *connect], shared)
        try:
            self._session = self._zenoh.open(config)
        except self._zenoh.ZError as exc:
            raise MessagingError(f"expected a link at {[*own, *listen]}, got: {exc}") from exc
        self._pool = _pool() if shared else None
        self._came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._tell, name="bus", daemon=True).start()
        atexit.register(self.close)  # an interpreter that ends with an open session hangs

    def _config(self, listen: Sequence[str], connect: Sequence[str], shared: bool) -> Any:
        config = self._zenoh.Config()
        for key, value in {
            "mode": "peer",
            "listen/endpoints": list(listen),
            "connect/endpoints": list(connect),
            "connect/timeout_ms": 0,
            "connect/exit_on_failure": False,
            "connect/retry": {
                "period_init_ms": 100,
                "period_max_ms": 1000,
                "period_increase_factor": 2,
            },
            "scouting/multicast/enabled": False,
            "scouting/gossip/enabled": False,
            "transport/link/tx/lease": _LEASE_MS,
            "transport/link/tx/keep_alive": 4,
            "transport/link/tx/queue/size": _QUEUES,
            "transport/link/tx/queue/congestion_control/drop/wait_before_drop": _WAIT_US,
            "transport/link/tx/queue/congestion_control/block/wait_before_close": _FULL_US,
            "transport/shared_memory/enabled": shared,
        }.items():
            config.insert_json5(key, json.dumps(value))
        return config

    def put(self, key: str, message: bytes, waits: bool = False) -> None:
        """See Link."""
        if self._closed:
            raise MessagingError("expected an open bus, got a closed one")
        payload = self._in_shared(message) if len(message) >= _SHARED_FROM else message
        try:
            if waits:
                self._session.put(
                    f"{self._root}/{key}", payload, express=True, attachment=key.encode(),
                    congestion_control=self._zenoh.CongestionControl.BLOCK,
                )  # fmt: skip
            else:
                self._publisher(key).put(payload, attachment=key.encode())
        except self._zenoh.ZError as exc:
            raise MessagingError(f"expected a message to go to '{key}', got: {exc}") from exc

    def _publisher(self, key: str) -> Any:
        with self._lock:
            if key not in self._publishers:
                self._publishers[key] = self._session.declare_publisher(
                    f"{self._root}/{key}", express=True,
                    congestion_control=self._zenoh.CongestionControl.DROP,
                )  # fmt: skip
            return self._publishers[key]

    def _in_shared(self, message: bytes) -> Any:
        if self._pool is None:
            return message
        try:
            place = self._pool.alloc(
                len(message), importlib.import_module("zenoh.shm").GarbageCollect()
            )
        except self._zenoh.ZError:  # the pool is full of what slow ones hold: as any other message
            return message
        place[0 : len(message)] = message
        return self._zenoh.ZBytes(place)

    def listen(self, key: str, sink: Sink, quick: bool = False) -> End:
        """See Link."""

        def told(sample: Any) -> None:
            sink(sample.payload.to_bytes())

        def here(sample: Any) -> None:
            if quick:
                told(sample)
            else:
                self._came.put((told, sample))

        def came(sample: Any) -> None:
            meant = None if sample.attachment is None else sample.attachment.to_bytes().decode()
            if meant == key:
                here(sample)
            else:
                self._astray(key, meant, sample)

        end = self._kept(
            self._session.declare_subscriber(f"{self._root}/{key}", self._direct(came))
        )
        sinks = self._sinks.setdefault(key, [])
        sinks.append(here)

        def ended() -> None:
            with contextlib.suppress(ValueError):
                sinks.remove(here)
            end()

        return ended

    def _astray(self, key: str, meant: str | None, sample: Any) -> None:
        """Zenoh 1.10 now and then brings what comes over a link that was cut and mended under another
        key than it was put to: it goes where it was meant to, since each message says where."""
        self.astray += 1
        _log.warning("a message to '%s' came under '%s'", meant, key)
        for here in list(self._sinks.get(meant or "", ())):
            here(sample)

    def _direct(self, tell: Callable[[Any], None]) -> Any:
        """Called on zenoh's network thread. Its own threads for callbacks hold a program that ends."""
        return self._zenoh.handlers.Callback(tell, indirect=False)

    def _tell(self) -> None:
        while (row := self._came.get()) is not None:
            tell, sample = row
            try:
                tell(sample)
            except Exception:  # one listener's fault is no other's
                _log.exception("what listens to a bus failed")

    def announce(self, name: str) -> End:
        """See Link."""
        return self._kept(self._session.liveliness().declare_token(f"{self._root}/a/{name}"))

    def watch(self, sink: NameSink) -> None:
        """See Link."""
        start = len(f"{self._root}/a/")

        def came(sample: Any) -> None:
            sink(str(sample.key_expr)[start:], sample.kind == self._zenoh.SampleKind.PUT)

        handler = self._direct(lambda sample: self._came.put((came, sample)))
        liveliness = self._session.liveliness()
        self._kept(liveliness.declare_subscriber(f"{self._root}/a/**", handler, history=True))

    def _kept(self, thing: Any) -> Callable[[], None]:
        """zenoh ends what nobody holds; what ends it."""
        self._things.append(thing)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._things.remove(thing)
                with contextlib.suppress(self._zenoh.ZError):
                    thing.undeclare()

        return end

    def close(self) -> None:
        """See Link."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        with contextlib.suppress(self._zenoh.ZError):
            self._session.close()
        self._came.put(None)
        self._things.clear()
        self._publishers.clear()
        if self._socket is not None:
            for path in (self._socket, self._socket.with_name(f"{self._socket.name}.lock")):
                path.unlink(missing_ok=True)


def _pool() -> Any:
    return importlib.import_module("zenoh.shm").ShmProvider.default_backend(_SHARED_POOL)


# --- who is on this machine -----------------------------------------------------------------


def _socket(folder: Path, domain: str) -> Path:
    """A new one of this process."""
    return folder / f"{domain}-{os.getpid()}-{next(_numbers)}.bus"


def _others(folder: Path, domain: str) -> list[Path]:
    """Those of living processes; what dead ones have left is taken away."""
    found = []
    for path in sorted(folder.glob(f"{domain}-*.bus")):
        pid = path.stem.rsplit("-", 2)[1]
        if pid.isdigit() and Path(f"/proc/{pid}").exists():
            found.append(path)
        else:
            for left in (path, path.with_name(f"{path.name}.lock")):
                left.unlink(missing_ok=True)
    return found


def _endpoint(path: Path) -> str:
    return f"unixsock-stream/{path}"
