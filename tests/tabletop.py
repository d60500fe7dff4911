"""Small scenes and descriptions in compact notation, for the planning tests."""

from __future__ import annotations

from typing import Any

from llmagentos.grounding.context import Context
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.objects.kinds import KINDS, traits
from llmagentos.types import Scene, SceneObject

HEIGHTS_M = {"bowl": 0.05, "plate": 0.02, "zone": 0.002, "tray": 0.025, "box": 0.06, "cup": 0.08}


def thing(
    object_id: str, color: str, kind: str, x: float, y: float, size_m: float = 0.0, **more: Any
) -> SceneObject:
    """An object on the table unless `on` or `into` names another one (already a SceneObject)."""
    size = size_m or (traits(kind).size_m if kind in KINDS else 0.06)
    height = HEIGHTS_M.get(kind, size)
    base = 0.0
    for word, inside in (("on", False), ("into", True)):
        below: SceneObject | None = more.pop(word, None)
        if below is not None:
            x, y = below.position[:2]
            base = below.bottom_z + 0.006 if inside else below.top_z
            more |= {"support": below.id, "inside": inside}
    return SceneObject(object_id, kind, color, size, height, (x, y, base + height / 2), **more)


def scene(*objects: SceneObject) -> Scene:
    return Scene(tuple(objects))


def obj(text: str) -> p.Obj:
    """A description: obj("the red block order left") without the outer brackets."""
    return compact.parse(f"pick [ {text} ]").steps[0].obj  # type: ignore[union-attr]


def cond(text: str) -> Any:
    return compact.parse(f"wait_for {text}").steps[0].condition  # type: ignore[union-attr]


def query(text: str) -> p.Query:
    return compact.parse(f"answer {text}").steps[0].query  # type: ignore[union-attr]


def table() -> Scene:
    """Two red blocks and a blue one, a blue bowl with a yellow block in it, a green bowl, a zone;
    a black block on the right red one."""
    r2 = thing("r2", "red", "block", 0.50, -0.10)
    w1 = thing("w1", "blue", "bowl", 0.60, 0.10)
    return scene(
        thing("r1", "red", "block", 0.40, 0.20),
        r2,
        thing("b1", "blue", "block", 0.45, 0.00),
        w1,
        thing("w2", "green", "bowl", 0.60, -0.25),
        thing("y1", "yellow", "block", 0.0, 0.0, into=w1),
        thing("k1", "black", "block", 0.0, 0.0, on=r2),
        thing("z1", "green", "zone", 0.36, -0.28),
    )


def ctx(at: Scene | None = None, **more: Any) -> Context:
    return Context(at if at is not None else table(), **more)
