"""Colours as people compare them: how light each name is and which names are easily confused.

Knows: one representative sRGB value per colour name. Does not know: pixels (perception does) nor
the paint of the simulation.
"""

from __future__ import annotations

#: Typical sRGB of each colour name, 0 to 1; for comparisons only.
_TYPICAL: dict[str, tuple[float, float, float]] = {
    "red": (0.85, 0.09, 0.09),
    "orange": (1.00, 0.50, 0.05),
    "yellow": (1.00, 0.90, 0.10),
    "green": (0.13, 0.60, 0.18),
    "cyan": (0.10, 0.80, 0.86),
    "blue": (0.10, 0.20, 0.85),
    "purple": (0.46, 0.12, 0.68),
    "pink": (1.00, 0.50, 0.72),
    "brown": (0.36, 0.19, 0.08),
    "tan": (0.85, 0.71, 0.52),
    "gray": (0.52, 0.52, 0.52),
    "white": (0.97, 0.97, 0.97),
    "black": (0.05, 0.05, 0.05),
    "gold": (0.76, 0.60, 0.12),
}
_UNKNOWN = (0.5, 0.5, 0.5)


def luminance(color: str) -> float:
    """How light a colour looks, 0 (black) to 1 (white): Rec. 709 weights on the sRGB values.

    An unknown name counts as mid grey.
    """
    r, g, b = _TYPICAL.get(color, _UNKNOWN)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def color_distance(a: str, b: str) -> float:
    """How different two named colours look, 0 for the same: Euclidean in sRGB."""
    pa, pb = _TYPICAL.get(a, _UNKNOWN), _TYPICAL.get(b, _UNKNOWN)
    return float(sum((x - y) ** 2 for x, y in zip(pa, pb, strict=True)) ** 0.5)


def nearest_colors(color: str, among: tuple[str, ...]) -> tuple[str, ...]:
    """`among` without repeats, the most similar to `color` first; ties by name."""
    return tuple(sorted(set(among), key=lambda c: (color_distance(color, c), c)))
