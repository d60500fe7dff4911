"""What a turn must have brought about: small predicates on simulator truth, to be combined.

Knows: worlds before and after a turn, the reply and its status. Does not know: plans, perception.

Every function here that takes things (`Ref`: a role's name, a group's name, or a function of the
world before) returns a Check. Predicates accept every reasonable reading of the words.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.benchmarks import predicates as p
from sim.benchmarks.suites.stage import Truth

Obj = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """One turn as it went.

    start: the world when the session began; before, after: of the turn. hand: where the finger
    tips are, or were last pointed, on the table plane; None where that is unknown.
    """

    start: Truth
    before: Truth
    after: Truth
    held: str | None
    status: str
    reply: str
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hand: tuple[float, float] | None = None

    def ids(self, ref: Ref) -> tuple[str, ...]:
        found = ref(self.before) if callable(ref) else ref
        if isinstance(found, str):
            out: list[str] = []
            for name in found.split():
                out += self.groups.get(name, (name,))
            return tuple(out)
        return tuple(found)

    def one(self, ref: Ref) -> Obj:
        return self.after[self.ids(ref)[0]]

    def was(self, ref: Ref) -> Obj:
        return self.before[self.ids(ref)[0]]

    def many(self, ref: Ref) -> list[Obj]:
        return [self.after[i] for i in self.ids(ref)]


Ref = str | Callable[[Truth], Any]
Check = Callable[[Seen], bool]


def both(*checks: Check) -> Check:
    return lambda s: all(c(s) for c in checks)


def either(*checks: Check) -> Check:
    return lambda s: any(c(s) for c in checks)


def no(check: Check) -> Check:
    return lambda s: not check(s)


def always(s: Seen) -> bool:
    return True


def nothing_moved(s: Seen) -> bool:
    return p.still(list(s.before.values()), list(s.after.values()), ()) and s.held is None


# --- where things are -----------------------------------------------------------------------------


def inside(a: Ref, b: Ref) -> Check:
    """Everything of `a` lies in (or on, for flat things) the one `b`."""
    return lambda s: s.held is None and all(rests_in(o, s.one(b), s.after) for o in s.many(a))


def in_any(a: Ref, b: Ref) -> Check:
    return lambda s: all(any(rests_in(o, c, s.after) for c in s.many(b)) for o in s.many(a))


def rests_in(o: Obj, c: Obj, world: Truth) -> bool:
    """In the container or on it, also on top of something that is."""
    if o["id"] == c["id"]:
        return False
    below = [x for x in world.values() if p.on_top(o, x) and x["id"] not in (o["id"], c["id"])]
    if any(rests_in(x, c, world) for x in below):
        return True
    if c["kind"] in ("zone", "plate", "tray", "block"):
        return over(o, c) and (c["kind"] == "zone" or p.on_top(o, c) or p.inside(o, c))
    if p.distance(o, c) > c["size"] / 2:
        return False
    top = p.top_z(c)  # a heap may stand a little out of a container
    return -0.01 < p.bottom_z(o) < top + 0.03


def over(o: Obj, c: Obj) -> bool:
    """Centre above the outline of `c`, which may be turned."""
    dx, dy = o["position"][0] - c["position"][0], o["position"][1] - c["position"][1]
    if c["kind"] in ("zone", "box", "tray", "block"):
        t = c.get("yaw", 0.0)
        u, v = math.cos(t) * dx + math.sin(t) * dy, -math.sin(t) * dx + math.cos(t) * dy
        return max(abs(u), abs(v)) <= c["size"] / 2 + 0.005
    return math.hypot(dx, dy) <= c["size"] / 2 + 0.005


def on(a: Ref, b: Ref) -> Check:
    """`a` stands on `b` (in it, if it is a dish)."""
    return lambda s: (
        s.held is None
        and (
            p.on_top(s.one(a), s.one(b))
            if s.one(b)["kind"] in ("block", "can", "cup", "ball")
            else rests_in(s.one(a), s.one(b), s.after)
        )
    )


def at(a: Ref, region: str) -> Check:
    """Everything of `a` is at the region, on any support."""

    def check(s: Seen) -> bool:
        return s.held is None and all(at_region(o, region) for o in s.many(a))

    return check


def at_region(o: Obj, region: str) -> bool:
    if region == "corner":
        return any(p.at_region(o, f"{x}_{y}") for x in ("back", "front") for y in ("left", "right"))
    if region == "side":
        return any(p.at_region(o, r) for r in ("left", "right", "front", "back"))
    if region == "middle":
        return abs(o["position"][0] - 0.5) <= 0.085 and abs(o["position"][1]) <= 0.13
    return p.at_region(o, region)


_DIAGONAL = {
    "front_left": ("front", "left"), "front_right": ("front", "right"),
    "back_left": ("back", "left"), "back_right": ("back", "right"),
}  # fmt: skip


def beside(a: Ref, b: Ref, side: str, cm: float | None = None, tol_cm: float = 3.5) -> Check:
    """`a` stands on that side of `b`; with cm, that far, centre to centre or outline to outline."""

    def check(s: Seen) -> bool:
        o, mark = s.one(a), s.one(b)
        if s.held is not None:
            return False
        if side in _DIAGONAL:
            ok = all(_axis(o, mark, x) >= 0.02 for x in _DIAGONAL[side]) and p.bottom_z(o) < 0.02
            ok = ok and p.distance(o, mark) <= 0.35
        else:
            ok = p.beside(o, mark, side)
        return ok and (cm is None or _that_far(o, mark, cm, tol_cm))

    return check


def _axis(o: Obj, mark: Obj, side: str) -> float:
    ux, uy = p.DIRECTIONS[side]
    dx, dy = (o["position"][i] - mark["position"][i] for i in (0, 1))
    return float(dx * ux + dy * uy)


def _that_far(o: Obj, mark: Obj, cm: float, tol_cm: float) -> bool:
    centre = p.distance(o, mark)
    gap = centre - (o["size"] + mark["size"]) / 2
    return min(abs(centre - cm / 100), abs(gap - cm / 100)) <= tol_cm / 100


def near(a: Ref, b: Ref, max_m: float = 0.14) -> Check:
    """Close by: centres within `max_m`, or outlines within 6 cm, and not on or in it."""

    def check(s: Seen) -> bool:
        mark = s.one(b)
        return s.held is None and all(
            o["id"] == mark["id"] or (_close(o, mark, max_m) and not rests_in(o, mark, s.after))
            for o in s.many(a)
        )

    return check


def _close(o: Obj, mark: Obj, max_m: float) -> bool:
    d = p.distance(o, mark)
    return d <= max_m or d - (o["size"] + mark["size"]) / 2 <= 0.06


def far(a: Ref, b: Ref, min_m: float = 0.22) -> Check:
    return lambda s: (
        s.held is None
        and all(p.distance(o, s.one(b)) >= min_m for o in s.many(a) if o["id"] != s.one(b)["id"])
    )


def farther(a: Ref, b: Ref, by_m: float = 0.03) -> Check:
    """Everything of `a` is farther from every one of `b` than before."""
    return lambda s: (
        s.held is None
        and all(
            p.distance(s.after[i], s.after[j]) >= p.distance(s.before[i], s.before[j]) + by_m
            or p.distance(s.after[i], s.after[j]) >= 0.25
            for i in s.ids(a)
            for j in s.ids(b)
        )
    )


def nearer(a: Ref, b: Ref, by_m: float = 0.02) -> Check:
    return lambda s: (
        s.held is None
        and p.distance(s.one(a), s.one(b)) <= max(p.distance(s.was(a), s.was(b)) - by_m, 0.13)
    )


def between(a: Ref, b: Ref, c: Ref) -> Check:
    def check(s: Seen) -> bool:
        o, u, v = (np.array(s.one(r)["position"][:2]) for r in (a, b, c))
        way = v - u
        along = float(np.dot(o - u, way) / np.dot(way, way))
        dx, dy = o - u
        aside = abs(float(way[0] * dy - way[1] * dx)) / float(np.linalg.norm(way))
        return s.held is None and 0.15 <= along <= 0.85 and aside <= 0.05

    return check


def held(a: Ref) -> Check:
    return lambda s: s.held == s.ids(a)[0]


def pointed_at(a: Ref, max_m: float = 0.15) -> Check:
    """The finger tips are over it or beside it."""

    def check(s: Seen) -> bool:
        x, y = s.one(a)["position"][:2]
        return s.hand is not None and math.dist(s.hand, (x, y)) <= max_m

    return check


def on_table(a: Ref) -> Check:
    """On the bare table or a flat zone: not in or on anything else."""

    def check(s: Seen) -> bool:
        others = [o for o in s.after.values() if o["kind"] != "zone"]
        return s.held is None and all(
            p.bottom_z(o) <= 0.006 and not any(rests_in(o, c, s.after) for c in others)
            for o in s.many(a)
        )

    return check


def moved(a: Ref, side: str, cm: float | None = None, tol_cm: float = 2.5) -> Check:
    """Moved that way (also diagonally); with cm, that far."""

    def check(s: Seen) -> bool:
        if s.held is not None:
            return False
        return all(_moved(s.after[i], s.before[i], side, cm, tol_cm) for i in s.ids(a))

    return check


def _moved(o: Obj, was: Obj, side: str, cm: float | None, tol_cm: float) -> bool:
    parts = _DIAGONAL.get(side, (side,))
    ux = sum(p.DIRECTIONS[x][0] for x in parts) / math.sqrt(len(parts))
    uy = sum(p.DIRECTIONS[x][1] for x in parts) / math.sqrt(len(parts))
    dx, dy = (o["position"][i] - was["position"][i] for i in (0, 1))
    along, across = dx * ux + dy * uy, abs(dx * uy - dy * ux)
    if along < 0.02 or across > max(0.025, 0.6 * along):
        return False
    if cm is None:
        return True
    each = [dx * p.DIRECTIONS[x][0] + dy * p.DIRECTIONS[x][1] for x in parts]
    that_far = abs(along - cm / 100) <= tol_cm / 100
    return that_far or all(abs(e - cm / 100) <= tol_cm / 100 for e in each)


def shifted(a: Ref, limit_m: float = 0.02) -> Check:
    """It isn't where it was."""
    return lambda s: all(
        math.dist(s.after[i]["position"], s.before[i]["position"]) > limit_m for i in s.ids(a)
    )


