import pytest

from llm_edge import pointers
from llmagentos.errors import PlanError
from llmagentos.lang import codec as compact


def test_texts_and_numbers_become_pointers_and_come_back():
    command = 'put "the Giraffe" 7.5cm left of the bowl and then cut the apple.'
    plan = compact.parse(
        'put [ the object noun "giraffe" ] left_of [ the bowl ] dist 7.5 cm ; '
        'cannot cut "cut the apple"'
    )
    words = pointers.to_pointers(compact.write(plan), command)
    assert words[5:7] == ["@2", "@2"]
    assert "@3" in words
    assert words[-2:] == ["@10", "@12"]
    again = compact.parse(" ".join(words), pointers.resolver(command))
    assert again.steps[0].obj.noun == "Giraffe"
    assert again.steps[0].place.distance == plan.steps[0].place.distance
    assert again.steps[1].what == "cut the apple"


def test_whole_numbers_up_to_100_and_spoken_ones_stay_words():
    words = pointers.to_pointers("rotate [ the block ] ccw 180", "turn it half way round")
    assert words[-1] == "180"
    words = pointers.to_pointers("wait 12", "wait twelve seconds")
    assert words[-1] == "12"


def test_a_text_that_is_not_in_the_command_is_named():
    with pytest.raises(PlanError, match='"sing"'):
        pointers.to_pointers('say "sing"', "put the block down")


def test_a_pointer_past_the_end_is_refused():
    with pytest.raises(PlanError, match="@7"):
        compact.parse("say @7 @8", pointers.resolver("too short"))


def test_numbers_in_words_and_in_units_that_plans_do_not_have():
    command = "Move it a foot and a half left, then 12,5cm up"
    plan = "move [ the it object ] left dist 18 in ; move [ the it object ] up dist 12.5 cm"
    words = pointers.to_pointers(plan, command)
    assert words[8:10] == ["@2", "in"] and words[-2:] == ["@9", "cm"]
    assert compact.parse(" ".join(words), pointers.resolver(command)) == compact.parse(plan)


def test_the_words_say_the_unit():
    command = "move it 1/2 inch left and turn it by a quarter turn"
    read = compact.parse(
        "move [ the it object ] left dist @3 cm ; rotate [ the it object ] ccw @10",
        pointers.resolver(command),
    )
    assert (read.steps[0].distance.value, read.steps[0].distance.unit) == (0.5, "in")
    assert read.steps[1].angle_deg == 90


def test_a_pointer_at_words_without_a_number_is_refused():
    with pytest.raises(PlanError, match="words that hold a number"):
        compact.parse("wait @1", pointers.resolver("wait there"))
    with pytest.raises(PlanError, match="words that hold a number"):  # a length is no time
        compact.parse("wait @1", pointers.resolver("wait 5cm"))
