"""Actions as they come in: right in shape and range, or refused by name.

Knows: a box of numbers. Does not know: what an action does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from llmagentos.errors import ActionError

#: What rounding may put a number beyond the ends of its range.
_ROUNDING = 1e-5


def checked_action(action: Any, space: spaces.Box) -> list[float]:
    """The action's numbers, inside [-1, 1]. ActionError for another shape, NaN, or out of range."""
    try:
        values = np.asarray(action, np.float64)
    except (TypeError, ValueError):
        raise ActionError(f"expected {space.shape[0]} numbers, got {action!r}") from None
    if values.shape != space.shape:
        raise ActionError(f"expected an action of shape {space.shape}, got {values.shape}")
    numbers: list[float] = values.tolist()
    for number in numbers:
        if not -1 - _ROUNDING <= number <= 1 + _ROUNDING:  # NaN is in no range
            raise ActionError(f"expected numbers from -1 to 1, got {numbers}")
    return [min(max(number, -1.0), 1.0) for number in numbers]
