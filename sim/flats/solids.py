"""What furniture is made of: upright boxes and cylinders.

Knows: kinds of furniture, one row each, and their parts. Does not know: PyBullet, where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["block", "table", "chair", "round", "shelf", "bed", "sofa"]
RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """A box, or with radius_m a cylinder. at: its middle (x, y) from the furniture's, z over the floor;
    half: half its length, width, height."""

    at: tuple[float, float, float]
    half: tuple[float, float, float]
    rgb: RGB
    radius_m: float = 0.0


@dataclass(frozen=True)
class FurnitureKind:
    """size: length, width and height (m) where the flat says none. against_wall: where generated flats
    put it; words: what else people call it."""

    name: str
    form: Form
    size: tuple[float, float, float]
    rgb: RGB
    rooms: tuple[str, ...] = ()
    against_wall: bool = True
    words: tuple[str, ...] = ()


_WOOD, _PALE, _DARK = (0.55, 0.40, 0.26), (0.78, 0.72, 0.62), (0.28, 0.29, 0.31)
_WHITE, _BLUE, _GREEN = (0.88, 0.88, 0.87), (0.30, 0.39, 0.52), (0.33, 0.45, 0.34)
_RED, _METAL = (0.58, 0.30, 0.26), (0.55, 0.57, 0.60)

_ROWS = (
    FurnitureKind("table", "table", (1.4, 0.8, 0.74), _WOOD, ("kitchen", "dining room"), False),
    FurnitureKind("desk", "table", (1.3, 0.65, 0.74), _PALE, ("study", "office", "bedroom")),
    FurnitureKind("coffee table", "table", (0.9, 0.5, 0.42), _WOOD, ("living room",), False),
    FurnitureKind(
        "counter", "block", (1.8, 0.6, 0.9), _PALE, ("kitchen",), words=("kitchen counter",)
    ),
    FurnitureKind(
        "fridge", "block", (0.6, 0.6, 1.8), _WHITE, ("kitchen",), words=("refrigerator",)
    ),
    FurnitureKind("stove", "block", (0.6, 0.6, 0.9), _DARK, ("kitchen",), words=("oven", "cooker")),
    FurnitureKind(
        "cabinet",
        "block",
        (1.0, 0.45, 1.1),
        _WOOD,
        ("hall", "living room", "office"),
        words=("cupboard",),
    ),
    FurnitureKind("wardrobe", "block", (1.4, 0.6, 2.0), _PALE, ("bedroom",), words=("closet",)),
    FurnitureKind(
        "shelf",
        "shelf",
        (0.9, 0.3, 1.8),
        _WOOD,
        ("study", "living room", "storage"),
        words=("bookshelf", "bookcase"),
    ),
    FurnitureKind("bed", "bed", (2.0, 1.4, 0.5), _BLUE, ("bedroom",)),
    FurnitureKind("sofa", "sofa", (1.9, 0.85, 0.8), _GREEN, ("living room",), words=("couch",)),
    FurnitureKind(
        "chair", "chair", (0.42, 0.42, 0.85), _WOOD, ("kitchen", "dining room", "study"), False
    ),
    FurnitureKind("plant", "round", (0.35, 0.35, 0.9), _GREEN, ("living room", "hall", "office")),
    FurnitureKind("bathtub", "block", (1.6, 0.7, 0.55), _WHITE, ("bathroom",), words=("tub",)),
    FurnitureKind(
        "washing machine", "block", (0.6, 0.6, 0.85), _WHITE, ("bathroom",), words=("washer",)
    ),
    FurnitureKind("workbench", "block", (1.8, 0.7, 0.9), _WOOD, ("workshop",), words=("bench",)),
    FurnitureKind("machine", "block", (1.2, 1.0, 1.5), _METAL, ("workshop",), False, ("mill",)),
    FurnitureKind(
        "crate", "block", (0.8, 0.6, 0.6), _RED, ("storage", "workshop"), False, ("box",)
    ),
    FurnitureKind("column", "round", (0.4, 0.4, 2.4), _METAL, ("workshop",), False, ("pillar",)),
)
KINDS = {kind.name: kind for kind in _ROWS}


#: Seats, and the board of a shelf on which things stand: a share of its height, and over that.
_SEATS_M = {"chair": 0.45, "sofa": 0.42}
_BOARD_SHARE, _BOARD_M = 0.35, 0.015


def surface_m(kind: FurnitureKind, height_m: float) -> float:
    """How high over the floor things stand on a piece of that height, metres."""
    if kind.form == "shelf":
        return _BOARD_SHARE * height_m + _BOARD_M
    return _SEATS_M.get(kind.form, height_m)


def parts_of(kind: FurnitureKind, size: tuple[float, float, float]) -> list[Part]:
    """What a piece of that size is made of."""
    x, y, h = size[0] / 2, size[1] / 2, size[2]
    return _FORMS[kind.form](x, y, h, kind.rgb)


def _block(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    return [Part((0, 0, h / 2), (x, y, h / 2), rgb)]


def _round(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    r = min(x, y)
    return [Part((0, 0, h / 2), (r, r, h / 2), rgb, radius_m=r)]


def _table(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    leg, top = 0.03, 0.02
    parts = [Part((0, 0, h - top), (x, y, top), rgb)]
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = sx * (x - 0.05), sy * (y - 0.05), (h - 2 * top) / 2
            parts.append(Part(at, (leg, leg, (h - 2 * top) / 2), rgb))
    return parts


def _chair(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    seat = _SEATS_M["chair"]
    legs = _table(x, y, seat, rgb)
    return [*legs, Part((-x + 0.02, 0, (seat + h) / 2), (0.02, y, (h - seat) / 2), rgb)]


def _shelf(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    side = _BOARD_M
    parts = [Part((0, y - side, h / 2), (x, side, h / 2), rgb)]
    parts += [Part((s * (x - side), 0, h / 2), (side, y, h / 2), rgb) for s in (-1, 1)]
    # The lowest board is near the floor: a scanner sees its edge, not between the sides.
    parts.append(Part((0, 0, 0.11), (x, y, 0.11), rgb))
    parts += [Part((0, 0, z), (x, y, side), rgb) for z in (_BOARD_SHARE * h, 0.65 * h, h - side)]
    return parts


def _bed(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    pillow = Part((-x + 0.25, 0, h + 0.04), (0.18, y - 0.15, 0.04), (0.9, 0.9, 0.88))
    return [Part((0, 0, h / 2), (x, y, h / 2), rgb), pillow]


def _sofa(x: float, y: float, h: float, rgb: RGB) -> list[Part]:
    seat = _SEATS_M["sofa"]
    parts = [Part((0, 0, seat / 2), (x, y, seat / 2), rgb)]
    parts.append(Part((0, -y + 0.1, (seat + h) / 2), (x, 0.1, (h - seat) / 2), rgb))
    arms = [Part((s * (x - 0.08), 0, seat + 0.09), (0.08, y, 0.09), rgb) for s in (-1, 1)]
    return parts + arms


_FORMS = {
    "block": _block, "table": _table, "chair": _chair, "round": _round, "shelf": _shelf,
    "bed": _bed, "sofa": _sofa,
}  # fmt: skip
