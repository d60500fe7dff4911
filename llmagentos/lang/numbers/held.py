"""Which numbers a plan for these words may contain: those that the words hold.

Knows: what becomes of a quantity in a plan (a foot is 12 inches, a radius half a size, "two rows of
three" six things), and the few numbers that plans have without one in the words: a turn without an
angle, "wait", "one in each corner", "as many as there are cups". Does not know: whether it is the
right one for its place.

A number is told apart by the plan word before it, in compact notation: `cw 90`, `dist 5 cm`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from llmagentos.lang import words as w
from llmagentos.lang.numbers.quantity import Quantity
from llmagentos.lang.numbers.reader import read
from llmagentos.lang.words.places import Unit as PlanUnit

_TURNS = ("cw", "ccw")
_LENGTHS = ("dist", "size", "spacing")
#: Plan words in front of the numbers of a position.
COORDINATES = ("xy", "minus", "z")
#: Angles of turns without a number, and the words that call for one beside a number elsewhere.
_ANGLES = {
    90.0: r"quarter|left|right|clockwise|sideways|turn|rotate",
    180.0: r"round|around|about|over|reverse|revers\w+|half|flip|other (?:way|side)|opposite|back",
    360.0: r"full|whole|entire|complete\w*|all the way|once",
    45.0: r"tilt|diagonal\w*|askew|slant\w*",
    30.0: r"bit|little|slight\w*|tad|touch|hair|smidge\w*|somewhat|tiny",
}
_TURNING = re.compile(
    r"\b(?:re)?(?:turn|rotat|spin|twist|swivel|pivot|tilt|revolv|twirl|flip|swing|angl)\w*", re.I
)
#: What makes two of "the one after the leftmost".
_NEXT = re.compile(
    r"\b(?:after|before|beside|next|left of|right of|behind|in front of|under|below|beneath|above|but|follow\w*)\b",
    re.I,
)
_ALL_AROUND = re.compile(
    r"\b(?:each|every|all|any|per|in the|at the|the)\b.*\b(?:corner|side|edge|end|border)s?\b", re.I
)
#: How many is a matter of what lies there, and no word says it: as many, or each the same share.
_COUNTED_THERE = re.compile(
    r"\b(?:as many\b(?!.{0,40}\b(?:possible|can|could|like|fit)\b).*\bas"
    r"|(?:the same|an equal) (?:number|amount|count|quantity)|equal (?:numbers|parts|shares)"
    r"|equally|evenly|fifty[- /:]?fifty|50[- /:]{0,3}50|(?:split|share|divide|divvy|deal)s?"
    r"(?= .*\b(?:between|among|amongst|out|up|over|across|into)\b))\b", re.I
)  # fmt: skip
#: More than a count of that kind comes to on a table.
_MANY = 20
_TABULAR = re.compile(
    r"\b(?:rows?|columns?|lines?|layers?|grids?|by|each|every|times)\b|[x×*]", re.I
)
_ROUND = re.compile(r"\b(?:radius|radii|cent(?:re|er)|middle)\b", re.I)
#: Words that do what was done before once more: with its numbers.
_AS_BEFORE = re.compile(
    r"\b(?:same|again|likewise|also|too|as well|ditto|repeat|once more|undo|redo)\b", re.I
)
_EXACT = 1e-4


class HeldNumbers:
    """The numbers of a command, of the robot's question that it answers, and of the commands before
    (which a plan takes numbers from only where it, or its words, corrects or repeats that).

    Looks at the words once; every question after that is a look-up.
    """

    def __init__(self, command: str, pending: str = "", earlier: str = ""):
        self._text = f"{command} {pending}"
        self._read = (*read(command), *read(pending))
        self._earlier = read(earlier)
        self._repeats = bool(_AS_BEFORE.search(command))
        self._known: dict[tuple[str, bool], tuple[float, ...]] = {}

    def allows(self, before: str, value: float, repeats: bool = False) -> bool:
        """Whether a plan may have this number behind that plan word. repeats: the plan corrects or
        repeats the command before."""
        found = self._found(before, repeats)
        if _among(value, found) or _among(value, self._without_words(before)):
            return True
        if before == "size" and _ROUND.search(self._text):
            return _among(value / 2, found)
        is_tabular = before not in (*_TURNS, *_LENGTHS, *COORDINATES) and _TABULAR.search(
            self._text
        )
        return bool(is_tabular) and _among(value, self._products)

    def allows_unit(self, value: float, unit: str, repeats: bool = False) -> bool:
        """Whether a length of that number may have this unit of plans: where the words name units
        for the number, one of those or another that says the same length."""
        one = w.UNITS[unit].metres
        if one is None:
            return True
        said = [q for q in self._of(repeats) if suits(q, "length") and _among(value, _values((q,)))]
        # a number that stands alone is centimetres to people, but nobody has said so
        free = not said or any(q.dimension != "length" for q in said)
        return (
            free
            or any(abs(metres(q) - value * one) < _EXACT for q in said)
            or (bool(_ROUND.search(self._text)))
        )

    def holds_any(self, before: str, repeats: bool = False) -> bool:
        """Whether there is any number that a plan could have behind that plan word."""
        return bool(self._found(before, repeats) or self._without_words(before))

    def _found(self, before: str, repeats: bool) -> tuple[float, ...]:
        """What the words hold for the place behind a plan word."""
        slot = slot_of(before)
        if (slot, repeats) not in self._known:
            said = [q for q in self._of(repeats) if suits(q, slot)]
            self._known[slot, repeats] = _values(said)
        return self._known[slot, repeats]

    def _of(self, repeats: bool) -> tuple[Quantity, ...]:
        return self._read + (self._earlier if repeats or self._repeats else ())

    def _without_words(self, before: str) -> Sequence[float]:
        """The numbers that stand behind a plan word although no word says them."""
        if before in _TURNS:
            return self._angles
        if before in COORDINATES:
            return (0.0,)
        if before in ("last_moved", "first_moved"):
            return (2.0,)
        if before in w.ORDERS:
            ranks = any(q.kind == "ordinal" for q in self._read)
            return (2.0,) if not ranks and _NEXT.search(self._text) else ()
        if before == "wait":
            return (1.0,)
        if before in w.COMPARISONS:
            return (0.0, 1.0)
        if before == "spacing" and re.search(r"\btouch", self._text, re.I):
            return (1.0,)
        if before == "undo":
            return (1.0, 2.0)
        if before == "count" and (said := _said_again(self._text)):
            return said
        if before == "count" and _ALL_AROUND.search(self._text):
            return (4.0,)
        if before == "count" and _COUNTED_THERE.search(self._text):
            return tuple(float(n) for n in range(1, _MANY))
        return (1.0,) if before in ("again", "order") else ()

    @cached_property
    def _angles(self) -> tuple[float, ...]:
        """Of turns without an angle: any where no angle is said, and where there are more turns
        than angles those whose words are there."""
        said = sum(q.dimension == "angle" or (q.unit is None and q.value > 12) for q in self._read)
        if not said:
            return tuple(_ANGLES)
        # "a full turn for the cup and half a one for the plate"
        parts = [360.0 * q.value for q in self._read if q.kind == "fraction"]
        if len(_TURNING.findall(self._text)) <= said:
            return tuple(parts)
        called = (re.search(rf"\b(?:{cue})\b", self._text, re.I) for cue in _ANGLES.values())
        return (*parts, *(a for a, found in zip(_ANGLES, called, strict=True) if found))

    @cached_property
    def _products(self) -> tuple[float, ...]:
        """ "two rows of three" are six."""
        said = [q.value for q in self._read if q.value.is_integer() and 0 < q.value <= 20]
        return tuple(a * b for i, a in enumerate(said) for b in said[i + 1 :])


def slot_of(before: str) -> str:
    """What is said behind a plan word: a length, an angle, a time, or how many."""
    if before in (*_LENGTHS, *COORDINATES):
        return "length"
    return "angle" if before in _TURNS else "time" if before == "wait" else "number"


def suits(quantity: Quantity, slot: str) -> bool:
    """Whether a quantity can stand in such a place: a length is no number of things, and "the
    second" no distance."""
    if slot == "number":  # "seven minute cubes", "a pair of foot balls"
        return quantity.unit not in ("mm", "cm", "dm", "m", "in", "deg", "rad")
    if quantity.unit is None:
        return quantity.kind == "cardinal" or (quantity.kind == "fraction" and slot != "angle")
    return quantity.dimension == slot


