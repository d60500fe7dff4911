"""Claims on space and time: distances against sampling, never together, never for ever; bases in a corridor."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from llmagentos.errors import FleetError
from llmagentos.fleet.space.reservations import Claim, Part, Reservations
from llmagentos.fleet.space.volumes import Box, Capsule, Volume, gap_m, nearer
from llmagentos.fleet.space.ways import way_parts

SEEDS = st.integers(0, 2**32 - 1)


def volume(rng: np.random.Generator) -> Volume:
    a, b = rng.uniform(-1, 1, 3), rng.uniform(-1, 1, 3)
    if rng.random() < 0.2:
        b = a  # a ball, or a box without sides
    if rng.random() < 0.5:
        return Capsule(tuple(a), tuple(b), float(rng.uniform(0, 0.3)))
    return Box(tuple(np.minimum(a, b)), tuple(np.maximum(a, b)))


def points(v: Volume, rng: np.random.Generator, count: int = 400) -> np.ndarray:
    """Random points of a volume's skeleton: a capsule's line, a box whole."""
    low, high = (
        (np.array(v.a), np.array(v.b)) if isinstance(v, Capsule) else map(np.array, v.bounds)
    )
    share = rng.random((count, 1)) if isinstance(v, Capsule) else rng.random((count, 3))
    return low + share * (high - low)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_gaps_are_never_larger_than_between_any_points_and_met_by_some(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = volume(rng), volume(rng)
    thick = sum(v.radius_m for v in (one, other) if isinstance(v, Capsule))
    p, q = points(one, rng), points(other, rng)
    for _ in range(6):  # nearest points by turns, from many samples
        apart = np.linalg.norm(p[:, None] - q[None], axis=2)
        least = float(apart.min())
        i, j = np.unravel_index(int(apart.argmin()), apart.shape)
        spread = 0.3 * least + 0.02
        p = np.vstack([p[i], clipped(one, p[i] + rng.normal(0, spread, (200, 3)))])
        q = np.vstack([q[j], clipped(other, q[j] + rng.normal(0, spread, (200, 3)))])
    found = gap_m(one, other)
    assert found == pytest.approx(gap_m(other, one), abs=1e-6)
    assert found <= max(0.0, least - thick) + 1e-6
    assert found >= max(0.0, least - thick) - 0.05
    assert nearer([one], [other], found + 1e-6) and (
        found < 1e-6 or not nearer([one], [other], found * 0.999)
    )


def clipped(v: Volume, p: np.ndarray) -> np.ndarray:
    """The nearest points of a volume's skeleton."""
    if isinstance(v, Box):
        return np.clip(p, v.low, v.high)
    a, way = np.array(v.a), np.subtract(v.b, v.a)
    long = float(way @ way)
    share = np.clip((p - a) @ way / long, 0, 1)[:, None] if long > 0 else np.zeros((len(p), 1))
    return a + share * way


