"""The planner's encoder as a dictionary of meanings: one vector a word.

Knows: where a planner's encoder.onnx holds its table of word pieces. These come from all-MiniLM-L6
and were not trained further with the planner, so that "screwdriver" is near "tool", which after the
encoder's layers it is not any more (docs/runtime.md#memory has the figures). Does not know: who
looks for what.

The table is loaded at the first word and kept (12 MB for the shipped model).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge import folder
from llm_edge.engines import memory
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ModelError
from llmagentos.files import read_text

#: How the exporter names what the table of word pieces gives (llm_edge/networks).
_TABLE = "word_embeddings/Gather_output_0"


class EncoderWords:
    """See `ports.meaning.WordMeaning`. model: a planner's name or folder.

    Raises ModelNotFoundError at once, ModelError at the first word for a model without an encoder.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self._folder = folder.find(model)
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    @property
    def name(self) -> str:
        """The model's."""
        return self._folder.name

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """[N, D], each of length 1: the mean of its pieces, for N words in small letters."""
        with self._lock:
            if self._session is None:
                self._load()
        rows = [self._vector(word) for word in words]
        return np.stack(rows) if rows else np.zeros((0, 1), np.float32)

    def _vector(self, word: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids
        if not ids:
            ids = [0]  # what no piece spells is like nothing: the padding piece
        (pieces,) = self._session.run(None, {"ids": np.asarray([ids], np.int32)})
        mean = pieces[0].mean(axis=0)
        return (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)

    def _load(self) -> None:
        """Cut the table out of the encoder's graph, with whatever unpacks its weights."""
        try:
            import onnx
            import onnxruntime as ort
            from onnx.utils import Extractor
            from tokenizers import Tokenizer

            graph = onnx.load(self._folder / "encoder.onnx")
            found = [o for n in graph.graph.node for o in n.output if o.endswith(_TABLE)]
            kind = onnx.TensorProto.FLOAT
            graph.graph.value_info.append(onnx.helper.make_tensor_value_info(found[0], kind, None))
            table = Extractor(graph).extract_model(["ids"], found[:1]).SerializeToString()
            del graph
            session = ort.InferenceSession(table, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_str(read_text(self._folder / "tokenizer.json"))
            tokenizer.no_padding()
            tokenizer.no_truncation()
        except Exception as exc:  # onnx, onnxruntime and tokenizers raise their own classes
            raise ModelError(
                f"expected an encoder with a table of word pieces in {self._folder}, got: {exc}"
            ) from exc
        del table
        memory.give_back()
        self._tokenizer, self._session = tokenizer, session
