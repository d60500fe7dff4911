"""Collision-free ways for the hand: up, across at a safe height, down.

Knows: the prisms of hand, held object and scene; straight ways between tip poses.
Does not know: what is to be done, time, drivers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import CollisionError, UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.paths import joint_line, tip_path
from llmagentos.motion.solids import Prism, first_hit, gripper_prisms, object_prisms
from llmagentos.motion.trajectory import JointPath
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import Pose, Scene, SceneObject

#: Lengths are at scale 1. Free space kept sideways where there is room, and at least.
COMFORTABLE_MARGIN_M, LEAST_MARGIN_M = 0.008, 0.002
#: Across ways keep this much above what is below them.
_CLEARANCE_M = 0.015
_HIGHEST_TIP_M = 0.45
_SAMPLE_M, _RISE_M = 0.02, 0.02
_BLEND_M = 0.05
#: How far towards the base slanted ways lead, as shares of the distance from it.
_INWARDS = (0.9, 0.8, 0.7, 0.6)

#: What moves with the tip: prisms for a tip pose.
Body = Callable[[Pose], list[Prism]]


@dataclass(frozen=True)
class Obstacles:
    """The scene's solids by object id, without what is held or ignored. least_m: the margin that is
    kept where no other is asked for."""

    solids: tuple[tuple[str, tuple[Prism, ...]], ...] = field(default=())
    least_m: float = LEAST_MARGIN_M

    @classmethod
    def of(cls, scene: Scene, ignore: Sequence[str] = ()) -> Obstacles:
        """Every object of the scene as prisms, without what is held and what is to be ignored."""
        return cls(
            tuple(
                (item.id, tuple(object_prisms(item)))
                for item in scene.objects
                if not item.held and item.id not in ignore
            ),
            LEAST_MARGIN_M * scene.workspace.scale,
        )

    def hit(self, moving: Sequence[Prism], margin_m: float | None = None) -> str | None:
        """Id of an object that is hit; "table" for a part below it; None if all is free."""
        if min(part.z_low for part in moving) < -1e-4:
            return "table"
        return first_hit(moving, self.solids, self.least_m if margin_m is None else margin_m)


@dataclass(frozen=True)
class InHand:
    """How an object sits in the hand.

    forward_m, sideways_m: from the tip to the object's axis along the hand's x axis and along the
    direction in which the fingers open; below_m: from the object's base up to the tip;
    yaw_rad: object's yaw minus the hand's.
    """

    item: SceneObject
    forward_m: float
    sideways_m: float
    below_m: float
    yaw_rad: float

    @classmethod
    def of(cls, item: SceneObject, tip: Pose) -> InHand:
        """How an object lies in the hand whose tip is at `tip` (base frame): offsets along and
        across it."""
        dx, dy = item.position[0] - tip.position[0], item.position[1] - tip.position[1]
        c, s = math.cos(tip.yaw), math.sin(tip.yaw)
        return cls(
            item,
            forward_m=c * dx + s * dy,
            sideways_m=s * dx - c * dy,
            below_m=tip.position[2] - item.bottom_z,
            yaw_rad=item.yaw - tip.yaw,
        )

    def object_at(self, tip: Pose) -> SceneObject:
        """The object as it is carried with the tip at a pose."""
        c, s = math.cos(tip.yaw), math.sin(tip.yaw)
        x = tip.position[0] + c * self.forward_m + s * self.sideways_m
        y = tip.position[1] + s * self.forward_m - c * self.sideways_m
        z = tip.position[2] - self.below_m + self.item.height_m / 2
        return replace(
            self.item,
            position=(x, y, z),
            yaw=tip.yaw + self.yaw_rad,
            held=True,
            support="gripper",
            inside=False,
        )

    def tip_for(self, x: float, y: float, base_z: float, tip_yaw: float) -> Pose:
        """The tip pose that brings the object's base centre to (x, y, base_z)."""
        c, s = math.cos(tip_yaw), math.sin(tip_yaw)
        return Pose(
            (
                x - c * self.forward_m - s * self.sideways_m,
                y - s * self.forward_m + c * self.sideways_m,
                base_z + self.below_m,
            ),
            tip_yaw,
        )


def moving_body(spec: ArmSpec, width_m: float, in_hand: InHand | None = None) -> Body:
    """An arm's hand opened to width_m with what it holds."""

    def body(tip: Pose) -> list[Prism]:
        parts = gripper_prisms(spec, tip, width_m)
        if in_hand is not None:
            parts += object_prisms(in_hand.object_at(tip))
        return parts

    return body


def plan_transit(
    kinematics: Kinematics,
    joints: NDArray[np.float64],
    goal: Pose,
    obstacles: Obstacles,
    body: Body,
    approach_m: float = 0.05,
    coarse: float = 1.0,
) -> list[JointPath]:
    """Paths that bring the tip from `joints` to `goal`: up, across, down the last approach_m.

    coarse: as of `tip_path`.

    Raises CollisionError when the goal or every height across is blocked, UnreachableError when
    the arm cannot get there.
    """
    check_free(goal, obstacles, body, "the goal")
    here, scale = kinematics.tip_pose(joints), kinematics.spec.scale
    low = _free_height(here, goal, obstacles, body, scale)
    clearance = _CLEARANCE_M * scale
    problem = UnreachableError("expected a reachable way across, got none")
    for blend in (_BLEND_M * scale, 0.0):
        across = max(low + blend + clearance, goal.position[2] + approach_m)
        waypoints = []
        if here.position[2] < across - 1e-3:
            waypoints.append(_at_height(here, across))
        if goal.position[2] < across - 1e-3:
            waypoints.append(_at_height(goal, across))
        waypoints.append(goal)
        try:
            return [tip_path(kinematics, joints, waypoints, blend, coarse=coarse)]
        except UnreachableError as error:
            problem = error
    above = _at_height(goal, max(low + clearance, goal.position[2] + approach_m))
    for swivel in kinematics.swivels:
        try:
            posture = kinematics.solve(above, swivel=swivel)
            return _through_joint_space(kinematics, joints, posture, goal, obstacles, body)
        except UnreachableError:
            continue
    for inwards in _INWARDS:
        try:
            return [_slanted(kinematics, joints, goal, obstacles, body, low, approach_m, inwards)]
        except (UnreachableError, CollisionError):
            continue
    raise problem


