"""A simulated arm: its body, its motors, its fingers.

Knows: how to load the arm of a spec with low-poly visuals, drive its joints and read them back.
Does not know: time, objects, cameras, motion planning.
"""

from __future__ import annotations

import importlib.util
import math
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from llmagentos.errors import DriverError, RobotError
from llmagentos.robots import ArmSpec
from sim.palette import ROBOT_DARK_RGB, ROBOT_LIGHT_RGB

#: Share of the position error that a motor may correct in one physics step, at most, and in one
#: period of control: more of it would make the way within a long period uneven.
_POSITION_GAIN, _PERIOD_GAIN = 0.25, 1.0
_FINGER_SPEED_MPS = 0.12
#: A link that says nothing of its mass is a mark on another one; Bullet would give it 1 kg.
_WEIGHTLESS = (
    '<inertial><mass value="0"/>'
    '<inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>'
)
#: What a mark on a finger has of it instead, kg m^2: little against the lightest finger.
_MARK_INERTIA = 1e-6
#: Lateral friction of the finger pads.
PAD_FRICTION = 1.2
#: Force of the gear that keeps two straight fingers in step, N.
_GEAR_FORCE_N = 60
#: Torque that a linkage's bars stand, N m: all that fingers may need. Its bars are as slow to turn
#: as the drive behind them, kg m^2: lighter ones give way, since the solver stops too early.
_LINKAGE_NM, _LINKAGE_INERTIA = 40, 1e-3


def simulation_urdf(spec: ArmSpec) -> str:
    """The URDF that physics and pictures are made of, with absolute mesh paths.

    That is the spec's own, or one of another package (for masses and meshes) in which the fingers
    collide as in the spec's own and their contact springs are left out. Links that have no visual
    shape are drawn as they collide. Raises RobotError where a package or link is missing.
    """
    own = ElementTree.fromstring(spec.urdf)
    root = own if not spec.simulation.urdf else _foreign_urdf(spec.simulation.urdf)
    fingers = _finger_links(own, spec)
    for link in root.findall("link"):
        name = link.get("name", "")
        for contact in link.findall("contact"):
            link.remove(contact)
        if spec.simulation.draw == "collision" or link.find("visual") is None:
            _draw_as_it_collides(link)
        if link.find("inertial") is None:
            link.append(ElementTree.fromstring(_WEIGHTLESS))
        if root is not own and name in fingers:
            for collision in link.findall("collision"):
                link.remove(collision)
            link.extend(deepcopy(c) for c in fingers.pop(name).findall("collision"))
    if root is not own and fingers:
        raise RobotError(f"expected a link {min(fingers)} in {spec.simulation.urdf}, got none")
    return ElementTree.tostring(root, encoding="unicode")


def _foreign_urdf(reference: str) -> ElementTree.Element:
    """A URDF named package:path; its package:// paths become absolute."""
    package, _, path = reference.partition(":")
    found = importlib.util.find_spec(package)
    places = list(found.submodule_search_locations or ()) if found is not None else []
    file = Path(places[0]) / path if places else None
    if file is None or not file.is_file():
        raise RobotError(f"expected {reference} for the simulation, got no such file")
    text = file.read_text(encoding="utf-8")
    return ElementTree.fromstring(text.replace("package://", f"{file.parent}/"))


def _finger_links(root: ElementTree.Element, spec: ArmSpec) -> dict[str, ElementTree.Element]:
    links = {link.get("name", ""): link for link in root.findall("link")}
    children = {j.get("name"): j.find("child") for j in root.findall("joint")}
    names = [children[joint].get("link", "") for joint in spec.gripper.linkage(0.0)]  # type: ignore[union-attr]
    return {name: links[name] for name in names}


def _draw_as_it_collides(link: ElementTree.Element) -> None:
    for visual in link.findall("visual"):
        link.remove(visual)
    for collision in link.findall("collision"):
        visual = deepcopy(collision)
        visual.tag = "visual"
        link.append(visual)


