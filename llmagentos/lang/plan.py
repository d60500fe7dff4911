"""The plan language: typed, frozen, JSON-serialisable data.

Knows: what a plan can say. Does not know: the scene (grounding.py resolves descriptions against
it when a step begins), nor how a plan is written down for the on-board model (compact.py).

A plan is a list of steps. Objects and places are *descriptions*, never ids, so that a plan stays
true when things move. `Plan.model_json_schema()` is the published schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from llmagentos.lang import words as w


class Node(BaseModel):
    """Base of everything in a plan: immutable, unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Order(Node):
    """A superlative or ordinal: the n-th by `key` ("second from the left": left, 2).

    nearest/farthest measure from `of` (an object or, by `region`, a part of the table); without
    either from the robot. `n` counts from 1.
    """

    key: w.OrderKey
    n: int = Field(1, ge=1, le=20)
    of: Obj | None = None
    region: w.Region | None = None


class Relation(Node):
    """A condition on an object: `rel` to `obj` (and `obj2` for between), or at a `region`.

    `distance` bounds near/far relations or says how far ("10 cm left of"). `negate` inverts.
    """

    rel: w.SpatialRel | w.CompareRel | Literal["at"]
    obj: Obj | None = None
    obj2: Obj | None = None
    region: w.Region | None = None
    negate: bool = False


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

    quant: w.Quantifier = "the"
    count: int | None = Field(None, ge=0, le=100)
    by: w.GroupBy | None = None
    ref: w.Past | None = None
    rank: int = Field(1, ge=1, le=20)
    size: w.SizeWord | None = None
    colors: tuple[w.Color, ...] = ()
    material: w.Material | None = None
    state: w.State | None = None
    kind: w.Kind = "object"
    noun: str | None = None
    name: str | None = None
    order: Order | None = None
    where: tuple[Relation, ...] = ()
    group: Group | None = None
    exclude: Obj | None = None

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
    elsewhere: any free spot away from here; gripper: above, in the hand ("up"). `part` narrows
    "on"/"in" to a side of the landmark.
    """

    rel: w.SpatialRel | w.FixedRel
    obj: Obj | None = None
    obj2: Obj | None = None
    region: w.Region | None = None
    distance: Length | None = None
    part: w.Region | None = None

    @model_validator(mode="after")
    def _complete(self) -> Place:
        if self.rel in w.SPATIAL and self.obj is None:
            raise ValueError(f"place '{self.rel}' expected an obj, got none")
        if self.rel == "at" and self.region is None:
            raise ValueError("place 'at' expected a region, got none")
        return self


# --- conditions and questions -------------------------------------------------------------


class Exists(Node):
    cond: Literal["exists"] = "exists"
    obj: Obj


class CountIs(Node):
    """The number of objects that fit `obj`, compared with `n`, or with how many fit `other`."""

    cond: Literal["count"] = "count"
    obj: Obj
    compare: w.Comparison
    n: int | None = Field(None, ge=0, le=100)
    other: Obj | None = None

    @model_validator(mode="after")
    def _one_side(self) -> CountIs:
        if (self.n is None) == (self.other is None):
            raise ValueError("count expected either n or other, got both or neither")
        return self


class Is(Node):
    """Every object of `obj` stands in the relation (a place, a comparison, or fits `fits`)."""

    cond: Literal["is"] = "is"
    obj: Obj
    relation: Relation | None = None
    fits: Obj | None = None


class Not(Node):
    cond: Literal["not"] = "not"
    inner: Cond


class And(Node):
    cond: Literal["and"] = "and"
    left: Cond
    right: Cond


class Or(Node):
    cond: Literal["or"] = "or"
    left: Cond
    right: Cond


Cond = Annotated[Exists | CountIs | Is | Not | And | Or, Field(discriminator="cond")]


class Query(Node):
    """A question. count/exists/where/which/color/size/kind ask about `obj`; distance and
    relation about `obj` and `obj2`; holds about `condition`; common for the most common colour."""

    query: w.QueryName
    obj: Obj | None = None
    obj2: Obj | None = None
    condition: Cond | None = None


# --- steps ----------------------------------------------------------------------------------


class Pick(Node):
    op: Literal["pick"] = "pick"
    obj: Obj


class PlaceHeld(Node):
    """Put down what is held."""

    op: Literal["place"] = "place"
    place: Place


class Put(Node):
    op: Literal["put"] = "put"
    obj: Obj
    place: Place


class Push(Node):
    """Slide over the table to a place, without grasping."""

    op: Literal["push"] = "push"
    obj: Obj
    place: Place


class Move(Node):
    """Relative motion. by: carried through the air, or pushed over the table."""

    op: Literal["move"] = "move"
    obj: Obj
    direction: w.Direction
    distance: Length | None = None
    by: Literal["carry", "push"] = "carry"


class Stack(Node):
    """One stack from bottom to top. `objs` in order; `sort` orders a group; `place`: where."""

    op: Literal["stack"] = "stack"
    objs: tuple[Obj, ...] = Field(min_length=1, max_length=12)
    sort: w.Sort | None = None
    place: Place | None = None


class Arrange(Node):
    """Lay things out as a pattern. `size` is its length, width or diameter; `spacing` between
    neighbours' centres; `rows` for grids; `place`: where its middle is (around: the landmark)."""

    op: Literal["arrange"] = "arrange"
    objs: tuple[Obj, ...] = Field(min_length=1, max_length=12)
    shape: w.Shape
    sort: w.Sort | None = None
    place: Place | None = None
    size: Length | None = None
    spacing: Length | None = None
    rows: int | None = Field(None, ge=1, le=10)


