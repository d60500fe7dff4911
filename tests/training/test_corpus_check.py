"""The check of training pairs: what passes, what is thrown away and why."""

import random

import pytest

from llmagentos.grounding import ground
from llmagentos.grounding.context import Context
from llmagentos.lang import codec as compact
from llmagentos.objects.colors import COLORS
from training.corpus import build
from training.corpus.checks import scenes
from training.corpus.checks.checker import Checker, judge
from training.corpus.checks.parts import canonical, parts
from training.corpus.checks.wording import words_problem


def pair(command: str, target: str, pending: str = "") -> build.Pair:
    return build.Pair(command, pending, tuple(target.split()))


@pytest.mark.parametrize(
    "plan",
    [
        "put [ the red block ] in [ the blue bowl ]",
        "put [ all small green block except [ the block order left ] ] on [ the zone ]",
        "pick [ the block order right 2 ]",
        "put [ the block where left_of [ the bowl ] ] next_to [ the can ]",
        "stack [ all block group color repeated ] sort dark_first at back_left",
        "for_each [ all bowl ] { put [ a block where no in [ a bowl ] ] in [ the this object ] }",
        "if exists [ a red block ] { put [ the it object ] at left } else { pick [ a ball ] }",
        "until not exists [ a block where in [ the bowl ] ] { put [ a block where in [ the bowl ] ] at left }",
        "put [ the it object ] at back ; rotate [ the it object ] cw 90",
        "put [ the red block ] at left ; put [ rest block ] at right",
        "choose [ the red block ]",
        "choose [ the small one ]".replace("one", "block"),
        "choose at left",
        "choose there dist 5 cm",
        "correct [ the other object ]",
        "again [ all green block ]",
        "undo 2",
        "restore [ the red block ]",
        "reshape bigger times 2",
        "place in [ the empty bowl ]",
        "put [ the object noun noun0 ] in [ the bowl name name0 ]".replace(
            "noun0", '"gizmo"'
        ).replace("name0", '"home"'),
        "answer which [ the bowl order fullest ]",
        "refuse fire",
    ],
)
def test_plans_that_make_sense_pass(plan):
    assert judge(plan).kind == "ok", judge(plan)


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        ("put [ the red block ] in [ the red block ]", "contradiction"),
        ("stack [ the red block ] [ the red block ]", "contradiction"),
        ("swap [ the cup ] [ the cup ]", "contradiction"),
        ("pick [ the block where left_of [ the block ] ]", "contradiction"),
        ("put [ all red block except [ all red block ] ] at left", "contradiction"),
        ("put [ all ball where same_kind [ the bowl ] ] at left", "question none"),
        ("answer color [ the ball where same_kind [ the bowl ] ]", "nothing fits"),
        ("put [ the block ] right_of [ the large tan block ]", "question ambiguous"),
    ],
)
def test_plans_that_make_no_sense_do_not(plan, kind):
    verdicts = [judge(part) for part in parts(plan.split())]
    assert kind in [v.kind for v in verdicts], verdicts


def test_what_no_robot_could_do_is_told_apart():
    assert judge("put [ the red block ] on [ the ball ]").kind == "impossible"
    assert judge("put [ the red block ] under [ the bowl ]").kind == "impossible"


@pytest.mark.parametrize(
    ("command", "plan", "wrong"),
    [
        ("put three red blocks on the tray", "put [ count 2 red block ] on [ the tray ]", "number"),
        ("move the cup 5 cm left", "move [ the cup ] left dist 5 mm", "unit"),
        ("put the red block in the green bowl", "put [ the red block ] in [ the bowl ]", "colour"),
        ("put the ball in the bowl", "put [ the ball ] in [ the box ]", "kind"),
        ("pick up the cubes", "pick [ count 4 block ]", "number"),
        ("pick up the yellow cube", "pick [ the yellow gray block ]", "colour"),
        ("the red one", "choose [ the red object ]", "question"),
    ],
)
def test_words_and_plan_must_agree(command, plan, wrong):
    problem = words_problem(command, "", plan.split())
    assert problem is not None and wrong in problem[0]


@pytest.mark.parametrize(
    ("command", "plan"),
    [
        ("put both cups left", "put [ both cup ] at left"),
        ("the two plates swap places", "swap [ the plate order left ] [ the plate order right ]"),
        ("turn it one hundred and thirty-five degrees", "rotate [ the it object ] ccw 135"),
        ("put the red, no, the blue block left", "put [ the blue block ] at left"),
        ("a ring of 6 cm radius", "arrange [ all object ] circle size 12 cm"),
        (
            "put that one five cm left of it",
            "put [ the it object ] left_of [ the it object ] dist 5 cm",
        ),
        ("do it egiht times", "repeat 8 { pick [ the it object ] }"),
        ("don't throw the red block", "refuse throwing"),
    ],
)
def test_words_that_a_plan_may_leave_out(command, plan):
    assert words_problem(command, "", plan.split()) is None


def test_parts_are_cut_where_steps_do_not_refer_to_each_other():
    apart = "put [ the red block ] at left ; if exists [ a cup ] { pick [ the ball ] }"
    assert list(parts(apart.split())) == [
        "put [ the red block ] at left",
        "wait_for exists [ a cup ]",
        "pick [ the ball ]",
    ]
    tied = "pick [ the red block ] ; put [ the it object ] at left"
    assert list(parts(tied.split())) == [tied]


def test_renaming_keeps_what_is_the_same_the_same():
    one = canonical("put [ the pink cup ] on [ the tan cup ]".split(), "")
    two = canonical("put [ the gold cup ] on [ the red cup ]".split(), "")
    same = canonical("put [ the pink cup ] on [ the pink cup ]".split(), "")
    assert one == two != same


def test_a_scene_is_drawn_in_which_a_description_means_one_thing():
    plan = compact.parse("pick [ the large red block where left_of [ the bowl ] ]")
    for seed in range(5):
        draft = scenes.SceneDraft(random.Random(seed), ("red",))
        scenes.describe_all(draft, plan.steps)
        found = ground(plan.steps[0].obj, Context(draft.world().scene))
        assert found.ok and len(found.ids) == 1


def test_verdicts_do_not_depend_on_what_was_drawn_before():
    first = [str(build.draw(i)) for i in range(9_000_000, 9_000_020)]
    judge.cache_clear()
    assert [str(build.draw(i)) for i in reversed(range(9_000_000, 9_000_020))] == first[::-1]


@pytest.mark.parametrize("color", COLORS)
def test_a_plan_of_another_colour_is_found(color):
    command = f"put the {color} cup on the tray"
    for other in set(COLORS) - {color}:
        plan = f"put [ the {other} cup ] on [ the tray ]".split()
        assert words_problem(command, "", plan) is not None
    assert words_problem(command, "", f"put [ the {color} cup ] on [ the tray ]".split()) is None


def test_the_table_names_what_was_thrown_away():
    checker = Checker()
    assert checker(pair("put the cup left", "put [ the cup ] at left"))
    assert not checker(pair("put the cup on the cup", "put [ the cup ] on [ the cup ]"))
    assert "2 pairs, 1 rejected" in checker.table()
    assert "put the cup on the cup" in checker.table()
