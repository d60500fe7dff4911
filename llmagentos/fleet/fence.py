"""The last border against a robot that comes back too late: what takes effects refuses old tokens.

Knows: the highest token of each task. Does not know: who holds which.

A lease alone can't keep a process that was frozen between looking at its lease and acting from acting when
it thaws; whatever is acted upon and can compare numbers (a door's controller, a database, a shared driver)
does it with this (Kleppmann, "How to do distributed locking", 2016).
"""

from __future__ import annotations

import threading

from llmagentos.errors import FleetError


class Fence:
    """Of one thing that is acted upon."""

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}
        self._lock = threading.Lock()

    def admit(self, task: str, token: int) -> None:
        """Let an act of this task through. Raises FleetError where a newer token has acted already."""
        with self._lock:
            newest = self._highest.get(task, token)
            if token < newest:
                raise FleetError(f"expected token {newest} or newer for task '{task}', got {token}")
            self._highest[task] = token
