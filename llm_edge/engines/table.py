"""The table of engines: a row each, with what it needs and how it is loaded.

Knows: names, the order in which "auto" tries them, what each lacks on this machine, engines of other
packages. Does not know: which engine a model gets (select.py), how any engine works.

From outside: an entry point of the group "llmagentos.engines" whose name is the engine's and which
names an EngineSpec, or `register_engine`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from llm_edge.engines.base import Engine
from llmagentos.errors import MissingDependencyError, ModelError


@dataclass(frozen=True)
class LoadOptions:
    """threads: for engines on the CPU. prompts: (start, first tokens) over which an engine that
    compiles compares itself with the CPU engine. progress: told words and a share of 0 to 1."""

    threads: int = 1
    prompts: Sequence[tuple[Any, list[int]]] = ()
    progress: Callable[[str, float], None] | None = None


#: A verified model folder, its config.json and the options → an engine. Raises ModelError for a
#: model that the engine does not run, MissingDependencyError for what is not there.
Load = Callable[[Path, dict[str, Any], LoadOptions], Engine]


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class EngineSpec:
    """One row. why_not: what is missing on this machine, "" where it may work; quick, and loads no
    GPU library in vain. needs: what it wants, in words. aliases: other words for the name."""

    name: str
    load: Load
    needs: str
    why_not: Callable[[], str] = _nothing
    aliases: tuple[str, ...] = ()


def _load_cpu(folder: Path, config: dict[str, Any], options: LoadOptions) -> Engine:
    from llm_edge.engines.onnx_cpu import OnnxCpuEngine

    return OnnxCpuEngine(folder, config, options.threads)


def _load_cuda(folder: Path, config: dict[str, Any], options: LoadOptions) -> Engine:
    from llm_edge.engines.onnx_device import onnx_cuda

    return onnx_cuda(folder, config, options.threads)


def _no_cuda() -> str:
    import onnxruntime as ort

    there = ort.get_available_providers()
    if "CUDAExecutionProvider" in there:
        return ""
    return f"ONNX Runtime here has only {', '.join(there)}"


def _load_tensorrt(folder: Path, config: dict[str, Any], options: LoadOptions) -> Engine:
    from llm_edge.engines.tensorrt import TensorRTEngine

    engine = TensorRTEngine(folder, config, progress=options.progress)
    if not engine.gated:
        if not options.prompts:
            raise ModelError("expected prompts to gate a new TensorRT plan with, got none")
        engine.pass_gate(_load_cpu(folder, config, options), options.prompts)
    return engine


def _no_tensorrt() -> str:
    missing = [p for p in ("tensorrt", "pycuda", "onnx") if importlib.util.find_spec(p) is None]
    return f"no {' and no '.join(missing)} package" if missing else ""


#: Best first: the order in which "auto" tries them. The last one runs everywhere.
BUILTIN = (
    EngineSpec("tensorrt", _load_tensorrt, "TensorRT 8.5 to 11, pycuda, a GPU", _no_tensorrt),
    EngineSpec("cuda", _load_cuda, "onnxruntime-gpu, a GPU", _no_cuda),
    EngineSpec("onnx-cpu", _load_cpu, "nothing more", aliases=("cpu", "onnx")),
)
ENTRY_POINTS = "llmagentos.engines"
#: Names with a meaning of their own.
_RESERVED = ("auto", "", *(word for row in BUILTIN for word in (row.name, *row.aliases)))

_registered: dict[str, EngineSpec] = {}


def register_engine(spec: EngineSpec) -> None:
    """Make an engine known to this process. Raises ModelError where its name is taken or has a
    slash or colon, which an address has."""
    if not isinstance(spec, EngineSpec):
        raise ModelError(f"expected an EngineSpec, got {type(spec).__name__}")
    known = names()
    for word in (spec.name, *spec.aliases):
        if word in _RESERVED or word in known or find_alias(word) or set(word) & set("/: "):
            raise ModelError(f"expected a new, plain name for an engine, got '{word}'")
    _registered[spec.name] = spec


def unregister_engine(name: str) -> None:
    """Take a registered engine away again. Raises ModelError for others."""
    if _registered.pop(name, None) is None:
        raise ModelError(f"expected the name of a registered engine, got '{name}'")


def names() -> tuple[str, ...]:
    """Every engine's name: built in, best first, then registered, then installed ones."""
    return (*(row.name for row in BUILTIN), *_registered, *_installed())


def find_alias(word: str) -> str:
    """The engine that an alias means, "" for what is none."""
    rows = (*BUILTIN, *_registered.values())
    return next((row.name for row in rows if word in row.aliases), "")


def spec(name: str) -> EngineSpec:
    """The row of an engine's name. Raises ModelError where there is none or an installed one is no
    EngineSpec; an installed engine's package is imported here, not before."""
    for row in (*BUILTIN, *_registered.values()):
        if row.name == name:
            return row
    point = _installed().get(name)
    if point is None:
        raise ModelError(f"expected an engine of {', '.join(names())}, got '{name}'")
    try:
        found = point.load()
    except Exception as exc:  # whatever a package from outside does
        raise ModelError(f"cannot load the engine of entry point {name!r} ({point.value}): {exc}") from exc  # fmt: skip
    if not isinstance(found, EngineSpec) or found.name != name:
        got = f"one named '{found.name}'" if isinstance(found, EngineSpec) else type(found).__name__
        raise ModelError(f"expected an EngineSpec named '{name}' at {point.value}, got {got}")
    return found


def missing(name: str) -> str:
    """What an engine lacks on this machine, "" where it may work. Raises ModelError as `spec`."""
    return spec(name).why_not()


def listed() -> list[dict[str, str]]:
    """Every engine: {"name", "needs", "state"}; state is "there" or why it is not."""
    rows = []
    for name in names():
        try:
            row = spec(name)
            rows.append({"name": name, "needs": row.needs, "state": row.why_not() or "there"})
        except (ModelError, MissingDependencyError) as exc:
            rows.append({"name": name, "needs": "", "state": str(exc)})
    return rows


def _installed() -> dict[str, EntryPoint]:
    """Entry points by name. One with a name that is taken stands back: it can't be asked for."""
    points = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    return {n: p for n, p in points.items() if n not in _RESERVED and n not in _registered}
