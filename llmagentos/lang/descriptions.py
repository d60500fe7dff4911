"""Descriptions of things, places and lengths: what a plan says instead of ids and coordinates.

Knows: what can be said of them, and in which words (`Slot`s). Does not know: which things are
meant, nor where a place is (grounding/).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from llmagentos.lang import words as w
from llmagentos.lang.node import Node, Slot


def _at() -> Collection[str]:
    return ("at",)


def _relations() -> Collection[str]:
    return (*w.SPATIAL, *w.COMPARING)


def _of_two() -> Collection[str]:
    return w.SPATIAL.where(two=True)


def _nearby() -> Collection[str]:
    return [word for word in w.FIXED_PLACES.where(alone=False) if word != "at"]


def _in_part() -> Collection[str]:
    return w.FIXED_PLACES.where(region=True)


def _positions() -> Collection[str]:
    return ("xy",)


def _moved() -> Collection[str]:
    return w.REFERENCES.where(moved=True)


class Length(Node):
    """A distance as it was said. `half` and `double` are of the last distance that was used.

    `half` of a place `toward` something is half of the way there.
    """

    value: float = Field(1.0, ge=0, le=1000)
    unit: w.LengthUnit = "cm"

    @property
    def is_measured(self) -> bool:
        """Whether it was said as a number of a unit, not as "a little" or "half"."""
        return not w.UNITS[self.unit].vague

    @property
    def is_relative(self) -> bool:
        """Whether it is of another distance: half of it or double."""
        return w.UNITS[self.unit].metres is None

    def metres(self, last_m: float = 0.10) -> float:
        """The distance in metres; `last_m` is what `half` and `double` refer to."""
        unit = w.UNITS[self.unit]
        if unit.metres is None:
            return (unit.factor or 1.0) * last_m
        return self.value * unit.metres


class Position(Node):
    """A point in the robot's base frame: x ahead of it, y to its left, z above the table."""

    x: float = Field(ge=-1000, le=1000)
    y: float = Field(ge=-1000, le=1000)
    z: float | None = Field(None, ge=-1000, le=1000)
    unit: w.LengthUnit = "m"

    @field_validator("unit")
    @classmethod
    def _of_metres(cls, unit: str) -> str:
        if w.UNITS[unit].vague:
            raise ValueError(f"position expected a measured unit, got '{unit}'")
        return unit

    def metres(self) -> tuple[float, float, float | None]:
        """x, y and z in metres."""
        one = w.UNITS[self.unit].metres or 1.0
        return self.x * one, self.y * one, None if self.z is None else self.z * one


class Order(Node):
    """A superlative or ordinal: the n-th by `key` ("second from the left": left, 2).

    nearest/farthest measure from `of` (an object or, by `region`, a part of the table); without
    either from the robot. `n` counts from 1.
    """

    key: w.OrderKey
    n: int = Field(1, ge=1, le=20)
    of: Annotated[Obj | None, Slot("of")] = None
    region: Annotated[w.Region | None, Slot("at", instead_of="of")] = None

    @field_validator("n", mode="before")
    @classmethod
    def _from_one(cls, n: Any) -> Any:
        return n or 1  # the grammar has a zero, and the zeroth is nothing


class Relation(Node):
    """A condition on an object: `rel` to `obj` (and `obj2` for between), at a `region`, or on the
    `table` itself, not in or on anything.

    `distance` bounds near/far relations or says how far ("10 cm left of"). `negate` inverts.
    """

    negate: Annotated[bool, Slot("no", flag=True)] = False
    rel: w.SpatialRel | w.CompareRel | Literal["at", "table"]
    region: Annotated[w.Region | None, Slot(after="rel", must=_at, missing="middle")] = None
    obj: Annotated[Obj | None, Slot(after="rel", must=_relations, missing="[ the object ]")] = None
    obj2: Annotated[Obj | None, Slot(after="rel", may=_of_two)] = None


class Group(Node):
    """Keeps objects whose group (all with the same `by`) passes `test`."""

    by: w.GroupBy
    test: w.GroupTest


