"""Every engine gives the same tokens: one contract (lab/engine_contract.py), run against each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lab.engine_contract import CONTRACT, Check, shipped
from lab.tensorrt import VERSIONS, FakeDevice, fake_tensorrt

from llm_edge.engines import select, table, trt_compat, trt_plans
from llm_edge.engines.base import Engine
from llm_edge.engines.onnx_any import OnnxEngine
from llm_edge.engines.onnx_cpu import OnnxCpuEngine
from llm_edge.engines.tensorrt import TensorRTEngine
from llm_edge.tokenization import Prompt
from llmagentos.errors import MissingDependencyError, ModelError


@pytest.fixture(scope="module")
def model() -> Path:
    return shipped().folder


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return shipped().config


@pytest.fixture(scope="module")
def prompts() -> tuple[Prompt, ...]:
    return shipped().prompts


Make = Callable[[], Engine]


def on_device(model: Path, config: dict[str, Any]) -> Engine:
    """What CUDA runs, with the cache bound in the CPU's memory."""
    pytest.importorskip("onnx", reason="extra 'dev'")
    from llm_edge.engines.onnx_device import OnnxDeviceEngine

    return OnnxDeviceEngine(model, config, provider="CPUExecutionProvider")


@pytest.fixture(scope="module")
def makers(
    model: Path, config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Make]:
    def tensorrt(version: str, graphs: bool) -> Engine:
        pytest.importorskip("onnx", reason="extra 'tensorrt'")
        device = FakeDevice(graphs)
        return TensorRTEngine(
            model,
            config,
            trt=fake_tensorrt(version, device),
            device=device,
            cache=tmp_path_factory.mktemp(version),
        )

    return {
        "cpu": lambda: OnnxCpuEngine(model, config),
        "onnx": lambda: OnnxEngine(model, config),
        "device": lambda: on_device(model, config),
        **{f"tensorrt-{v}": (lambda v=v: tensorrt(v, v != "8.5")) for v in VERSIONS},
    }


@pytest.fixture(scope="module")
def built() -> dict[str, Engine]:
    return {}


@pytest.fixture(params=["cpu", "onnx", "device", *(f"tensorrt-{v}" for v in VERSIONS)])
def engine(
    request: pytest.FixtureRequest, makers: dict[str, Make], built: dict[str, Engine]
) -> Engine:
    if request.param not in built:
        built[request.param] = makers[request.param]()
    return built[request.param]


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_it_keeps_the_contract(engine: Engine, check: Check) -> None:
    check(engine, shipped())


# --- TensorRT's own ---------------------------------------------------------------------------


def tensorrt(
    model: Path, config: dict[str, Any], cache: Path, version: str = "10.3", factor: float = 1.0
) -> tuple[TensorRTEngine, Any]:
    pytest.importorskip("onnx", reason="extra 'tensorrt'")
    device = FakeDevice(True)
    trt = fake_tensorrt(version, device, factor)
    return TensorRTEngine(model, config, trt=trt, device=device, cache=cache), trt


@pytest.mark.parametrize("version", VERSIONS)
def test_flags_follow_the_release(version: str) -> None:
    trt = fake_tensorrt(version, FakeDevice())
    found = trt_compat.features(trt)
    assert found.named_io
    assert found.strongly_typed == (version.startswith("10")) and found.precision_flags == (
        not version.startswith("11")
    )
    assert found.kv_cache_update == (version in ("10.16", "11.0"))
    assert found.int64_io == (version != "8.5")
    steps: list[str] = []
    trt_compat.build(
        trt, b"model", [], int8=True, progress=lambda words, share: steps.append(words)
    )
    assert ("tactics" in steps) == (version != "8.5")
    network = next(entry for entry in trt.log if entry.startswith("network"))
    assert network == {"8.5": "network 1", "11.0": "network 0"}.get(version, "network 3")
    assert ("flag INT8" in trt.log) == (version == "8.5")


