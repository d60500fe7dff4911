"""Which engine runs a model: the one asked for, or the best that is there.

Knows: names, the order of preference, why an engine is not there, the gate before TensorRT's first
use. Does not know: how any engine works.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm_edge.engines.base import Engine
from llmagentos.errors import MissingDependencyError, ModelError

#: Best first.
ENGINES = ("tensorrt", "cuda", "onnx-cpu")
#: Other words for them.
ALIASES = {"cpu": "onnx-cpu", "onnx": "onnx-cpu", "": "auto"}


def is_address(engine: str) -> bool:
    """Whether an engine is a server's address."""
    return engine.startswith(("http://", "https://"))


def named(engine: str) -> str:
    """The engine that a word means: "auto" or one of ENGINES. Raises ModelError for others."""
    engine = ALIASES.get(engine, engine)
    if engine not in (*ENGINES, "auto"):
        raise ModelError(
            f"expected an engine of auto, {', '.join(ENGINES)} or a server's http address, "
            f"got '{engine}'"
        )
    return engine


@dataclass(frozen=True)
class Choice:
    """The engine, and a sentence for each better one that was passed over."""

    engine: Engine
    skipped: tuple[str, ...] = ()


def why_not(name: str) -> str:
    """What an engine lacks on this machine; "" where it may work. Loads no GPU library in vain."""
    name = named(name)
    if name == "tensorrt":
        missing = [p for p in ("tensorrt", "pycuda", "onnx") if importlib.util.find_spec(p) is None]
        return f"no {' and no '.join(missing)} package" if missing else ""
    if name == "cuda":
        import onnxruntime as ort

        there = ort.get_available_providers()
        return (
            ""
            if "CUDAExecutionProvider" in there
            else f"ONNX Runtime here has only {', '.join(there)}"
        )
    return ""


def _cpu(folder: Path, config: dict[str, Any], threads: int) -> Engine:
    from llm_edge.engines.onnx_cpu import OnnxCpuEngine

    return OnnxCpuEngine(folder, config, threads)


def _cuda(folder: Path, config: dict[str, Any], threads: int) -> Engine:
    from llm_edge.engines.onnx_device import onnx_cuda

    return onnx_cuda(folder, config, threads)


def _tensorrt(
    folder: Path,
    config: dict[str, Any],
    threads: int,
    prompts: Sequence[tuple[Any, list[int]]],
    progress: Any,
) -> Engine:
    from llm_edge.engines.tensorrt import TensorRTEngine

    engine = TensorRTEngine(folder, config, progress=progress)
    if not engine.gated:
        if not prompts:
            raise ModelError("expected prompts to gate a new TensorRT plan with, got none")
        engine.pass_gate(_cpu(folder, config, threads), prompts)
    return engine


def choose(
    folder: Path,
    config: dict[str, Any],
    name: str = "auto",
    threads: int = 1,
    prompts: Sequence[tuple[Any, list[int]]] = (),
    progress: Callable[[str, float], None] | None = None,
) -> Choice:
    """The engine `name` of ENGINES, or with "auto" the best that loads.

    prompts: what a new TensorRT plan is gated with. Raises MissingDependencyError or ModelError
    where the named engine is not there; "auto" ends at the CPU.
    """
    name = named(name)
    makers: dict[str, Callable[[], Engine]] = {
        "tensorrt": lambda: _tensorrt(folder, config, threads, prompts, progress),
        "cuda": lambda: _cuda(folder, config, threads),
        "onnx-cpu": lambda: _cpu(folder, config, threads),
    }
    if name != "auto":
        if reason := why_not(name):
            raise MissingDependencyError(f"expected engine {name}, got none: {reason}")
        return Choice(makers[name]())
    skipped: list[str] = []
    for candidate in ENGINES:
        reason = why_not(candidate)
        if not reason:
            try:
                return Choice(makers[candidate](), tuple(skipped))
            except (MissingDependencyError, ModelError) as exc:
                if candidate == ENGINES[-1]:
                    raise
                reason = str(exc)
        skipped.append(f"{candidate}: {reason}")
    raise ModelError(f"expected an engine, got none: {'; '.join(skipped)}")
