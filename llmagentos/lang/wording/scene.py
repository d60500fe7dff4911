"""Words for the objects that are really there, told apart from each other.

Knows: a scene's objects and how they stand. Does not know: descriptions in plans (steps.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from llmagentos.lang.wording.objects import (
    article,
    join_words,
    kind_word,
    number_word,
    ordinal_word,
)
from llmagentos.objects.measured import form_word, is_thing
from llmagentos.types import Scene, SceneObject

#: Objects nearer than this along an axis are not told apart by it, metres.
APART_M = 0.02
MAX_NAMED = 6


def label(obj: SceneObject) -> str:
    """Colour and kind: "red block", "yellow rubber duck"; or the name that it was shown by."""
    return obj.name or f"{obj.color} {kind_word(obj.kind)}".strip()


def describe_object(obj: SceneObject, scene: Scene) -> str:
    """Words that tell `obj` from everything else in the scene where possible.

    "the red block" when there is one; else by size, hand, support, or position among its likes.
    """
    name = label(obj)
    if obj.name:
        return f"the {name}"
    alike = [o for o in scene.objects if not o.name and o.color == obj.color and o.kind == obj.kind]
    if len(alike) <= 1:
        return f"the {name}"
    if obj.held:
        return f"the {name} in my hand"
    alike = [o for o in alike if not o.held]
    if len(alike) <= 1:
        return f"the {name} on the table" if obj.support == "table" else f"the {name}"
    for words in (
        _by_form(obj, alike),
        _by_size(obj, alike),
        _by_support(obj, alike, scene),
        _by_row(obj, alike),
    ):
        if words:
            return words
    return f"the {name} ({round(100 * obj.position[0])} cm ahead of me)"


def _by_form(obj: SceneObject, alike: Sequence[SceneObject]) -> str:
    """Things of no known kind: "the tall blue thing"."""
    word = form_word(obj, [o for o in alike if o.id != obj.id]) if is_thing(obj) else ""
    return f"the {word} {label(obj)}" if word else ""


def _by_size(obj: SceneObject, alike: Sequence[SceneObject]) -> str:
    others = [o for o in alike if o.id != obj.id]
    if all(o.size_m > obj.size_m + 0.006 for o in others):
        return f"the {'smallest' if len(others) > 1 else 'small'} {label(obj)}"
    if all(o.size_m < obj.size_m - 0.006 for o in others):
        return f"the {'largest' if len(others) > 1 else 'large'} {label(obj)}"
    return ""


def _by_support(obj: SceneObject, alike: Sequence[SceneObject], scene: Scene) -> str:
    below = scene.get(obj.support)
    same = [o for o in alike if o.support == obj.support]
    if below is None or len(same) > 1 or label(below) == label(obj):  # then "the top one"
        return ""
    return f"the {label(obj)} {'in' if obj.inside else 'on'} the {label(below)}"


def _by_row(obj: SceneObject, alike: Sequence[SceneObject]) -> str:
    """By position along the axis on which the alike ones stand clearest apart."""
    axes = ((1, -1, "left", "right"), (0, 1, "front", "back"), (2, 1, "bottom", "top"))
    best = ""
    best_gap = APART_M
    for axis, sign, first, last in axes:
        row = sorted(alike, key=lambda o: (sign * o.position[axis], o.id))
        values = [o.position[axis] for o in row]
        gap = min(abs(a - b) for a, b in pairwise(values))
        if gap <= best_gap:
            continue
        best_gap = gap * 1.5 if axis == 1 else gap
        index = [o.id for o in row].index(obj.id)
        best = _row_words(label(obj), index, len(row), first, last)
    return best


def _row_words(name: str, index: int, count: int, first: str, last: str) -> str:
    link = {"left": "on the left", "right": "on the right"}
    if count == 2:
        side = first if index == 0 else last
        return f"the {name} {link[side]}" if side in link else f"the {side} {name}"
    if index in (0, count - 1):
        side = first if index == 0 else last
        return f"the {side}most {name}" if side in link else f"the {name} farthest to the {side}"
    return f"the {ordinal_word(index + 1)} {name} from the {first}"


def describe_ids(ids: Iterable[str], scene: Scene) -> str:
    """A list of objects in words: "the red block and the blue bowl"."""
    objs = [o for o in (scene.get(i) for i in ids) if o is not None]
    return join_words([describe_object(o, scene) for o in objs])


def choices(ids: Sequence[str], scene: Scene) -> str:
    """Candidates for a question: "the red block on the left or the one ..."; at most six."""
    objs = [o for o in (scene.get(i) for i in ids) if o is not None]
    names = [describe_object(o, scene) for o in objs]
    if len(names) > MAX_NAMED:
        names = [*names[: MAX_NAMED - 1], "another one"]
    return join_words(names, "or")


def tally(objs: Iterable[SceneObject], limit: int = 6) -> str:
    """What is there, counted: "a red block, two blue bowls"; "" for nothing."""
    counts = Counter((o.color, o.kind) for o in objs)
    parts = []
    for (color, kind), n in sorted(counts.items(), key=lambda item: (item[0][1], item[0][0])):
        word = f"{color} {kind_word(kind, n > 1)}".strip()  # of some only the kind is known
        parts.append(article(word) if n == 1 else f"{number_word(n)} {word}")
    if len(parts) > limit:
        parts = [*parts[:limit], "other things"]
    return join_words(parts)
