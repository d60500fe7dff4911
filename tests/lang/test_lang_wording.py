"""Descriptions, places, steps and plans in words."""

from __future__ import annotations

import pytest
from lab.notation import cond, obj
from lab.scenes import scene, thing

from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording import (
    choices,
    describe_cond,
    describe_obj,
    describe_object,
    describe_plan,
    inability_words,
    join_words,
    kind_word,
    ordinal_word,
    past_tense,
    refusal_words,
    tally,
)
from llmagentos.lang.wording.objects import article, rel_words
from llmagentos.lang.wording.steps import _WRITERS

OBJS = {
    "the red block order left": "the leftmost red block",
    "the block order left 2": "the second block from the left",
    "the block order largest 3": "the third largest block",
    "a orange block": "an orange block",
    "all small red block": "all the small red blocks",
    "all 3 block": "all three blocks",
    "the 2 box": "the two boxes",
    "count 2 block": "two blocks",
    "at_most 2 block": "at most two blocks",
    "half block": "half of the blocks",
    "every_other block": "every other block",
    "every_third red block": "every third red block",
    "most block": "most of the blocks",
    "one_each color block": "one block of each colour",
    "one_each kind 2 object": "two objects of each kind",
    "one_each color block order largest": "the largest block of each colour",
    "the first_moved 2 object": "what was moved second",
    "the last_moved object": "what was moved last",
    "the last_moved 2 object": "what was moved second to last",
    "the first_moved 3 red block": "the red block that was moved third",
    "count 3 last_moved object": "the last three objects that were moved",
    "both first_moved block": "the first two blocks that were moved",
    "all last_moved block": "all the blocks that were moved last",
    "rest block": "the rest of the blocks",
    "none block": "none of the blocks",
    "both teddy": "both teddy bears",
    "the it object": "it",
    "the them object": "them",
    "the other object": "the other one",
    "the other block": "the other block",
    "a other block": "another block",
    "the red blue block": "the red or blue block",
    'the object noun "apple"': "the apple",
    'all object noun "apple"': "all the apples",
    'the object name "home bowl"': "the home bowl",
    "the empty bowl": "the empty bowl",
    "the wood block": "the wooden block",
    "the held object": "the object in the hand",
    "the block order nearest of [ the bowl ]": "the nearest block to the bowl",
    "the block order farthest at corner": "the farthest block from a corner",
    "the block where left_of [ the bowl ]": "the block left of the bowl",
    "the block where no at middle": "the block not in the middle",
    "the block where between [ the cup ] [ the can ]": "the block between the cup and the can",
    "the bowl where same_color [ the it object ]": "the bowl of the same colour as it",
    "all block except [ the red block ]": "all the blocks except the red block",
    "all block except [ a block ]": "all the blocks except one",
}


@pytest.mark.parametrize("text", OBJS)
def test_objects(text: str) -> None:
    assert describe_obj(obj(text)) == OBJS[text]


PLANS = {
    "put [ both block ] origin": "Put both blocks where they were before.",
    "put [ all block ] in [ a bowl where same_color [ the this object ] ]": (
        "Put each block in a bowl of the same colour as it."
    ),
    "put [ all block ] in [ a bowl where next_to [ the cup ] ]": (
        "Put all the blocks in a bowl next to the cup."
    ),
    "put [ the red block ] in [ the bowl ]": "Put the red block in the bowl.",
    "pick [ the cup ] ; place at back_left": (
        "Pick up the cup.|Put it down in the back left corner."
    ),
    "put [ the can ] left_of [ the cup ] dist 10 cm": "Put the can 10 cm left of the cup.",
    "push [ the ball ] at left": "Push the ball to the left side.",
    "move [ the ball ] left dist little": "Move the ball a little to the left.",
    "move [ the ball ] forward dist 2 in by_push": "Push the ball 2 inches forward.",
    "stack [ all block ] sort large_first at middle": (
        "Stack all the blocks in the middle, largest first."
    ),
    "arrange [ all block ] circle size 20 cm around [ the bowl ]": (
        "Arrange all the blocks in a circle of 20 cm around the bowl."
    ),
    "arrange [ all block ] grid spacing 6 cm rows 2": (
        "Arrange all the blocks in a grid with two rows, 6 cm apart."
    ),
    "rotate [ the block ] cw 45": "Turn the block 45° clockwise.",
    "swap [ the cup ] [ the can ]": "Swap the cup and the can.",
    "clear at middle": "Clear the middle.",
    "reshape bigger times 2": "Make the arrangement 2 times bigger.",
    "reshape move left dist 5 cm": "Move the arrangement 5 cm to the left.",
    "point on [ the cup ]": "Point at the cup.",
    "wait 1": "Wait 1 second.",
    "refuse fire": "Refuse: that could start a fire.",
    "cannot pour": "Say that I can't pour liquids.",
    "undo": "Undo the last command.",
    "undo 3": "Undo the last three commands.",
    "restore": "Put everything back as it was at first.",
    "put [ the block ] corner_near [ the bowl ]": (
        "Put the block at the corner nearest to the bowl."
    ),
    "put [ the block ] on [ the tray ] part left": "Put the block on the left of the tray.",
    "put [ the block ] origin": "Put the block where it was before.",
    "put [ the block ] origin [ the red cup ]": "Put the block where the red cup was.",
    "put [ all block ] origin [ both cup ]": "Put all the blocks where both cups were.",
    "push [ the block ] origin [ the red cup ]": "Push the block to where the red cup was.",
    "for_each [ all block ] { put [ the this object ] in [ a bowl ] ; home }": (
        "For each block: put it in a bowl, then go to the home position."
    ),
    "if exists [ a red block ] { home } else { look }": (
        "If there is a red block: go to the home position; otherwise look at the table."
    ),
    "repeat 2 { home }": "Twice: go to the home position.",
    "wait_for not exists [ a cup ]": "Wait until it is not so that there is a cup.",
    'remember "base" [ the bowl ]': 'Call the bowl "base".',
    "pick [ the red round ]": "Pick up the red round thing.",
    "arrange [ all round ] row sort tall_first": (
        "Arrange all the round things in a row, tallest first."
    ),
    "correct [ the red block ]": "Do it instead with the red block.",
    "correct dist 10 cm": "Do it instead 10 cm.",
    "correct left dist 10 cm": "Do it instead 10 cm to the left.",
    "correct reverse": "Do it instead the other way round.",
    "correct dist double": "Do it instead twice as far.",
    "again dist double": "Do the last command again twice as far.",
    "put [ the block ] at left dist 5 cm": "Put the block 5 cm from the left edge.",
    "push [ the block ] at back_left dist 5 cm": (
        "Push the block to 5 cm from the back and the left edge."
    ),
    "put [ the block ] side_near [ the bowl ] dist 3 cm": (
        "Put the block 3 cm from the edge nearest to the bowl."
    ),
    "put [ the block ] corner_far [ the bowl ] dist 3 cm": (
        "Put the block 3 cm from the edges of the corner farthest from the bowl."
    ),
    "push [ the block ] toward [ the bowl ] dist half": "Push the block half way toward the bowl.",
    "if is [ one_each color block ] in [ the bowl ] { home }": (
        "If one block of each colour is in the bowl: go to the home position."
    ),
    "again 2 [ the blue block ]": "Do the last command again with the blue block two times.",
}


