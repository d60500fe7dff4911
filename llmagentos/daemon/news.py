"""What happened, for who comes back: the newest of it, each with a mark to go on from.

Knows: a bounded list. Does not know: who listens. A mark is "when this daemon began-number", so that
one of an earlier daemon is known as such.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

#: So much is kept.
MOST, BYTES = 5000, 8 << 20


class News:
    """epoch: what tells this daemon from others."""

    def __init__(self, epoch: str, most: int = MOST, most_bytes: int = BYTES) -> None:
        self._epoch, self._most, self._most_bytes = epoch, most, most_bytes
        self._kept: deque[tuple[int, dict[str, Any], int]] = deque()
        self._number, self._bytes = 0, 0

    @property
    def newest(self) -> str:
        """The mark of what happened last."""
        return f"{self._epoch}-{self._number}"

    def add(self, kind: str, what: Mapping[str, Any]) -> None:
        """It happened."""
        self._number += 1
        said = {"kind": kind, **what, "at": self.newest}
        size = len(json.dumps(said))
        self._kept.append((self._number, said, size))
        self._bytes += size
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self._bytes -= self._kept.popleft()[2]

    def since(self, mark: str | None) -> tuple[bool, list[dict[str, Any]]]:
        """Whether some of what came after a mark is not kept any more, and what is. "": all that is
        kept."""
        if not mark:
            return False, [said for _, said, _ in self._kept]
        epoch, _, text = mark.rpartition("-")
        known = epoch == self._epoch and text.isascii() and text.isdigit()
        number = int(text[:18]) if known else 0
        if not known or number > self._number:
            return True, [said for _, said, _ in self._kept]
        oldest = self._kept[0][0] if self._kept else self._number + 1
        return number + 1 < oldest, [said for n, said, _ in self._kept if n > number]
