"""Real simulated sessions in which faults are injected, and moments at which they are.

Knows: how a session is made ready again after a fault, when its arm moves, what reached its driver.
Does not know: any fault.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from llmagentos.safety.in_front import DriverInFront
from llmagentos.safety.states import Mode
from llmagentos.types import CameraFrame, RobotState
from sim.faults.door import Door
from sim.faults.fault import Found
from sim.physics_log import PhysicsLog, fastest_joint
from sim.world import SimWorld

#: What people say to it; the block is grasped, lifted, carried and let go.
PUT = "put the red block in the blue bowl"
#: Moving: the fastest joint over this, rad/s. `careful` allows a Panda 0.65.
MOVING_RADPS = 0.3
PROFILE = "careful"
_NAME = "fault harness"
#: As long as the world is watched after a fault, s.
WATCH_S = 0.6


class TamperedDriver(DriverInFront):
    """The world's driver, between it and the gate: what it measures can be falsified, and what
    reaches it is kept."""

    def __init__(self, world: SimWorld) -> None:
        self.inner = self.world = world
        self.clear()

    def clear(self) -> None:
        """Measure truly again, and forget what came."""
        #: What becomes of a measured state.
        self.measure: Callable[[RobotState], RobotState] = lambda state: state
        #: Joint commands that reached it, rad, and gripper widths, m, with their simulated times.
        self.sent: list[tuple[float, ...]] = []
        self.widths: list[tuple[float, float]] = []

    def state(self) -> RobotState:
        """The world's, falsified where a fault says so."""
        return self.measure(self.world.state())

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """As the world's (rad)."""
        self.sent.append(tuple(positions))
        return self.world.send_joint_positions(positions)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """As the world's (m, N)."""
        self.widths.append((self.now_s, width_m))
        return self.world.send_gripper(width_m, force_n)

    def advance(self) -> None:
        """As the world's."""
        self.world.advance()


def retries(result: Any) -> int:
    """The most that any action of a result was tried again."""
    tries = [a.get("attempts", 1) for step in result.steps for a in step.get("actions", ())]
    return max(tries, default=1) - 1


class Session:
    """An agent in simulation with the shipped planner, its world and its physics log. clock: of the
    log (see PhysicsLog)."""

    def __init__(self, agent: Any, clock: Callable[[], float] | None = None) -> None:
        agent.start()
        self.agent, self.robot = agent, agent.robot
        self.world: SimWorld = self.robot.simulation.world
        self.driver = self.robot.driver
        self.supervisor = self.robot.supervisor
        self.tampered = self.driver.inner.inner = TamperedDriver(self.world)
        self.log = PhysicsLog(self.world, clock)
        self.camera = self.world.overhead
        #: When the fault was injected, on the log's clock; inf before.
        self.injected_s = math.inf
        self._capture = self.camera.capture

    def fresh(self, scene: Any = None) -> None:
        """Everything as at the beginning: nothing falsified, armed, things in their places."""
        self.tampered.clear()
        self.log.clear()
        self.injected_s = math.inf
        for owner, name in ((self.camera, "capture"), (self.driver, "send_joint_positions")):
            vars(owner).pop(name, None)
        self.ready()
        self.agent.reset(scene, 0)

    def ready(self) -> None:
        """Armed, by a person's reset where that is needed. RuntimeError where it can't be."""
        why = ""
        for _ in range(3):
            if self.supervisor.mode is Mode.ARMED:
                return
            if self.supervisor.mode is Mode.LOCKED:
                why = self.supervisor.arm(_NAME)
            else:
                self.supervisor.stop(_NAME)
                why = self.supervisor.reset(_NAME)
        if self.supervisor.mode is not Mode.ARMED:
            raise RuntimeError(f"expected a supervisor that can be armed, got: {why}")

    def when(self, holds: Callable[[], bool], do: Callable[[], None]) -> None:
        """Once, before the first step of physics at which it holds; the log knows the moment."""

        def look() -> None:
            if holds():
                self.log.before.remove(look)
                self.injected_s = self.log.now_s
                do()

        self.log.before.append(look)

    def moves(self) -> bool:
        """Whether the arm moves fast."""
        return fastest_joint(self.world) > MOVING_RADPS

    def lifts(self) -> bool:
        """Whether something is held over the table, and the arm moves."""
        return (
            self.world.robot.tip_pose()[0][2] > 0.10
            and fastest_joint(self.world) > MOVING_RADPS / 2
            and self.world.held_truth() is not None
        )

    def capture_as(self, change: Callable[[CameraFrame], CameraFrame]) -> None:
        """From now on the camera's pictures are changed so."""
        self.camera.capture = lambda: change(self._capture())

    def command_as(self, change: Callable[[Sequence[float]], Sequence[float]]) -> None:
        """From now on skills command this instead of what they mean to; the gate sees it."""
        send = type(self.driver).send_joint_positions
        self.driver.send_joint_positions = lambda q: send(self.driver, change(q))

    def pass_time(self, seconds: float) -> None:
        """Let the robot's time pass, s."""
        for _ in range(round(seconds / self.driver.control_period_s)):
            self.driver.advance()

    def rest_ms(self, watch_s: float = WATCH_S) -> float:
        """From the injection to rest, ms, by the physics log; inf for never, or no injection."""
        if math.isinf(self.injected_s):
            return math.inf
        self.pass_time(watch_s)
        return 1000 * self.log.rest_after_s(self.injected_s)

    def joints(self) -> tuple[float, ...]:
        """As they really are, rad."""
        return self.world.state().positions

    def moved_rad(self, before: Sequence[float]) -> float:
        """The most that any joint is away from `before`, rad."""
        return max(abs(a - b) for a, b in zip(self.joints(), before, strict=True))

    def grasps_after(self, since_s: float) -> int:
        """How often the fingers were told to close since a moment of the world's clock, s."""
        last, closings = math.inf, 0
        for at_s, width_m in self.tampered.widths:
            closings += at_s >= since_s and width_m < last - 1e-6 and not math.isinf(last)
            last = width_m
        return closings

    def close(self) -> None:
        """Give the session back."""
        self.log.close()
        self.agent.destroy()


