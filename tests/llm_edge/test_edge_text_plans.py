"""What text models are given to write plans with: a grammar for one command, examples like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from llguidance import LLMatcher, LLTokenizer, grammar_from
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from llm_edge import examples, plan_grammar
from llm_edge.engines.prompts import FEW_SHOT
from llm_edge.text import _Matcher
from llm_edge.text_planner import messages_for
from llmagentos.lang import codec
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    letters = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tok = Tokenizer(models.BPE(letters, []))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.add_special_tokens(["</s>", "<|im_end|>"])
    return tok


def taken(tokenizer: Tokenizer, command: str, text: str, ends: list[int]) -> bool:
    """Whether the grammar of a command takes a text and the end behind it."""
    grammar = grammar_from("lark", plan_grammar.for_command(command))
    inner = LLTokenizer(tokenizer.to_str(), n_vocab=258, eos_token=ends[0])
    assert not LLMatcher.validate_grammar(grammar, inner)
    matcher = _Matcher(LLMatcher(inner, grammar, log_level=0), 258, ends)
    return all(matcher.take(t) for t in tokenizer.encode(text).ids) and bool(
        matcher.allowed()[ends[-1]] and matcher.take(ends[-1])
    )


@pytest.mark.parametrize("ends", [[256], [256, 257]])
def test_every_example_is_in_the_grammar_of_its_command(
    tokenizer: Tokenizer, ends: list[int]
) -> None:
    shown = examples.shipped().all[:: 1 if len(ends) == 1 else 20]
    known = [(e.command, e.plan) for e in shown]
    for command, plan in [*known, *FEW_SHOT]:
        if "minus" in plan:
            continue  # a spoken "minus" is part of a number that the words need not hold in digits
        assert codec.write(codec.parse(plan)) == plan
        assert taken(tokenizer, command, f" {plan}", ends), f"{command}: {plan}"


def test_texts_and_numbers_come_from_the_command(tokenizer: Tokenizer) -> None:
    command = 'push the "odd" stapler 7.5 cm to the left, please'
    good = ' move [ the object noun "stapler" ] left dist 7.5 cm'
    assert taken(tokenizer, command, good, [256])
    for bad in (
        ' move [ the object noun "hammer" ] left dist 7.5 cm',
        ' move [ the object noun "stapler" ] left dist 8.5 cm',
        ' move [ the object noun "stapler" ] left dist',
        " fly [ the red block ]",
    ):
        assert not taken(tokenizer, command, bad, [256]), bad


def test_odd_commands_have_a_grammar(tokenizer: Tokenizer) -> None:
    for command in ("", "\\", "a\\b \"c\" 'd'", "日本 \U0001f600", "(1,5)", "x " * 300):
        assert taken(tokenizer, command, " home", [256]), command


def test_examples_like_the_command_come_last_and_are_few() -> None:
    book = examples.shipped()
    assert 200 < len(book.all) < 1000 and examples.FILE.stat().st_size < 64_000
    found = book.like("how many balls are on the tray", 8)
    assert len(found) == 8 == len({e.plan for e in found})
    assert "count" in found[-1].plan
    assert book.like(book.all[5].command, 1) == [book.all[5]]
    assert len(book.like("", 3)) == 3


def test_the_prompt_ends_with_the_command_and_the_robots_question() -> None:
    messages = messages_for(PlanRequest("the red one", Scene(), pending="Which cup?"), 4)
    assert [m["role"] for m in messages] == ["system", *["user", "assistant"] * 4, "user"]
    assert messages[-1]["content"] == "The robot asked: Which cup?\nthe red one"
    assert messages[2]["content"].startswith(" ")


def test_held_out_sentences_are_no_examples(tmp_path: Path) -> None:
    from training.corpus.free_lines import held_out, sentences

    kept = {s.command for s in sentences() if held_out(s)}
    assert len(kept) > 100 and not kept & {e.command for e in examples.shipped().all}
