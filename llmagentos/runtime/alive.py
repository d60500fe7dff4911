"""A mark of a process that runs: found by the next one of its name, it tells that this one died.

Knows: one file a name, in this user's runtime folder (sessions.py), which is gone after a reboot.
Does not know: what the process does, nor why it died. Whoever ends as somebody wanted it takes its
mark away.
"""

from __future__ import annotations

import contextlib
import os

from llmagentos.files import refusing
from llmagentos.runtime.sessions import own_folder


class AliveMark:
    """Puts the mark of this process. name: of what it is, one at a time; any text.

    Raises FileError where no mark can be put.
    """

    def __init__(self, name: str) -> None:
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        self._path = own_folder() / f"{safe}.alive"
        #: Whether an earlier process of the name ended without taking its mark away.
        self.died_before = self._path.exists()
        with refusing(self._path, "a mark of this process"):
            self._path.write_text(f"{os.getpid()}\n", encoding="ascii")

    def remove(self) -> None:
        """This process ends as somebody wanted it. May be called twice."""
        with contextlib.suppress(OSError):
            self._path.unlink()
