"""The named regions of the table: left, back right corner, middle.

Knows: where each region of a workspace lies. Does not know: objects or language.

Left is +y, back (also "top", "far") +x. Sides as a *filter* ("the blocks on the left") are
halves; corners and the middle are thirds of both axes. Anchors are the points that distances to a
region are measured from. Any other region, which a word from outside brings, is a third of both
axes around its anchor.
"""

from __future__ import annotations

import math

from llmagentos.types import Workspace

#: Each region's direction from the middle: x (back +1, front -1), y (left +1, right -1). Words from
#: outside add theirs (lang/words/places.py); shares between -1 and 1 lie short of the border.
SIGNS: dict[str, tuple[float, float]] = {
    "left": (0, 1),
    "right": (0, -1),
    "front": (-1, 0),
    "back": (1, 0),
    "middle": (0, 0),
    "front_left": (-1, 1),
    "front_right": (-1, -1),
    "back_left": (1, 1),
    "back_right": (1, -1),
}
CORNERS: tuple[str, ...] = ("front_left", "front_right", "back_left", "back_right")
SIDES: tuple[str, ...] = ("left", "right", "front", "back")
#: How far from the border "at a side" reaches, metres at scale 1.
SIDE_BAND_M = 0.10


def has_border(region: str) -> bool:
    """Whether a distance at it is from a border, or from both of a corner."""
    return region in SIDES or region in CORNERS


def _unit(ws: Workspace, x: float, y: float) -> tuple[float, float]:
    """Position relative to the middle, -1 to 1 over the workspace."""
    return (
        (2 * x - ws.x_min - ws.x_max) / (ws.x_max - ws.x_min),
        (2 * y - ws.y_min - ws.y_max) / (ws.y_max - ws.y_min),
    )


def anchor(ws: Workspace, region: str) -> tuple[float, float]:
    """The point (x, y) that stands for a region: a corner, the middle of a side, the centre.

    "corner" and "side" are no single point: KeyError.
    """
    sx, sy = SIGNS[region]
    mx, my = (ws.x_min + ws.x_max) / 2, (ws.y_min + ws.y_max) / 2
    return mx + sx * (ws.x_max - ws.x_min) / 2, my + sy * (ws.y_max - ws.y_min) / 2


def distance_to(ws: Workspace, region: str, x: float, y: float) -> float:
    """Metres from (x, y) to a corner, a side's border line or the centre; any corner or side."""
    if region == "corner":
        return min(distance_to(ws, r, x, y) for r in CORNERS)
    if region == "side":
        return min(distance_to(ws, r, x, y) for r in SIDES)
    ax, ay = anchor(ws, region)
    if region in ("left", "right"):
        return abs(y - ay)
    if region in ("front", "back"):
        return abs(x - ax)
    return math.hypot(x - ax, y - ay)


def contains(ws: Workspace, region: str, x: float, y: float, lenient: bool = False) -> bool:
    """Whether (x, y) counts as being at the region (see the module's words).

    lenient: corners are quarters, and the middle is the inner half of both axes.
    """
    if region == "corner":
        return any(contains(ws, r, x, y, lenient) for r in CORNERS)
    if region == "side":
        return distance_to(ws, "side", x, y) <= SIDE_BAND_M * ws.scale
    u, v = _unit(ws, x, y)
    sx, sy = SIGNS[region]
    if region in CORNERS:
        return min(u * sx, v * sy) >= (0.02 if lenient else 1 / 3)
    if region in SIDES:
        return u * sx + v * sy > 0.02
    return max(abs(u - sx), abs(v - sy)) <= (1 / 2 if lenient else 1 / 3)


def region_of(ws: Workspace, x: float, y: float) -> str:
    """The one region that names (x, y) best: thirds of both axes, for saying where a thing is."""
    u, v = _unit(ws, x, y)
    fb = "back" if u > 1 / 3 else "front" if u < -1 / 3 else ""
    lr = "left" if v > 1 / 3 else "right" if v < -1 / 3 else ""
    if fb and lr:
        return f"{fb}_{lr}"
    return fb or lr or "middle"
