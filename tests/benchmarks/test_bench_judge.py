"""Predicates on patterns: what they accept and what they don't."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.suites import judge
from benchmarks.suites.judge import Seen


def _world(points: Sequence[tuple[float, ...]], sizes: Sequence[float] = ()) -> dict[str, Any]:
    world = {}
    for i, point in enumerate(points, 1):
        size = sizes[i - 1] if sizes else 0.04
        z = point[2] if len(point) > 2 else 0.0
        world[f"b{i}"] = {
            "id": f"b{i}", "kind": "block", "color": "red", "size": size, "yaw": 0.0,
            "position": [point[0], point[1], z + size / 2],
        }  # fmt: skip
    return world


def _seen(world: dict[str, Any], reply: str = "", held: str | None = None) -> Seen:
    return Seen(world, world, world, held, "succeeded", reply, {"b": tuple(world)})


def _ring(n: int, r: float) -> list[tuple[float, float]]:
    return [
        (0.5 + r * math.cos(2 * math.pi * i / n), r * math.sin(2 * math.pi * i / n))
        for i in range(n)
    ]


ROW = [(0.5, 0.16), (0.5, 0.08), (0.5, 0.0), (0.5, -0.08)]
SQUARE = [(0.45, 0.05), (0.45, -0.05), (0.55, 0.05), (0.55, -0.05)]
SCATTERED = [(0.35, 0.2), (0.6, 0.1), (0.42, -0.25), (0.62, -0.05)]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (judge.line("b"), ROW, SCATTERED),
        (judge.line("b", "row"), ROW, [(y + 0.5, x - 0.5) for x, y in ROW]),
        (judge.line("b", "column"), [(y + 0.5, x - 0.5) for x, y in ROW], ROW),
        (judge.line("b", cm=24), ROW, [(x, y / 2) for x, y in ROW]),
        (judge.circle("b"), _ring(5, 0.1), ROW),
        (judge.circle("b", cm=20), _ring(6, 0.1), _ring(6, 0.2)),
        (judge.square("b"), SQUARE, SCATTERED),
        (judge.square("b"), SQUARE, ROW),
        (judge.grid("b", 2, 2), SQUARE, ROW),
        (judge.triangle("b"), _ring(3, 0.08), ROW[:3]),
        (judge.pyramid("b"), [(0.5, 0.0), (0.5, 0.045), (0.5, 0.02, 0.04)], ROW[:3]),
        (judge.corners("b"), [(0.68, 0.3), (0.68, -0.3), (0.32, 0.3), (0.32, -0.3)], SQUARE),
        (judge.sides("b"), [(0.5, 0.3), (0.5, -0.3), (0.68, 0), (0.32, 0)], SQUARE),
        (judge.spread("b"), SCATTERED, ROW),
        (judge.together("b"), ROW, SCATTERED),
        (judge.tower_of("b"), [(0.5, 0, 0.04), (0.5, 0, 0.0), (0.5, 0, 0.08)], ROW),
        (judge.tower("b1", "b2"), [(0.5, 0, 0.0), (0.5, 0, 0.04)], [(0.5, 0, 0.04), (0.5, 0, 0.0)]),
        (judge.at("b", "back_left"), [(0.65, 0.3)], [(0.65, 0.0)]),
        (judge.on_table("b"), ROW, [*ROW, (0.5, 0.0, 0.04)]),
    ],
)
def test_patterns_are_told_from_others(check: judge.Check, good: Any, bad: Any) -> None:
    assert check(_seen(_world(good)))
    assert not check(_seen(_world(bad)))


def test_nothing_counts_as_placed_while_held() -> None:
    assert not judge.line("b")(_seen(_world(ROW), held="b1"))


@pytest.mark.parametrize(
    ("reply", "number", "right"),
    [
        ("There are three blocks.", 3, True),
        ("There are 3 blocks.", 3, True),
        ("There are four blocks.", 3, False),
        ("There is one cup.", 1, True),
        ("There are no cups.", 0, True),
        ("I can see two.", 0, False),
    ],
)
def test_numbers_in_replies(reply: str, number: int, right: bool) -> None:
    assert judge.says_number(number)(_seen(_world(ROW), reply)) is right


@pytest.mark.parametrize(
    ("reply", "truth", "right"),
    [
        ("Yes, it is.", True, True),
        ("No, it is on the left.", True, False),
        ("No, it isn't.", False, True),
        ("There is no green bowl.", False, True),
        ("Yes, the red block.", False, False),
    ],
)
def test_yes_and_no_in_replies(reply: str, truth: bool, right: bool) -> None:
    assert judge.says_yes(truth)(_seen(_world(ROW), reply)) is right
