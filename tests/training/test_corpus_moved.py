"""What was moved second, the last three that were moved, where something was: words and plans."""

from __future__ import annotations

from collections import Counter

import pytest

from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from training.corpus import build
from training.corpus.acts import moved
from training.corpus.checks.checker import Checker, judge
from training.corpus.checks.wording import words_problem
from training.corpus.handwritten.blocks import blocks
from training.corpus.phrases.determiners import moved_in_turn
from training.corpus.phrases.places import where_it_was
from training.corpus.sampler import Ctx, Sample


@pytest.mark.parametrize("plural", [False, True])
def test_what_was_moved_in_turn(plural):
    checker, refs = Checker("symbolic"), set()
    for i in range(60):
        ctx = Ctx(f"moved:{i}")
        np = moved_in_turn(ctx, plural)
        assert "{" not in np.text and "  " not in np.text
        assert np.obj.quant == ("count" if plural else "the")
        refs.add((np.obj.ref, np.obj.rank))
        step = p.Put(obj=np.obj, place=p.Place(rel="elsewhere"))
        pair = build.finish(Sample(f"put {np.text} aside", "", (step,)), ctx)
        if pair is not None:
            build.check(pair)
            assert checker.verdict(pair).fine, (pair, checker.verdict(pair))
    wanted = {("last_moved", 1), ("first_moved", 1)}
    assert refs >= (wanted if plural else {("last_moved", 2), ("first_moved", 2)})
    assert plural == (refs == wanted)


def test_a_command_can_be_carried_out():
    checker, kinds, ops = Checker("symbolic"), Counter(), Counter()
    for i in range(150):
        ctx = Ctx(f"command:{i}")
        text, steps = moved.command(ctx)
        assert "{" not in text
        ops[steps[-1].op] += 1
        pair = build.finish(Sample(text, "", tuple(steps)), ctx)
        if pair is not None:
            build.check(pair)
            kinds[checker.verdict(pair).kind] += 1
    assert kinds["ok"] + kinds["impossible"] >= 0.88 * kinds.total(), checker.table()
    assert {"put", "push", "pick", "stack", "arrange", "answer"} <= set(ops)


def test_where_something_was():
    checker, kinds = Checker("symbolic"), Counter()
    for i in range(60):
        ctx = Ctx(f"was:{i}")
        pp = where_it_was(ctx)
        assert pp.place.rel == "origin" and pp.place.obj is not None and "{" not in pp.text
        assert pp.place.obj.ref != "it"  # "where it was" is its own place
        step = p.Put(obj=p.Obj(kind="duck"), place=pp.place)
        pair = build.finish(Sample(f"put the duck {pp.text}", "", (step,)), ctx)
        if pair is not None:
            kinds[checker.verdict(pair).kind] += 1
    assert kinds["ok"] >= 0.85 * kinds.total(), kinds


@pytest.mark.parametrize(
    "part",
    [
        "put [ the red block ] origin [ the blue block ]",
        "put [ the it object ] origin [ the red can ]",
        "put [ the red block ] in [ the bowl ] ; put [ the can ] origin [ the red block ]",
        "put [ the first_moved 3 object ] in [ the bowl ]",
        "put [ the last_moved object ] on [ the last_moved 2 object ]",
        "put [ count 3 last_moved block ] in [ the box ]",
        "stack [ count 3 first_moved block ]",
        "answer moved [ count 4 last_moved object ]",
    ],
)
def test_the_checker_has_the_turns_before(part):
    assert judge(part).kind == "ok"


def test_before_that_needs_no_number():
    said_so = "put the one you moved before that in the bowl"
    target = "put [ the last_moved 2 object ] in [ the bowl ]".split()
    assert words_problem(said_so, "", target) is None
    assert words_problem("put it in the bowl", "", target) is not None


def test_hand_written_blocks_are_read():
    plans = {block.plan for block in blocks()}
    assert {"put {a} origin {b}", "put [ the it object ] origin"} <= plans
    assert {
        "put [ the first_moved 2 object ] in {h}",
        "stack [ count {n} last_moved {k} ]",
    } <= plans


def test_the_mix_has_each_of_them(drawn_plans):
    seen = Counter()
    for plan in drawn_plans:
        text = compact.write(plan)
        seen["origin"] += "origin [" in text
        seen["rank"] += any(f"_moved {n} " in text for n in (2, 3, 4))
        seen["count"] += any(
            f"[ count {n} {ref}_moved" in text for n in (2, 3, 4, 5) for ref in ("last", "first")
        )
    assert len(seen) == 3 and min(seen.values()) >= 6, seen
