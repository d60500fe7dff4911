"""One object of a scene: what it is, how large, where, and whether there can be such a thing.

Knows: the entries of one object in a scene file, their defaults, and what each may hold. Does not
know: other objects, tables, PyBullet.
"""

from __future__ import annotations

import difflib
import math

from pydantic import BaseModel, ConfigDict, Field

from llmagentos.errors import SceneError
from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import ObjectGeometry, object_geometry
from llmagentos.objects.kind import Attribute
from llmagentos.objects.kind_fields import SIZE_LIMITS_M
from llmagentos.objects.kinds import KINDS, THING, size_range_m
from sim.models import (
    check_outline,
    measured_geometry,
    model_geometry,
    model_named,
    model_solid,
)
from sim.solids import Solid, box, extruded


class ObjectSpec(BaseModel):
    """One object. position: [x, y] on the table, or [x, y, z] with z of the middle of its box.

    attributes: what is hazardous about it besides its kind's own (sharp, hot, liquid, electronic,
    fragile), for the plan guard: a camera tells no laptop from a tray.
    A "thing" is none of our kinds: of a model of sim/models.py or an OBJ file (metres, z up; a scene
    file's folder is looked in first), or as long, wide and high as `extents` says, with corners of an
    outline from above (x along its length, from its middle) where it is no box. size of a model: its
    longer side from above.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str
    color: str = ""
    size: float | None = None
    position: tuple[float, ...] = Field(min_length=2, max_length=3)
    yaw: float = 0.0
    id: str | None = None
    attributes: tuple[Attribute, ...] | None = None
    model: str | None = None
    extents: tuple[float, float, float] | None = None
    outline: tuple[tuple[float, float], ...] | None = None

    @property
    def geometry(self) -> ObjectGeometry:
        """Heights, wall and floor at this size. KeyError for an unknown kind."""
        if self.model is not None:
            return model_geometry(self.model, self.size or model_named(self.model).size_m)
        if self.extents is not None:
            return measured_geometry(self.extents)
        return object_geometry(self.kind, self.size)

    @property
    def solid(self) -> Solid | None:
        """What a thing is made of; None for the known kinds, whose form is in the table."""
        if self.model is not None:
            return model_solid(self.model, self.geometry.size_m)
        if self.extents is None:
            return None
        length, width, height = self.extents
        return extruded(self.outline, height) if self.outline else (box((length, width, height)),)

    @property
    def form(self) -> tuple[object, ...]:
        """Two objects with the same one have bodies that are alike."""
        return self.kind, self.geometry.size_m, self.model, self.extents, self.outline

    def rescale(self, factor: float) -> None:
        """All its own lengths times a factor; it stays where it is."""
        size = round(factor * self.geometry.size_m, 6)
        if self.extents is not None:
            length, width, height = (round(factor * v, 6) for v in self.extents)
            self.extents = length, width, height
        if self.outline is not None:
            self.outline = tuple((factor * x, factor * y) for x, y in self.outline)
        self.size = size

    @property
    def xyz(self) -> tuple[float, float, float]:
        """Middle of the base-to-top box, base frame."""
        x, y = self.position[0], self.position[1]
        if len(self.position) == 3:
            return x, y, self.position[2]
        return x, y, self.geometry.height_m / 2


def check_object(item: ObjectSpec, where: str, scale: float) -> None:
    """Fill in colour and size; SceneError, which begins with `where`, for what no object can be."""
    _check_numbers(item, where)
    if item.kind == THING:
        _check_thing(item, where, scale)
        return
    for entry in ("model", "extents", "outline"):
        if getattr(item, entry) is not None:
            raise SceneError(f"{where}: expected no {entry} of a {item.kind}, only of a {THING}")
    known = [kind.name for kind in KINDS.values() if kind.in_scenes]
    if item.kind not in known:
        raise SceneError(f"{where}: {unknown('kind', item.kind, [*known, THING])}")
    kind = KINDS[item.kind]
    item.color = item.color or kind.color
    if not item.color:
        raise SceneError(f"{where}: expected a colour for a {item.kind}, got none")
    if item.color and item.color not in COLORS:
        raise SceneError(f"{where}: {unknown('colour', item.color, list(COLORS))}")
    if not kind.paintable and item.color != kind.color:
        raise SceneError(
            f"{where}: expected no colour for a {item.kind}, which comes in {kind.color} only, "
            f"got {item.color!r}"
        )
    if item.size is None and scale != 1.0:
        item.size = round(scale * kind.size_m, 6)
    low, high = (round(scale * size, 6) for size in size_range_m(item.kind))
    if item.size is not None and not low <= item.size <= high:
        raise SceneError(
            f"{where}: expected the size of a {item.kind} between {low} and {high} m, "
            f"got {item.size}"
        )


def _check_numbers(item: ObjectSpec, where: str) -> None:
    if not all(math.isfinite(v) for v in (*item.position, item.yaw)):
        raise SceneError(f"{where}: expected finite numbers, got {item.position}, yaw {item.yaw}")


def _check_thing(item: ObjectSpec, where: str, scale: float) -> None:
    if (item.model is None) == (item.extents is None):
        got = "neither" if item.model is None else "both"
        raise SceneError(f"{where}: expected a model or extents of a {THING}, got {got}")
    low, high = (scale * size for size in SIZE_LIMITS_M)
    if item.model is not None:
        try:
            row = model_named(item.model)
        except SceneError as error:
            raise SceneError(f"{where}: {error}") from error
        item.color = item.color or row.color
        if item.size is None and scale != 1.0:
            item.size = round(scale * row.size_m, 6)
    elif item.extents is not None:
        check_outline(item.extents, item.outline, where)
        item.color = item.color or "gray"
        item.size = max(item.extents[:2])
    if item.color not in COLORS:
        raise SceneError(f"{where}: {unknown('colour', item.color, list(COLORS))}")
    for size in (item.size or low, *item.geometry.extents_m):
        if not low <= size <= high:
            raise SceneError(
                f"{where}: expected the sides of a {THING} between {low:.3f} and {high:.3f} m, "
                f"got {size:.4f}"
            )


def unknown(what: str, got: str, valid: list[str]) -> str:
    """ "expected a known colour (red, ...), got 'redd'; did you mean 'red'?"."""
    close = difflib.get_close_matches(got.lower(), valid, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"expected a known {what} ({', '.join(valid)}), got {got!r}{hint}"
