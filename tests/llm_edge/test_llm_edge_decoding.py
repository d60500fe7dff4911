import threading

import numpy as np
import pytest

from llm_edge import decoding, pointers
from llm_edge.constraint import PlanConstraint, PlanMatcher
from llm_edge.decoding import Generation, Sampling
from llm_edge.tokenization import PlanVocabulary, Prompt
from llmagentos.errors import ModelError, NumberRuleError, PlanError
from llmagentos.lang import codec as compact

COMMAND = "put the giraffe and the 12.5 cm long block into the home bowl now " * 5
VOCABULARY = PlanVocabulary()
CONSTRAINT = PlanConstraint(VOCABULARY)
CLOSING = tuple(VOCABULARY.ids[w] for w in decoding.CLOSING)
PROMPT = Prompt(*(np.zeros(3, np.int32) for _ in range(3)))


class RandomEngine:
    """Logits from a random generator: the worst model there can be."""

    name = "random"
    vocabulary_size = len(VOCABULARY)

    def __init__(self, seed: int):
        self._rng = np.random.default_rng(seed)

    def start(self, prompt):
        return RandomSession(self._rng)


class RandomSession:
    def __init__(self, rng):
        self._rng, self.length = rng, 0

    def feed(self, ids):
        self.length += len(ids)
        return self._rng.normal(size=len(VOCABULARY)).astype(np.float32) * 3


def run(engine, **kw):
    out = Generation()
    matcher = CONSTRAINT.matcher(COMMAND)
    list(
        decoding.generate(
            engine, PROMPT, VOCABULARY.eos, matcher, Sampling(**kw), closing=CLOSING, result=out
        )
    )
    return out


@pytest.mark.parametrize("seed", range(25))
def test_whatever_the_model_says_the_plan_parses(seed):
    out = run(RandomEngine(seed), max_tokens=60)
    text = VOCABULARY.decode(out.tokens)
    try:
        compact.parse(text, pointers.resolver(COMMAND))
    except PlanError as exc:  # well formed, but out of range: "undo 77", 13 things in one stack
        assert "plan is not valid" in str(exc), (text, exc)
    assert len(out.tokens) <= 60 + 64


def test_sampling_with_a_seed_repeats_itself():
    a = run(RandomEngine(3), temperature=1.0, top_p=0.9, seed=5)
    b = run(RandomEngine(3), temperature=1.0, top_p=0.9, seed=5)
    assert a.tokens == b.tokens


def test_cancelling_from_outside_ends_it():
    cancel = threading.Event()
    out = Generation()
    words = decoding.generate(
        RandomEngine(1), PROMPT, 0, CONSTRAINT.matcher(), Sampling(), cancel, result=out
    )
    next(words)
    cancel.set()
    list(words)
    assert out.stop == "cancelled"


def test_logits_that_are_not_numbers_are_an_error():
    class Broken(RandomEngine):
        def start(self, prompt):
            session = super().start(prompt)
            session.feed = lambda ids: np.full(len(VOCABULARY), np.nan, np.float32)
            return session

    with pytest.raises(ModelError, match="NaN"):
        run(Broken(0))


def test_top_p_keeps_only_the_likely_words():
    logits = np.full(10, -10.0, np.float32)
    logits[3], logits[4] = 5.0, 4.0
    rng = np.random.default_rng(0)
    chosen = {
        decoding.choose(logits, Sampling(temperature=1.0, top_p=0.5), rng)[0] for _ in range(50)
    }
    assert chosen == {3}


def after(command, words, **more):
    """The words that may follow these in a plan for the command."""
    matcher = CONSTRAINT.matcher(command, **more)
    for word in words.split():
        matcher.consume(VOCABULARY.ids[word])
    allowed = {w for w, ok in zip(VOCABULARY.words, matcher.allowed(), strict=True) if ok}
    assert allowed == {w for w in VOCABULARY.words if matcher.allows(VOCABULARY.ids[w])}
    return allowed


def numbers(allowed):
    return {w for w in allowed if w[0] in "@0123456789"}


def test_a_plan_has_only_the_numbers_of_the_words():
    allowed = after("move it 7.5 cm left", "move [ the it object ] left dist")
    assert numbers(allowed) == {"@2", "@3", "75"} and "little" in allowed  # 75 mm
    command = "put three blocks 5 cm left of the cup and turn the cup 30 degrees"
    assert numbers(after(command, "put [ count")) == {"3"}
    at = numbers(after(command, "put [ count 3 block ] left_of [ the cup ] dist"))
    assert at == {"3", "5", "50", "@1", "@3", "@4"}  # no unit was said for "three"
    assert numbers(after(command, "rotate [ the cup ] ccw")) == {
        "3", "30", "@1", "@13", "@14",
    }  # fmt: skip
    assert numbers(after("turn the cup round", "rotate [ the cup ] cw")) >= {"90", "180"}


def test_a_length_keeps_the_unit_of_its_words():
    command = "move it 7.5 cm left"
    assert after(command, "move [ the it object ] left dist @2") == {"cm"}
    assert after(command, "move [ the it object ] left dist 75") == {"mm"}
    assert after("move it a foot left", "move [ the it object ] left dist @2") == {"in"}
    assert after("move it 5 left", "move [ the it object ] left dist 5") >= {"mm", "cm", "m", "in"}


