"""The words that say where: relations, regions, directions, distances.

Knows: one row a word and role, with what people say for it, which is another's opposite and what
must follow it. Does not know: where anything is (world/regions.py and world/relations.py have the
geometry of each; a region from outside brings its own, which is handed on to world/regions.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.errors import PlanError
from llmagentos.lang.words.table import Word, Words
from llmagentos.world.regions import SIGNS


@dataclass(frozen=True)
class Relation(Word):
    """A relation to a landmark; a spatial one also names a place.

    opposite: the relation the other way round. two: may have two landmarks.
    """

    opposite: str = ""
    two: bool = False


@dataclass(frozen=True)
class FixedPlace(Word):
    """A place that needs no landmark. edge: what its distance is from, where it has one. alone: it
    has none, ever; region: it can name a part of the table."""

    opposite: str = ""
    edge: str = ""
    alone: bool = False
    region: bool = False


@dataclass(frozen=True)
class Region(Word):
    """A part of the table, or of a landmark.

    link: the preposition before what is said. edge: what a distance at it is from. whereabouts:
    what is said of a thing that stands there. sign: for a region from outside, where it lies from
    the middle, as in world/regions.py: x (back 1, front -1), y (left 1, right -1).
    """

    link: str = "at"
    edge: str = ""
    whereabouts: str = ""
    opposite: str = ""
    sign: tuple[float, float] | None = None


@dataclass(frozen=True)
class Direction(Word):
    """Where to, as the robot looks. side: the relation to a thing that it was moved away from in
    this direction; region: the part of the table that lies there."""

    opposite: str = ""
    side: str = ""
    region: str = ""


@dataclass(frozen=True)
class Unit(Word):
    """metres: of one; None for a share of the last distance (factor). vague: said without a
    number."""

    metres: float | None = None
    factor: float | None = None
    vague: bool = False


SPATIAL = Words("spatial", "a relation", [
    Relation("on"),
    Relation("in"),
    Relation("under"),
    Relation("above"),
    Relation("left_of", "left of", opposite="right_of"),
    Relation("right_of", "right of", opposite="left_of"),
    Relation("in_front_of", "in front of", opposite="behind"),
    Relation("behind", opposite="in_front_of"),
    Relation("front_left_of", "to the front left of", opposite="back_right_of"),
    Relation("front_right_of", "to the front right of", opposite="back_left_of"),
    Relation("back_left_of", "to the back left of", opposite="front_right_of"),
    Relation("back_right_of", "to the back right of", opposite="front_left_of"),
    Relation("next_to", "next to"),
    Relation("far_from", "far from"),
    Relation("between", two=True),
    Relation("around"),
    Relation("toward", opposite="away_from"),
    Relation("away_from", "away from", opposite="toward"),
])  # fmt: skip

COMPARING = Words("comparing", "a comparison", [
    Relation("same_color", "of the same colour as"),
    Relation("different_color", "of another colour than"),
    Relation("same_size", "of the same size as"),
    Relation("same_kind", "of the same kind as"),
    Relation("bigger_than", "bigger than"),
    Relation("smaller_than", "smaller than"),
    Relation("taller_than", "taller than"),
    Relation("shorter_than", "shorter than"),
    Relation("darker_than", "darker than"),
    Relation("lighter_than", "lighter than"),
])  # fmt: skip

#: Those at an edge are said with what they are nearest to or farthest from.
FIXED_PLACES = Words("nearby", "a place", [
    FixedPlace("at", "on the table"),
    FixedPlace("corner_near", "at the corner nearest to", opposite="corner_far",
               edge="from the edges of the corner nearest to"),
    FixedPlace("corner_far", "at the corner farthest from", opposite="corner_near",
               edge="from the edges of the corner farthest from"),
    FixedPlace("side_near", "at the side nearest to", opposite="side_far",
               edge="from the edge nearest to"),
    FixedPlace("side_far", "at the side farthest from", opposite="side_near",
               edge="from the edge farthest from"),
    FixedPlace("origin", "where it was before"),
    FixedPlace("there"),
    FixedPlace("elsewhere", "somewhere else"),
    FixedPlace("gripper", "up in the hand"),
    FixedPlace("xy", "at", ("at", "dist"), alone=True),
    FixedPlace("table", "on the table", ("elsewhere", "on", "zone"), alone=True),
    FixedPlace("off_edge", "away from the edge", ("away_from", "side", "middle"), alone=True,
               region=True),
    FixedPlace("opposite", "on the other side", ("other", "side_far", "corner_far")),
])  # fmt: skip


class _Regions(Words[Region]):
    """Hands on where a region from outside lies; the others' places are in world/regions.py."""

    def add(self, row: Region) -> None:
        known = row.word in SIGNS or row.word in ("corner", "side")
        if not known and not _is_sign(row.sign):
            raise PlanError(
                f"expected sign=(x, y) of region '{row.word}', where it lies from the middle, "
                f"two numbers from -1 to 1, got {row.sign!r}"
            )
        super().add(row)
        if not known and row.sign is not None:
            SIGNS[row.word] = row.sign

    def remove(self, word: str) -> None:
        if self[word].sign is not None:
            SIGNS.pop(word, None)
        super().remove(word)


