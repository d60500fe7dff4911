"""A simulated arm: its body, its motors, its fingers.

Knows: how to load the arm of a spec with low-poly visuals, drive its joints and read them back.
Does not know: time, objects, cameras, motion planning.
"""

from __future__ import annotations

import math
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from llmagentos.robots import ArmSpec
from llmagentos.types import Vec3
from sim.arm_urdf import simulation_urdf
from sim.engine import Engine
from sim.merging import merged
from sim.palette import ROBOT_DARK_RGB, ROBOT_LIGHT_RGB

#: Position and quaternion (x, y, z, w).
Place = tuple[Vec3, tuple[float, float, float, float]]

#: Share of the position error that a motor may correct in one physics step, at most, and in one
#: period of control: more of it would make the way within a long period uneven.
_POSITION_GAIN, _PERIOD_GAIN = 0.25, 1.0
_FINGER_SPEED_MPS = 0.12
#: What a mark on a finger has of moment of inertia, kg m^2: little against the lightest finger.
_MARK_INERTIA = 1e-6
#: Lateral friction of the finger pads.
PAD_FRICTION = 1.2
#: Force of the gear that keeps two straight fingers in step, N.
_GEAR_FORCE_N = 60
#: Torque that a linkage's bars stand, N m: all that fingers may need. Its bars are as slow to turn
#: as the drive behind them, kg m^2: lighter ones give way, since the solver stops too early.
_LINKAGE_NM, _LINKAGE_INERTIA = 40, 1e-3


def _part_of(name: str, within: dict[str, tuple[str, NDArray[np.float64]]]) -> Place | None:
    """Where a link is in the one that took it in; None where it is still there."""
    into, place = within.get(name, (name, None))
    if into == name or place is None:
        return None
    turn = pin.Quaternion(place[:3, :3])
    x, y, z = place[:3, 3].tolist()
    return (x, y, z), (turn.x, turn.y, turn.z, turn.w)


