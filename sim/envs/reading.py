"""What an environment reads of its world after each step, once.

Knows: tip, fingers, objects, the two cameras. Does not know: goals, tasks.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import Vec3
from sim.cameras import SimCamera, overhead_spec, wrist_spec
from sim.world import SimWorld

#: How much of an observation an object takes.
NUMBERS_AN_OBJECT = 16


class Reader:
    """Reads a world. image_size: width and height of the cameras' pictures."""

    def __init__(
        self, world: SimWorld, turns: bool, grips: bool, image_size: tuple[int, int]
    ) -> None:
        self._world, self._turns, self._grips = world, turns, grips
        client = world.client
        # Looking a function up in a BulletClient costs as much as the call itself.
        self._pose = client.getBasePositionAndOrientation
        self._velocity = client.getBaseVelocity
        self._contacts = client.getContactPoints
        area = world.robot.spec.workspace
        specs = (overhead_spec(*image_size, workspace=area), wrist_spec(*image_size))
        self.cameras = {spec.name: SimCamera(world, spec) for spec in specs}
        self._clear()

    def _clear(self) -> None:
        self.tip_position: Vec3 = (0.0, 0.0, 0.0)
        self.tip_velocity: Vec3 = (0.0, 0.0, 0.0)
        #: Heading of the hand where it turns, and where it was sent to, rad; 0 else.
        self.hand_yaw = self.sent_yaw = 0.0
        self._tip: list[float] = []
        self._things: list[list[float]] = []

    def renew(self, sent_yaw: float = 0.0) -> None:
        """Read everything afresh. sent_yaw: the turn that the hand was sent to last, rad."""
        self.tip_position, turn, self.tip_velocity = self._world.robot.tip_motion()
        numbers = [*self.tip_position, *self.tip_velocity]
        if self._turns:
            self.hand_yaw = hand_yaw(turn)
            self.sent_yaw, behind = sent_yaw, sent_yaw - self.hand_yaw
            numbers += [math.sin(self.hand_yaw), math.cos(self.hand_yaw), behind]
        if self._grips:
            numbers.append(self.opening_m())
        self._tip = numbers
        self._things = [self._read(body) for body in self._world.bodies()]

    def _read(self, body: int) -> list[float]:
        position, turn = self._pose(body)
        linear, angular = self._velocity(body)
        if turn[3] < 0:
            turn = [-v for v in turn]
        return [*position, *turn, *linear, *angular]

    def opening_m(self) -> float:
        """Distance between the finger tips, metres."""
        return self._world.robot.opening_m()

    def object_position(self, number: int) -> Vec3:
        """Middle of the object of that number, in the scene's order."""
        x, y, z = self._things[number][:3]
        return x, y, z

    def object_yaw(self, number: int) -> float:
        """How far the object is turned about the vertical, rad."""
        x, y, z, w = self._things[number][3:7]
        return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))

    def object_speed(self, number: int) -> float:
        """How fast the object moves, m/s."""
        return math.hypot(*self._things[number][7:10])

    def touched(self, number: int) -> bool:
        """Whether the arm touches that object."""
        world = self._world
        return bool(self._contacts(world.robot.body, world.bodies()[number]))

    def numbers(self, with_objects: bool) -> NDArray[np.float32]:
        """The observation's vector."""
        values = list(self._tip)
        if with_objects:
            for thing in self._things:
                values += thing[:3]
                values += [a - b for a, b in zip(thing[:3], self.tip_position, strict=True)]
                values += thing[3:]
        return np.array(values, np.float32)

    def pictures(self) -> dict[str, NDArray[Any]]:
        """Both cameras' pictures, uint8 [height, width, 3]."""
        return {name: camera.capture().rgb for name, camera in self.cameras.items()}


def hand_yaw(turn: tuple[float, ...]) -> float:
    """Heading of the hand's x axis for its orientation (quaternion x, y, z, w), rad."""
    x, y, z, w = turn
    return math.atan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z))
