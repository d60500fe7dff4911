"""Scene specifications: what stands where before anything happens, and whether that can exist.

Knows: the scene file's format, ids, defaults and what makes a scene impossible.
Does not know: PyBullet, random generation (sim.random_scenes), rendering.

A YAML scene:

    robot: panda
    objects:
      - {kind: block, color: red, position: [0.45, 0.10], yaw: 0.3}
      - {kind: bowl, color: blue, size: 0.14, position: [0.55, -0.15]}
      - {kind: thing, model: hammer, color: brown, position: [0.40, -0.20], yaw: 1.0}
      - {kind: thing, extents: [0.12, 0.04, 0.03], color: green, position: [0.60, 0.20]}
    table: wood
    camera: {noise: typical}

Several arms at one table: robots: [{name: left}, {name: right, position: [0, -0.6], yaw: 0}].
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from llmagentos.errors import ConfigError, FileError, RobotError, SceneError
from llmagentos.files import is_there, read_yaml
from llmagentos.robots import DEFAULT_ROBOT, load, names
from llmagentos.robots.folders import FILE as ROBOT_FILE
from llmagentos.types import Workspace
from sim.noise import severity
from sim.object_spec import ObjectSpec, check_object, unknown
from sim.room import Bounds, Circle, Group, Spot, apart
from sim.tables import check_table, table_for
from sim.touching import TOUCH_M, footprints_overlap, interpenetrate

__all__ = ["ObjectSpec", "SceneSpec", "area_words", "interpenetrate", "table_m", "unused_id"]

#: How far the table top goes on around the work area, metres at scale 1: to the robot, away from
#: it, to either side.
_NEAR_M, _FAR_M, _ASIDE_M = 0.12, 0.30, 0.25
#: The table reaches so far around the bases of further arms, metres.
_BASE_M = 0.12
#: Things above the table that were brought to another scale fall this far.
_DOWN_M = 0.002
#: Room between things that are brought to another work area, metres at scale 1: the first of these
#: that all have; fingers want the more.
_GAPS_M = (0.04, 0.03, 0.02, 0.01, 0.002)


def table_m(workspace: Workspace) -> tuple[float, float, float, float]:
    """The table top that things may stand on, base frame, metres: x from, x to, y from, y to."""
    w, s = workspace, workspace.scale
    ends = (
        w.x_min - s * _NEAR_M,
        w.x_max + s * _FAR_M,
        w.y_min - s * _ASIDE_M,
        w.y_max + s * _ASIDE_M,
    )
    x0, x1, y0, y1 = (round(v, 6) for v in ends)
    return x0, x1, y0, y1


class SceneCamera(BaseModel):
    """The camera over the table. noise: none, mild, typical or bad, each also with -tof behind it
    (sim.noise.severities)."""

    model_config = ConfigDict(extra="forbid")

    noise: str = "none"


class ArmPlace(BaseModel):
    """One of several arms at a table. position: of its base [x, y], metres, and yaw (rad), in the frame of
    the first one, which stands at [0, 0] with yaw 0. name: by which it is spoken of ("left")."""

    model_config = ConfigDict(extra="forbid")

    name: str
    robot: str = DEFAULT_ROBOT
    position: tuple[float, float] = (0.0, 0.0)
    yaw: float = 0.0


class SceneSpec(BaseModel):
    """A scene that can exist: construct it and every rule has been checked, every id is set.

    table: what the table's top looks like, a name of sim.tables or name:seed; None: the plain mat.
    camera: how well it sees; None: perfectly. robots: several arms at the table, of which the first is
    `robot` (sim.arms drives them all).
    Raises SceneError (through `from_dict`, `from_yaml`) naming the object and the reason.
    """

    model_config = ConfigDict(extra="forbid")

    robot: str = DEFAULT_ROBOT
    objects: list[ObjectSpec] = Field(default_factory=list)
    table: str | None = None
    camera: SceneCamera | None = None
    robots: list[ArmPlace] = Field(default_factory=list)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SceneSpec:
        """Read and check a scene. SceneError says what is wrong and with which object."""
        if not isinstance(data, dict):
            raise SceneError(f"expected a mapping with 'objects', got {type(data).__name__}")
        try:
            scene = cls.model_validate(data)
        except ValidationError as error:
            raise SceneError(_first_problem(error)) from error
        scene.check()
        return scene

    @classmethod
    def from_yaml(cls, path: str | Path) -> SceneSpec:
        """Read and check a scene file. SceneError too for one that cannot be read or is no YAML.

        An arm's folder is looked for beside the scene file first, then in the working directory.
        """
        try:
            data = read_yaml(path, "a scene file")
        except FileError as error:
            raise SceneError(str(error)) from error
        robot = data.get("robot") if isinstance(data, dict) else None
        if isinstance(robot, str) and robot not in names():
            beside = Path(path).parent / robot
            if is_there(beside / ROBOT_FILE):
                data["robot"] = str(beside)
        for item in data.get("objects") or () if isinstance(data, dict) else ():
            model = item.get("model") if isinstance(item, dict) else None
            if isinstance(model, str) and is_there(Path(path).parent / model):
                item["model"] = str((Path(path).parent / model).resolve())
        return cls.from_dict(data)

    def with_robot(self, robot: str) -> SceneSpec:
        """The same scene with another arm.

        Positions and sizes stay where they fit: everything on that arm's table, of sizes that are
        right there, and nothing that was in the old work area outside the new one. Else things
        are brought to the table's scale and to where they were relative to the work area, apart
        from each other; what stands on something stays on it. SceneError for no such arm, and
        where there is no room.
        """
        changed = self.model_copy(update={"robot": robot}, deep=True)
        old, new = self.workspace, changed.workspace
        kept = changed.model_copy(deep=True)
        try:
            kept.check()
        except SceneError:
            pass
        else:
            pairs = zip(self.objects, kept.objects, strict=True)
            if all(new.contains(*b.xyz[:2]) or not old.contains(*a.xyz[:2]) for a, b in pairs):
                return kept
        factor = new.scale / old.scale
        groups = _groups(self.objects)
        for item in changed.objects:
            if factor != 1.0:
                item.rescale(factor)
                if len(item.position) == 3:
                    # What stands in or on something comes down onto it: walls shrink less.
                    x, y, z = item.position
                    item.position = (x, y, round(factor * z + _DOWN_M, 6))
        spots = _spots(self.objects, changed.objects, groups, old, new)
        for item, (x, y) in zip(changed.objects, spots, strict=True):
            item.position = (round(x, 6), round(y, 6), *item.position[2:])
        changed.check()
        return changed

    def with_table(self, table: str, seed: int = 0) -> SceneSpec:
        """The same scene on another table top (sim.tables; "random": any). Raises SceneError."""
        changed = self.model_copy(update={"table": table_for(table, seed)}, deep=True)
        changed.check()
        return changed

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back; what was not given is left out."""
        return self.model_dump(exclude_none=True, mode="json")

    def to_yaml(self) -> str:
        """The text of a scene file that `from_yaml` reads back."""
        return yaml.safe_dump(self.to_dict(), sort_keys=False, default_flow_style=None)

    @property
    def top_m(self) -> tuple[float, float, float, float]:
        """The table top that things may stand on, in the first arm's frame: x from, x to, y from, y to.
        Under every arm's work area and base."""
        ends = [table_m(self.workspace)]
        for place in self.robots[1:]:
            x0, x1, y0, y1 = table_m(load(place.robot).workspace)
            corners = [_placed(place, x, y) for x in (x0, x1) for y in (y0, y1)]
            x, y = place.position  # and what the base stands on
            corners += [(x - _BASE_M, y - _BASE_M), (x + _BASE_M, y + _BASE_M)]
            xs, ys = zip(*corners, strict=True)
            ends.append((min(xs), max(xs), min(ys), max(ys)))
        a, b, c, d = zip(*ends, strict=True)
        return min(a), max(b), min(c), max(d)

    def check(self) -> None:
        """Check every rule and give every object its id. SceneError otherwise."""
        self._check_arms()
        workspace = self.workspace
        self._check_room()
        for index, item in enumerate(self.objects):
            check_object(item, f"object {index + 1}", workspace.scale)
        self._set_ids()
        for index, item in enumerate(self.objects):
            _check_place(item, workspace, self.top_m)
            for other in self.objects[:index]:
                if interpenetrate(item, other):
                    raise SceneError(
                        f"{item.id} at {_at(item)} and {other.id} at {_at(other)} overlap: "
                        "expected objects beside, on or in each other"
                    )

    def _check_arms(self) -> None:
        if not self.robots:
            return
        first, names = self.robots[0], [place.name for place in self.robots]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SceneError(f"robots: expected every name once, got {twice[0]!r} again")
        if first.position != (0.0, 0.0) or first.yaw:
            raise SceneError(
                f"robots: expected {first.name!r}, the first one, at [0, 0] with yaw 0, got "
                f"{list(first.position)} and {first.yaw}"
            )
        if "robot" in self.model_fields_set and self.robot != first.robot:
            raise SceneError(
                f"robots: expected the first one to be the scene's robot {self.robot!r}, got {first.robot!r}"
            )
        self.robot = first.robot
        for place in self.robots:
            try:
                load(place.robot)
            except RobotError as error:
                raise SceneError(f"robots: {place.name}: {error}") from error
            if not all(map(math.isfinite, (*place.position, place.yaw))):
                raise SceneError(f"robots: expected finite numbers for {place.name!r}")

    def _check_room(self) -> None:
        if self.table is not None:
            check_table(self.table)
        if self.camera is not None:
            try:
                severity(self.camera.noise)
            except ConfigError as error:
                raise SceneError(f"camera: {error}") from error

    @property
    def workspace(self) -> Workspace:
        """What its robot works on, and how large things are there. SceneError for no such robot."""
        try:
            return load(self.robot).workspace
        except RobotError as error:
            raise SceneError(f"robot: {error}") from error

    def _set_ids(self) -> None:
        taken = Counter(item.id for item in self.objects if item.id)
        twice = [name for name, count in taken.items() if count > 1]
        if twice:
            raise SceneError(f"expected every id once, got {twice[0]!r} {taken[twice[0]]} times")
        for item in self.objects:
            if item.id is None:
                item.id = unused_id(item, set(taken))
                taken[item.id] += 1


