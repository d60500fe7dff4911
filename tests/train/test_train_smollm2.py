"""A pretrained decoder trained as the planner: a few steps on tiny weights of the same form."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
from lab import gguf_writer  # noqa: E402

from llm_edge.tokenization import PlanVocabulary  # noqa: E402
from training.planner import data, smollm2, train  # noqa: E402

PAIRS = [
    ("pick up the red block", "pick [ the red block ]"),
    ("pick up the blue cup", "pick [ the blue cup ]"),
    ("go home now", "home"),
    ("grab the stapler please", "pick [ the object noun @2 @2 ]"),
] * 8


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return rng.normal(0, 0.1, (rows, columns)).astype(np.float32)

    tensors = {"token_embd.weight": matrix(261, 64), "output_norm.weight": np.ones(64, np.float32)}
    for i in range(2):
        sizes = {"attn_q": (64, 64), "attn_k": (32, 64), "attn_v": (32, 64), "ffn_gate": (96, 64),
                 "ffn_up": (96, 64), "attn_output": (64, 64), "ffn_down": (64, 96)}  # fmt: skip
        tensors |= {f"blk.{i}.{k}.weight": matrix(*s) for k, s in sizes.items()}
        tensors |= {
            f"blk.{i}.{k}.weight": np.ones(64, np.float32) for k in ("attn_norm", "ffn_norm")
        }
    path = tmp_path / "tiny.gguf"
    gguf_writer.write(path, tensors, "F32", gguf_writer.facts())
    return path


def test_it_learns_resumes_and_keeps_the_pieces(tmp_path: Path, weights: Path) -> None:
    shard = tmp_path / "shard.jsonl"
    shard.write_text("".join(json.dumps([c, "", p]) + "\n" for c, p in PAIRS))
    run = tmp_path / "run"
    order = ["--run", str(run), "--shards", str(shard), "--dev", str(shard), "--weights", str(weights),
             "--layers", "1", "--tokens", "512", "--warmup", "2", "--report", "1000", "--threads", "1",
             "--lr", "0.01"]  # fmt: skip
    smollm2.main([*order, "--minutes", "0.1"])
    first = torch.load(run / "last.ckpt", weights_only=True)
    assert first["step"] >= 3 and first["decoder"]["num_hidden_layers"] == 1
    assert len([k for k in first["model"] if k.startswith("decoder.model.layers")]) == 9
    smollm2.main([*order, "--minutes", "0.3"])
    second = torch.load(run / "last.ckpt", weights_only=True)
    assert second["step"] > first["step"]
    assert second["log"][-1]["loss_shard"] < first["log"][0]["loss_shard"] * 0.8
    pieces = "encoder.word_embeddings.weight"
    assert torch.equal(second["model"][pieces], first["model"][pieces])
    assert not torch.equal(
        second["model"]["plan_words.weight"], first["model"]["plan_words.weight"]
    )
    # arrays of these pieces are kept apart from those of the other trainer
    assert (tmp_path / "shard.pieces.npz").is_file() and not (tmp_path / "shard.npz").exists()


def test_a_prompt_does_not_see_its_padding_nor_words_to_come(tmp_path: Path, weights: Path) -> None:
    folder = smollm2.weights_folder(weights, tmp_path)
    vocabulary, tokenizer = PlanVocabulary(), smollm2.PieceTokenizer(folder)
    model = smollm2.PiecePlanner(folder, vocabulary, 2).eval()
    prompt = tokenizer("grab the stapler 3.5 cm", "Which one?")
    assert prompt.words.tolist()[1:6] == [0] * 5  # " grab" in single bytes
    assert int(prompt.words.max()) == 4
    shard = tmp_path / "two.jsonl"
    shard.write_text("".join(json.dumps([c, "", p]) + "\n" for c, p in PAIRS[:4]))
    examples = data.load(shard, tokenizer, vocabulary)
    together = data.make_batch(examples, np.arange(4), 0)
    alone = data.make_batch(examples, np.arange(2, 3), 0)
    with torch.no_grad():
        *many, _ = train.tensors(together, torch.device("cpu"))
        *one, _ = train.tensors(alone, torch.device("cpu"))
        n = int(alone.plan_lengths[0])
        both = model(*many)[2, :n], model(*one)[0, :n]
        assert torch.allclose(*both, atol=1e-4)
        many[4] = many[4].clone()
        many[4][0, 3:] = 5
        assert torch.allclose(model(*many)[0, :3], model(*train.tensors(together, torch.device("cpu"))[:-1])[0, :3], atol=1e-5)  # fmt: skip