class Rotate(Node):
    """Turn about the vertical axis; degrees as people say them, counter-clockwise positive."""

    op: Literal["rotate"] = "rotate"
    obj: Obj
    angle_deg: float = Field(ge=-360, le=360)


class Swap(Node):
    op: Literal["swap"] = "swap"
    obj: Obj
    obj2: Obj


class Clear(Node):
    """Take everything away from a place."""

    op: Literal["clear"] = "clear"
    place: Place


class Reshape(Node):
    """Change the last pattern as a whole: its size, angle or place."""

    op: Literal["reshape"] = "reshape"
    action: w.ReshapeAction
    factor: float | None = Field(None, gt=0, le=10)
    angle_deg: float | None = Field(None, ge=-360, le=360)
    direction: w.Direction | None = None
    distance: Length | None = None
    place: Place | None = None


class Point(Node):
    """Hold the finger tips over a place."""

    op: Literal["point"] = "point"
    place: Place


class Look(Node):
    op: Literal["look"] = "look"


class Home(Node):
    op: Literal["home"] = "home"


class Release(Node):
    """Open the gripper; what is held is set down where it is."""

    op: Literal["release"] = "release"


class Wait(Node):
    op: Literal["wait"] = "wait"
    seconds: float = Field(1.0, ge=0, le=600)


class WaitFor(Node):
    op: Literal["wait_for"] = "wait_for"
    condition: Cond


class Say(Node):
    op: Literal["say"] = "say"
    text: str


class Ask(Node):
    """A question back to the person, where the command itself leaves something open."""

    op: Literal["ask"] = "ask"
    about: w.AskAbout
    obj: Obj | None = None


class Refuse(Node):
    op: Literal["refuse"] = "refuse"
    reason: w.RefuseReason


class Cannot(Node):
    """`what`: the words of the command that name what the robot can't do."""

    op: Literal["cannot"] = "cannot"
    reason: w.CannotReason
    what: str | None = None


class Answer(Node):
    op: Literal["answer"] = "answer"
    query: Query


class Undo(Node):
    op: Literal["undo"] = "undo"
    n: int = Field(1, ge=1, le=20)


