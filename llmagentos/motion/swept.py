"""The space that an arm sweeps on its way: capsules around its links, in a frame that others share.

Knows: collision shapes, placements, where the arm stands. Does not know: who else is there, time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmagentos.fleet.space.volumes import Capsule, Point
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec

#: Added to every capsule, metres at scale 1: the arm lags behind its command by as much.
MARGIN_M = 0.015
#: A ball around the finger tips for what is held, metres at scale 1.
_HELD_M = 0.05
#: The radius around a box, in diagonals across it.
_THICKER = 1.25
#: On the way a posture is looked at as often as no joint has turned farther than this, rad.
_TURN_RAD = 0.03


class Swept:
    """One arm's, but for what stands on the table for good. base: where it stands in the shared frame:
    x, y (m), yaw (rad). Not safe between threads."""

    def __init__(self, spec: ArmSpec, base: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        self.spec = spec
        self._model = ArmModel(spec)
        moving = {link for joint in spec.joint_names for link in self._model.links_beyond(joint)}
        self._shapes = [shape for shape in spec.shapes if shape.link in moving]
        self._links = sorted({*(shape.link for shape in self._shapes), spec.tip_link})
        x, y, yaw = base
        c, s = math.cos(yaw), math.sin(yaw)
        self._world = np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, 1, 0], [0, 0, 0, 1.0]])

    def at(self, joints: Sequence[float], opening_m: float | None = None) -> list[Capsule]:
        """The arm at one posture (rad), its fingers as wide open as they go unless said."""
        width = self.spec.max_opening_m if opening_m is None else opening_m
        frames = self._model.placements(list(joints), width, self._links)
        scale, out = self.spec.scale, []
        for shape in self._shapes:
            pose = self._world @ frames[shape.link] @ shape.pose
            half = np.asarray(shape.half, dtype=float)
            longest = int(np.argmax(half))
            others = np.delete(half, longest)
            if shape.kind == "box":
                # A little thicker than the diagonal across, so that its ends need not go as far out.
                across = float(np.hypot(*others))
                radius = _THICKER * across
                reach = max(0.0, half[longest] - math.sqrt(radius**2 - across**2))
            else:
                longest = 2
                reach = half[2] if shape.kind == "cylinder" else 0.0
                radius = float(shape.size[0])
            along = pose[:3, longest] * reach
            ends = _point(pose[:3, 3] - along), _point(pose[:3, 3] + along)
            out.append(Capsule(*ends, radius + scale * MARGIN_M))
        tip = _point((self._world @ frames[self.spec.tip_link])[:3, 3])
        out.append(Capsule(tip, tip, scale * _HELD_M))
        return out

    def along(self, positions: NDArray[np.float64]) -> list[tuple[int, list[Capsule]]]:
        """The arm on its way, [N, J] rad: at some of the rows (by number; the first and the last are among
        them), so densely that no joint turns farther than 0.03 rad between two, each so thick that
        together they hold all postures between."""
        rows = [0]
        for row in range(1, len(positions)):
            turned = float(np.max(np.abs(positions[row] - positions[rows[-1]])))
            if turned > _TURN_RAD or row == len(positions) - 1:
                rows.append(row)
        bodies = [self.at(positions[row]) for row in rows]
        out = []
        for number, body in enumerate(bodies):
            beside = bodies[max(0, number - 1) : number + 2]
            out.append((rows[number], [_thick(k, body, beside) for k in range(len(body))]))
        return out


def _thick(part: int, body: Sequence[Capsule], beside: Sequence[Sequence[Capsule]]) -> Capsule:
    """Every point of a link moves no farther than an end of it does, and is nearer to where it is at the
    one posture than half the way, or to where it is at the next."""
    here = body[part]
    ends = [(near[part].a, near[part].b) for near in beside]
    went = max(max(math.dist(a, here.a), math.dist(b, here.b)) for a, b in ends)
    return Capsule(here.a, here.b, here.radius_m + went / 2)


def _point(v: NDArray[np.float64]) -> Point:
    return float(v[0]), float(v[1]), float(v[2])
