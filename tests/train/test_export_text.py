"""Exported graphs: right beside PyTorch, and inside TensorRT's operator table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
onnx = pytest.importorskip("onnx", reason="extra 'train'")

from llm_edge.engines import trt_rules  # noqa: E402
from llm_edge.engines.onnx_any import quantizes_activations, session_options  # noqa: E402
from llm_edge.networks import qdq  # noqa: E402
from llm_edge.networks.export_text import export_decoder  # noqa: E402
from llm_edge.networks.families import logits  # noqa: E402
from llm_edge.networks.model import Decoder, DecoderConfig, EncoderConfig, Planner  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402
from training.planner.export import export_onnx  # noqa: E402

SHAPES: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {"attention_bias": True},
    "qwen3": {"qk_norm": True, "head_dim": 32},
    "one-group": {"num_key_value_heads": 4, "tie_word_embeddings": False},
    "llama-yarn": {
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
    },
}


def decoder(name: str = "llama") -> Decoder:
    torch.manual_seed(3)
    base: dict[str, Any] = {
        "vocab_size": 2000,
        "hidden_size": 128,
        "intermediate_size": 192,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": 64,
    }
    model = Decoder(DecoderConfig(**{**base, **SHAPES[name]})).eval()
    with torch.no_grad():
        for key, weight in model.named_parameters():
            weight.add_(
                torch.randn_like(weight) * (0.2 if key.endswith("bias") or "norm" in key else 0.05)
            )
    return model


def feed(model: Decoder, ids: np.ndarray, start: int, cache: np.ndarray) -> dict[str, np.ndarray]:
    s, c = len(ids), cache.shape[2]
    mask = np.zeros((1, 1, s, c + s), np.float32)
    mask[..., start:c] = -1e9
    mask[0, 0, :, c:] = np.triu(np.full((s, s), -1e9, np.float32), 1)
    return {
        "ids": ids[None].astype(np.int32),
        "positions": np.arange(start, start + s, dtype=np.int32)[None],
        "mask": mask,
        "past": cache,
        "wanted": np.arange(s, dtype=np.int32),
    }


def run(path: Path, model: Decoder, ids: np.ndarray, cuts: list[int]) -> np.ndarray:
    """Logits of `ids`, fed in pieces that end at `cuts`, through a cache longer than needed."""
    import onnxruntime as ort

    options = session_options(1, exact_int8=quantizes_activations(path))
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    c = model.config
    cache = np.zeros((c.num_hidden_layers, 2, 40, c.num_key_value_heads * c.head_dim), np.float32)
    out, start = [], 0
    for end in cuts:
        got, rows = session.run(["logits", "rows"], feed(model, ids[start:end], start, cache))
        cache[:, :, start:end] = rows
        out.append(got)
        start = end
    return np.concatenate(out)


@pytest.mark.parametrize("name", SHAPES)
def test_onnx_agrees_with_torch_in_pieces(name: str, tmp_path: Path) -> None:
    model = decoder(name)
    path = tmp_path / "decoder.onnx"
    export_decoder(model, path)
    onnx.checker.check_model(str(path))
    ids = np.random.default_rng(0).integers(0, 2000, 24)
    expected = logits(model, torch.from_numpy(ids)).numpy()
    for cuts in ([24], [10, 11, 12, 24]):
        assert np.abs(run(path, model, ids, cuts) - expected).max() < 1e-4


def exported(kind: str, folder: Path) -> list[Path]:
    """Graph files of a kind of model."""
    if kind == "planner":
        torch.manual_seed(0)
        encoder = EncoderConfig(
            vocab_size=300,
            hidden_size=96,
            num_hidden_layers=1,
            num_attention_heads=4,
            intermediate_size=128,
        )
        export_onnx(
            Planner(
                encoder, DecoderConfig(vocab_size=400, hidden_size=128, num_hidden_layers=1), 20
            ).eval(),
            folder,
        )
        return [folder / "encoder.onnx", folder / "decoder.onnx"]
    export_decoder(decoder(kind), folder / "decoder.onnx")
    return [folder / "decoder.onnx"]


def test_planner_graphs_agree_with_torch(tmp_path: Path) -> None:
    import onnxruntime as ort

    torch.manual_seed(0)
    encoder = EncoderConfig(
        vocab_size=300,
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
    )
    planner = Planner(
        encoder, DecoderConfig(vocab_size=400, hidden_size=128, num_hidden_layers=2), 20
    ).eval()
    export_onnx(planner, tmp_path)
    ids, types = torch.randint(0, 300, (1, 9)), torch.zeros(1, 9, dtype=torch.long)
    words = torch.tensor([[-1, 0, 1, 1, 2, 3, 4, 5, -1]])
    with torch.no_grad():
        prefix = planner.prefix(ids, types, words)
        expected = planner(
            ids, types, words, torch.tensor([9]), torch.arange(4)[None], torch.tensor([4])
        )[0]
    session = ort.InferenceSession(str(tmp_path / "encoder.onnx"))
    got = session.run(
        None, {"ids": ids.int().numpy(), "types": types.int().numpy(), "words": words.int().numpy()}
    )[0]
    assert np.abs(got - prefix.numpy()).max() < 1e-4
    s = 9 + 4
    rows = np.concatenate([got, np.zeros((1, 4, 128), np.float32)], axis=1)
    feeds = {
        "ids": np.array([[-1] * 9 + [0, 1, 2, 3]], np.int32),
        "prefix": rows,
        "positions": np.arange(s, dtype=np.int32)[None],
        "mask": np.triu(np.full((s, s), -1e9, np.float32), 1)[None, None],
        "past": np.zeros((2, 2, 0, 128), np.float32),
    }
    logits_ = ort.InferenceSession(str(tmp_path / "decoder.onnx")).run(["logits"], feeds)[0]
    assert np.abs(logits_[9:] - expected.numpy()).max() < 1e-4


@pytest.mark.parametrize("kind", ["planner", "llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("version", trt_rules.VERSIONS)
def test_every_node_is_in_tensorrts_table(kind: str, version: str, tmp_path: Path) -> None:
    for path in exported(kind, tmp_path):
        assert trt_rules.problems(onnx.load(str(path)), version) == []


@pytest.mark.parametrize("variant", qdq.VARIANTS)
@pytest.mark.parametrize("version", trt_rules.VERSIONS)
def test_quantized_graphs_fit_after_their_rewrite(
    variant: str, version: str, tmp_path: Path
) -> None:
    model = decoder()
    path = tmp_path / "decoder.onnx"
    export_decoder(model, path)
    ids = np.arange(24)
    samples = [feed(model, ids, 0, np.zeros((2, 2, 0, 64), np.float32))]
    qdq.quantize_file(path, tmp_path / "small.onnx", variant, samples)
    graph = onnx.load(str(tmp_path / "small.onnx"))
    if variant == "int4" and version == "8.5":
        assert any("block" in p for p in trt_rules.problems(graph, version))
        return
    before = run(tmp_path / "small.onnx", model, ids, [24])
    onnx.save(trt_rules.fit(graph, version), str(tmp_path / "fitted.onnx"))
    onnx.checker.check_model(str(tmp_path / "fitted.onnx"))
    after = run(tmp_path / "fitted.onnx", model, ids, [24])
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.999


@pytest.mark.parametrize(("variant", "least"), [("int8", 0.995), ("w8a8", 0.99), ("int4", 0.9)])
def test_quantized_logits_stay_close(variant: str, least: float, tmp_path: Path) -> None:
    model = decoder("qwen3")
    path, small = tmp_path / "decoder.onnx", tmp_path / "small.onnx"
    export_decoder(model, path)
    ids = np.random.default_rng(0).integers(0, 2000, 24)
    qdq.quantize_file(
        path, small, variant, [feed(model, ids, 0, np.zeros((2, 2, 0, 64), np.float32))]
    )
    got, expected = run(small, model, ids, [24]), run(path, model, ids, [24])
    assert np.corrcoef(got.ravel(), expected.ravel())[0, 1] > least
    assert quantizes_activations(small) == (variant == "w8a8")
    assert small.stat().st_size < path.stat().st_size * 0.45


def test_what_does_not_fit_is_named() -> None:
    h = onnx.helper
    nodes = [
        h.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], name="a"),
        h.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], name="b"),
        h.make_node("Gelu", ["y"], ["o"], name="c", domain="com.microsoft"),
    ]
    value = h.make_tensor_value_info("x", 1, [1, 4]), h.make_tensor_value_info("o", 1, [1, 4])
    model = h.make_model(
        h.make_graph(nodes, "g", [value[0]], [value[1]]),
        opset_imports=[h.make_opsetid("", 17), h.make_opsetid("com.microsoft", 1)],
    )
    text = " | ".join(trt_rules.problems(model, "10.3"))
    for word in (
        "DynamicQuantizeLinear 'a'",
        "zero point of 0 for DequantizeLinear 'b'",
        "constant scale",
        "com.microsoft.Gelu",
    ):
        assert word in text


def test_versions_between() -> None:
    assert trt_rules.nearest("8.5.3.1") == "8.5"
    assert trt_rules.nearest("10.13.2") == "10.3"
    assert trt_rules.nearest("11.0") == "10.16"
    with pytest.raises(ModelError, match=r"expected TensorRT 8\.5 or newer, got 8\.0"):
        trt_rules.nearest("8.0.1")
    for facts in trt_rules.table()["versions"].values():
        assert facts["source"]
    assert json.dumps(trt_rules.types_of("MatMul", "8.5")) == '["FP32", "FP16"]'
