"""Colours as people compare them: how light each name is and which names are easily confused.

Knows: how two named colours compare by how they typically look (objects/colors.py). Does not know:
pixels (perception does) nor the paint of the simulation.
"""

from __future__ import annotations

from llmagentos.objects.colors import RGB, TABLE

_UNKNOWN = (0.5, 0.5, 0.5)


def _typical(color: str) -> RGB:
    return TABLE[color].typical if color in TABLE else _UNKNOWN


def luminance(color: str) -> float:
    """How light a colour looks, 0 (black) to 1 (white): Rec. 709 weights on the sRGB values.

    An unknown name counts as mid grey.
    """
    r, g, b = _typical(color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def color_distance(a: str, b: str) -> float:
    """How different two named colours look, 0 for the same: Euclidean in sRGB."""
    pa, pb = _typical(a), _typical(b)
    return float(sum((x - y) ** 2 for x, y in zip(pa, pb, strict=True)) ** 0.5)


def nearest_colors(color: str, among: tuple[str, ...]) -> tuple[str, ...]:
    """`among` without repeats, the most similar to `color` first; ties by name."""
    return tuple(sorted(set(among), key=lambda c: (color_distance(color, c), c)))
