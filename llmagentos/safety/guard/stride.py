"""One action in its scene, as the rules look at it: what moves, along which way, and where it ends.

Knows: the geometry of an action on what is believed, before it begins, or of the hand where it is
now. Does not know: rules, plans, words that people said; labels are never read as more than names.

The way is a straight line seen from above, as the motion planner goes ("up, across, down"). What
moves counts as the circle around it; what stands, as its outline.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from llmagentos.objects.kinds import noun, traits
from llmagentos.safety.guard.people import People
from llmagentos.safety.guard.settings import GuardRules, Thing
from llmagentos.types import Action, Scene, SceneObject, Vec3
from llmagentos.world.support import contents

#: The way is looked at every so many metres; across, the hand is at least so much above both ends.
STEP_M, RISE_M = 0.01, 0.10
#: The hand is so far above the finger tips; forearm and hand are so thick around their middle; at
#: scale 1, metres.
HAND_M, ARM_M = (0.07, 0.12), 0.05
#: What is farther than this is no way of an arm on a table, and refused by its goal alone.
_MOST_STEPS = 400
#: kg per cubic metre of the box around what no kind describes.
_HALF_WATER_KGPM3 = 500.0


@dataclass(frozen=True)
class Stride:
    """hand: the finger tips before it, base frame, metres. told: what scenes know of things,
    besides the rules' own. count: the command's actions before it. points: the way itself, where
    it is looked at on the way; None: as the action will go. body: points of forearm and hand then. does:
    names of actions that are part of it."""

    action: Action
    scene: Scene
    hand: Vec3
    rules: GuardRules = field(default_factory=GuardRules)
    people: People = field(default_factory=People)
    told: tuple[Thing, ...] = ()
    count: int = 0
    points: tuple[Vec3, ...] | None = None
    body: tuple[Vec3, ...] = ()
    does: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What it does, by the names of actions: itself first."""
        return (self.action.name, *self.does)

    # --- things -------------------------------------------------------------------------------

    def attributes(self, *items: SceneObject) -> frozenset[str]:
        """What is hazardous about any of them: by kind, by the scene, by the rules file."""
        found: set[str] = set()
        for item in items:
            found |= set(traits(item.kind).attributes)
            for thing in (*self.rules.objects, *self.told):
                if thing.is_it(item):
                    found |= set(thing.attributes)
        return frozenset(found)

    def is_a(self, attribute: str, *items: SceneObject) -> bool:
        """Whether any of them is."""
        return attribute in self.attributes(*items)

    def those(self, attribute: str) -> list[SceneObject]:
        """Everything of the scene that is so and does not move with the action."""
        own = {o.id for o in self.load}
        return [o for o in self.scene.objects if o.id not in own and self.is_a(attribute, o)]

    def named(self, item: SceneObject) -> str:
        """ "the laptop", "the red mug": for people."""
        for thing in (*self.rules.objects, *self.told):
            if thing.name is not None and thing.is_it(item):
                return f"the {thing.name}"
        return f"the {item.color} {noun(item.kind)}".replace("  ", " ")

    @cached_property
    def moved(self) -> SceneObject | None:
        """What is moved: what is held, or what the action names."""
        held = self.scene.held
        return held if held is not None else self.scene.get(self.action.object_id)

    @cached_property
    def load(self) -> tuple[SceneObject, ...]:
        """What is moved, and all that stands in or on it and comes along."""
        if self.moved is None:
            return ()
        return (self.moved, *contents(self.scene, self.moved))

    @property
    def takes_hold(self) -> bool:
        """Whether the hand is about to take or touch something that it does not hold."""
        return self.scene.held is None and self.moved is not None and self.points is None

    @cached_property
    def mass_kg(self) -> float:
        """Of all that is moved, by kinds and sizes."""
        scale = self.scene.workspace.scale
        return sum(_mass_kg(o.times(1 / scale)) for o in self.load)

    # --- ways ---------------------------------------------------------------------------------

    @cached_property
    def way(self) -> tuple[Vec3, ...]:
        """Where the finger tips go."""
        return tuple(self._tips())

    @cached_property
    def arm(self) -> tuple[Vec3, ...]:
        """Where forearm and hand go: as far as it is known before the action only the hand, which
        hangs over the finger tips."""
        if self.points is not None:
            return self.body
        scale = self.scene.workspace.scale
        return tuple((x, y, z + up * scale) for x, y, z in self.way for up in HAND_M)

    @property
    def thick_m(self) -> float:
        """How thick forearm and hand are around these points, metres."""
        return ARM_M * self.scene.workspace.scale

    @cached_property
    def carried(self) -> tuple[Vec3, ...]:
        """The part of the way on which something moves with the hand; () without a load."""
        if not self.load:
            return ()
        if self.scene.held is not None:
            return self.way
        goal = self.goal
        start = self.load[0].position
        return () if goal is None else tuple(_line(start, goal))

    @cached_property
    def goal(self) -> Vec3 | None:
        """Where the action's pose is, None for an action without one or with one that is none."""
        pose = self.action.pose
        return None if pose is None or not all(map(math.isfinite, pose.position)) else pose.position

    @cached_property
    def lands(self) -> Vec3 | None:
        """Where what is moved comes to rest; None where it stays in the hand or nothing moves."""
        if not self.load or self.points is not None:
            return None
        if self.action.name == "open_gripper":
            return self.hand
        return self.goal if self.puts_down else None

    @property
    def puts_down(self) -> bool:
        """Whether the action ends with what it moves at its goal and out of the hand."""
        return self.scene.held is None or self.action.name not in ("reach", "point")

    @cached_property
    def lands_on(self) -> SceneObject | None:
        """What it comes to rest on or in; None for the table."""
        if self.lands is None:
            return None
        named = self.scene.get(self.action.support)
        return named if named is not None else self._under(self.lands)

    def lands_near(self, gap_m: float, others: list[SceneObject]) -> list[SceneObject]:
        """Those that it comes to rest on, in, or within a gap of, metres from edge to edge."""
        if self.lands is None:
            return []
        own = self.radius(self.load[0])
        below = self.lands_on
        return [
            o
            for o in others
            if (below is not None and o.id == below.id) or edge_m(self.lands, o) - own < gap_m
        ]

    def passes_over(self, others: list[SceneObject]) -> list[SceneObject]:
        """Those above which something is carried, by its outline and theirs; not those that it is
        only taken away from."""
        if not self.carried:
            return []
        own = self.radius(self.load[0])
        out = []
        for o in others:
            over = [edge_m(point, o) < own for point in self.carried]
            if any(over) and not only_leaves(over):
                out.append(o)
        return out

    def drop_m(self) -> float:
        """How far what is held would fall if the fingers opened now, metres."""
        held = self.scene.held
        if held is None:
            return 0.0
        below = self._under(self.hand)
        floor = self.scene.workspace.table_z if below is None else below.top_z
        return max(0.0, held.bottom_z - floor)

    @staticmethod
    def radius(item: SceneObject) -> float:
        """Of the circle around its outline, metres."""
        if item.extents_m is not None:
            return math.hypot(*item.extents_m[:2]) / 2
        return item.size_m / 2 * (math.sqrt(2) if traits(item.kind).is_square else 1.0)

    def _under(self, point: Vec3) -> SceneObject | None:
        own = {o.id for o in self.load}
        under = [
            o
            for o in self.scene.objects
            if o.id not in own and edge_m(point, o) <= 0 and not traits(o.kind).is_flat
        ]
        return max(under, key=lambda o: o.top_z, default=None)

    def _tips(self) -> Iterator[Vec3]:
        if self.points is not None:
            yield from self.points
            return
        at = self.hand
        yield at
        if self.scene.held is None and self.moved is not None:
            yield from _line(at, self.moved.position, RISE_M)
            at = self.moved.position
        if self.goal is not None:
            yield from _line(at, self.goal, RISE_M if self.scene.held is not None else 0.0)


