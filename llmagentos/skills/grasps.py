"""Ways to take hold of an object from above, best first.

Knows: object geometry, what the hand is like, what stands around. Does not know: motion, trying.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics, wrap_angle
from llmagentos.motion.planning import (
    COMFORTABLE_MARGIN_M,
    LEAST_MARGIN_M,
    Obstacles,
)
from llmagentos.motion.solids import (
    Prism,
    geometry_of,
    gripper_prisms,
    lies,
    object_prisms,
    overlap,
)
from llmagentos.objects.geometry import ObjectGeometry
from llmagentos.objects.kinds import traits
from llmagentos.robots import ArmSpec, load
from llmagentos.skills.clasps import clasps, narrowest_m
from llmagentos.types import Pose, SceneObject

#: All lengths here are for things that an 8 cm hand is made for; others are in their scale.
#: Fingers need this much room beside a thing, both sides together: wider ones are pinched by their
#: rim, or not at all.
_LEAST_ROOM_M = 0.005
_SHELLS = ("round_shell", "square_shell")
#: Cups wider than this leave too little room on both sides for what a camera sees; rim first.
_RIM_FIRST_M = 0.066
#: What it costs that the hand leans, per rad.
_LEAN_COST = 4.0
#: The palm stays this clear of the object's top.
_UNDER_PALM_M = 0.005
#: What an arm may give is less (its robot.yaml). A thin wall is held more gently: at 70 N the finger
#: inside wedged itself into it, and took three cups of six along as the hand opened; at 40 N none.
_ACROSS_FORCE_N, _RIM_FORCE_N = 60.0, 40.0
_RIM_ANGLES = 16
_ROUND_YAWS = 12
#: Where a straight grasp has no room: the hand turned by this much, the block follows the fingers.
_CROOKED_RAD, _CROOKED_COST = (0.2, -0.2, 0.4, -0.4), 2.5
#: One finger close to the object, the other one farther off: closing pulls it to the middle.
_SHIFT_M, _SHIFTED_COST = 0.006, 1.4
#: A round thing may sit this much beside the middle of the fingers' width: by a bowl's wall they
#: have more room a little nearer to its middle.
_SLIDES_M, _SLID_COST = (0.004, -0.004, 0.007, -0.007), 2.0
#: How far the finger that does not move stays off the object on the way down, at most.
_OFF_FIXED_M = 0.006
#: Room beside the object on the way down, both sides together, all there is first, and what little
#: of it costs.
_ROOMS = ((math.inf, 0.0), (0.02, 0.4), (0.012, 0.8), (0.007, 1.6))
#: Finger tips may take hold this far above the middle of their end, at the very edge.
_EDGE_M = 0.003
#: What is measured is also held at this share of its height, where it may be wider.
_LOW_SHARE = 0.25
#: The palm stays so far above its measured top: a wick or a knob is missed by a camera.
_OVER_MEASURED_M = 0.014
#: A second grasp of such a thing is so much higher or lower, or so far away, metres.
_OTHER_HEIGHT_M, _OTHER_PLACE_M = 0.006, 0.012


@dataclass(frozen=True)
class Grasp:
    """tip: where the hand closes. open_m: opening on the way down. holds_m: opening when it
    holds. how: words. force_n: grip force. squares: the object turns its faces to the fingers when
    they close. middle_m: where along the hand's y axis the middle of what is gripped is on the way
    down, drawn_m: how far it is drawn along it as the fingers close; both are 0 where two fingers
    move. within: walls of a vessel that is gripped by its rim, which must leave room for a finger
    that is bulky or goes far inside. least_m: it may be narrower where it is held than it is wide
    from above, down to that; None for what has one width."""

    tip: Pose
    open_m: float
    holds_m: float
    force_n: float
    how: str
    cost: float = 0.0
    squares: bool = False
    middle_m: float = 0.0
    drawn_m: float = 0.0
    within: tuple[Prism, ...] = ()
    least_m: float | None = None

    @property
    def by_rim(self) -> bool:
        """Whether a vessel's wall is gripped, instead of what is between its sides."""
        return "rim" in self.how

    def turned(self, yaw: float) -> Pose:
        """The tip's pose with the hand turned to another yaw about what it grips."""
        x, y, z = self.tip.position
        if self.middle_m:
            old, new = self.tip.yaw, yaw
            x += self.middle_m * (math.sin(old) - math.sin(new))
            y -= self.middle_m * (math.cos(old) - math.cos(new))
        return Pose((x, y, z), yaw)


