"""A folder per agent: whole files or none, versions, a quota, and nothing without permission.

Knows: how agents' files are kept. Does not know: agents, who runs them, and who asks.

    storage = Storage(path, quota_bytes=50_000_000)
    mine = storage.view("ann", Permissions(read=("self/**", "bob/shared/*"), write=("self/**",)))
    mine.write("self/notes.txt", "the key is in the tray")
    mine.rollback("self/notes.txt", 1)
"""

from llmagentos.storage.folder import AgentFolder, Entry
from llmagentos.storage.permissions import Permissions
from llmagentos.storage.view import Storage, View

__all__ = ["AgentFolder", "Entry", "Permissions", "Storage", "View"]
