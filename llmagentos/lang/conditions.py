"""Conditions and questions: what can hold, and what can be asked.

Knows: what can be said, and in which words. Does not know: whether it holds (grounding/) nor the
answers (dialogue/).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from llmagentos.lang import words as w
from llmagentos.lang.descriptions import Obj, Relation
from llmagentos.lang.node import Node, OneOf, Slot


def _of_things() -> Collection[str]:
    return [word for word in w.QUERIES if word != "holds"]


def _from_edges() -> Collection[str]:
    return ("distance",)


class Exists(Node):
    """Something of this description is to be seen."""

    cond: Literal["exists"] = "exists"
    obj: Obj


class CountIs(Node):
    """The number of objects that fit `obj`, compared with `n`, or with how many fit `other`."""

    cond: Literal["count"] = "count"
    obj: Obj
    compare: w.Comparison
    n: int | None = Field(None, ge=0, le=100)
    other: Annotated[Obj | None, Slot(instead_of="n", needed=True)] = None

    @model_validator(mode="after")
    def _one_side(self) -> CountIs:
        if (self.n is None) == (self.other is None):
            raise ValueError("count expected either n or other, got both or neither")
        return self


class Is(Node):
    """Every object of `obj` stands in the relation (a place, a comparison, or fits `fits`)."""

    cond: Literal["is"] = "is"
    obj: Obj
    fits: Annotated[Obj | None, Slot("fits")] = None
    relation: Annotated[Relation | None, Slot(instead_of="fits", needed=True)] = None


class Not(Node):
    """The other way round."""

    cond: Literal["not"] = "not"
    inner: Cond


class And(Node):
    """Both hold."""

    cond: Literal["and"] = "and"
    left: Cond
    right: Cond


class Or(Node):
    """At least one holds."""

    cond: Literal["or"] = "or"
    left: Cond
    right: Cond


CONDITIONS = OneOf("condition", "cond", (Exists, CountIs, Is, Not, And, Or))
Cond = Annotated[Any, CONDITIONS]


class Query(Node):
    """A question. count/exists/where/which/color/size/kind ask about `obj`; distance and
    relation about `obj` and `obj2`, or distance to the edge of a `region`; holds about
    `condition`; common for the most common colour; was: where `obj` was before it was last moved;
    position: where it is in metres; hand: where the hand is, and how far open."""

    query: w.QueryName
    obj: Annotated[Obj | None, Slot(after="query", may=_of_things)] = None
    obj2: Annotated[Obj | None, Slot(after="query", may=_of_things)] = None
    region: Annotated[w.Region | None, Slot("at", after="query", may=_from_edges, since="bye")] = (
        None
    )
    condition: Annotated[Cond | None, Slot(after="query", must=lambda: ("holds",))] = None


for _model in (Not, And, Or, Query):
    _model.model_rebuild()