def only_leaves(inside: list[bool]) -> bool:
    """Whether a way that begins inside goes out once and stays out."""
    return not inside[-1] and all(b <= a for a, b in itertools.pairwise(inside))


def edge_m(point: Vec3, item: SceneObject) -> float:
    """How far a point is from an object's outline, seen from above; 0 inside. Metres."""
    dx, dy = point[0] - item.position[0], point[1] - item.position[1]
    kind = traits(item.kind)
    if not kind.is_square and item.extents_m is None:
        return max(0.0, math.hypot(dx, dy) - item.size_m / 2)
    c, s = math.cos(item.yaw), math.sin(item.yaw)
    wide, deep, _ = item.extents_m or kind.extents_at(item.size_m)
    along, across = abs(c * dx + s * dy) - wide / 2, abs(c * dy - s * dx) - deep / 2
    return math.hypot(max(along, 0.0), max(across, 0.0))


def _mass_kg(item: SceneObject) -> float:
    """Of a thing of a table of scale 1: by its kind's row, or of what was measured as if half of its
    box were as heavy as water."""
    if item.extents_m is not None:
        return _HALF_WATER_KGPM3 * math.prod(item.extents_m)
    kind = traits(item.kind)
    return kind.mass_kg * (item.size_m / kind.size_m) ** 3


def _line(a: Vec3, b: Vec3, rise_m: float = 0.0) -> Iterator[Vec3]:
    """Points from a to b; across at the higher of the two and so much more, as the hand goes."""
    steps = math.ceil(min(max(math.dist(a[:2], b[:2]) / STEP_M, 1), _MOST_STEPS))
    across = max(a[2], b[2]) + rise_m
    for k in range(steps + 1):
        t = k / steps
        z = b[2] if k == steps else across
        yield a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), z
