"""Ways to take hold of an object from above, best first.

Knows: object geometry, what the hand is like, what stands around. Does not know: motion, trying.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics, wrap_angle
from llmagentos.motion.planning import (
    COMFORTABLE_MARGIN_M,
    LEAST_MARGIN_M,
    Obstacles,
)
from llmagentos.motion.solids import geometry_of, gripper_prisms, lies
from llmagentos.objects.geometry import ObjectGeometry
from llmagentos.objects.kinds import traits
from llmagentos.robots import ArmSpec, load
from llmagentos.types import Pose, SceneObject

#: Fingers need this much room beside a thing, both sides together: wider ones are pinched by their
#: rim, or not at all.
_LEAST_ROOM_M = 0.005
_SHELLS = ("round_shell", "square_shell")
#: Cups wider than this leave too little room on both sides for what a camera sees; rim first.
_RIM_FIRST_M = 0.066
#: The palm stays this clear of the object's top.
_UNDER_PALM_M = 0.005
_ACROSS_FORCE_N, _RIM_FORCE_N = 30.0, 60.0
_RIM_ANGLES = 16
_ROUND_YAWS = 12
#: Where a straight grasp has no room: the hand turned by this much, the block follows the fingers.
_CROOKED_RAD, _CROOKED_COST = (0.2, -0.2, 0.4, -0.4), 2.5
#: One finger close to the object, the other one farther off: closing pulls it to the middle.
_SHIFT_M, _SHIFTED_COST = 0.006, 1.4
#: A round thing may sit this much beside the middle of the fingers' width: by a bowl's wall they
#: have more room a little nearer to its middle.
_SLIDES_M, _SLID_COST = (0.004, -0.004, 0.007, -0.007), 2.0
#: Room beside the object on the way down, both sides together, all there is first, and what little
#: of it costs.
_ROOMS = ((math.inf, 0.0), (0.02, 0.4), (0.012, 0.8), (0.007, 1.6))
#: Finger tips may take hold this far above the middle of their end, at the very edge.
_EDGE_M = 0.003


@dataclass(frozen=True)
class Grasp:
    """tip: where the hand closes. open_m: opening on the way down. holds_m: opening when it
    holds. how: words. force_n: grip force. squares: the object turns its faces to the fingers when
    they close."""

    tip: Pose
    open_m: float
    holds_m: float
    force_n: float
    how: str
    cost: float = 0.0
    squares: bool = False


def grasps(item: SceneObject, obstacles: Obstacles, kinematics: Kinematics) -> Iterator[Grasp]:
    """Feasible grasps of an object, best first: free of `obstacles` and reachable.

    obstacles must not contain the object itself.
    """
    queue: list[tuple[float, int, bool, Grasp]] = []
    for number, grasp in enumerate(_candidates(item, geometry_of(item), kinematics.spec)):
        tip = Pose(grasp.tip.position, kinematics.best_yaw(grasp.tip))
        turned = abs(kinematics.wrist_offset(tip))
        cost = grasp.cost + 0.3 * turned + 0.5 * math.hypot(*tip.position[:2])
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
    tight = obstacles.hit(moving, COMFORTABLE_MARGIN_M) is not None
    return 2.0 * tight + 3.0 * (not kinematics.reaches_down_to(grasp.tip))


def _is_free(grasp: Grasp, obstacles: Obstacles, spec: ArmSpec) -> bool:
    """Whether nothing is in the way of the fingers, all the way as they close, or a wall may end
    up between finger and object."""
    closing = (grasp.open_m, (grasp.open_m + grasp.holds_m) / 2, grasp.holds_m)
    return all(
        obstacles.hit(gripper_prisms(spec, grasp.tip, width), LEAST_MARGIN_M) is None
        for width in closing
    )


def has_room(item: SceneObject, obstacles: Obstacles, spec: ArmSpec | None = None) -> bool:
    """Whether there is room for the fingers somewhere, wherever the arm may get to.

    spec: by default the arm where nobody names one.
    """
    spec = spec or load()
    candidates = _candidates(item, geometry_of(item), spec)
    return any(_is_free(grasp, obstacles, spec) for grasp in candidates)


def widest_across_m(spec: ArmSpec) -> float:
    """The widest thing that an arm's fingers go around, metres."""
    return spec.max_opening_m - _LEAST_ROOM_M


def too_wide(item: SceneObject, spec: ArmSpec | None = None) -> bool:
    """Whether an arm's fingers fit around it nowhere, and it has no rim to pinch.

    spec: by default the arm where nobody names one.
    """
    g = geometry_of(item)
    return g.shape not in ("flat", *_SHELLS) and g.top_width_m > widest_across_m(spec or load())


def turnable(grasp: Grasp, turn_rad: float, kinematics: Kinematics) -> Grasp | None:
    """The same grasp with the wrist where it can turn by turn_rad in one go; None if nowhere."""
    offset = kinematics.wrist_offset(grasp.tip)
    for half_turns in (0, -1, 1):
        shifted = offset + half_turns * math.pi
        if max(abs(shifted), abs(shifted + turn_rad)) < kinematics.wrist_range_rad:
            tip = Pose(grasp.tip.position, grasp.tip.yaw + half_turns * math.pi)
            try:
                kinematics.solve(tip)
                kinematics.solve(Pose(tip.position, tip.yaw + turn_rad))
            except UnreachableError:
                continue
            return replace(grasp, tip=tip)
    return None