class Restore(Node):
    """Put things back as they were when the session began."""

    op: Literal["restore"] = "restore"
    obj: Obj | None = None


class Again(Node):
    """Do the last command again, `n` times, with another object, distance or place if given."""

    op: Literal["again"] = "again"
    n: int = Field(1, ge=1, le=20)
    obj: Obj | None = None
    distance: Length | None = None
    place: Place | None = None


class Choose(Node):
    """The answer to the robot's question: an object, a place, or how far."""

    op: Literal["choose"] = "choose"
    obj: Obj | None = None
    place: Place | None = None


class Correct(Node):
    """ "No, I meant ...": the last command from where things were, with this instead.

    An object, a place, a direction or a distance ("no, 10 cm"); or, with `reverse`, the last step
    the other way round: its two things exchanged, its direction or order turned over.
    """

    op: Literal["correct"] = "correct"
    reverse: bool = False
    obj: Obj | None = None
    direction: w.Direction | None = None
    distance: Length | None = None
    place: Place | None = None


class Yes(Node):
    op: Literal["yes"] = "yes"


class No(Node):
    op: Literal["no"] = "no"


class Stop(Node):
    op: Literal["stop"] = "stop"


class Remember(Node):
    """Give a name to an object ("call this the home bowl") or to a place."""

    op: Literal["remember"] = "remember"
    name: str
    obj: Obj | None = None
    place: Place | None = None


class ForEach(Node):
    """The body once for each object, which `this` refers to inside."""

    op: Literal["for_each"] = "for_each"
    obj: Obj
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


class If(Node):
    op: Literal["if"] = "if"
    condition: Cond
    then: tuple[Step, ...] = Field(min_length=1, max_length=12)
    otherwise: tuple[Step, ...] = Field((), max_length=12)


class Repeat(Node):
    op: Literal["repeat"] = "repeat"
    n: int = Field(ge=1, le=20)
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


class Until(Node):
    """The body again and again until the condition holds (bounded by the executor)."""

    op: Literal["until"] = "until"
    condition: Cond
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


Step = Annotated[
    Pick | PlaceHeld | Put | Push | Move | Stack | Arrange | Rotate | Swap | Clear | Reshape
    | Point | Look | Home | Release | Wait | WaitFor | Say | Ask | Refuse | Cannot | Answer
    | Undo | Restore | Again | Choose | Correct | Yes | No | Stop | Remember
    | ForEach | If | Repeat | Until,
    Field(discriminator="op"),
]  # fmt: skip


class Plan(Node):
    """What the robot shall do, in order."""

    steps: tuple[Step, ...] = Field(min_length=1, max_length=24)

    def walk(self) -> Iterator[Any]:
        """Every step, those inside control steps too, outer before inner."""
        pending: list[Any] = list(reversed(self.steps))
        while pending:
            step = pending.pop()
            yield step
            for branch in ("otherwise", "then", "body"):
                pending.extend(reversed(getattr(step, branch, ())))

    def to_json(self) -> dict[str, Any]:
        """Plain data without the fields that keep their default, for people and logs."""
        return self.model_dump(mode="json", exclude_defaults=True) | {
            "steps": [step_to_json(s) for s in self.steps]
        }


def step_to_json(step: Any) -> dict[str, Any]:
    """One step as plain data; `op` stays although it is a default."""
    return _with_tags(step)


def _with_tags(value: Any) -> Any:
    if isinstance(value, BaseModel):
        out: dict[str, Any] = {}
        for name, info in type(value).model_fields.items():
            item = getattr(value, name)
            if name in ("op", "cond", "quant") or item != info.default:
                out[name] = _with_tags(item)
        return out
    if isinstance(value, tuple | list):
        return [_with_tags(v) for v in value]
    return value


for _model in (Order, Relation, Obj, Place, Not, And, Or, Query, ForEach, If, Repeat, Until, Plan):
    _model.model_rebuild()