def test_the_parsers_words_are_passed_on() -> None:
    with pytest.raises(ModelError, match="node 3: no importer"):
        trt_compat.build(fake_tensorrt("10.3", FakeDevice()), b"broken", [])


def test_older_releases_are_refused() -> None:
    trt = fake_tensorrt("8.5", FakeDevice())
    trt.IExecutionContext = object
    with pytest.raises(ModelError, match=r"expected TensorRT 8\.5 or newer"):
        trt_compat.build(trt, b"model", [])


def test_plan_keys_tell_everything_apart() -> None:
    profile: Any = {"ids": ((1, 1), (1, 8), (1, 64))}
    base = trt_plans.plan_key(b"onnx", "10.3", "87", [profile])
    others = [
        trt_plans.plan_key(b"onnx2", "10.3", "87", [profile]), trt_plans.plan_key(b"onnx", "10.3.1", "87", [profile]),
        trt_plans.plan_key(b"onnx", "10.3", "110", [profile]), trt_plans.plan_key(b"onnx", "10.3", "87", []),
    ]  # fmt: skip
    assert len({base, *others}) == 5 and base == trt_plans.plan_key(
        b"onnx", "10.3", "87", [profile]
    )


def test_plans_are_gated_and_nonsense_is_refused(
    model: Path, config: dict[str, Any], prompts: tuple[Prompt, ...], tmp_path: Path
) -> None:
    reference, fixed = OnnxCpuEngine(model, config), [(p, [0]) for p in prompts]
    engine, _ = tensorrt(model, config, tmp_path)
    assert not engine.gated
    engine.pass_gate(reference, fixed)
    assert engine.gated and sorted(p.suffix for p in tmp_path.iterdir()) == [
        ".json",
        ".json",
        ".plan",
        ".plan",
    ]
    engine.plans[0].path.write_bytes(b"swapped")
    assert not engine.gated
    bad, _ = tensorrt(model, config, tmp_path / "bad", factor=-1.0)
    with pytest.raises(ModelError, match="expected the CPU engine's tokens"):
        bad.pass_gate(reference, fixed)
    assert {p.suffix for p in (tmp_path / "bad").iterdir()} == {".refused"}


def test_a_broken_plan_in_the_cache_is_built_again(
    model: Path, config: dict[str, Any], tmp_path: Path
) -> None:
    first, _ = tensorrt(model, config, tmp_path)
    for plan in first.plans:
        plan.path.write_bytes(b"half a plan")
    again, _ = tensorrt(model, config, tmp_path)
    assert all(p.fresh for p in again.plans)


def test_too_little_memory_is_a_sentence(
    model: Path, config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trt_plans, "available_memory", lambda: 10_000_000)
    with pytest.raises(ModelError, match=r"GB of memory to build a TensorRT plan, got 0\.0 GB"):
        tensorrt(model, config, tmp_path)


# --- choosing ---------------------------------------------------------------------------------


def test_auto_says_why_the_others_are_not_there(
    model: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        select, "why_not", lambda name: "" if name == "onnx-cpu" else f"no {name} here"
    )
    choice = select.choose(model, config)
    assert choice.engine.name == "onnxruntime-cpu"
    assert choice.skipped == ("tensorrt: no tensorrt here", "cuda: no cuda here")
    with pytest.raises(
        MissingDependencyError, match="expected engine cuda, got none: no cuda here"
    ):
        select.choose(model, config, "cuda")
    with pytest.raises(
        ModelError, match=r"expected an engine of auto, tensorrt, cuda, onnx-cpu or .* got 'npu'"
    ):
        select.choose(model, config, "npu")


def test_an_engine_that_fails_is_passed_over(
    model: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise ModelError("expected a driver, got none")

    monkeypatch.setattr(select, "why_not", lambda name: "no GPU" if name == "cuda" else "")
    first, *others = table.BUILTIN
    monkeypatch.setattr(table, "BUILTIN", (replace(first, load=broken), *others))
    assert select.choose(model, config).skipped == (
        "tensorrt: expected a driver, got none",
        "cuda: no GPU",
    )
