"""Sort: three blocks of two colours, each onto the field of its colour, and let go.

Knows: where blocks and fields are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import always, put
from sim.scene import ObjectSpec

COLORS = ("red", "green")
_BLOCKS = 3
#: A field's edge, and how far things are from each other, metres at scale 1.
_FIELD_M, _APART_M = 0.15, 0.10
#: Blocks on one field go to its left, right or middle, this far apart.
_SLOT_M = 0.05
_TURNED_RAD = math.pi / 4


class Sort(ArmEnv):
    """The goal is each block's place on its field; the achieved goal is where blocks are, and
    whether all are let go. Actions dx, dy, dz, turn, fingers.

    The state has the fields' poses after the blocks'; which colour a block has is in its goal.
    """

    turns = True
    grips = True
    n_objects = _BLOCKS + len(COLORS)
    goal_size = 3 * _BLOCKS + 1

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """Blocks between two fields, each of a random colour and turn, and places for them."""
        area, s, rng = self.arm.workspace, self.scale, self.np_random
        edge = _FIELD_M * s / 2 + 0.01 * s
        x = float(rng.uniform(area.x_min + edge, area.x_max - edge))
        sides = [area.y_min + edge, area.y_max - edge]
        if rng.random() < 0.5:
            sides.reverse()
        spots = [(x, side) for side in sides]
        fields = [self._field(color, spot) for color, spot in zip(COLORS, spots, strict=True)]
        blocks, goal = [], list[float]()
        on_field = [0, 0]
        for bx, by in self._between():
            which = int(rng.integers(2))
            yaw = float(rng.uniform(-_TURNED_RAD, _TURNED_RAD))
            blocks.append(self.block(COLORS[which], bx, by, yaw))
            slot = (0.0, -_SLOT_M * s, _SLOT_M * s)[on_field[which]]
            on_field[which] += 1
            goal += [spots[which][0] + slot, spots[which][1], self.block_z]
        return [*blocks, *fields], (*goal, 1.0)

    def _field(self, color: str, spot: tuple[float, float]) -> ObjectSpec:
        size = round(_FIELD_M * self.scale, 6)
        return ObjectSpec(kind="zone", color=color, size=size, position=spot)

    def _between(self) -> list[tuple[float, float]]:
        """Places for blocks, apart from each other and off both fields."""
        area, s = self.arm.workspace, self.scale
        border = (_FIELD_M + 0.05) * s
        while True:
            places = self.apart(_BLOCKS, _APART_M)
            if all(area.y_min + border < y < area.y_max - border for _, y in places):
                return places

    def achieved(self) -> Sequence[float]:
        """Where the blocks are, and 1 when the arm touches none."""
        reader = self.reader
        held = any(reader.touched(number) for number in range(_BLOCKS))
        places = [v for number in range(_BLOCKS) for v in reader.object_position(number)]
        return (*places, float(not held))

    def oracle(self) -> Iterator[Array]:
        """One block after the other; again where one is not where it should be."""
        return always(lambda: put(self, range(_BLOCKS), over_m=0.06))
