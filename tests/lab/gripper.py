"""A scripted gripper for simulation tests: PyBullet's inverse kinematics, straight joint moves."""

from __future__ import annotations

import math

from lab.arms import PANDA
from llmagentos.objects.geometry import object_geometry
from sim.world import SimWorld


def solve(world: SimWorld, position: tuple[float, float, float], yaw: float) -> list[float]:
    """Joints that put the tip at `position`, gripper down, fingers opening along `yaw`."""
    client, robot = world.client, world.robot
    # Rotation about z by yaw + pi/2, then half a turn about x: the hand's y points along -yaw..
    turn = client.getQuaternionFromEuler([math.pi, 0, yaw - math.pi / 2])
    lower = [*PANDA.lower_rad, 0, 0]
    span = [high - low for low, high in zip(PANDA.lower_rad, PANDA.upper_rad, strict=True)]
    found = client.calculateInverseKinematics(
        robot.body,
        robot.tip,
        position,
        turn,
        lowerLimits=lower,
        upperLimits=[*PANDA.upper_rad, 0.04, 0.04],
        jointRanges=[*span, 0.04, 0.04],
        restPoses=[0, -0.3, 0, -2.2, 0, 2.0, 0.785, 0.02, 0.02],
        maxNumIterations=300,
        residualThreshold=1e-6,
    )
    return list(found[:7])


def move(world: SimWorld, goal: list[float], speed_radps: float = 0.7) -> None:
    """Straight in joint space, eased in and out."""
    start = world.state().positions
    longest = max(abs(g - s) for g, s in zip(goal, start, strict=True))
    steps = max(4, math.ceil(longest / speed_radps * 1.6 / world.control_period_s))
    for i in range(1, steps + 1):
        share = 0.5 - 0.5 * math.cos(math.pi * i / steps)
        world.send_joint_positions([s + (g - s) * share for g, s in zip(goal, start, strict=True)])
        world.advance()


def move_tip(world: SimWorld, x: float, y: float, z: float, yaw: float) -> None:
    move(world, solve(world, (x, y, z), yaw))


def grip(world: SimWorld, width_m: float, force_n: float, duration_s: float = 0.7) -> None:
    world.send_gripper(width_m, force_n)
    for _ in range(round(duration_s / world.control_period_s)):
        world.advance()


def grasp_point(world: SimWorld, object_id: str) -> tuple[float, float, float, float]:
    """Tip x, y, z and yaw for a top-down grasp: across, or by the wall on the robot's side."""
    item = next(o for o in world.objects() if o["id"] == object_id)
    geometry = object_geometry(item["kind"], item["size"])
    x, y, z = item["position"]
    base, yaw = z - geometry.height_m / 2, item["yaw"]
    if geometry.has_rim and geometry.top_width_m > 0.075:
        angle = yaw + math.pi if geometry.shape == "square_shell" else math.pi + math.atan2(y, x)
        x, y = (
            x + geometry.rim_radius_m * math.cos(angle),
            y + geometry.rim_radius_m * math.sin(angle),
        )
        depth = min(geometry.rim_depth_m, 0.02)
        floor = geometry.floor_m + PANDA.finger_beyond_tip_m + 0.001
        return x, y, base + max(geometry.height_m - depth, floor), angle
    if geometry.extents_m[0] > geometry.extents_m[1]:
        yaw += math.pi / 2
    return x, y, base + max(geometry.height_m - 0.03, geometry.height_m / 2), yaw


def pick(world: SimWorld, object_id: str, force_n: float = 30.0, lift_m: float = 0.15) -> None:
    x, y, z, yaw = grasp_point(world, object_id)
    yaw = (yaw + math.pi / 2) % math.pi - math.pi / 2
    grip(world, 0.08, 20.0, 0.1)
    move_tip(world, x, y, z + 0.1, yaw)
    move_tip(world, x, y, z, yaw)
    grip(world, 0.0, force_n)
    move_tip(world, x, y, z + lift_m, yaw)
