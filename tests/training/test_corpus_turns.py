"""Order, conditions, loops and turns of the corpus mean what they say."""

import pytest

from llmagentos.lang import plan as p
from training.corpus.dialogue import turns
from training.corpus.sampler import Ctx
from training.corpus.sentences import control as flow


def test_close_to_a_holder_asks_on_which_side_of_it():
    for seed in range(40):
        text, (put, ask) = turns.close_to(Ctx(seed))
        assert "close to" in text
        assert isinstance(ask, p.Ask) and ask.about == "direction" and ask.obj == put.place.obj


@pytest.mark.parametrize("frame", flow._AB)
def test_every_order_frame_names_both_acts_once(frame):
    names = [s for s in ("{a}", "{ga}", "{da}", "{pa}") if s in frame]
    names += [s for s in ("{b}", "{gb}", "{db}", "{pb}") if s in frame]
    assert len(names) == 2 and all(frame.count(n) == 1 for n in names)


def test_what_is_said_second_after_before_is_done_first():
    act_a = flow.Act("A", "Aing", "Aed", "A has been", (p.Home(),))
    act_b = flow.Act("B", "Bing", "Bed", "B has been", (p.Look(),))
    text = flow.fill(Ctx(1), ["before you {b}, {a}"] * 2, {"a": act_a, "b": act_b})
    assert text == "before you B, A"


def test_answers_to_sides_and_distances_are_places():
    seen = set()
    for seed in range(400):
        question, _, steps = turns.answer(Ctx(seed))
        assert question.endswith("?")
        if question == "How far?":
            assert steps[0].place.rel == "there" and steps[0].place.distance is not None
            seen.add("far")
        if question == "On which side?":
            assert steps[0].place.obj == turns.IT
            seen.add("side")
    assert seen == {"far", "side"}


def test_unless_and_while_negate_the_condition():
    for seed in range(300):
        text, steps = flow.conditions(Ctx(seed))
        if text.startswith("unless") and "which case" not in text:
            assert isinstance(steps[0].condition, p.Not) or steps[0].otherwise
        text, steps = flow.loops(Ctx(seed))
        if text.startswith("while "):
            assert isinstance(steps[0].condition, p.Not)
