"""The table of kinds, and that whoever needs a fact of a kind has it from there."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.objects import kinds_table
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import BUILT_IN, CATEGORIES, KINDS, Kind, members, named, noun, traits
from training.corpus.checks.checker import judge
from training.corpus.checks.scenes import SceneDraft
from training.corpus.phrases.nouns import KINDS as DRAWN
from training.corpus.words.things import KIND_WORDS

ROOT = Path(__file__).parents[2]


def where(test: str) -> set[str]:
    return {k for k in (*BUILT_IN, "pan") if getattr(KINDS[k], test)}


def test_what_follows_from_the_rows() -> None:
    assert where("is_container") == {"bowl", "box", "tray", "cup", "mug", "pan"}
    assert where("has_rim") == where("is_container") | {"plate"}
    assert where("is_surface") == {"plate", "zone"}
    assert where("has_broad_floor") == {"zone", "plate", "tray", "box", "pan"}
    assert where("is_shallow") == {"zone", "plate", "tray"}
    assert where("takes_heaps") == {"bowl", "box", "pan"}
    assert where("rolls") == {"ball", "soccerball"}
    assert {*BUILT_IN} - where("has_level_top") == {"ball", "soccerball", "duck", "teddy"}
    assert where("is_square") == {"block", "box", "tray", "zone", "lego", "jenga", "domino"}
    assert where("is_stackable") == {"block", "can", "lego", "jenga", "domino"}
    assert where("is_oblong") == {"mug", "duck", "jenga", "domino"}
    assert {"bowl", "plate", "cup", "can", "ball", "mug", "soccerball", "pan"} <= set(
        members("round")
    )
    assert set(KINDS) - set(members("object")) == {k for k in KINDS if traits(k).is_flat}


def test_one_word_names_one_kind() -> None:
    named_by: dict[str, str] = {}
    for kind in KINDS.values():
        for word in {kind.name, *kind.words}:
            assert named_by.setdefault(word, kind.name) == kind.name
            others = [k for k, ws in KIND_WORDS.items() if word in ws and k != kind.name]
            assert not others, f"the corpus says {word!r} for {others}, the table for {kind.name}"
    assert named("tower") == "stack" and named("sphere") == "ball" and named("unicorn") is None


def test_the_language_model_and_the_corpus_have_words_for_every_kind() -> None:
    shipped = (
        "object container toy dish round block bowl plate cup can ball box tray zone stack "
        "mug duck teddy lego jenga domino soccerball"
    ).split()
    assert list(w.KINDS) == shipped, "the order is that of the shipped model's vocabulary"
    assert set(shipped) == {*BUILT_IN, *CATEGORIES}
    assert set(w.KINDS) == set(KIND_WORDS) and set(w.KINDS) <= {*DRAWN, "stack"}
    assert noun("round", plural=True) == "round things" and noun("box", plural=True) == "boxes"


@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k.in_scenes], ids=lambda k: k.name)
def test_geometry_is_that_of_the_row(kind: Kind) -> None:
    g = object_geometry(kind.name)
    assert g.extents_m == kind.extents_at(kind.size_m) and g.height_m == g.extents_m[2]
    assert g.has_rim == kind.has_rim and g.is_flared == kind.is_flared
    assert g.mass_kg == kind.mass_kg and g.top_width_m == min(g.extents_m[:2])
    assert 0.0 <= g.inner_radius_m < g.footprint_radius_m
    twice = object_geometry(kind.name, 2 * kind.size_m)
    grows = 1.0 if kind.is_flat else 2.0
    assert twice.height_m == pytest.approx(grows * g.height_m)


def test_the_corpus_takes_a_bar_for_a_bar() -> None:
    draft = SceneDraft(random.Random(0), ())
    bar = draft.new(p.Obj(kind="jenga"))
    assert (bar.size_m, bar.height_m) == (KINDS["jenga"].size_m, pytest.approx(0.018))
    assert draft.new(p.Obj(kind="cup")).height_m == object_geometry("cup").height_m
    assert judge("put [ the jenga ] in [ the box ]").kind == "ok"
    assert judge('put [ the block ] in [ the object noun "pan" ]').kind == "ok"


def test_what_nobody_can_see_is_no_known_noun() -> None:
    assert named("pan") is None and "pan" not in w.KINDS
    assert traits("pan").is_container and traits("unicorn").has_level_top
    assert not traits("unicorn").has_rim


def test_the_documents_have_the_present_table() -> None:
    text = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    hint = "run: python -m llmagentos.objects.kinds_table docs/kinds.md README.md"
    assert kinds_table.inserted(text) == text, hint
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert kinds_table.inserted(readme) == readme, hint
    with pytest.raises(ValueError, match="expected the markers"):
        kinds_table.inserted("no markers")
