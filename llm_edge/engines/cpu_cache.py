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


def _kept(path: Path) -> bool:
    """Whether the file is there and is the one that was compared."""
    try:
        stamp = json.loads(path.with_suffix(".json").read_text())
        return bool(stamp["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _keep(path: Path, data: bytes, compared: int) -> bool:
    """Writes both files whole or not at all; False where the disk doesn't take them."""
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "logits_compared": compared}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files = {path: data, path.with_suffix(".json"): json.dumps(facts).encode() + b"\n"}
        for target, content in files.items():
            part = target.with_name(f"{target.name}.{os.getpid()}.part")
            part.write_bytes(content)
            part.replace(target)
    except OSError:
        return False
    return True


def fused(folder: Path, decoder: dict[str, Any], check: Check) -> Fused:
    """The rewritten graph of a model folder: from the cache, else made and compared now.

    decoder: that part of config.json. Never raises for a graph that cannot be rewritten or differs.
    """
    try:
        data = (folder / "decoder.onnx").read_bytes()
    except OSError as exc:
        raise ModelError(f"expected {folder / 'decoder.onnx'}, got: {exc}") from exc
    path = cache_folder() / _name(folder, data)
    if _kept(path):
        return Fused(path)
    try:
        import onnx
    except ImportError:
        return Fused(None, "no onnx package to rewrite the graph with")
    try:
        made = fuse(onnx.load_model_from_string(data), decoder).SerializeToString()
        compared = check(made)
    except (ModelError, ValueError, KeyError, onnx.checker.ValidationError) as exc:
        return Fused(None, f"the rewritten graph is not used: {exc}")
    return Fused(path if _keep(path, made, compared) else made)