def still(a: Ref, limit_m: float = 0.02) -> Check:
    return lambda s: all(
        math.dist(s.after[i]["position"], s.before[i]["position"]) <= limit_m for i in s.ids(a)
    )


def as_at_start(a: Ref, limit_m: float = 0.03) -> Check:
    """Where it was when the session began."""
    return lambda s: (
        s.held is None
        and all(
            math.dist(s.after[i]["position"], s.start[i]["position"]) <= limit_m for i in s.ids(a)
        )
    )


def turned(a: Ref, degrees: float, tol_deg: float = 12) -> Check:
    """Turned counter-clockwise by that much, seen from above (four-fold symmetric), in place."""

    def check(s: Seen) -> bool:
        got = math.degrees(s.one(a).get("yaw", 0.0) - s.was(a).get("yaw", 0.0))
        off = (got - degrees + 45) % 90 - 45
        return s.held is None and abs(off) <= tol_deg and p.distance(s.one(a), s.was(a)) <= 0.03

    return check


def swapped(a: Ref, b: Ref, tol_m: float = 0.05) -> Check:
    return lambda s: (
        s.held is None
        and p.distance(s.one(a), s.was(b)) <= tol_m
        and p.distance(s.one(b), s.was(a)) <= tol_m
    )


# --- stacks and patterns --------------------------------------------------------------------------


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
        found = [next((r for r in _DIAGONAL if p.at_region(o, r)), None) for o in s.many(group)]
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


