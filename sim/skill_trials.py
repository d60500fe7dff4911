"""Trials of one skill in a world whose physics and looks are not as believed.

Knows: drawing a scene, hidden physics and something to do; carrying a skill out; judging by truth.
Does not know: policies and how they are trained (sim.envs.residual, sim.rl.residual).

A trial is a seed's: the same seed gives the same scene, physics, looks and goal, whichever policy
is asked. `quick` trials put the arm where it is to go instead of moving it there, as long as it
touches nothing on the way: five times as fast, for training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ContactStop, DriverError, GateRejection, MotionError, SceneError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import Obstacles
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills.arm import Arm, Motion
from llmagentos.skills.belief import Belief
from llmagentos.skills.builtin.pick import PICK
from llmagentos.skills.builtin.push import PUSH
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Skill, SkillRun
from llmagentos.skills.residual import Policies
from llmagentos.types import Action, Pose, Scene, SceneObject
from sim.physics import Physics, Ranges, draw, reset_with
from sim.random_scenes import random_scene
from sim.scene import ObjectSpec, SceneSpec
from sim.truth_look import EXACT, NoisyLook, PoseNoise, oracle_scene
from sim.world import SimWorld

#: Skills that can be tried here.
SKILLS: dict[str, Skill] = {"push": PUSH, "pick": PICK}
#: What is pushed must end this near to its goal, by truth; the skill itself looks for 2 cm.
PUSHED_M = 0.02
#: What is picked is lifted this far at least.
_LIFTED_M = 0.05
_PUSH_WAY_M = (0.08, 0.20)
_ROOM_M = 0.03
#: Nobody stands beside a simulated arm.
_PROFILE = "sim"
#: So many seeds in a row share their things; so many spots are tried for each of them; so far
#: they are apart.
_SAME_THINGS, _SPOTS, _GAPS_M = 8, 60, (0.012, 0.05)
#: About as long as the arm takes home.
_REST_S = 1.5


@dataclass(frozen=True)
class Conditions:
    """What trials are drawn from. physics: ranges of hidden factors; noise: standard deviations of
    looks, each multiplied by one random share a trial, from `share`; kinds: what is pushed or picked,
    all equally often, among others of one more kind; things: how many there are, from and to."""

    name: str
    kinds: tuple[str, ...]
    physics: Ranges = field(default_factory=dict)
    noise: PoseNoise = EXACT
    things: tuple[int, int] = (3, 6)
    share: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Trial:
    """One drawn trial, in its world: what is asked for, of which object."""

    skill: str
    seed: int
    action: Action
    item: SceneObject
    physics: Physics
    look: NoisyLook


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. success: by truth; claimed: what the skill says. off_m: of what was
    pushed from its goal (0 for picks). policy: whose corrections were used last. astray_m: how wrong
    the looks were about every place, along x and y."""

    skill: str
    seed: int
    kind: str
    success: bool
    claimed: bool
    attempts: int
    off_m: float
    sim_s: float
    words: str
    end: tuple[float, float]
    goal: tuple[float, float]
    start: tuple[float, float]
    policy: str = ""
    astray_m: tuple[float, float] = (0.0, 0.0)


