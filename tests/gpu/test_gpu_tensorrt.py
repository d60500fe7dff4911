"""The real TensorRT, ONNX Runtime's CUDA and pycuda: run on a machine that has them (-m gpu).

pip install 'llmagentos[tensorrt]' tensorrt==8.5.3.1   # CPython 3.8-3.10; on a Jetson: JetPack's own
pytest tests/gpu -m gpu
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llm_edge import folder
from llm_edge.engines import select, trt_compat, trt_plans
from llm_edge.engines.onnx_cpu import OnnxCpuEngine
from llm_edge.local import GATE_COMMANDS
from llm_edge.tokenization import PromptTokenizer
from llmagentos.default_model import DEFAULT_MODEL

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def model() -> Path:
    return folder.find(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def config(model: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((model / "config.json").read_text())
    return content


@pytest.fixture(scope="module")
def prompts(model: Path) -> list[tuple[Any, list[int]]]:
    tokenizer = PromptTokenizer.from_file(model / "tokenizer.json")
    return [(tokenizer(c), [0]) for c in GATE_COMMANDS]


@pytest.fixture(scope="module")
def tensorrt(model: Path, config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    if reason := select.why_not("tensorrt"):
        pytest.skip(reason)
    from llm_edge.engines.tensorrt import TensorRTEngine

    return TensorRTEngine(model, config, cache=tmp_path_factory.mktemp("plans"))


def test_features_are_found(tensorrt: Any) -> None:
    found = trt_compat.features(trt_compat.load())
    assert found.named_io
    print(found)


def test_tokens_are_the_cpus(
    tensorrt: Any, model: Path, config: dict[str, Any], prompts: list[Any]
) -> None:
    tensorrt.pass_gate(OnnxCpuEngine(model, config), prompts)
    assert tensorrt.gated


def test_another_thread_may_use_it(tensorrt: Any, prompts: list[Any]) -> None:
    expected, found = trt_plans.greedy(tensorrt, *prompts[0], 8), []
    thread = threading.Thread(
        target=lambda: found.extend(trt_plans.greedy(tensorrt, *prompts[0], 8))
    )
    thread.start()
    thread.join()
    assert found == expected


def test_long_plans_grow_the_cache(tensorrt: Any, prompts: list[Any]) -> None:
    session = tensorrt.start(prompts[0][0])
    for token in [0] * 150:
        assert np.isfinite(session.feed([token])).all()


def test_cuda_gives_the_cpus_tokens(
    model: Path, config: dict[str, Any], prompts: list[Any]
) -> None:
    if reason := select.why_not("cuda"):
        pytest.skip(reason)
    from llm_edge.engines.onnx_device import onnx_cuda

    assert trt_plans.gate(onnx_cuda(model, config), OnnxCpuEngine(model, config), prompts) > 0


def test_auto_takes_a_gpu(model: Path, config: dict[str, Any], prompts: list[Any]) -> None:
    if select.why_not("tensorrt") and select.why_not("cuda"):
        pytest.skip("neither TensorRT nor CUDA here")
    assert select.choose(model, config, prompts=prompts).engine.name in (
        "tensorrt",
        "onnxruntime-cuda",
    )
