"""What an arm reaches over its table, as a map, and what it hides of it at rest.

Knows: an arm's spec and its inverse kinematics, the places of its shapes. Does not know: objects,
a simulator, how a map is drawn (figure).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.perception.maps.arm import SelfMask, inside_solids
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec
from llmagentos.robots.urdf import joints_of, parse
from llmagentos.types import Pose, RobotState, Workspace

#: Things of scale 1 are grasped so high over the table and carried so high, metres.
_LOW_M, _HIGH_M = 0.02, 0.15
#: A small thing of scale 1, metres; where the camera has to see it: its middle and its corners.
_THING_M = 0.04
_SPREAD = np.array([(0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)], dtype=np.float64)
#: Of a box that goes up past the camera, what is nearer below it than this is left out, metres.
_NEAR_M = 0.05
_SPOTS = 16
_SIGNS = np.array(list(itertools.product((-1, 1), repeat=3)), dtype=np.float64)
#: An area is at most so deep and wide: what one camera sees and perception was made for.
DEEPEST_M, WIDEST_M = 0.40, 0.70
#: And no smaller than this share of a stretched arm.
_LEAST_SHARE = 0.15


@dataclass(frozen=True)
class ReachMap:
    """x_m, y_m: middles of the cells; reached: bool [len(x), len(y)]."""

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    reached: NDArray[np.bool_]

    def share(self, area: Workspace) -> float:
        """Of the area's cells, how many are reached; 0 where it has none."""
        inside = ((self.x_m >= area.x_min - 1e-9) & (self.x_m <= area.x_max + 1e-9))[:, None] & (
            (self.y_m >= area.y_min - 1e-9) & (self.y_m <= area.y_max + 1e-9)
        )[None, :]
        return float(self.reached[inside].mean()) if inside.any() else 0.0


def heights_m(scale: float) -> tuple[float, float]:
    """How high over the table an arm has to come for things of that scale: low and high."""
    return round(_LOW_M * scale, 3), round(_HIGH_M * scale, 3)


def reach_map(
    spec: ArmSpec,
    x_m: Sequence[float],
    y_m: Sequence[float],
    heights: Sequence[float],
) -> ReachMap:
    """Whether the tip, hand down, comes to all heights over every cell (over the table)."""
    kinematics = Kinematics(spec)
    reached = np.zeros((len(x_m), len(y_m)), dtype=bool)
    for (i, x), (j, y) in itertools.product(enumerate(x_m), enumerate(y_m)):
        reached[i, j] = all(_reaches(kinematics, spec, x, y, h) for h in heights)
    return ReachMap(np.array(x_m), np.array(y_m), reached)


def ring_map(
    spec: ArmSpec,
    x_m: Sequence[float],
    y_m: Sequence[float],
    middle: tuple[float, float],
    heights: Sequence[float],
) -> ReachMap:
    """The same where the arm turns about the vertical at `middle`: what it reaches ahead it reaches
    all around, as far as its first joint turns."""
    step = float(x_m[1] - x_m[0])
    far = max(np.hypot(x - middle[0], y - middle[1]) for x in x_m for y in y_m)
    radii = np.arange(step, far + step, step)
    ahead: NDArray[np.bool_] = reach_map(
        spec, [middle[0] + r for r in radii], [middle[1]], heights
    ).reached[:, 0]
    x, y = np.meshgrid(np.array(x_m) - middle[0], np.array(y_m) - middle[1], indexing="ij")
    at = np.hypot(x, y)
    inner = np.clip(np.floor(at / step + 1e-9).astype(int) - 1, 0, len(radii) - 1)
    outer = np.clip(np.ceil(at / step - 1e-9).astype(int) - 1, 0, len(radii) - 1)
    reached = np.take(ahead, inner) & np.take(ahead, outer) & (at >= step - 1e-9)
    return ReachMap(np.array(x_m), np.array(y_m), reached)


def _reaches(kinematics: Kinematics, spec: ArmSpec, x: float, y: float, height: float) -> bool:
    pose = Pose((x, y, spec.workspace.table_z + height), 0.0)
    if kinematics.is_planar and not kinematics.reaches_down_to(pose, 0.0):
        return False
    try:
        kinematics.solve(Pose(pose.position, kinematics.best_yaw(pose)))
    except UnreachableError:
        return False
    return True


def largest_area(
    reach: ReachMap,
    middle_y: float,
    length_m: float,
    most_m: tuple[float, float] = (DEEPEST_M, WIDEST_M),
) -> Workspace | None:
    """The largest rectangle of reached cells to both sides of the line y = middle_y alike, ahead
    of the base, at most so deep and wide; None where there is none worth the name."""
    step = float(reach.x_m[1] - reach.x_m[0])
    best: tuple[float, Workspace] | None = None
    for i, j in itertools.combinations_with_replacement(range(len(reach.x_m)), 2):
        deep = float(reach.x_m[j] - reach.x_m[i]) + step
        if deep > most_m[0] + 1e-9:
            continue
        rows: NDArray[np.bool_] = np.logical_and.reduce(reach.reached[i : j + 1], axis=0)
        half = 0.0
        for h in np.arange(step / 2, most_m[1] / 2 + 1e-9, step / 2):
            inside = np.abs(reach.y_m - middle_y) <= h + 1e-9
            if not rows[inside].all():
                break
            half = float(h)
        if 2 * half < _LEAST_SHARE * length_m or deep < _LEAST_SHARE * length_m:
            continue
        size = 2 * half * deep
        if best is None or size > best[0] + 1e-9:
            x_low, x_high = float(reach.x_m[i]), float(reach.x_m[j])
            best = size, Workspace(x_low, x_high, middle_y - half, middle_y + half)
    return None if best is None else best[1]


