"""A stop from the command line goes out before the rest of the command line is loaded.

Knows: sessions' sockets, who asks. Does not know: options, printing; it imports next to nothing, since
loading everything takes a second or two on a busy computer, in which the arm would go on.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.runtime.sessions import Heard, ask_all
from llmagentos.safety.supervising import operator

#: What these words ask of the sessions is more than stopping them at once.
_NOT_AT_ONCE = ("--help", "--wait")

_heard: list[list[Heard]] = []


def stop_at_once(words: Sequence[str]) -> None:
    """Ask every session to stop if the command line's words say so; `answers` has what they said."""
    if list(words[:1]) == ["stop"] and not any(w.startswith(_NOT_AT_ONCE) for w in words):
        _heard.append(ask_to_stop())


def answers(wait_s: float) -> list[Heard]:
    """What sessions answered to a stop: to the one that is out already, else to one now."""
    return _heard.pop() if _heard else ask_to_stop(wait_s)


def ask_to_stop(wait_s: float = 5.0) -> list[Heard]:
    """Ask every session of this user to stop; waits so long for each answer."""
    return ask_all({"do": "stop", "source": "llmagentos stop", "by": operator()}, wait_s)
