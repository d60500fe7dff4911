"""What the gripper may be holding, from joints and remembered objects.

Knows: where the finger tips are, how far they are apart, how hard they press.
Does not know: pictures, tracks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from llmagentos.objects.kinds import traits
from llmagentos.objects.measured import half_turn
from llmagentos.objects.outlines import geometry
from llmagentos.perception.maps.arm import ArmShape
from llmagentos.perception.maps.outlines import wrap_quarter
from llmagentos.types import RobotState, SceneObject

#: Fingers that press harder than this on something wider than that hold it.
_PRESS_N = 4.0
_EMPTY_WIDTH_M = 0.002
#: How far the tips may be from where a grip on an object is expected, metres.
_GRIP_SLACK_M = 0.014


@dataclass(frozen=True)
class GripperView:
    """tip: between the finger tips, base frame; yaw: of the hand's x axis; gripping: it holds on
    to something."""

    tip: tuple[float, float, float]
    yaw: float
    width_m: float
    gripping: bool

    def offset_of(self, item: SceneObject) -> tuple[float, float, float, float]:
        """Where `item` is in the hand: x, y (in the hand's yaw), z below the tips, yaw."""
        dx, dy = item.position[0] - self.tip[0], item.position[1] - self.tip[1]
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        dz = item.position[2] - self.tip[2]
        x, y = c * dx + s * dy, -s * dx + c * dy
        if item.extents_m is not None:
            # Held wherever its outline is narrow, perhaps far from its middle: it stays as it was.
            dz = min(max(dz, -item.height_m / 2), item.height_m / 2)
        elif not geometry(item).has_rim:
            # Fingers that have closed on a solid thing have it in their middle (they open along
            # y); along the fingers they have some part of it.
            reach = item.size_m / 4
            x, y = min(max(x, -reach), reach), 0.0
            dz = min(max(dz, -item.height_m / 2), item.height_m / 2)
        else:
            half = item.height_m / 2
            depth = geometry(item).rim_depth_m
            dz = min(max(dz, -half), depth - half)
        return x, y, dz, item.yaw - self.yaw


def gripper_view(robot: RobotState, arm: ArmShape) -> GripperView:
    """What the joints say about the gripper."""
    width = robot.gripper_width_m
    gripping = robot.gripper_effort_n > _PRESS_N and width > _EMPTY_WIDTH_M
    yaw = math.atan2(arm.tip_pose[1, 0], arm.tip_pose[0, 0])
    return GripperView(arm.tip, yaw, width, gripping)


def carried(
    item: SceneObject, grip: tuple[float, float, float, float] | None, gripper: GripperView
) -> SceneObject:
    """`item` where the hand has taken it."""
    x, y, z, turn = grip or (0.0, 0.0, 0.0, 0.0)
    c, s = math.cos(gripper.yaw), math.sin(gripper.yaw)
    position = (
        gripper.tip[0] + c * x - s * y,
        gripper.tip[1] + s * x + c * y,
        gripper.tip[2] + z,
    )
    round_thing = geometry(item).is_round
    wrap = wrap_quarter if item.extents_m is None else half_turn
    yaw = 0.0 if round_thing else wrap(gripper.yaw + turn)
    return replace(item, position=position, yaw=yaw)


def could_hold(item: SceneObject, gripper: GripperView) -> bool:
    """Whether the fingers' distance fits a grip on `item`: across it, or on its wall."""
    g = geometry(item)
    if traits(item.kind).is_flat:
        return False
    if g.has_rim and gripper.width_m < g.wall_m + 0.008:
        return True
    if (
        item.extents_m is not None
    ):  # it may be narrower where it is held than anywhere seen from above
        return gripper.width_m <= max(item.extents_m[:2]) + 0.006
    return 0.75 * g.top_width_m - 0.004 <= gripper.width_m <= 1.42 * g.top_width_m + 0.006


def gap_to_grip(item: SceneObject, gripper: GripperView, any_height: bool = False) -> float | None:
    """Distance of the tips from a grip on `item` where it is; None when they are not at it.

    any_height: also from straight above.
    """
    if not could_hold(item, gripper):
        return None
    g = geometry(item)
    tx, ty, tz = gripper.tip
    rho = math.hypot(tx - item.position[0], ty - item.position[1])
    if tz < item.bottom_z - 0.012 or (tz > item.top_z + 0.012 and not any_height):
        return None
    if g.has_rim and gripper.width_m < g.wall_m + 0.008:
        reach = rho if g.is_round else _square_reach(item, tx, ty)
        gap = abs(reach - g.rim_radius_m)
        return gap if gap < _GRIP_SLACK_M else None
    return rho if rho < item.size_m / 2 + 0.004 else None


def _square_reach(item: SceneObject, x: float, y: float) -> float:
    dx, dy = x - item.position[0], y - item.position[1]
    c, s = math.cos(item.yaw), math.sin(item.yaw)
    return max(abs(c * dx + s * dy), abs(-s * dx + c * dy))
