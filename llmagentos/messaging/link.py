"""What a bus needs of whatever carries its bytes: in this process, or to others.

Knows: the calls. Does not know: messages, or who carries them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

#: Called with the bytes of what came, on a thread of the link's: must not wait.
Sink = Callable[[bytes], None]
#: Called with a name and whether it is there (True) or gone.
NameSink = Callable[[str, bool], None]
#: Ends what was begun.
End = Callable[[], None]


class Link(ABC):
    """One peer's way to all others. Keys are words with "/" between them; each is taken whole.

    `put` never waits for who is slow: with `waits` it may for a moment, and what is put with it is lost
    only with the link. Names are marks of being alive: those of a peer that ends, is killed, stands
    still or is cut off are gone within a second, everywhere.
    """

    @abstractmethod
    def put(self, key: str, message: bytes, waits: bool = False) -> None:
        """To everybody who listens to the key, this peer included. Raises MessagingError where the
        link is closed."""

    @abstractmethod
    def listen(self, key: str, sink: Sink, quick: bool = False) -> End:
        """Tell `sink` what is put there, in order. quick: it only keeps what it is told, and calls
        nothing of a link."""

    @abstractmethod
    def announce(self, name: str) -> End:
        """Be known by a name."""

    @abstractmethod
    def watch(self, sink: NameSink) -> None:
        """Tell `sink` the names that there are, and each that comes or goes."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back; this peer's names are gone. May be called twice."""
