"""What words mean, as vectors: for finding what was said in other words.

Knows: the call. Does not know: which network the vectors are from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class WordMeaning(Protocol):
    """Vectors of words; words that mean something alike have a large cosine."""

    @property
    def name(self) -> str:
        """What the vectors are from: those of another name can't be compared."""
        ...

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """[N, D], each of length 1, for N words in small letters. Raises ModelError."""
        ...