def _groups(items: list[ObjectSpec]) -> list[list[int]]:
    """Things that stand in, on or under each other, by index; the widest of each comes first."""
    groups: list[list[int]] = []
    for index, item in enumerate(items):
        met = [g for g in groups if any(footprints_overlap(item, items[i]) for i in g)]
        groups = [g for g in groups if g not in met]
        groups.append([index, *(i for g in met for i in g)])
    return [sorted(g, key=lambda i: -items[i].geometry.footprint_radius_m) for g in groups]


def _spots(
    before: list[ObjectSpec],
    after: list[ObjectSpec],
    groups: list[list[int]],
    old: Workspace,
    new: Workspace,
) -> list[Spot]:
    """Where each of `after`, of the new sizes, stands on the new table: x and y, metres."""
    factor = new.scale / old.scale
    wide = (new.x_max - new.x_min) / (old.x_max - old.x_min)
    high = (new.y_max - new.y_min) / (old.y_max - old.y_min)
    circles: list[Group] = []
    wished: list[Spot] = []
    for group in groups:
        x0, y0, _ = before[group[0]].xyz
        wished.append((new.x_min + wide * (x0 - old.x_min), new.y_min + high * (y0 - old.y_min)))
        made = []
        for i in group:
            x, y, _ = before[i].xyz
            radius = after[i].geometry.footprint_radius_m
            bounds = _bounds(new, radius, inside=old.contains(x, y))
            made.append(Circle(factor * (x - x0), factor * (y - y0), radius, bounds))
        circles.append(tuple(made))
    for gap in _GAPS_M:
        found = apart(circles, wished, new.scale * gap)
        if found is not None:
            break
    else:
        raise SceneError(
            f"expected room for {len(after)} objects within the arm's work area, "
            f"{area_words(new)}, got none: take fewer or smaller ones"
        )
    out: dict[int, Spot] = {}
    for group, made_circles, (x, y) in zip(groups, circles, found, strict=True):
        for i, circle in zip(group, made_circles, strict=True):
            out[i] = x + circle.x, y + circle.y
    return [out[i] for i in range(len(after))]