def grasps(item: SceneObject, obstacles: Obstacles, kinematics: Kinematics) -> Iterator[Grasp]:
    """Feasible grasps of an object, best first: free of `obstacles` and reachable.

    obstacles must not contain the object itself.
    """
    queue: list[tuple[float, int, bool, Grasp]] = []
    for number, grasp in enumerate(_candidates(item, geometry_of(item), kinematics.spec)):
        tip = grasp.turned(kinematics.best_yaw(grasp.tip, alike_rad(kinematics.spec)))
        turned = abs(kinematics.wrist_offset(tip))
        cost = grasp.cost + 0.3 * turned + 0.5 * math.hypot(*tip.position[:2])
        cost += _LEAN_COST * abs(kinematics.lean(tip))
        queue.append((cost, number, False, replace(grasp, tip=tip)))
    heapq.heapify(queue)
    # Checks are dear, so each is made when its turn comes; what it costs puts it back in line.
    while queue:
        cost, number, checked, grasp = heapq.heappop(queue)
        if not checked:
            extra = _hindrance(grasp, obstacles, kinematics)
            if extra < math.inf:
                heapq.heappush(queue, (cost + extra, number, True, grasp))
            continue
        try:
            kinematics.solve(grasp.tip)
        except UnreachableError:
            continue
        yield grasp


def _hindrance(grasp: Grasp, obstacles: Obstacles, kinematics: Kinematics) -> float:
    """What a grasp costs for its surroundings; infinite where it hits something."""
    spec = kinematics.spec
    if not _is_free(grasp, obstacles, spec):
        return math.inf
    moving = gripper_prisms(spec, grasp.tip, grasp.open_m)
    tight = obstacles.hit(moving, COMFORTABLE_MARGIN_M * spec.scale) is not None
    return 2.0 * tight + 3.0 * (not kinematics.reaches_down_to(grasp.tip))


def _is_free(grasp: Grasp, obstacles: Obstacles, spec: ArmSpec) -> bool:
    """Whether nothing is in the way of the fingers, all the way as they close, or a wall may end
    up between finger and object."""
    closing = (grasp.open_m, (grasp.open_m + grasp.holds_m) / 2, grasp.holds_m)
    if grasp.within and any(
        overlap(part, solid)
        for width in closing[:2]
        for part in gripper_prisms(spec, grasp.tip, width)
        for solid in grasp.within
    ):
        return False
    return all(
        obstacles.hit(gripper_prisms(spec, grasp.tip, width), LEAST_MARGIN_M * spec.scale) is None
        for width in closing
    )


def is_possible(grasp: Grasp, obstacles: Obstacles, kinematics: Kinematics) -> bool:
    """Whether a grasp hits nothing and is within reach."""
    try:
        kinematics.solve(grasp.tip)
    except UnreachableError:
        return False
    return _is_free(grasp, obstacles, kinematics.spec)


def has_room(item: SceneObject, obstacles: Obstacles, spec: ArmSpec | None = None) -> bool:
    """Whether there is room for the fingers somewhere, wherever the arm may get to.

    spec: by default the arm where nobody names one.
    """
    spec = spec or load()
    candidates = _candidates(item, geometry_of(item), spec)
    return any(_is_free(grasp, obstacles, spec) for grasp in candidates)


