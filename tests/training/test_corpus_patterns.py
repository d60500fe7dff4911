"""The corpus' sentences for patterns, stacks, motions and puzzles mean what their plans do."""

import re
from itertools import pairwise

import pytest

from training.corpus import build
from training.corpus.acts import shifts
from training.corpus.checks.checker import Checker
from training.corpus.patterns import arrangements as shapes
from training.corpus.patterns import puzzles, reshapes, towers
from training.corpus.sampler import Ctx, Sample

MAKERS = [
    *shapes.MAKERS,
    *towers.MAKERS,
    *puzzles.MAKERS,
    reshapes.reshape,
    shifts.push,
    shifts.move,
    shifts.swap,
    shifts.clear,
    shifts.point,
    shifts.separate,
    shifts.together,
    shifts.sweep,
]


def drawn(maker, n):
    """(text, steps) of n draws without typing errors; those that can't be drawn are left out."""
    out = []
    for i in range(n):
        try:
            out.append(maker(Ctx(f"{maker.__name__}:{i}")))
        except (ValueError, IndexError):
            continue
    return out


@pytest.mark.parametrize("maker", MAKERS, ids=lambda m: f"{m.__module__[16:]}.{m.__name__}")
def test_most_draws_can_be_carried_out(maker):
    checker, fine, judged = Checker("symbolic"), 0, 0
    for i, (text, steps) in enumerate(drawn(maker, 12)):
        pair = build.finish(Sample(text, "", tuple(steps)), Ctx(i))
        if pair is None:  # too long
            continue
        build.check(pair)
        judged += 1
        fine += checker.verdict(pair).fine
    assert fine >= 0.5 * judged


def _colors(step):
    return [o.colors[0] for o in step.objs]


def test_an_order_from_the_right_or_the_back_is_written_from_the_left_or_the_front():
    seen = set()
    for text, steps in drawn(shapes._ordered_colors, 200):
        reversed_ = bool(
            re.search(r"right to left|to the left|on the right|at the right|from the right", text)
            or re.search(r"back to front|starting at the back|far to near|top to bottom", text)
        )
        if steps[0].shape == "circle":
            reversed_ = False
        words = [(text.find(w), c) for w, c in _plain_colors(text)]
        named = [c for _, c in sorted(words)]
        if set(named) == set(_colors(steps[0])):  # no "teal blue"
            seen.add(reversed_)
            assert _colors(steps[0]) == (named[::-1] if reversed_ else named), text
    assert seen == {True, False}


def _plain_colors(text):
    for word in ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black"):
        if len(re.findall(rf"\b{word}\b", text)) == 1:
            yield word, word


def test_a_radius_is_written_as_a_diameter():
    for i in range(60):
        text, size = shapes._radius(Ctx(i))
        digits = re.search(r"\d+", text)
        if digits:
            assert size.value == 2 * int(digits.group()) and size.unit == "cm"


def test_towers_of_colors_read_from_the_top_are_written_from_the_bottom():
    for text, steps in drawn(towers.colors, 150):
        named = [c for _, c in sorted((text.find(w), c) for w, c in _plain_colors(text))]
        down = bool(re.search(r"\btop\b|uppermost|from above", text))
        if set(named) == set(_colors(steps[0])):  # no "teal blue"
            assert _colors(steps[0]) == (named[::-1] if down else named), text


def test_corners_in_turn_go_round_the_table():
    clock = ["back_left", "back_right", "front_right", "front_left"]
    for text, steps in drawn(shapes.clockwise_corners, 40):
        way = -1 if re.search("counter|anti", text) else 1
        at = [clock.index(s.place.region) for s in steps]
        assert all((b - a) % 4 == way % 4 for a, b in pairwise(at)), text


def test_too_far_left_is_a_move_to_the_right():
    found = 0
    for text, steps in drawn(shifts.move, 400):
        m = re.search(r"too (?:far|much) (?:to the )?(left|right)", text)
        if m:
            found += 1
            assert steps[0].direction == {"left": "right", "right": "left"}[m[1]]
    assert found
