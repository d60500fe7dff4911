"""Where things are: in, on, at, beside, between, moved, turned, swapped."""

from __future__ import annotations

import math

import numpy as np

from benchmarks import predicates as p
from benchmarks.suites.judge.core import Check, Obj, Ref, Seen
from benchmarks.suites.stage import Truth
from llmagentos.objects.kinds import traits


def inside(a: Ref, b: Ref) -> Check:
    """Everything of `a` lies in (or on, for flat things) the one `b`."""
    return lambda s: s.held is None and all(rests_in(o, s.one(b), s.after) for o in s.many(a))


def in_any(a: Ref, b: Ref) -> Check:
    """Right when each of `a` rests in one of `b`, whichever."""
    return lambda s: all(any(rests_in(o, c, s.after) for c in s.many(b)) for o in s.many(a))


def rests_in(o: Obj, c: Obj, world: Truth) -> bool:
    """In the container or on it, also on top of something that is."""
    if o["id"] == c["id"]:
        return False
    below = [x for x in world.values() if p.on_top(o, x) and x["id"] not in (o["id"], c["id"])]
    if any(rests_in(x, c, world) for x in below):
        return True
    kind = traits(c["kind"])
    if kind.is_shallow or kind.is_solid:
        return over(o, c) and (kind.is_flat or p.on_top(o, c) or p.inside(o, c))
    if p.distance(o, c) > c["size"] / 2:
        return False
    top = p.top_z(c)  # a heap may stand a little out of a container
    return -0.01 < p.bottom_z(o) < top + 0.03


def over(o: Obj, c: Obj) -> bool:
    """Centre above the outline of `c`, which may be turned."""
    dx, dy = o["position"][0] - c["position"][0], o["position"][1] - c["position"][1]
    if traits(c["kind"]).is_square:
        t = c.get("yaw", 0.0)
        u, v = math.cos(t) * dx + math.sin(t) * dy, -math.sin(t) * dx + math.cos(t) * dy
        return max(abs(u), abs(v)) <= c["size"] / 2 + 0.005
    return math.hypot(dx, dy) <= c["size"] / 2 + 0.005


def on(a: Ref, b: Ref) -> Check:
    """`a` stands on `b` (in it, if it is a dish)."""

    def check(s: Seen) -> bool:
        kind = traits(s.one(b)["kind"])
        wide = kind.has_broad_floor or kind.takes_heaps
        if wide:
            return s.held is None and rests_in(s.one(a), s.one(b), s.after)
        return s.held is None and p.on_top(s.one(a), s.one(b))

    return check


def at(a: Ref, region: str) -> Check:
    """Everything of `a` is at the region, on any support."""

    def check(s: Seen) -> bool:
        return s.held is None and all(at_region(o, region) for o in s.many(a))

    return check


def at_region(o: Obj, region: str) -> bool:
    """Whether an object lies in a region; "corner" and "side" mean any of them."""
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
    """Right when each of `a` is at least `min_m` from `b`."""
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
    """Right when `a` came at least `by_m` nearer to `b`, or is next to it."""
    return lambda s: (
        s.held is None
        and p.distance(s.one(a), s.one(b)) <= max(p.distance(s.was(a), s.was(b)) - by_m, 0.13)
    )


def between(a: Ref, b: Ref, c: Ref) -> Check:
    """Right when `a` lies on the line from `b` to `c`, within 5 cm, away from both ends."""

    def check(s: Seen) -> bool:
        o, u, v = (np.array(s.one(r)["position"][:2]) for r in (a, b, c))
        way = v - u
        along = float(np.dot(o - u, way) / np.dot(way, way))
        dx, dy = o - u
        aside = abs(float(way[0] * dy - way[1] * dx)) / float(np.linalg.norm(way))
        return s.held is None and 0.15 <= along <= 0.85 and aside <= 0.05

    return check


def held(a: Ref) -> Check:
    """Right when exactly `a` is in the gripper."""
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
        others = [o for o in s.after.values() if not traits(o["kind"]).is_flat]
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
    """Right when none of `a` moved by more than `limit_m`."""
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
    """Right when each stands where the other stood, within `tol_m`."""
    return lambda s: (
        s.held is None
        and p.distance(s.one(a), s.was(b)) <= tol_m
        and p.distance(s.one(b), s.was(a)) <= tol_m
    )
