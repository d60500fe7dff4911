"""Picks, requirements and checks that only the fresh suites need.

Knows: truth. Does not know: plans, sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks import predicates as p
from benchmarks.suites.cases import Pick
from benchmarks.suites.judge import Check, Obj, Ref, Seen, rests_in
from benchmarks.suites.stage import Truth
from llmagentos.world.colors import luminance

#: The workspace's corners, metres.
_CORNERS = {
    "back_left": (0.7, 0.35), "back_right": (0.7, -0.35),
    "front_left": (0.3, 0.35), "front_right": (0.3, -0.35),
}  # fmt: skip


def size_of(o: Obj) -> float:
    """Edge or outer diameter, metres."""
    return float(o["size"])


def light_of(o: Obj) -> float:
    """Luminance of its colour."""
    return luminance(str(o["color"]))


def _group(name: str, world: Truth) -> list[str]:
    return [i for i in world if i.rstrip("0123456789") == name]


def ranked_by(group: str, key: Callable[[Obj], float], n: int = 1) -> Pick:
    """The n-th of the group by key, the largest first."""
    return lambda w: sorted(_group(group, w), key=lambda i: -key(w[i]))[n - 1]


def least(group: str, key: Callable[[Obj], float]) -> Pick:
    """Picks the one of a group with the smallest key."""
    return lambda w: min(_group(group, w), key=lambda i: key(w[i]))


def clear_extremes(group: str, key: Callable[[Obj], float], gap: float) -> Callable[[Truth], bool]:
    """The least and the greatest of the group stand out."""

    def check(w: Truth) -> bool:
        v = sorted(key(w[i]) for i in _group(group, w))
        return v[1] - v[0] > gap and v[-1] - v[-2] > gap

    return check


def to_point(x: float, y: float) -> Callable[[Obj], float]:
    """Distance from a point of the table, metres."""
    return lambda o: float(np.hypot(o["position"][0] - x, o["position"][1] - y))


def to_corner(name: str) -> Callable[[Obj], float]:
    """Distance to a named corner of the workspace, metres."""
    return to_point(*_CORNERS[name])


def off_line(a: str, b: str, c: str, gap_m: float = 0.1) -> Callable[[Truth], bool]:
    """`a` is clearly not between `b` and `c`."""

    def check(w: Truth) -> bool:
        o, u, v = (np.array(w[i]["position"][:2]) for i in (a, b, c))
        along = np.clip(np.dot(o - u, v - u) / np.dot(v - u, v - u), 0, 1)
        return float(np.linalg.norm(o - u - along * (v - u))) > gap_m

    return check


def several(*picks: Pick) -> Callable[[Truth], list[str]]:
    """Picks one by each pick."""
    return lambda w: [pick(w) for pick in picks]


def others(group: str, *picks: Pick) -> Callable[[Truth], list[str]]:
    """The group without these."""
    return lambda w: [i for i in _group(group, w) if i not in {pick(w) for pick in picks}]


def matched(items: Ref, boxes: Ref, same: bool = True) -> Check:
    """Every item rests in (or on) one of the boxes, of its own colour (or of another)."""

    def check(s: Seen) -> bool:
        for o in s.many(items):
            where = [c for c in s.many(boxes) if rests_in(o, c, s.after)]
            if not where or any((c["color"] == o["color"]) != same for c in where):
                return False
        return s.held is None

    return check


def counts(items: Ref, boxes: Ref, *wanted: int) -> Check:
    """So many of the items in each of the boxes, in any order of the boxes."""

    def check(s: Seen) -> bool:
        got = Counter(
            c["id"] for o in s.many(items) for c in s.many(boxes) if rests_in(o, c, s.after)
        )
        return sorted(got[i] for i in s.ids(boxes)) == sorted(wanted)

    return check


def grown(group: Ref, factor: float = 1.2) -> Check:
    """Its members are farther apart by that factor; below 1: at most that far apart."""

    def span(s: Seen, world: Truth) -> float:
        objs = [world[i] for i in s.ids(group)]
        return sum(p.distance(a, b) for a in objs for b in objs)

    def check(s: Seen) -> bool:
        ratio = span(s, s.after) / max(span(s, s.before), 1e-6)
        return ratio > factor if factor > 1 else ratio < factor

    return check


def turned_as_whole(group: Ref) -> Check:
    """Same distances from the pattern's middle, other places."""

    def check(s: Seen) -> bool:
        a = np.array([s.before[i]["position"][:2] for i in s.ids(group)])
        b = np.array([s.after[i]["position"][:2] for i in s.ids(group)])
        ra, rb = (np.sort(np.linalg.norm(v - v.mean(axis=0), axis=1)) for v in (a, b))
        return bool(np.abs(ra - rb).max() < 0.03) and bool(np.abs(a - b).max() > 0.02)

    return check


def spaced(group: Ref, cm: float) -> Check:
    """Neighbours are that far apart, between centres or outlines."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        gaps = [min(p.distance(a, b) for b in objs if b is not a) for a in objs]
        size = float(objs[0]["size"])
        return all(min(abs(g - cm / 100), abs(g - size - cm / 100)) <= 0.02 for g in gaps)

    return check


def with_full_hand(check: Check) -> Check:
    """The check on the rest of the world, while something is held."""
    return lambda s: check(replace(s, held=None))


def cleared(region: str) -> Check:
    """Nothing is left at the region."""
    return lambda s: s.held is None and not any(p.at_region(o, region) for o in s.after.values())


def one_of(group: Ref, test: Callable[[str], Check]) -> Check:
    """The test holds of exactly one of the group."""
    return lambda s: sum(test(i)(s) for i in s.ids(group)) == 1
