"""Cases: commands with the scene they are said in and what must come of them.

Knows: how a row of a suite (a scene's description, sentences with roles, predicates) becomes a
concrete case from a seed. Does not know: how cases are run (case_run.py).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.suites import judge
from benchmarks.suites.stage import Role, Stage, ToldStage, Truth, build

_FIELD = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


@dataclass(frozen=True)
class Turn:
    """One sentence. moves: roles that may move ("*": all); others must stay where they are.

    oracle: a plan that does it, in compact notation; "" where there is none. expect: a key of
    llmagentos.learning.reward.EXPECT.
    """

    say: str
    oracle: str
    check: judge.Check = judge.always
    moves: judge.Ref = ""
    expect: str = "act"


@dataclass(frozen=True)
class Row:
    """Turns over a scene's description; `require` must hold of the scene that is drawn. A scene that
    is told as it is isn't drawn."""

    stage: str | ToldStage
    turns: tuple[Turn, ...]
    require: Callable[[Truth], bool] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A concrete session: scene, sentences and judgement, all ready."""

    suite: str
    name: str
    seed: int
    stage: Stage | ToldStage
    turns: tuple[Turn, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


def r(
    stage: str,
    say: str,
    oracle: str,
    check: judge.Check = judge.always,
    moves: judge.Ref = "",
    expect: str = "act",
    require: Callable[[Truth], bool] | None = None,
    **tags: str,
) -> Row:
    """A row of one turn."""
    return Row(stage, (Turn(say, oracle, check, moves, expect),), require, tags)


def d(stage: str, *turns: Turn, require: Callable[[Truth], bool] | None = None, **tags: str) -> Row:
    """A dialogue."""
    return Row(stage, turns, require, tags)


t = Turn


def fill(text: str, roles: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> str:
    """Put the roles' names in: {a} → "red block", {a.color}, {a.kind}; a group stands for its
    first."""

    def value(match: re.Match[str]) -> str:
        name, part = match.groups()
        if name not in roles and name not in groups:
            return match.group(0)
        role: Role = roles[name] if name in roles else roles[groups[name][0]]
        return str(role if part is None else getattr(role, part))

    return _FIELD.sub(value, text)


def make(suite: str, index: int, row: Row, seed: int) -> Case:
    """The row as a case; the same seed gives the same case."""
    if isinstance(row.stage, ToldStage):
        return Case(suite, f"{suite}/{index:02d}", seed, row.stage, row.turns, row.tags)
    rng = np.random.default_rng([seed, index, sum(map(ord, suite))])
    stage = build(row.stage, rng, row.require)
    for _ in range(40):
        if not _done_already(row.turns[0], stage):
            break
        stage = build(row.stage, rng, row.require)
    turns = []
    for turn in row.turns:
        options = turn.say.split(" || ")
        say = options[int(rng.integers(len(options)))]
        turns.append(
            Turn(
                fill(say, stage.roles, stage.groups),
                fill(turn.oracle, stage.roles, stage.groups),
                turn.check,
                turn.moves,
                turn.expect,
            )
        )
    return Case(suite, f"{suite}/{index:02d}", seed, stage, tuple(turns), row.tags)


def _done_already(turn: Turn, stage: Stage) -> bool:
    """Whether doing nothing would be right, so that the command would measure nothing."""
    if turn.expect != "act" or not turn.moves or stage.later:
        return False
    world = stage.truth()
    still = judge.Seen(world, world, world, None, "succeeded", "", stage.groups)
    return turn.check(still)


# --- things told by the world (references for predicates) ------------------------------------------

Pick = Callable[[Truth], str]


def kind(name: str) -> Callable[[Truth], list[str]]:
    """Ids of all of a kind."""
    return lambda w: [i for i, o in w.items() if o["kind"] == name]


def _ids(group: judge.Ref, world: Truth) -> list[str]:
    found = group(world) if callable(group) else group
    if isinstance(found, str):
        names = found.split()
        return [i for i in world if i in names or any(re.fullmatch(rf"{n}\d+", i) for n in names)]
    return list(found)


def nth(group: judge.Ref, side: str, n: int = 1) -> Pick:
    """The n-th of the group from that side."""
    sign, axis = {"left": (-1, 1), "right": (1, 1), "front": (1, 0), "back": (-1, 0)}[side]
    return lambda w: sorted(_ids(group, w), key=lambda i: sign * w[i]["position"][axis])[n - 1]


def closest(group: judge.Ref, mark: str, n: int = 1) -> Pick:
    """Picks the n-th nearest of a group to `mark`, which itself does not count."""
    return lambda w: sorted(
        (i for i in _ids(group, w) if i != mark), key=lambda i: _gap(w, i, mark)
    )[n - 1]


def farthest(group: judge.Ref, mark: str) -> Pick:
    """Picks the one of a group that is farthest from `mark`."""
    return lambda w: max((i for i in _ids(group, w) if i != mark), key=lambda i: _gap(w, i, mark))


def _gap(w: Truth, a: str, b: str) -> float:
    (ax, ay), (bx, by) = w[a]["position"][:2], w[b]["position"][:2]
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)


def side_of(group: judge.Ref, mark: str, side: str, slack: float = 0.0) -> Callable[[Truth], list]:
    """Everything of the group on that side of the mark (half plane)."""
    ux, uy = {"left": (0, 1), "right": (0, -1), "back": (1, 0), "front": (-1, 0)}[side]
    return lambda w: [
        i
        for i in _ids(group, w)
        if i != mark
        and (w[i]["position"][0] - w[mark]["position"][0]) * ux
        + (w[i]["position"][1] - w[mark]["position"][1]) * uy
        > slack
    ]


# --- requirements on scenes ---------------------------------------------------------------------


def apart(group: judge.Ref, axis: str, gap_m: float = 0.04) -> Callable[[Truth], bool]:
    """Clearly ordered along an axis: "x" near to far, "y" left to right."""
    k = "xy".index(axis)

    def check(w: Truth) -> bool:
        values = sorted(w[i]["position"][k] for i in _ids(group, w))
        return all(b - a >= gap_m for a, b in itertools.pairwise(values))

    return check


def ranked(group: judge.Ref, mark: str, gap_m: float = 0.04) -> Callable[[Truth], bool]:
    """Clearly ordered by distance from the mark."""

    def check(w: Truth) -> bool:
        values = sorted(_gap(w, i, mark) for i in _ids(group, w) if i != mark)
        return all(b - a >= gap_m for a, b in itertools.pairwise(values))

    return check


def exactly(group: judge.Ref, mark: str, side: str, n: int) -> Callable[[Truth], bool]:
    """n of the group lie clearly on that side, all others clearly not."""
    return lambda w: (
        len(side_of(group, mark, side, 0.03)(w)) == n
        and len(side_of(group, mark, side, -0.03)(w)) == n
    )


_WAYS = {"left": (0, 1), "right": (0, -1), "back": (1, 0), "front": (-1, 0)}


def room(a: str, mark: str, side: str, gap_m: float = 0.03) -> Callable[[Truth], bool]:
    """Somewhere on that side of the mark (or "back_left" …), 10 to 20 cm away, `a` would fit."""
    parts = [_WAYS[part] for part in side.split("_")]
    ux, uy = (sum(p[i] for p in parts) / len(parts) ** 0.5 for i in (0, 1))

    def check(w: Truth) -> bool:
        mx, my = w[mark]["position"][:2]
        spots = [(mx + ux * d, my + uy * d) for d in (0.10, 0.125, 0.15, 0.175, 0.20)]
        return any(
            0.33 <= x <= 0.67
            and abs(y) <= 0.32
            and all(
                ((o["position"][0] - x) ** 2 + (o["position"][1] - y) ** 2) ** 0.5
                >= (o["size"] + w[a]["size"]) * 0.6 + gap_m
                for i, o in w.items()
                if i != a
            )
            for x, y in spots
        )

    return check


def all_of(*tests: Callable[[Truth], bool]) -> Callable[[Truth], bool]:
    """Holds where every test holds."""
    return lambda w: all(test(w) for test in tests)
