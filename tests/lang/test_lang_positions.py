"""Points in metres and the other newer words: read, written, in the grammar, in words for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_edge.constraint import PlanConstraint
from llm_edge.pointers import resolver, to_pointers
from llm_edge.tokenization import PlanVocabulary
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanError
from llmagentos.lang import codec, grammar
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_plan

SHIPPED = Path(__file__).parents[2] / "llm_edge" / "models" / DEFAULT_MODEL / "plan_vocabulary.json"
NEW = [
    "put [ the red block ] xy 0.45 minus 0.3",
    "put [ the red block ] xy 45 minus 30 z 20 cm",
    "reach xy minus 0.1 0.2 z 0.3",
    "reach up dist 10 cm",
    "reach above [ the cup ] dist 5 cm",
    "place table",
    "put [ all block where no table ] table",
    "put [ the cup ] off_edge left dist 10 cm",
    "put [ the it object ] opposite [ the bowl ]",
    "put [ all ball ] in [ own bowl ]",
    "stack [ all block ] sort large_first by color at left",
    "arrange [ all object ] cluster by kind",
    "arrange [ all object ] row sort a_first",
    "grip close ; grip open dist half",
    "pace slow ; pace fast { home }",
    "avoid [ the cup ] { pick [ the block ] }",
    "when_told { home } ; look",
    'when_told "now" { home }',
    "answer distance [ the cup ] at side",
    "answer was [ the cup ] ; answer position [ the cup ] ; answer hand ; answer bye",
    "unclear",
    'unclear "flurb"',
]


def taken(words: list[str], vocabulary: PlanVocabulary) -> bool:
    matcher = PlanConstraint(vocabulary).matcher()
    return all(matcher.take(vocabulary.ids[w]) for w in words) and matcher.may_end


@pytest.mark.parametrize("text", NEW)
def test_what_is_new_is_written_read_and_in_grammar_and_json(text: str) -> None:
    plan = codec.parse(text)
    assert codec.write(plan) == text
    assert p.Plan.model_validate(plan.to_json()) == plan
    known = set(grammar.plan_words())
    words = [w if w in known else "@3" for w in codec.tokens(text.replace('"now"', "@3 @4"))]
    words = [x for w, q in zip(words, codec.tokens(text.replace('"now"', "@3 @4")), strict=True)
             for x in ([w, "@4"] if q.startswith('"') else [w])]  # fmt: skip
    assert taken(words, PlanVocabulary())


@pytest.mark.parametrize("lacks", [(), ("xy", "minus", "z", "fast", "again")])
def test_a_model_that_does_not_know_the_words_cannot_write_them(lacks: tuple[str, ...]) -> None:
    known = set(json.loads(SHIPPED.read_text())) - set(lacks)
    lark = grammar.lark_grammar(known)
    for word in set(grammar.plan_words()) - known:
        assert f'" {word}"' not in lark
    assert ("xy" in known) == ("position:" in lark) == ("coordinate:" in lark)


@pytest.mark.parametrize(
    ("command", "numbers"),
    [
        ("put it at (0.45,-0.3)", (0.45, -0.3)),
        ("put it at x=0.45, y=-0.3", (0.45, -0.3)),
        ("put it at x 0,45 and y 0,1", (0.45, 0.1)),
        ("put it at 0.5 / -0.25 now", (0.5, -0.25)),
        ("put it at X0.412 Y0.07", (0.412, 0.07)),
        ("put it at [0.3, 0.3]", (0.3, 0.3)),
        ("put it at 0.35,0.35", (0.35, 0.35)),
    ],
)
def test_the_numbers_are_those_that_the_words_hold(
    command: str, numbers: tuple[float, float]
) -> None:
    x, y = numbers
    at = p.Place(rel="xy", position=p.Position(x=x, y=y))
    plan = p.Plan(steps=(p.Put(obj=p.Obj(ref="it"), place=at),))
    words = to_pointers(codec.write(plan), command)
    assert all(w in grammar.plan_words() for w in words)
    assert codec.parse(" ".join(words), resolver(command)) == plan


def test_two_whole_numbers_with_a_comma_between_are_two() -> None:
    plan = codec.parse("reach xy @2 @2 cm", resolver("go to 40,20 cm"))
    assert plan.steps[0].place.position == p.Position(x=40, y=20, unit="cm")
    assert plan.steps[0].place.position.metres() == (0.4, 0.2, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("put [ the block ] xy 0.4", "expected a number, got the end"),
        ("put [ the block ] xy left", "expected a number, got 'left'"),
        ("put [ the block ] xy 0.4 0.1 little", "expected ';' or the end"),
        ("reach", "expected"),
        ("reach up xy 0.4 0.1", "expected ';' or the end"),
        ("grip", "expected open or close"),
        ("pace home", "expected a pace, got 'home'"),
        ("avoid { home }", r"expected \[, got '{'"),
        ("when_told home", "expected {, got 'home'"),
        ("stack [ all block ] by left", "expected color, size or kind, got 'left'"),
        ("answer color [ the cup ] at left", "expected ';' or the end"),
    ],
)
def test_what_is_no_plan_says_why(text: str, reason: str) -> None:
    with pytest.raises(PlanError, match=reason):
        codec.parse(text)


def test_models_built_by_hand_are_checked() -> None:
    with pytest.raises(ValueError, match="place 'xy' expected a position for xy alone, got none"):
        p.Place(rel="xy")
    with pytest.raises(ValueError, match="place 'table' expected a position for xy alone, got one"):
        p.Place(rel="table", position=p.Position(x=0.4, y=0.1))
    with pytest.raises(ValueError, match="expected a measured unit, got 'little'"):
        p.Position(x=0.4, y=0.1, unit="little")
    with pytest.raises(ValueError, match="reach expected either a direction or a place"):
        p.Reach()


def test_pointers_of_a_position_are_at_words_with_digits() -> None:
    vocabulary = PlanVocabulary()
    matcher = PlanConstraint(vocabulary).matcher("move it to 0.45 minus 0.3 please")
    for word in ("reach", "xy"):
        assert matcher.take(vocabulary.ids[word])
    for wrong, right in (("@1", "@3"), ("@6", "@5")):
        assert not matcher.take(vocabulary.ids[wrong])
        assert matcher.take(vocabulary.ids[right])
    assert matcher.may_end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("put [ the cup ] xy 0.45 minus 0.3", "Put the cup at x 0.45 m, y -0.3 m."),
        ("reach xy 45 0 z 20 cm", "Move my hand to x 45 cm, y 0 cm, 20 cm high."),
        ("reach up dist 10 cm", "Move my hand 10 cm up."),
        ("put [ the cup ] off_edge left", "Put the cup away from the left edge."),
        ("put [ the cup ] opposite [ the bowl ]", "Put the cup on the other side of the bowl."),
        ("put [ all ball ] in [ own bowl ]", "Put all the balls in a bowl of its own."),
        ("stack [ all block ] by color", "Stack all the blocks, one for each colour."),
        ("grip open dist 4 cm", "Open the gripper to 4 cm."),
        ("pace slow { home }", "Slowly: go to the home position."),
        ("avoid [ the cup ] { home }", "Without touching the cup: go to the home position."),
        ("when_told { home }", 'When you say "go": go to the home position.'),
        ('unclear "flurb"', 'Say that I did not understand "flurb".'),
    ],
)
def test_it_is_said_in_words(text: str, words: str) -> None:
    assert describe_plan(codec.parse(text)) == [words]
