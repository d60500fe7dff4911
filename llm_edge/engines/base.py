"""What every engine that runs the on-board model offers to decoding.

Knows: the calls. Does not know: ONNX Runtime, TensorRT, servers. An engine that runs text models too
is started with None instead of a prompt, and its sessions also have `tokens` (ids in the cache) and
`rewind(length)` (keeps only the first so many).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from llm_edge.tokenization import Prompt

Floats = NDArray[np.float32]


@runtime_checkable
class Session(Protocol):
    """One generation: its cache, and how far it has got."""

    @property
    def length(self) -> int:
        """Positions in the cache."""
        ...

    def feed(self, ids: list[int]) -> Floats:
        """Appends plan tokens, all in one pass; returns the logits [V] after the last of them.

        Raises ModelError for no tokens, and when the cache is full."""
        ...


@runtime_checkable
class Engine(Protocol):
    """A loaded model. One session at a time may be fed from one thread."""

    @property
    def name(self) -> str:
        """Backend, as "onnxruntime-cpu"."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """Length V of the logits that `feed` returns."""
        ...

    def start(self, prompt: Prompt) -> Session:
        """Reads a prompt (encoder and prefill)."""
        ...