class SharedRoom(RuleBasedStateMachine):
    """Owners that ask for random volumes and windows, use what is granted, and let it go in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.room, self.now_s = Reservations(0.05), 0.0
        for n in range(4):
            self.room.add(f"r{n}", [Box((n, -2, 0), (n + 0.9, -1, 1))])
        self.waits: dict[str, Claim] = {}

    @rule(
        n=st.integers(0, 3),
        seed=SEEDS,
        window=st.sampled_from([None, None, (0.0, 2.0), (1.0, 4.0)]),
    )
    def ask(self, n: int, seed: int, window: tuple[float, float] | None) -> None:
        rng = np.random.default_rng(seed)
        when = window or (0.0, math.inf)
        parts = [
            Part(Capsule((*rng.uniform(0, 4, 2), 0.0), (*rng.uniform(0, 4, 2), 0.0), 0.2), *when)
            for _ in range(int(rng.integers(1, 4)))
        ]
        try:
            claim = self.room.claim(f"r{n}", parts, self.now_s)
        except FleetError as error:
            waits = any(c.owner == f"r{n}" for c in self.room.waiting())
            held = self.room.granted(f"r{n}") is not None
            assert waits or (held and "at home before it waits" in str(error))
            return
        if not claim.granted:
            assert claim.waits_for
            self.waits[claim.owner] = claim

    @rule(n=st.integers(0, 3))
    def let_go(self, n: int) -> None:
        self.room.release(f"r{n}", self.now_s)

    @rule(seconds=st.sampled_from([0.5, 3.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now_s += seconds
        self.room.refresh(self.now_s)

    @invariant()
    def no_two_may_be_near_each_other_at_one_time(self) -> None:
        held = [c for n in range(4) if (c := self.room.granted(f"r{n}"))]
        for i, one in enumerate(held):
            for other in held[:i]:
                for a in one.parts:
                    for b in other.parts:
                        begins = one.began_s + a.begin_s, other.began_s + b.begin_s
                        ends = one.began_s + a.end_s, other.began_s + b.end_s
                        together = max(*begins, self.now_s) < min(ends)
                        assert not together or gap_m(a.volume, b.volume) >= 0.05 - 1e-9

    @invariant()
    def nobody_waits_in_a_ring_or_holds_while_it_waits(self) -> None:
        waiting = {c.owner: c for c in self.room.waiting()}
        for claim in waiting.values():
            assert self.room.granted(claim.owner) is None
            seen, rows = set(), [claim.owner]
            while rows:
                owner = rows.pop()
                for next_one in waiting[owner].waits_for if owner in waiting else ():
                    assert next_one != claim.owner
                    if next_one not in seen:
                        seen.add(next_one)
                        rows.append(next_one)

    @precondition(lambda self: self.room.waiting())
    @rule()
    def all_who_wait_are_served_once_the_others_let_go(self) -> None:
        first = self.room.waiting()[0]
        for n in range(4):
            if f"r{n}" != first.owner and self.room.granted(f"r{n}"):
                self.room.release(f"r{n}", self.now_s)
        assert first.granted  # the one that came first starves behind nobody


TestSharedRoom = SharedRoom.TestCase
TestSharedRoom.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)


def test_what_can_never_be_granted_is_refused() -> None:
    room = Reservations()
    room.add("a", [Box((0, 0, 0), (1, 1, 1))])
    with pytest.raises(FleetError, match="a home apart from that of 'a', got b's"):
        room.add("b", [Box((0.5, 0, 0), (2, 1, 1))])
    room.add("b", [Box((3, 0, 0), (4, 1, 1))])
    with pytest.raises(FleetError, match="outside of the home of 'a', got b's"):
        room.claim("b", [Part(Capsule((0, 0, 0), (2, 0, 0), 0.1))])
    with pytest.raises(FleetError, match="one of a, b owners, got 'c'"):
        room.claim("c", [])
    middle = [Part(Box((1.5, 0, 0), (2.5, 1, 1)))]
    assert room.claim("a", middle).granted
    assert not room.claim("b", middle).granted
    with pytest.raises(FleetError, match="wait for one claim at a time"):
        room.claim("b", middle)
    with pytest.raises(FleetError, match="a window from begin to end"):
        Part(middle[0].volume, 2.0, 2.0)
    assert not room.covers("b", [Box((1.5, 0, 0), (2, 1, 1))])
    assert room.covers("a", [Box((1.5, 0, 0), (2, 1, 1))])


# --- bases in a corridor ----------------------------------------------------------------------

RADIUS_M, SPEED_MPS = 0.25, 0.5


class Base:
    """A disc that drives from bay to bay through one corridor of 0.6 m: two can't pass each other."""

    def __init__(self, number: int, left: int, rounds: int) -> None:
        self.name, self.rounds = f"b{number}", rounds
        self.at_left = left
        aside = math.radians(-60 + 40 * number)
        x, y = 2.5 * math.cos(aside), 2.5 * math.sin(aside)
        self.bays = {True: (-x, y), False: (6 + x, y)}
        self.at = self.bays[bool(left)]
        self.claim: Claim | None = None
        self.way: list[tuple[float, float]] = []

    def route(self) -> list[tuple[float, float]]:
        """From this bay over both ends of the corridor to the other bay."""
        ends = [(0.0, 0.0), (6.0, 0.0)]
        here, there = self.bays[bool(self.at_left)], self.bays[not self.at_left]
        return [here, *(ends if self.at_left else ends[::-1]), there]


def place(way: list[tuple[float, float]], metres: float) -> tuple[float, float]:
    for a, b in pairwise(way):
        long = math.dist(a, b)
        if metres <= long:
            return a[0] + (b[0] - a[0]) * metres / long, a[1] + (b[1] - a[1]) * metres / long
        metres -= long
    return way[-1]


@settings(max_examples=20, deadline=None)
@given(starts=st.lists(st.integers(0, 1), min_size=2, max_size=4), seed=SEEDS)
def test_bases_in_one_corridor_never_touch_and_all_arrive(starts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    bases = [Base(n, left, rounds=2) for n, left in enumerate(starts)]
    room = Reservations(0.02)
    for base in bases:
        room.add(base.name, [Capsule((*p, 0.0), (*p, 0.0), RADIUS_M) for p in base.bays.values()])
    now_s, step_s, least_m = 0.0, 0.2, math.inf
    while any(b.rounds for b in bases):
        room.refresh(now_s)
        for base in rng.permutation(np.array(bases, dtype=object)):
            if base.claim is None and base.rounds and rng.random() < 0.3:
                base.way = base.route()
                parts = way_parts(base.way, RADIUS_M, SPEED_MPS)
                base.claim = room.claim(base.name, parts, now_s)
            if base.claim is not None and base.claim.granted:
                base.at = place(base.way, (now_s - base.claim.began_s) * SPEED_MPS)
                if base.at == base.way[-1]:
                    room.release(base.name, now_s)
                    base.claim, base.at_left, base.rounds = None, not base.at_left, base.rounds - 1
        for i, one in enumerate(bases):
            for other in bases[:i]:
                least_m = min(least_m, math.dist(one.at, other.at) - 2 * RADIUS_M)
        now_s += step_s
        assert now_s < 60.0 * len(bases)
    assert least_m > 0.0


def test_a_base_that_follows_goes_behind_and_one_that_comes_waits() -> None:
    room = Reservations()
    for name in ("first", "second", "other"):
        room.add(name)
    there = [(0.0, 0.0), (6.0, 0.0)]
    drive, back = (way_parts(w, RADIUS_M, SPEED_MPS) for w in (there, there[::-1]))
    assert room.claim("first", drive, 0.0).granted
    assert room.claim("second", drive, 4.0).granted
    assert not room.claim("other", back, 4.0).granted
    assert room.waiting()[0].waits_for == ("first", "second")
    room.refresh(20.0)
    assert room.granted("other")
