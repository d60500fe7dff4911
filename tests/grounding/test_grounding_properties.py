"""Properties that hold for every description and every scene."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lab.scenes import scene, thing

from llmagentos.dialogue.questions import answer
from llmagentos.grounding import ground, ground_landmark, matching
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.context import Context
from llmagentos.grounding.substitutes import as_meant, near_kinds
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording import describe_obj, describe_object
from llmagentos.memory.session import SessionFacts
from llmagentos.types import Scene, SceneObject

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _word(words: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(tuple(words))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), strategy)


def _obj(quant: Any, by: Any, **fields: Any) -> p.Obj:
    return p.Obj(quant=quant, by=by if quant == "one_each" else None, **fields)


def _build(inner: st.SearchStrategy[p.Obj]) -> st.SearchStrategy[p.Obj]:
    order = st.builds(
        p.Order,
        key=_word(w.ORDERS),
        n=st.integers(1, 4),
        of=_maybe(inner),
        region=_maybe(_word(w.REGIONS)),
    )
    relation = st.builds(
        p.Relation,
        rel=st.sampled_from((*w.SPATIAL, *w.COMPARING, "at")),
        obj=st.one_of(st.none(), inner, inner, inner),
        obj2=_maybe(inner),
        region=_maybe(_word(w.REGIONS)),
        negate=st.booleans(),
    )
    group = st.builds(p.Group, by=_word(w.GROUP_BYS), test=_word(w.GROUP_TESTS))
    return st.builds(
        _obj,
        quant=_word(w.QUANTIFIERS),
        by=_word(w.GROUP_BYS),
        count=_maybe(st.integers(0, 4)),
        ref=_maybe(_word(w.REFERENCES)),
        size=_maybe(_word(w.SIZES)),
        colors=st.lists(st.sampled_from(("red", "blue", "gold")), max_size=2).map(tuple),
        material=_maybe(_word(w.MATERIALS)),
        state=_maybe(_word(w.STATES)),
        kind=st.one_of(st.sampled_from(("object", "block", "bowl")), _word(w.KINDS)),
        noun=_maybe(st.sampled_from(("cube", "giraffe", "thing", "", "boxes", "the"))),
        name=_maybe(st.sampled_from(("home", "base", ""))),
        order=_maybe(order),
        where=st.lists(relation, max_size=2).map(tuple),
        group=_maybe(group),
        exclude=_maybe(inner),
    )


OBJS = _build(
    _build(
        st.builds(_obj, kind=_word(w.KINDS), quant=_word(w.QUANTIFIERS), by=_word(w.GROUP_BYS)),
    )
)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Up to eight things, some in or on others, one perhaps held."""
    rng = random.Random(draw(st.integers(0, 10_000)))
    out: list[SceneObject] = []
    for i in range(draw(st.integers(0, 8))):
        kind = rng.choice(("block", "block", "bowl", "zone", "ball", "plate", "duck"))
        more: dict[str, Any] = {}
        if out and kind in ("block", "ball") and rng.random() < 0.4:
            below = rng.choice(out)
            more["into" if below.kind == "bowl" else "on"] = below
        elif kind != "zone" and rng.random() < 0.1:
            more["held"] = not any(o.held for o in out)
        x, y = rng.uniform(0.3, 0.7), rng.uniform(-0.35, 0.35)
        size = rng.choice((0.03, 0.04, 0.05)) if kind == "block" else 0.0
        out.append(thing(f"o{i}", kind, rng.choice(("red", "blue", "green")), x, y, size, **more))
    return scene(*out)


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    at = draw(scenes())
    ids = [o.id for o in at.objects] + ["gone"]
    some = st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True).map(tuple)
    return Context(
        at,
        mentioned=tuple(draw(st.lists(some, max_size=3))),
        names={"home": draw(st.sampled_from(ids))},
        name_places={"base": (0.4, 0.0)},
        this=draw(_maybe(st.sampled_from(ids))),
        moving=draw(_maybe(st.sampled_from(ids))),
        pattern=draw(st.one_of(st.just(()), some)),
        answer=draw(st.one_of(st.just(()), some)),
        handled=draw(st.one_of(st.just(()), some)),
    )


@QUICK
@given(OBJS, contexts())
def test_grounding_never_raises_and_always_explains(obj: p.Obj, ctx: Context) -> None:
    for found in (ground(obj, ctx), ground_landmark(obj, ctx)):
        assert found.words
        known = {o.id for o in ctx.scene.objects}
        assert set(found.ids) <= known and set(found.candidates) <= known
        assert len(set(found.ids)) == len(found.ids)
        if found.problem is not None:
            assert found.question and not found.ids
        if found.problem == "ambiguous":
            assert len(found.candidates) > 1
    assert describe_obj(obj)


@QUICK
@given(OBJS, contexts(), st.randoms(use_true_random=False))
def test_the_order_of_the_scenes_list_does_not_matter(
    obj: p.Obj, ctx: Context, rng: random.Random
) -> None:
    objects = list(ctx.scene.objects)
    rng.shuffle(objects)
    other = ctx.with_(scene=Scene(tuple(objects)))
    assert ground(obj, ctx) == ground(obj, other)
    assert matching(obj, ctx) == matching(obj, other)


@QUICK
@given(OBJS, contexts())
def test_what_is_grounded_is_among_what_matches(obj: p.Obj, ctx: Context) -> None:
    found = ground(obj, ctx)
    own_kind = not near_kinds(as_meant(obj, ctx), ctx.scene)  # else another kind may stand for it
    if found.ok and obj.order is None and obj.ref is None and own_kind:
        assert set(found.ids) <= set(matching(obj, ctx))


@QUICK
@given(OBJS, _maybe(OBJS), contexts(), _word(w.QUERIES), st.booleans())
def test_every_question_gets_a_sentence(
    obj: p.Obj, obj2: p.Obj | None, ctx: Context, name: Any, empty: bool
) -> None:
    condition = p.Is(obj=obj, fits=obj2) if obj2 is not None else p.Exists(obj=obj)
    query = (
        p.Query(query=name)
        if empty
        else p.Query(query=name, obj=obj, obj2=obj2, condition=condition)
    )
    reply, ids = answer(query, ctx, SessionFacts())
    assert reply and reply[-1] in ".?!" and reply[0] == reply[0].upper()
    assert set(ids) <= {o.id for o in ctx.scene.objects}


@QUICK
@given(OBJS, OBJS, contexts())
def test_conditions_never_raise(obj: p.Obj, other: p.Obj, ctx: Context) -> None:
    for cond in (
        p.Exists(obj=obj),
        p.CountIs(obj=obj, compare="ge", other=other),
        p.Is(obj=obj, relation=p.Relation(rel="left_of", obj=other)),
        p.Is(obj=obj, fits=other),
    ):
        value, words = holds(cond, ctx)
        assert words
        assert holds(p.Not(inner=cond), ctx)[0] is not value


@pytest.mark.parametrize("seed", range(5))
def test_objects_apart_get_different_names(seed: int) -> None:
    rng = random.Random(seed)
    at = scene(
        *(
            thing(f"o{i}", "block", "red", rng.uniform(0.3, 0.7), 0.3 - 0.1 * i)
            for i in range(rng.randint(2, 6))
        )
    )
    names = [describe_object(o, at) for o in at.objects]
    assert len(set(names)) == len(names)
