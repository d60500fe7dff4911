"""What the simulation paints: the fourteen colours, and what stands around.

Knows: one RGB value per colour name (objects/colors.py has them) and for table, floor, wall and
robot. Does not know: lighting, noise, or how perception reads them.
"""

from __future__ import annotations

from llmagentos.objects.colors import RGB, TABLE

PALETTE: dict[str, RGB] = {name: color.paint for name, color in TABLE.items()}

#: A matt blue-grey mat: less saturated than any colour above, bluer than gray, darker than white.
TABLE_RGB: RGB = (0.33, 0.40, 0.45)
FLOOR_RGB: RGB = (0.62, 0.60, 0.57)
WALL_RGB: RGB = (0.80, 0.80, 0.78)
ROBOT_LIGHT_RGB: RGB = (0.82, 0.83, 0.85)
ROBOT_DARK_RGB: RGB = (0.25, 0.26, 0.28)
