"""Physical skills in PyBullet, seen by a perfect eye and judged by the simulator's truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.oracle import oracle_scene
from lab.arms import PANDA
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.modules import Outcome
from llmagentos.robots import ArmSpec
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills import MotionSkills, SkillReport, SkillStatus
from llmagentos.skills.residual import Policies
from llmagentos.types import Action, Scene
from sim.scene import SceneSpec
from sim.world import SimWorld

#: Ticks after which a test gives up: ten minutes of robot time.
_LONGEST = 3000


class Workbench:
    """A simulated world with gate, skills and an executor; `close` it. Frames: base, metres.

    look: what perception would report; a test may put something else there.
    """

    def __init__(self, scene: dict[str, Any] | None = None, arm: ArmSpec = PANDA) -> None:
        self.world = SimWorld(SceneSpec.from_dict(scene) if scene else None)
        kinematics = Kinematics(arm)
        self.gate = MotionGate.of(arm, "sim", kinematics.tip_position)
        self.look: Callable[[], Scene] = lambda: oracle_scene(self.world)
        #: What may correct skills: nothing, as long as a test puts no policy there.
        self.policies = Policies()
        self.skills = MotionSkills(
            GatedDriver(self.world, self.gate),
            lambda: self.look(),
            kinematics,
            "sim",
            policies=self.policies,
            sight=self.world.overhead.glance,
        )
        self.executor = PlanExecutor(self.skills)

    def set_up(self, scene: dict[str, Any]) -> None:
        """Another scene in the same world; everything forgets the one before."""
        self.look = lambda: oracle_scene(self.world)
        self.policies.by_skill.clear()
        self.gate.rejections.clear()
        self.gate.forget()
        self.world.reset(SceneSpec.from_dict(scene), 0)
        self.skills.reset()

    def close(self) -> None:
        """Give the physics back."""
        self.world.close()

    def do(self, name: Any, object_id: str = "", **numbers: Any) -> SkillReport:
        """Carry out one action to its end; nothing that it sends may be refused by the gate."""
        self.skills.start(Action(name, object_id=object_id, **numbers))
        report = self.skills.tick()
        for _ in range(_LONGEST):
            if report.status is not SkillStatus.RUNNING:
                break
            report = self.skills.tick()
        assert not self.gate.rejections
        return report

    def run(self, text: str, meanwhile: Callable[[], object] = lambda: None) -> Outcome:
        """Run a plan in compact notation; `meanwhile` is called before every tick."""
        self.executor.start(compact.parse(text), text)
        for _ in range(_LONGEST):
            meanwhile()
            out = self.executor.tick()
            if out is not None:
                return out
        raise AssertionError(f"expected the command to end within {_LONGEST} ticks")

    def at(self, object_id: str) -> np.ndarray:
        """Where an object's middle is, [x, y, z]."""
        return np.array(self.world.object_pose(object_id)[0])

    def touched_by_robot(self) -> set[str]:
        """Objects that the arm or its fingers touch."""
        return {
            name
            for name, body in self.world._bodies.items()
            if self.world.client.getContactPoints(self.world.robot.body, body)
        }

    def distance_m(self, a: str, b: str) -> float:
        """Between the middles of two objects, on the table."""
        return math.dist(self.at(a)[:2], self.at(b)[:2])
