"""The rows of the plan words: what they say of each other holds."""

from __future__ import annotations

import pytest

from llmagentos.errors import PlanError
from llmagentos.grounding.quantity import wanted
from llmagentos.lang import grammar
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.notation import near_words
from llmagentos.lang.wording.objects import is_plural


@pytest.mark.parametrize("quant", [q for q in w.QUANTIFIERS if q not in ("none", "one_each")])
@pytest.mark.parametrize("count", [None, 1, 2])
def test_several_are_meant_where_more_than_one_of_many_is_taken(
    quant: str, count: int | None
) -> None:
    obj = p.Obj(quant=quant, count=count)
    several = obj.is_several
    if count is None or quant not in ("all", "both", "half", "most", "rest"):
        takes = wanted(obj, 9) if w.QUANTIFIERS[quant].plural else count or 1
        assert several == (takes > 1)
    assert several == is_plural(obj)


def test_references_to_several_things_are_several() -> None:
    assert {r for r in w.REFERENCES if p.Obj(ref=r).is_several} == {"them", "answer", "pattern"}


def test_opposites_are_mutual_and_of_the_same_role() -> None:
    for role in (w.SPATIAL, w.FIXED_PLACES, w.REGIONS, w.DIRECTIONS, w.SORTS):
        for word, row in role.items():
            assert not row.opposite or role[row.opposite].opposite == word


def test_directions_name_sides_and_regions_that_there_are() -> None:
    for row in w.DIRECTIONS.values():
        assert not row.side or row.side in w.SPATIAL
        assert not row.region or row.region in w.REGIONS


def test_new_words_begin_like_known_ones() -> None:
    known = set(grammar.keywords())
    near = near_words()
    assert set(near) <= known
    assert {word for like in near.values() for word in like} <= known - set(near)


@pytest.mark.parametrize(
    ("role", "row", "reason"),
    [
        ("smell", w.Word("sweet"), "expected a role of"),
        ("region", w.Word("centre"), "expected a Region for 'region', got a Word"),
        ("material", w.Word("wood"), "got 'wood' again"),
        ("material", w.Word("tree bark"), "without spaces"),
    ],
)
def test_a_word_that_cannot_be_is_refused(role: str, row: w.Word, reason: str) -> None:
    with pytest.raises(PlanError, match=reason):
        w.register_word(role, row)
