"""A bus by configuration: in this process, on this machine, or over machines.

Knows: which link is made for which settings. Does not know: how links work.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from llmagentos.errors import MessagingError
from llmagentos.messaging.bus import Bus
from llmagentos.messaging.local import LocalNet

#: In the environment: endpoints, parted by commas, that this process listens at or connects to.
LISTEN_VARIABLE, CONNECT_VARIABLE = "LLMAGENTOS_BUS_LISTEN", "LLMAGENTOS_BUS_CONNECT"
_FOLDER = "bus"


@dataclass(frozen=True)
class BusSettings:
    """Where a bus reaches to.

    domain: peers of another one are not met. listen, connect: endpoints on networks, none by default:
    whoever reaches a "tcp/..." endpoint may ask and tell everything, so name one only where all
    machines are yours, else "tls/...". shared: pictures and other large messages through shared
    memory. Raises MessagingError for a domain that is no word.
    """

    domain: str = "default"
    listen: tuple[str, ...] = ()
    connect: tuple[str, ...] = ()
    shared: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_]{1,24}", self.domain):
            raise MessagingError(
                f"expected a domain of up to 24 letters, digits and _, got {self.domain!r}"
            )

    @classmethod
    def from_environment(cls) -> BusSettings:
        """By LLMAGENTOS_BUS_LISTEN and LLMAGENTOS_BUS_CONNECT."""
        return cls(listen=_words(LISTEN_VARIABLE), connect=_words(CONNECT_VARIABLE))


def _words(variable: str) -> tuple[str, ...]:
    return tuple(filter(None, (w.strip() for w in os.environ.get(variable, "").split(","))))


def open_bus(
    name: str = "peer",
    settings: BusSettings | None = None,
    *,
    net: LocalNet | None = None,
    folder: Path | None = None,
) -> Bus:
    """A bus to the other processes of this user on this machine, and to those that the settings name.

    name: for people and logs. settings: None: from the environment. net: instead, only to the peers of
    that net in this process. folder: of the sockets; None: in this user's runtime folder. Raises
    MissingDependencyError without eclipse-zenoh, MessagingError, FileError.
    """
    if net is not None:
        return Bus(net.link(), name)
    from llmagentos.messaging.zenoh_link import ZenohLink
    from llmagentos.runtime.sessions import own_folder

    wanted = settings or BusSettings.from_environment()
    if folder is None:
        folder = own_folder() / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
    link = ZenohLink(folder, wanted.listen, wanted.connect, wanted.domain, wanted.shared)
    return Bus(link, name)
