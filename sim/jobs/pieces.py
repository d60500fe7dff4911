"""Pieces of a graph (llmagentos.scheduling.run_graph) carried out by an executor: over Ray, on other
machines.

Knows: one piece is one job. Does not know: which piece comes after which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.jobs.port import Executor


class Elsewhere:
    """A `Remote` for `run_graph`. executor: takes jobs from several threads at once, as OverRay does.

    Functions and results travel as Ray pickles them. What a function raises comes back as JobError
    with its words.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def call(self, work: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """See llmagentos.scheduling.graph.Remote."""
        return self._executor.run(_Piece(work), [dict(arguments)])[0]


class _Piece:
    """What is done with a piece's arguments."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work

    def __call__(self, arguments: Mapping[str, Any]) -> Any:
        return self._work(**arguments)
