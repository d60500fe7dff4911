"""What a plan says to a robot with a base that drives: spots of its map, and the steps about them.

Knows: what is said, and in which words. Does not know: maps, nor where a spot is (grounding/spots.py),
nor how it is driven to (tasks/steps/driving.py). `patrol`, which holds steps, is beside the other such
steps (steps.py).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from llmagentos.lang import words as w
from llmagentos.lang.descriptions import Length, Obj
from llmagentos.lang.node import Node, Slot


class Spot(Node):
    """A spot to drive to: one without a name (`word`), or `name`, as the person said it, without its
    article: "kitchen", "table in the living room", "red door", "bedrooms" (each of them)."""

    word: w.SpotWord | None = None
    name: Annotated[str | None, Slot(instead_of="word", needed=True)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Spot:
        if (self.word is None) == (self.name is None):
            raise ValueError("a spot expected either a word or a name, got both or neither")
        return self


class GoTo(Node):
    """Drive to a spot; to each of them where its name means several."""

    like = ("point", "move", "toward")

    op: Literal["goto"] = "goto"
    spot: Spot


class Steer(Node):
    """Drive so far in a direction, or turn on the spot; degrees as people say them,
    counter-clockwise positive."""

    like = ("move", "push", "forward")

    op: Literal["steer"] = "steer"
    direction: w.Direction | None = None
    distance: Annotated[Length | None, Slot("dist", after="direction")] = None
    angle_deg: Annotated[float | None, Slot(turn=True, instead_of="direction", needed=True)] = (
        Field(None, ge=-3600, le=3600)
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Steer:
        if (self.direction is None) == (self.angle_deg is None):
            raise ValueError("steer expected either a direction or an angle, got both or neither")
        return self


class Follow(Node):
    """Drive along a wall, on its `side`, or behind a person."""

    like = ("toward", "again", "next_to")

    op: Literal["follow"] = "follow"
    guide: w.Guide
    side: Literal["left", "right"] | None = None


class Mark(Node):
    """Give the place where the robot stands a name: "this is the dock"."""

    said = 'call this place "{name}"'
    like = ("remember", "name")

    op: Literal["mark"] = "mark"
    name: str


class Find(Node):
    """Look for a thing, here first, then at `spot` or at every place that is known."""

    like = ("look", "exists", "where")

    op: Literal["find"] = "find"
    obj: Obj
    spot: Annotated[Spot | None, Slot("at")] = None


class Bring(Node):
    """Bring things from one spot to another, one after the other: look for each (at `source`, or
    where it may be), pick it up, drive to `goal` (to the person, where none is said) and put it down."""

    like = ("pick", "put", "for_each")

    op: Literal["bring"] = "bring"
    obj: Obj
    source: Annotated[Spot | None, Slot("from", like=("origin", "away_from"))] = None
    goal: Annotated[Spot | None, Slot("to", like=("toward", "in"))] = None


#: Steps that need a base, by their `op`; `bring` and `find` mean something to an arm that stands fast.
DRIVING_OPS = ("goto", "steer", "follow", "mark", "find", "bring", "patrol")
