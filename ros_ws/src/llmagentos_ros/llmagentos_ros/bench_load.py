# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What load does to a graph: somebody else keeps every core busy, and it is measured again.

Knows: processes that only count, and how two measurements of one graph compare. Does not know:
how anything is measured (bench.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import os
import statistics
import subprocess
import sys
from typing import Any

#: First motion under load may take so many times what it takes without.
GOAL_RATIO = 3.0


@contextmanager
def busy_cores(cores: int | None = None) -> Iterator[None]:
    """Keep `cores` (all of them) busy, each with a process of its own at the usual priority."""
    argv = [sys.executable, '-S', '-E', '-c', 'while True: pass']
    burners = [subprocess.Popen(argv) for _ in range(cores or os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
        for burner in burners:
            burner.wait()


def show(quiet: dict[str, Any], loaded: dict[str, Any]) -> None:
    """Print both measurements of one graph side by side, with their ratios."""
    print(f'{"every core busy, median of":28} {"quiet":>11} {"busy":>11} {"ratio":>7}')
    for words, key in (
        ('command to first motion, ms', 'first_motion'),
        ('picture to scene, ms', 'latency'),
    ):
        if not quiet[key] or not loaded[key]:
            print(f'{words:28} not measured ({loaded["statuses"]})')
            continue
        a, b = (1000 * statistics.median(each[key]) for each in (quiet, loaded))
        goal = f' (goal: at most {GOAL_RATIO:g})' if key == 'first_motion' else ''
        print(f'{words:28} {a:11.1f} {b:11.1f} {b / a:7.2f}{goal}')
    for words, each in (('quiet', quiet), ('busy', loaded)):
        lost = max(each['pictures'] - each['scenes'], 0)
        print(
            f'{words}: pictures {each["pictures"]} ({each["rate"]:.1f} a second), scenes '
            f'{each["scenes"]}, dropped {lost}; picture to scene {_spread(each["latency"])}; '
            f'second half against the first {grown_ms(each["latency"]):+.1f} ms'
        )


def grown_ms(latency: Sequence[float]) -> float:
    """Milliseconds that the second half is later than the first: a queue that grows shows here."""
    half = len(latency) // 2
    if not half:
        return 0.0
    return 1000 * (statistics.median(latency[half:]) - statistics.median(latency[:half]))


def _spread(latency: Sequence[float]) -> str:
    if not latency:
        return 'not measured'
    ordered = sorted(1000 * seconds for seconds in latency)
    late = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    return f'95 % within {late:.0f} ms, longest {ordered[-1]:.0f} ms'
