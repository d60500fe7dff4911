"""Every fault in the order of the table, and how they are run.

Knows: what is run where, and what becomes of a fault whose injection breaks. Does not know: any
fault.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from importlib.util import find_spec

from sim.faults import (
    attacks,
    body,
    commands,
    goals,
    over_http,
    over_ros,
    plans,
    processes,
    sensing,
    storage,
)
from sim.faults.fault import Fault, Needs, Row, Verdict
from sim.faults.lab import Lab

_log = logging.getLogger(__name__)
_GROUPS = (
    processes, sensing, commands, plans, attacks, goals, storage, body, over_ros, over_http,
)  # fmt: skip
FAULTS: tuple[Fault, ...] = tuple(
    sorted((f for group in _GROUPS for f in group.FAULTS), key=lambda f: f.number)
)
#: The table's rows.
ROWS = range(1, 48)


def chosen(rows: Collection[int] = (), quick: bool = False) -> list[Fault]:
    """Faults of these rows (all without any); quick: the cheap ones. ValueError for a row that is
    not in the table."""
    for row in rows:
        if row not in ROWS:
            raise ValueError(f"expected a row from {ROWS[0]} to {ROWS[-1]}, got {row}")
    return [f for f in FAULTS if (not rows or f.number in rows) and (f.quick or not quick)]


def run(
    faults: Sequence[Fault], lab: Lab, on_row: Callable[[Row], None] = lambda _: None
) -> list[Row]:
    """Inject each one; an error of an injection is that row's failure, and the others go on.

    The rows are in the order of `faults`; `on_row` is told in the order of their turns.
    """
    out: dict[int, Row] = {}
    for index in sorted(range(len(faults)), key=lambda i: faults[i].turn):
        out[index] = _one(faults[index], lab)
        on_row(out[index])
    return [out[index] for index in range(len(faults))]


def _one(fault: Fault, lab: Lab) -> Row:
    if fault.inject is None:
        return Row(fault, Verdict.NOT_THERE_YET, fault.absent)
    if fault.needs is Needs.ROS and lab.graphs is None:
        return Row(fault, Verdict.NOT_RUN, "needs a graph: --ros")
    if fault.needs is Needs.GATEWAY and find_spec("fastapi") is None:
        return Row(fault, Verdict.NOT_RUN, "needs the packages of the extra 'http'")
    began = time.monotonic()
    try:
        verdict, measured = fault.judged(fault.inject(lab))
    except Exception as error:
        _log.debug("row %d", fault.number, exc_info=True)
        verdict, measured = Verdict.FAILED, f"broke: {type(error).__name__}: {error}"
        lab.forget()
    return Row(fault, verdict, measured, time.monotonic() - began)
