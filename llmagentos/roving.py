"""A robot that drives through a simulated flat, and what its agent is made of.

Knows: base, arm on it, camera, permit and keeper as one robot; which modules are wired to it. Does not
know: the agent's loop, PyBullet (composition), how a base drives.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmagentos import composition
from llmagentos.audit.supervised import supervised
from llmagentos.errors import PerceptionError
from llmagentos.events import EventBus
from llmagentos.execution.executor import PlanExecutor
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.perception.from_base import BasePerception
from llmagentos.perception.shown import ShownThings
from llmagentos.ports.audit import Audit
from llmagentos.ports.modules import ExecutionModule, LearningModule, PerceptionModule
from llmagentos.ports.skills import SkillExecutor
from llmagentos.ports.understanding import Trust
from llmagentos.recorder import FlightRecorder
from llmagentos.robot_skills import ArmSkills, Modules, skills_for
from llmagentos.robots import load
from llmagentos.robots.bases import load_base
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.gated_lift import GatedLift
from llmagentos.safety.guard import GuardedSkills, GuardRules, PeopleInput, PlanGuard
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import SupervisorPort
from llmagentos.skills.leveling import Leveling
from llmagentos.skills.mobile import TICK_S, MobileSkills
from llmagentos.types import MapPose, Observation, Scene


class RovingRobot:
    """A base in a simulated flat, with or without an arm; implements llmagentos.ports.robot.Robot."""

    def __init__(
        self, flat: Any, permit: Permit, keeper: Keeper, able: ArmSkills | None = None
    ) -> None:
        """flat: a sim.flats.flat.SimulatedFlat. able: the skills of the arm on the base."""
        self.simulation, self.driver, self.cameras = flat, flat.driver, tuple(flat.cameras)
        self._permit, self._keeper, self._able = permit, keeper, able
        #: What looks for the skills; None where nothing does.
        self.seeing: PerceptionModule | None = None
        self.skills: Any = None

    @property
    def supervisor(self) -> SupervisorPort:
        """Who says whether it may move."""
        return self._permit.supervisor

    @property
    def now_s(self) -> float:
        """Simulated seconds, monotonic."""
        now: float = self.driver.now_s
        return now

    @property
    def first_motion_at(self) -> float | None:
        """When wheels or arm first moved since `mark`, on the wall's monotonic clock."""
        arm = None if self._able is None else self._able.driver.first_motion_at
        return min((t for t in (self.driver.first_motion_at, arm) if t is not None), default=None)

    def mark(self) -> None:
        """A command begins, under a lease of its own."""
        self.driver.mark()
        if self._able is not None:
            self._able.driver.mark()
        self._permit.begin()

    def done(self) -> None:
        """The command has ended, and its lease with it."""
        self._permit.end()

    def observe(self, command: str = "") -> Observation:
        """What the base's camera sees, the arm's joints, and where the base believes to stand."""
        frames = tuple(camera.capture() for camera in self.cameras)
        arm = None if self._able is None else self._able.driver.state()
        return Observation(frames, arm, command, self.simulation.base.state().pose)

    def look(self) -> Scene:
        """What is seen now. Raises PerceptionError."""
        self._permit.pause()
        if self.seeing is None:
            raise PerceptionError("expected a module that sees, got none: it was taken out")
        scene: Scene = self.seeing.perceive(self.observe())
        return scene

    def stand(self) -> None:
        """Let a tick's time pass; nothing moves."""
        for _ in range(round(TICK_S / self.driver.control_period_s)):
            self.driver.advance()

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """Every thing of the flat as it really is, in the map's frame."""
        rows: Sequence[Mapping[str, Any]] = self.simulation.objects()
        return rows

    def held(self) -> str | None:
        """Id of what the fingers really hold."""
        held: str | None = self.simulation.held()
        return held

    def base(self) -> dict[str, Any]:
        """Where the base stands, for a result: `pose` as it believes, `true_pose` as it is (x, y, yaw in
        the map's frame), `room`."""
        state = self.simulation.base.state()
        true = self.simulation.world.truth
        return {"pose": _row(state.pose), "true_pose": _row(true), "room": state.room}

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """Back to how it began. SceneError for another scene."""
        self.done()
        with self._keeper.paused():
            self.simulation.reset(scene, seed)
            if self._able is not None and isinstance(self._able.driver.inner, GatedDriver):
                self._able.driver.inner.forget()

    def close(self) -> None:
        """Give the simulator back; the supervisor ends with it."""
        self._keeper.close()
        self.supervisor.close()
        self.simulation.close()


def _row(pose: MapPose) -> list[float]:
    return [round(v, 4) for v in (pose.x_m, pose.y_m, pose.yaw_rad)]


