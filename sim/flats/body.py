"""A base as PyBullet bodies: it slides and turns on the floor, pushed by its wheels' motors.

Knows: how to load the URDF of a base's spec, drive it, where it is, what it touches. Does not know:
odometry, scans, flats.

The base hangs on two sliding joints and a turning one instead of standing on wheels: it cannot tip,
its contacts are real, and its motors give way when it runs into something.
"""

from __future__ import annotations

import math
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from llmagentos.ports.driving import Velocity
from llmagentos.robots.bases import BaseSpec
from llmagentos.types import MapPose, wrapped

#: What the wheels' grip gives, N and N m.
_FORCE_N, _TORQUE_NM = 90.0, 25.0
_LIGHT = (
    '<inertial><mass value="0.1"/><inertia ixx="0.001" ixy="0" ixz="0" iyy="0.001" iyz="0"'
    ' izz="0.001"/></inertial>'
)
_SLIDES = (
    ("slide_x", "prismatic", "1 0 0"),
    ("slide_y", "prismatic", "0 1 0"),
    ("turn", "continuous", "0 0 1"),
)


class BaseBody:
    """One base in one PyBullet world, z = 0 the floor."""

    def __init__(self, client: Any, spec: BaseSpec, start: MapPose) -> None:
        self.spec, self._client = spec, client
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{spec.name}.urdf"
            path.write_text(_sliding(spec), encoding="utf-8")
            flags = client.URDF_USE_INERTIA_FROM_FILE | client.URDF_USE_MATERIAL_COLORS_FROM_MTL
            self.body = int(client.loadURDF(str(path), useFixedBase=True, flags=flags))
        infos = [client.getJointInfo(self.body, i) for i in range(client.getNumJoints(self.body))]
        names = {info[1].decode(): i for i, info in enumerate(infos)}
        self._slides = [names[name] for name, _, _ in _SLIDES]
        self._wheels = [names[spec.wheels.left], names[spec.wheels.right]]
        for wheel in self._wheels:
            client.setJointMotorControl2(self.body, wheel, client.VELOCITY_CONTROL, force=0)
        for link in range(-1, len(infos)):
            client.changeDynamics(self.body, link, lateralFriction=0.3, restitution=0.0)
        self._rolled = [0.0, 0.0]
        self.put(start)

    def put(self, pose: MapPose) -> None:
        """Set it down somewhere, at rest."""
        for joint, value in zip(self._slides, (pose.x_m, pose.y_m, pose.yaw_rad), strict=True):
            self._client.resetJointState(self.body, joint, value, 0.0)
        self.push(Velocity(), pose.yaw_rad)

    @property
    def pose(self) -> MapPose:
        """Where it really is."""
        x, y, yaw = (s[0] for s in self._client.getJointStates(self.body, self._slides))
        return MapPose(x, y, wrapped(yaw))

    @property
    def velocity(self) -> Velocity:
        """How it really moves: forward, and turning."""
        states = self._client.getJointStates(self.body, self._slides)
        (_, vx), (_, vy), (yaw, turn) = (s[:2] for s in states)
        return Velocity(math.cos(yaw) * vx + math.sin(yaw) * vy, turn)

    def push(self, velocity: Velocity, yaw_rad: float) -> None:
        """What the motors aim at for the next physics step, with the base turned so."""
        v, client = velocity.forward_mps, self._client
        client.setJointMotorControlArray(
            self.body,
            self._slides,
            client.VELOCITY_CONTROL,
            targetVelocities=[v * math.cos(yaw_rad), v * math.sin(yaw_rad), velocity.turn_radps],
            forces=[_FORCE_N, _FORCE_N, _TORQUE_NM],
        )

    def roll_wheels(self, velocity: Velocity, dt_s: float) -> None:
        """Turn the wheels in pictures; they push nothing."""
        rates = self.spec.wheel_rates(velocity.forward_mps, velocity.turn_radps)
        for i, (wheel, rate) in enumerate(zip(self._wheels, rates, strict=True)):
            self._rolled[i] = wrapped(self._rolled[i] + rate * dt_s)
            self._client.resetJointState(self.body, wheel, self._rolled[i], 0.0)

    def touching(self) -> set[int]:
        """Bodies that it touches now."""
        return {
            contact[2]
            for contact in self._client.getContactPoints(bodyA=self.body)
            if contact[8] <= 1e-4 and contact[2] != self.body
        }


def _sliding(spec: BaseSpec) -> str:
    """The spec's URDF on joints that slide over the floor, with a world link in front."""
    root = ElementTree.parse(spec.folder / spec.urdf).getroot()
    parent = "floor"
    root.append(ElementTree.fromstring(f'<link name="floor">{_LIGHT}</link>'))
    for name, kind, axis in _SLIDES:
        child = spec.base_link if name == "turn" else f"{name}_link"
        if child != spec.base_link:
            root.append(ElementTree.fromstring(f'<link name="{child}">{_LIGHT}</link>'))
        limit = '<limit lower="-1000" upper="1000" effort="1000" velocity="10"/>'
        root.append(
            ElementTree.fromstring(
                f'<joint name="{name}" type="{kind}"><parent link="{parent}"/>'
                f'<child link="{child}"/><axis xyz="{axis}"/>'
                f"{limit if kind == 'prismatic' else ''}</joint>"
            )
        )
        parent = child
    return ElementTree.tostring(root, encoding="unicode")