@pytest.mark.parametrize("text", PLANS)
def test_plans(text: str) -> None:
    assert "|".join(describe_plan(compact.parse(text))) == PLANS[text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("count [ all block ] ge 3", "there are at least three blocks"),
        ("count [ all cup ] eq 1", "there is exactly one cup"),
        (
            "count [ all cup ] gt [ all can ]",
            "the number of cups is greater than that of cans",
        ),
        ("is [ all block ] in [ the bowl ]", "all the blocks are in the bowl"),
        ("is [ the cup ] fits [ the red cup ]", "the cup is the red cup"),
        ("exists [ none block ]", "there are no blocks"),
    ],
)
def test_conditions(text: str, words: str) -> None:
    assert describe_cond(cond(text)) == words


def test_every_word_of_the_plan_language_has_words() -> None:
    assert set(_WRITERS) == {op for op, step in p.STEPS.items() if not step.said}
    assert all(map(rel_words, (*w.SPATIAL, *w.COMPARING)))
    assert all(map(refusal_words, w.REFUSALS))
    assert all(map(inability_words, w.INABILITIES))
    assert all(kind_word(k, plural=True) for k in w.KINDS)


# --- real objects -------------------------------------------------------------------------------


def test_objects_are_told_apart() -> None:
    small = thing("a", "block", "red", 0.4, 0.0, 0.03)
    large = thing("b", "block", "red", 0.4, 0.1, 0.05)
    bowl = thing("w", "bowl", "blue", 0.6, 0.1)
    at = scene(small, large, bowl)
    assert describe_object(small, at) == "the small red block"
    assert describe_object(bowl, at) == "the blue bowl"
    inside = thing("c", "block", "green", 0, 0, into=bowl)
    other = thing("d", "block", "green", 0.4, -0.2)
    at = scene(bowl, inside, other)
    assert describe_object(inside, at) == "the green block in the blue bowl"
    row = [thing(f"o{i}", "block", "red", 0.4, 0.2 - 0.1 * i) for i in range(3)]
    at = scene(*row)
    assert choices(["o0", "o1", "o2"], at) == (
        "the leftmost red block, the second red block from the left or the rightmost red block"
    )
    line = [thing(f"o{i}", "block", "red", 0.4 + 0.1 * i, 0.0) for i in range(2)]
    assert describe_object(line[0], scene(*line)) == "the front red block"
    held = thing("h", "block", "red", 0.4, 0.0, held=True)
    assert describe_object(held, scene(held, line[1])) == "the red block in my hand"
    assert describe_object(line[1], scene(held, line[1])) == "the red block on the table"


def test_a_tally_counts_and_is_bounded() -> None:
    many = [thing(f"o{i}", "block", c, 0.4, 0.0) for i, c in enumerate(("red", "red", "orange"))]
    assert tally(many) == "an orange block and two red blocks"
    assert tally([]) == ""
    colours = ("red", "orange", "yellow", "green", "cyan", "blue", "pink", "tan")
    assert tally([thing(c, "cup", c, 0, 0) for c in colours]).endswith("and other things")


def test_small_words() -> None:
    assert [ordinal_word(n) for n in (1, 10, 11, 21, 22)] == [
        "first", "tenth", "11th", "21st", "22nd",
    ]  # fmt: skip
    assert join_words(["a", "b", "c"], "or") == "a, b or c"
    assert past_tense("arrange the cups") == "arranged the cups"
    assert past_tense("stack it") == "stacked it"
    assert past_tense("home") == "homed"


def test_articles_go_by_sound() -> None:
    words = ("red block", "orange bowl", "unicorn", "umbrella", "euro coin")
    assert [article(w).split()[0] for w in words] == ["a", "an", "a", "an", "a"]
