"""An embedder from outside: crops of a picture to vectors whose angles say how alike they are.

Knows: crops in, vectors out. Does not know: which vectors belong to whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError
from llmagentos.inference.card import NetworkCard, network_of, normal, output_named, read_card
from llmagentos.inference.pictures import PictureInput

Floats = NDArray[np.float32]


class OnnxEmbedder:
    """An embedder by its card. Raises FileError, ModelError and its kinds; fields that do not fit are
    named at once. name: file and digest, for what is kept of its vectors. length: of a vector."""

    def __init__(self, card: str | Path | NetworkCard) -> None:
        self.card = card if isinstance(card, NetworkCard) else read_card(card, "embedder")
        self._network = network_of(self.card)
        self._input = PictureInput(self.card, self._network)
        self.name = f"{Path(self.card.file).stem}-{self.card.sha256[:12]}"
        one = np.zeros((self._input.rows, self._input.cols, 3), np.uint8)
        self.length = self.vectors([one]).shape[1]

    def vectors(self, crops: Sequence[NDArray[np.uint8]]) -> Floats:
        """One vector of length 1 a crop, float32 [N, D]. crops: uint8 [h, w, 3] of any size."""
        rows = [self._one(crop) for crop in crops]
        return np.stack(rows) if rows else np.zeros((0, self.length), np.float32)

    def _one(self, crop: NDArray[np.uint8]) -> Floats:
        if crop.ndim != 3 or crop.shape[2] != 3 or 0 in crop.shape:
            raise ModelError(f"expected a crop [h, w, 3], got shape {list(crop.shape)}")
        feeds, _ = self._input.feeds(crop)
        vector = self._network(feeds)[output_named(self.card, self._network, "vectors", 0)]
        flat = np.nan_to_num(np.asarray(vector, np.float32).reshape(1, -1))
        return normal(flat)[0]
