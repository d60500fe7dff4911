"""An engine as another package brings it: one file, and an entry point that names ENGINE.

Runs the portable graphs and keeps no cache: each pass reads the whole plan again. Slow, and short.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from llm_edge.engines.base import Floats
from llm_edge.engines.table import EngineSpec, LoadOptions
from llm_edge.tokenization import Prompt
from llmagentos.errors import ModelError


class RereadingEngine:
    """A planner's folder. Raises ModelError for a text model."""

    name = "rereading"

    def __init__(self, folder: Path, config: dict[str, Any], options: LoadOptions) -> None:
        if config["model_type"] != "llm_edge_planner":
            raise ModelError(f"expected a planner for engine mine, got a {config['model_type']}")
        decoder = config["decoder"]
        self.vocabulary_size = int(decoder["vocab_size"])
        self.positions = int(decoder["max_position_embeddings"])
        row = int(decoder["num_key_value_heads"]) * int(decoder["head_dim"])
        self.no_cache = np.zeros((int(decoder["num_hidden_layers"]), 2, 0, row), np.float32)
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = options.threads
        self.encoder, self.decoder = (
            ort.InferenceSession(str(folder / file), settings, ["CPUExecutionProvider"])
            for file in ("encoder.onnx", "decoder.onnx")
        )

    def start(self, prompt: Prompt) -> RereadingSession:
        feeds = {"ids": prompt.ids[None], "types": prompt.types[None], "words": prompt.words[None]}
        return RereadingSession(self, self.encoder.run(["prefix"], feeds)[0])


class RereadingSession:
    """One plan: the encoder's rows [1, T, hidden] of the prompt, and the plan tokens so far."""

    def __init__(self, engine: RereadingEngine, prefix: Floats) -> None:
        self._engine, self._prefix = engine, prefix
        self._tokens: list[int] = []

    @property
    def length(self) -> int:
        return self._prefix.shape[1] + len(self._tokens)

    def feed(self, ids: list[int]) -> Floats:
        if not ids:
            raise ModelError("expected at least one token, got none")
        if self.length + len(ids) > self._engine.positions:
            raise ModelError(
                f"expected at most {self._engine.positions} positions, got {self.length + len(ids)}"
            )
        self._tokens += ids
        n, hidden = self._prefix.shape[1], self._prefix.shape[2]
        rows = np.zeros((1, len(self._tokens), hidden), np.float32)
        feeds: dict[str, NDArray[Any]] = {
            "ids": np.array([[-1] * n + self._tokens], np.int32),
            "prefix": np.concatenate([self._prefix, rows], axis=1),
            "positions": np.arange(self.length, dtype=np.int32)[None],
            "mask": np.triu(np.full((self.length,) * 2, -1e9, np.float32), 1)[None, None],
            "past": self._engine.no_cache,
        }
        logits: Floats = self._engine.decoder.run(["logits"], feeds)[0][-1]
        return logits


ENGINE = EngineSpec("mine", RereadingEngine, needs="ONNX Runtime")
