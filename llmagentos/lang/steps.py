"""The steps of a plan: one class a step, one table of all of them.

Knows: what a step says, and in which words. Does not know: how it is carried out (tasks/) nor how
it is said to people, but for a short `said` (wording/steps.py has the longer ones).

A step from outside is a class like these with `said`, made known by `tasks.register_step`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from llmagentos.lang import words as w
from llmagentos.lang.conditions import Cond, Query
from llmagentos.lang.descriptions import Length, Obj, Place
from llmagentos.lang.driving import Bring, Find, Follow, GoTo, Mark, Spot, Steer
from llmagentos.lang.node import Node, OneOf, Slot


class Pick(Node):
    """Lift something and keep it in the gripper."""

    said = "pick up {obj}"

    op: Literal["pick"] = "pick"
    obj: Obj


class PlaceHeld(Node):
    """Put down what is held."""

    said = "put it down {place}"

    op: Literal["place"] = "place"
    place: Place


class Put(Node):
    """Bring something to a place."""

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
    distance: Annotated[Length | None, Slot("dist")] = None
    by: Annotated[Literal["carry", "push"], Slot("by_push", flag="push")] = "carry"


class Stack(Node):
    """One stack from bottom to top. `objs` in order; `sort` orders a group; `by`: one stack for
    each colour, size or kind; `place`: where."""

    op: Literal["stack"] = "stack"
    objs: tuple[Obj, ...] = Field(min_length=1, max_length=12)
    sort: Annotated[w.Sort | None, Slot("sort")] = None
    by: Annotated[w.GroupBy | None, Slot("by", like=("group", "kind"))] = None
    place: Place | None = None


class Arrange(Node):
    """Lay things out as a pattern. `size` is its length, width or diameter; `spacing` between
    neighbours' centres; `rows` for grids; `by`: one pattern for each colour, size or kind;
    `place`: where its middle is (around: the landmark)."""

    op: Literal["arrange"] = "arrange"
    objs: tuple[Obj, ...] = Field(min_length=1, max_length=12)
    shape: w.Shape
    sort: Annotated[w.Sort | None, Slot("sort")] = None
    size: Annotated[Length | None, Slot("size")] = None
    spacing: Annotated[Length | None, Slot("spacing")] = None
    rows: Annotated[int | None, Slot("rows")] = Field(None, ge=1, le=10)
    by: Annotated[w.GroupBy | None, Slot("by", like=("group", "kind"))] = None
    place: Place | None = None


class Rotate(Node):
    """Turn about the vertical axis; degrees as people say them, counter-clockwise positive."""

    op: Literal["rotate"] = "rotate"
    obj: Obj
    angle_deg: Annotated[float, Slot(turn=True)] = Field(ge=-360, le=360)


class Swap(Node):
    """Exchange the places of two things."""

    said = "swap {obj} and {obj2}"

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
    factor: Annotated[float | None, Slot("times")] = Field(None, gt=0, le=10)
    angle_deg: Annotated[float | None, Slot(turn=True)] = Field(None, ge=-360, le=360)
    direction: w.Direction | None = None
    distance: Annotated[Length | None, Slot("dist", after="direction")] = None
    place: Place | None = None


class Point(Node):
    """Hold the finger tips over a place."""

    op: Literal["point"] = "point"
    place: Place


class Reach(Node):
    """Move the hand: to a place, with what it holds, or so far in a direction."""

    like = ("point", "move", "home")

    op: Literal["reach"] = "reach"
    direction: w.Direction | None = None
    distance: Annotated[Length | None, Slot("dist", after="direction")] = None
    place: Annotated[Place | None, Slot(instead_of="direction", needed=True)] = None

    @model_validator(mode="after")
    def _somewhere(self) -> Reach:
        if (self.direction is None) == (self.place is None):
            raise ValueError("reach expected either a direction or a place, got both or neither")
        return self


class Grip(Node):
    """Open the fingers, or close them; `width`: how far open."""

    like = ("release", "pick")

    op: Literal["grip"] = "grip"
    action: w.Grip
    width: Annotated[Length | None, Slot("dist", after="action")] = None


class Look(Node):
    """Take a fresh look at the table."""

    said = "look at the table"

    op: Literal["look"] = "look"


class Home(Node):
    """Bring the arm to its home position."""

    said = "go to the home position"

    op: Literal["home"] = "home"


class Release(Node):
    """Open the gripper; what is held is set down where it is."""

    said = "open the gripper"

    op: Literal["release"] = "release"


class Wait(Node):
    """Let so many seconds pass."""

    op: Literal["wait"] = "wait"
    seconds: Annotated[float, Slot(always=True)] = Field(1.0, ge=0, le=600)


class WaitFor(Node):
    """Let time pass until a condition holds."""

    said = "wait until {condition}"

    op: Literal["wait_for"] = "wait_for"
    condition: Cond


class Say(Node):
    """Say a text that the person gave."""

    said = 'say "{text}"'

    op: Literal["say"] = "say"
    text: str


class Ask(Node):
    """A question back to the person, where the command itself leaves something open."""

    op: Literal["ask"] = "ask"
    about: w.AskAbout
    obj: Obj | None = None


class Refuse(Node):
    """Decline, for one of the known reasons."""

    said = "refuse: {reason}"

    op: Literal["refuse"] = "refuse"
    reason: w.RefuseReason


class Cannot(Node):
    """`what`: the words of the command that name what the robot can't do."""

    op: Literal["cannot"] = "cannot"
    reason: w.CannotReason
    what: str | None = None


