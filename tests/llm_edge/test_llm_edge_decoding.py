import threading

import numpy as np
import pytest

from llm_edge import decoding, pointers
from llm_edge.constraint import PlanConstraint
from llm_edge.decoding import Generation, Sampling
from llm_edge.tokenization import PlanVocabulary, Prompt
from llmagentos.errors import ModelError, PlanError
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


def test_pointers_stay_inside_the_command_and_numbers_on_digits():
    matcher = CONSTRAINT.matcher("move it 7.5 cm left")
    ids = VOCABULARY.ids
    for word in "move [ the it object ] left dist".split():
        matcher.consume(ids[word])
    allowed = {w for w, ok in zip(VOCABULARY.words, matcher.allowed(), strict=True) if ok}
    assert {w for w in allowed if w.startswith("@")} == {"@2"}
    assert "10" in allowed and "little" in allowed

    matcher = CONSTRAINT.matcher("cut the apple now")
    for word in ("cannot", "cut", "@1"):
        matcher.consume(ids[word])
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
