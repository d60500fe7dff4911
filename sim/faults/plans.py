"""Rows 14 to 18: plans and sentences that can't be.

Knows: what a broken model writes, and which texts hide something. Does not know: what reads them.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

from llmagentos.types import Action, Pose
from sim.faults.bad_model import answering
from sim.faults.fault import Fault, Found
from sim.faults.lab import PUT, Lab, retries

_PLANS = "at most 2 retries, then a clear failure; no motion"
_LIMITS = {"retries": 2.0, "moved rad": 0.001, "not told as failed": 0.0}
_TEXTS = "refused with the reason, memory flat"
_MB = 1 << 20
#: The same long text again and again may leave so much behind, MiB.
_FLAT_MIB = 1.0
_TOLD = ("failed", "refused", "cannot", "question")
#: What hides something in a sentence: by name, the text.
HIDDEN = {
    "bidirectional": "put the red block \u202eni the blue bowl",
    "zero-width": "put the r\u200bed block in the blue bowl",
    "NUL": "put the red block\x00 in the blue bowl",
    "surrogate": "put the red block \ud800 in the blue bowl",
    "homoglyph": "put the r\u0435d block in the blue bowl",
}


def written(answer: str) -> Callable[[Lab], Found]:
    """A model behind a server writes this, whatever it is asked."""

    def inject(lab: Lab) -> Found:
        session = lab.fresh()
        with answering(answer) as model:
            session.agent.planning = lab.load_planner(model.url)
            before = session.joints()
            try:
                result = session.agent.command(PUT)
            finally:
                session.agent.planning = lab.planner
        return Found(
            {
                "retries": model.asked - 1,
                "moved rad": session.moved_rad(before),
                "not told as failed": float(result.status not in _TOLD or not result.reply),
            },
            f"{result.status}: {result.reply[:110]}",
        )

    return inject


def precondition(lab: Lab) -> Found:
    """An action that puts down what nobody holds."""
    session = lab.fresh()
    before = session.joints()
    result = session.agent.perform(Action("place", pose=Pose((0.5, 0.0, 0.05))))
    return Found(
        {
            "retries": retries(result),
            "moved rad": session.moved_rad(before),
            "not told as failed": float(result.status not in _TOLD or not result.reply),
        },
        f"{result.status}: {result.reply[:110]}",
    )


def long_text(lab: Lab) -> Found:
    """A command of 1 MB, 20 times."""
    session = lab.fresh()
    before, text = session.joints(), "put the red block in the blue bowl " * (_MB // 35)
    session.agent.command(text)
    tracemalloc.start()
    base = tracemalloc.get_traced_memory()[0]
    replies = [session.agent.command(text) for _ in range(20)]
    grown = (tracemalloc.get_traced_memory()[0] - base) / _MB
    tracemalloc.stop()
    del replies[1:]
    return Found(
        {
            "not refused": float(replies[0].status not in _TOLD),
            "moved rad": session.moved_rad(before),
            "memory MiB": grown,
        },
        f"{replies[0].status}: {replies[0].reply[:110]}",
    )


def hidden(name: str) -> Callable[[Lab], Found]:
    """A sentence with something in it that nobody sees."""

    def inject(lab: Lab) -> Found:
        session = lab.fresh()
        result = session.agent.begin(HIDDEN[name])
        refused = result is not None
        if result is None:  # it would begin
            session.agent.stop()
            while (result := session.agent.step()) is None:
                pass
        return Found({"not refused": float(not refused)}, f"{result.status}: {result.reply[:110]}")

    return inject


FAULTS = (
    Fault(
        14, "malformed plan", _PLANS, "a model on a server writes 'pick [ the red block and ('",
        _LIMITS, written("pick [ the red block and ("), quick=True,
    ),
    Fault(
        15, "unknown skill or object", _PLANS, "the model writes 'juggle [ the red block ]'",
        _LIMITS, written("juggle [ the red block ]"), quick=True,
    ),
    Fault(
        15, "unknown skill or object", _PLANS, "the model writes 'pick [ the purple duck ]'",
        _LIMITS, written("pick [ the purple duck ]"), quick=True,
    ),
    Fault(
        16, "precondition false", _PLANS, "the action 'place' with an empty hand",
        _LIMITS, precondition, quick=True,
    ),
    Fault(
        17, "1 MB command", _TEXTS, "a command of 1 MB, 21 times",
        {"not refused": 0.0, "moved rad": 0.001, "memory MiB": _FLAT_MIB}, long_text, quick=True,
    ),
    *(
        Fault(
            18, "bidi, zero-width, NUL, surrogate, homoglyph text", _TEXTS,
            f"a sentence with {name} letters", {"not refused": 0.0}, hidden(name), quick=True,
        )
        for name in HIDDEN
    ),
)  # fmt: skip