class BothAsOne:
    """Base and arm for a Keeper (safety.keeper.Kept): whichever moves is braked first."""

    def __init__(self, permit: Permit, base: GatedBase, arm: GatedDriver | None) -> None:
        self.permit, self._base, self._arm = permit, base, arm
        if arm is not None:  # one world: whoever has one of them alone has both
            arm.alone = base.alone
        self.alone: threading.RLock = base.alone

    @property
    def advanced_s(self) -> float:
        """See Kept."""
        arm_s = self._base.advanced_s if self._arm is None else self._arm.advanced_s
        return max(self._base.advanced_s, arm_s)

    @property
    def rests(self) -> bool:
        """See Kept."""
        return self._base.rests and (self._arm is None or self._arm.rests)

    def keep(self) -> None:
        """See Kept."""
        if self._arm is None or not self._base.rests:
            self._base.keep()
        else:
            self._arm.keep()


def modules_in_flat(
    place: Any,
    profile: str,
    supervise: Callable[[Callable[[], float]], SupervisorPort],
    *,
    seed: int = 0,
    view: bool = False,
    noise: Any = None,
    skills: str | Path = "learned",
    rehearses: bool = True,
    trust: Trust | None = None,
    rules: GuardRules | None = None,
    people: PeopleInput | None = None,
    perception: PerceptionModule | None = None,
    execution: ExecutionModule | Callable[..., ExecutionModule] | None = None,
    learning: LearningModule | None = None,
    audit: Audit | None = None,
    flight: FlightRecorder | None = None,
) -> Modules:
    """All around the base of a flat (composition.load_place). supervise: makes the supervisor, by a
    clock; the others as for `Agent.in_simulation`. Raises SceneError, RobotError."""
    spec = load_base(place.base)
    arm = load(spec.arm) if spec.arm else None
    events = EventBus()
    flat = composition.simulated_flat(place, seed=seed, profile=profile, view=view, noise=noise)
    supervisor = supervise(lambda: flat.driver.now_s)
    permit = Permit(supervisor)
    flat.gated.permit = permit
    able, gated = None, None
    if arm is not None:
        able = skills_for(
            flat.world.arm, lambda: robot.look(), arm, profile, skills=skills, audit=audit,
            supervisor=supervisor, permit=permit,
        )  # fmt: skip
        assert isinstance(able.driver.inner, GatedDriver)
        gated = able.driver.inner
        able.driver.observers = flat.driver.observers
        _rest_of_both(permit, flat.gated, able)
    leveling = None
    if spec.lift is not None:
        lift = GatedLift(flat.world, permit)
        leveling = Leveling(lift, flat.driver, lambda: _height_m(robot.seeing))
    keeper = Keeper(BothAsOne(permit, flat.gated, gated), supervisor)
    robot = RovingRobot(flat, permit, keeper, able)
    seeing = perception or BasePerception(arm, spec.mount_m, shown=ShownThings())
    robot.seeing = seeing
    acting: SkillExecutor
    on_it = None if able is None else able.skills
    mobile = MobileSkills(
        flat.base, on_it, robot.look, leveling, robot.stand, MapPose(*spec.mount_m),
        str if able is None else able.skills.slipped,
    )  # fmt: skip
    if audit is not None:
        supervisor.subscribe(supervised(audit))
    acting = mobile
    if flight is not None:
        robot.seeing, acting = flight.perception(seeing), flight.skills(mobile)
        flight.watch_base(_Recorded(flat, able), spec.name, flat.cameras)
        flat.driver.observers.append(flight.on_advance)
        events.subscribe(flight.on_event)
        supervisor.subscribe(flight.on_safety)
    guarded = GuardedSkills(acting, PlanGuard(rules, people, audit, told=flat.things))
    robot.skills = guarded
    if execution is None:
        execution = PlanExecutor(guarded, None, events.emit, rehearses, robot.observe, trust)
    elif callable(execution):
        execution = execution(skills=guarded, sink=events.emit)
    return Modules(robot, robot.seeing, execution, learning or EpisodeLog(), events, flight)


class _Recorded:
    """What a flight recorder asks of a flat's base (recorder.recorder.Roving)."""

    def __init__(self, flat: Any, arm: ArmSkills | None) -> None:
        self._flat, self._arm = flat, arm

    @property
    def now_s(self) -> float:
        """See Roving."""
        now: float = self._flat.driver.now_s
        return now

    @property
    def rejections(self) -> Mapping[str, int]:
        """See Refusing; of the base's gate and the arm's."""
        refused = Counter(self._flat.gated.gate.rejections)
        return refused if self._arm is None else refused + self._arm.gate.rejections

    def pose(self) -> MapPose:
        """See Roving."""
        pose: MapPose = self._flat.navigator.pose
        return pose


def _height_m(seeing: PerceptionModule | None) -> float | None:
    """Of the surface that was seen last and is in reach; None where there was none, or nobody tells."""
    height: float | None = getattr(seeing, "work_height_m", None)
    return height


def _rest_of_both(permit: Permit, base: GatedBase, able: ArmSkills) -> None:
    """Rest is of wheels and joints, whichever of the two measures."""
    permit.beside = lambda: (*base.wheel_rates(), *able.driver.state().velocities)
