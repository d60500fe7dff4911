"""Numbers in a plan that nobody said.

Knows: how to tell the person which one, and which words no plan could be written for. Does not
know: how numbers are found in words (lang/numbers), nor who wrote the plan: a model under the
grammar of its own command cannot write such a number, any other can.
"""

from __future__ import annotations

from collections.abc import Iterator

from llmagentos.dialogue.doubts.doubt import Asked, Doubt
from llmagentos.lang.numbers import read
from llmagentos.lang.unheld import Unheld, unheld

#: What is asked for by a number behind a plan word, where it is not how many.
_ASKS = {
    "dist": "how far", "size": "how large", "spacing": "how far apart", "cw": "how far to turn it",
    "ccw": "how far to turn it", "wait": "how long to wait", "times": "how much larger or smaller",
    "repeat": "how often", "again": "how often", "undo": "how many commands to take back",
}  # fmt: skip


def doubts(asked: Asked) -> Iterator[Doubt]:
    """The first number that neither the command, nor the question it answers, nor the command that
    it corrects holds."""
    if not asked.command:
        return
    for found in unheld(asked.plan, asked.command, asked.pending, asked.earlier)[:1]:
        yield Doubt("", "number", _words(found))


def no_plan_for(command: str) -> Doubt:
    """For a command whose numbers no plan could be written with. The words of its number are named
    where they are certain: it has one, or one with a unit."""
    said = read(" ".join(command.split()))
    measured = [q for q in said if q.unit is not None]
    part = next((q[0].text for q in (said, measured) if len(q) == 1), "")
    return Doubt(part, "number")


def _words(found: Unheld) -> str:
    what = _ASKS.get(found.before, "how many")
    unit = {"in": " inches", "": ""}.get(found.unit, f" {found.unit}")
    degrees = " degrees" if found.before in ("cw", "ccw") else ""
    seconds = " seconds" if found.before == "wait" else ""
    number = f"{found.value:g}{unit}{degrees}{seconds}"
    return f"I did not understand {what}: I thought of {number}, but you did not say that."
