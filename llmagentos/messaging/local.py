"""The link inside of one process: the twin of the real one, for modules side by side and for tests.

Knows: who listens to which key in this process. Does not know: messages.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from llmagentos.errors import MessagingError
from llmagentos.messaging.link import End, Link, NameSink, Sink


class LocalNet:
    """What links of one process have in common."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.sinks: dict[str, list[Sink]] = {}
        self.names: dict[str, LocalLink] = {}
        self.watchers: list[NameSink] = []

    def link(self) -> LocalLink:
        """A new peer."""
        return LocalLink(self)


class LocalLink(Link):
    """One peer of a LocalNet."""

    def __init__(self, net: LocalNet) -> None:
        self._net, self._closed = net, False
        self._ends: list[Callable[[], None]] = []

    def put(self, key: str, message: bytes, waits: bool = False) -> None:
        """See Link."""
        if self._closed:
            raise MessagingError("expected an open bus, got a closed one")
        with self._net.lock:
            sinks = list(self._net.sinks.get(key, ()))
        for sink in sinks:
            sink(message)

    def listen(self, key: str, sink: Sink, quick: bool = False) -> End:
        """See Link."""
        with self._net.lock:
            self._net.sinks.setdefault(key, []).append(sink)

        def end() -> None:
            with self._net.lock, contextlib.suppress(ValueError, KeyError):
                self._net.sinks[key].remove(sink)
                if not self._net.sinks[key]:
                    del self._net.sinks[key]

        return self._ending(end)

    def announce(self, name: str) -> End:
        """See Link."""
        self._tell(name, True)

        return self._ending(lambda: self._tell(name, False))

    def _ending(self, end: End) -> End:
        def once() -> None:
            with contextlib.suppress(ValueError):
                self._ends.remove(once)
            end()

        self._ends.append(once)
        return once

    def _tell(self, name: str, there: bool) -> None:
        with self._net.lock:
            if there == (name in self._net.names):
                return
            if there:
                self._net.names[name] = self
            else:
                del self._net.names[name]
            for watcher in list(self._net.watchers):
                watcher(name, there)

    def watch(self, sink: NameSink) -> None:
        """See Link."""
        with self._net.lock:
            self._net.watchers.append(sink)
            for name in list(self._net.names):
                sink(name, True)

        def end() -> None:
            with self._net.lock, contextlib.suppress(ValueError):
                self._net.watchers.remove(sink)

        self._ends.insert(0, end)

    def close(self) -> None:
        """See Link."""
        self._closed = True
        for end in list(self._ends):
            end()
