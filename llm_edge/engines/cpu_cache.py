"""Where rewritten CPU graphs are kept, and what they must pass before they are used.

Knows: what a rewritten graph belongs to (the portable file's hash, ONNX Runtime's version, this
code's revision), its checksum, the comparison with the portable graph. Does not know: operators
(cpu_graph.py), sessions.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm_edge.engines.cpu_graph import REVISION, fuse
from llmagentos.errors import ModelError

#: Tables of embeddings from this size on lie in a file of their own.
_TABLE_BYTES = 1 << 20


@dataclass(frozen=True)
class Fused:
    """source: a file, or the graph itself where no file could be kept; None: the portable graph
    has to do, and `note` says why."""

    source: Path | bytes | None
    note: str = ""


#: Compares a rewritten graph with the portable one; raises ModelError; returns what was compared.
Check = Callable[[bytes], int]


def cache_folder() -> Path:
    """Where rewritten CPU graphs are kept: XDG_CACHE_HOME, else ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "llmagentos" / "cpu"


def _name(folder: Path, data: bytes) -> str:
    import onnxruntime as ort

    key = hashlib.sha256(f"{ort.__version__} {REVISION} ".encode() + data).hexdigest()[:32]
    return f"{folder.name}-{key}.onnx"


def _tables_of(path: Path) -> Path:
    return path.with_suffix(".tables")


def _kept(path: Path) -> Fused | None:
    """What was kept: the files that were compared, or why none are. None: neither is there whole."""
    try:
        stamp = json.loads(path.with_suffix(".json").read_text())
        if refused := stamp.get("refused"):
            return Fused(None, str(refused))
        files = stamp["sha256"].items()
        if all(hashlib.sha256((path.parent / n).read_bytes()).hexdigest() == h for n, h in files):
            return Fused(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


def _keep(path: Path, content: dict[Path, bytes], facts: dict[str, Any]) -> bool:
    """Writes all files whole or none; False where the disk doesn't take them."""
    sums = {file.name: hashlib.sha256(data).hexdigest() for file, data in content.items()}
    stamp = json.dumps({**facts, "sha256": sums}).encode() + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for target, data in {**content, path.with_suffix(".json"): stamp}.items():
            part = target.with_name(f"{target.name}.{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(target)
    except OSError:
        return False
    return True


def _apart(data: bytes, path: Path) -> dict[Path, bytes]:
    """The graph's files: large tables of embeddings in one beside it, from which ONNX Runtime maps
    the rows that are looked up; inside the graph they would all be held in memory."""
    import onnx

    model = onnx.load_model_from_string(data)
    looked_up = {n.input[0] for n in model.graph.node if n.op_type == "Gather"}
    held = bytearray()
    for tensor in model.graph.initializer:
        if tensor.name not in looked_up or len(tensor.raw_data) < _TABLE_BYTES:
            continue
        at = len(held)
        held += tensor.raw_data + b"\0" * (-len(tensor.raw_data) % 4096)
        place = {"location": _tables_of(path).name, "offset": at, "length": len(tensor.raw_data)}
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
    if not held:
        return {path: data}
    return {_tables_of(path): bytes(held), path: model.SerializeToString()}


def state(folder: Path) -> str:
    """Which graph the CPU engine will run, without loading it: "rewritten", "portable: why", or
    that this shows at the first use."""
    try:
        found = _kept(cache_folder() / _name(folder, (folder / "decoder.onnx").read_bytes()))
    except OSError as exc:
        raise ModelError(f"expected {folder / 'decoder.onnx'}, got: {exc}") from exc
    if found is None:
        return "rewritten and compared at the first use"
    return "rewritten" if found.source is not None else f"portable: {found.note}"


def fused(folder: Path, decoder: dict[str, Any], check: Check) -> Fused:
    """The rewritten graph of a model folder: from the cache, else made and compared now.

    decoder: that part of config.json. Never raises for a graph that cannot be rewritten or differs.
    """
    try:
        data = (folder / "decoder.onnx").read_bytes()
    except OSError as exc:
        raise ModelError(f"expected {folder / 'decoder.onnx'}, got: {exc}") from exc
    path = cache_folder() / _name(folder, data)
    if (kept := _kept(path)) is not None:
        return kept
    try:
        import onnx
    except ImportError:
        return Fused(None, "no onnx package to rewrite the graph with")
    try:
        made = fuse(onnx.load_model_from_string(data), decoder).SerializeToString()
        compared = check(made)
    except (ModelError, ValueError, KeyError, onnx.checker.ValidationError) as exc:
        note = f"the rewritten graph is not used: {exc}"
        _keep(path, {}, {"refused": note})
        return Fused(None, note)
    kept_now = _keep(path, _apart(made, path), {"logits_compared": compared})
    return Fused(path if kept_now else made)
