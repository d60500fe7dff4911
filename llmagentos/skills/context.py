"""What every skill works with, and the moves that several of them share.

Knows: arm, belief, policies, and the motions between poses. Does not know: any one skill.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from llmagentos.errors import UnreachableError
from llmagentos.motion.planning import Body, Obstacles, moving_body, plan_straight, plan_transit
from llmagentos.motion.trajectory import JointPath
from llmagentos.skills.arm import Arm, Motion
from llmagentos.skills.belief import Belief
from llmagentos.skills.residual import Policies
from llmagentos.skills.senses import Senses
from llmagentos.types import Pose, Scene, SceneObject

_SECOND_LOOK_S = 0.3
#: Shares of a way up that are tried, where not all of it is within reach.
_RISES = (1.0, 0.8, 0.6, 0.4, 0.2)


@dataclass
class Context:
    """One robot's arm and belief, and the policies that may correct its skills. coarse: ways are so
    many times coarser than those that are driven (motion.paths.tip_path). senses: what the arm
    notices on its way."""

    arm: Arm
    belief: Belief
    policies: Policies = field(default_factory=Policies)
    coarse: float = 1.0

    def __post_init__(self) -> None:
        self.senses = Senses(self.arm, self.belief)

    def body(self) -> Body:
        """What moves with the tip: the hand as wide as it is or will be, and what it holds."""
        in_hand = self.belief.in_hand
        width = self.arm.width_command_m if in_hand is None else self.arm.state().gripper_width_m
        return moving_body(self.arm.spec, width, in_hand)

    def go(self, goal: Pose, obstacles: Obstacles, approach_m: float = 0.05) -> Motion:
        """Up, across, down to a pose with what is in the hand. Raises MotionError.

        approach_m: the last bit straight down, times the scale of things.
        """
        yield from self.arm.relax()
        yield from self.arm.upright()
        body = self.body()
        kinematics = self.arm.kinematics
        approach = approach_m * self.arm.spec.scale
        paths = plan_transit(
            kinematics, self.arm.joints, goal, obstacles, body, approach, self.coarse
        )
        yield from self.arm.follow(paths)

    def straight(self, goal: Pose, obstacles: Obstacles, speed: float = 1.0) -> Motion:
        """Straight to a pose. Raises MotionError."""
        body = self.body()
        path = plan_straight(
            self.arm.kinematics, self.arm.joints, [goal], obstacles, body, self.coarse
        )
        yield from self.arm.follow([path], speed)

    def recover(self) -> Motion:
        """After a motion broke off: come to rest, hand upright."""
        yield from self.arm.stop()
        yield from self.arm.relax()
        yield from self.arm.upright()

    def rise(self, z: float, speed: float = 1.0) -> Motion:
        """Straight up to a height, or as near to it as the arm gets, without a check: up is where
        the hand came from. Raises UnreachableError where it cannot rise at all."""
        here = self.arm.kinematics.tip_pose(self.arm.joints)
        if here.position[2] < z - 1e-3:
            yield from self.arm.follow([self._way_up(here, z)], speed)

    def _way_up(self, here: Pose, z: float) -> JointPath:
        x, y, low = here.position
        body = moving_body(self.arm.spec, 0.0)
        problem = UnreachableError(
            f"expected a way up from ({x:.3f}, {y:.3f}, {low:.3f}), got none"
        )
        for share in _RISES:
            goal = Pose((x, y, low + share * (z - low)), here.yaw)
            try:
                return plan_straight(
                    self.arm.kinematics, self.arm.joints, [goal], Obstacles(), body, self.coarse
                )
            except UnreachableError as error:
                problem = error
        raise problem

    def home(self) -> Motion:
        """To the rest pose, out of the camera's view."""
        arm = self.arm
        if arm.at_home():
            return
        yield from arm.relax()
        yield from arm.upright()
        body = self.body()
        goal = arm.kinematics.tip_pose(arm.kinematics.home)
        obstacles = self.belief.obstacles()
        yield from arm.follow(
            plan_transit(arm.kinematics, arm.joints, goal, obstacles, body, approach_m=0.0)
        )

    def look(self) -> Generator[None, None, Scene]:
        """A look with the arm out of the picture."""
        yield from self.home()
        return self.belief.look()

    def look_for(
        self, item: SceneObject, near: tuple[float, float] | None = None
    ) -> Generator[None, None, SceneObject | None]:
        """A look for one object; a second one, a moment later, where the first misses it."""
        yield from self.look()
        found = self.belief.find(item, near)
        if found is None:
            yield from self.arm.hold(_SECOND_LOOK_S)
            self.belief.look()
            found = self.belief.find(item, near)
        return found
