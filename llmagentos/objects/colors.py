"""The fourteen colours: one row a colour, everything else follows from it.

Knows: their names, in the order of the colour model's classes, how each typically looks and how a
simulation paints it. Does not know: pixels (perception reads them with a trained model), nor how
colours compare (world/colors.py).
"""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Color:
    """One colour. typical: sRGB, 0 to 1, by which colours are compared; painted: how a simulation
    paints it, () for as it typically looks.

    Painted ones keep hue, saturation and lightness of the names apart under changing light: brown
    is dark orange, tan is pale orange, gold is a greenish dark yellow, pink is light and reddish.
    """

    name: str
    typical: RGB
    painted: RGB | tuple[()] = ()

    @property
    def paint(self) -> RGB:
        """The sRGB that a simulation paints it with."""
        return self.painted or self.typical


TABLE: dict[str, Color] = {
    c.name: c
    for c in (
        Color("red", (0.85, 0.09, 0.09)),
        Color("orange", (1.00, 0.50, 0.05), (1.00, 0.45, 0.02)),
        Color("yellow", (1.00, 0.90, 0.10), (1.00, 0.90, 0.08)),
        Color("green", (0.13, 0.60, 0.18), (0.10, 0.62, 0.16)),
        Color("cyan", (0.10, 0.80, 0.86)),
        Color("blue", (0.10, 0.20, 0.85), (0.08, 0.20, 0.85)),
        Color("purple", (0.46, 0.12, 0.68)),
        Color("pink", (1.00, 0.50, 0.72)),
        Color("brown", (0.36, 0.19, 0.08)),
        Color("tan", (0.85, 0.71, 0.52)),
        Color("gray", (0.52, 0.52, 0.52)),
        Color("white", (0.97, 0.97, 0.97)),
        Color("black", (0.05, 0.05, 0.05)),
        Color("gold", (0.76, 0.60, 0.12), (0.72, 0.56, 0.08)),
    )
}
COLORS: tuple[str, ...] = tuple(TABLE)
