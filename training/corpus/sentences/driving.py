"""What is said to a robot with a base that drives, and what the same words come to without one.

Knows: which wordings those are (commands/drive, answers about places). Does not know: how the
situation tells of a base (situations.py).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from llmagentos.lang import plan as p
from training.corpus.handwritten import slots
from training.corpus.handwritten.blocks import Block, blocks
from training.corpus.sampler import Ctx, is_mark

#: What begins so may be about the arm's hand, or about a thing on its table.
_OF_THE_TABLE = frozenset(
    """put place drop move leave set restock tidy go head keep point return back here over tidy
    there onwards straight inch just by a closer nudge not""".split()
)
#: Spots that are no places to an arm: "go home" is its own home.
_OWN_SPOTS = ("start", "before", "there")
#: Steps that an arm which stands fast answers by what it can't do.
_CANNOT = {
    "goto": "drive",
    "steer": "drive",
    "follow": "drive",
    "patrol": "drive",
    "bring": "fetch",
}


@cache
def _blocks(group: str) -> tuple[tuple[Block, ...], tuple[float, ...]]:
    found = tuple(b for b in blocks(group) if not b.questions)
    return found, tuple(len(b.wordings) ** 0.6 for b in found)


def command(ctx: Ctx, refs: float = 0.0) -> tuple[str, list[Any]]:
    """One wording of the files of commands/drive, rare meanings more often than their number."""
    every, weights = _blocks("drive/")
    _, text, steps = slots.draw(ctx, ctx.rng.choices(every, weights=weights)[0])
    return text, steps


def without_base(ctx: Ctx, refs: float = 0.0) -> tuple[str, list[Any]]:
    """The same words to an arm that stands fast: what it can't, with all of them."""
    while True:
        text, steps = command(ctx)
        (step, *more) = steps
        reason = _CANNOT.get(step.op)
        here = step.op == "bring" and step.source is None and step.goal is None
        if reason is None or more or here or _mentions(step):
            continue
        plain = "".join(ch for ch in text if not is_mark(ch))
        words = plain.lower().split()
        driven = step.op == "patrol" or (step.op == "goto" and step.spot.word not in _OWN_SPOTS)
        if not 2 < len(words) <= 14 or "find" in words:
            continue
        if not driven and words[0] in _OF_THE_TABLE:
            continue
        if step.op == "goto" and step.spot.word in _OWN_SPOTS:
            continue
        fresh = Ctx(ctx.rng.random().hex())
        said, mark = fresh.span(plain)
        return said, [p.Cannot(reason=reason, what=mark)]


def _mentions(step: Any) -> bool:
    """Whether it is about a thing spoken of before, of which a lone sentence knows nothing."""
    obj = getattr(step, "obj", None)
    return obj is not None and obj.ref is not None
