"""The skill executor of a robot with a base: drives are the base's, all else is the arm's.

Knows: which actions a base carries out, that the arm is folded for them and brought to the height of
what is before it after them, that what is seen changes with where it stands. Does not know: how the
base drives (ports.base) nor what an arm does; there may be none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import replace

from llmagentos.errors import PerceptionError
from llmagentos.ports.base import Base, Side
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus, Ways, failed, succeeded
from llmagentos.skills.builtin.driving import DRIVING, SAME_VIEW_M
from llmagentos.skills.catalog import ways_of
from llmagentos.skills.declaration import Skill, invalid
from llmagentos.skills.leveling import Leveling
from llmagentos.types import Action, BaseState, Hand, MapPose, Scene, SceneObject

_DRIVING: dict[str, Skill] = {skill.name: skill for skill in DRIVING}
#: What a robot without an arm still does of an arm's skills: nothing moves. With one, these need no
#: surface before it, and leave it folded.
_ARMLESS = ("look", "wait", "home")
#: Robot time of one tick.
TICK_S = 0.1
#: Where an arm is and what is in it matters little, for these.
_ANYWHERE = (*_ARMLESS, "open_gripper")


class MobileSkills:
    """A `SkillExecutor` around a base, and an arm's executor where there is one.

    look: what the base's camera sees, in the base's frame; by default what the arm's executor sees,
    and nothing without an arm. It is asked after each drive, and for the skill `look` without an arm.
    leveling: brings the arm to the height of what is before it; None for one that has none. stand: lets
    a tick's time pass while the base stands, for one without an arm that waits. foot: where
    the arm stands in the base's frame. slipped: asked while it drives, in words what the hand has lost, ""
    for nothing (MotionSkills.slipped).
    """

    def __init__(
        self,
        base: Base,
        arm: SkillExecutor | None = None,
        look: Callable[[], Scene] | None = None,
        leveling: Leveling | None = None,
        stand: Callable[[], None] | None = None,
        foot: MapPose | None = None,
        slipped: Callable[[], str] = str,
    ) -> None:
        self._base, self._arm, self._look = base, arm, look
        self._leveling, self._stand, self._foot = leveling, stand, foot or MapPose(0.0, 0.0)
        self._slipped = slipped
        self._run: Generator[None, None, SkillReport] | None = None
        self._folded = True
        self._seen = Scene()
        self._elsewhere: list[tuple[MapPose, tuple[SceneObject, ...]]] = []
        self._drives = False
        self._report = succeeded("nothing to do")

    @property
    def held(self) -> str | None:
        """Id of the object in the hand, None when it is empty or there is no hand."""
        return self._arm.held if self._arm is not None else None

    def hand(self) -> Hand:
        """Where the hand is; at the base's own middle, shut, where there is none."""
        return self._arm.hand() if self._arm is not None else Hand((0.0, 0.0, 0.0), 0.0, 0.0)

    def ways(self, name: str) -> Ways:
        """By its declaration."""
        return self._arm.ways(name) if self._arm is not None else ways_of(name)

    def scene(self) -> Scene:
        """The newest belief, with where the base stands and what was seen elsewhere."""
        seen = self._arm.scene() if self._arm is not None else self._seen
        return replace(seen, base=self._state())

    def see(self, scene: Scene | None = None) -> Scene:
        """Look now, and believe it."""
        if scene is None and self._look is not None:
            scene = self._look()
        if self._arm is not None:
            self._arm.see(scene)
        elif scene is not None:
            self._seen = scene
        return self.scene()

    def reset(self) -> None:
        """Forget what was believed and what is under way."""
        self._report, self._drives, self._seen = succeeded("nothing to do"), False, Scene()
        self._run, self._folded = None, True
        self._elsewhere.clear()
        if self._arm is not None:
            self._arm.reset()

    def start(self, action: Action) -> None:
        """Begin; nothing moves before the first tick."""
        self._run = None
        self._drives = action.name in _DRIVING
        if self._drives:
            self._begin_drive(action)
        elif self._arm is not None:
            problem = self._off_surface(action)
            if problem is not None:  # told at the first tick, as all that is wrong with a call
                self._report, self._drives = problem, True
                return
            self._folded = action.name == "home" or (self._folded and action.name in _ARMLESS)
            self._arm.start(action)
        elif action.name == "wait" and self._stand is not None:
            self._report, self._drives = SkillReport(SkillStatus.RUNNING), True
            self._run = self._waiting(self._stand, action.duration_s)
        else:
            self._report = self._without_arm(action)

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the action ends."""
        if self._drives:
            if self._run is not None:
                try:
                    next(self._run)
                except StopIteration as end:
                    self._run, self._report = None, end.value
            return self._report
        return self._arm.tick() if self._arm is not None else self._report

    def stop(self) -> SkillReport:
        """Brake, let the arm come to rest, and say where both are."""
        self._run = None
        drive = self._base.stop()
        if self._leveling is not None:
            self._leveling.stop()
        arm = self._arm.stop() if self._arm is not None else None
        words = f"{drive.words} {arm.words}" if arm is not None else drive.words
        details = {**(arm.details if arm is not None else {}), **drive.details}
        self._report = failed(Failure.STOPPED, words.strip(), **details)
        self._drives = True
        return self._report

    def _begin_drive(self, action: Action) -> None:
        problem = invalid(_DRIVING[action.name], action)
        if problem is not None:
            self._report = problem
            return
        self._keep_in_mind()
        if action.name == "name_place":
            named = self._base.name_place(action.text.strip())
            self._report = succeeded(f"named this place {named.name}")
            return
        self._report = SkillReport(SkillStatus.RUNNING)
        if self._folded:  # what is wrong with the drive's numbers is reported at once
            self._set_off(action)
        self._run = self._driving(action)

    @staticmethod
    def _waiting(
        stand: Callable[[], None], duration_s: float
    ) -> Generator[None, None, SkillReport]:
        for _ in range(max(1, round(duration_s / TICK_S))):
            stand()
            yield
        return succeeded()

    def _driving(self, action: Action) -> Generator[None, None, SkillReport]:
        """Fold the arm, drive, bring the arm to the height of what is there, look. A yield a tick."""
        if not self._folded and self._arm is not None:
            self._arm.start(Action("home", why=action.why))
            report = self._arm.tick()
            while report.status is SkillStatus.RUNNING:
                yield
                report = self._arm.tick()
            if report.status is not SkillStatus.SUCCEEDED:
                return report
            self._folded = True
            self._set_off(action)
        load = self.held
        report = self._base.tick()
        while report.status is SkillStatus.RUNNING:
            yield
            lost = self._slipped()
            if load is not None and self.held != load:
                self._base.stop()
                return failed(Failure.SLIPPED, lost)
            report = self._base.tick()
        try:
            self._arrive()
        except PerceptionError as blind:
            return failed(Failure.NO_PICTURE, problem=str(blind))
        if self._leveling is None or report.status is not SkillStatus.SUCCEEDED:
            return report
        self._leveling.begin()
        level = self._leveling.tick()
        moved = level.status is SkillStatus.RUNNING
        while level.status is SkillStatus.RUNNING:
            yield
            level = self._leveling.tick()
        if moved:
            try:
                self.see()
            except PerceptionError as blind:
                return failed(Failure.NO_PICTURE, problem=str(blind))
        return report if level.status is SkillStatus.SUCCEEDED else level

    def _off_surface(self, action: Action) -> SkillReport | None:
        """Why the arm can't do this where the base stands; None where it can."""
        if self._leveling is None or action.name in _ANYWHERE:
            return None
        problem = self._leveling.problem()
        return failed(Failure.CANNOT, problem, attempts=0) if problem else None

    def _set_off(self, action: Action) -> None:
        if action.name == "drive_to" and action.goal is not None:
            self._base.go_to(action.goal, action.speed)
        elif action.name == "follow_wall":
            self._base.follow_wall(_side(action.angle_rad), action.speed)
        else:
            self._base.go_by(action.ahead_m, action.angle_rad, action.speed)

    def _without_arm(self, action: Action) -> SkillReport:
        if action.name == "look":
            try:
                self.see()
            except PerceptionError as blind:
                return failed(Failure.NO_PICTURE, problem=str(blind))
        if action.name in _ARMLESS:
            return succeeded()
        return failed(Failure.CANNOT, "I have no arm", attempts=0)

    def _keep_in_mind(self) -> None:
        """What stands here, since it will be out of sight."""
        scene, here = self.scene(), self._base.state().pose
        self._elsewhere = [(at, seen) for at, seen in self._elsewhere if not _near(at, here)]
        stay = tuple(o for o in scene.objects if not o.held)
        if stay:
            self._elsewhere.append((here, stay))

    def _arrive(self) -> None:
        here = self._base.state().pose
        self._elsewhere = [(at, seen) for at, seen in self._elsewhere if not _near(at, here)]
        self.see()

    def _state(self) -> BaseState:
        state = self._base.state()
        surface = None if self._leveling is None else not self._leveling.problem()
        return replace(
            state,
            things=tuple(self._elsewhere),
            has_arm=self._arm is not None,
            surface=surface,
            foot=self._foot,
        )


def _side(angle_rad: float) -> Side:
    if angle_rad == 0:
        return "nearer"
    return "left" if angle_rad > 0 else "right"


def _near(a: MapPose, b: MapPose) -> bool:
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m) <= SAME_VIEW_M
