"""Meanings of a few words for tests, and what every such dictionary has to give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ALIKE = (("cup", "mug"), ("tool", "screwdriver"), ("bird", "duck"))


class FewWords:
    """Words of one row mean something alike (cosine 0.5), all others nothing of each other."""

    name = "few words"

    def __init__(self) -> None:
        self.asked = 0

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(words)
        out = np.zeros((len(words), 256), np.float32)
        for row, word in enumerate(words):
            group = next((k for k, g in enumerate(_ALIKE) if word in g), None)
            own = 10 + sum(word.encode()) * 7 % 240
            out[row, own] = 1.0 if group is None else 0.5**0.5
            if group is not None:
                out[row, group] = 0.5**0.5
        return out


def check_meaning(meaning) -> None:
    """The contract of `ports.meaning.WordMeaning`."""
    assert meaning.name
    found = meaning.vectors(["cup", "mug", "tool", "screwdriver", "名", "zzgh-x"])
    assert found.shape[0] == 6 and found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-4)
    cosines = found @ found.T
    assert cosines[0, 1] > 0.28 and cosines[2, 3] > 0.28 and cosines[0, 2] < 0.2
    assert len(meaning.vectors([])) == 0
