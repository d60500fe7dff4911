"""Parts of a plan from the compact notation, and the context they are grounded in."""

from __future__ import annotations

from typing import Any

from lab.scenes import table
from llmagentos.grounding.context import Context
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.types import Scene


def obj(text: str) -> p.Obj:
    """A description: obj("the red block order left") without the outer brackets."""
    return compact.parse(f"pick [ {text} ]").steps[0].obj  # type: ignore[union-attr]


def cond(text: str) -> Any:
    """A condition: cond("exists [ a red block ]")."""
    return compact.parse(f"wait_for {text}").steps[0].condition  # type: ignore[union-attr]


def query(text: str) -> p.Query:
    """A question: query("count [ all block ]")."""
    return compact.parse(f"answer {text}").steps[0].query  # type: ignore[union-attr]


def ctx(at: Scene | None = None, **more: Any) -> Context:
    """What a reference is grounded in: a scene (`lab.scenes.table()` without one)."""
    return Context(at if at is not None else table(), **more)
