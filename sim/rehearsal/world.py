"""A world made of what was seen: quick to set up again, and cheap where nothing happens.

Knows: bodies that are kept for the next time, sleeping ones, arm and load put elsewhere at once, what
touches what. Does not know: skills, plans, how wrong a look may be; nor any other world's truth.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.motion.solids import lies
from llmagentos.objects.kinds import traits
from llmagentos.robots import DEFAULT_ROBOT, ArmSpec
from llmagentos.types import SceneObject, Vec3
from sim.engine import Engine
from sim.furniture import build_furniture
from sim.robot import ArmBody
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

#: Links that never move against each other are one, and contacts are solved as exactly as a grip
#: needs: half of the time for an arm that moves as it does.
ENGINE = Engine(iterations=16, merge=True)
#: Sizes are seen with an error of about this much; equal ones share a body.
_SIZE_STEP_M = 0.001
#: Bodies that overlap by less than this only touch, as fingers do that grasp and things that stand.
TOUCH_M = 0.002
_PARKED_M = (30.0, 30.0, 5.0)
#: So many nodes of a way cost as much as a physics step.
_NODES_A_STEP = 1.0

Pose7 = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Placed:
    """A thing as it is believed to be (`item`), and where it really stands in this world."""

    item: SceneObject
    position: tuple[float, float, float]
    yaw: float


class TwinArmBody(ArmBody):
    """An arm that can also be put somewhere at once, its fingers as they are."""

    def put(self, positions: Sequence[float]) -> None:
        """The joints at these angles, at rest, held there."""
        for joint, angle in zip(self.joints, positions, strict=True):
            self._client.resetJointState(self.body, joint, angle, 0.0)
        self._target = tuple(float(q) for q in positions)
        self.hold()

    def put_fingers(self, width_m: float) -> None:
        """The fingers so far apart, at rest; what drives them stays as commanded."""
        values = self.spec.gripper.linkage(width_m).values()
        for finger, value in zip((*self.fingers, *self.linked), values, strict=True):
            self._client.resetJointState(self.body, finger, value, 0.0)


class TwinWorld(SimWorld):
    """One arm's world for trying out. `cost_s` counts what was computed, in simulated seconds, so
    that budgets don't depend on how busy the machine is."""

    robot: TwinArmBody

    def __init__(self, arm: ArmSpec) -> None:
        self.cost_s = 0.0
        self._of = arm
        self._kept: dict[tuple[object, ...], list[int]] = {}
        #: Where things stood at first, and where they shall stay.
        self._staged: dict[str, Pose7] = {}
        self._start: dict[str, Pose7] = {}
        super().__init__(SceneSpec(robot=DEFAULT_ROBOT), renderer="tiny", engine=ENGINE)

    def _furnish(self, spec: ArmSpec) -> ArmBody:
        """Table and arm of its own spec; nobody looks, so cameras stay where they are."""
        spec = self._of
        self._furniture = build_furniture(self.client, spec.workspace)
        self._framed = None
        self._kept.clear()
        return TwinArmBody(self.client, spec, self._substeps, self._engine)

    # ---- setting up ------------------------------------------------------------------------

    def stage(
        self, things: Sequence[Placed], joints: Sequence[float], width_m: float, held: bool
    ) -> None:
        """Things where they stand, asleep, and the arm; the same whatever was there before, as
        long as all bodies were made in the same order."""
        self._provide(things)
        self.park_objects()
        self.robot.reset(self.robot.spec.home_rad, self.robot.spec.max_opening_m)
        self.client.performCollisionDetection()
        self.robot.reset(joints, width_m)
        for placed in things:
            body = self._bodies[placed.item.id]
            x, y, z = placed.position
            self.client.resetBasePositionAndOrientation(body, (x, y, z), _turn(placed))
            self.client.resetBaseVelocity(body, (0, 0, 0), (0, 0, 0))
        self.sleep(self._bodies.values())
        self._command, self._holding, self._steps = None, False, 0
        self._gripper = (width_m, 20.0)
        if held:
            self.send_gripper(0.0, self.robot.spec.max_grip_force_n / 2)
        self.cost_s = 0.0
        self._staged = {name: self.object_pose(name) for name in self._bodies}
        self._start = dict(self._staged)

    def _provide(self, things: Sequence[Placed]) -> None:
        """A body for each thing, made where there is none left over; the others out of the way."""
        for number, body in enumerate(b for kept in self._kept.values() for b in kept):
            spot = (_PARKED_M[0] + 2.0 * number, _PARKED_M[1], _PARKED_M[2])
            self._put(body, spot, 0.0)
            self.sleep([body])
        used: dict[tuple[object, ...], int] = {}
        self._bodies, self._specs = {}, {}
        for placed in things:
            item = placed.item
            spec = ObjectSpec.model_construct(
                kind=item.kind, color=item.color, size=_stepped(item.size_m),
                position=placed.position, yaw=placed.yaw, id=item.id,
                extents=item.extents_m and _stepped_sides(item.extents_m),
                outline=tuple((_stepped(x), _stepped(y)) for x, y in item.outline_m) or None,
            )  # fmt: skip
            key = spec.form
            kept, count = self._kept.setdefault(key, []), used.get(key, 0)
            if count == len(kept):
                kept.append(self._make(spec))
            used[key] = count + 1
            self._bodies[item.id], self._specs[item.id] = kept[count], spec

    def _make(self, item: ObjectSpec) -> int:
        color = traits(item.kind).color or "red"
        return super()._make(item.model_copy(update={"color": item.color or color}))

    # ---- sleeping --------------------------------------------------------------------------

    def sleep(self, bodies: Iterable[int]) -> None:
        """Nothing happens to these until something touches them."""
        for body in bodies:
            self.client.changeDynamics(body, -1, activationState=self.client.ACTIVATION_STATE_SLEEP)

    def wake(self, bodies: Iterable[int]) -> None:
        """These move by themselves again."""
        for body in bodies:
            self.client.changeDynamics(
                body, -1, activationState=self.client.ACTIVATION_STATE_WAKE_UP
            )

    # ---- time and ways ---------------------------------------------------------------------

    def advance(self) -> None:
        """One control period of physics, which counts."""
        super().advance()
        self.cost_s += self.control_period_s

    def carry(self, joints: NDArray[np.float64], loads: Collection[str]) -> str | None:
        """The arm and what it carries at once to joint angles; what it overlaps there, or None.

        Nothing is moved where something is hit: the arm stays where it was.
        """
        self.cost_s += _NODES_A_STEP / 240
        before = np.array(self.robot.read()[0])
        here = self.robot.tip_pose()
        poses = {name: self.object_pose(name) for name in loads}
        self.robot.put(joints.tolist())
        there = self.robot.tip_pose()
        self._put_loads(poses, here, there)
        hit = self.touched(loads)
        if hit is not None:
            self.robot.put(before.tolist())
            for name, pose in poses.items():
                self.client.resetBasePositionAndOrientation(self.body_of(name), *pose)
        return hit

    def _put_loads(self, poses: dict[str, Pose7], here: Any, there: Any) -> None:
        client = self.client
        back = client.invertTransform(*here)
        for name, pose in poses.items():
            inside = client.multiplyTransforms(*back, *pose)
            client.resetBasePositionAndOrientation(
                self.body_of(name), *client.multiplyTransforms(*there, *inside)
            )
            client.resetBaseVelocity(self.body_of(name), (0, 0, 0), (0, 0, 0))

    def touched(self, loads: Collection[str] = ()) -> str | None:
        """Id of what arm or load overlap by more than touching, or None."""
        client = self.client
        client.performCollisionDetection()
        names = {body: name for name, body in self._bodies.items()}
        own = {self.robot.body, *(self.body_of(name) for name in loads)}
        for moving in own:
            for contact in client.getContactPoints(bodyA=moving):
                other = contact[2]
                if other not in own and other in names and contact[8] < -TOUCH_M:
                    return names[other]
        return None

    def pads_touch(self) -> bool:
        """Whether a finger touches any thing."""
        contacts = self.client.getContactPoints(bodyA=self.robot.body)
        bodies = set(self._bodies.values())
        return any(c[2] in bodies and c[8] < 0.0005 for c in contacts)

    def held_truth(self) -> str | None:
        """Id of what both fingers press on from two sides, or None: what they push is touched by
        both, too, but from one."""
        left, right = self.robot.pads
        for name, body in self._bodies.items():
            sides: dict[int, NDArray[np.float64]] = {}
            for contact in self.client.getContactPoints(self.robot.body, body):
                sides[contact[3]] = sides.get(contact[3], np.zeros(3)) + np.array(contact[7])
            if left in sides and right in sides and float(sides[left] @ sides[right]) < 0.0:
                return name
        return None

    def load(self) -> tuple[str, ...]:
        """Ids of what both fingers hold, and of what stands in or on that."""
        held = self.held_truth()
        if held is None:
            return ()
        return (held, *self._above(held))

    def _above(self, held: str) -> list[str]:
        """What rests on or in a thing, directly or not, and touches neither table nor others."""
        names = {body: name for name, body in self._bodies.items()}
        found, todo = [held], [held]
        while todo:
            body = self.body_of(todo.pop())
            for contact in self.client.getContactPoints(bodyA=body):
                name = names.get(contact[2])
                if name is None or name in found or self._rests_elsewhere(name, found):
                    continue
                found.append(name)
                todo.append(name)
        return found[1:]

    def _rests_elsewhere(self, name: str, within: list[str]) -> bool:
        own = {self.body_of(n) for n in (*within, name)} | {self.robot.body}
        contacts = self.client.getContactPoints(bodyA=self.body_of(name))
        return any(c[2] not in own and c[7][2] > 0.5 for c in contacts)

    def note_places(self, names: Iterable[str]) -> None:
        """These are meant to stay where they are now."""
        for name in names:
            if name in self._bodies:
                self._start[name] = self.object_pose(name)

    # ---- what became of things ---------------------------------------------------------------

    def moved_m(self, name: str) -> float:
        """How far a thing is from where it should stay; what fell off the table is far."""
        return math.dist(self._start[name][0], self.object_pose(name)[0])

    def tilted_rad(self, name: str) -> float:
        """How far a thing leans from how it should stay."""
        return self._leans_rad(name, self._start[name])

    def is_as_staged(self, name: str, within_m: float, within_rad: float) -> bool:
        """Whether a thing is still, or again, as it was at first."""
        there = self._staged[name]
        off_m = math.dist(there[0], self.object_pose(name)[0])
        return off_m < within_m and self._leans_rad(name, there) < within_rad

    def _leans_rad(self, name: str, there: Pose7) -> float:
        if traits(self._specs[name].kind).rolls:
            return 0.0
        ups = []
        for _, turn in (there, self.object_pose(name)):
            m = self.client.getMatrixFromQuaternion(turn)
            ups.append((m[2], m[5], m[8]))
        dot = sum(a * b for a, b in zip(*ups, strict=True))
        return math.acos(max(-1.0, min(1.0, dot)))


def _stepped(length_m: float) -> float:
    return round(length_m / _SIZE_STEP_M) * _SIZE_STEP_M


def _stepped_sides(extents_m: Vec3) -> Vec3:
    length, width, height = (max(_stepped(v), _SIZE_STEP_M) for v in extents_m)
    return length, width, height


def _turn(placed: Placed) -> tuple[float, float, float, float]:
    """Upright with its yaw; a can that lies has its axis along it."""
    half = placed.yaw / 2
    if not lies(placed.item):
        return (0.0, 0.0, math.sin(half), math.cos(half))
    # First its axis down to x, then the yaw: (0, sin45, 0, cos45) turned by yaw about z.
    s = math.sqrt(0.5)
    return (-s * math.sin(half), s * math.cos(half), s * math.sin(half), s * math.cos(half))
