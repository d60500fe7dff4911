"""Scenes for cases, drawn from a short description with roles.

Knows: the notation below and how to lay things out so that a command about them makes sense.
Does not know: commands, predicates, the robot.

    "a:block b:bowl@inner c:block*3=same +2 "

role:kind, then in any order  *n (roles c1, c2, …),  /s /m /l (size),  =red or =a (colour of a
role) or =same (one colour for the group),  @place: a region, inner, on.b, in.b, near.b, left.b,
right.b, front.b, back.b, touch.b (side by side, nearly touching).  "+2" adds two bystanders of
kinds that no role has, "+2:block,bowl" of these kinds. A name in capitals is not there at first
and appears during the first turn. Colours are fresh (no two alike) unless
told otherwise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.oracle import told_scene
from llmagentos.errors import SceneError
from llmagentos.local_robot import scene_rows
from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import traits
from llmagentos.types import Scene, Workspace
from llmagentos.world import regions
from sim.scene import ObjectSpec, SceneSpec

Truth = Mapping[str, Mapping[str, Any]]
#: Kinds that bystanders are drawn from.
FILLERS = ("block", "bowl", "plate", "cup", "can", "ball", "box", "zone")
#: Free space between outlines, metres: room for a finger.
GAP_M = 0.035
_ITEM = re.compile(r"^(\w+):(\w+)((?:[*/=@][\w.,-]+)*)$")
_PART = re.compile(r"([*/=@])([\w.,-]+)")
_SIDES = {"left": (0, 1), "right": (0, -1), "back": (1, 0), "front": (-1, 0)}
#: Half extents of "inner": landmarks there leave room on all sides.
_INNER = (0.43, 0.57, -0.18, 0.18)


@dataclass(frozen=True)
class Role:
    """One thing that a command is about. str() is how it is called: "red block"."""

    name: str
    kind: str
    color: str
    size: float
    where: str = ""

    def __str__(self) -> str:
        return f"{self.color} {self.kind}"

    @property
    def one(self) -> str:
        """With its article: "an orange block"."""
        return f"{'an' if self.color[0] in 'aeiou' else 'a'} {self}"


@dataclass(frozen=True)
class Stage:
    """A scene with its roles: role name → Role, whose object id is the role's name."""

    scene: SceneSpec
    roles: Mapping[str, Role]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    later: tuple[ObjectSpec, ...] = ()

    def truth(self) -> dict[str, dict[str, Any]]:
        """What stands where, by id, as a simulator would tell it."""
        return truth_of(self.scene)

    def seen(self) -> Scene:
        """The same as symbolic skills begin with it."""
        return told_scene(self.truth().values(), None, self.scene.workspace)

    def described(self) -> dict[str, Any]:
        """The scene as a report keeps it."""
        return self.scene.to_dict()


@dataclass(frozen=True)
class ToldStage:
    """A scene of things that need not be among our kinds: for symbolic skills only."""

    told: Scene
    roles: Mapping[str, Role] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    later: tuple[ObjectSpec, ...] = ()

    def truth(self) -> dict[str, dict[str, Any]]:
        """As a stage's."""
        return truth_of_scene(self.told)

    def seen(self) -> Scene:
        """As a stage's."""
        return self.told

    def described(self) -> dict[str, Any]:
        """As a stage's."""
        return {"objects": [dict(o) for o in self.truth().values()]}


def truth_of_scene(scene: Scene) -> dict[str, dict[str, Any]]:
    """A perceived (or symbolic) scene in the shape of truth."""
    return {str(row["id"]): row for row in scene_rows(scene)}


def truth_of(scene: SceneSpec) -> dict[str, dict[str, Any]]:
    """The scene's objects as the result contract gives them, by id."""
    return {
        str(o.id): {
            "id": str(o.id),
            "kind": o.kind,
            "color": o.color,
            "size": o.geometry.size_m,
            "position": [float(v) for v in o.xyz],
            "yaw": o.yaw,
        }
        for o in scene.objects
    }


def build(
    text: str, rng: np.random.Generator, require: Callable[[Truth], bool] | None = None
) -> Stage:
    """Draw until the layout exists and `require` holds of it. SceneError after many tries."""
    last = "no layout"
    for attempt in range(300):
        try:
            roles, groups = _cast(text, rng)
            stage = _lay_out(roles, groups, rng, 1.0 if attempt < 200 else 0.5)
        except SceneError as error:
            last = str(error)
            continue
        if require is None or require(stage.truth()):
            return stage
        last = "the requirement never held"
    raise SceneError(f"expected to lay out '{text}', got: {last}")