def metres(quantity: Quantity) -> float:
    """A length in metres; of a number without a unit, as if it were metres."""
    value, unit = quantity.in_plan
    return abs(value) * (w.UNITS[unit].metres or 1.0) if unit else abs(value)


def _values(quantities: Sequence[Quantity]) -> tuple[float, ...]:
    """Every number that a plan may say for one of these."""
    out: set[float] = set()
    for q in quantities:
        value = abs(q.value)
        out |= {value, abs(q.in_plan[0])}
        if q.dimension == "length":
            out |= {metres(q) / (unit.metres or 1.0) for unit in _measured()}
        if q.dimension == "percent":
            out |= {value / 100, 1 + value / 100, 1 - value / 100}
        if q.kind == "fraction":
            out |= {1 + value, 1 - value}
    return tuple(out)


def _measured() -> list[PlanUnit]:
    return [w.UNITS[word] for word in w.UNITS.where(vague=False)]


def _said_again(text: str) -> tuple[float, ...]:
    """ "Red, red, blue, blue": two of each."""
    again = re.finditer(r"\b(\w{3,})(?:,? (?:and )?\1\b)+", text, re.I)
    return tuple(float(len(re.findall(rf"\b{found[1]}\b", found[0], re.I))) for found in again)


def _among(value: float, values: Sequence[float]) -> bool:
    return any(abs(value - other) <= _EXACT * max(1.0, abs(other)) for other in values)
