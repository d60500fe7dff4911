"""The shipped model on ONNX Runtime's CPU provider.

Knows: the two graphs' inputs and outputs (export.py), the key-value cache. Does not know: plans.
The cache is one array [layers, 2, S, kv], grown by buckets, so that a short plan binds a short one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.tokenization import Prompt
from llmagentos.errors import ModelError

Floats = NDArray[np.float32]
_MASKED = np.float32(-1e9)
#: Cache lengths; the smallest that fits is bound.
BUCKETS = (32, 64, 96, 128, 192, 256, 384, 512)


def _options(threads: int) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # spinning threads would take the core that perception or control needs
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


class OnnxCpuEngine:
    """encoder.onnx and decoder.onnx of a model folder. Raises ModelError when they don't load."""

    name = "onnxruntime-cpu"

    def __init__(self, folder: Path, config: dict[str, Any], threads: int = 1):
        import onnxruntime as ort

        try:
            self._encoder = ort.InferenceSession(
                str(folder / "encoder.onnx"), _options(threads), providers=["CPUExecutionProvider"]
            )
            self._decoder = ort.InferenceSession(
                str(folder / "decoder.onnx"), _options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as exc:  # onnxruntime raises its own, undocumented classes
            raise ModelError(f"expected a loadable ONNX model in {folder}, got: {exc}") from exc
        d = config["decoder"]
        self.hidden: int = d["hidden_size"]
        self.layers: int = d["num_hidden_layers"]
        self.kv: int = d["num_key_value_heads"] * d["head_dim"]
        self.max_positions: int = d["max_position_embeddings"]
        self.vocabulary_size: int = d["vocab_size"]

    def start(self, prompt: Prompt) -> OnnxSession:
        prefix = self._encoder.run(
            ["prefix"],
            {"ids": prompt.ids[None], "types": prompt.types[None], "words": prompt.words[None]},
        )[0]
        return OnnxSession(self, prefix)

    def run(
        self, ids: NDArray[np.int32], prefix: Floats, start: int, cache: Floats
    ) -> tuple[Floats, Floats]:
        """ids [S], prefix [1, S, H], cache [L, 2, C, kv] of which `start` rows count."""
        s, c = len(ids), cache.shape[2]
        mask = np.zeros((1, 1, s, c + s), np.float32)
        mask[..., start:c] = _MASKED
        if s > 1:
            mask[0, 0, :, c:] = np.triu(np.full((s, s), _MASKED, np.float32), 1)
        positions = np.arange(start, start + s, dtype=np.int32)[None]
        feeds = {
            "ids": ids[None],
            "prefix": prefix,
            "positions": positions,
            "mask": mask,
            "past": cache,
        }
        logits, rows = self._decoder.run(["logits", "rows"], feeds)
        return logits, rows


class OnnxSession:
    """A prompt that has been read, and the plan words after it."""

    def __init__(self, engine: OnnxCpuEngine, prefix: Floats):
        self._engine = engine
        self._prefix: Floats | None = prefix
        self._cache = np.zeros((engine.layers, 2, BUCKETS[0], engine.kv), np.float32)
        self.length = 0

    def feed(self, ids: list[int]) -> Floats:
        """See `engine.Session.feed`. The first call also carries the prompt's prefix."""
        engine = self._engine
        tokens = np.asarray(ids, np.int32)
        if self._prefix is not None:
            t = self._prefix.shape[1]
            pad = np.zeros((1, len(ids), engine.hidden), np.float32)
            prefix = np.concatenate([self._prefix, pad], axis=1)
            tokens = np.concatenate([np.full(t, -1, np.int32), tokens])
            self._prefix = None
        else:
            prefix = np.zeros((1, len(ids), engine.hidden), np.float32)
        end = self.length + len(tokens)
        if end > engine.max_positions:
            raise ModelError(f"expected at most {engine.max_positions} positions, got {end}")
        # before anything is cached, an empty past spares the masked work
        cache = self._cache if self.length else self._cache[:, :, :0]
        logits, rows = engine.run(tokens, prefix, self.length, cache)
        self._grow(end)
        self._cache[:, :, self.length : end] = rows
        self.length = end
        return logits[-1]

    def _grow(self, end: int) -> None:
        if end <= self._cache.shape[2]:
            return
        size = next(b for b in (*BUCKETS, self._engine.max_positions) if b >= end)
        bigger = np.zeros((*self._cache.shape[:2], size, self._cache.shape[3]), np.float32)
        bigger[:, :, : self.length] = self._cache[:, :, : self.length]
        self._cache = bigger