# --- who is there -------------------------------------------------------------------------------


def _cast(text: str, rng: np.random.Generator) -> tuple[list[Role], dict[str, tuple[str, ...]]]:
    tokens = text.split()
    fixed = set(re.findall(r"=([a-z]+)", text)) & set(COLORS)
    fresh = [c for c in rng.permutation(list(COLORS)).tolist() if c not in fixed]
    roles: list[Role] = []
    groups: dict[str, tuple[str, ...]] = {}
    for token in tokens:
        if token.startswith("+"):
            continue
        match = _ITEM.match(token)
        if match is None:
            raise ValueError(f"expected role:kind, got '{token}'")
        name, kind, rest = match.groups()
        parts: dict[str, str] = {k: v for k, v in _PART.findall(rest)}
        many = int(parts.get("*", "1"))
        names = [name] if "*" not in parts else [f"{name}{i + 1}" for i in range(many)]
        groups[name] = tuple(names)
        shared = fresh.pop() if parts.get("=") == "same" else ""
        for n in names:
            color = shared or _color(parts.get("="), roles, fresh)
            roles.append(Role(n, kind, color, _size(kind, parts.get("/"), rng), parts.get("@", "")))
    for token in tokens:
        if token.startswith("+"):
            roles += _fillers(token, {r.kind for r in roles}, fresh, rng)
    for role in roles:
        prefix = role.name.rstrip("0123456789")
        if prefix != role.name and prefix not in groups:
            groups[prefix] = tuple(r.name for r in roles if re.fullmatch(rf"{prefix}\d+", r.name))
    return roles, groups


def _fillers(token: str, taken: set[str], fresh: list[str], rng: np.random.Generator) -> list[Role]:
    count, _, listed = token[1:].partition(":")
    kinds = listed.split(",") if listed else [k for k in FILLERS if k not in taken]
    out = []
    for i in range(int(count)):
        kind = str(rng.choice(kinds))
        color = fresh.pop() if fresh else str(rng.choice(COLORS))
        out.append(Role(f"filler{i + 1}_{kind}", kind, color, _size(kind, "m", rng)))
    return out


def _color(wanted: str | None, roles: Sequence[Role], fresh: list[str]) -> str:
    if wanted is None:
        if not fresh:
            raise ValueError("expected at most fourteen different colours")
        return fresh.pop()
    if wanted in COLORS:
        return wanted
    return next(r.color for r in roles if r.name == wanted)


def _size(kind: str, wanted: str | None, rng: np.random.Generator) -> float:
    usual = traits(kind).size_m
    sizes = traits(kind).usual_sizes_m or (usual,)
    if wanted == "any":
        return float(rng.choice(sizes))
    if wanted in ("s", "l"):
        return float(sizes[0] if wanted == "s" else sizes[-1])
    return usual


# --- where ----------------------------------------------------------------------------------------


def _lay_out(
    roles: Sequence[Role],
    groups: Mapping[str, tuple[str, ...]],
    rng: np.random.Generator,
    squeeze: float,
) -> Stage:
    placed: dict[str, ObjectSpec] = {}
    tied = [r for r in roles if "." in r.where]
    free = [r for r in roles if "." not in r.where]
    # what has a place of its own first, then the large, which find room hardest
    for role in sorted(free, key=lambda r: (not r.where, -r.size)) + tied:
        placed[role.name] = _place(role, placed, rng, squeeze)
    SceneSpec(objects=list(placed.values())).check()
    scene = SceneSpec(objects=[placed[r.name] for r in roles if not r.name.isupper()])
    later = tuple(placed[r.name] for r in roles if r.name.isupper())
    return Stage(scene, {r.name: r for r in roles}, groups, later)


def _spec(role: Role, x: float, y: float, z: float | None, yaw: float) -> ObjectSpec:
    at = (round(x, 4), round(y, 4)) if z is None else (round(x, 4), round(y, 4), round(z, 4))
    return ObjectSpec(
        kind=role.kind, color=role.color, size=role.size, position=at, yaw=yaw, id=role.name
    )