# --- counts ---------------------------------------------------------------------------------------


def count_where(group: Ref, test: Callable[[Seen, Obj], bool], n: int | range) -> Check:
    """Exactly n (or n in a range) of the group fit."""

    def check(s: Seen) -> bool:
        k = sum(test(s, o) for o in s.many(group))
        return s.held is None and (k == n if isinstance(n, int) else k in n)

    return check


def n_in(group: Ref, box: Ref, n: int | range) -> Check:
    return count_where(group, lambda s, o: rests_in(o, s.one(box), s.after), n)


def n_at(group: Ref, region: str, n: int | range) -> Check:
    return count_where(group, lambda s, o: at_region(o, region), n)


def n_moved(group: Ref, n: int | range) -> Check:
    return count_where(
        group, lambda s, o: math.dist(o["position"], s.before[o["id"]]["position"]) > 0.02, n
    )


# --- replies --------------------------------------------------------------------------------------

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()


def says(*words: str | Callable[[Seen], str]) -> Check:
    """The reply has all these words (each may be "a|b")."""

    def check(s: Seen) -> bool:
        text = s.reply.lower()
        wanted = [w(s) if callable(w) else w for w in words]
        return all(any(re.search(rf"\b{re.escape(x)}", text) for x in w.split("|")) for w in wanted)

    return check


def says_number(number: Callable[[Truth], int] | int) -> Check:
    """The reply gives that number, as a word or in digits; none as "no" or "none"."""

    def check(s: Seen) -> bool:
        n = number(s.before) if callable(number) else number
        options = [str(n)] + ([_NUMBERS[n]] if n < len(_NUMBERS) else [])
        if n == 0:
            options += ["no", "none", "nothing", "not any", "don't see", "can't see"]
        if n == 1:
            options += ["a", "an", "only"]
        text = s.reply.lower()
        mine = any(re.search(rf"\b{x}\b", text) for x in options)
        others = [w for i, w in enumerate(_NUMBERS) if i not in (n, 1) and i != 0]
        return mine and not any(re.search(rf"\b{w}\b", text) for w in others)

    return check


def says_yes(truth: Callable[[Truth], bool] | bool) -> Check:
    """Yes or no, as it is."""

    def check(s: Seen) -> bool:
        wanted = truth(s.before) if callable(truth) else truth
        text = s.reply.lower()
        nay = re.search(r"^no\b|\bno,|\bnot\b|n't\b|^there (is|are) no\b|^none\b", text)
        return (nay is None) == wanted

    return check


def names(ref: Ref) -> Check:
    """The reply names each of these things by colour."""
    return lambda s: all(str(s.before[i]["color"]) in s.reply.lower() for i in s.ids(ref))


def names_only(ref: Ref, among: Ref) -> Check:
    """... and none of the others."""
    return lambda s: (
        names(ref)(s)
        and not any(
            str(s.before[i]["color"]) in s.reply.lower()
            for i in s.ids(among)
            if i not in s.ids(ref)
            and s.before[i]["color"] not in {s.before[j]["color"] for j in s.ids(ref)}
        )
    )


def asks(s: Seen) -> bool:
    """One short question, and nothing moved."""
    return "?" in s.reply and len(s.reply) <= 240 and nothing_moved(s)
