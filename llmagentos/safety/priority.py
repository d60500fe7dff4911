"""Threads that brake, watch and command run before what only computes, where the system lets them.

Knows: how urgent a thread is to Linux ("nice"). Does not know: what the thread does. Without the right
to (CAP_SYS_NICE, or `nice` in /etc/security/limits.conf) and on other systems nothing changes:
nothing may depend on it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading

#: As urgent as this, from -20 (most) to 19; 0 is usual.
URGENT = -10


class Urgent:
    """One thread's urgency, raised by `begin` and put back by `end`, both in any thread."""

    def __init__(self) -> None:
        self._before: tuple[int, int] | None = None

    def begin(self) -> bool:
        """The calling thread goes first from now on; whether the system let it."""
        self.end()
        if not sys.platform.startswith("linux"):
            return False
        thread = threading.get_native_id()
        try:
            before = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, min(before, URGENT))
        except OSError:
            return False
        self._before = thread, before
        return True

    def end(self) -> None:
        """As before `begin`; without one, or where its thread has ended, nothing."""
        before, self._before = self._before, None
        if before is not None:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, *before)
