"""The fourteen colours as the simulation paints them.

Knows: one RGB value per colour name. Does not know: lighting, noise, or how perception reads them.

Chosen so that hue, saturation and lightness keep the names apart under changing light: brown is
dark orange, tan is pale orange, gold is a greenish dark yellow, pink is light and reddish.
"""

from __future__ import annotations

from llmagentos.types import COLORS

RGB = tuple[float, float, float]

PALETTE: dict[str, RGB] = {
    "red": (0.85, 0.09, 0.09),
    "orange": (1.00, 0.45, 0.02),
    "yellow": (1.00, 0.90, 0.08),
    "green": (0.10, 0.62, 0.16),
    "cyan": (0.10, 0.80, 0.86),
    "blue": (0.08, 0.20, 0.85),
    "purple": (0.46, 0.12, 0.68),
    "pink": (1.00, 0.50, 0.72),
    "brown": (0.36, 0.19, 0.08),
    "tan": (0.85, 0.71, 0.52),
    "gray": (0.52, 0.52, 0.52),
    "white": (0.97, 0.97, 0.97),
    "black": (0.05, 0.05, 0.05),
    "gold": (0.72, 0.56, 0.08),
}
assert tuple(PALETTE) == COLORS

#: A matt blue-grey mat: less saturated than any colour above, bluer than gray, darker than white.
TABLE_RGB: RGB = (0.33, 0.40, 0.45)
FLOOR_RGB: RGB = (0.62, 0.60, 0.57)
WALL_RGB: RGB = (0.80, 0.80, 0.78)
ROBOT_LIGHT_RGB: RGB = (0.82, 0.83, 0.85)
ROBOT_DARK_RGB: RGB = (0.25, 0.26, 0.28)
