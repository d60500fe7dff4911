"""One fault of the table, what is found of it, and the verdict.

Knows: how figures are compared with their limits. Does not know: any fault.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.faults.lab import Lab


class Needs(str, Enum):
    """What a fault is injected into."""

    IN_PROCESS = "in process"
    PROCESSES = "processes"
    ROS = "ROS"
    GATEWAY = "gateway"


class Verdict(str, Enum):
    """What came of it. NOT_THERE_YET: what it would be injected into does not exist, or nothing
    measures it yet. NOT_RUN: left out of this run."""

    AS_REQUIRED = "as required"
    FAILED = "FAILED"
    NOT_THERE_YET = "not there yet"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Found:
    """What was measured. figures: by name, each compared with the fault's limit of that name;
    words: what else there is to say."""

    figures: Mapping[str, float]
    words: str = ""


@dataclass(frozen=True)
class Fault:
    """One way in which a row's fault is injected.

    number: the row of the specification's table. fault, required: its words. injected: what is
    done, in words. limits: the most that each figure may be. inject: does it and measures; None
    where there is nothing to inject it into, then `absent` says what is missing. quick: cheap
    enough for every test run. turn: rows of a later turn run after all of an earlier one, so that
    those that need the same graph share it.
    """

    number: int
    fault: str
    required: str
    injected: str
    limits: Mapping[str, float] = field(default_factory=dict)
    inject: Callable[[Lab], Found] | None = None
    needs: Needs = Needs.IN_PROCESS
    quick: bool = False
    absent: str = ""
    turn: int = 0

    def judged(self, found: Found) -> tuple[Verdict, str]:
        """The verdict and what was measured, in words. A limit without a figure is a KeyError: a
        fault that measures nothing must not pass."""
        told = []
        verdict = Verdict.AS_REQUIRED
        for name, limit in self.limits.items():
            value = found.figures[name]
            if math.isnan(value) or value > limit:
                verdict = Verdict.FAILED
                told.append(f"{name} {_number(value)}, at most {_number(limit)} allowed")
            else:
                told.append(f"{name} {_number(value)}")
        words = [found.words] if found.words else []
        return verdict, "; ".join([*told, *words])


@dataclass(frozen=True)
class Row:
    """A fault as it went. measured: in words; took_s: wall time."""

    fault: Fault
    verdict: Verdict
    measured: str
    took_s: float = 0.0


def _number(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.0f}" if value >= 10 else f"{value:.3g}"