def widest_across_m(spec: ArmSpec) -> float:
    """The widest thing that an arm's fingers go around, metres."""
    return spec.max_opening_m - _LEAST_ROOM_M * spec.scale


def too_wide(item: SceneObject, spec: ArmSpec | None = None) -> bool:
    """Whether an arm's fingers fit around it nowhere, and it has no rim to pinch.

    spec: by default the arm where nobody names one.
    """
    g, spec = geometry_of(item), spec or load()
    if item.extents_m is not None:
        return narrowest_m(item, spec.finger_width_m) > widest_across_m(spec)
    return g.shape not in ("flat", *_SHELLS) and g.top_width_m > widest_across_m(spec)


def turnable(grasp: Grasp, turn_rad: float, kinematics: Kinematics) -> Grasp | None:
    """The same grasp with the wrist where it can turn by turn_rad in one go; None if nowhere."""
    offset = kinematics.wrist_offset(grasp.tip)
    alike = alike_rad(kinematics.spec)
    for turns in (0, -1, 1):
        shifted = offset + turns * alike
        if max(abs(shifted), abs(shifted + turn_rad)) < kinematics.wrist_range_rad:
            tip = grasp.turned(grasp.tip.yaw + turns * alike)
            try:
                kinematics.solve(tip)
                kinematics.solve(Pose(tip.position, tip.yaw + turn_rad))
            except UnreachableError:
                continue
            return replace(grasp, tip=tip)
    return None


def alike_rad(spec: ArmSpec) -> float:
    """The turn about the tool after which a hand is the same again: half a turn, or a whole one
    where its fingers are not alike."""
    return math.pi if spec.fixed_face_m is None else 2 * math.pi


def is_boxy(g: ObjectGeometry) -> bool:
    """Whether it has four flat sides of one width, which turn to the fingers that close on them."""
    x, y, _ = g.extents_m
    return traits(g.kind).is_square and not g.has_rim and x == y


def different(first: Grasp, second: Grasp) -> bool:
    """Whether the second grasp is another try and not the first one again."""
    turned = abs(wrap_angle(2 * (first.tip.yaw - second.tip.yaw))) / 2
    if first.least_m is not None:
        # What slipped out of one height slips out from another side, too: look for another height.
        x, y, z = first.tip.position
        u, v, w = second.tip.position
        return abs(z - w) > _OTHER_HEIGHT_M or math.hypot(x - u, y - v) > _OTHER_PLACE_M
    return turned > 0.3 or math.dist(first.tip.position, second.tip.position) > 0.005


def _candidates(item: SceneObject, g: ObjectGeometry, spec: ArmSpec) -> Iterator[Grasp]:
    if g.shape == "flat":
        return
    if item.extents_m is not None:
        yield from _both_ways(_on_outline(item, spec), spec)
        return
    wide = g.size_m > _RIM_FIRST_M * spec.scale
    found: list[Iterator[Grasp]] = []
    if g.top_width_m <= widest_across_m(spec):
        found.append(_across(item, g, spec, cost=1.5 if g.has_rim and wide else 0.0))
    if g.shape in _SHELLS:
        found.append(_by_the_rim(item, g, spec, cost=0.0 if wide else 1.5))
    yield from _both_ways(itertools.chain(*found), spec)


def _both_ways(found: Iterable[Grasp], spec: ArmSpec) -> Iterator[Grasp]:
    for grasp in found:
        yield grasp
        if spec.fixed_face_m is not None:  # the other way round it is another grasp
            yield replace(grasp, tip=grasp.turned(grasp.tip.yaw + math.pi))


