"""The shipped planner fits every TensorRT release, and still says the same after the rewrite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="extra 'tensorrt'")

from llm_edge import folder  # noqa: E402
from llm_edge.engines import trt_rules  # noqa: E402
from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402


@pytest.fixture(scope="module")
def model() -> Path:
    try:
        return folder.find(DEFAULT_MODEL)
    except ModelError:
        pytest.skip("no shipped model")


@pytest.mark.parametrize("version", trt_rules.VERSIONS)
@pytest.mark.parametrize("name", ["encoder.onnx", "decoder.onnx"])
def test_the_shipped_planner_fits(model: Path, name: str, version: str) -> None:
    graph = trt_rules.fit(onnx.load(str(model / name)), version)
    onnx.checker.check_model(graph)
    assert trt_rules.problems(graph, version) == []


@pytest.mark.parametrize("version", trt_rules.VERSIONS)
def test_the_rewritten_encoder_is_the_same(model: Path, version: str) -> None:
    import onnxruntime as ort

    ids = np.arange(2000, 2012, dtype=np.int32)[None]
    feeds = {"ids": ids, "types": np.zeros_like(ids), "words": np.arange(12, dtype=np.int32)[None]}
    graph = trt_rules.fit(onnx.load(str(model / "encoder.onnx")), version)
    a = ort.InferenceSession(str(model / "encoder.onnx")).run(None, feeds)[0]
    b = ort.InferenceSession(graph.SerializeToString()).run(None, feeds)[0]
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("name", ["encoder.onnx", "decoder.onnx"])
def test_what_is_confirmed_and_what_is_assumed_is_told_apart(model: Path, name: str) -> None:
    used = {n.op_type for n in onnx.load(str(model / name)).graph.node}
    assert {trt_rules.evidence(o, "8.5") for o in used} == {"confirmed"}
    assert {trt_rules.evidence(o, "10.3") for o in used} == {"confirmed"}
    # no table of 10.16 was at hand
    assert {trt_rules.evidence(o, "10.16") for o in used} == {"assumed"}
    assert trt_rules.evidence("DynamicQuantizeLinear", "10.3") == "not taken"