def _place(
    role: Role, placed: Mapping[str, ObjectSpec], rng: np.random.Generator, squeeze: float
) -> ObjectSpec:
    how, _, mark = role.where.partition(".")
    geometry = object_geometry(role.kind, role.size)
    yaw = 0.0 if geometry.is_round else round(float(rng.uniform(-0.6, 0.6)), 4)
    if how == "touch":
        base = placed[mark]
        step = (geometry.size_m + base.geometry.size_m) / 2 + 0.006
        x, y = base.xyz[0] - step * math.sin(base.yaw), base.xyz[1] + step * math.cos(base.yaw)
        return _spec(role, x, y, None, base.yaw)
    if how in ("on", "in"):
        return _supported(role, how, placed[mark], placed, rng)
    radius = geometry.footprint_radius_m
    for _ in range(300):
        x, y = _draw(role.where, placed.get(mark), radius, rng)
        if _roomy(x, y, radius, placed, squeeze * (0.012 if how == "near" else GAP_M)):
            return _spec(role, x, y, None, yaw)
    raise SceneError(f"no room for {role.name}")


def _supported(
    role: Role,
    how: str,
    base: ObjectSpec,
    placed: Mapping[str, ObjectSpec],
    rng: np.random.Generator,
) -> ObjectSpec:
    """Standing on `base`, or inside it beside what is there already."""
    x, y, z = base.xyz
    geometry, own = base.geometry, object_geometry(role.kind, role.size)
    bottom = z - geometry.height_m / 2
    bottom += geometry.floor_m if geometry.has_rim else geometry.height_m
    room = 0.0
    if how == "in" or traits(base.kind).is_shallow:
        room = max(0.0, geometry.inner_radius_m - own.footprint_radius_m - 0.002)
    inside = [p for p in placed.values() if math.dist(p.xyz[:2], (x, y)) < geometry.size_m / 2]
    inside = [p for p in inside if p is not base and room > 0]
    for _ in range(200):
        r, a = room * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
        px, py = x + r * math.cos(a), y + r * math.sin(a)
        reach = own.footprint_radius_m + 0.002
        if all(
            math.dist(p.xyz[:2], (px, py)) > reach + p.geometry.footprint_radius_m for p in inside
        ):
            return _spec(role, px, py, bottom + own.height_m / 2 + 0.0005, base.yaw)
    raise SceneError(f"no room for {role.name} in {base.id}")


def _draw(
    where: str, mark: ObjectSpec | None, radius: float, rng: np.random.Generator
) -> tuple[float, float]:
    area = Workspace()
    how = where.partition(".")[0]
    if mark is not None:
        mx, my, _ = mark.xyz
        near = radius + mark.geometry.footprint_radius_m + 0.015
        if how == "near":
            r, a = near + rng.uniform(0, 0.02), rng.uniform(0, 2 * math.pi)
            x, y = mx + r * math.cos(a), my + r * math.sin(a)
        else:
            ux, uy = _SIDES[how]
            along, across = near + rng.uniform(0.02, 0.08), rng.uniform(-0.04, 0.04)
            x, y = mx + along * ux + across * uy, my + along * uy + across * ux
        if not area.contains(x, y, radius * 0.7):
            raise SceneError("beyond the workspace")
        return x, y
    x0, x1, y0, y1 = area.x_min, area.x_max, area.y_min, area.y_max
    if how == "inner":
        x0, x1, y0, y1 = _INNER
        return float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1))
    x, y = (
        float(rng.uniform(x0 + radius, x1 - radius)),
        float(rng.uniform(y0 + radius, y1 - radius)),
    )
    if how and not _clearly(how, x, y):
        return -1.0, -1.0
    return x, y


def _clearly(region: str, x: float, y: float) -> bool:
    """At the region by every reading: a third for sides too."""
    area = Workspace()
    if region in ("left", "right"):
        return (y if region == "left" else -y) >= area.y_max / 3 + 0.01
    if region in ("front", "back"):
        return (x - 0.5 if region == "back" else 0.5 - x) >= 0.2 / 3 + 0.01
    return regions.contains(area, region, x, y)


def _roomy(x: float, y: float, radius: float, placed: Mapping[str, ObjectSpec], gap: float) -> bool:
    if x < 0:
        return False
    return all(
        math.dist((x, y), o.xyz[:2]) >= radius + o.geometry.footprint_radius_m + gap
        for o in placed.values()
    )
