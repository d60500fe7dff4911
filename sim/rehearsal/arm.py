"""Moving an arm in a world for trying out: at once where nothing is touched, in physics where
something is.

Knows: which part of a motion only physics can judge. Does not know: skills, what comes of it.

Physics takes over where fingers close or open on something, in the first part of a lift, and from
where a way meets something, to that way's end. All the rest only looks for what is hit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from llmagentos.errors import MotionError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import Obstacles
from llmagentos.motion.trajectory import JointPath, time_path
from llmagentos.skills.arm import Arm, Motion
from llmagentos.skills.context import Context
from llmagentos.types import Pose
from sim.rehearsal.world import TwinWorld

#: A lift is physics for so long: what slips does so at once or when others let go of it.
_LIFT_S = 0.25
#: Physics of one way that meets something ends after this long.
_MEETS_S = 1.2
#: Fingers that close come this near at once, m; steps in which they look for it.
_NEAR_M, _FINGER_STEP_M = 0.006, 0.004
#: Fingers that open are free after this long.
_OPENS_S = 0.3
#: Things have so long to come to rest, and a second look as long again.
_REST_S = 0.4
#: Along ways something is looked for this often, metres.
_STRIDE_M = 0.02
#: Ways after the first one have nodes so many times as far apart.
_COARSE = 3.0


class TwinArm(Arm):
    """An arm of a world for trying out, all of whose motions end as those of `Arm` do."""

    def __init__(self, world: TwinWorld, kinematics: Kinematics, profile: str) -> None:
        super().__init__(world, kinematics, profile)
        self._world = world
        self._fresh = False
        #: Ids of what was met on ways through free space.
        self.met: list[str] = []

    def follow(self, paths: Sequence[JointPath], speed: float = 1.0) -> Motion:
        """Along paths; at once as far as nothing is met."""
        for path in paths:
            reached = 0
            if self._fresh:
                self._fresh = False
                yield from self._in_physics(path, 0, speed, _LIFT_S)
            loads = self._world.load()
            nodes = _looked_at(path)
            for node in nodes:
                hit = self._world.carry(path.joints[node], loads)
                if hit is not None:
                    self.met.append(hit)
                    yield from self._in_physics(path, reached, speed, _MEETS_S)
                    break
                reached = node
            self._at(path.joints[-1] if reached == nodes[-1] else self._measured())

    def _in_physics(self, path: JointPath, first: int, speed: float, most_s: float) -> Motion:
        """From one of its nodes to its end, or for so long."""
        joints, tool = path.joints[first:], path.tool[first:]
        if len(joints) < 3:
            share = np.linspace(0.0, 1.0, 3)[:, None]
            joints = (1 - share) * joints[0] + share * joints[-1]
            tool = (1 - share) * tool[0] + share * tool[-1]
        rest = JointPath(joints, tool, (0, len(joints) - 1))
        self._at(joints[0])
        self._world.wake(self._world.body_of(name) for name in self._world.load())
        try:
            timed = time_path(rest, self.limits.scaled(min(1.0, speed * self.pace), 1.0),
                              self.driver.control_period_s)  # fmt: skip
        except MotionError:  # half of a rounded way may have a kink that the whole has not
            timed = time_path(JointPath(joints[[0, len(joints) // 2, -1]],
                                        tool[[0, len(joints) // 2, -1]], (0, 2)),
                              self.limits.scaled(0.3, 1.0), self.driver.control_period_s)  # fmt: skip
        for positions in timed.positions[: round(most_s / self.driver.control_period_s)]:
            self._send(positions)
            yield
            self._check_lag()

    def _at(self, joints: np.ndarray) -> None:
        """What was sent last is where the arm is, at rest."""
        self._sent = np.array(joints)
        self._velocity[:] = 0.0
        self._acceleration[:] = 0.0

    def grip(self, width_m: float, force_n: float = 20.0, wait: bool = True) -> Motion:
        """Open or close, at once as long as the fingers touch nothing."""
        closes = width_m < self.driver.state().gripper_width_m
        if not closes:
            yield from self._open(width_m, force_n)
            return
        self.width_command_m = self.driver.send_gripper(width_m, force_n)
        self._close_to_touch(width_m)
        if wait:
            yield from super().grip(width_m, force_n)
            self._fresh = bool(self._world.load())

    def _close_to_touch(self, width_m: float) -> None:
        """The fingers as near to what is between them as they are before they touch it."""
        world, s = self._world, self.spec.scale
        width = world.robot.opening_m()
        free = width
        while width > width_m + 1e-6:
            width = max(width - _FINGER_STEP_M * s, width_m)
            world.robot.put_fingers(width)
            world.client.performCollisionDetection()
            world.cost_s += 1 / 240
            if world.pads_touch():
                break
            free = width
        world.robot.put_fingers(free if width <= width_m else min(free + _NEAR_M * s / 2, free))

    def _open(self, width_m: float, force_n: float) -> Motion:
        self.width_command_m = self.driver.send_gripper(width_m, force_n)
        world, waited = self._world, 0.0
        if world.pads_touch():
            world.wake(world.bodies())
        while world.pads_touch() and waited < _OPENS_S:
            self._send(self.joints)
            yield
            waited += self.driver.control_period_s
        before = world.robot.opening_m()
        if before < width_m:
            world.robot.put_fingers(width_m)
            if world.touched() is not None:
                world.robot.put_fingers(before)
                yield from super().grip(width_m, force_n)


class TwinContext(Context):
    """Skills' moves, without planning a way home for an empty hand."""

    arm: TwinArm

    def go(self, goal: Pose, obstacles: Obstacles, approach_m: float = 0.05) -> Motion:
        """The first way as it will be driven, so that it is known then; the others roughly."""
        yield from super().go(goal, obstacles, approach_m)
        self.coarse = _COARSE

    def home(self) -> Motion:
        """To the rest pose, and things come to rest meanwhile."""
        world = self.arm._world
        if not self.arm.at_home():
            if self.belief.in_hand is not None:
                yield from super().home()
            else:
                home = np.array(self.arm.kinematics.home)
                if world.carry(home, ()) is not None:
                    yield from super().home()
                self.arm._at(np.array(world.state().positions))
        yield from self.rest()

    def rest(self) -> Motion:
        """Until things are still, at most for a while; then they sleep."""
        world = self.arm._world
        waited = 0.0
        while not world.at_rest() and waited < _REST_S:
            for _ in range(6):
                self.arm._send(self.arm.joints)
                waited += self.arm.driver.control_period_s
                yield
        loads = world.load()
        world.sleep(world.body_of(n) for n in world.object_ids() if n not in loads)


def _looked_at(path: JointPath) -> list[int]:
    """Nodes of a path, some way apart, and the last one."""
    last, nodes = path.tool[0], list[int]()
    for node in range(1, len(path.joints) - 1):
        if math.dist(last, path.tool[node]) >= _STRIDE_M - 1e-6:
            nodes.append(node)
            last = path.tool[node]
    return [*nodes, len(path.joints) - 1]
