"""Descriptions against small scenes: what is meant, why, and what is asked back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lab.notation import ctx, obj
from lab.scenes import scene, thing

from llmagentos.grounding import choice_key, ground, ground_landmark, matching

CASES = {
    # kind, colour, noun
    "the blue block": "b1",
    "the yellow block": "y1",
    "all red block": "r1 r2",
    "all block": "k1 r1 y1 b1 r2",
    'all object noun "cubes"': "k1 r1 y1 b1 r2",
    "the zone": "z1",
    "the green zone": "z1",
    "the green object": "w2",  # zones only where nothing else fits
    "all container": "w1 w2",
    "all round": "w1 w2",
    "the green round": "w2",
    'the round noun "cube" order left': "r1",
    # order
    "the block order left": "r1",
    "the block order left 2": "y1",
    "the block order right": None,  # r2 and k1 on it are equally far right
    "the red block order right": "r2",
    "the block order top": "k1",
    "the bowl order back": None,
    "the block order front": "r1",
    "the block order nearest": None,  # r1 and b1 are equally near
    "the block order nearest of [ the blue bowl ]": "y1",
    "the block order farthest of [ the blue bowl ]": None,
    "the bowl order nearest of [ the blue block ]": "w1",
    "the block order nearest at front_left": "r1",
    "the bowl order emptiest": "w2",
    "the bowl order fullest": "w1",
    "the block order darkest": "k1",
    "the block order lightest": "y1",
    "the block order darkest 2": "b1",
    "the object order largest": None,
    "the 2 block order left": "r1 y1",
    "all bowl order largest": "w1 w2",
    # relations
    "the block where in [ the bowl ]": "y1",
    "the block where in [ the blue bowl ]": "y1",
    "the block where on [ a red block ]": "k1",
    "the red block where under [ a block ]": "r2",
    "the bowl where same_color [ the blue block ]": "w1",
    "the bowl where no same_color [ the blue block ]": "w2",
    "all block where left_of [ the blue block ]": "r1 y1",
    "the bowl where right_of [ the blue block ]": "w2",
    "the block where at front_left": "r1",
    "all block where at left": "r1 y1",
    "the block where between [ the red block order left ] [ the red block order right ]": "b1",
    "all block where no in [ a bowl ]": "k1 r1 b1 r2",
    "the block where next_to [ the red block order right ]": "b1",
    # state, group, exclusion
    "the empty bowl": "w2",
    "the full bowl": "w1",
    "the red clear block": "r1",
    "all stacked block": "k1 r2",
    "all block group color unique": "k1 y1 b1",
    "all block group color repeated": "r1 r2",
    "all block group color most": "r1 r2",
    "all block group color even": "r1 r2",
    "all block group color odd": "k1 y1 b1",
    "all block except [ all red block ]": "k1 y1 b1",
    # one, or so many, stay out: those that any "a block" would be; "anything but a" is none of them
    "all block except [ a block ]": "k1 y1 b1 r2",
    "all block except [ count 2 block ]": "k1 y1 r2",
    "all block except [ count 5 block ]": None,
    "a block except [ a red block ]": "b1",
    # number
    "both red block": "r1 r2",
    "the 2 red block": "r1 r2",
    "the 3 red block": None,
    "a red block": "r1",  # r2 carries something
    "count 2 block": "r1 b1",
    "at_most 9 red block": "r1 r2",
    "half block": "r1 b1",
    "every_other block": "r1 b1 r2",
    "every_third block": "r1 k1",
    "none block": "",
    "both block": None,
    # stacks
    "the stack": "k1",
    "the block order bottom where in [ the stack ]": "r2",
}


@pytest.mark.parametrize("text", CASES)
def test_description_means(text: str) -> None:
    found, expected = ground(obj(text), ctx()), CASES[text]
    if expected is None:
        assert found.problem is not None and found.question and not found.ids
    else:
        assert found.problem is None, found.question
        assert sorted(found.ids) == sorted(expected.split())
        assert found.words


def test_an_explanation_says_why() -> None:
    words = ground(obj("the red block order left"), ctx()).words
    assert words == "the red block: the leftmost of 2 red blocks"


def test_ambiguity_names_the_candidates() -> None:
    found = ground(obj("the red block"), ctx())
    assert found.problem == "ambiguous"
    assert found.candidates == ("r1", "r2")
    assert found.question == (
        "Which red block do you mean: the red block on the left or the red block on the right?"
    )


def test_a_recent_mention_does_not_settle_the() -> None:
    found = ground(obj("the red block"), ctx(mentioned=(("r1",),)))
    assert found.problem == "ambiguous"


def test_the_persons_choice_settles_it() -> None:
    description = obj("the red block")
    found = ground(description, ctx(chosen=((choice_key(description), ("r2",)),)))
    assert found.ids == ("r2",)
    assert ground(obj("the block"), ctx(chosen=((choice_key(description), ("r2",)),))).problem


def test_a_missing_colour_is_never_guessed() -> None:
    found = ground(obj("the gold block"), ctx())
    assert found.problem == "none" and not found.ids
    assert "can't see a gold block" in found.question
    assert "yellow block" in found.question


def test_an_unknown_thing_is_named() -> None:
    found = ground(obj('the object noun "giraffe"'), ctx())
    assert (found.problem, found.question) == ("unknown_kind", "I can't see a giraffe here.")


@pytest.mark.parametrize("words", ["the gold block", 'the object noun "giraffe"'])
def test_what_was_not_found_may_be_in_what_was_left_out(words: str) -> None:
    whole = ctx()
    part = whole.with_(scene=replace(whole.scene, left_out=1))
    found = ground(obj(words), part)
    assert found.problem == ground(obj(words), whole).problem
    assert found.question == (
        ground(obj(words), whole).question
        + " There is too much on the table for one look: I left out one part of it."
    )


def test_a_household_noun_counts() -> None:
    at = scene(thing("d", "duck", "yellow", 0.5, 0.1), thing("b", "block", "red", 0.5, -0.1))
    assert ground(obj('the object noun "rubber duck"'), ctx(at)).ids == ("d",)
    assert ground(obj("the toy"), ctx(at)).ids == ("d",)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("ball of wool", "ball of wool"),
        ("bag of chips", "bags of chips"),
        ("cherry", "cherries"),
        ("loaf of bread", "loaves of bread"),
        ("knife", "knives"),
        ("brush", "brushes"),
        ("tape measure", "tape measures"),
    ],
)
def test_a_noun_of_several_words_and_its_plural_are_one_thing(kind: str, said: str) -> None:
    one = replace(thing("a", "ball", "white", 0.5, 0.1), kind=kind)
    at = scene(one, thing("b", "block", "red", 0.5, -0.1))
    assert ground(obj(f'all object noun "{said}"'), ctx(at)).ids == ("a",)
    assert ground(obj(f'all object noun "{said}y"'), ctx(at)).problem == "unknown_kind"


def test_a_soda_can_is_a_can_where_there_is_no_other() -> None:
    soda = replace(thing("s", "ball", "white", 0.5, 0.1), kind="soda can")
    assert ground(obj("the can"), ctx(scene(soda))).ids == ("s",)
    can = thing("c", "can", "red", 0.5, -0.1)
    assert ground(obj("the can"), ctx(scene(soda, can))).ids == ("c",)
    assert ground(obj("the ball"), ctx(scene(soda))).problem == "none"


@pytest.mark.parametrize(
    ("kinds", "said", "meant"),
    [
        (("coke can", "pepsi can"), "coke", 0),
        (("chip bag", "apple"), "jalapeno chip bag", 0),
        (("pair of gloves", "apple"), "gloves", 0),
        (("bag of chips", "apple"), "chips", 0),
        (("coke can", "coke bottle"), "coke", None),  # which of the two isn't said
        (("water glass", "apple"), "glass of milk", None),
    ],
)
def test_a_part_of_a_name_is_enough_where_one_thing_has_it(
    kinds: tuple[str, str], said: str, meant: int | None
) -> None:
    both = [
        replace(thing(k, "ball", "white", 0.5, 0.1 - 0.2 * i), kind=k) for i, k in enumerate(kinds)
    ]
    found = ground(obj(f'the object noun "{said}"'), ctx(scene(*both)))
    assert found.ids == (() if meant is None else (kinds[meant],))


@pytest.mark.parametrize(
    ("text", "without", "meant"),
    [
        ("the block order left 3", "b0", "b2"),
        ("the block order left 3", "b2", "b3"),  # the third can't be meant: the next one
        ("the block order right 2", "b4", "b3"),
        ("the block order left", "b0", "b1"),
        ("the block order middle", "b0", "b2"),
    ],
)
def test_an_ordinal_counts_what_is_spoken_for_too(text: str, without: str, meant: str) -> None:
    row = [thing(f"b{i}", "block", "red", 0.5, 0.26 - 0.13 * i) for i in range(5)]
    assert ground(obj(text), ctx(scene(*row)), (without,)).ids == (meant,)


def test_too_few_says_how_many_there_are() -> None:
    found = ground(obj("count 3 red block"), ctx())
    assert found.problem == "too_few"
    assert "only two red blocks" in found.question


def test_a_zone_is_an_object_where_nothing_else_fits() -> None:
    at = ctx(scene(thing("z", "zone", "green", 0.4, 0.1), thing("b", "block", "red", 0.4, 0.1)))
    assert ground(obj("the green object"), at).ids == ("z",)
    assert ground(obj("the object where under [ the block ]"), at).ids == ("z",)
    assert ground(obj("all object"), at).ids == ("b",)


def test_zero_of_something_is_no_problem() -> None:
    assert ground(obj("count 0 gold block"), ctx()).ok


def test_the_empty_table() -> None:
    found = ground(obj("the block"), ctx(scene()))
    assert found.problem == "none" and "table is empty" in found.question


# --- size ------------------------------------------------------------------------------------


def sizes() -> tuple:
    return (
        thing("s", "block", "red", 0.4, 0.2, 0.03),
        thing("m", "block", "red", 0.4, 0.0, 0.04),
        thing("l", "block", "red", 0.4, -0.2, 0.05),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the small block", "s"),
        ("the medium block", "m"),
        ("the large block", "l"),
        ("the block order largest 2", "m"),
        ("the block where bigger_than [ the medium block ]", "l"),
        ("the block where smaller_than [ the medium block ]", "s"),
        ("the block order middle", "m"),
        ("the block order tallest", "l"),
    ],
)
def test_size_words(text: str, expected: str) -> None:
    assert ground(obj(text), ctx(scene(*sizes()))).ids == (expected,)


def test_size_is_relative_to_the_kind_present() -> None:
    big = thing("w", "bowl", "blue", 0.6, 0.1, 0.16)
    small = thing("v", "bowl", "blue", 0.6, -0.1, 0.10)
    found = ground(obj("the small bowl"), ctx(scene(*sizes(), big, small)))
    assert found.ids == ("v",)


def test_size_among_the_coloured_ones_where_the_kind_gives_none() -> None:
    at = scene(*sizes(), thing("g", "block", "green", 0.6, 0.0, 0.02))
    assert ground(obj("the small red block"), ctx(at)).ids == ("s",)


def test_a_size_word_is_ignored_with_a_note_when_all_are_equal() -> None:
    found = ground(obj("the large blue block"), ctx())
    assert found.ids == ("b1",) and "equally large" in found.words


def test_a_large_one_is_no_small_one() -> None:
    at = scene(
        thing("l", "block", "red", 0.4, -0.2, 0.05), thing("s", "block", "blue", 0.4, 0.2, 0.03)
    )
    assert ground(obj("the small red block"), ctx(at)).problem == "none"


# --- landmarks --------------------------------------------------------------------------------


def test_a_direction_from_one_of_two_landmarks_is_asked_back() -> None:
    found = ground(obj("the block where left_of [ the bowl ]"), ctx())
    assert found.problem == "ambiguous" and "Which bowl" in found.question


def test_the_clearly_nearest_in_a_direction_is_meant() -> None:
    at = scene(
        thing("w", "bowl", "green", 0.5, -0.2),
        thing("n", "block", "red", 0.5, -0.08),
        thing("f", "block", "blue", 0.5, 0.28),
    )
    found = ground(obj("the block where left_of [ the bowl ]"), ctx(at))
    assert found.ids == ("n",) and "nearest" in found.words
    both = ground(obj("all block where left_of [ the bowl ]"), ctx(at))
    assert set(both.ids) == {"n", "f"}


def test_what_lies_straight_that_way_is_meant() -> None:
    at = scene(
        thing("w", "bowl", "green", 0.5, -0.2),
        thing("aside", "block", "red", 0.62, -0.15),
        thing("straight", "block", "blue", 0.5, 0.1),
    )
    assert ground(obj("the block where left_of [ the bowl ]"), ctx(at)).ids == ("straight",)


def test_two_equally_near_ones_are_asked_back() -> None:
    at = scene(
        thing("w", "bowl", "green", 0.5, -0.2),
        thing("n", "block", "red", 0.45, -0.05),
        thing("f", "block", "blue", 0.55, -0.05),
    )
    assert ground(obj("the block where left_of [ the bowl ]"), ctx(at)).problem == "ambiguous"


def test_a_missing_landmark_is_told() -> None:
    found = ground(obj("the block where left_of [ the pink bowl ]"), ctx())
    assert found.problem == "none" and "pink bowl" in found.question
    none = ground(obj("all block where no in [ the pink bowl ]"), ctx())
    assert len(none.ids) == 5


def test_a_landmark_is_not_what_is_being_moved() -> None:
    at = scene(thing("a", "block", "red", 0.4, 0.1), thing("b", "block", "red", 0.4, -0.1))
    assert ground_landmark(obj("the block"), ctx(at, moving="a")).ids == ("b",)
    assert ground_landmark(obj("the block"), ctx(at)).problem == "ambiguous"
    assert ground_landmark(obj("all block"), ctx(at)).problem == "ambiguous"
    assert ground_landmark(obj("none block"), ctx(at)).problem == "none"


def test_without_leaves_ids_out() -> None:
    assert ground(obj("the red block"), ctx(), without={"r1"}).ids == ("r2",)


def test_all_come_top_first_so_that_they_can_be_taken_in_this_order() -> None:
    assert ground(obj("all block"), ctx()).ids[0] == "k1"


def test_any_prefers_what_is_free_and_not_yet_handled() -> None:
    assert ground(obj("a block"), ctx(handled=("r1",))).ids == ("b1",)
    assert ground(obj("a bowl"), ctx()).ids == ("w2",)


def test_the_block_in_a_corner_may_be_near_it_when_none_is_in_it() -> None:
    at = scene(thing("a", "block", "red", 0.58, 0.08), thing("b", "block", "red", 0.4, -0.1))
    assert ground(obj("the block where at back_left"), ctx(at)).ids == ("a",)
    assert matching(obj("the block where at back_left"), ctx(at)) == ()
    close = scene(*at.objects, thing("w", "bowl", "blue", 0.58, 0.24))
    assert ground(obj("the block where next_to [ the bowl ]"), ctx(close)).ids == ("a",)


def test_second_from_the_top_is_read_off_the_table_unless_all_are_stacked() -> None:
    found = ground(obj("the block order top 2"), ctx())
    assert found.problem == "ambiguous"  # r2 and k1 are equally far back
    a = thing("a", "block", "red", 0.4, 0.2)
    b = thing("b", "block", "blue", 0, 0, on=a)
    at = scene(a, b, thing("c", "block", "green", 0.6, 0.0))
    assert ground(obj("the block order top 3"), ctx(at)).problem == "ambiguous"
    assert ground(obj("the block order top"), ctx(at)).ids == ("b",)
    assert ground(obj("the block order top 2"), ctx(scene(a, b))).ids == ("a",)


def test_every_other_goes_from_the_left() -> None:
    row = [thing(f"o{i}", "block", "red", 0.4, 0.2 - 0.1 * i) for i in range(5)]
    assert ground(obj("every_other block"), ctx(scene(*row))).ids == ("o0", "o2", "o4")


def test_every_third_and_most_of_so_many() -> None:
    row = [thing(f"o{i}", "block", "red", 0.4, 0.3 - 0.06 * i) for i in range(10)]
    for n, most, thirds in [(1, 1, 1), (2, 2, 1), (3, 2, 1), (4, 3, 2), (6, 5, 2), (10, 8, 4)]:
        at = ctx(scene(*row[:n]))
        assert len(ground(obj("most block"), at).ids) == most
        assert len(ground(obj("every_third block"), at).ids) == thirds
    assert ground(obj("every_third block order right"), at).ids == ("o9", "o6", "o3", "o0")


def test_one_of_each_is_the_one_that_any_would_be() -> None:
    found = ground(obj("one_each color block"), ctx())
    assert set(found.ids) == {"r1", "k1", "y1", "b1"}  # r2 carries something
    assert found.words.endswith("one of each colour of 5 blocks")
    assert ground(obj("one_each color them block"), ctx(mentioned=(("r1", "r2", "b1"),))).ids == (
        "r1",
        "b1",
    )
    assert set(matching(obj("one_each color red block"), ctx())) == {"r1", "r2"}


def test_one_of_each_kind_by_an_order() -> None:
    found = ground(obj("one_each kind object order left"), ctx())
    kinds = [o.kind for o in ctx().scene.objects if o.id in found.ids]
    assert sorted(kinds) == sorted({o.kind for o in ctx().scene.objects if o.kind != "zone"})
    assert ground(obj("one_each color 2 block"), ctx()).problem == "too_few"


def test_what_is_held_is_a_candidate() -> None:
    at = scene(thing("h", "block", "red", 0.5, 0.0, held=True), thing("b", "block", "blue", 0.4, 0))
    assert ground(obj("the red block"), ctx(at)).ids == ("h",)
    assert ground(obj("the held object"), ctx(at)).ids == ("h",)
    assert "not holding" in ground(obj("the held object"), ctx()).question


def test_a_stack_of_one_colour() -> None:
    a = thing("a", "block", "red", 0.4, 0.2)
    b = thing("b", "block", "red", 0, 0, on=a)
    c = thing("c", "block", "blue", 0.4, -0.2)
    d = thing("d", "block", "red", 0, 0, on=c)
    e = thing("e", "block", "blue", 0, 0, on=d)
    at = ctx(scene(a, b, c, d, e))
    assert ground(obj("the red stack"), at).ids == ("b",)
    assert ground(obj("the blue stack"), at).ids == ("e",)
    assert ground(obj("the stack order tallest"), at).ids == ("e",)
    assert ground(obj("the large stack"), at).ids == ("e",)
    assert ground(obj("the small stack"), at).ids == ("b",)
    assert set(matching(obj("all block where in [ the red stack ]"), at)) == {"a", "b"}


def test_matching_ignores_number_and_never_asks() -> None:
    assert set(matching(obj("the red block"), ctx())) == {"r1", "r2"}
    assert matching(obj('the object noun "giraffe"'), ctx()) == ()
    assert matching(obj("the block order left"), ctx()) == ("r1",)
    assert matching(obj("the block where left_of [ the bowl ]"), ctx()) == ()


def test_material_restricts_only_where_it_can() -> None:
    assert ground(obj("the blue metal block"), ctx()).ids == ("b1",)
    at = scene(thing("c", "can", "red", 0.4, 0.1), thing("b", "block", "red", 0.4, -0.1))
    assert ground(obj("the metal object"), ctx(at)).ids == ("c",)
