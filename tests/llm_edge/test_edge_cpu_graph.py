"""The rewritten CPU graph: the portable one's logits, few operators, and never used unchecked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="extra 'dev'")

from llm_edge import folder  # noqa: E402
from llm_edge.engines import cpu_cache, cpu_graph  # noqa: E402
from llm_edge.engines.onnx_any import OnnxEngine  # noqa: E402
from llm_edge.engines.onnx_cpu import FusedSession, OnnxCpuEngine  # noqa: E402
from llm_edge.tokenization import PromptTokenizer  # noqa: E402
from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402

MODEL = folder.SHIPPED / DEFAULT_MODEL
pytestmark = pytest.mark.skipif(not MODEL.exists(), reason="no shipped model in this checkout")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "llmagentos" / "cpu"


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((MODEL / "config.json").read_text())
    return content


def test_about_ten_operators_a_layer(config: dict[str, Any]) -> None:
    portable = onnx.load(str(MODEL / "decoder.onnx"))
    made = cpu_graph.fuse(portable, config["decoder"])
    layers = config["decoder"]["num_hidden_layers"]
    operators = [n.op_type for n in made.graph.node]
    assert operators.count("GroupQueryAttention") == layers
    compute = [o for o in operators if o not in ("Constant", "DequantizeLinear")]
    assert len(compute) <= 10 * layers + 25


def test_same_logits_over_prompts_forced_tokens_and_rewinding(
    cache: Path, config: dict[str, Any]
) -> None:
    engine, portable = OnnxCpuEngine(MODEL, config), OnnxEngine(MODEL, config)
    assert engine.note == ""
    tokenizer = PromptTokenizer.from_file(MODEL / "tokenizer.json")
    prompt = tokenizer("put the red block that is left of the cup into the blue bowl")
    a, b = engine.start(prompt), portable.start(prompt)
    assert isinstance(a, FusedSession)
    rng = np.random.default_rng(1)
    first = len(prompt.ids) + 1
    # past the first capacity, so that the cache grows
    for step, count in enumerate((1, 1, 5, 1, 120, 1, 60, 3, 1)):
        ids = rng.integers(0, engine.vocabulary_size, count).tolist()
        x, y = a.feed(ids), b.feed(ids)
        assert np.abs(x - y).max() < 0.04 * (y.max() - y.min())
        if step == 5:
            a.rewind(first + 10)
            b.rewind(first + 10)
    assert a.length == b.length
    with pytest.raises(ModelError, match="expected a length of 0 to"):
        a.rewind(10_000)


def test_scores_are_the_logits_of_feeding_one_by_one(cache: Path, config: dict[str, Any]) -> None:
    engine = OnnxCpuEngine(MODEL, config)
    tokenizer = PromptTokenizer.from_file(MODEL / "tokenizer.json")
    prompt, ids = tokenizer("stack the cups"), [0, 7, 9, 3]
    at_once = engine.start(prompt)
    session = engine.start(prompt)
    assert isinstance(at_once, FusedSession)
    wanted = np.stack([session.feed([i]) for i in ids])
    got = at_once.score(ids)
    assert np.abs(got - wanted).max() < 0.04 * (wanted.max() - wanted.min())
    assert np.abs(at_once.feed([5]) - session.feed([5])).max() < 0.2


def test_kept_once_compared_and_made_again_when_it_was_changed(
    cache: Path, config: dict[str, Any]
) -> None:
    OnnxCpuEngine(MODEL, config)
    (kept,) = cache.glob("*.onnx")
    assert cpu_cache.state(MODEL) == "rewritten"
    stamp = json.loads(kept.with_suffix(".json").read_text())
    assert stamp["logits_compared"] > 20
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-100])
    assert OnnxCpuEngine(MODEL, config).note == ""
    assert len(kept.read_bytes()) == len(whole)


def test_a_graph_that_differs_is_not_used(
    cache: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(model: Any, decoder: dict[str, Any]) -> Any:
        made = cpu_graph.fuse(model, decoder)
        for node in made.graph.node:
            for attribute in node.attribute:
                if attribute.name == "scale" and node.op_type == "GroupQueryAttention":
                    attribute.f = 0.2
        return made

    monkeypatch.setattr(cpu_cache, "fuse", broken)
    engine = OnnxCpuEngine(MODEL, config)
    assert "expected logits within" in engine.note
    tokenizer = PromptTokenizer.from_file(MODEL / "tokenizer.json")
    assert np.isfinite(engine.start(tokenizer("go home")).feed([0])).all()
    assert not list(cache.glob("*.onnx"))
    assert engine.graph == "portable"
    # what was found is remembered: the comparison takes seconds
    monkeypatch.setattr(cpu_cache, "fuse", None)
    assert OnnxCpuEngine(MODEL, config).note == engine.note
    assert cpu_cache.state(MODEL) == f"portable: {engine.note}"


def test_a_small_mistake_is_told_from_rounding(
    cache: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a percent of one norm's weights: far less than rounded activations move a logit."""

    def slightly(model: Any, decoder: dict[str, Any]) -> Any:
        made = cpu_graph.fuse(model, decoder)
        norm = next(n for n in made.graph.node if "Simplified" in n.op_type)
        for tensor in made.graph.initializer:
            if tensor.name in norm.input:
                values = onnx.numpy_helper.to_array(tensor) * np.float32(1.005)
                tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
        return made

    monkeypatch.setattr(cpu_cache, "fuse", slightly)
    assert "expected logits within" in OnnxCpuEngine(MODEL, config).note


def test_large_tables_of_embeddings_lie_beside_the_graph(
    cache: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = OnnxCpuEngine(MODEL, config)
    monkeypatch.setattr(cpu_cache, "_TABLE_BYTES", 1000)
    monkeypatch.setattr(cpu_cache, "REVISION", -1)
    apart = OnnxCpuEngine(MODEL, config)
    (tables,) = cache.glob("*.tables")
    assert tables.stat().st_size > 1000
    tokenizer = PromptTokenizer.from_file(MODEL / "tokenizer.json")
    prompt = tokenizer("stack the cups")
    assert (apart.start(prompt).feed([0]) == plain.start(prompt).feed([0])).all()
    tables.write_bytes(b"\0" + tables.read_bytes()[1:])
    assert OnnxCpuEngine(MODEL, config).note == ""  # not what was compared: made again


def test_activations_in_few_bits_stay_in_the_portable_graph(config: dict[str, Any]) -> None:
    model = onnx.load(str(MODEL / "decoder.onnx"))
    matmul = next(n for n in model.graph.node if n.op_type == "MatMul")
    dequantize = onnx.helper.make_node("DequantizeLinear", ["q", "s"], ["activation"])
    model.graph.node.insert(0, dequantize)
    matmul.input[0] = "activation"
    with pytest.raises(ModelError, match="expected weights alone in few bits"):
        cpu_graph.fuse(model, config["decoder"])
    with pytest.raises(ModelError, match="expected 21 matrices, got 17"):
        cpu_graph.fuse(
            onnx.load(str(MODEL / "decoder.onnx")), {**config["decoder"], "num_hidden_layers": 5}
        )
