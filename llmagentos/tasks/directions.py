"""The directions of relative moves, and how far one goes where nothing is said.

Knows: unit vectors in the base frame. Does not know: what is moved.
"""

from __future__ import annotations

#: A relative move without a distance, metres at scale 1.
DEFAULT_MOVE_M = 0.10
VECTORS: dict[str, tuple[float, float]] = {
    "left": (0, 1), "right": (0, -1), "forward": (1, 0), "backward": (-1, 0),
    "forward_left": (0.5**0.5, 0.5**0.5), "forward_right": (0.5**0.5, -(0.5**0.5)),
    "backward_left": (-(0.5**0.5), 0.5**0.5), "backward_right": (-(0.5**0.5), -(0.5**0.5)),
}  # fmt: skip