def _bounds(workspace: Workspace, radius: float, inside: bool) -> Bounds:
    """Where the middle of a thing may be: on the table, and in the work area if `inside`."""
    x0, x1, y0, y1 = table_m(workspace)
    x0, x1, y0, y1 = x0 + radius, x1 - radius, y0 + radius, y1 - radius
    if inside:
        x0, x1 = max(x0, workspace.x_min), min(x1, workspace.x_max)
        y0, y1 = max(y0, workspace.y_min), min(y1, workspace.y_max)
    # A millionth inside: positions are rounded to that.
    return x0 + 1e-6, x1 - 1e-6, y0 + 1e-6, y1 - 1e-6


def area_words(workspace: Workspace) -> str:
    """The work area in words: "x 0.30 to 0.70 and y -0.35 to 0.35 m"."""
    w = workspace
    return f"x {w.x_min:.2f} to {w.x_max:.2f} and y {w.y_min:.2f} to {w.y_max:.2f} m"


def unused_id(item: ObjectSpec, taken: set[str | None]) -> str:
    """ "red_block", or "red_block_2" and so on when that is taken."""
    base = f"{item.color}_{item.kind}" if item.color else item.kind
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _placed(place: ArmPlace, x: float, y: float) -> tuple[float, float]:
    """A point of an arm's frame in the first one's."""
    c, s = math.cos(place.yaw), math.sin(place.yaw)
    return place.position[0] + c * x - s * y, place.position[1] + s * x + c * y