@pytest.mark.parametrize(
    ("command", "plan"),
    [
        ("hand to x=0.3, y=0.1, z=0.4", "reach xy @2 @3 z @4"),
        ("hand to y=-0.1 x=0.5", "reach xy @3 minus @2"),
        ("hand to X: 0.2, Y: \u22120.4, Z = 0.3", "reach xy @3 minus @5 z @8"),
    ],
)
def test_named_coordinates_are_what_their_names_say(command, plan):
    words = plan.split()
    for i in range(words.index("xy") + 1, len(words)):
        allowed = after(command, " ".join(words[:i]))
        assert words[i] in allowed
        if words[i].startswith("@"):
            assert not {w for w in allowed if w.startswith("@")} - {words[i]}
            assert "minus" not in allowed


def test_coordinates_without_a_name_are_any_number_of_the_words():
    assert {"@2", "@3"} <= after("hand to 0.3 0.1", "reach xy")
    assert {"@0", "@3"} <= after("x=0.1 or rather x=0.3 y=0.2", "reach xy")  # named twice


def test_without_a_number_in_the_words_there_is_none_in_the_plan():
    assert not numbers(after("put the blocks there", "put [ the"))
    assert "count" not in after("put the blocks there", "put [")
    assert "count" in after("how many blocks are there", "answer")  # no quantifier there
    assert "repeat" not in after("put the blocks there", "home ;")
    assert "rows" not in after("lay a grid", "arrange [ all block ] grid")


def test_numbers_of_the_question_and_of_what_is_corrected_count():
    assert numbers(after("the second", "choose [ the block order left")) == {"2"}
    asked = "Which of the 3 blocks do you mean?"
    assert "3" in after("all of them", "choose [ the", question=asked)
    said = "move it 8 cm left"
    assert "8" in after("no, right", "correct right dist", earlier=said)
    assert "8" not in after("no, right", "move [ the it object ] right dist", earlier=said)


class NoNumbers:
    """A rule under which no number and no pointer may come."""

    def allowed(self, mask):
        for token in range(len(mask)):
            mask[token] &= self.allows(token)

    def allows(self, token):
        return VOCABULARY.words[token][0] not in "@0123456789"

    def consume(self, token):
        pass


def test_words_that_leave_no_way_on_are_an_error():
    matcher = PlanMatcher(CONSTRAINT.matcher()._base, CONSTRAINT.size, (NoNumbers(),))
    start = [VOCABULARY.ids[w] for w in "rotate [ the block ] cw".split()]
    with pytest.raises(NumberRuleError, match="numbers that the words hold"):
        list(decoding.generate(RandomEngine(0), PROMPT, 0, matcher, Sampling(), start=start))


def test_texts_are_pointed_at_forwards_and_inside_the_command():
    matcher = CONSTRAINT.matcher("cut the apple now")
    for word in ("cannot", "cut", "@1"):
        matcher.consume(VOCABULARY.ids[word])
    allowed = {w for w, ok in zip(VOCABULARY.words, matcher.allowed(), strict=True) if ok}
    assert allowed == {"@1", "@2", "@3"}


def test_no_word_is_taken_for_the_beginning_of_another():
    matcher = CONSTRAINT.matcher()
    for word in "pick [ the block".split():
        matcher.consume(VOCABULARY.ids[word])
    allowed = {w for w, ok in zip(VOCABULARY.words, matcher.allowed(), strict=True) if ok}
    assert "noun" in allowed and "no" not in allowed


def test_what_the_grammar_forces_is_known():
    matcher = CONSTRAINT.matcher()
    matcher.consume(VOCABULARY.ids["pick"])
    assert [VOCABULARY.words[t] for t in matcher.forced()] == ["["]


def test_taking_a_word_is_allowing_and_consuming_it():
    a, b = CONSTRAINT.matcher(COMMAND), CONSTRAINT.matcher(COMMAND)
    for word in "pick [ ] the red green block ; ]".split():
        token = VOCABULARY.ids[word]
        allowed = a.allows(token)
        assert b.take(token) == allowed
        if allowed:
            a.consume(token)
        assert (a.allowed() == b.allowed()).all()


def test_brackets_behind_what_describes_are_forced_and_nothing_is_asked_in_descriptions():
    plans = [
        "put [ the small red wood block order left 2 where no in [ a bowl ] ] in [ all blue bowl ]",
        "if exists [ a ball ] { put [ the it object ] in [ the box ] } else { home }",
        "move [ the object ] left dist 10 cm ; stack [ all empty cup ] ; pick [ the block noun @0 @1 ]",
    ]
    ids = VOCABULARY.ids
    for plan in plans:
        matcher, words = CONSTRAINT.matcher(), plan.split()
        for word, following in zip(words, [*words[1:], ""], strict=True):
            matcher.consume(ids[word])
            if word in ("put", "pick", "move", "exists", "in", "else"):
                assert matcher.forced() == [ids[following]]
            if word in ("[", "the", "all", "red", "block", "noun", "left", "@0", "cm"):
                assert matcher.forced() == []


def test_a_refused_word_changes_nothing():
    ids = VOCABULARY.ids
    matcher, other = CONSTRAINT.matcher(), CONSTRAINT.matcher()
    for word in "put [ the red block ]".split():
        assert matcher.take(ids[word])
        other.consume(ids[word])
        assert not matcher.take(ids["home"])
    assert (matcher.allowed() == other.allowed()).all()
    assert matcher.take(ids["in"])
