"""Skills of an arm behind its gate, and what a robot's agent is made of.

Knows: which driver, gate, permit and keeper an arm's skills get. Does not know: cameras, plans, the
agent's loop, who wires it all (builder.py, roving.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llmagentos import composition
from llmagentos.events import EventBus
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.audit import Audit
from llmagentos.ports.hardware import RobotDriver
from llmagentos.ports.modules import ExecutionModule, LearningModule, PerceptionModule
from llmagentos.ports.rehearsal import Rehearsal
from llmagentos.ports.robot import Robot
from llmagentos.recorder import FlightRecorder
from llmagentos.robots import ArmSpec
from llmagentos.robots.specs import DEFAULT_PROFILE
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.observed import ObservedDriver
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import SupervisorPort
from llmagentos.skills import MotionSkills
from llmagentos.skills.learned import LEARNED, policies_for
from llmagentos.skills.senses import Sight
from llmagentos.types import Scene


@dataclass(frozen=True)
class ArmSkills:
    """Skills, the driver that they command, and the gate in front of it; permit: how that gate
    asks the supervisor, keeper: what brakes when nobody does, None without a supervisor."""

    skills: MotionSkills
    driver: ObservedDriver
    gate: MotionGate
    kinematics: Kinematics
    permit: Permit | None = None
    keeper: Keeper | None = None

    @property
    def passed_s(self) -> float:
        """Time that was let pass for the arm, seconds: it stands while nobody drives."""
        gated = self.driver.inner
        return gated.passed_s if isinstance(gated, GatedDriver) else self.driver.now_s


def skills_for(
    driver: RobotDriver,
    look: Callable[[], Scene],
    arm: ArmSpec,
    profile: str = DEFAULT_PROFILE,
    gripper_latency_s: float = 0.0,
    clock: Callable[[], float] = time.perf_counter,
    skills: str | Path = LEARNED,
    supervisor: SupervisorPort | None = None,
    audit: Audit | None = None,
    sight: Sight | None = None,
    permit: Permit | None = None,
) -> ArmSkills:
    """Skills for an arm, behind the gate of one of its profiles. clock: what first motion is told
    on. skills: "scripted", "learned" (corrected by the policies that come with this package, where
    the arm has some) or a folder with policies. supervisor: whose lease every command needs, of a
    goal that `permit.begin` begins; None for trials in which nobody asks for a goal. audit: told
    what the gate refuses. sight: shows a place while the arm moves. permit: of a robot that has one
    already, and a keeper for all of it. Raises SkillError, ModelError, FileError."""
    kinematics = Kinematics(arm)
    gate = MotionGate.of(arm, profile, kinematics.tip_position, kinematics.tip_jacobian)
    gate.audit = audit or gate.audit
    whole = permit
    permit = permit or (None if supervisor is None else Permit(supervisor))
    gated = GatedDriver(driver, gate, permit)
    observed = ObservedDriver(gated, clock)
    policies = policies_for(arm.name, skills)
    able = MotionSkills(
        observed, look, kinematics, profile, gripper_latency_s, policies=policies, sight=sight
    )
    if supervisor is None or permit is None:
        return ArmSkills(able, observed, gate, kinematics)
    permit.holding = lambda: able.holding
    keeper = Keeper(gated, supervisor) if whole is None else None
    return ArmSkills(able, observed, gate, kinematics, permit, keeper)


def rehearsal_for(able: ArmSkills, arm: ArmSpec, profile: str, skills: str | Path) -> Rehearsal:
    """What tries plans out for skills of `skills_for`. Raises MissingDependencyError where there is
    no simulator."""
    return composition.rehearsal(
        arm, able.driver.state, profile, policies_for(arm.name, skills), able.kinematics
    )


@dataclass
class Modules:
    """A robot and the modules that work on it: what `Agent` is made of, but for its planner."""

    robot: Robot
    perception: PerceptionModule
    execution: ExecutionModule
    learning: LearningModule
    events: EventBus
    flight: FlightRecorder | None = None