class GraphPort(Protocol):
    """What injects faults into a graph of processes (over_ros.GraphLab)."""

    def inject(self, name: str) -> Found:
        """By the fault's name; what was measured."""
        ...

    def close(self) -> None:
        """End the graph."""
        ...


class Lab:
    """What rows work with. make: `Agent.in_simulation`; load_planner: by a model's name, folder or
    address (llmagentos.composition); whole: all repetitions, else a few; graphs: None without ROS."""

    def __init__(
        self,
        make: Callable[..., Any],
        load_planner: Callable[..., Any],
        model_folder: Path,
        whole: bool = True,
        graphs: GraphPort | None = None,
    ) -> None:
        self.graphs = graphs
        self.make, self.load_planner, self.whole = make, load_planner, whole
        #: Where the shipped planner's files are.
        self.model_folder = model_folder
        self.planner = load_planner()
        self._shared: Session | None = None
        self._door: Door | None = None

    def door(self) -> Door:
        """A daemon with a gateway and a robot's agent, which rows share."""
        if self._door is None:
            self._door = Door({"scene": "demo"})
        return self._door

    def fresh(self, scene: Any = None) -> Session:
        """The session that rows share, ready and as at the beginning. scene: see `Agent.reset`."""
        if self._shared is None:
            self._shared = Session(self.make("demo", profile=PROFILE, planning=self.planner))
        self._shared.fresh("demo" if scene is None else scene)
        return self._shared

    def forget(self) -> None:
        """What rows share is broken: the next row gets a new one."""
        door, self._door = self._door, None
        if door is not None:
            door.close()
        shared, self._shared = self._shared, None
        if shared is not None:
            with contextlib.suppress(Exception):  # it is broken
                shared.close()

    @contextlib.contextmanager
    def own(
        self, scene: Any = "demo", clock: Callable[[], float] | None = None, **options: Any
    ) -> Iterator[Session]:
        """A session of one's own. options: of `Agent.in_simulation`."""
        settings = {"profile": PROFILE, "planning": self.planner, **options}
        session = Session(self.make(scene, **settings), clock)
        try:
            yield session
        finally:
            session.close()

    def close(self) -> None:
        """Give back what rows shared."""
        self.forget()
        if self.graphs is not None:
            self.graphs.close()
