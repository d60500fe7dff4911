"""Words for the form of a thing: "the tall one", "the long blue thing", "the flat object".

Knows: which words compare which measure, and who of several stands out by it. Does not know: the
language model's words (its plans keep these as a noun), nor how a sentence is read (dialogue/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llmagentos.objects.measured import is_thing, length_m
from llmagentos.objects.outlines import width_m
from llmagentos.types import SceneObject

#: Words that stand for any thing.
ANY_THING = frozenset("thing things object objects item items one ones thingy thingies".split())
#: Measures closer than this are equal to the eye: metres, and share of the larger.
EQUAL_M, EQUAL_SHARE = 0.004, 0.08


def _height(o: SceneObject) -> float:
    return o.height_m


_MEASURES: tuple[tuple[Callable[[SceneObject], float], bool, str], ...] = (
    (_height, True, "tall taller tallest high higher highest"),
    (_height, False, "short shorter shortest low lower lowest flat flatter flattest"),
    (length_m, True, "long longer longest lengthy"),
    (width_m, True, "wide wider widest broad broader broadest thick thicker thickest fat fattest"),
    (width_m, False, "narrow narrower narrowest thin thinner thinnest slim slimmest skinny"),
)
#: Each word's measure, and whether the most of it is meant.
SHAPES: dict[str, tuple[Callable[[SceneObject], float], bool]] = {
    word: (measure, most) for measure, most, words in _MEASURES for word in words.split()
}


def split(noun: str) -> tuple[tuple[str, ...], str]:
    """A noun's words for form, and what else it says: ("long",), "" for "the long thing"."""
    words = noun.lower().split()
    shapes = tuple(w for w in words if w in SHAPES)
    rest = [w for w in words if w not in SHAPES and w not in ("the", "a", "an")]
    bare = not rest or all(w in ANY_THING for w in rest)
    return shapes, "" if shapes and bare else " ".join(rest)


def is_shape(noun: str) -> bool:
    """Whether a noun says nothing but a form."""
    shapes, rest = split(noun)
    return bool(shapes) and not rest


def by_shape(objs: Sequence[SceneObject], noun: str | None) -> list[SceneObject]:
    """Those that stand out by the noun's words for form, one word after the other; all without one.

    Who is as tall as the tallest, to the eye, is tall as well. "The long thing" is one without a name
    where there is one; "the longest thing" may be any.
    """
    found = list(objs)
    shapes = split(noun or "")[0]
    if shapes and not any(word.endswith("est") for word in shapes):
        found = [o for o in found if is_thing(o)] or found
    for word in split(noun or "")[0]:
        measure, most = SHAPES[word]
        values = [measure(o) for o in found]
        if len(found) < 2:
            break
        best = max(values) if most else min(values)
        found = [
            o
            for o, v in zip(found, values, strict=True)
            if abs(v - best) <= max(EQUAL_M, EQUAL_SHARE * max(v, best))
        ]
    return found
