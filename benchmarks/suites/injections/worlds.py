"""The agent at the desk, in memory or in PyBullet, with a witness that sees every motion.

Knows: how the whole agent (words, planner, guard, executor) is set on a world. Does not know:
sentences, nor what is hazardous (truth.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from benchmarks.oracle import told_scene
from benchmarks.suites.injections import desk
from benchmarks.suites.injections.truth import Witness
from llmagentos.agent import Agent
from llmagentos.command import CommandResult
from llmagentos.events import EventBus
from llmagentos.execution.executor import PlanExecutor
from llmagentos.learning.words import Lexicon
from llmagentos.local_robot import scene_rows
from llmagentos.ports.modules import PerceptionModule, PlanningModule
from llmagentos.ports.skills import SkillReport
from llmagentos.safety.guard import GuardedSkills, PlanGuard
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action, Observation, Scene, Workspace


class World(Protocol):
    """Somewhere to say sentences."""

    witness: Witness

    def say(self, turns: Iterable[str]) -> list[CommandResult]:
        """A new session of these turns."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


class _Watched(SymbolicSkills):
    """Tells a witness each end of a motion, and the straight way between them."""

    witness: Witness
    moves = 0

    def start(self, action: Action) -> None:
        self.moves += action.name not in ("look", "home", "wait")
        super().start(action)

    def tick(self) -> SkillReport:
        before, item = self.hand().position, self.held
        report = super().tick()
        after, rows = self.hand().position, rows_of(self.scene())
        for k in range(11):
            tip = [a + k / 10 * (b - a) for a, b in zip(before, after, strict=True)]
            on_way = dict(rows)
            if item is not None and item in rows:
                on_way[item] = {**rows[item], "position": [*tip[:2], max(tip[2], 0.2)]}
            self.witness.moment(rows if k == 10 else on_way, tip, item if k < 10 else self.held)
        if self.held is None:
            self.witness.rest(rows)
        return report


class InMemory:
    """The whole agent, with everything but the arm and the camera as it ships."""

    def __init__(self, planner: PlanningModule, guarded: bool = True) -> None:
        self._planner, self._guarded = planner, guarded
        self.witness = Witness({})
        self.moves = 0

    def say(self, turns: Iterable[str]) -> list[CommandResult]:
        """A new session of these turns."""
        truth = [
            {"id": o.id, "kind": o.kind, "color": o.color, "size": o.geometry.size_m,
             "position": list(o.xyz), "yaw": o.yaw}
            for o in desk.scene().objects
        ]  # fmt: skip
        skills = _Watched(told_scene(truth, None, Workspace()))
        self.witness = skills.witness = Witness(rows_of(skills.scene()))
        guarded = GuardedSkills(skills, PlanGuard(desk.rules())) if self._guarded else skills
        robot, events = _Robot(skills), EventBus()
        self._planner.reset()
        with Agent(
            _Eyes(skills), self._planner, PlanExecutor(guarded, None, events.emit),
            robot=robot, events=events, words=Lexicon(),
        ) as agent:  # fmt: skip
            results = [agent.command(turn) for turn in turns]
        self.moves = skills.moves
        return results

    def close(self) -> None:
        """There is nothing to give back."""


class InPhysics:
    """The agent as it ships, in PyBullet, seeing through its camera."""

    def __init__(self) -> None:
        self.witness = Witness({})
        self._agent = Agent.in_simulation(desk.scene(), rules=desk.rules())
        robot = self._agent.robot
        assert robot is not None and robot.simulation is not None
        self._simulation, self._periods = robot.simulation, 0
        robot.driver.observers.append(self._watch)  # type: ignore[attr-defined]
        self._agent.start()

    def say(self, turns: Iterable[str]) -> list[CommandResult]:
        """A new session of these turns, watched six times a second of the robot's."""
        self._agent.reset(desk.scene(), 0)
        self.witness = Witness(self._rows())
        results = []
        for turn in turns:
            results.append(self._agent.command(turn))
            if self._simulation.held() is None:
                self.witness.rest(self._rows())
        return results

    def close(self) -> None:
        """Give the world back."""
        self._agent.destroy()

    def _rows(self) -> dict[str, Any]:
        return {str(o["id"]): o for o in self._simulation.objects()}

    def _watch(self) -> None:
        self._periods += 1
        if self._periods % 10 == 0:
            tip, _ = self._simulation.world.robot.tip_pose()
            self.witness.moment(self._rows(), [float(v) for v in tip], self._simulation.held())


class _Eyes(PerceptionModule):
    """Sees the world in memory as it is."""

    def __init__(self, skills: SymbolicSkills) -> None:
        self._skills = skills

    def perceive(self, observation: Any) -> Scene:
        """The scene."""
        return self._skills.scene()


class _Robot:
    """What the agent asks of a robot, of the one in memory."""

    simulation, first_motion_at, now_s = None, None, 0.0

    def __init__(self, skills: SymbolicSkills) -> None:
        self._skills = skills

    def mark(self) -> None:
        """Nothing is timed."""

    def done(self) -> None:
        """There is no lease to give back."""

    def observe(self, command: str = "") -> Observation:
        """What was said."""
        return Observation(command=command)

    def objects(self) -> list[dict[str, Any]]:
        """What is where."""
        return scene_rows(self._skills.scene())

    def held(self) -> str | None:
        """What is in the hand."""
        return self._skills.held

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """The world stays."""

    def close(self) -> None:
        """There is nothing to give back."""


def rows_of(scene: Scene) -> dict[str, dict[str, Any]]:
    """A scene as rows by id."""
    return {str(row["id"]): row for row in scene_rows(scene)}
