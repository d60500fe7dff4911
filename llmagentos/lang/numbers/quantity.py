"""A quantity that was read in text: a number, perhaps with a unit, and the words that say it.

Knows: how units convert into those of plans. Does not know: how text is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

#: What a number is said as: "three", "third", "three times", "half", "a few".
Kind = Literal["cardinal", "ordinal", "times", "fraction", "vague"]
#: What a unit measures.
Dimension = Literal["length", "angle", "time", "percent"]


@dataclass(frozen=True)
class Unit:
    """A unit as people say it. plan: the plan language's unit for it ("" for those that plans do
    not name: degrees, seconds, percent); factor: how many of those one of it is."""

    name: str
    dimension: Dimension
    plan: str
    factor: float = 1.0


UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("mm", "length", "mm"),
        Unit("cm", "length", "cm"),
        Unit("dm", "length", "cm", 10.0),
        Unit("m", "length", "m"),
        Unit("in", "length", "in"),
        Unit("ft", "length", "in", 12.0),
        Unit("yd", "length", "in", 36.0),
        Unit("finger", "length", "cm", 2.0),
        Unit("thumb", "length", "in"),
        Unit("hand", "length", "cm", 10.0),
        Unit("deg", "angle", ""),
        Unit("rad", "angle", "", math.degrees(1.0)),
        Unit("right angle", "angle", "", 90.0),
        Unit("turn", "angle", "", 360.0),
        Unit("ms", "time", "", 0.001),
        Unit("s", "time", ""),
        Unit("min", "time", "", 60.0),
        Unit("h", "time", "", 3600.0),
        Unit("percent", "percent", ""),
    )
}


@dataclass(frozen=True)
class Quantity:
    """value: as said, of `unit` where one is named (a key of UNITS). first, last: the words that
    say it, inclusive, counted from 0 over the text split at white space. start, end: its
    characters. text: them. signed values have their sign."""

    value: float
    unit: str | None
    kind: Kind
    first: int
    last: int
    start: int
    end: int
    text: str

    @property
    def dimension(self) -> Dimension | None:
        """What it measures; None without a unit."""
        return UNITS[self.unit].dimension if self.unit is not None else None

    @property
    def in_plan(self) -> tuple[float, str]:
        """The value in the unit that plans use for it, and that unit: a foot is (12, "in"), a
        quarter turn (90, ""), two minutes (120, "")."""
        if self.unit is None:
            return self.value, ""
        unit = UNITS[self.unit]
        return tidy(self.value * unit.factor), unit.plan


def tidy(value: float) -> float:
    """Without the dust of floating point: 12 digits are more than anybody says."""
    return float(f"{value:.12g}")
