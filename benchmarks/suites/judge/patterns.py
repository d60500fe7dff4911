"""Stacks and patterns: lines, circles, squares, grids, pyramids, corners."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks import predicates as p
from benchmarks.suites.judge.core import Check, Obj, Ref, Seen
from llmagentos.world.regions import CORNERS


def tower(*order: Ref) -> Check:
    """One stack, bottom to top."""

    def check(s: Seen) -> bool:
        objs = [o for r in order for o in s.many(r)]
        return s.held is None and all(p.on_top(b, a) for a, b in itertools.pairwise(objs))

    return check


def tower_of(group: Ref) -> Check:
    """All of them in one stack, whatever the order."""

    def check(s: Seen) -> bool:
        objs = sorted(s.many(group), key=lambda o: o["position"][2])
        return s.held is None and all(p.on_top(b, a) for a, b in itertools.pairwise(objs))

    return check


def tower_sorted(group: Ref, key: Callable[[Obj], float]) -> Check:
    """One stack with `key` not decreasing from bottom to top."""

    def check(s: Seen) -> bool:
        objs = sorted(s.many(group), key=lambda o: o["position"][2])
        rising = all(key(a) <= key(b) + 1e-6 for a, b in itertools.pairwise(objs))
        return tower_of(group)(s) and rising

    return check


def _xy(objs: Sequence[Obj]) -> np.ndarray:
    return np.array([o["position"][:2] for o in objs], dtype=float)


def _flat(objs: Sequence[Obj]) -> bool:
    return all(p.bottom_z(o) < 0.02 for o in objs)


def line(
    group: Ref,
    axis: str = "any",
    key: Callable[[Obj], float] | None = None,
    cm: float | None = None,
) -> Check:
    """In one line: row (left-right), column (near-far), diagonal, any; evenly enough spread.

    key: must rise or fall along it. cm: length from the first to the last, centres or outlines.
    """

    def check(s: Seen) -> bool:
        objs = s.many(group)
        if s.held is not None or not _flat(objs):
            return False
        pts = _xy(objs)
        centre = pts.mean(axis=0)
        way = np.linalg.svd(pts - centre)[2][0]
        along = (pts - centre) @ way
        aside = np.abs((pts - centre) @ np.array([-way[1], way[0]]))
        gaps = np.diff(np.sort(along))
        if aside.max() > 0.02 or gaps.min() < 0.02 or gaps.max() > 2.2 * gaps.min() + 0.02:
            return False
        angle = math.degrees(math.atan2(abs(way[1]), abs(way[0])))  # 90: left to right
        fits = {"row": angle > 65, "column": angle < 25, "diagonal": 20 < angle < 70, "any": True}
        if not fits[axis]:
            return False
        if cm is not None:
            length = float(along.max() - along.min())
            wide = length + float(np.mean([o["size"] for o in objs]))
            if min(abs(length - cm / 100), abs(wide - cm / 100)) > 0.03:
                return False
        if key is None:
            return True
        keys = [key(objs[i]) for i in np.argsort(along)]
        return _monotone(keys)

    return check


def _monotone(keys: Sequence[float]) -> bool:
    pairs = list(itertools.pairwise(keys))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def ordered(group: Ref, side: str, key: Callable[[Obj], float]) -> Check:
    """`key` rises in the direction `side` (which names where the largest is)."""

    def check(s: Seen) -> bool:
        ux, uy = p.DIRECTIONS[side]
        objs = sorted(s.many(group), key=lambda o: o["position"][0] * ux + o["position"][1] * uy)
        keys = [key(o) for o in objs]
        return all(a <= b + 1e-6 for a, b in itertools.pairwise(keys))

    return check


def alternating(group: Ref) -> Check:
    """Along their line (or stack) no two neighbours have the same colour."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        if max(o["position"][2] for o in objs) > 0.06:
            row = sorted(objs, key=lambda o: o["position"][2])
        else:
            pts = _xy(objs)
            way = np.linalg.svd(pts - pts.mean(axis=0))[2][0]
            row = [objs[i] for i in np.argsort((pts - pts.mean(axis=0)) @ way)]
        return all(a["color"] != b["color"] for a, b in itertools.pairwise(row))

    return check


def circle(group: Ref, around: Ref | None = None, cm: float | None = None) -> Check:
    """On a circle, all the way round; cm: its diameter; around: its middle."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        pts = _xy(objs)
        if s.held is not None or not _flat(objs):
            return False
        centre = np.array(s.one(around)["position"][:2]) if around else _circle_centre(pts)
        r = np.linalg.norm(pts - centre, axis=1)
        if r.mean() < 0.03 or np.abs(r - r.mean()).max() > max(0.02, 0.2 * r.mean()):
            return False
        angles = np.sort(np.arctan2(*(pts - centre).T))
        gaps = np.diff(np.append(angles, angles[0] + 2 * math.pi))
        if gaps.max() > 2 * math.pi / len(objs) * 1.8 or gaps.max() > math.radians(200):
            return False
        return cm is None or abs(2 * r.mean() - cm / 100) < 0.04

    return check


def _circle_centre(pts: np.ndarray) -> np.ndarray:
    a = np.column_stack([2 * pts, np.ones(len(pts))])
    fit = np.linalg.lstsq(a, (pts**2).sum(axis=1), rcond=None)[0]
    return np.asarray(fit[:2])


def square(group: Ref, cm: float | None = None) -> Check:
    """Four: the corners of a square. More: all on a square's outline, corners taken."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        if s.held is not None or not _flat(objs):
            return False
        return any(_is_square(_xy(objs), math.radians(t), cm) for t in range(0, 90, 5))

    return check


