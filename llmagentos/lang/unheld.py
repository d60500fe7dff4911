"""The numbers of a plan that the words for it do not hold.

Knows: where numbers stand in compact notation. Does not know: which numbers words hold
(numbers/held.py), nor what is done about those that they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.notation import length_words
from llmagentos.lang.numbers.held import HeldNumbers

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
#: Steps whose numbers may be those of the command before.
REPEATING = ("again", "correct")


@dataclass(frozen=True)
class Unheld:
    """A number of a plan that its words do not hold. before: the plan word in front of it; unit:
    of a length, else ""; says: as the plan spells it ("dist 5 cm")."""

    value: float
    before: str
    unit: str = ""

    @property
    def says(self) -> str:
        """As the plan spells it."""
        return f"{self.before} {self.value:g} {self.unit}".strip()


def unheld(plan: p.Plan, command: str, pending: str = "", earlier: str = "") -> list[Unheld]:
    """Every number of the plan that neither the command nor the question it answers holds, in the
    plan's order; empty for a plan that is right. earlier: the commands before."""
    tokens = codec.tokens(codec.write(plan))
    if not any(map(_NUMBER.fullmatch, tokens)):
        return []  # most plans: no words need to be read
    return list(_unheld(tokens, HeldNumbers(command, pending, earlier)))


def _unheld(tokens: Sequence[str], held: HeldNumbers) -> Iterator[Unheld]:
    repeats = any(token in REPEATING for token in tokens)
    for before, token, behind in zip(tokens, tokens[1:], [*tokens[2:], ""], strict=False):
        if not _NUMBER.fullmatch(token):
            continue
        value = float(token)
        if _NUMBER.fullmatch(before):  # the second number of a position
            before = "xy"
        unit = behind if before in length_words() and behind in w.UNITS else ""
        fits = held.allows(before, value, repeats)
        if not fits or (unit and not held.allows_unit(value, unit, repeats)):
            yield Unheld(value, before, unit)
