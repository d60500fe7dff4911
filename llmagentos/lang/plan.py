"""The plan language: typed, frozen, JSON-serialisable data.

Knows: what a plan can say. Does not know: the scene (grounding/ resolves descriptions against
it when a step begins), nor how a plan is written down for the on-board model (codec.py).

A plan is a list of steps. Objects and places are *descriptions*, never ids, so that a plan stays
true when things move. `Plan.model_json_schema()` is the published schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from llmagentos.lang import words as w
from llmagentos.lang.conditions import (
    CONDITIONS,
    And,
    Cond,
    CountIs,
    Exists,
    Is,
    Not,
    Or,
    Query,
)
from llmagentos.lang.descriptions import (
    Group,
    Length,
    Obj,
    Order,
    Place,
    Position,
    Relation,
)
from llmagentos.lang.driving import DRIVING_OPS, Bring, Find, Follow, GoTo, Mark, Spot, Steer
from llmagentos.lang.node import Node
from llmagentos.lang.steps import (
    STEPS,
    Again,
    Answer,
    Arrange,
    Ask,
    Avoid,
    Cannot,
    Choose,
    Clear,
    Correct,
    ForEach,
    Grip,
    Home,
    If,
    Look,
    Move,
    No,
    Pace,
    Patrol,
    Pick,
    PlaceHeld,
    Point,
    Push,
    Put,
    Reach,
    Refuse,
    Release,
    Remember,
    Repeat,
    Reshape,
    Restore,
    Rotate,
    Say,
    Stack,
    Step,
    Stop,
    Swap,
    Unclear,
    Undo,
    Until,
    Wait,
    WaitFor,
    WhenTold,
    Yes,
)

__all__ = [
    "CONDITIONS",
    "DRIVING_OPS",
    "STEPS",
    "Again",
    "And",
    "Answer",
    "Arrange",
    "Ask",
    "Avoid",
    "Bring",
    "Cannot",
    "Choose",
    "Clear",
    "Cond",
    "Correct",
    "CountIs",
    "Exists",
    "Find",
    "Follow",
    "ForEach",
    "GoTo",
    "Grip",
    "Group",
    "Home",
    "If",
    "Is",
    "Length",
    "Look",
    "Mark",
    "Move",
    "No",
    "Node",
    "Not",
    "Obj",
    "Or",
    "Order",
    "Pace",
    "Patrol",
    "Pick",
    "Place",
    "PlaceHeld",
    "Plan",
    "Point",
    "Position",
    "Push",
    "Put",
    "Query",
    "Reach",
    "Refuse",
    "Relation",
    "Release",
    "Remember",
    "Repeat",
    "Reshape",
    "Restore",
    "Rotate",
    "Say",
    "Spot",
    "Stack",
    "Steer",
    "Step",
    "Stop",
    "Swap",
    "Unclear",
    "Undo",
    "Until",
    "Wait",
    "WaitFor",
    "WhenTold",
    "Yes",
    "step_to_json",
    "w",
]


#: Steps of which nothing but words comes, and those that hold others.
_TALK = frozenset({"say", "ask", "answer", "refuse", "cannot", "unclear", "if", "for_each"})


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

    @property
    def only_talks(self) -> bool:
        """Whether nothing but words comes of it: it moves nothing and changes nothing that is kept."""
        return all(step.op in _TALK for step in self.walk())

    def to_json(self) -> dict[str, Any]:
        """Plain data without the fields that keep their default, for people and logs."""
        return self.model_dump(mode="json", exclude_defaults=True) | {
            "steps": [step_to_json(s) for s in self.steps]
        }


def step_to_json(step: Any) -> dict[str, Any]:
    """One step as plain data; `op` stays although it is a default."""
    return _with_tags(step)


def _with_tags(value: Any) -> Any:
    if isinstance(value, Node):
        out: dict[str, Any] = {}
        for name, info in type(value).model_fields.items():
            item = getattr(value, name)
            if name in ("op", "cond", "quant") or item != info.default:
                out[name] = _with_tags(item)
        return out
    if isinstance(value, tuple | list):
        return [_with_tags(v) for v in value]
    return value