class ArmBody:
    """An arm in one PyBullet world. base: where it stands, at the world's origin by default."""

    def __init__(
        self,
        client: Any,
        spec: ArmSpec,
        substeps: int = 4,
        engine: Engine | None = None,
        base: Place = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        carried: Callable[[str], str] | None = None,
    ) -> None:
        """substeps: physics steps in one period of control. carried: makes one URDF of the arm's and
        of what carries it, which is the same body then."""
        self.spec = spec
        self._client = client
        engine = engine or Engine()
        #: Whether there are fingers that move; where not, they are closed.
        self.grips = engine.grips
        urdf, within = simulation_urdf(spec), dict[str, tuple[str, NDArray[np.float64]]]()
        if engine.merge or not engine.grips:
            held = {} if engine.grips else spec.gripper.linkage(0.0)
            kept = {spec.gripper.fixed_finger} if engine.grips else ()
            urdf, within = merged(urdf, held, kept, () if held else spec.gripper.linkage(0.0))
        self._painted = {name.get("name", "") for name in ElementTree.fromstring(urdf).iter("link")}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{spec.name}.urdf"
            path.write_text(urdf if carried is None else carried(urdf), encoding="utf-8")
            self.body = int(
                client.loadURDF(
                    str(path),
                    *base,
                    useFixedBase=True,
                    flags=client.URDF_USE_INERTIA_FROM_FILE,
                )
            )
        infos = [client.getJointInfo(self.body, i) for i in range(client.getNumJoints(self.body))]
        names = {info[1].decode(): i for i, info in enumerate(infos)}
        links = {info[12].decode(): i for i, info in enumerate(infos)}
        links |= {name: links[into] for name, (into, _) in within.items() if into in links}
        self.joints = [names[name] for name in spec.joint_names]
        self.fingers = [names[name] for name in spec.finger_joint_names if self.grips]
        linked = spec.gripper.linked.items() if self.grips else ()
        self.linked = {names[name]: ratio for name, ratio in linked}
        #: What the two fingers hold things with.
        self.pads = [links[name] for name in spec.pad_links]
        self.hand, self.tip = links[spec.hand_link], links[spec.tip_link]
        self._hand_at, self._tip_at = (
            _part_of(name, within) for name in (spec.hand_link, spec.tip_link)
        )
        self._fixed = {i for name, i in links.items() if name == spec.gripper.fixed_finger}
        # Looking a function up in a BulletClient costs as much as some calls: keep the busy ones.
        self._command_motors = client.setJointMotorControlArray
        self._command_motor = client.setJointMotorControl2
        self._read_joints = client.getJointStates
        self._link_state, self._multiply = client.getLinkState, client.multiplyTransforms
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
        if self.grips and straight and len(self.fingers) == 2:
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
        moving = gripper.multipliers if self.grips else ()
        return [abs(m) * per_metre * _FINGER_SPEED_MPS for m in moving]

    def _couple_fingers(self) -> None:
        """Straight fingers keep in step as if by a gear, so that what they hold stays between."""
        client, (left, right) = self._client, self.fingers
        gear = client.createConstraint(
            self.body, left, self.body, right, client.JOINT_GEAR, [0, 1, 0], [0, 0, 0], [0, 0, 0]
        )
        client.changeConstraint(gear, gearRatio=-1, erp=0.2, maxForce=_GEAR_FORCE_N)

    def _link_fingers(self) -> None:
        """Joints without a motor follow the first finger joint, as bars of a linkage make them."""
        client = self._client
        for joint in (*self.fingers, *self.linked) if self.linked else ():
            own = client.getDynamicsInfo(self.body, joint)[2]
            slow = [max(inertia, _LINKAGE_INERTIA) for inertia in own]
            client.changeDynamics(self.body, joint, localInertiaDiagonal=slow)
        for joint, ratio in self.linked.items():
            client.setJointMotorControl2(self.body, joint, client.VELOCITY_CONTROL, force=0)
            bar = client.createConstraint(
                self.body, joint, self.body, self.fingers[0], client.JOINT_GEAR,
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
        names = [
            self._client.getJointInfo(self.body, i)[12].decode()
            for i in range(self._client.getNumJoints(self.body))
        ]
        own = [-1, *(i for i, name in enumerate(names) if name in self._painted)]
        for link in own:
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
        values = self.spec.gripper.linkage(width_m).values() if self.grips else ()
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
        values = self.spec.gripper.joints(width) if self.grips else ()
        for finger, value, speed in zip(self.fingers, values, self._finger_speeds, strict=True):
            self._command_motor(
                self.body,
                finger,
                self._position_control,
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
        positions, velocities = tuple(s[0] for s in arm), tuple(s[1] for s in arm)
        if not self.grips:
            return positions, velocities, 0.0, 0.0
        width = self.spec.gripper.opening_m([f[0] for f in fingers])
        effort = sum(abs(f[3]) for f in fingers) / len(fingers) / self.spec.gripper.travel_per_joint
        return positions, velocities, width, effort

    def opening_m(self) -> float:
        """Distance between the finger tips, metres."""
        if not self.grips:
            return 0.0
        states = self._read_joints(self.body, self.fingers)
        return self.spec.gripper.opening_m([state[0] for state in states])

    def tip_pose(self) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]:
        """Position and quaternion (x, y, z, w) of the point between the finger tips."""
        return self._placed(self.tip, self._tip_at)

    def hand_pose(self) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]:
        """Position and quaternion (x, y, z, w) of the hand's frame."""
        return self._placed(self.hand, self._hand_at)

    def _placed(self, link: int, at: Place | None) -> Any:
        state = self._link_state(self.body, link, computeForwardKinematics=1)
        return state[4:6] if at is None else self._multiply(state[4], state[5], *at)

    def tip_motion(self) -> tuple[Vec3, tuple[float, ...], Vec3]:
        """The tip's position (m), quaternion (x, y, z, w) and velocity (m/s)."""
        state = self._link_state(
            self.body, self.tip, computeLinkVelocity=1, computeForwardKinematics=1
        )
        if self._tip_at is None:
            return state[4], state[5], state[6]
        position, turn = self._multiply(state[4], state[5], *self._tip_at)
        # PyBullet tells the velocity of the link's middle of mass.
        (cx, cy, cz), (vx, vy, vz), (wx, wy, wz) = state[0], state[6], state[7]
        x, y, z = position[0] - cx, position[1] - cy, position[2] - cz
        velocity = vx + wy * z - wz * y, vy + wz * x - wx * z, vz + wx * y - wy * x
        return position, turn, velocity