class ArmBody:
    """An arm in one PyBullet world, base at the world's origin."""

    def __init__(self, client: Any, spec: ArmSpec, substeps: int = 4) -> None:
        """substeps: physics steps in one period of control."""
        self.spec = spec
        self._client = client
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{spec.name}.urdf"
            path.write_text(simulation_urdf(spec), encoding="utf-8")
            self.body = int(
                client.loadURDF(
                    str(path),
                    useFixedBase=True,
                    flags=client.URDF_USE_INERTIA_FROM_FILE,
                )
            )
        infos = [client.getJointInfo(self.body, i) for i in range(client.getNumJoints(self.body))]
        names = {info[1].decode(): i for i, info in enumerate(infos)}
        links = {info[12].decode(): i for i, info in enumerate(infos)}
        self.joints = [names[name] for name in spec.joint_names]
        self.fingers = [names[name] for name in spec.finger_joint_names]
        self.linked = {names[name]: ratio for name, ratio in spec.gripper.linked.items()}
        #: What the two fingers hold things with.
        self.pads = [links[name] for name in spec.pad_links]
        self.hand, self.tip = links[spec.hand_link], links[spec.tip_link]
        self._fixed = {i for name, i in links.items() if name == spec.gripper.fixed_finger}
        # Looking a function up in a BulletClient costs as much as some calls: keep the busy ones.
        self._command_motors = client.setJointMotorControlArray
        self._read_joints = client.getJointStates
        self._position_control = client.POSITION_CONTROL
        self._all_joints = self.joints + self.fingers
        #: All that moves: joints and fingers with a motor, and what a linkage moves along.
        self.moving = (*self.joints, *self.fingers, *self.linked)
        gain = min(_POSITION_GAIN, _PERIOD_GAIN / substeps)
        self._gain = gain
        self.scale_gains(1.0)
        self._lighten_fingers()
        self._finger_speeds = self._speeds_of_fingers()
        self._soften_pads()
        self._link_fingers()
        straight = all(infos[f][2] == client.JOINT_PRISMATIC for f in self.fingers)
        if straight and len(self.fingers) == 2:
            self._couple_fingers()
        self._target: tuple[float, ...] = spec.home_rad
        self._aims: tuple[list[float], list[float]] = (
            [*spec.home_rad],
            [0.0] * len(self.joints),
        )
        self._paint()

    def scale_gains(self, factor: float) -> None:
        """Make the arm's motors correct errors by this factor of what they should, from the next
        command on; the velocity's share never over 1, beyond which it would swing."""
        self._position_gains = [factor * self._gain] * len(self.joints)
        self._velocity_gains = [min(factor, 1.0)] * len(self.joints)

    def _lighten_fingers(self) -> None:
        """No finger that turns is harder to turn than all its mass at the far end of its shape.

        Descriptions of grippers say 1 kg m^2 of a finger of 100 g, which then takes seconds to close
        and is too late for every grip. Marks on a finger weigh nothing. (Fingers that slide do not
        turn: what is said of them stays.)
        """
        client = self._client
        for link in filter(self._turns_with_finger, range(client.getNumJoints(self.body))):
            mass, _, inertia = client.getDynamicsInfo(self.body, link)[:3]
            most = _MARK_INERTIA
            if mass > 0:
                low, high = client.getAABB(self.body, link)
                most = mass * math.dist(low, high) ** 2
                if not client.getCollisionShapeData(self.body, link):
                    continue
            if max(inertia) > most:
                bounded = [min(value, most) for value in inertia]
                client.changeDynamics(self.body, link, localInertiaDiagonal=bounded)

    def _turns_with_finger(self, link: int) -> bool:
        while link >= 0 and link not in self.joints:
            info = self._client.getJointInfo(self.body, link)
            if link in (*self.fingers, *self.linked):
                return bool(info[2] == self._client.JOINT_REVOLUTE)
            link = info[16]
        return False

    def _speeds_of_fingers(self) -> list[float]:
        """Rates of the finger joints (m/s or rad/s) at which the opening changes as it should."""
        gripper = self.spec.gripper
        per_metre = abs(gripper.joint_values[-1] - gripper.joint_values[0]) / gripper.max_opening_m
        return [abs(m) * per_metre * _FINGER_SPEED_MPS for m in gripper.multipliers]

    def _couple_fingers(self) -> None:
        """Straight fingers keep in step as if by a gear, so that what they hold stays between."""
        client, (left, right) = self._client, self.fingers
        gear = client.createConstraint(
            self.body, left, self.body, right, client.JOINT_GEAR, [0, 1, 0], [0, 0, 0], [0, 0, 0]
        )
        client.changeConstraint(gear, gearRatio=-1, erp=0.2, maxForce=_GEAR_FORCE_N)

    def _link_fingers(self) -> None:
        """Joints without a motor follow the first finger joint, as bars of a linkage make them."""
        client, first = self._client, self.fingers[0]
        for joint in (*self.fingers, *self.linked) if self.linked else ():
            own = client.getDynamicsInfo(self.body, joint)[2]
            slow = [max(inertia, _LINKAGE_INERTIA) for inertia in own]
            client.changeDynamics(self.body, joint, localInertiaDiagonal=slow)
        for joint, ratio in self.linked.items():
            client.setJointMotorControl2(self.body, joint, client.VELOCITY_CONTROL, force=0)
            bar = client.createConstraint(
                self.body, joint, self.body, first, client.JOINT_GEAR,
                [1, 0, 0], [0, 0, 0], [0, 0, 0],
            )  # fmt: skip
            client.changeConstraint(bar, gearRatio=-ratio, erp=0.8, maxForce=_LINKAGE_NM)

    def _soften_pads(self) -> None:
        for finger in self.pads:
            # A rubber pad: slightly soft, and with static friction that does not creep (the
            # anchor keeps the point where a contact began; it slides when the cone is left).
            self._client.changeDynamics(
                self.body,
                finger,
                lateralFriction=PAD_FRICTION,
                spinningFriction=2e-3,
                rollingFriction=1e-4,
                frictionAnchor=1,
                contactStiffness=30000,
                contactDamping=1000,
            )

    def _paint(self) -> None:
        dark = {self.hand, *self.fingers, *self.linked, *self._fixed}
        dark |= {self.joints[2], self.joints[-1]}
        for link in range(-1, self._client.getNumJoints(self.body)):
            rgb = ROBOT_DARK_RGB if link in dark else ROBOT_LIGHT_RGB
            self._client.changeVisualShape(
                self.body, link, rgbaColor=[*rgb, 1], specularColor=[0.1, 0.1, 0.1]
            )

    def reset(self, positions: Sequence[float] | None = None, width_m: float | None = None) -> None:
        """Put the joints where they belong at once, at rest, and hold them there."""
        home = tuple(float(q) for q in (self.spec.home_rad if positions is None else positions))
        width = self.spec.max_opening_m if width_m is None else width_m
        self.jump(home, width)
        self._target = home
        self.hold()
        self.drive_gripper(width, 20.0)

    def jump(self, positions: Sequence[float], width_m: float) -> None:
        """Change the joints' state alone; what the motors aim at stays."""
        for joint, angle in zip(self.joints, positions, strict=True):
            self._client.resetJointState(self.body, joint, angle, 0.0)
        values = self.spec.gripper.linkage(width_m).values()
        for finger, value in zip((*self.fingers, *self.linked), values, strict=True):
            self._client.resetJointState(self.body, finger, value, 0.0)

    def clip(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Joint targets inside the hardware limits. DriverError on wrong length, NaN or inf."""
        values = tuple(float(q) for q in positions)
        if len(values) != len(self.joints):
            raise DriverError(f"expected {len(self.joints)} joint positions, got {len(values)}")
        if not all(math.isfinite(q) for q in values):
            raise DriverError(f"expected finite joint positions, got {values}")
        limits = zip(values, self.spec.lower_rad, self.spec.upper_rad, strict=True)
        return tuple(min(max(q, low), high) for q, low, high in limits)

    def drive(self, target: tuple[float, ...], period_s: float, step_s: float) -> None:
        """Aim the arm's motors so that it moves evenly from the last target to `target`.

        The motors get the path's velocity, and the position in the middle of the period, so that
        the correction cancels out over the period's physics steps.
        """
        limits = self.spec.max_velocity_radps
        speeds = [
            min(max((q - last) / period_s, -limit), limit)
            for q, last, limit in zip(target, self._target, limits, strict=True)
        ]
        ahead = (period_s - step_s) / 2
        aims = [q - v * ahead for q, v in zip(target, speeds, strict=True)]
        self._target = target
        self._motors(aims, speeds)

    @property
    def motor_commands(self) -> tuple[tuple[float, ...], list[float], list[float]]:
        """The last target and what the arm's motors aim at: positions and velocities."""
        return (self._target, *self._aims)

    def command_again(
        self,
        motors: tuple[tuple[float, ...], list[float], list[float]],
        gripper: tuple[float, float],
    ) -> None:
        """Give all motors the commands of an earlier moment (a saved state holds none)."""
        self._target = motors[0]
        self._motors(motors[1], motors[2])
        self.drive_gripper(*gripper)

    def hold(self) -> None:
        """Keep the last target."""
        self._motors(list(self._target), [0.0] * len(self.joints))

    def _motors(self, positions: list[float], velocities: list[float]) -> None:
        self._aims = (positions, velocities)
        self._command_motors(
            self.body,
            self.joints,
            self._position_control,
            targetPositions=positions,
            targetVelocities=velocities,
            positionGains=self._position_gains,
            velocityGains=self._velocity_gains,
            forces=self.spec.max_effort_nm,
        )

    def drive_gripper(self, width_m: float, force_n: float) -> tuple[float, float]:
        """Aim the fingers; returns the width (m) and the force (N) really commanded."""
        if not (math.isfinite(width_m) and math.isfinite(force_n)):
            raise DriverError(f"expected finite width and force, got {width_m}, {force_n}")
        width = min(max(float(width_m), 0.0), self.spec.max_opening_m)
        force = min(max(float(force_n), 0.0), self.spec.max_grip_force_n)
        values = self.spec.gripper.joints(width)
        for finger, value, speed in zip(self.fingers, values, self._finger_speeds, strict=True):
            self._client.setJointMotorControl2(
                self.body,
                finger,
                self._client.POSITION_CONTROL,
                targetPosition=value,
                force=force * self.spec.gripper.travel_per_joint,
                positionGain=0.2,
                maxVelocity=speed,
            )
        return width, force

    def renew_wrong_contacts(self) -> bool:
        """Have contacts computed afresh whose normal points the wrong way; whether any did.

        Where a finger's edge meets an object's edge, Bullet now and then keeps such a contact; it
        would hold the opening fingers back with any force.
        """
        client, wrong = self._client, set()
        left, right = (client.getLinkState(self.body, f)[0] for f in self.pads)
        across = [a - b for a, b in zip(left, right, strict=True)]
        for finger, sign in zip(self.pads, (1.0, -1.0), strict=True):
            for contact in client.getContactPoints(bodyA=self.body, linkIndexA=finger):
                inward = sign * sum(n * d for n, d in zip(contact[7], across, strict=True))
                if contact[9] > 1.0 and inward < -0.5 * math.hypot(*across):
                    wrong.add(contact[2])
        movable = [b for b in sorted(wrong - {self.body}) if client.getDynamicsInfo(b, -1)[0] > 0]
        for body in movable:
            client.setCollisionFilterGroupMask(body, -1, 1, -1)
        return bool(movable)

    def read(self) -> tuple[tuple[float, ...], tuple[float, ...], float, float]:
        """Joint positions (rad), velocities (rad/s), finger opening (m), grip effort (N)."""
        states = self._read_joints(self.body, self._all_joints)
        count = len(self.joints)
        arm, fingers = states[:count], states[count:]
        width = self.spec.gripper.opening_m([f[0] for f in fingers])
        effort = sum(abs(f[3]) for f in fingers) / len(fingers) / self.spec.gripper.travel_per_joint
        return tuple(s[0] for s in arm), tuple(s[1] for s in arm), width, effort

    def tip_pose(self) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]:
        """Position and quaternion (x, y, z, w) of the point between the finger tips."""
        link = self._client.getLinkState(self.body, self.tip, computeForwardKinematics=True)
        return tuple(link[4]), tuple(link[5])