def _is_square(pts: np.ndarray, turn: float, cm: float | None) -> bool:
    c, n = pts.mean(axis=0), np.array([math.cos(turn), math.sin(turn)])
    uv = np.column_stack([(pts - c) @ n, (pts - c) @ np.array([-n[1], n[0]])])
    low, high = uv.min(axis=0), uv.max(axis=0)
    width = high - low
    if min(width) < 0.04 or abs(width[0] - width[1]) > 0.25 * max(width):
        return False
    near_edge = np.minimum(np.abs(uv - low), np.abs(uv - high)).min(axis=1) <= 0.02
    corners = [(low[0], low[1]), (low[0], high[1]), (high[0], low[1]), (high[0], high[1])]
    taken = sum(np.linalg.norm(uv - np.array(k), axis=1).min() <= 0.025 for k in corners)
    ok = bool(near_edge.all()) and taken >= min(4, len(pts))
    return ok and (cm is None or abs(max(width) - cm / 100) <= 0.03 + 0.04)


def triangle(group: Ref) -> Check:
    """Three: no flat angle. More: all on the outline of a triangle of three of them."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        if s.held is not None or not _flat(objs):
            return False
        pts = _xy(objs)
        return any(
            _fat(pts[list(t)]) and all(_to_outline(q, pts[list(t)]) < 0.02 for q in pts)
            for t in itertools.combinations(range(len(pts)), 3)
        )

    return check


def _fat(t: np.ndarray) -> bool:
    sides = [float(np.linalg.norm(t[i] - t[j])) for i, j in ((0, 1), (1, 2), (0, 2))]
    a, b, c = sorted(sides)
    if a < 0.04:
        return False
    return math.degrees(math.acos(max(-1, min(1, (b * b + c * c - a * a) / (2 * b * c))))) > 25


def _to_outline(q: np.ndarray, t: np.ndarray) -> float:
    best = math.inf
    for i, j in ((0, 1), (1, 2), (0, 2)):
        way = t[j] - t[i]
        k = float(np.clip(np.dot(q - t[i], way) / np.dot(way, way), 0, 1))
        best = min(best, float(np.linalg.norm(q - t[i] - k * way)))
    return best


def grid(group: Ref, rows: int | None = None, cols: int | None = None) -> Check:
    """Rows and columns along the table's axes; three of four etc. may leave the last row short."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        if s.held is not None or not _flat(objs):
            return False
        xs, ys = _levels(_xy(objs)[:, 0]), _levels(_xy(objs)[:, 1])
        cells = {(_nearest(o["position"][0], xs), _nearest(o["position"][1], ys)) for o in objs}
        shape = sorted((len(xs), len(ys)))
        if len(cells) != len(objs) or shape[0] < 2 or len(cells) <= (len(xs) - 1) * (len(ys) - 1):
            return False
        return rows is None or cols is None or shape == sorted((rows, cols))

    return check


def _levels(values: np.ndarray) -> list[float]:
    out: list[list[float]] = []
    for v in sorted(values):
        if out and v - out[-1][-1] < 0.025:
            out[-1].append(v)
        else:
            out.append([v])
    return [float(np.mean(x)) for x in out]


def _nearest(v: float, levels: Sequence[float]) -> int:
    return int(np.argmin([abs(v - x) for x in levels]))


def pyramid(group: Ref) -> Check:
    """Each level one narrower than the one below, standing up or laid out flat."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        if s.held is not None:
            return False
        up = [len(x) for x in _groups([p.bottom_z(o) for o in objs], 0.015)]
        steps = _pyramid_counts(len(objs))
        if up == steps:
            return True
        flat = [_groups(_xy(objs)[:, i], 0.025) for i in (0, 1)]
        return _flat(objs) and any([len(x) for x in g] in (steps, steps[::-1]) for g in flat)

    return check


def _groups(values: Any, gap: float) -> list[list[float]]:
    out: list[list[float]] = []
    for v in sorted(values):
        if out and v - out[-1][-1] < gap:
            out[-1].append(v)
        else:
            out.append([v])
    return out


def _pyramid_counts(n: int) -> list[int]:
    width = 1
    while width * (width + 1) // 2 < n:
        width += 1
    counts, left = [], n
    for level in range(width, 0, -1):
        take = min(level, left)
        if take:
            counts.append(take)
        left -= take
    return counts


def corners(group: Ref) -> Check:
    """Each in a corner, no two in the same."""

    def check(s: Seen) -> bool:
        found = [next((r for r in CORNERS if p.at_region(o, r)), None) for o in s.many(group)]
        return s.held is None and None not in found and len(set(found)) == len(found)

    return check


def sides(group: Ref) -> Check:
    """Each at a side, all sides different."""

    def check(s: Seen) -> bool:
        options = [
            [r for r in ("left", "right", "front", "back") if p.at_region(o, r)]
            for o in s.many(group)
        ]
        return s.held is None and any(
            len(set(pick)) == len(pick) for pick in itertools.product(*options)
        )

    return check


def spread(group: Ref, min_m: float = 0.10) -> Check:
    """No two within 10 cm any more."""
    return lambda s: (
        s.held is None
        and all(p.distance(a, b) >= min_m for a, b in itertools.combinations(s.many(group), 2))
    )


def together(group: Ref, link_m: float = 0.12) -> Check:
    """One heap: each linked to the others by hops of at most 12 cm (or one on another)."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        linked = {0}
        while True:
            more = {
                j
                for j in range(len(objs))
                if j not in linked and any(p.distance(objs[i], objs[j]) <= link_m for i in linked)
            }
            if not more:
                return s.held is None and len(linked) == len(objs)
            linked |= more

    return check
