"""Memory a model needs, before it is loaded.

Knows: file sizes, cache sizes, what the system has left, how to hand
back what loading leaves behind. Does not know: engines. Estimates are on
the safe side: measured resident sizes lie below them.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm_edge.engines.trt_plans import available_memory
from llmagentos.errors import ModelError

#: Interpreter, ONNX Runtime and tokenizer; weights once read and once packed by the kernels.
_BASE, _WEIGHT_FACTOR = 120_000_000, 2.2


@dataclass(frozen=True)
class Need:
    """Bytes, and the positions the cache was counted for."""

    weights: int
    cache: int
    positions: int

    @property
    def total(self) -> int:
        """Bytes of memory to ask for: weights with what loading adds, cache, and the runtime
        itself."""
        return int(_BASE + self.weights * _WEIGHT_FACTOR + self.cache)


def need(folder: Path, config: dict[str, Any]) -> Need:
    """What a model folder takes in use, its longest context included."""
    weights = sum(
        p.stat().st_size for p in folder.iterdir() if p.suffix in (".onnx", ".data", ".safetensors")
    )
    d = config.get("decoder", {})
    try:
        kv = int(d["num_key_value_heads"]) * int(d["head_dim"])
        positions, layers = int(d["max_position_embeddings"]), int(d["num_hidden_layers"])
    except (KeyError, TypeError, ValueError) as exc:
        raise ModelError(f"expected a decoder in config.json of {folder}, got none: {exc}") from exc
    return Need(weights, layers * 2 * positions * kv * 4, positions)


def require(folder: Path, config: dict[str, Any]) -> Need:
    """Raises ModelError with a sentence where the memory isn't there."""
    wanted, have = need(folder, config), available_memory()
    if wanted.total > have:
        raise ModelError(
            f"expected {wanted.total / 1e6:.0f} MB of free memory for {folder.name} "
            f"({wanted.weights / 1e6:.0f} MB of weights, {wanted.positions} positions), got {have / 1e6:.0f} MB"
        )
    return wanted


def give_back() -> None:
    """Hand what was freed back to the system: loading a model frees as much as it keeps, and
    glibc would hold it. Nothing where the C library has no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
