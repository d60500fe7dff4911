"""A plan as rows of a tree, each with its words: what a page shows before any step has begun.

Knows: where a step stands (the paths of `llmagentos.events`). Does not know: how steps are carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang.wording.steps import describe_step

#: Steps of what may be shown; a longer plan ends with what fits.
MOST = 200


def outline(plan: p.Plan) -> tuple[dict[str, str], ...]:
    """Every step in order: {"path", "op", "words"}. "0.1" is the second step inside the first; those of
    an `else` branch are counted after those of `then`, and have `"branch": "otherwise"`."""
    return tuple(row for row, _ in zip(_rows(plan.steps, "", 0), range(MOST), strict=False))


def _rows(steps: Sequence[Any], inside: str, first: int, **more: str) -> Iterator[dict[str, str]]:
    for index, step in enumerate(steps, first):
        path = f"{inside}.{index}" if inside else str(index)
        yield {"path": path, "op": step.op, "words": describe_step(step), **more}
        inner = getattr(step, "then", ()) or getattr(step, "body", ())
        yield from _rows(inner, path, 0)
        yield from _rows(getattr(step, "otherwise", ()), path, len(inner), branch="otherwise")
