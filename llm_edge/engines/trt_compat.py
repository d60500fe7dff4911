"""Every TensorRT name that differs between releases, found by looking, not by version number.

Knows: the API shapes of TensorRT 8.5, 10.x and 11. Does not know: models, memory. Takes the
`tensorrt` module as an argument, so that tests pass fakes of each shape.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from llmagentos.errors import MissingDependencyError, ModelError

#: A profile: tensor name → (least, usual, largest shape).
Profile = dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Features:
    """What this TensorRT can do."""

    version: str
    named_io: bool
    explicit_batch_flag: bool
    strongly_typed: bool
    precision_flags: bool
    version_compatible: bool
    progress_monitor: bool
    int64_io: bool
    kv_cache_update: bool
    attention: bool


def load() -> Any:
    """The tensorrt module. Raises MissingDependencyError for none, or for PyPI's stub."""
    try:
        trt = importlib.import_module("tensorrt")
    except (ImportError, OSError, RuntimeError) as exc:
        raise MissingDependencyError(
            f"expected TensorRT (on a Jetson: JetPack, in a venv made with --system-site-packages), got: {exc}"
        ) from exc
    if not hasattr(trt, "Builder"):
        raise MissingDependencyError(
            "expected TensorRT with its libraries, got a package without Builder (a stub of PyPI)"
        )
    return trt


def _flag(trt: Any, enum: str, name: str) -> Any:
    return getattr(getattr(trt, enum, None), name, None)


def features(trt: Any) -> Features:
    """Which of the API's parts this TensorRT has, by looking and not by version number."""
    return Features(
        version=str(trt.__version__),
        named_io=hasattr(trt.IExecutionContext, "execute_async_v3"),
        explicit_batch_flag=_flag(trt, "NetworkDefinitionCreationFlag", "EXPLICIT_BATCH")
        is not None,
        strongly_typed=_flag(trt, "NetworkDefinitionCreationFlag", "STRONGLY_TYPED") is not None,
        precision_flags=_flag(trt, "BuilderFlag", "INT8") is not None,
        version_compatible=_flag(trt, "BuilderFlag", "VERSION_COMPATIBLE") is not None,
        progress_monitor=hasattr(trt, "IProgressMonitor"),
        int64_io=hasattr(getattr(trt, "DataType", None) or trt, "INT64") or hasattr(trt, "int64"),
        kv_cache_update=hasattr(trt.INetworkDefinition, "add_kv_cache_update"),
        attention=hasattr(trt.INetworkDefinition, "add_attention"),
    )


def describe(trt: Any) -> dict[str, Any]:
    """`features` as plain data, for reports."""
    return asdict(features(trt))


def _network(trt: Any, builder: Any, found: Features) -> Any:
    flags = 0
    for name, there in (
        ("EXPLICIT_BATCH", found.explicit_batch_flag),
        ("STRONGLY_TYPED", found.strongly_typed),
    ):
        # 8.5's INT8 flag and strong typing exclude each other; types are in the graph where they can be
        if there:
            flags |= 1 << int(_flag(trt, "NetworkDefinitionCreationFlag", name))
    return builder.create_network(flags)


def _configure(trt: Any, builder: Any, found: Features, workspace: int, int8: bool) -> Any:
    config = builder.create_builder_config()
    pool = _flag(trt, "MemoryPoolType", "WORKSPACE")
    if pool is not None:
        config.set_memory_pool_limit(pool, workspace)
    if found.precision_flags and not found.strongly_typed:
        for name in ("FP16", *(("INT8",) if int8 else ())):
            flag = _flag(trt, "BuilderFlag", name)
            if flag is not None:
                config.set_flag(flag)
    return config


def _monitor(trt: Any, progress: Progress) -> Any:
    class Monitor(trt.IProgressMonitor):
        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self._steps: dict[str, int] = {}

        def phase_start(self, phase: str, parent: str | None, steps: int) -> None:
            self._steps[phase] = steps
            progress(phase, 0.0)

        def step_complete(self, phase: str, step: int) -> bool:
            progress(phase, (step + 1) / max(1, self._steps.get(phase, 1)))
            return True

        def phase_finish(self, phase: str) -> None:
            progress(phase, 1.0)

    return Monitor()


def build(
    trt: Any,
    model: bytes,
    profiles: list[Profile],
    *,
    workspace: int = 1 << 30,
    int8: bool = False,
    progress: Progress | None = None,
) -> bytes:
    """ONNX → a serialized plan. Raises ModelError with the parser's own words."""
    found = features(trt)
    if not found.named_io:
        raise ModelError(f"expected TensorRT 8.5 or newer, got {found.version}")
    logger = trt.Logger(trt.Logger.WARNING)
    builder = trt.Builder(logger)
    network = _network(trt, builder, found)
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(model):
        problems = "; ".join(str(parser.get_error(i)) for i in range(parser.num_errors))
        raise ModelError(f"expected a graph that TensorRT {found.version} parses, got: {problems}")
    config = _configure(trt, builder, found, workspace, int8)
    for shapes in profiles:
        profile = builder.create_optimization_profile()
        for name, (least, usual, largest) in shapes.items():
            profile.set_shape(name, least, usual, largest)
        config.add_optimization_profile(profile)
    began = time.perf_counter()
    if progress is not None and found.progress_monitor:
        config.progress_monitor = _monitor(trt, progress)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise ModelError(
            f"expected a plan from TensorRT {found.version}, got none after {time.perf_counter() - began:.0f} s: see its log"
        )
    if progress is not None:
        progress("built", 1.0)
    return bytes(plan)


def deserialize(trt: Any, plan: bytes) -> Any:
    """The engine and the runtime that it must not outlive. Raises ModelError for a plan of another
    TensorRT or GPU."""
    runtime = trt.Runtime(trt.Logger(trt.Logger.WARNING))
    engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        raise ModelError(
            f"expected a plan made by TensorRT {trt.__version__} on this GPU, got one that does not load"
        )
    # the engine must not outlive its runtime
    return engine, runtime


def tensors(trt: Any, engine: Any) -> dict[str, tuple[bool, np.dtype[Any]]]:
    """Named I/O: tensor → (is input, element type)."""
    out = {}
    for i in range(engine.num_io_tensors):
        name = engine.get_tensor_name(i)
        is_input = engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
        out[name] = (is_input, np.dtype(trt.nptype(engine.get_tensor_dtype(name))))
    return out
