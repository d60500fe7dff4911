"""A rehearsal that goes on piece by piece, so that a plan may move while its rest is tried out.

Knows: how far all goes well so far, and what pieces cost. Does not know: copies, plans, what is made
of what is found (copies.py).

Pieces are counted in what they compute, not in time: the same pieces come between the same two
moments of the plan on a busy machine, too.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
#: A piece counts as so much at least: one that only lays a way takes its time, too.
_LEAST_S = 0.01


@dataclass(frozen=True)
class Mark:
    """How far a rehearsal has come. cost_s: what its last piece has computed, in simulated seconds;
    well: so many actions from the first one on have gone well at the first try."""

    cost_s: float
    well: int


class Trying(Generic[T]):
    """One plan's rehearsal. found: what came of it, None as long as that is open."""

    def __init__(self, pieces: Generator[Mark, None, T]) -> None:
        self._pieces, self._well = pieces, 0
        self.found: T | None = None

    def whole(self) -> T:
        """Try the rest out; what came of it."""
        while self.found is None:
            self.advance()
        return self.found

    def cover(self, actions: int) -> None:
        """Try on until so many actions have gone well at the first try, or all is known."""
        while self.found is None and self._well < actions:
            self.advance()

    def go_on(self, cost_s: float) -> None:
        """Try on for so much computing, in simulated seconds, or until all is known."""
        while self.found is None and cost_s > 0:
            cost_s -= max(self.advance(), _LEAST_S)

    def advance(self) -> float:
        """One piece; what it has cost."""
        try:
            mark = next(self._pieces)
        except StopIteration as end:
            self.found = end.value
            return 0.0
        self._well = mark.well
        return mark.cost_s
