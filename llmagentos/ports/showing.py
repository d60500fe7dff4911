"""What perception offers that can be shown things by name.

Knows: the calls and what comes back. Does not know: pictures, files, sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Shown:
    """What showing a thing has led to.

    name: as it is kept. views: of it now. like: the name of another shown thing that looks so much
    like it that the two may be mixed up, or "". twin: the id of another object in view that looks
    like it, or "".
    """

    name: str
    views: int
    like: str = ""
    twin: str = ""


class Shows(Protocol):
    """Keeps what things look like, and finds them again."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that somebody has shown."""
        ...

    def show(self, object_id: str, name: str) -> Shown:
        """The object of the last look is called so. PerceptionError where it is not in view;
        ValueError for a name that can't be one."""
        ...

    def forget(self, name: str) -> bool:
        """Whether there was such a name."""
        ...