class Silhouette:
    """An arm's shapes in a posture: what they hide of its table, and how low they are.

    Not safe to share between threads.
    """

    def __init__(self, spec: ArmSpec) -> None:
        self._spec, self._model, self._mask = spec, ArmModel(spec), SelfMask(spec)
        chain = joints_of(parse(spec.urdf, spec.name), spec.name)
        self._links = [spec.base_link, *(j.child for j in chain.values())]
        self._moved = self._model.links_beyond(spec.joint_names[1])

    def hidden_share(self, joints: Sequence[float]) -> float:
        """Of the work area, where the camera over it does not make out a small thing: the arm is in
        between, or so near that perception counts what is there as the arm (its SelfMask)."""
        area = self._spec.workspace
        eye, half = np.array(area.eye), _THING_M / 2 * area.scale
        x = np.linspace(area.x_min, area.x_max, _SPOTS)
        y = np.linspace(area.y_min, area.y_max, _SPOTS)
        spots = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 1, 2)
        points = (spots + half * _SPREAD).reshape(-1, 2)
        hidden = self._taken_for_arm(joints, points)
        for corners in self._corners(joints, self._links):
            outline = _shadow(corners, eye, area.table_z)
            if outline is not None and _meet(outline, area, half):
                hidden |= _inside(points, outline)
        return float(hidden.reshape(len(spots), -1).any(axis=1).mean())

    def _taken_for_arm(
        self, joints: Sequence[float], points: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Over which points [N, 2] a small thing would lie in the arm's body as perception has it."""
        area = self._spec.workspace
        rest = RobotState(tuple(joints), (0.0,) * len(joints), self._spec.max_opening_m, 0.0)
        solids = self._mask.at(rest).solids
        taken = np.zeros(len(points), dtype=bool)
        for height in (0.0, _THING_M * area.scale):
            z = np.full(len(points), area.table_z + height)
            taken |= inside_solids(np.column_stack([points, z]).astype(np.float32), solids)
        return taken

    def lowest_m(self, joints: Sequence[float]) -> float:
        """The lowest point over the table of what moves beyond the second joint, metres."""
        lows = [float(c[:, 2].min()) for c in self._corners(joints, sorted(self._moved))]
        return min(lows, default=0.0) - self._spec.workspace.table_z

    def _corners(
        self, joints: Sequence[float], links: Sequence[str]
    ) -> Iterator[NDArray[np.float64]]:
        """Of every shape's box on some links, base frame, [8, 3]."""
        frames = self._model.placements(joints, self._spec.max_opening_m, links)
        for shape in self._spec.shapes:
            if shape.link in frames:
                pose = frames[shape.link] @ shape.pose
                yield (_SIGNS * shape.half) @ pose[:3, :3].T + pose[:3, 3]


def _shadow(
    corners: NDArray[np.float64], eye: NDArray[np.float64], table_z: float
) -> NDArray[np.float64] | None:
    """Points as the eye sees them on the table, [N, 2]; None where all are above it. What of a
    part is above it counts as just below."""
    if corners[:, 2].min() >= eye[2] - _NEAR_M:
        return None
    share = (eye[2] - table_z) / (eye[2] - np.minimum(corners[:, 2], eye[2] - _NEAR_M))
    return np.array(eye[:2] + (corners[:, :2] - eye[:2]) * share[:, None])


def _meet(outline: NDArray[np.float64], area: Workspace, more_m: float) -> bool:
    """Whether some points may have anything of the area between them."""
    (x0, y0), (x1, y1) = outline.min(axis=0) - more_m, outline.max(axis=0) + more_m
    return bool(x0 <= area.x_max and x1 >= area.x_min and y0 <= area.y_max and y1 >= area.y_min)


def _inside(spots: NDArray[np.float64], outline: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which spots lie in the convex hull of some points, [N]."""
    hull = _hull(outline)
    inside = np.ones(len(spots), dtype=bool)
    for a, b in zip(hull, [*hull[1:], hull[0]], strict=True):
        (ax, ay), (bx, by) = a, b
        inside &= (bx - ax) * (spots[:, 1] - ay) - (by - ay) * (spots[:, 0] - ax) >= 0
    return inside


def _hull(points: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Andrew's monotone chain, counter-clockwise."""
    ordered = sorted({(float(x), float(y)) for x, y in points})

    def half(items: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for p in items:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2:]
                if (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax) > 0:
                    break
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return half(ordered) + half(ordered[::-1])
