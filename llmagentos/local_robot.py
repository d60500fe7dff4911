"""A robot in this process, as the agent's loop knows it: simulated, or hardware behind its driver.

Knows: driver, cameras and what the skills believe. Does not know: perception, plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from llmagentos.errors import PerceptionError, SceneError
from llmagentos.perception.glances import Glances
from llmagentos.ports.hardware import Camera, RobotDriver
from llmagentos.ports.modules import PerceptionModule
from llmagentos.ports.robot import Simulation
from llmagentos.ports.skills import SkillExecutor
from llmagentos.safety.ages import not_of_now
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.observed import ObservedDriver
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import SupervisorPort
from llmagentos.safety.watchdogs import limit_s
from llmagentos.types import Observation, Scene


class LocalRobot:
    """A robot in this process; implements llmagentos.ports.robot.Robot.

    driver: behind the gate. simulation: None on hardware, where results tell what is believed.
    permit, keeper: see robot_skills.ArmSkills; a command is a goal of the supervisor's. eyes: what shows
    places while the arm moves; closed with the robot.
    """

    def __init__(
        self,
        driver: ObservedDriver,
        cameras: Sequence[Camera],
        skills: SkillExecutor,
        simulation: Simulation | None = None,
        permit: Permit | None = None,
        keeper: Keeper | None = None,
        eyes: Glances | None = None,
    ):
        self.driver, self.cameras, self.skills = driver, tuple(cameras), skills
        self.simulation = simulation
        self._permit, self._keeper, self._eyes = permit, keeper, eyes
        #: What looks for the skills; None where nothing does.
        self.seeing: PerceptionModule | None = None

    @property
    def supervisor(self) -> SupervisorPort | None:
        """Who says whether it may move; None for a trial without one."""
        return None if self._permit is None else self._permit.supervisor

    @property
    def now_s(self) -> float:
        """The driver's clock, seconds, monotonic."""
        return self.driver.now_s

    @property
    def first_motion_at(self) -> float | None:
        """When the arm first moved since `mark`, on the wall's monotonic clock; None when it has
        not."""
        return self.driver.first_motion_at

    def mark(self) -> None:
        """A command begins: the next motion is its first, under a lease of its own."""
        self.driver.mark()
        if self._permit is not None:
            self._permit.begin()

    def done(self) -> None:
        """The command has ended, and its lease with it."""
        if self._permit is not None:
            self._permit.end()

    def observe(self, command: str = "") -> Observation:
        """Frames of all cameras and the arm's state, for modules of one's own."""
        return observe(self.driver, self.cameras, command)

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """What stands where, as a result lists it: a simulator's truth, else what was seen last."""
        if self.simulation is not None:
            return self.simulation.objects()
        return scene_rows(self.skills.scene())

    def held(self) -> str | None:
        """Id of what is in the gripper, by a simulator's truth, else by what the skills believe."""
        return self.skills.held if self.simulation is None else self.simulation.held()

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """On hardware the world stays as it is, and a scene can't be had: raises SceneError."""
        self.done()
        if self.simulation is not None:
            with nullcontext() if self._keeper is None else self._keeper.paused():
                self.simulation.reset(scene, seed)
        elif scene is not None:
            raise SceneError("expected no scene for a real robot, got one")

    def close(self) -> None:
        """Give back the simulator, or disconnect the driver; the supervisor ends with it."""
        if self._eyes is not None:
            self._eyes.close()
        if self._keeper is not None:
            self._keeper.close()
        if self.supervisor is not None:
            self.supervisor.close()
        if self.simulation is not None:
            self.simulation.close()
        else:
            self.driver.disconnect()


def observe(driver: RobotDriver, cameras: Sequence[Camera], command: str = "") -> Observation:
    """Pictures and joints now, with what was said. Raises PerceptionError for an old picture, or one
    whose stamp is not of the driver's clock."""
    frames = tuple(c.capture() for c in cameras)
    for frame in frames:
        problem = not_of_now("a picture", frame.stamp_s, driver.now_s, limit_s("pictures"))
        if problem:
            raise PerceptionError(f"{frame.camera}: {problem}")
    return Observation(frames, driver.state(), command)


def scene_rows(scene: Scene) -> list[dict[str, Any]]:
    """A scene as rows of a result's `objects`."""
    return [
        {
            "id": o.id,
            "kind": o.kind,
            "color": o.color,
            "size": o.size_m,
            "position": list(o.position),
            "yaw": o.yaw,
            **({"extents": list(o.extents_m)} if o.extents_m is not None else {}),
        }
        for o in scene.objects
    ]
