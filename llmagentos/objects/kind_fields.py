"""What the fields of a kind may hold, checked for kinds from outside.

Knows: types and ranges of each field alone. Does not know: what fields mean together, nor which
names are taken (kinds.py).
"""

from __future__ import annotations

import math
from typing import Any, get_args

from llmagentos.errors import KindError
from llmagentos.objects.kind import Attribute, Kind, SeenBy, Shape

#: Sizes that the table has room for and the camera sees, metres.
SIZE_LIMITS_M = (0.005, 0.6)
_WORD_LISTS = ("attributes", "materials", "words", "categories", "mixed_up_with", "mixed_up_by_color",
               "asked_instead")  # fmt: skip
_NUMBERS = ("frequency", "height_ratio", "wall_m", "floor_m", "upright", "foot_ratio", "mass_kg")


def check_fields(kind: Kind) -> None:
    """KindError "expected X, got Y" for the first field that holds what it can't."""
    for field, options in (("shape", Shape), ("seen_by", SeenBy)):
        value, known = getattr(kind, field), get_args(options)
        if value not in known:
            raise _wrong(kind, field, f"one of {', '.join(known)}", value)
    _sizes(kind)
    for field in _NUMBERS:
        value = getattr(kind, field)
        if not _is_number(value) or value < 0:
            raise _wrong(kind, field, "a number of at least 0", value)
    if kind.mass_kg == 0 and kind.shape != "flat":
        raise _wrong(kind, "mass_kg", "more than 0 kg", kind.mass_kg)
    if kind.height_ratio == 0:
        raise _wrong(kind, "height_ratio", "more than 0", kind.height_ratio)
    for field in _WORD_LISTS:
        value = getattr(kind, field)
        if not isinstance(value, tuple) or not all(isinstance(word, str) for word in value):
            raise _wrong(kind, field, "a tuple of words", value)
    for word in kind.attributes:
        if word not in get_args(Attribute):
            raise _wrong(kind, "attributes", f"of {', '.join(get_args(Attribute))}", word)


def _sizes(kind: Kind) -> None:
    low, high = SIZE_LIMITS_M
    span = f"from {low} to {high} m"
    if not _in_range(kind.size_m):
        raise _wrong(kind, "size_m", f"a number {span}", kind.size_m)
    sizes = kind.sizes_m
    if sizes is not None and not (
        _are(sizes, 2) and all(map(_in_range, sizes)) and sizes[0] <= sizes[1]
    ):
        raise _wrong(kind, "sizes_m", f"smallest and largest, two numbers {span}", sizes)
    usual = kind.usual_sizes_m
    if not isinstance(usual, tuple) or not all(map(_in_range, usual)):
        raise _wrong(kind, "usual_sizes_m", f"a tuple of numbers {span}", usual)
    extents = kind.extents_m
    if extents is not None and not (_are(extents, 3) and all(v > 0 for v in extents)):
        raise _wrong(kind, "extents_m", "x, y, z, three numbers over 0", extents)


def _are(value: Any, count: int) -> bool:
    return isinstance(value, tuple) and len(value) == count and all(map(_is_number, value))


def _in_range(value: Any) -> bool:
    return _is_number(value) and SIZE_LIMITS_M[0] <= value <= SIZE_LIMITS_M[1]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _wrong(kind: Kind, field: str, expected: str, got: Any) -> KindError:
    return KindError(f"expected {field} of kind {kind.name!r} to be {expected}, got {got!r}")