def _on_outline(item: SceneObject, spec: ArmSpec) -> Iterator[Grasp]:
    """Grasps of a thing that only its outline and its height describe: narrow places first."""
    top, bottom, s = item.top_z, item.bottom_z, spec.scale
    deepest = max(top - spec.palm_m + _OVER_MEASURED_M * s, spec.lowest_tip_m)
    # Half way up; lower, where a cone or a lid's edge is broad; higher, where it may be free.
    half = max(bottom + item.height_m / 2, deepest)
    heights = [half, max(bottom + _LOW_SHARE * item.height_m, deepest), top - 0.006 * s, top]
    levels = [z for i, z in enumerate(heights) if all(abs(z - q) > 0.004 * s for q in heights[:i])]
    c, sn = math.cos(item.yaw), math.sin(item.yaw)
    x, y, _ = item.position
    for clasp in clasps(item, spec.finger_width_m):
        if clasp.width_m > widest_across_m(spec):
            continue
        mx, my = clasp.middle
        over = (x + c * mx - sn * my, y + sn * mx + c * my)
        for step, z in enumerate(levels):
            for room_m, extra in _ROOMS:
                opening = min(clasp.width_m + room_m * s, spec.max_opening_m)
                if opening < clasp.width_m + room_m * s and math.isfinite(room_m):
                    continue
                middle, drawn = _middle(spec, opening, clasp.width_m)
                yaw = item.yaw + clasp.yaw
                yield Grasp(
                    _over(over, max(z, spec.lowest_tip_m), yaw, 0.0, -middle),
                    opening,
                    clasp.width_m,
                    _ACROSS_FORCE_N,
                    ("across", "across, lower", "by its top", "by its very top")[step],
                    clasp.cost + extra + 0.6 * step,
                    middle_m=middle,
                    drawn_m=drawn,
                    least_m=0.0,
                )


def _across(item: SceneObject, g: ObjectGeometry, spec: ArmSpec, cost: float) -> Iterator[Grasp]:
    length, width, _ = g.extents_m
    if lies(item):
        yaws = [item.yaw]
    elif length != width:  # fingers hold the narrow side
        yaws = [item.yaw + (math.pi / 2 if length < width else 0.0)]
    elif not traits(g.kind).is_square:
        yaws = [item.yaw + math.pi * i / _ROUND_YAWS for i in range(_ROUND_YAWS)]
    else:
        yaws = [item.yaw, item.yaw + math.pi / 2]
    top, bottom, s = item.bottom_z + g.height_m, item.bottom_z, spec.scale
    low = max(bottom + g.height_m / 2, top - spec.palm_m + _UNDER_PALM_M * s)
    if g.shape == "sphere":
        # The finger ends reach down to the equator, or (last) not quite: friction still holds.
        above = spec.finger_beyond_tip_m + 0.15 * g.size_m / 2
        heights = [low, low + 0.003 * s, low + 0.006 * s, low + above]
    else:
        higher = (top - 0.012 * s, top - 0.003 * s, top, top + _EDGE_M * s)
        heights = [low, *(z for z in higher if z > low + 0.004 * s)]
    for step, height in enumerate(heights):
        z = max(height, spec.lowest_tip_m)
        how = "across" if step == 0 else "across, higher up"
        for yaw, turn, room, (shift, slide), extra in _fits(g, yaws, spec):
            needed = g.top_width_m * (math.cos(turn) + math.sin(abs(turn)))
            opening = min(needed + room, spec.max_opening_m)
            if opening < needed + room and math.isfinite(room):
                continue
            middle, drawn = _middle(spec, opening, needed)
            yield Grasp(
                _over(item.position[:2], z, yaw, slide, shift - middle),
                opening,
                g.top_width_m,
                _ACROSS_FORCE_N,
                how if turn == 0.0 else f"{how}, at an angle",
                cost + extra + 0.8 * step,
                squares=turn != 0.0 or shift != 0.0,
                middle_m=middle,
                drawn_m=drawn,
            )


def _middle(spec: ArmSpec, opening: float, needed: float) -> tuple[float, float]:
    """Where along the hand's y axis the middle of what is gripped is on the way down, and how far
    it is drawn when the fingers close on it: to the one that does not move, where one doesn't."""
    if spec.fixed_face_m is None:
        return 0.0, 0.0
    side = spec.fixed_face_m[1]
    off = min((opening - needed) / 2, _OFF_FIXED_M * spec.scale)
    return spec.middle_m(needed) - side * off, side * off


