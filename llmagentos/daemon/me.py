"""For code that runs in an agent's process: which agent it is, its files, its way to the daemon.

    from llmagentos.daemon.me import me

    me().files.write("self/notes.txt", "the key is in the tray")
    me().daemon.agent("other").command("bring me the cup")

Knows: what the worker has set up. Does not know: what the agent is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.place import AgentPlace
from llmagentos.daemon.spec import AgentSpec
from llmagentos.errors import DaemonError
from llmagentos.storage import Permissions, Storage, View

_here: list[Me] = []


@dataclass
class Me:
    """One agent. name; spec: what it is made of; place: its folder."""

    name: str
    spec: AgentSpec
    place: AgentPlace

    @cached_property
    def files(self) -> View:
        """Its files, and those of others that it may see, within its budget of disk."""
        most, may = self.spec.budgets.disk_mb, self.spec.permissions
        storage = Storage(self.place.files)
        storage.set_quota(self.name, None if most is None else int(most * 1e6))
        return storage.view(
            self.name, Permissions(read=("self/**", *may.read), write=("self/**", *may.write))
        )

    @cached_property
    def daemon(self) -> DaemonClient:
        """As this agent: it may what its specification permits. Raises DaemonError."""
        return DaemonClient()


def set_me(name: str, spec: AgentSpec, place: AgentPlace) -> None:
    """This process is that agent's."""
    _here[:] = [Me(name, spec, place)]


def me() -> Me:
    """The agent whose process this is. Raises DaemonError elsewhere."""
    if not _here:
        raise DaemonError("expected to be in the process of a daemon's agent, got another")
    return _here[0]
