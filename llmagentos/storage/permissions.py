"""What an agent may read and write: patterns of names, in its own folder and in others'.

Knows: when a name fits a pattern. Does not know: any file.

A pattern is "WHOSE/NAME": "self/**" is everything of its own, "bob/shared/*" the files right in
bob's folder `shared`, "*/shared/**" that folder of everybody, with all folders in it. What no
pattern allows is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from llmagentos.errors import ConfigError, PermissionRefusedError

SELF = "self"


@dataclass(frozen=True)
class Permissions:
    """read, write: patterns. Who may write may not read for that reason.

    Raises ConfigError for a pattern that can't be.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("read", "write"):
            patterns = tuple(getattr(self, field))
            object.__setattr__(self, field, patterns)
            for pattern in patterns:
                parts = str(pattern).split("/")
                if len(parts) < 2 or "" in parts or ".." in parts or "**" in parts[:1]:
                    raise ConfigError(
                        f'expected patterns such as "self/**" in {field}, got {pattern!r}'
                    )

    @classmethod
    def own(cls) -> Permissions:
        """Everything in its own folder, nothing else."""
        return cls(read=("self/**",), write=("self/**",))

    def allows(self, way: str, asker: str, owner: str, name: str) -> bool:
        """way: "read" or "write"; asker, owner: names of agents; name: a file of the owner."""
        return any(_fits(p, asker, owner, name) for p in getattr(self, way))

    def need(self, way: str, asker: str, owner: str, name: str) -> None:
        """Raises PermissionRefusedError, with what is allowed, where it is not."""
        if self.allows(way, asker, owner, name):
            return
        allowed = ", ".join(getattr(self, way)) or "nothing"
        raise PermissionRefusedError(
            f"{asker} may not {way} {owner}/{name}: it may {way} {allowed}"
        )


def _fits(pattern: str, asker: str, owner: str, name: str) -> bool:
    whose, *rest = pattern.split("/")
    if whose == SELF:
        return owner == asker and _parts_fit(rest, name.split("/"))
    return fnmatchcase(owner, whose) and _parts_fit(rest, name.split("/"))


def _parts_fit(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_parts_fit(pattern[1:], parts[k:]) for k in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _parts_fit(pattern[1:], parts[1:])
