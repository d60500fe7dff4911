"""Plan ↔ compact notation ↔ grammar: three descriptions of one language must agree."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper, grammar_from

from llmagentos.errors import PlanError
from llmagentos.lang import codec as compact
from llmagentos.lang import grammar
from llmagentos.lang import plan as p
from llmagentos.lang import words as w


def _one(words: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(tuple(words))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


TEXT = st.sampled_from(["giraffe", "the home bowl", "cut it"])
LENGTH = st.builds(
    p.Length, value=st.integers(1, 100).map(float), unit=st.sampled_from(["mm", "cm", "m", "in"])
) | st.builds(p.Length, unit=st.sampled_from(["little", "lot", "half", "double"]))
FLAT = st.builds(
    p.Obj,
    quant=st.sampled_from([q for q in w.QUANTIFIERS if q != "one_each"]),
    count=_maybe(st.integers(0, 9)),
    ref=_maybe(_one(w.REFERENCES)),
    size=_maybe(_one(w.SIZES)),
    colors=st.lists(_one(w.COLORS), max_size=2).map(tuple),
    material=_maybe(_one(w.MATERIALS)),
    state=_maybe(_one(w.STATES)),
    kind=_one(w.KINDS),
    noun=_maybe(TEXT),
    name=_maybe(TEXT),
)
FLAT = FLAT | st.builds(
    lambda flat, by: flat.model_copy(update={"quant": "one_each", "by": by}),
    FLAT,
    _one(w.GROUP_BYS),
)
FLAT = FLAT | st.builds(
    lambda flat, ref, rank: flat.model_copy(update={"ref": ref, "rank": rank}),
    FLAT,
    st.sampled_from(w.REFERENCES.where(moved=True)),
    st.integers(2, 20),
)
RELATION = st.builds(
    p.Relation,
    rel=st.sampled_from([r for r in (*w.SPATIAL, *w.COMPARING) if r != "between"]),
    obj=FLAT,
    negate=st.booleans(),
) | st.builds(p.Relation, rel=st.just("at"), region=_one(w.REGIONS))
RELATION = RELATION | st.builds(p.Relation, rel=st.just("table"), negate=st.booleans())
OBJ = st.builds(
    lambda flat, order, where, group, exclude: flat.model_copy(
        update={"order": order, "where": where, "group": group, "exclude": exclude}
    ),
    FLAT,
    _maybe(st.builds(p.Order, key=_one(w.ORDERS), n=st.integers(1, 5), of=_maybe(FLAT))),
    st.lists(RELATION, max_size=2).map(tuple),
    _maybe(st.builds(p.Group, by=_one(w.GROUP_BYS), test=_one(w.GROUP_TESTS))),
    _maybe(FLAT),
)
COORDINATE = st.integers(-100, 100).map(float)
POSITION = st.builds(
    p.Position,
    x=COORDINATE,
    y=COORDINATE,
    z=_maybe(COORDINATE),
    unit=st.sampled_from(["m", "cm", "mm", "in"]),
)
PLACE = st.one_of(
    st.builds(
        p.Place,
        rel=st.sampled_from([r for r in w.SPATIAL if r != "between"]),
        obj=OBJ,
        distance=_maybe(LENGTH),
        part=_maybe(_one(w.REGIONS)),
    ),
    st.builds(p.Place, rel=st.just("between"), obj=FLAT, obj2=_maybe(FLAT)),
    st.builds(p.Place, rel=st.just("at"), region=_one(w.REGIONS), distance=_maybe(LENGTH)),
    st.builds(
        p.Place,
        rel=st.sampled_from([r for r in w.FIXED_PLACES.where(alone=False) if r != "at"]),
        obj=_maybe(FLAT),
    ),
    st.builds(p.Place, rel=st.just("table")),
    st.builds(
        p.Place, rel=st.just("off_edge"), region=_maybe(_one(w.REGIONS)), distance=_maybe(LENGTH)
    ),
    st.builds(p.Place, rel=st.just("xy"), position=POSITION),
)
COND = st.recursive(
    st.builds(p.Exists, obj=OBJ)
    | st.builds(p.CountIs, obj=OBJ, compare=_one(w.COMPARISONS), n=st.integers(0, 9))
    | st.builds(p.CountIs, obj=OBJ, compare=_one(w.COMPARISONS), other=FLAT)
    | st.builds(p.Is, obj=FLAT, fits=FLAT)
    | st.builds(p.Is, obj=FLAT, relation=RELATION),
    lambda c: st.builds(p.Not, inner=c) | st.builds(p.And, left=c, right=c),
    max_leaves=3,
)
OBJS = st.lists(FLAT, min_size=1, max_size=3).map(tuple)
LEAF = st.one_of(
    st.builds(p.Pick, obj=OBJ),
    st.builds(p.PlaceHeld, place=PLACE),
    st.builds(p.Put, obj=OBJ, place=PLACE),
    st.builds(p.Push, obj=OBJ, place=PLACE),
    st.builds(
        p.Move,
        obj=OBJ,
        direction=_one(w.DIRECTIONS),
        distance=_maybe(LENGTH),
        by=st.sampled_from(["carry", "push"]),
    ),
    st.builds(
        p.Stack,
        objs=OBJS,
        sort=_maybe(_one(w.SORTS)),
        by=_maybe(_one(w.GROUP_BYS)),
        place=_maybe(PLACE),
    ),
    st.builds(
        p.Arrange,
        objs=OBJS,
        shape=_one(w.SHAPES),
        sort=_maybe(_one(w.SORTS)),
        place=_maybe(PLACE),
        size=_maybe(LENGTH),
        spacing=_maybe(LENGTH),
        rows=_maybe(st.integers(1, 5)),
        by=_maybe(_one(w.GROUP_BYS)),
    ),
    st.builds(p.Reach, direction=_one(w.DIRECTIONS), distance=_maybe(LENGTH)),
    st.builds(p.Reach, place=PLACE),
    st.builds(p.Grip, action=_one(w.GRIPS), width=_maybe(LENGTH)),
    st.builds(p.Unclear, what=_maybe(TEXT)),
    st.builds(p.Pace, pace=_one(w.PACES)),
    st.builds(
        p.Answer,
        query=st.builds(p.Query, query=st.just("distance"), obj=FLAT, region=_one(w.REGIONS)),
    ),
    st.builds(p.Rotate, obj=OBJ, angle_deg=st.integers(-100, 100).map(float)),
    st.builds(p.Swap, obj=FLAT, obj2=FLAT),
    st.builds(p.Clear, place=PLACE),
    st.builds(p.Reshape, action=st.just("move"), direction=_one(w.DIRECTIONS), distance=LENGTH),
    st.builds(p.Reshape, action=st.just("turn"), angle_deg=st.integers(-90, 90).map(float)),
    st.builds(
        p.Correct,
        reverse=st.booleans(),
        obj=_maybe(OBJ),
        direction=_maybe(_one(w.DIRECTIONS)),
        distance=_maybe(LENGTH),
        place=_maybe(PLACE),
    ),
    st.builds(p.Wait, seconds=st.integers(0, 60).map(float)),
    st.builds(p.WaitFor, condition=COND),
    st.builds(p.Say, text=TEXT),
    st.builds(p.Ask, about=_one(w.QUESTIONS), obj=_maybe(FLAT)),
    st.builds(p.Refuse, reason=_one(w.REFUSALS)),
    st.builds(p.Cannot, reason=_one(w.INABILITIES), what=_maybe(TEXT)),
    st.builds(
        p.Answer, query=st.builds(p.Query, query=st.just("count"), obj=OBJ, obj2=_maybe(FLAT))
    ),
    st.builds(p.Answer, query=st.builds(p.Query, query=st.just("holds"), condition=COND)),
    st.builds(p.Undo, n=st.integers(1, 9)),
    st.builds(p.Restore, obj=_maybe(FLAT)),
    st.builds(
        p.Again,
        n=st.integers(1, 9),
        obj=_maybe(FLAT),
        distance=_maybe(LENGTH),
        place=_maybe(PLACE),
    ),
    st.builds(p.Choose, obj=_maybe(FLAT), place=_maybe(PLACE)),
    st.builds(p.Remember, name=TEXT, obj=_maybe(FLAT)),
)
BODY = st.lists(LEAF, min_size=1, max_size=2).map(tuple)
STEP = (
    LEAF
    | st.builds(p.ForEach, obj=OBJ, body=BODY)
    | st.builds(p.If, condition=COND, then=BODY, otherwise=BODY)
    | st.builds(p.Repeat, n=st.integers(1, 9), body=BODY)
    | st.builds(p.Until, condition=COND, body=BODY)
    | st.builds(p.Pace, pace=_one(w.PACES), body=BODY)
    | st.builds(p.Avoid, obj=FLAT, body=BODY)
    | st.builds(p.WhenTold, word=_maybe(TEXT), body=BODY)
)
PLAN = st.builds(p.Plan, steps=st.lists(STEP, min_size=1, max_size=3).map(tuple))


class _Words:
    """Plan words as tokens, then single bytes, which llguidance needs to walk its trie."""

    def __init__(self) -> None:
        self.words = [f" {word}".encode() for word in grammar.plan_words()]
        self.tokens = [b"\xff<eos>", *self.words, *(bytes([b]) for b in range(256))]
        self.ids = {word: i + 1 for i, word in enumerate(self.words)}
        self.eos_token_id, self.bos_token_id, self.special_token_ids = 0, None, [0]

    def __call__(self, text: bytes) -> list[int]:
        return [len(self.words) + 1 + b for b in text]


@pytest.fixture(scope="module")
def words() -> _Words:
    return _Words()


@pytest.fixture(scope="module")
def tokenizer(words: _Words) -> LLTokenizer:
    return LLTokenizer(TokenizerWrapper(words))


MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@MANY
@given(PLAN)
def test_writing_and_reading_gives_the_same_plan(plan: p.Plan) -> None:
    assert compact.parse(compact.write(plan)) == plan


@MANY
@given(PLAN)
def test_json_gives_the_same_plan(plan: p.Plan) -> None:
    assert p.Plan.model_validate(plan.to_json()) == plan


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(plan=PLAN)
def test_grammar_accepts_every_plan(plan: p.Plan, words: _Words, tokenizer: LLTokenizer) -> None:
    text = compact.write(plan)
    for quoted in ('"giraffe"', '"the home bowl"', '"cut it"'):
        text = text.replace(quoted, "@3 @5")
    matcher = LLMatcher(tokenizer, grammar_from("lark", grammar.lark_grammar()))
    for word in text.split():
        assert matcher.consume_token(words.ids[f" {word}".encode()]), (word, text)
    assert matcher.is_accepting(), text


def test_an_older_models_grammar_has_none_of_the_newer_words(
    words: _Words, tokenizer: LLTokenizer
) -> None:
    newer = {"one_each", "every_third", "double"}
    known = set(grammar.plan_words()) - newer
    matcher = LLMatcher(tokenizer, grammar_from("lark", grammar.lark_grammar(known)))

    def accepts(text: str) -> bool:
        at = matcher.deep_copy()
        return all(at.consume_token(words.ids[f" {w}".encode()]) for w in text.split())

    assert accepts("put [ half block ] at left dist half ; again 2 [ the block ]")
    assert accepts("pick [ the block group color most ]")
    for text in ("pick [ most block ]", "pick [ every_third block ]", "again dist half"):
        assert not accepts(text), text


def test_a_rank_is_one_of_what_was_moved(words: _Words, tokenizer: LLTokenizer) -> None:
    plan = compact.parse("put [ the last_moved 2 block ] origin [ the first_moved 3 object ]")
    (step,) = plan.steps
    assert isinstance(step, p.Put) and step.place.obj is not None
    assert (step.obj.rank, step.place.obj.rank) == (2, 3)
    assert p.Plan.model_validate(plan.to_json()) == plan
    assert plan.to_json()["steps"][0]["obj"]["rank"] == 2
    matcher = LLMatcher(tokenizer, grammar_from("lark", grammar.lark_grammar()))

    def accepts(text: str) -> bool:
        at = matcher.deep_copy()
        return all(at.consume_token(words.ids[f" {w}".encode()]) for w in text.split())

    for text in ("pick [ the last_moved 2 block ]", "pick [ count 3 first_moved 2 red block ]"):
        assert accepts(text) and compact.write(compact.parse(text)) == text
    for text in ("pick [ the it 2 block ]", "pick [ the 2 3 block ]"):
        assert not accepts(text)
        with pytest.raises(PlanError, match="expected a kind"):
            compact.parse(text)
    with pytest.raises(PlanError, match="rank"):
        compact.parse("pick [ the last_moved 0 block ]")
    with pytest.raises(ValueError, match="rank 2 expected ref first_moved or last_moved"):
        p.Obj(ref="it", rank=2)


def test_pointers_resolve_to_the_commands_words() -> None:
    said = "call this the home bowl and move it 2.5 cm".split()
    plan = compact.parse(
        "remember @3 @4 [ the it object ] ; move [ the it object ] left dist @8 cm",
        pointer=lambda first, last: " ".join(said[first : last + 1]),
    )
    remember, move = plan.steps
    assert remember.name == "home bowl"
    assert move.distance.metres() == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected a step, got the end"),
        ("fly", "expected a step, got 'fly'"),
        ("put [ the red ] at left", "expected a kind, got ']'"),
        ("put [ the block ]", "place"),
        ("pick [ one_each block ]", "color, size or kind, got 'block'"),
        ("pick [ all color block ]", "a kind, got 'color'"),
        ("put [ the block ] at nowhere", "region"),
        ("rotate [ the block ] cw many", "expected a number, got 'many'"),
        ("home ]", "expected ';' or the end"),
        ("wait 9999", "less than or equal to 600"),
    ],
)
def test_what_does_not_parse_says_why(text: str, reason: str) -> None:
    with pytest.raises(PlanError, match=reason.replace("]", r"\]")):
        compact.parse(text)