def _is_sign(sign: object) -> bool:
    return (
        isinstance(sign, tuple)
        and len(sign) == 2
        and all(isinstance(v, int | float) and -1 <= v <= 1 for v in sign)
    )


REGIONS = _Regions("region", "a region", [
    Region("left", "the left side", opposite="right", edge="the left edge",
           whereabouts="on the left of the table"),
    Region("right", "the right side", opposite="left", edge="the right edge",
           whereabouts="on the right of the table"),
    Region("front", "the front side", opposite="back", edge="the front edge",
           whereabouts="at the front of the table"),
    Region("back", "the back side", opposite="front", edge="the back edge",
           whereabouts="at the back of the table"),
    Region("middle", "the middle", link="in", whereabouts="in the middle of the table"),
    Region("front_left", "the front left corner", opposite="back_right", link="in",
           edge="the front and the left edge", whereabouts="in the front left of the table"),
    Region("front_right", "the front right corner", opposite="back_left", link="in",
           edge="the front and the right edge", whereabouts="in the front right of the table"),
    Region("back_left", "the back left corner", opposite="front_right", link="in",
           edge="the back and the left edge", whereabouts="in the back left of the table"),
    Region("back_right", "the back right corner", opposite="front_left", link="in",
           edge="the back and the right edge", whereabouts="in the back right of the table"),
    Region("corner", "a corner", link="in", edge="both edges of a corner"),
    Region("side", "a side", edge="an edge"),
])  # fmt: skip

DIRECTIONS = Words("direction", "a direction", [
    Direction("left", "to the left", opposite="right", side="left_of", region="left"),
    Direction("right", "to the right", opposite="left", side="right_of", region="right"),
    Direction("forward", opposite="backward", side="behind", region="back"),
    Direction("backward", opposite="forward", side="in_front_of", region="front"),
    Direction("up", opposite="down"),
    Direction("down", opposite="up"),
    Direction("forward_left", "forward and to the left", opposite="backward_right",
              side="back_left_of", region="back_left"),
    Direction("forward_right", "forward and to the right", opposite="backward_left",
              side="back_right_of", region="back_right"),
    Direction("backward_left", "backward and to the left", opposite="forward_right",
              side="front_left_of", region="front_left"),
    Direction("backward_right", "backward and to the right", opposite="forward_left",
              side="front_right_of", region="front_right"),
])  # fmt: skip

UNITS = Words("unit", "a unit", [
    Unit("mm", metres=0.001),
    Unit("cm", metres=0.01),
    Unit("m", metres=1.0),
    Unit("in", "inches", metres=0.0254),
    Unit("little", "a little", metres=0.05, vague=True),
    Unit("lot", "a lot", metres=0.20, vague=True),
    Unit("half", "half as far", factor=0.5, vague=True),
    Unit("double", "twice as far", ("half",), factor=2.0, vague=True),
])  # fmt: skip
