"""`locate`: a place and a thing become a spot, or a reason why there is none.

Knows: which landmarks a place needs and which search each relation takes (table.py,
support.py). Does not know: motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llmagentos.grounding.context import Context, Placement, Spot
from llmagentos.grounding.placement import support, table
from llmagentos.grounding.placement.distance import ON_TABLE_M, said_m
from llmagentos.grounding.placement.earlier import SAME_SPOT_M, before_last_move, in_place_of
from llmagentos.grounding.placement.marks import Marks, problem, resolve_marks
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_length, describe_place, join_words, rel_words
from llmagentos.lang.wording.scene import describe_object
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import gap_m
from llmagentos.ports.failures import Failure
from llmagentos.types import Pose, Scene, SceneObject
from llmagentos.world.freespace import LEAST_GAP_M, FreeSpace, Taken
from llmagentos.world.relations import DIRECTIONS, contents, is_above

#: Where there is no room left of something, almost diagonally left of it will do.
WIDE_ASIDE = 0.9
#: Beside things that rise this far over the fingers there should be so much room: for the hand's
#: flange, for the wrist.
_ROOM_ABOVE = ((0.10, 0.05), (0.15, 0.13))
#: Places beside landmarks, which may be inside of what the landmarks are in.
_BESIDE = (*DIRECTIONS, "next_to", "between", "toward")
#: Places that are about the moved thing itself where no landmark is given.
_OWN = ("corner_near", "corner_far", "side_near", "side_far")


def locate(
    place: p.Place,
    moving: SceneObject,
    ctx: Context,
    taken: Sequence[Taken] = (),
    marks: Marks | None = None,
    total: int = 1,
) -> Placement:
    """A spot for `moving` at `place`; never raises.

    taken: reserved circles on the table. marks: landmarks that were resolved before (they are
    resolved here otherwise). total: how many things go to this place, so that they are laid out
    side by side. The spot's pose is the centre of the object's base, base frame.

    problem codes: those of Grounding; "no_room"; "impossible" (would fall, does not fit, under,
    itself); "no_referent". words say it as a sentence.
    """
    if place.rel == "under":
        return problem(Failure.IMPOSSIBLE, "I can't put things under others.")
    ctx = ctx if ctx.moving is not None else ctx.with_(moving=moving.id)
    marks = resolve_marks(place, ctx) if marks is None else marks
    if marks.problem is not None:
        return marks.problem
    finder = _Finder(place, moving, ctx, taken, marks, total)
    return finder.find()


def free_spot(
    moving: SceneObject,
    scene: Scene,
    taken: Sequence[Taken] = (),
    least_m: float = 0.0,
) -> Spot | None:
    """Any free spot of the table near the object, at least `least_m` (at scale 1) away from where
    it is."""
    scale = scene.workspace.scale
    large, thing = scene.full_size(), moving.times(1 / scale)
    circles = [(x / scale, y / scale, radius / scale) for x, y, radius in taken]
    for avoid_zones in (True, False):
        space = FreeSpace(large, thing, (), circles, avoid_zones)
        cost, exact = table.elsewhere(thing, least_m)
        point = space.best(room_for_arm(cost, space.obstacles, thing), exact)
        if point is not None:
            at = (scale * point[0], scale * point[1], scene.workspace.table_z)
            return Spot(Pose(at, moving.yaw), "table", False, "a free spot")
    return None


def room_for_arm(
    cost: table.Cost, others: Sequence[SceneObject], moving: SceneObject
) -> table.Cost:
    """The same cost, and more where the hand or the arm above it would be beside something tall."""
    half = moving.height_m / 2

    def total(x: table.Array, y: table.Array) -> table.Array:
        out = cost(x, y)
        for o in others:
            wanted = [gap for above, gap in _ROOM_ABOVE if o.top_z - half > above]
            if wanted:
                out = out + 3.0 * np.maximum(0.0, wanted[-1] - gap_m(x, y, moving, o))
        return out

    return total


class _Finder:
    """One search; split by families of relations.

    What is a matter of taste (gaps, how far "left of" goes) is searched in the lengths of a table
    of scale 1, the `large` ones; what was said and what is found is in the table's own.
    """

    def __init__(
        self,
        place: p.Place,
        moving: SceneObject,
        ctx: Context,
        taken: Sequence[Taken],
        marks: Marks,
        total: int,
    ):
        self.place, self.moving, self.ctx, self.total = place, moving, ctx, total
        self.scene, self.marks, self.taken = ctx.scene, marks, taken
        self.objs = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
        self.distance = said_m(place, moving, self.objs, ctx)
        self.scale = ctx.scene.workspace.scale
        self.large = ctx.scene.full_size()
        self.large_moving, *self.large_objs = map(self._at_full_size, (moving, *self.objs))
        self.large_distance = None if self.distance is None else self.distance / self.scale

    def _at_full_size(self, o: SceneObject) -> SceneObject:
        return o if self.scale == 1.0 else o.times(1 / self.scale)

    def _point(self, point: Sequence[float]) -> tuple[float, float]:
        """A point of the table in large lengths."""
        return point[0] / self.scale, point[1] / self.scale

    def _spot(self, spot: Spot) -> Spot:
        """A spot that was found in large lengths, in those of the table."""
        x, y, z = (self.scale * v for v in spot.pose.position)
        return replace(spot, pose=Pose((x, y, z), spot.pose.yaw))

    def find(self) -> Placement:
        if len(self.objs) < len(self.marks.ids):
            return problem(Failure.NOT_SEEN, "I can't see any more where it shall go.")
        if self.marks.point is not None:
            return self._on_table(table.near_point(self._point(self.marks.point)))
        rel = self.place.rel
        if rel in ("on", "in"):
            return self._supported(rel)
        if rel in ("above", "gripper"):
            return self._hover()
        if rel in ("origin", "there", "elsewhere", "xy", "table", "opposite"):
            return getattr(self, f"_{rel}")()
        if self.distance is not None and (rel == "at" or rel in _OWN):
            region = self.region() if rel in _OWN else self.place.region or "middle"
            width = table.width_across(self.scene.workspace, region)
            if self.distance + self.moving.size_m > width:
                words = f"my work area is only {width * 100:.0f} cm wide there"
                return problem(Failure.IMPOSSIBLE, f"I can't put it {self.words()}: {words}.")
        found = self._on_table(self._wish())
        if not found.ok and rel in DIRECTIONS and self.distance is None:
            wide = table.beside(rel, self._extreme(rel), self.large_moving, None, WIDE_ASIDE)
            found = self._on_table(wide)
        if not found.ok and rel in _BESIDE and (inside := self._where_they_are()) is not None:
            return inside
        return found

    # --- on and in ------------------------------------------------------------------------

    def _supported(self, rel: str) -> Placement:
        if len(self.objs) >= 2:
            if (bridge := self._bridge()) is not None:
                return bridge
            return self._one_of_several(rel)
        return self._on_one(self.objs[0], rel)

    def _one_of_several(self, rel: str) -> Placement:
        """Several landmarks and no bridge over them: the emptiest that can take it."""
        first: Placement | None = None
        for mark in sorted(self.objs, key=lambda o: (len(contents(self.scene, o)), o.id)):
            found = self._on_one(mark, rel)
            if found.ok:
                return found
            first = first or found
        assert first is not None
        return first

    def _on_one(self, mark: SceneObject, rel: str) -> Placement:
        large, moving = self._at_full_size(mark), self.large_moving
        why_not = support.cannot_carry(large, moving, rel)
        if why_not:
            return problem(Failure.IMPOSSIBLE, why_not)
        spot = support.spot_on(self.large, large, moving, self.total, self.place.part)
        name = describe_object(mark, self.scene)
        if spot is None:
            return problem(Failure.NO_ROOM, f"There is no free room {rel} {name}.")
        link = "in" if spot.inside and traits(mark.kind).is_container else "on"
        return Placement(replace(self._spot(spot), words=f"{link} {name}"), f"{link} {name}")

    def _bridge(self) -> Placement | None:
        """Across two supports of one height that stand close together (pyramids)."""
        if len(self.objs) != 2 or any(support.cannot_carry(o, self.moving) for o in self.objs):
            return None
        a, b = self.objs
        level = abs(a.top_z - b.top_z) <= 0.006 * self.scale
        gap = max(abs(a.position[0] - b.position[0]), abs(a.position[1] - b.position[1]))
        wide = gap - (a.size_m + b.size_m) / 2 < self.moving.size_m - 0.012 * self.scale
        solid = all(traits(o.kind).is_stackable for o in self.objs)
        if not (level and wide and solid):
            return None
        x, y = (a.position[0] + b.position[0]) / 2, (a.position[1] + b.position[1]) / 2
        words = f"on {describe_object(a, self.scene)} and {describe_object(b, self.scene)}"
        spot = Spot(Pose((x, y, max(a.top_z, b.top_z)), a.yaw), a.id, False, words)
        return Placement(spot, words)

    def _where_they_are(self) -> Placement | None:
        """Beside landmarks that share a tray or a box: in there, too."""
        below = {o.support for o in self.objs}
        carrier = self.scene.get(below.pop()) if len(below) == 1 else None
        if carrier is None or carrier.id == self.moving.id:
            return None
        spot = support.spot_where(self.scene, carrier, self.moving, self._wish())
        words = self.words()
        return None if spot is None else Placement(replace(spot, words=words), words)

    # --- places about the past and the hand -------------------------------------------------

    def _hover(self) -> Placement:
        words = describe_place(self.place)
        x, y, top = *self.moving.position[:2], 0.0
        if self.objs:
            x, y = self.objs[0].position[:2]
            top = max(o.top_z for o in [self.objs[0], *contents(self.scene, self.objs[0])])
        height = top + (0.10 * self.scale if self.distance is None else self.distance)
        return Placement(Spot(Pose((x, y, height)), "table", False, words), words)

    def _origin(self) -> Placement:
        if self.objs:
            found = [self._where_was(mark) for mark in self.objs]
            return next((f for f in found if f.ok), found[0])
        past = [e for e in self.ctx.events if e.object_id == self.moving.id and not e.before.held]
        if not past:
            first = self.ctx.initial.get(self.moving.id) if self.ctx.initial else None
            if first is None:
                return problem(Failure.NO_REFERENT, "I don't know where it was before.")
            return self.back_to(first)
        return self.back_to(before_last_move(self.moving, self.ctx))

    def _where_was(self, mark: SceneObject) -> Placement:
        """The very spot that something else had, or why not: what stands there now is named."""
        before = before_last_move(mark, self.ctx)
        words = f"where {describe_object(mark, self.scene)} was"
        below = self.scene.get(before.support)
        in_the_way = in_place_of(before, self.moving, self.scene)
        if mark in in_the_way:
            return problem(Failure.NO_ROOM, f"There is no free room {words}: it is there.")
        if below is not None and not traits(below.kind).is_flat and below.id != self.moving.id:
            found = self._on_one(below, "in" if before.inside else "on")
        else:
            found = self._on_table(table.near_point(self._point(before.position), SAME_SPOT_M))
        if found.spot is not None:
            return Placement(replace(found.spot, words=words), words)
        names = [describe_object(o, self.scene) for o in in_the_way]
        tail = f": {names[0]} is there" if names else ""
        return problem(Failure.NO_ROOM, f"There is no free room {words}{tail}.")

    def back_to(self, before: SceneObject) -> Placement:
        """Where the thing stood in an earlier belief, or as near to it as there is room."""
        x, y = before.position[:2]
        below = self.scene.get(before.support)
        if below is not None and not traits(below.kind).is_flat and below.id != self.moving.id:
            return self._on_one(below, "in" if before.inside else "on")
        found = self._on_table(table.near_point(self._point((x, y)), 0.10), yaw=before.yaw)
        return replace(found, words="where it was") if found.ok else found

    def _there(self) -> Placement:
        spot = self.ctx.last_spot
        if spot is None:
            return problem(Failure.NO_REFERENT, "Which place do you mean?")
        held_by = [e.after for e in self.ctx.events if e.after is not None and not e.after.held]
        last = next((a for a in reversed(held_by) if a.id != self.moving.id), None)
        if last is not None and last.position[:2] == spot:
            below = self.scene.get(last.support)
            if below is not None and not support.cannot_carry(below, self.moving):
                return self._on_one(below, "on")
        return self._on_table(table.near_point(self._point(spot), 0.15))

    def _elsewhere(self) -> Placement:
        spot = free_spot(self.moving, self.scene, self.taken, 0.12)
        if spot is None:
            return problem(Failure.NO_ROOM, "There is no free room on the table.")
        return Placement(replace(spot, words="somewhere else"), "somewhere else")

    def _xy(self) -> Placement:
        assert self.place.position is not None, "the plan was checked"
        x, y, z = self.place.position.metres()
        outside = self._outside(x, y)
        if outside is not None:
            return outside
        if z is not None and z > ON_TABLE_M:
            words = describe_place(self.place)
            return Placement(Spot(Pose((x, y, z)), "table", False, words), words)
        found = self._on_table(table.near_point(self._point((x, y)), table.EXACT_TOL_M))
        if found.ok or found.problem is not Failure.NO_ROOM:
            return found
        there = [
            o
            for o in self.scene.objects
            if o.id != self.moving.id and not o.held and not traits(o.kind).is_flat
            if float(gap_m(np.array([x]), np.array([y]), self.moving, o)[0])
            < LEAST_GAP_M * self.scale
        ]
        names = join_words([describe_object(o, self.scene) for o in there])
        tail = f": {names} {'is' if len(there) == 1 else 'are'} there" if there else ""
        return problem(Failure.NO_ROOM, f"There is no free room {self.words()}{tail}.")

    def _outside(self, x: float, y: float) -> Placement | None:
        ws = self.scene.workspace
        if ws.contains(x, y):
            return None
        return problem(
            Failure.OFF_TABLE,
            f"{describe_place(self.place)[3:].capitalize()} is outside what I can reach: x from {ws.x_min:.2f} "
            f"to {ws.x_max:.2f} m, y from {ws.y_min:.2f} to {ws.y_max:.2f} m.",
        )

    def _table(self) -> Placement:
        spot = free_spot(self.moving, self.scene, self.taken)
        if spot is None:
            return problem(Failure.NO_ROOM, "There is no free room on the table.")
        return Placement(replace(spot, words="on the table"), "on the table")

    def _opposite(self) -> Placement:
        """Across the landmark, or the middle of the table, from where the thing is now."""
        if self.objs and is_above(self.scene, self.moving, self.objs[0]):
            words = f"It is on {describe_object(self.objs[0], self.scene)}: which side do you mean?"
            return problem(Failure.NO_REFERENT, words)
        ws = self.large.workspace
        return self._on_table(table.opposite(ws, self.large_moving, self.large_objs))

    # --- on the table -----------------------------------------------------------------------

    def _wish(self) -> table.Wish:
        rel, moving, distance = self.place.rel, self.large_moving, self.large_distance
        ws, objs = self.large.workspace, self.large_objs
        if rel in DIRECTIONS:
            return table.beside(rel, self._extreme(rel), moving, distance)
        if rel == "between":
            return table.between(objs[0], objs[1])
        if rel == "next_to":
            return table.next_to(objs, moving, distance)
        if rel == "far_from":
            return table.far_from(objs, moving, distance)
        if rel == "around":
            return table.around(objs[0], moving, distance)
        if rel == "toward":
            return table.toward(objs[0], moving, distance)
        if rel == "away_from" and len(self.objs) > 1 and distance is None:
            return table.away_from_all(objs, moving)
        if rel == "away_from":
            return table.away_from(objs[0], moving, distance)
        if rel == "off_edge":
            return table.off_edge(ws, self.place.region, moving, distance)
        if rel in _OWN:
            return table.at_region(ws, self.region(), moving, distance)
        return table.at_region(ws, self.place.region or "middle", moving, distance)

    def region(self) -> str:
        """The corner or side that corner_near/side_far mean here."""
        return chosen_region(self.place, self.objs, self.moving, self.scene)

    def _extreme(self, rel: str) -> SceneObject:
        ux, uy = DIRECTIONS[rel]
        return max(self.large_objs, key=lambda o: (o.position[0] * ux + o.position[1] * uy, o.id))

    def _on_table(self, wish: table.Wish, yaw: float | None = None) -> Placement:
        """The best free point for a wish, which is in large lengths."""
        cost, exact = wish
        taken = [(*self._point((x, y)), radius / self.scale) for x, y, radius in self.taken]
        under = [o.id for o in self.objs if o.id == self.moving.id]
        point = None
        for avoid_zones in (True, False):
            space = FreeSpace(self.large, self.large_moving, under, taken, avoid_zones)
            point = space.best(cost, exact)
            if point is not None:
                break
        words = self.words()
        if point is None:
            return problem(Failure.NO_ROOM, f"There is no free room {words}.")
        turned = self.moving.yaw if yaw is None else yaw
        spot = Spot(Pose((*point, self.large.workspace.table_z), turned), "table", False, words)
        return Placement(self._spot(spot), words)

    def words(self) -> str:
        """The place with its landmarks named as they stand in the scene."""
        if not self.objs or self.place.rel in (*_OWN, "origin", "opposite"):
            return describe_place(self.place)
        far = f"{describe_length(self.place.distance)} " if self.place.distance else ""
        names = join_words([describe_object(o, self.scene) for o in self.objs])
        return f"{far}{rel_words(self.place.rel)} {names}"


def chosen_region(
    place: p.Place, objs: Sequence[SceneObject], moving: SceneObject, scene: Scene
) -> str:
    """Which corner or side corner_near, corner_far, side_near and side_far choose."""
    from llmagentos.world import regions

    x, y = (objs[0] if objs else moving).position[:2]
    what, how = place.rel.split("_")
    names = regions.CORNERS if what == "corner" else regions.SIDES
    sign = 1 if how == "near" else -1
    return min(names, key=lambda r: sign * regions.distance_to(scene.workspace, r, x, y))