def _slanted(
    kinematics: Kinematics,
    joints: NDArray[np.float64],
    goal: Pose,
    obstacles: Obstacles,
    body: Body,
    low: float,
    approach_m: float,
    inwards: float,
) -> JointPath:
    """Across nearer to the base, with slanted ways up and down where the arm is too short to rise.

    Above the table's far corners the hand reaches less high than tall obstacles ask for.
    Raises CollisionError, UnreachableError.
    """
    here, across = kinematics.tip_pose(joints), low + _CLEARANCE_M * kinematics.spec.scale
    corners: list[Pose] = []
    for end in (here, goal):
        corners.append(_highest(kinematics, end, across, end.position[2] + approach_m))
        x, y, _ = end.position
        corners.append(Pose((x * inwards, y * inwards, across), end.yaw))
    ways = [corners[0], corners[1], corners[3], corners[2], goal]
    for start, end in itertools.pairwise(ways[:-1]):
        for at in poses_along(start, end):
            check_free(at, obstacles, body, "the slanted way")
    return tip_path(kinematics, joints, ways)


def _highest(kinematics: Kinematics, end: Pose, across: float, least: float) -> Pose:
    """The highest reachable pose above `end`, up to `across`; at least `least`, reachable or not."""
    height = across
    while height > least:
        try:
            kinematics.solve(_at_height(end, height))
            return _at_height(end, height)
        except UnreachableError:
            height -= _RISE_M * kinematics.spec.scale
    return _at_height(end, min(least, across))


def plan_straight(
    kinematics: Kinematics,
    joints: NDArray[np.float64],
    waypoints: Sequence[Pose],
    obstacles: Obstacles,
    body: Body,
    coarse: float = 1.0,
) -> JointPath:
    """A straight way through waypoints, the elbow kept where it is. coarse: as of `tip_path`.

    Raises CollisionError if something is in it, UnreachableError.
    """
    here = kinematics.tip_pose(joints)
    for pose in waypoints:
        for at in poses_along(here, pose):
            check_free(at, obstacles, body, "the straight way")
        here = pose
    return tip_path(kinematics, joints, waypoints, keep_posture=True, coarse=coarse)


def check_free(pose: Pose, obstacles: Obstacles, body: Body, what: str) -> None:
    """Raises CollisionError naming what is hit with the tip at a pose."""
    hit = obstacles.hit(body(pose))
    if hit is not None:
        x, y, z = pose.position
        raise CollisionError(
            f"expected {what} to be free at ({x:.3f}, {y:.3f}, {z:.3f}), got {hit}"
        )


def _free_height(here: Pose, goal: Pose, obstacles: Obstacles, body: Body, scale: float) -> float:
    """The lowest height at which the whole way across is free."""
    height, most = max(goal.position[2], min(here.position[2], 0.1 * scale)), _HIGHEST_TIP_M * scale
    while height <= max(most, goal.position[2]):
        way = poses_along(_at_height(here, height), _at_height(goal, height))
        # What starts in touch with something (set down, gripped) leaves it straight up.
        if all(obstacles.hit(body(at)) is None for at in way):
            return height
        height += _RISE_M * scale
    raise CollisionError(f"expected a free way across below {most} m, got none")


def poses_along(start: Pose, end: Pose) -> list[Pose]:
    """Poses from start to end, close enough together to check for collisions."""
    gap = math.dist(start.position, end.position)
    count = max(2, math.ceil(gap / _SAMPLE_M), math.ceil(abs(end.yaw - start.yaw) / 0.2))
    a = np.array([*start.position, start.yaw])
    b = np.array([*end.position, end.yaw])
    mixed = [a + (b - a) * t for t in np.linspace(0, 1, count + 1)]
    return [Pose((float(m[0]), float(m[1]), float(m[2])), float(m[3])) for m in mixed]


def _at_height(pose: Pose, z: float) -> Pose:
    return Pose((pose.position[0], pose.position[1], z), pose.yaw)


def _through_joint_space(
    kinematics: Kinematics,
    joints: NDArray[np.float64],
    above: NDArray[np.float64],
    goal: Pose,
    obstacles: Obstacles,
    body: Body,
) -> list[JointPath]:
    """Up, straight in joint space to a posture above the goal, down: where a straight tip fails."""
    paths = []
    here, height = kinematics.tip_pose(joints), kinematics.tip_position(above)[2]
    if here.position[2] < height - 1e-3:
        up = _at_height(here, height)
        paths.append(tip_path(kinematics, joints, [up], keep_posture=True))
        joints = paths[-1].joints[-1]
    across = joint_line(kinematics, joints, above)
    for q in across.joints:
        check_free(kinematics.tip_pose(q), obstacles, body, "the way across")
    paths.append(across)
    paths.append(tip_path(kinematics, above, [goal], keep_posture=True))
    return paths