def _check_place(
    item: ObjectSpec, workspace: Workspace, top_m: tuple[float, float, float, float]
) -> None:
    x, y, z = item.xyz
    radius = item.geometry.footprint_radius_m
    x0, x1, y0, y1 = top_m
    if not (x0 + radius <= x <= x1 - radius and y0 + radius <= y <= y1 - radius):
        raise SceneError(
            f"{item.id} at {_at(item)} is off the table: expected x {x0 + radius:.2f} to "
            f"{x1 - radius:.2f} and y {y0 + radius:.2f} to {y1 - radius:.2f}; "
            f"the arm's work area is {area_words(workspace)}"
        )
    bottom = z - item.geometry.height_m / 2
    if not -TOUCH_M <= bottom <= 0.6:
        raise SceneError(
            f"{item.id} at {_at(item)}: expected its base between the table (0) and 0.6 m, "
            f"got {bottom:.3f}"
        )


def _at(item: ObjectSpec) -> str:
    return "(" + ", ".join(f"{v:.3f}" for v in item.position) + ")"


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "scene"
    if first["type"] == "extra_forbidden":
        inside = first["loc"][:-1]
        owner = SceneCamera if inside[:1] == ("camera",) else ObjectSpec if inside else SceneSpec
        known = list(owner.model_fields)
        numbered = inside and isinstance(inside[-1], int)
        place = f"object {int(inside[-1]) + 1}: " if numbered else "".join(f"{i}: " for i in inside)
        return f"{place}{unknown('entry', str(first['loc'][-1]), known)}"
    if first["loc"][-1:] == ("position",):
        return f"{where}: expected [x, y] or [x, y, z] in metres, got {first.get('input')!r}"
    return f"{where}: {first['msg']}, got {first.get('input')!r}"
