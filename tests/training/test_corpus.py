import json
from collections import Counter
from pathlib import Path

import pytest

from llm_edge.constraint import PlanConstraint
from llm_edge.tokenization import PlanVocabulary
from llmagentos.command import plain_command
from llmagentos.lang import codec as compact
from llmagentos.lang import grammar
from training.corpus import build

COMMANDS = Path(__file__).parents[3] / "shared" / "commands"


@pytest.mark.parametrize("split", ["train", "words", "templates", "compositions"])
def test_every_pair_is_accepted_by_the_grammar_and_parses(split):
    vocabulary = PlanVocabulary()
    constraint = PlanConstraint(vocabulary)
    for pair in build.pairs(60, split, 5_000_000):
        matcher = constraint.matcher()
        for token in vocabulary.encode(list(pair.target)):
            matcher.consume(token)
        assert matcher.may_end, pair
        plan = pair.plan()
        assert compact.parse(compact.write(plan)) == plan


def test_the_same_seed_gives_the_same_pair():
    assert build.draw(7) == build.draw(7)
    assert build.draw(7) != build.draw(8)


def test_held_out_structures_never_reach_training():
    assert not any(build.held_structure(p.target) for p in build.pairs(300, "train", 6_000_000))
    assert all(build.held_structure(p.target) for p in build.pairs(20, "compositions", 6_000_000))


def test_most_of_the_plan_language_is_covered():
    counts: Counter[str] = Counter()
    for pair in build.pairs(15_000, "train", 7_000_000, "static"):
        counts.update(set(pair.target))
    rare = {
        "ne",
        "unique",
        "repeated",
        "none",
        "gripper",
        "how_far",
        "0",
        "sides",
        "side_far",
        "angle",
    }
    missing = [w for w in grammar.keywords() if w not in counts and w not in rare]
    assert not missing


@pytest.mark.skipif(not COMMANDS.exists(), reason="shared/commands is not here")
def test_no_command_of_the_evaluation_sets_is_in_the_corpus():
    wanted = {
        plain_command(case.get("instruction") or case["sentence"])
        for path in COMMANDS.glob("*.jsonl")
        for case in map(json.loads, path.read_text().splitlines())
    }
    assert len(wanted) > 1000
    for pair in build.pairs(2000, "train", 8_000_000, "static"):
        assert plain_command(pair.command) not in wanted
