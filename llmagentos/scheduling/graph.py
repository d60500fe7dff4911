"""Work in pieces that come after one another: split, assign, run, collect, in one call.

Knows: which piece comes after which. Does not know: who carries a piece out: threads of a
`Scheduler`, or whatever takes functions (`Remote`), as Ray does (sim/jobs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Protocol

from llmagentos.errors import SchedulingError
from llmagentos.scheduling.scheduler import Scheduler, Ticket
from llmagentos.scheduling.task import Priority


@dataclass(frozen=True)
class Node:
    """One piece. work: called with the results of those it comes after, by their names. needs,
    priority: as of any task."""

    work: Callable[..., Any]
    after: tuple[str, ...] = ()
    needs: Mapping[str, float] = field(default_factory=dict)
    priority: int = Priority.NORMAL


class Remote(Protocol):
    """Carries functions out elsewhere."""

    def call(self, work: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """The result; waits for it. Raises what the function raised."""
        ...


def run_graph(
    nodes: Mapping[str, Node],
    scheduler: Scheduler,
    *,
    owner: str = "",
    remote: Remote | None = None,
    timeout_s: float | None = None,
) -> dict[str, Any]:
    """All results by name, when all are there; independent pieces run at once, as far as what they
    need allows. remote: who carries the functions out; None: this process. timeout_s: for each.

    Raises what the first piece raised that failed (in the order of `nodes`), and the pieces after
    it are not begun, the others are cancelled; SchedulingError for a circle, or a piece that comes
    after one there is not.
    """
    order = _in_order(nodes)
    tickets: dict[str, Ticket] = {}
    for name in order:
        node = nodes[name]
        tickets[name] = scheduler.submit(
            _Piece(node, {n: tickets[n] for n in node.after}, remote),
            name=name,
            owner=owner,
            priority=node.priority,
            needs=node.needs,
            after=tuple(tickets[n] for n in node.after),
        )
    try:
        for name in order:
            tickets[name].result(timeout_s)
    except BaseException as exc:
        for ticket in tickets.values():
            ticket.cancel("another piece failed")
        raise _first(nodes, tickets, exc) from None
    return {name: tickets[name].result() for name in nodes}


class _Piece:
    """A node's function with what it comes after."""

    def __init__(self, node: Node, before: Mapping[str, Ticket], remote: Remote | None) -> None:
        self._node, self._before, self._remote = node, before, remote

    def __call__(self) -> Any:
        arguments = {name: ticket.result() for name, ticket in self._before.items()}
        if self._remote is None:
            return self._node.work(**arguments)
        return self._remote.call(self._node.work, arguments)


def _in_order(nodes: Mapping[str, Node]) -> list[str]:
    for name, node in nodes.items():
        for before in node.after:
            if before not in nodes:
                raise SchedulingError(f"{name}: comes after {before!r}, which there is not")
    try:
        return list(TopologicalSorter({n: node.after for n, node in nodes.items()}).static_order())
    except CycleError as exc:
        circle = " after ".join(reversed(exc.args[1]))
        raise SchedulingError(f"expected pieces without a circle, got {circle}") from exc


def _first(
    nodes: Mapping[str, Node], tickets: Mapping[str, Ticket], seen: BaseException
) -> BaseException:
    """What went wrong itself, rather than what was cancelled for it."""
    for name in nodes:
        error = tickets[name].error
        if error is not None:
            return error
    return seen