class TrialWorld:
    """One simulated world, used for trial after trial. exact: with new bodies for each, so that a
    trial's last bits don't depend on those before it; else a third faster."""

    def __init__(self, renderer: str = "auto", exact: bool = True) -> None:
        self._exact = exact
        self.world = SimWorld(renderer=renderer)
        spec = self.world.robot.spec
        self.kinematics = Kinematics(spec)
        self.gate = MotionGate.of(spec, _PROFILE, self.kinematics.tip_position)
        self._driver = GatedDriver(self.world, self.gate)

    def draw(
        self, skill: str, seed: int, conditions: Conditions, kinds: Sequence[str] = ()
    ) -> Trial | None:
        """Set up the seed's trial; None where its scene has nothing for the skill, or the trial is
        about another kind than `kinds`, where any are named."""
        rng = np.random.default_rng([seed, 0x7121])
        drawn = _scene(seed, conditions, rng)
        if drawn is None or (kinds and drawn[0] not in kinds):
            return None
        kind, scene = drawn
        physics = draw(conditions.physics, rng)
        if self._exact:
            self.world.build_anew()
        reset_with(physics, self.world, scene, seed)
        self.world.settle(0.5)
        low, high = conditions.share
        noise = _shared(conditions.noise, low + (high - low) * float(rng.random()))
        look = NoisyLook(self.world, noise, np.random.default_rng([seed, 0x100C]))
        truth = oracle_scene(self.world)
        found = _something(skill, kind, truth, rng)
        if found is None:
            return None
        return Trial(skill, seed, found[0], found[1], physics, look)

    def context(self, trial: Trial, policies: Policies, quick: bool) -> Context:
        """Arm and belief for a trial, behind the gate."""
        self.gate.forget()
        arm = Arm(self._driver, self.kinematics, _PROFILE)
        if quick:
            lands = trial.skill == "push"
            return QuickContext(arm, Belief(trial.look), policies, self.world, self.gate, lands)
        return Context(arm, Belief(trial.look), policies)

    def run(self, trial: Trial, context: Context) -> SkillRun:
        """Look, check, carry out (what is picked is carried home); ends with the report."""
        skill = SKILLS[trial.skill]
        try:
            scene = yield from context.look()
            problem = skill.check(scene, trial.action)
            if problem is not None:
                return problem
            report = yield from skill.run(context, trial.action)
            if context.belief.in_hand is not None:
                yield from context.home()  # what was picked has to stand being carried
            return report
        except GateRejection as error:
            return failed(Failure.GATE_REJECTED, str(error))
        except ContactStop as error:  # nothing looks for another way then
            with suppress(ContactStop, DriverError, GateRejection):
                yield from context.arm.come_to_rest()
            return failed(Failure.TOUCHED, str(error))
        except (MotionError, DriverError) as error:
            return failed(Failure.NO_MOTION, str(error))

    def outcome(self, trial: Trial, report: SkillReport) -> Outcome:
        """What came of it, by truth, once things rest."""
        sim_s = self.world.now_s
        self.world.settle(1.0)
        x, y, z = self.world.object_pose(trial.item.id)[0]
        goal = trial.action.pose.position[:2] if trial.action.pose else trial.item.position[:2]
        if trial.skill == "push":
            off = math.dist((x, y), goal)
            good = off <= PUSHED_M
        else:
            off = 0.0
            lifted = z > trial.item.position[2] + _LIFTED_M
            good = lifted and self.world.held_truth() == trial.item.id
        return Outcome(
            trial.skill, trial.seed, trial.item.kind, good, bool(report.status.value == "succeeded"),
            report.attempts, off, sim_s, report.words, (x, y), goal, trial.item.position[:2],
            str(report.details.get("policy", "")), trial.look.bias_m,
        )  # fmt: skip

    def attempt(self, trial: Trial, policies: Policies, quick: bool = False) -> Outcome:
        """Carry a drawn trial out."""
        run = self.run(trial, self.context(trial, policies, quick))
        while True:
            try:
                next(run)
            except StopIteration as end:
                return self.outcome(trial, end.value)


class QuickContext(Context):
    """A context whose arm is put where it is to go through free space."""

    def __init__(
        self,
        arm: Arm,
        belief: Belief,
        policies: Policies,
        world: SimWorld,
        gate: MotionGate,
        lands: bool,
    ) -> None:
        super().__init__(arm, belief, policies)
        self._world, self._gate, self.lands = world, gate, lands

    def _jump(self, joints: NDArray[np.float64]) -> Motion:
        width = self.arm.width_command_m
        self._world.robot.reset(joints.tolist(), width)
        self._gate.forget()
        self.arm.forget()
        self.arm.width_command_m = self.arm.driver.send_gripper(width)
        yield from self.arm.hold(0.05)

    def go(self, goal: Pose, obstacles: Obstacles, approach_m: float = 0.05) -> Motion:
        """At once above the goal with an empty hand, and down to it as a skill goes; or at once
        there, where there is nothing to meet on the way down."""
        if self.belief.in_hand is not None:
            yield from super().go(goal, obstacles, approach_m)
            return
        x, y, z = goal.position
        if self.lands:
            yield from self._jump(np.array(self.arm.kinematics.solve(goal)))
            return
        above = Pose((x, y, z + approach_m * self.arm.spec.scale), goal.yaw)
        yield from self._jump(np.array(self.arm.kinematics.solve(above)))
        yield from self.straight(goal, obstacles)

    def rise(self, z: float, speed: float = 1.0) -> Motion:
        """Only with something in the hand."""
        if self.belief.in_hand is not None:
            yield from super().rise(z, speed)

    def home(self) -> Motion:
        """At once, with an empty hand; things come to rest meanwhile."""
        if self.belief.in_hand is not None:
            yield from super().home()
        elif not self.arm.at_home():
            yield from self._jump(np.array(self.arm.kinematics.home))
            self._world.settle(_REST_S)