def _over(middle: tuple[float, float], z: float, yaw: float, along: float, across: float) -> Pose:
    """The tip beside a point, by so much along the hand's x and y axes."""
    c, s = math.cos(yaw), math.sin(yaw)
    x, y = middle
    return Pose((x + across * s + along * c, y - across * c + along * s, z), yaw)


def _fits(
    g: ObjectGeometry, yaws: list[float], spec: ArmSpec
) -> Iterator[tuple[float, float, float, tuple[float, float], float]]:
    """Yaw, turn against the faces, room beside them, shift towards one finger and slide along
    both, cost."""
    crooked, s = _CROOKED_RAD if is_boxy(g) else (), spec.scale
    # A finger that does not move is close to the object anyway.
    shifts = (_SHIFT_M * s, -_SHIFT_M * s) if spec.fixed_face_m is None else ()
    for yaw in yaws:
        for room_m, extra in _ROOMS:
            room = room_m * s
            yield yaw, 0.0, room, (0.0, 0.0), extra
            for turn in crooked:
                yield yaw + turn, turn, room, (0.0, 0.0), extra + _CROOKED_COST
            if g.is_round:
                for slide in _SLIDES_M:
                    yield yaw, 0.0, room, (0.0, slide * s), extra + _SLID_COST
        for shift in shifts:
            yield yaw, 0.0, (2 * _SHIFT_M + 0.006) * s, (shift, 0.0), _SHIFTED_COST


def _by_the_rim(
    item: SceneObject, g: ObjectGeometry, spec: ArmSpec, cost: float
) -> Iterator[Grasp]:
    x, y, _ = item.position
    top, bottom, s = item.bottom_z + g.height_m, item.bottom_z, spec.scale
    walls = tuple(object_prisms(item)) if spec.fixed_face_m is not None else ()
    floor = bottom + g.floor_m + spec.finger_beyond_tip_m + 0.002 * s
    reach = spec.finger_beyond_tip_m
    below = min(max(g.rim_depth_m - reach, 0.004 * s), 0.03 * s)
    deep = max(top - below, floor, spec.lowest_tip_m)
    heights = [deep, (deep + top) / 2] if top - deep > 0.012 * s else [deep]
    for step, z in enumerate(heights):
        for angle, off in _rim_places(item, g):
            ux, uy = math.cos(angle), math.sin(angle)
            wall = (x + g.rim_radius_m * ux - off * uy, y + g.rim_radius_m * uy + off * ux)
            for opening_m, extra in ((0.05, 0.0), (0.03, 0.3)):
                opening = opening_m * s
                if spec.fixed_face_m is not None:  # one finger goes all the way: half of it
                    opening = opening / 2 + g.wall_m
                middle, drawn = _middle(spec, opening, g.wall_m)
                yield Grasp(
                    _over(wall, z, angle + math.pi / 2, 0.0, -middle),
                    opening,
                    g.wall_m,
                    _RIM_FORCE_N,
                    "by the rim" if step == 0 else "by the rim, higher up",
                    cost + extra + 0.8 * step + 4.0 * abs(off),
                    middle_m=middle,
                    drawn_m=drawn,
                    within=walls,
                )


def _rim_places(item: SceneObject, g: ObjectGeometry) -> list[tuple[float, float]]:
    """Directions from the axis to the wall, and how far along a straight wall to go."""
    if g.is_round:
        return [(2 * math.pi * i / _RIM_ANGLES, 0.0) for i in range(_RIM_ANGLES)]
    along = (0.0, 0.25 * g.size_m, -0.25 * g.size_m)
    return [(item.yaw + q * math.pi / 2, off) for q in range(4) for off in along]