class Unclear(Node):
    """Say that the command was not understood. `what`: the words of it that were not."""

    like = ("ask", "cannot")

    op: Literal["unclear"] = "unclear"
    what: str | None = None


class Answer(Node):
    """Answer a question; nothing moves."""

    op: Literal["answer"] = "answer"
    query: Query


class Undo(Node):
    """Take back what the last `n` commands moved."""

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
    distance: Annotated[Length | None, Slot("dist", since="double")] = None
    place: Place | None = None


class Choose(Node):
    """The answer to the robot's question: an object, a place, or a spot to drive to."""

    op: Literal["choose"] = "choose"
    obj: Obj | None = None
    place: Place | None = None
    spot: Annotated[Spot | None, Slot("to")] = None


class Correct(Node):
    """ "No, I meant ...": the last command from where things were, with this instead.

    An object, a place, a direction, a distance ("no, 10 cm") or a spot to drive to; or, with
    `reverse`, the last step the other way round: its two things exchanged, its direction or order
    turned over.
    """

    op: Literal["correct"] = "correct"
    reverse: Annotated[bool, Slot("reverse", flag=True)] = False
    obj: Obj | None = None
    direction: w.Direction | None = None
    distance: Annotated[Length | None, Slot("dist")] = None
    place: Place | None = None
    spot: Annotated[Spot | None, Slot("to")] = None


class Yes(Node):
    """Agree to the robot's question."""

    said = "yes"

    op: Literal["yes"] = "yes"


class No(Node):
    """Decline the robot's question."""

    said = "no"

    op: Literal["no"] = "no"


class Stop(Node):
    """End what is going on."""

    said = "stop"

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
    """One branch or the other, decided when the step begins."""

    said = "if {condition}"

    op: Literal["if"] = "if"
    condition: Cond
    then: tuple[Step, ...] = Field(min_length=1, max_length=12)
    otherwise: Annotated[tuple[Step, ...], Slot("else")] = Field((), max_length=12)


class Repeat(Node):
    """The body `n` times."""

    op: Literal["repeat"] = "repeat"
    n: int = Field(ge=1, le=20)
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


class Until(Node):
    """The body again and again until the condition holds (bounded by the executor)."""

    said = "until {condition}"

    op: Literal["until"] = "until"
    condition: Cond
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


class Pace(Node):
    """The body slowly or fast; without a body everything from now on."""

    like = ("repeat", "until")

    op: Literal["pace"] = "pace"
    pace: w.Pace
    body: tuple[Step, ...] = Field((), max_length=12)


class Avoid(Node):
    """The body without touching or moving some things."""

    like = ("except", "away_from", "for_each")

    op: Literal["avoid"] = "avoid"
    obj: Obj
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


class Patrol(Node):
    """The body again and again until the person says stop."""

    said = "again and again until you say stop"
    like = ("until", "repeat", "again")

    op: Literal["patrol"] = "patrol"
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


class WhenTold(Node):
    """The body once the person gives the word: `word`, or "go" where none was said."""

    like = ("wait_for", "until", "if")

    op: Literal["when_told"] = "when_told"
    word: str | None = None
    body: tuple[Step, ...] = Field(min_length=1, max_length=12)


#: Every step by its `op`.
STEPS = OneOf("step", "op", (
    Pick, PlaceHeld, Put, Push, Move, Stack, Arrange, Rotate, Swap, Clear, Reshape, Point, Look,
    Home, Release, Wait, WaitFor, Say, Ask, Refuse, Cannot, Answer, Undo, Restore, Again, Choose,
    Correct, Yes, No, Stop, Remember, ForEach, If, Repeat, Until,
    Reach, Grip, Unclear, Pace, Avoid, WhenTold,
    GoTo, Steer, Follow, Mark, Find, Bring, Patrol,
), group="llmagentos.steps")  # fmt: skip
Step = Annotated[Any, STEPS]

for _model in (ForEach, If, Repeat, Until, Pace, Avoid, Patrol, WhenTold):
    _model.model_rebuild()
