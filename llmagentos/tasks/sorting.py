"""Sorting of ids as a plan asks for it.

Knows: the `sort` words. Does not know: where things go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from llmagentos.lang.wording import kind_word
from llmagentos.objects.colors import COLORS
from llmagentos.types import Scene
from llmagentos.world.colors import luminance
from llmagentos.world.relations import bulk_m


def sort_ids(ids: Sequence[str], sort: str | None, scene: Scene) -> tuple[str, ...]:
    """`ids` in the order that `sort` names; ties keep their order.

    alternate: colours take turns (the largest group begins); by_color: groups of one colour;
    a_first: by the name of the kind, then of the colour.
    """
    objs = [o for o in map(scene.get, ids) if o is not None]
    if sort == "reverse":
        objs = objs[::-1]
    elif sort in ("small_first", "large_first"):
        sign = 1 if sort == "small_first" else -1
        objs.sort(key=lambda o: sign * round(bulk_m(o), 3))
    elif sort in ("short_first", "tall_first"):
        sign = 1 if sort == "short_first" else -1
        objs.sort(key=lambda o: sign * round(o.height_m, 3))
    elif sort in ("light_first", "dark_first"):
        sign = 1 if sort == "dark_first" else -1
        objs.sort(key=lambda o: sign * luminance(o.color))
    elif sort == "by_color":
        objs.sort(key=lambda o: COLORS.index(o.color) if o.color in COLORS else 99)
    elif sort == "by_kind":
        kinds = list(dict.fromkeys(o.kind for o in objs))
        objs.sort(key=lambda o: kinds.index(o.kind))
    elif sort in ("a_first", "z_first"):
        objs.sort(key=lambda o: (kind_word(o.kind), o.color), reverse=sort == "z_first")
    elif sort == "alternate":
        return _alternate([(o.id, o.color) for o in objs])
    return tuple(o.id for o in objs)


def _alternate(items: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Neighbours of different colours as long as there are two colours left."""
    groups: dict[str, list[str]] = defaultdict(list)
    for object_id, color in items:
        groups[color].append(object_id)
    out: list[str] = []
    last = ""
    while any(groups.values()):
        left = [c for c, g in groups.items() if g]
        best = max(
            (c for c in left if c != last or len(left) == 1),
            key=lambda c: (len(groups[c]), -list(groups).index(c)),
        )
        out.append(groups[best].pop(0))
        last = best
    return tuple(out)
