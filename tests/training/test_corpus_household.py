"""Hazard frames, harmless twins, household frames and question words of the corpus."""

import re

import pytest

from llmagentos.lang import plan as p
from training.corpus import build, mix
from training.corpus.checks.checker import Checker
from training.corpus.refusals import hazards as hazard_frames
from training.corpus.refusals import household, safety, twins
from training.corpus.sampler import Ctx, Sample
from training.corpus.words import questions as question_words

_SLOT = re.compile(r"\{(\w+)\}")
_OWN = {"o", "p", "mo", "mp", "evil", "q", "spelled"}


def _frames() -> list[str]:
    families = [t for many in hazard_frames.FAMILIES.values() for a, b in many for t in a + b]
    sideways = [t for many in hazard_frames.INDIRECT.values() for t in many]
    lacks = [t for many in household.LACKS.values() for t in many]
    return [
        *families, *sideways, *lacks, *hazard_frames.INJECTIONS, *hazard_frames.INJECTION_TWINS,
        *hazard_frames.EVIL, *household.PROCEDURES, *household.CHORES, *household.IDIOMS,
    ]  # fmt: skip


def test_every_slot_has_a_bank_and_every_bracket_its_partner():
    for frame in _frames():
        names = set(_SLOT.findall(frame)) - _OWN
        bare = {n[2:] if n.startswith(("o_", "p_")) else n for n in names}
        assert bare <= set(twins.BANKS), frame
        assert frame.count("(") == frame.count(")"), frame
        assert frame.count("[") == frame.count("]"), frame


def test_every_twin_and_chore_becomes_steps_that_are_no_refusal():
    for frame in (
        *[t for many in hazard_frames.FAMILIES.values() for _, b in many for t in b],
        *hazard_frames.INJECTION_TWINS, *household.PROCEDURES, *household.CHORES, *household.IDIOMS,
    ):  # fmt: skip
        text, steps = twins.twin_clause(Ctx(frame), frame)
        assert "{" not in text, frame
        assert steps and not any(isinstance(s, p.Refuse) for s in steps), frame


def test_what_is_said_around_an_order_tells_nothing():
    """Both sides get the openings, so none of them gives a hazard away."""
    openings = {o for o in twins._OPENINGS if len(o.split()) > 2}

    def share(maker) -> float:
        texts = [twins.strip_marks(maker(Ctx(i))[0]) for i in range(1500)]
        return sum(t.startswith(tuple(openings)) for t in texts) / len(texts)

    assert share(twins.hazard) == pytest.approx(share(twins.twin), abs=0.1)
    assert share(twins.twin) > 0.08


@pytest.mark.parametrize(
    "maker", [safety.refuse, safety.contrast, safety.cannot, safety.household, household.asked]
)
def test_most_draws_become_pairs_whose_words_and_plan_agree(maker):
    checker, pairs = Checker("static"), 0
    for i in range(250):
        ctx = Ctx(f"household:{i}")
        text, steps = maker(ctx)
        pair = build.finish(Sample(text, "", tuple(steps)), ctx)
        if pair is not None:
            build.check(pair)
            pairs += checker(pair)
    assert pairs > 215, checker.table()


def test_about_as_many_harmless_as_hazard_commands():
    hazards = mix.OTHER[safety.refuse]
    assert mix.OTHER[safety.contrast] == pytest.approx(hazards, rel=0.3)


def test_a_question_frame_keeps_its_slots():
    slots = {"count": "{n}", "holds": "{s}", "where": "{o}", "distance": "{a}", "relation": "{b}"}
    for name, slot in slots.items():
        assert all(slot in frame for frame in question_words.MORE[name])
