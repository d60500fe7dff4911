"""All agents' folders, and each as one agent sees it.

Knows: where the folders are, and that every call asks the permissions first. Does not know: how
files are kept (folder.py), what is allowed (permissions.py).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmagentos.errors import FileError
from llmagentos.files import make_folder, refusing
from llmagentos.storage.folder import KEEP_VERSIONS, AgentFolder, Entry
from llmagentos.storage.names import parts_of
from llmagentos.storage.permissions import SELF, Permissions

_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


class Storage:
    """A folder of agents' folders. quota_bytes, keep_versions: of each agent, where none is given.

    Raises FileError for a place that can't be written, and for what is no agent's name.
    """

    def __init__(
        self,
        path: Path | str,
        quota_bytes: int | None = None,
        keep_versions: int = KEEP_VERSIONS,
    ) -> None:
        self.path = make_folder(path, "a folder for agents' files")
        self._quota, self._keep = quota_bytes, keep_versions
        self._quotas: dict[str, int | None] = {}

    def folder(self, agent: str) -> AgentFolder:
        """An agent's own, made where there is none."""
        quota = self._quotas.get(agent, self._quota)
        return AgentFolder(self.path / _agent(agent), quota, self._keep)

    def set_quota(self, agent: str, quota_bytes: int | None) -> None:
        """What this agent may keep, for as long as this object lives."""
        self._quotas[_agent(agent)] = quota_bytes

    def view(self, of: str, permissions: Permissions) -> View:
        """The files as that agent may see them."""
        return View(self, _agent(of), permissions)

    def agents(self) -> list[str]:
        """Whose folders there are."""
        with refusing(self.path, "a folder of agents' files"):
            return sorted(p.name for p in self.path.iterdir() if p.is_dir() and not p.is_symlink())

    def destroy(self, agent: str) -> None:
        """Its folder is gone, with all in it; nothing happens where there is none."""
        place = self.path / _agent(agent)
        self._quotas.pop(agent, None)
        with refusing(place, "an agent's folder that can be removed"):
            if place.exists():
                shutil.rmtree(place)


class View:
    """Files by "WHOSE/NAME", with "self" for the agent's own: "self/notes.txt", "bob/shared/a".

    Every method raises PermissionRefusedError where no permission allows it, in words, before
    anything is looked at: nobody learns whether a file of others is there. FileError as in
    `AgentFolder`; others' folders are not made.
    """

    def __init__(self, storage: Storage, agent: str, permissions: Permissions) -> None:
        self._storage, self.agent, self.permissions = storage, agent, permissions

    def read(self, name: str, version: int | None = None) -> bytes:
        """What the file holds, now or in that version."""
        folder, inner = self._allowed("read", name)
        return folder.read(inner, version)

    def read_text(self, name: str, version: int | None = None) -> str:
        """The same as text."""
        folder, inner = self._allowed("read", name)
        return folder.read_text(inner, version)

    def versions(self, name: str) -> Sequence[Entry]:
        """What versions there are."""
        folder, inner = self._allowed("read", name)
        return folder.versions(inner)

    def write(self, name: str, data: bytes | str) -> int:
        """Counts against the quota of the folder it is in."""
        folder, inner = self._allowed("write", name)
        return folder.write(inner, data)

    def append(self, name: str, data: bytes | str) -> int:
        """More at its end."""
        folder, inner = self._allowed("write", name)
        return folder.append(inner, data)

    def delete(self, name: str, versions: bool = False) -> None:
        """The file is gone."""
        folder, inner = self._allowed("write", name)
        folder.delete(inner, versions)

    def rollback(self, name: str, version: int) -> int:
        """It holds again what it held in that version; wants to be allowed to read it, too."""
        self._allowed("read", name)
        folder, inner = self._allowed("write", name)
        return folder.rollback(inner, version)

    def list(self) -> Mapping[str, Entry]:
        """Every file that may be read, by "WHOSE/NAME"."""
        out = {}
        for owner in self._storage.agents():
            whose = SELF if owner == self.agent else owner
            for entry in self._storage.folder(owner).list():
                if self.permissions.allows("read", self.agent, owner, entry.name):
                    out[f"{whose}/{entry.name}"] = entry
        return out

    def _allowed(self, way: str, name: str) -> tuple[AgentFolder, str]:
        whose, _, inner = name.partition("/")
        owner = self.agent if whose == SELF else whose
        _agent(owner)
        parts_of(inner)
        self.permissions.need(way, self.agent, owner, inner)
        if owner != self.agent and owner not in self._storage.agents():
            raise FileError(f"expected an agent with a folder, got {owner!r}: there is none")
        return self._storage.folder(owner), inner


def _agent(name: str) -> str:
    if not _AGENT.match(name) or name == SELF:
        raise FileError(
            f"expected an agent's name of letters, digits, '_', '-' and '.', got {name!r}"
        )
    return name
