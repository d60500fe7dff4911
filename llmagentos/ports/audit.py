"""The audit port: whoever decides whether the arm may move says so here before it moves.

Knows: the call and the kinds of rows. Does not know: how rows are kept (llmagentos.audit), nor
what any rule means.

    audit.write("refused", by="plan guard", rule="blades", why="knives are not handed to people")
"""

from __future__ import annotations

from typing import Any, Protocol

#: Every kind of row, and what it tells.
KINDS = {
    "asked": "a person's or program's command: text, origin, user",
    "understood": "the plan that was written for it",
    "allowed": "somebody let it pass: by, rule, why",
    "refused": "somebody did not: by, rule, why",
    "acting": "an action begins; nothing of it has moved yet",
    "acted": "an action ended: status, reason",
    "stopped": "a stop, and what was measured: at rest after s, holding what",
    "state": "the supervisor's state changed",
    "aside": "the command waits in the middle: others come first",
    "on": "it goes on",
    "done": "what came of the command",
    "call": "somebody asked the daemon for something: who, role, verb, about",
    "began": "a chain begins, or goes on in a new file",
    "dropped": "an old file was removed to keep the size bounded",
    "missed": "rows that could not be written, and why",
    "set aside": "a database that could not be read",
    "accepted": "a person knows of that one",
}


class Audit(Protocol):
    """A record that cannot be changed unnoticed. Facts are plain data (JSON)."""

    def write(self, kind: str, **facts: Any) -> None:
        """A row; it is on the disk when this returns, so that what it allows may begin.

        kind: of KINDS, else ValueError. Raises AuditError where it can't be kept and the robot may
        not move without; it takes as long as the disk (milliseconds).
        """
        ...

    def post(self, kind: str, **facts: Any) -> None:
        """The same soon, by another thread: never waits and never raises but ValueError, for what
        forbids or ends motion and for loops that may not be held up."""
        ...


class Unaudited:
    """Keeps nothing: where nobody wants a record."""

    def write(self, kind: str, **facts: Any) -> None:
        """Nothing is kept."""

    def post(self, kind: str, **facts: Any) -> None:
        """Nothing is kept."""
