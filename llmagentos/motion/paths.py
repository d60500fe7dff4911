"""Ways for the tip: straight lines with rounded corners, and straight lines in joint space.

Knows: poses, inverse kinematics. Does not know: obstacles, time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.trajectory import JointPath
from llmagentos.types import Pose

Array = NDArray[np.float64]

_NODE_M, _NODE_RAD = 0.01, 0.06
_JOINT_NODES = 13
#: More than this from one node to the next is another posture and not the same motion.
_JUMP_RAD = 0.3


def joint_line(kinematics: Kinematics, start: Array, goal: Array) -> JointPath:
    """Straight from one joint configuration to another."""
    share = np.linspace(0.0, 1.0, _JOINT_NODES)[:, None]
    joints = (1 - share) * np.asarray(start) + share * np.asarray(goal)
    tool = np.array([kinematics.tip_position(q) for q in joints])
    return JointPath(joints, tool, (0, _JOINT_NODES - 1))


def tip_path(
    kinematics: Kinematics,
    start: Sequence[float] | Array,
    waypoints: Sequence[Pose],
    blend_m: float = 0.0,
    keep_posture: bool = False,
    coarse: float = 1.0,
) -> JointPath:
    """From joints `start` with the tip straight from one waypoint to the next, hand down.

    Corners are rounded, `blend_m` before and after them at most. keep_posture leaves the elbow
    where it is instead of letting it sink back into the arm's plane. coarse: nodes are so many
    times as far apart as a way that is driven needs. Raises UnreachableError.
    """
    joints = np.asarray(start, dtype=np.float64)
    here = kinematics.tip_pose(joints)
    # One vector per waypoint: x, y, z, yaw, and a seed that spreads the arm's free swivel evenly.
    corners = [np.concatenate([here.position, [here.yaw], joints])]
    for pose in waypoints:
        seed = joints if keep_posture else kinematics.solve(pose)
        corners.append(np.concatenate([pose.position, [pose.yaw], seed]))
    nodes, cuts = _round_corners(corners, blend_m, coarse * _NODE_M, coarse * _NODE_RAD)
    solved = [joints]
    leans = kinematics.leans_along(np.array(nodes)[:, :3])
    for i, node in enumerate(nodes[1:], start=1):
        pose = Pose((float(node[0]), float(node[1]), float(node[2])), float(node[3]))
        lean = None if leans is None else float(leans[i])
        q = kinematics.track(pose, solved[-1] if keep_posture else node[4:], lean)
        if float(np.max(np.abs(q - solved[-1]))) > _JUMP_RAD * coarse:
            raise UnreachableError(f"expected a way without a jump of the elbow, got one at {pose}")
        solved.append(q)
    return JointPath(np.array(solved), np.array(nodes)[:, :3], tuple(cuts))


def _round_corners(
    corners: list[Array], blend_m: float, node_m: float, node_rad: float
) -> tuple[list[Array], list[int]]:
    """Nodes this far apart along the corners, and the indices where straights and bends meet."""
    corners = _without_repeats(corners)
    nodes, cuts = [corners[0]], [0]
    departed = corners[0]
    for i in range(1, len(corners)):
        corner = corners[i]
        if i == len(corners) - 1:
            _append_line(nodes, departed, corner, node_m, node_rad)
            cuts.append(len(nodes) - 1)
            break
        before, after = _gap(corners[i - 1], corner), _gap(corner, corners[i + 1])
        radius = min(blend_m, 0.45 * before, 0.45 * after)
        if radius < 2 * _NODE_M:
            # Too tight to round: come to rest here. A repeated cut says so to nobody, so the
            # corner gets a bend of its own over one small step on either side.
            radius = min(2 * _NODE_M, 0.45 * before, 0.45 * after)
        enter = corner + (corners[i - 1] - corner) * (radius / before)
        leave = corner + (corners[i + 1] - corner) * (radius / after)
        _append_line(nodes, departed, enter, node_m, node_rad)
        cuts.append(len(nodes) - 1)
        count = max(4, math.ceil(1.6 * radius / node_m))
        for t in np.linspace(0, 1, count + 1)[1:]:
            nodes.append((1 - t) ** 2 * enter + 2 * t * (1 - t) * corner + t * t * leave)
        cuts.append(len(nodes) - 1)
        departed = leave
    return nodes, cuts


def _without_repeats(corners: list[Array]) -> list[Array]:
    kept = corners[:1]
    for corner in corners[1:]:
        if _gap(kept[-1], corner) > 1e-5:
            kept.append(corner)
    return kept if len(kept) > 1 else [corners[0], corners[-1]]


def _gap(a: Array, b: Array) -> float:
    """Metres between two waypoints, a turn of the hand counted as an arc of 15 cm radius."""
    return max(float(np.linalg.norm(b[:3] - a[:3])), 0.15 * abs(float(b[3] - a[3])))


def _append_line(
    nodes: list[Array], start: Array, end: Array, node_m: float, node_rad: float
) -> None:
    distance = float(np.linalg.norm(end[:3] - start[:3]))
    turn = abs(float(end[3] - start[3]))
    count = max(3, math.ceil(distance / node_m), math.ceil(turn / node_rad))
    for t in np.linspace(0, 1, count + 1)[1:]:
        nodes.append((1 - t) * start + t * end)