def is_boxy(g: ObjectGeometry) -> bool:
    """Whether it has four flat sides of one width, which turn to the fingers that close on them."""
    x, y, _ = g.extents_m
    return traits(g.kind).is_square and not g.has_rim and x == y


def different(first: Grasp, second: Grasp) -> bool:
    """Whether the second grasp is another try and not the first one again."""
    turned = abs(wrap_angle(2 * (first.tip.yaw - second.tip.yaw))) / 2
    return turned > 0.3 or math.dist(first.tip.position, second.tip.position) > 0.005


def _candidates(item: SceneObject, g: ObjectGeometry, spec: ArmSpec) -> Iterator[Grasp]:
    if g.shape == "flat":
        return
    if g.top_width_m <= widest_across_m(spec):
        yield from _across(
            item, g, spec, cost=1.5 if g.has_rim and g.size_m > _RIM_FIRST_M else 0.0
        )
    if g.shape in _SHELLS:
        yield from _by_the_rim(item, g, spec, cost=0.0 if g.size_m > _RIM_FIRST_M else 1.5)


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
    x, y, _ = item.position
    top, bottom = item.bottom_z + g.height_m, item.bottom_z
    low = max(bottom + g.height_m / 2, top - spec.palm_m + _UNDER_PALM_M)
    if g.shape == "sphere":
        # The finger ends reach down to the equator, or (last) not quite: friction still holds.
        above = spec.finger_beyond_tip_m + 0.15 * g.size_m / 2
        heights = [low, low + 0.003, low + 0.006, low + above]
    else:
        higher = (top - 0.012, top - 0.003, top, top + _EDGE_M)
        heights = [low, *(z for z in higher if z > low + 0.004)]
    for step, height in enumerate(heights):
        z = max(height, spec.lowest_tip_m)
        how = "across" if step == 0 else "across, higher up"
        for yaw, turn, room, (shift, slide), extra in _fits(g, yaws):
            needed = g.top_width_m * (math.cos(turn) + math.sin(abs(turn)))
            opening = min(needed + room, spec.max_opening_m)
            if opening < needed + room and math.isfinite(room):
                continue
            c, s = math.cos(yaw), math.sin(yaw)
            yield Grasp(
                Pose((x + shift * s + slide * c, y - shift * c + slide * s, z), yaw),
                opening,
                g.top_width_m,
                _ACROSS_FORCE_N,
                how if turn == 0.0 else f"{how}, at an angle",
                cost + extra + 0.8 * step,
                squares=turn != 0.0 or shift != 0.0,
            )


def _fits(
    g: ObjectGeometry, yaws: list[float]
) -> Iterator[tuple[float, float, float, tuple[float, float], float]]:
    """Yaw, turn against the faces, room beside them, shift towards one finger and slide along
    both, cost."""
    crooked = _CROOKED_RAD if is_boxy(g) else ()
    for yaw in yaws:
        for room, extra in _ROOMS:
            yield yaw, 0.0, room, (0.0, 0.0), extra
            for turn in crooked:
                yield yaw + turn, turn, room, (0.0, 0.0), extra + _CROOKED_COST
            if g.is_round:
                for slide in _SLIDES_M:
                    yield yaw, 0.0, room, (0.0, slide), extra + _SLID_COST
        for shift in (_SHIFT_M, -_SHIFT_M):
            yield yaw, 0.0, 2 * _SHIFT_M + 0.006, (shift, 0.0), _SHIFTED_COST


def _by_the_rim(
    item: SceneObject, g: ObjectGeometry, spec: ArmSpec, cost: float
) -> Iterator[Grasp]:
    x, y, _ = item.position
    top, bottom = item.bottom_z + g.height_m, item.bottom_z
    floor = bottom + g.floor_m + spec.finger_beyond_tip_m + 0.002
    reach = spec.finger_beyond_tip_m
    deep = max(top - min(max(g.rim_depth_m - reach, 0.004), 0.03), floor, spec.lowest_tip_m)
    heights = [deep, (deep + top) / 2] if top - deep > 0.012 else [deep]
    for step, z in enumerate(heights):
        for angle, off in _rim_places(item, g):
            ux, uy = math.cos(angle), math.sin(angle)
            place = (x + g.rim_radius_m * ux - off * uy, y + g.rim_radius_m * uy + off * ux, z)
            for opening, extra in ((0.05, 0.0), (0.03, 0.3)):
                yield Grasp(
                    Pose(place, angle + math.pi / 2),
                    opening,
                    g.wall_m,
                    _RIM_FORCE_N,
                    "by the rim" if step == 0 else "by the rim, higher up",
                    cost + extra + 0.8 * step + 4.0 * abs(off),
                )


def _rim_places(item: SceneObject, g: ObjectGeometry) -> list[tuple[float, float]]:
    """Directions from the axis to the wall, and how far along a straight wall to go."""
    if g.is_round:
        return [(2 * math.pi * i / _RIM_ANGLES, 0.0) for i in range(_RIM_ANGLES)]
    along = (0.0, 0.25 * g.size_m, -0.25 * g.size_m)
    return [(item.yaw + q * math.pi / 2, off) for q in range(4) for off in along]
