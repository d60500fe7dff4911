"""One of each, every third, most, so far from an edge, half way, twice as far: words and plans."""

from __future__ import annotations

from collections import Counter

import pytest

from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from training.corpus import build
from training.corpus.acts import amounts, edges
from training.corpus.checks.checker import Checker, judge
from training.corpus.dialogue import corrections as ways
from training.corpus.handwritten.blocks import blocks
from training.corpus.phrases.amounts import amount
from training.corpus.sampler import Ctx, Sample


@pytest.mark.parametrize(
    "maker", [amounts.command, edges.from_edge, edges.half_way, ways.so_many_times_as_far]
)
def test_what_is_drawn_can_be_carried_out(maker):
    checker, kinds = Checker("symbolic"), Counter()
    for i in range(60):
        ctx = Ctx(f"amounts:{i}")
        text, steps = maker(ctx)
        pair = build.finish(Sample(text, "", tuple(steps)), ctx)
        if pair is not None:
            build.check(pair)
            kinds[checker.verdict(pair).kind] += 1
    assert kinds["ok"] + kinds["impossible"] >= 0.9 * kinds.total(), checker.table()


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("one_each", ("each", "every", "per ", "all ")),
        ("every_third", ("third", "3rd", "three")),
        ("most", ("most", "major", "half", "part", "quarters", "bulk", "share")),
    ],
)
def test_a_quantifier_is_said(which, words):
    seen = set()
    for i in range(150):
        np = amount(Ctx(f"said:{i}"), which)
        assert np.obj.quant == which and any(w in np.text for w in words), np
        assert "{" not in np.text and "  " not in np.text
        seen.add(np.obj.by)
    assert seen == ({"color", "size", "kind"} if which == "one_each" else {None})


def test_of_each_colour_has_no_colour_of_its_own():
    for i in range(200):
        obj = amount(Ctx(f"colour:{i}"), "one_each").obj
        assert not (obj.by == "color" and obj.colors)
        assert not (obj.by == "size" and obj.size)
        assert obj.by != "kind" or obj.kind in ("object", "toy", "dish", "round", "container")


def test_an_edge_is_the_one_that_was_said():
    sides = ("left", "right", "front", "back")
    for i in range(200):
        pp = edges.edge_place(Ctx(f"edge:{i}"))
        assert pp.place.distance is not None and pp.place.rel in ("at", "side_near")
        if pp.place.region in sides:
            said_sides = set(pp.text.replace("-", " ").split()) & set(sides)
            assert said_sides <= {pp.place.region}, pp


def test_half_way_is_a_place_toward_something():
    for i in range(60):
        text, (step,) = edges.half_way(Ctx(f"half:{i}"))
        assert step.place.rel == "toward" and step.place.distance == p.Length(unit="half")
        assert ("push" not in text.split()) or step.op == "push", text


def test_twice_as_far_mends_or_repeats():
    steps = [ways.so_many_times_as_far(Ctx(f"twice:{i}"))[1][0] for i in range(80)]
    units = {(s.op, s.distance.unit) for s in steps}
    assert {("correct", "double"), ("again", "double"), ("again", "half")} <= units


@pytest.mark.parametrize(
    "part",
    [
        "put [ one_each color block ] in [ the box ]",
        "put [ one_each size cup ] at left",
        "put [ one_each kind 2 object ] elsewhere",
        "arrange [ most red block ] row",
        "put [ every_third block order right ] on [ the plate ]",
        "push [ the block ] at back_left dist 5 cm",
        "push [ the block ] toward [ the bowl ] dist half",
        "again dist double",
        "correct dist double",
        "wait_for is [ most block ] in [ the bowl ]",
    ],
)
def test_the_checker_has_a_scene_and_a_turn_before(part):
    assert judge(part).kind == "ok"


def test_hand_written_blocks_are_read():
    plans = {block.plan for block in blocks()}
    assert {"put [ one_each color block ] {p}", "correct dist double"} <= plans


def test_the_mix_has_each_of_them(drawn_plans):
    seen = Counter()
    for plan in drawn_plans:
        words = compact.write(plan).split()
        seen.update(set(words) & {"one_each", "every_third", "double"})
        seen["most of"] += "[ most" in " ".join(words)
        half_way = [s for s in plan.walk() if getattr(s, "place", None)]
        seen["half way"] += any(
            s.place.rel == "toward" and s.place.distance == p.Length(unit="half") for s in half_way
        )
        seen["edge"] += any(s.place.rel == "at" and s.place.distance for s in half_way)
    assert len(seen) == 6 and min(seen.values()) >= 6, seen
