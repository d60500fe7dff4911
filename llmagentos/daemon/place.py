"""Where the daemon and its agents have their files and its door.

Knows: folders and names. Does not know: what is in them.
"""

from __future__ import annotations

import os
from pathlib import Path

from llmagentos.files import make_folder
from llmagentos.runtime.sessions import own_folder

#: The daemon's socket, instead of where it is by itself.
SOCKET_VARIABLE = "LLMAGENTOS_DAEMON"
#: Who one is to the daemon, instead of the user of the operating system.
TOKEN_VARIABLE = "LLMAGENTOS_TOKEN"


def state_folder() -> Path:
    """`llmagentos/daemon` in the user's state folder ($XDG_STATE_HOME, ~/.local/state without)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "llmagentos" / "daemon"


def socket_path() -> Path:
    """The daemon's door. Raises FileError where this user has no folder for it."""
    given = os.environ.get(SOCKET_VARIABLE)
    return Path(given) if given else own_folder() / "daemon.sock"


class Place:
    """The daemon's folder: `state.sqlite`, a folder each agent, and agents' files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "state.sqlite"
        self.lock = folder / "lock"
        self.agents = folder / "agents"
        self.files = folder / "files"

    def make(self) -> None:
        """All of it, for this user alone. Raises FileError."""
        make_folder(self.agents, "a folder for agents")
        self.folder.chmod(0o700)

    def of(self, name: str) -> AgentPlace:
        """One agent's."""
        return AgentPlace(self.agents / name)


class AgentPlace:
    """One agent's folder. journal: what it began and ended; log: what it printed; kept: what it
    learns and remembers; files: where those of all agents are (llmagentos.storage)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder.parent.parent / "files"
        self.journal = folder / "journal"
        self.log = folder / "log"
        self.kept = folder / "kept"
