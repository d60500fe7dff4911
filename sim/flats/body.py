"""A base as a PyBullet body, with an arm on it as the same body where it has one: it slides and turns
on the floor, pushed by its wheels' motors.

Knows: how to load the URDF of a base's spec, drive it, raise its lift, where it is, what it touches.
Does not know: odometry, scans, flats, how an arm is driven (sim/robot.py).

The base hangs on two sliding joints and a turning one instead of standing on wheels: it cannot tip,
its contacts are real, and its motors give way when it runs into something.
"""

from __future__ import annotations

import math
import tempfile
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path
from typing import Any

from llmagentos.errors import RobotError
from llmagentos.ports.driving import STILL, Velocity
from llmagentos.robots import ArmSpec, load
from llmagentos.robots.bases import BaseSpec
from llmagentos.types import MapPose, wrapped
from sim.robot import ArmBody

#: What the wheels' grip gives, N and N m; and with the brakes on, all wheels together.
_FORCE_N, _TORQUE_NM = 90.0, 25.0
_BRAKE_N, _BRAKE_NM = 240.0, 80.0
#: What the lift's motor gives, N.
_LIFT_N = 1500.0
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

    def __init__(self, client: Any, spec: BaseSpec, start: MapPose, substeps: int = 4) -> None:
        """substeps: physics steps in one period of the arm's control."""
        self.spec, self._client = spec, client
        #: The arm on it; None where there is none.
        self.arm: ArmBody | None = None
        if spec.arm:
            carried = partial(_with_arm, spec, load(spec.arm))
            self.arm = ArmBody(client, load(spec.arm), substeps, carried=carried)
            self.body = self.arm.body
        else:
            self.body = self._load(_sliding(spec))
        infos = [client.getJointInfo(self.body, i) for i in range(client.getNumJoints(self.body))]
        names = {info[1].decode(): i for i, info in enumerate(infos)}
        own = {link.get("name", "") for link in ElementTree.fromstring(_sliding(spec)).iter("link")}
        self._own = {i for i, info in enumerate(infos) if info[12].decode() in own}
        self._lift = names[spec.lift.joint] if spec.lift is not None else None
        self.lift_m = spec.lift.lowest_m if spec.lift is not None else 0.0
        self._slides = [names[name] for name, _, _ in _SLIDES]
        self._wheels = [names[spec.wheels.left], names[spec.wheels.right]]
        for wheel in self._wheels:
            client.setJointMotorControl2(self.body, wheel, client.VELOCITY_CONTROL, force=0)
        for link in (-1, *self._own):
            client.changeDynamics(self.body, link, lateralFriction=0.3, restitution=0.0)
        self._rolled = [0.0, 0.0]
        self.put(start)

    def _load(self, urdf: str) -> int:
        client = self._client
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{self.spec.name}.urdf"
            path.write_text(urdf, encoding="utf-8")
            flags = client.URDF_USE_INERTIA_FROM_FILE | client.URDF_USE_MATERIAL_COLORS_FROM_MTL
            return int(client.loadURDF(str(path), useFixedBase=True, flags=flags))

    def put(self, pose: MapPose) -> None:
        """Set it down somewhere, at rest."""
        for joint, value in zip(self._slides, (pose.x_m, pose.y_m, pose.yaw_rad), strict=True):
            self._client.resetJointState(self.body, joint, value, 0.0)
        self.push(STILL, pose.yaw_rad)
        if self.spec.lift is not None and self._lift is not None:
            self._client.resetJointState(self.body, self._lift, 0.0, 0.0)
            self.raise_to(self.spec.lift.lowest_m)
        if self.arm is not None:
            self.arm.reset()

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
        brakes = velocity == STILL and self.arm is not None
        force, torque = (_BRAKE_N, _BRAKE_NM) if brakes else (_FORCE_N, _TORQUE_NM)
        client.setJointMotorControlArray(
            self.body,
            self._slides,
            client.VELOCITY_CONTROL,
            targetVelocities=[v * math.cos(yaw_rad), v * math.sin(yaw_rad), velocity.turn_radps],
            forces=[force, force, torque],
        )

    def raise_to(self, height_m: float) -> float:
        """Have the lift bring the arm's foot to a height over the floor; returns the one that it can.
        Without a lift, 0."""
        lift = self.spec.lift
        if lift is None or self._lift is None:
            return 0.0
        self.lift_m = min(max(height_m, lift.lowest_m), lift.highest_m)
        self._client.setJointMotorControl2(
            self.body,
            self._lift,
            self._client.POSITION_CONTROL,
            targetPosition=self.lift_m - lift.lowest_m,
            maxVelocity=lift.speed_mps,
            force=_LIFT_N,
        )
        return self.lift_m

    @property
    def raised_m(self) -> float:
        """How high the arm's foot really is over the floor; 0 without a lift."""
        if self.spec.lift is None or self._lift is None:
            return 0.0
        return float(self.spec.lift.lowest_m + self._client.getJointState(self.body, self._lift)[0])

    def roll_wheels(self, velocity: Velocity, dt_s: float) -> None:
        """Turn the wheels in pictures; they push nothing."""
        rates = self.spec.wheel_rates(velocity.forward_mps, velocity.turn_radps)
        for i, (wheel, rate) in enumerate(zip(self._wheels, rates, strict=True)):
            self._rolled[i] = wrapped(self._rolled[i] + rate * dt_s)
            self._client.resetJointState(self.body, wheel, self._rolled[i], 0.0)

    def touching(self, handled: frozenset[int] = frozenset()) -> set[int]:
        """Bodies that it touches now; of those that its arm may handle, what other parts touch."""
        return {
            contact[2]
            for contact in self._client.getContactPoints(bodyA=self.body)
            if contact[8] <= 1e-4
            and contact[2] != self.body
            and (contact[3] in self._own or contact[2] not in handled)
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


def _with_arm(spec: BaseSpec, arm: ArmSpec, urdf: str) -> str:
    """The arm's URDF on the base's, as one robot. RobotError for a name that both have."""
    root, carried = ElementTree.fromstring(_sliding(spec)), ElementTree.fromstring(urdf)
    for tag in ("link", "joint"):
        ours = {part.get("name") for part in root.iter(tag)}
        both = ours & {part.get("name") for part in carried.iter(tag)}
        if both:
            raise RobotError(
                f"{spec.name}: expected names that {arm.name} has not, got the {tag} {min(map(str, both))!r} in both"
            )
    root.extend(part for part in carried if part.tag in ("link", "joint", "material"))
    x, y = spec.mount_m
    foot = _root_link(carried)
    root.append(
        ElementTree.fromstring(
            f'<joint name="mount" type="fixed"><parent link="{spec.mount_link}"/>'
            f'<child link="{foot}"/><origin xyz="{x} {y} 0"/></joint>'
        )
    )
    return ElementTree.tostring(root, encoding="unicode")


def _root_link(urdf: ElementTree.Element) -> str:
    """The link that is no other's child."""
    children = {c.get("link") for joint in urdf.findall("joint") for c in joint.findall("child")}
    names = [str(link.get("name")) for link in urdf.findall("link")]
    return next(name for name in names if name not in children)
