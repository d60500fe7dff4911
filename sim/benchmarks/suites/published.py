"""What others have published on the same kinds of tasks, with the source; None where unknown.

Their worlds, robots and scenes are their own: the figures say what is usual, not who is better.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One figure, in percent. what: system and condition."""

    suite: str
    what: str
    percent: float | None
    source: str


PUBLISHED: tuple[Published, ...] = ()
