"""Which reading is meant: by its share, by what is there, by what a planner makes of it."""

from __future__ import annotations

import pytest

from llmagentos.speech.expected import expected, words_of
from llmagentos.speech.recogniser import Heard, Reading
from llmagentos.speech.sounds_like import alike, sounds
from llmagentos.speech.understanding import (
    answered,
    question,
    understand,
    unknown,
    whole,
)
from llmagentos.types import Scene, SceneObject


def _thing(label: str) -> SceneObject:
    color, kind = label.split()
    return SceneObject(f"{color}_{kind}", kind, color, 0.05, 0.05, (0.5, 0.0, 0.03))


HERE = expected(Scene(tuple(_thing(x) for x in ("red block", "blue bowl", "yellow duck"))))


def _heard(*readings: tuple[str, float]) -> Heard:
    return Heard(tuple(Reading(text, share, 0.8) for text, share in readings), 2.0, 0.1)


def _never(text):
    raise AssertionError(f"expected no question to the planner, got one about {text!r}")


def _plans(**by_word: tuple[str, float]):
    """A planner that looks for one word of the text."""

    def plan(text):
        for word, (plan, sure) in by_word.items():
            if word in words_of(text):
                return {"steps": [plan]}, sure
        return None, 0.0

    return plan


def test_what_is_clear_is_done_without_asking_the_planner():
    found = understand(_heard(("Put the red block in the blue bowl.", 0.97)), HERE, _never)
    assert found.text == "Put the red block in the blue bowl." and not found.note


def test_a_word_that_names_nothing_here_is_taken_for_what_sounds_like_it():
    plans = _plans(bowl=("put block bowl", 0.9), bolt=("put block thing", 0.5))
    found = understand(_heard(("Put the red block in the blue bolt.", 1.0)), HERE, plans)
    assert found.text == "Put the red block in the blue bowl."
    assert found.note == 'I heard "bolt" and took it for "bowl".'
    assert found.candidates[0].to_json()["taken_for"] == {"bolt": "bowl"}


def test_a_likelier_reading_that_means_nothing_here_gives_way():
    found = understand(
        _heard(("Is there a dove on the table?", 0.6), ("Is there a duck on the table?", 0.4)),
        HERE, _plans(duck=("count duck", 0.9), dove=("cannot", 0.3)),
    )  # fmt: skip
    assert "duck" in found.text


def test_readings_with_one_plan_agree():
    found = understand(
        _heard(("Put the block in the bowl.", 0.5), ("Put a block in the bowl.", 0.5)),
        HERE, _plans(block=("put block bowl", 0.9)),
    )  # fmt: skip
    assert found.text and len(found.candidates) == 1


def test_a_close_call_is_asked_and_the_answer_taken():
    found = understand(
        _heard(("Pick up the bowl.", 0.52), ("Pick up the ball.", 0.48)),
        HERE, _plans(bowl=("pick bowl", 0.9), ball=("pick ball", 0.9)),
    )  # fmt: skip
    assert not found.text and found.asks == "Did you say bowl or ball?"
    options = [c.text for c in found.candidates]
    assert answered("The ball.", options) == "Pick up the ball."
    assert answered("I said bowl", options) == "Pick up the bowl."
    assert answered("the first one", options) == "Pick up the bowl."
    assert answered("no", options) == ""
    assert answered("Put the duck in the bowl", options) is None


def test_the_planners_confidence_decides_between_equals():
    found = understand(
        _heard(("Push the duck left.", 0.5), ("Push the duck lift.", 0.5)),
        HERE, _plans(left=("push left", 0.95), lift=("unclear", 0.1)),
    )  # fmt: skip
    assert found.text == "Push the duck left."


def test_a_guess_is_not_done():
    guessed = Heard((Reading("Thank you for watching.", 1.0, 0.2),), 1.0, 0.1)
    assert understand(guessed, HERE, _never).asks == "I did not catch that. Say it again?"
    assert understand(Heard((), 1.0, 0.1), HERE, _never).asks == ""


def test_sentences_that_differ_in_much_are_asked_whole():
    assert (
        question("Go home.", "Put the block there.")
        == 'Did you say "Go home" or "Put the block there"?'
    )


@pytest.mark.parametrize(
    "text", ["Put the red block in the blue bowl", "don't touch the duck", "undo that",
             "stack all the cubes", "move it 3 centimeters to the left", "what is on the table?"],
)  # fmt: skip
def test_words_of_commands_are_known(text):
    assert unknown(text, HERE) == []


def test_taught_names_are_expected():
    there = expected(taught=["zorp"])
    assert unknown("get the zorp", there) == [] and "zorp" in there.text
    plans = _plans(zorp=("get zorp", 0.9), zord=("get thing", 0.6))
    assert understand(_heard(("Get the zord.", 1.0)), there, plans).text == "Get the zorp."


@pytest.mark.parametrize(
    ("nearer", "further", "word"),
    [("bowl", "block", "bolt"), ("duck", "cup", "duke"), ("stack", "push", "sack"),
     ("can", "cup", "kind"), ("teddy", "tray", "ted")],
)  # fmt: skip
def test_likeness_follows_the_ear(nearer, further, word):
    assert alike(word, nearer) > alike(word, further)
    assert alike(nearer, nearer) == 1.0


def test_two_letters_of_one_vowel_are_a_long_one():
    assert alike("tree", "tray") > 0.8 and sounds("tree") != sounds("trek")


def test_a_reading_that_ends_early_gives_its_share_to_the_whole_one():
    first = "Pick up the red block."
    found = understand(
        _heard((first, 0.6), ("Pick up the red block, wait and put it down.", 0.4)), HERE, _never
    )
    assert found.text == "Pick up the red block, wait and put it down."


def test_a_short_reading_that_is_surer_stays():
    heard = Heard((Reading("Undo that.", 0.6, 0.9), Reading("Undo that bird.", 0.4, 0.5)), 1.0, 0.1)
    assert [r.text for r in whole(heard.readings)] == ["Undo that.", "Undo that bird."]


def test_what_is_to_be_done_is_no_thing():
    """A sentence begins with a verb: one that is unknown is not taken for the bowl."""
    found = understand(_heard(("Bowel it to the left.", 1.0)), HERE, _never)
    assert found.text == "Bowel it to the left." and not found.note


def test_what_cannot_be_done_is_the_same_however_it_was_heard():
    plans = {"Get me a soda.": "Get me a soda", "Got me a soda.": "Got me a soda"}

    def plan(text):
        return {"steps": [{"op": "cannot", "reason": "reach", "what": plans[text]}]}, 0.9

    found = understand(_heard(("Get me a soda.", 0.5), ("Got me a soda.", 0.5)), HERE, plan)
    assert found.text and not found.asks