def _scene(
    seed: int, conditions: Conditions, rng: np.random.Generator
) -> tuple[str, SceneSpec] | None:
    """The kind that the trial is about, and its scene; None where things do not fit. Eight seeds
    in a row share their things, which stand elsewhere each time: a world reuses the bodies."""
    shared = np.random.default_rng([seed // _SAME_THINGS, 0x5E7])
    count = int(shared.integers(conditions.things[0], conditions.things[1] + 1))
    kind, other = (str(k) for k in shared.choice(conditions.kinds, 2))
    try:
        scene = random_scene(int(shared.integers(2**31)), count, sorted({kind, other}))
    except SceneError:
        return None
    area, placed = scene.workspace, list[ObjectSpec]()
    for item in scene.objects:
        radius = item.geometry.footprint_radius_m
        for _ in range(_SPOTS):
            x = float(rng.uniform(area.x_min + radius, area.x_max - radius))
            y = float(rng.uniform(area.y_min + radius, area.y_max - radius))
            gap = area.scale * float(rng.uniform(*_GAPS_M))
            if all(
                math.dist((x, y), o.position[:2]) > radius + o.geometry.footprint_radius_m + gap
                for o in placed
            ):
                break
        else:
            return None
        item.position, item.yaw = (x, y), float(rng.uniform(-math.pi / 4, math.pi / 4))
        placed.append(item)
    return kind, scene


def _shared(noise: PoseNoise, share: float) -> PoseNoise:
    return replace(noise, **{name: value * share for name, value in vars(noise).items()})


def _something(
    skill: str, kind: str, scene: Scene, rng: np.random.Generator
) -> tuple[Action, SceneObject] | None:
    items = [o for o in scene.objects if o.kind == kind and not scene.on_top_of(o.id)]
    rng.shuffle(items)
    for item in items:
        if skill == "pick":
            return Action("pick", object_id=item.id), item
        spot = _push_goal(scene, item, rng)
        if spot is not None:
            return Action("push", object_id=item.id, pose=Pose((*spot, 0.0))), item
    return None


def _push_goal(
    scene: Scene, item: SceneObject, rng: np.random.Generator
) -> tuple[float, float] | None:
    """Some way off, with a lane that is free from behind the object to beyond the goal."""
    if item.support != "table":
        return None
    own, space, s = item.size_m / 2, scene.workspace, scene.workspace.scale
    for _ in range(40):
        angle = rng.uniform(-math.pi, math.pi)
        way = s * rng.uniform(*_PUSH_WAY_M)
        ux, uy = math.cos(angle), math.sin(angle)
        x, y = item.position[0] + way * ux, item.position[1] + way * uy
        back = (item.position[0] - (own + 0.05 * s) * ux, item.position[1] - (own + 0.05 * s) * uy)
        if not space.contains(x, y, own) or not space.contains(*back, 0.0):
            continue
        others = [o for o in scene.objects if o.id != item.id]
        if all(_beside(o, back, (x, y)) > own + o.size_m / 2 + _ROOM_M * s for o in others):
            return float(x), float(y)
    return None


def _beside(other: SceneObject, start: Sequence[float], end: Sequence[float]) -> float:
    """Distance of a thing's middle from the line between two points."""
    a, b, p = np.array(start), np.array(end), np.array(other.position[:2])
    t = float(np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1))
    return float(np.linalg.norm(a + t * (b - a) - p))
