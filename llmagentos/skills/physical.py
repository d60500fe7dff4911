"""The skill executor that moves a real or simulated arm.

Knows: ticking and stopping, what is checked before a skill runs, what a broken-off motion is
called. Does not know: any one skill, plans, PyBullet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from llmagentos.errors import (
    CollisionError,
    ContactStop,
    DriverError,
    GateRejection,
    LostGripError,
    MotionError,
    MovedError,
    PerceptionError,
    StoppedError,
    UnreachableError,
)
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.failures import Failure
from llmagentos.ports.hardware import RobotDriver
from llmagentos.ports.skills import SkillReport, SkillStatus, Ways, failed, succeeded
from llmagentos.robots.specs import DEFAULT_PROFILE
from llmagentos.skills.arm import Arm, BlockedError
from llmagentos.skills.belief import Belief
from llmagentos.skills.catalog import skills as all_skills
from llmagentos.skills.catalog import ways_of
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import (
    Skill,
    SkillRun,
    broken,
    hand_problem,
    invalid,
    unknown,
)
from llmagentos.skills.preview import unreachable
from llmagentos.skills.residual import Policies
from llmagentos.skills.senses import Sight
from llmagentos.types import Action, Hand, Scene

_log = logging.getLogger(__name__)

#: Robot time that one tick lets pass.
TICK_S = 0.1

#: What a motion that broke off is reported as; the most special error first.
_FAILURES: tuple[tuple[type[Exception], Failure], ...] = (
    (StoppedError, Failure.STOPPED),
    (UnreachableError, Failure.UNREACHABLE),
    (CollisionError, Failure.IN_THE_WAY),
    (ContactStop, Failure.TOUCHED),
    (LostGripError, Failure.SLIPPED),
    (MovedError, Failure.MOVED),
    (GateRejection, Failure.GATE_REJECTED),
    (BlockedError, Failure.BLOCKED),
    (MotionError, Failure.NO_MOTION),
    (PerceptionError, Failure.NO_PICTURE),
    (DriverError, Failure.NO_ANSWER),
)


def failure_of(error: Exception) -> Failure:
    """What a motion that broke off with an error is reported as; NO_MOTION for one that is not listed."""
    return next((f for kind, f in _FAILURES if isinstance(error, kind)), Failure.NO_MOTION)


class MotionSkills:
    """Carries out one action at a time on `driver`; implements SkillExecutor.

    look: perceives the scene now. profile: one of the arm's, "careful" (beside
    people) unless somebody says otherwise.
    gripper_latency_s: see Arm. skills: by name (the catalog's by default). policies: what may
    correct skills (nothing by default). context: arm and belief that were made already, instead of
    new ones. sight: shows a place while the arm moves (senses.py).
    """

    def __init__(
        self,
        driver: RobotDriver,
        look: Callable[[], Scene],
        kinematics: Kinematics,
        profile: str = DEFAULT_PROFILE,
        gripper_latency_s: float = 0.0,
        skills: Mapping[str, Skill] | None = None,
        policies: Policies | None = None,
        context: Context | None = None,
        sight: Sight | None = None,
    ) -> None:
        self._skills = all_skills() if skills is None else skills
        self._context = context or Context(
            Arm(driver, kinematics, profile, gripper_latency_s),
            Belief(look),
            policies or Policies(),
        )
        self._arm, self._belief = self._context.arm, self._context.belief
        self._context.senses.sight = sight
        self._running: SkillRun | None = None
        self._action: Action | None = None  # that runs
        self._report = succeeded("nothing to do")

    def scene(self) -> Scene:
        """The last look, with what is held where the hand is."""
        if self._running is None:  # a skill under way knows what it holds and lets go of
            self._know_hand()
        return self._belief.scene(self._arm.tip)

    def see(self, scene: Scene | None = None) -> Scene:
        """Look now, from wherever the arm is, or take what was just seen; and believe it."""
        self._belief.look(scene)
        return self.scene()

    def _know_hand(self) -> None:
        """What was given up, or taken by others, and is in the hand after all is held; what was
        taken out of it while nothing moved is not."""
        in_hand = self._belief.in_hand
        if in_hand is not None and self._context.senses.lost():
            self._belief.in_hand = None
            self._belief.miss(in_hand.item.id)
        if self._belief.in_hand is None and self._arm.grasps():
            self._belief.take_up(self._arm.tip)
            self._context.senses.gripped()

    def hand(self) -> Hand:
        """Where the finger tips and the arm above them are by the measured joints, and how far the
        fingers are apart."""
        state, arm = self._arm.state(), self._arm
        body = arm.kinematics.body_points(state.positions)
        return Hand(arm.tip.position, state.gripper_width_m, arm.spec.max_opening_m, body)

    @property
    def held(self) -> str | None:
        """Id of the object in the hand, or None."""
        return self._belief.in_hand.item.id if self._belief.in_hand else None

    @property
    def holding(self) -> str:
        """What is in the hand as a person calls it, "" for nothing."""
        return self._belief.in_hand.item.label if self._belief.in_hand else ""

    def slipped(self) -> str:
        """Felt while the arm itself is still, as on a base that drives: in words what was held and is not any
        more, which is known from then on; "" as long as nothing was lost. To be asked several times a second."""
        lost = self._context.senses.lost_grip()
        return "" if lost is None else str(lost)

    def ways(self, name: str) -> Ways:
        """By its declaration."""
        return ways_of(name)

    def reset(self) -> None:
        """Forget everything: the robot and the scene were set up anew."""
        self._running, self._report = None, succeeded("nothing to do")
        self._arm.forget()
        self._belief.forget()
        self._context.senses.forget()

    def start(self, action: Action) -> None:
        """Begin an action; nothing moves before the first tick, and what is wrong with the call is
        reported there."""
        skill = self._skills.get(action.name)
        problem = unknown(action.name) if skill is None else invalid(skill, action)
        if skill is None or problem is not None:
            self._running, self._report = None, problem or unknown(action.name)
            return
        self._report = SkillReport(SkillStatus.RUNNING)
        self._action = action
        self._running = self._carry_out(skill, action)

    def _carry_out(self, skill: Skill, action: Action) -> SkillRun:
        self._arm.catch_up()
        self._arm.pace, self._belief.keep_clear_of = action.speed, action.clear_of
        self._context.senses.unwatch()
        self._know_hand()
        problem = hand_problem(skill, self.scene())
        if problem is not None:
            return problem
        if skill.looks:
            yield from self._context.look()
        problem = skill.check(self.scene(), action)
        if problem is not None:
            return problem
        return (yield from skill.run(self._context, action))

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the action ends."""
        if self._running is None:
            return self._report
        until = self._arm.driver.now_s + TICK_S - self._arm.driver.control_period_s / 2
        try:
            while self._arm.driver.now_s < until:
                next(self._running)
                surprise = self._context.senses.surprise()
                if surprise is not None:
                    self._running.throw(surprise)
        except StopIteration as end:
            self._running, self._report = None, self._ended_with(end.value)
        except tuple(kind for kind, _ in _FAILURES) as error:
            failure = failure_of(error)
            _log.debug("skill failed: %s: %s", failure, error)  # its report says it, too
            self._running = None
            if failure is Failure.UNREACHABLE and self._action is not None:
                self._report = unreachable(self.scene(), self._action, problem=str(error))
            else:
                self._report = failed(failure, problem=str(error))
            self._come_to_rest()
        except Exception as error:  # whatever a skill from outside does
            self._running, self._report = None, self._broken(error)
            self._come_to_rest()
        return self._report

    def _ended_with(self, report: object) -> SkillReport:
        if isinstance(report, SkillReport) and report.status is not SkillStatus.RUNNING:
            return report
        return self._broken(f"expected a report of its end, got {report!r}")

    def _broken(self, error: Exception | str) -> SkillReport:
        return broken("" if self._action is None else self._action.name, error)

    def _come_to_rest(self) -> None:
        """After a failure in mid-motion: the next skill begins at rest, and the gate knows it."""
        try:
            for _ in self._arm.come_to_rest():
                pass
        except StoppedError:
            pass  # the driver has come to rest by itself
        except (ContactStop, DriverError, GateRejection) as error:
            _log.warning("could not ramp down: %s", error)

    def stop(self) -> SkillReport:
        """Ramp down within 0.3 s, keep holding, and say where the arm is."""
        self._running = None
        with suppress(StoppedError, ContactStop):  # the driver has come to rest by itself
            for _ in self._arm.come_to_rest():
                pass
            for _ in self._arm.hold(self._arm.driver.control_period_s):
                pass
        x, y, z = self._arm.tip.position
        held = self._belief.in_hand
        holding = f", holding the {held.item.label}" if held else ""
        words = f"stopped with the gripper at x {x:.2f}, y {y:.2f}, {z:.2f} m high{holding}"
        self._report = failed(Failure.STOPPED, words, position=(x, y, z), held=self.held)
        return self._report