class Obj(Node):
    """A description of one or more objects.

    quant and count: how many are meant. "the" with count None is exactly one, asked back when
    several fit; "the" with a count is a definite plural; "count" is any `count` of them;
    "one_each" is one (or `count`) of each colour, size or kind, which `by` says.
    ref: something the dialogue or the loop already has in hand. rank: of first_moved and
    last_moved, the how-manieth thing that was moved, from the first or the last one on; with a
    count so many from there on, over all commands. kind: "object" is anything movable.
    noun: a word for a thing that is none of our kinds, kept as the person said it.
    name: a name given with `remember`. colors: any of these. order, where, group, exclude filter.
    """

    brackets = ("[", "]")

    quant: Annotated[w.Quantifier, Slot(always=True)] = "the"
    by: Annotated[w.GroupBy | None, Slot(after="quant", must=lambda: ("one_each",))] = None
    count: int | None = Field(None, ge=0, le=100)
    ref: w.Past | None = None
    rank: Annotated[int, Slot(after="ref", may=_moved)] = Field(1, ge=1, le=20)
    size: w.SizeWord | None = None
    colors: tuple[w.Color, ...] = ()
    material: w.Material | None = None
    state: w.State | None = None
    kind: Annotated[w.Kind, Slot(always=True)] = "object"
    noun: Annotated[str | None, Slot("noun")] = None
    name: Annotated[str | None, Slot("name")] = None
    order: Annotated[Order | None, Slot("order")] = None
    where: Annotated[tuple[Relation, ...], Slot("where")] = ()
    group: Annotated[Group | None, Slot("group")] = None
    exclude: Annotated[Obj | None, Slot("except")] = None

    @property
    def is_of_moved(self) -> bool:
        """Whether it is among what was moved, which has a rank: the second thing that was moved."""
        return self.ref is not None and w.REFERENCES[self.ref].moved

    @property
    def is_several(self) -> bool:
        """Whether it may mean several things: by its quantifier, its number or its reference."""
        if w.QUANTIFIERS[self.quant].plural or self.count not in (None, 1):
            return True
        return self.ref is not None and w.REFERENCES[self.ref].several

    @model_validator(mode="after")
    def _of_each_what(self) -> Obj:
        if self.quant == "one_each" and self.by is None:
            raise ValueError("quantifier 'one_each' expected by color, size or kind, got none")
        if self.quant != "one_each" and self.by is not None:
            raise ValueError(f"by '{self.by}' expected quantifier 'one_each', got '{self.quant}'")
        return self

    @model_validator(mode="after")
    def _rank_of_what(self) -> Obj:
        if self.rank != 1 and not self.is_of_moved:
            moved = " or ".join(sorted(w.REFERENCES.where(moved=True)))
            raise ValueError(f"rank {self.rank} expected ref {moved}, got {self.ref}")
        return self


class Place(Node):
    """A description of where something shall be.

    Spatial relations need `obj` (between: `obj` and `obj2`, or a plural `obj`); `distance` is
    between centres; with a region it is from the edge of the work area (both edges of a corner) to
    the thing's nearest side. toward with "half": half way. "at" needs `region`. corner_/side_ near
    and far choose by `obj` (without one: the thing that is moved). origin: where it was before,
    or where `obj` was before the last command that moved it; there: the last place used;
    elsewhere: any free spot away from here; gripper: above, in the hand ("up"). xy: at a
    `position`. table: anywhere free on the table. off_edge: away from the edge, or that of a
    `region`. opposite: across from where it stands now, with `obj` in the middle, or the middle of
    the table. `part` narrows "on"/"in" to a side of the landmark.
    """

    rel: w.SpatialRel | w.FixedRel
    region: Annotated[w.Region | None, Slot(after="rel", must=_at, may=_in_part)] = None
    position: Annotated[Position | None, Slot(after="rel", must=_positions)] = None
    obj: Annotated[Obj | None, Slot(after="rel", must=_relations, may=_nearby)] = None
    obj2: Annotated[Obj | None, Slot(after="rel", may=_of_two)] = None
    distance: Annotated[Length | None, Slot("dist")] = None
    part: Annotated[w.Region | None, Slot("part")] = None

    @model_validator(mode="after")
    def _complete(self) -> Place:
        if self.rel in w.SPATIAL and self.obj is None:
            raise ValueError(f"place '{self.rel}' expected an obj, got none")
        if self.rel == "at" and self.region is None:
            raise ValueError("place 'at' expected a region, got none")
        if (self.rel == "xy") != (self.position is not None):
            got = "none" if self.position is None else "one"
            raise ValueError(f"place '{self.rel}' expected a position for xy alone, got {got}")
        return self


for _model in (Order, Relation, Obj, Place):
    _model.model_rebuild()
