"""A generation over a key-value cache, the same for every backend that runs our graphs.

Knows: the graphs' inputs (export.py, export_text.py), masks, positions, buckets, rewinding. Does not
know: where the cache lives; a backend keeps it and runs the graph.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError

Floats = NDArray[np.float32]
#: Cache lengths; the smallest that fits is bound. Further ones double.
BUCKETS = (32, 64, 128, 256, 512)
_MASKED = np.float32(-1e9)


class Shape:
    """What a model folder's config.json says about its decoder; kind is "planner" or "text"."""

    def __init__(self, config: dict[str, Any], granule: int = 0):
        """granule: caches of multiples of so many positions instead of BUCKETS (CPU: every masked
        position costs time there, and any length may be bound)."""
        self._granule = granule
        try:
            d = config["decoder"]
            self.layers, self.kv = (
                int(d["num_hidden_layers"]),
                int(d["num_key_value_heads"]) * int(d["head_dim"]),
            )
            self.hidden, self.vocabulary = int(d["hidden_size"]), int(d["vocab_size"])
            self.positions = int(d["max_position_embeddings"])
            self.kind = {"llm_edge_planner": "planner", "llm_edge_text": "text"}[
                config["model_type"]
            ]
        except (KeyError, TypeError, ValueError) as exc:
            raise ModelError(
                f"expected a config.json of a planner or text model, got one without {exc}"
            ) from exc

    def bucket(self, length: int) -> int:
        """The cache length to bind for so many positions."""
        if self._granule:
            return -(-length // self._granule) * self._granule
        size = next((b for b in BUCKETS if b >= length), BUCKETS[-1])
        while size < length:
            size *= 2
        return min(size, max(self.positions, length))


class Backend(Protocol):
    """Runs the graph and keeps caches of float32 [L, 2, size, kv]."""

    shape: Shape

    def new_cache(self, size: int) -> Any:
        """A cache of zeros: a masked NaN would still poison."""
        ...

    def grow(self, cache: Any, size: int, length: int) -> Any:
        """A longer cache with the first `length` rows kept."""
        ...

    def step(self, feeds: dict[str, NDArray[Any]], cache: Any, at: int) -> Floats:
        """Runs the graph, stores the new rows from position `at` on; returns the logits [N, V]."""
        ...


def step_feeds(
    shape: Shape, tokens: NDArray[np.int32], prefix: Floats | None, start: int, size: int
) -> dict[str, NDArray[Any]]:
    """Everything but the cache: `start` rows of a cache of `size` count, then come the tokens [S]."""
    s = len(tokens)
    mask = np.zeros((1, 1, s, size + s), np.float32)
    mask[..., start:size] = _MASKED
    if s > 1:
        mask[0, 0, :, size:] = np.triu(np.full((s, s), _MASKED, np.float32), 1)
    feeds: dict[str, NDArray[Any]] = {
        "ids": tokens[None],
        "positions": np.arange(start, start + s, dtype=np.int32)[None],
        "mask": mask,
    }
    if shape.kind == "planner":
        feeds["prefix"] = np.zeros((1, s, shape.hidden), np.float32) if prefix is None else prefix
    else:
        feeds["wanted"] = np.array([s - 1], np.int32)
    return feeds


class CachedSession:
    """See `engine.Session`. `tokens` are those in the cache; `rewind` forgets the later ones."""

    def __init__(self, backend: Backend, prefix: Floats | None = None, chunk: int = 512):
        self._backend, self._prefix, self._chunk = backend, prefix, chunk
        self._size = backend.shape.bucket(1 if prefix is None else prefix.shape[1] + 1)
        self._cache = backend.new_cache(self._size)
        self.tokens: list[int] = []

    @property
    def length(self) -> int:
        """Tokens that the cache holds, the prompt's own included."""
        return len(self.tokens)

    def rewind(self, length: int) -> None:
        """Keep only the first positions. Raises ModelError when there are fewer."""
        if not 0 <= length <= len(self.tokens):
            raise ModelError(f"expected a length of 0 to {len(self.tokens)}, got {length}")
        del self.tokens[length:]

    def feed(self, ids: list[int]) -> Floats:
        """Appends tokens, long ones in chunks; returns the logits [V] after the last of them."""
        if not ids:
            raise ModelError("expected at least one token, got none")
        shape = self._backend.shape
        prefix, self._prefix = self._prefix, None
        if prefix is not None:
            t = prefix.shape[1]
            ids = [-1] * t + ids
            prefix = np.concatenate(
                [prefix, np.zeros((1, len(ids) - t, shape.hidden), np.float32)], axis=1
            )
        end = self.length + len(ids)
        if end > shape.positions:
            raise ModelError(f"expected at most {shape.positions} positions, got {end}")
        step = len(ids) if prefix is not None else self._chunk
        logits = np.empty((0,), np.float32)
        for at in range(0, len(ids), step):
            part = ids[at : at + step]
            self._reserve(self.length + len(part))
            feeds = step_feeds(shape, np.asarray(part, np.int32), prefix, self.length, self._size)
            logits = self._backend.step(feeds, self._cache, self.length)[-1]
            self.tokens += part
        return logits

    def _reserve(self, end: int) -> None:
        if end > self._size:
            self._size = self._backend.shape.bucket(end)
            self._cache = self._backend.grow(self._cache, self._size, self.length)


def planner_files(folder: Path) -> tuple[Path, Path]:
    """The encoder's and the decoder's ONNX files of a planner's folder."""
    return folder / "encoder.onnx", folder / "decoder.onnx"
