"""Which numbers a plan for a command may be written with: those that its words hold.

Knows: where in compact notation a number, and the unit behind it, stands. Does not know: how
numbers are read in words (llmagentos/lang/numbers), nor the grammar.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from llm_edge.tokenization import PlanVocabulary
from llmagentos.lang import grammar, notation
from llmagentos.lang import words as w
from llmagentos.lang.numbers import HeldNumbers, Quantity, quantities_at
from llmagentos.lang.numbers.held import slot_of, suits
from llmagentos.lang.unheld import REPEATING

#: "x=0.3", "Y: -0.1", "z = 0,4".
_LABEL = re.compile(r"(?<![\w])([xyzXYZ])\s*[=:]\s*([-\u2212]?\d*[.,]?\d+)")
#: Words that come to nothing without a number behind them, and the word that they stand behind
#: where they are meant so ("" for anywhere).
_LEADING = {"count": "[", "at_most": "[", "rows": "", "times": "", "repeat": ""}


class NumberRule:
    """Follows one plan for a command. question: the robot's, that the command answers; earlier:
    the commands before, whose numbers a plan that repeats or corrects it may have."""

    def __init__(
        self, vocabulary: PlanVocabulary, command: str, question: str = "", earlier: str = ""
    ):
        self._words, self._first = vocabulary.words, vocabulary.first_pointer
        self._command = command
        self._held = HeldNumbers(command, question, earlier)
        self._numbers = {i: float(x) for i, x in enumerate(vocabulary.words) if _is_number(x)}
        self._units = {vocabulary.ids[x]: x for x in w.UNITS if x in vocabulary.ids}
        self._leading = {vocabulary.ids[x]: x for x in _LEADING if x in vocabulary.ids}
        self._lengths, self._before_numbers = notation.length_words(), notation.number_words()
        self._labelled = labelled(command)
        self._minus, self._high = vocabulary.ids.get("minus", -1), False
        self._last, self._repeats, self._coordinates = "", False, 0
        #: The number that a unit may follow now: a value, or what a pointer means.
        self._measured: float | Quantity | None = None

    def allowed(self, mask: NDArray[np.bool_]) -> None:
        """Clear in `mask` (bool [V], changed in place) every number, pointer at a number and unit
        that must not come now."""
        minus = (self._minus,) if self._minus >= 0 else ()
        for token in (*self._numbers, *self._units, *self._leading, *self._pointers(), *minus):
            if mask[token]:
                mask[token] = self.allows(token)

    def allows(self, token: int) -> bool:
        """Whether this token may come now; true for every one that says no number."""
        if (said := self._labelled.get(self._axis)) is not None and not self._is(token, said):
            return False
        if token in self._numbers:
            return self._held.allows(self._before, self._numbers[token], self._repeats)
        if token in self._units and self._measured is not None:
            return self._fits(self._units[token])
        if token in self._leading:
            word = self._leading[token]
            after = _LEADING[word]
            leads = not after or after == self._last
            return not leads or self._held.holds_any(word, self._repeats)
        if token in self._pointers() and self._is_number_next:
            return self._meant(token) is not None
        return True

    def consume(self, token: int) -> None:
        """Take a token in: it decides which numbers and units may follow."""
        word = self._words[token] if token < len(self._words) else ""
        self._measured = None
        if self._last in self._lengths:
            self._measured = self._numbers.get(token)
            if token in self._pointers():
                self._measured = self._meant(token)
        if word == "xy":
            self._coordinates = 2
        elif word not in notation.POSITION_WORDS:
            self._coordinates = max(0, self._coordinates - 1)
        self._repeats = self._repeats or word in REPEATING
        self._high = word == "z" or (word == "minus" and self._high)
        self._last = word

    @property
    def _axis(self) -> str:
        """The coordinate that a number coming now is: "x", "y", "z", or "" for none."""
        if self._coordinates > 0:
            return "x" if self._coordinates == 2 else "y"
        return "z" if self._last == "z" or (self._last == "minus" and self._high) else ""

    def _is(self, token: int, said: tuple[float, int]) -> bool:
        """Whether a token may stand for a coordinate that the words name: "y=-0.1"."""
        value, index = said
        signed = self._last == "minus"
        if token == self._minus:
            return value < 0 and not signed
        if token in self._numbers or token in self._pointers():
            same = token == self._first + index or self._numbers.get(token) == abs(value)
            return same and signed == (value < 0)
        return True

    @property
    def _is_number_next(self) -> bool:
        """Whether a pointer that comes now is a number."""
        return self._coordinates > 0 or self._last in self._before_numbers

    @property
    def _before(self) -> str:
        """The plan word that a number here belongs to: of a second coordinate the position's."""
        return "xy" if self._coordinates > 0 else self._last

    def _pointers(self) -> range:
        return range(self._first, self._first + grammar.MAX_POINTERS)

    def _meant(self, token: int) -> Quantity | None:
        found = quantities_at(self._command, token - self._first)
        return next((q for q in found if suits(q, slot_of(self._before))), None)

    def _fits(self, unit: str) -> bool:
        if isinstance(self._measured, Quantity):
            return self._measured.in_plan[1] in ("", unit)
        assert self._measured is not None
        return self._held.allows_unit(self._measured, unit, self._repeats)


def labelled(command: str) -> dict[str, tuple[float, int]]:
    """The coordinates that a command names, once each: "x" → its value and the word it stands in."""
    found: dict[str, tuple[float, int]] = {}
    twice = set()
    for m in _LABEL.finditer(command):
        axis = m[1].lower()
        twice |= {axis} & set(found)
        number = m[2].replace("\u2212", "-").replace(",", ".")
        found[axis] = float(number), len(command[: m.start(2) + 1].split()) - 1
    return {axis: said for axis, said in found.items() if axis not in twice}


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()
