"""Round things, orders by height and corrections by a distance: words, plans, how they end."""

from __future__ import annotations

import pytest

from training.corpus import build
from training.corpus.checks.checker import Checker, judge
from training.corpus.dialogue import corrections as ways
from training.corpus.handwritten.blocks import blocks
from training.corpus.phrases.descriptions import noun_phrase
from training.corpus.sampler import Ctx, Sample
from training.corpus.words import lexicon as lx


@pytest.mark.parametrize("maker", [ways.correction, ways.by_height])
def test_what_is_drawn_can_be_carried_out(maker):
    checker = Checker("symbolic")
    for i in range(60):
        ctx = Ctx(f"ways:{i}")
        text, steps = maker(ctx)
        pair = build.finish(Sample(text, "", tuple(steps)), ctx)
        assert pair is None or checker.verdict(pair).fine, (pair, checker.verdict(pair))


def test_every_kind_of_correction_is_drawn():
    steps = [ways.correction(Ctx(f"kinds:{i}"))[1][0] for i in range(80)]
    assert any(s.reverse for s in steps)
    assert any(s.direction and s.distance for s in steps)
    assert any(s.direction and not s.distance for s in steps)
    assert any(s.distance and s.distance.unit == "half" for s in steps)
    assert all(s.obj is None and s.place is None for s in steps)


def test_tallest_at_the_left_comes_first():
    for i in range(200):
        text, (step,) = ways.by_height(Ctx(f"height:{i}"))
        if "tallest at the left" in text or "tallest at the bottom" in text:
            assert step.sort == "tall_first", text
        if "shortest at the left" in text or "tallest on top" in text:
            assert step.sort == "short_first", text


def test_a_round_thing_is_no_kind_alone():
    elsewhere = [w for kind, words in lx.KIND_WORDS.items() if kind != "round" for w in words]
    assert not set(lx.KIND_WORDS["round"]) & set(elsewhere)
    for i in range(120):
        ctx = Ctx(f"round:{i}")
        np = noun_phrase(ctx, None, {"round": 1.0}, 1, 0.3)
        if np.obj.noun is None and np.obj.name is None and np.obj.kind == "round":
            assert any(w in np.text for w in ("round", "circular", "circle")), np


@pytest.mark.parametrize(
    "part",
    [
        "correct dist 10 cm",
        "correct forward",
        "correct left dist half",
        "correct reverse",
        "put [ all red round ] in [ the box ]",
        "put [ the block ] on [ the round ]",
        "answer count [ all round ]",
    ],
)
def test_the_checker_has_a_scene_and_a_turn_before(part):
    assert judge(part).kind == "ok"


def test_hand_written_blocks_are_read():
    plans = {block.plan for block in blocks()}
    assert {"correct reverse", "correct dist {l}", "put [ all round ] {p}"} <= plans
