"""What an agent asks of the robot that it drives: pictures, a clock, and what results tell.

Knows: the calls. Does not know: whether the robot is simulated, in this process, or a ROS graph.
Joints and grippers are the driver's (ports.hardware), below the skills.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from llmagentos.ports.hardware import Camera
from llmagentos.types import Observation


class Simulation(Protocol):
    """What only a simulated robot has: the truth, and a world that starts over."""

    #: The simulator's own object, for what no other port offers.
    world: Any

    @property
    def other_cameras(self) -> Sequence[Camera]:
        """Cameras that no module looks through, for recordings."""
        ...

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """Every object as it really is, as rows of a result."""
        ...

    def held(self) -> str | None:
        """Id of what the fingers really hold."""
        ...

    def things(self) -> Sequence[Any]:
        """What the present scene says of its things besides their kinds, for the plan guard
        (llmagentos.safety.guard.Thing)."""
        ...

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """Start over, in a new scene where one is given. Raises SceneError."""
        ...

    def picture(self, width: int = 640, height: int = 480) -> Any:
        """The world for people: RGB uint8 [height, width, 3]."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class Robot(Protocol):
    """One robot, as the agent's own loop knows it. simulation: None on hardware."""

    @property
    def simulation(self) -> Simulation | None:
        """The simulator behind it, whose truth results may list; None on a real robot."""
        ...

    @property
    def now_s(self) -> float:
        """Seconds on the driver's clock."""
        ...

    @property
    def first_motion_at(self) -> float | None:
        """When the arm first moved since `mark`, on time.perf_counter: by the first joint command
        that moves it, or by the joints where they are measured elsewhere; None when it has not."""
        ...

    def mark(self) -> None:
        """A new command begins: nothing has moved yet. Nothing moves outside of a command."""
        ...

    def done(self) -> None:
        """The command has ended: nothing moves until the next one. Again: nothing."""
        ...

    def observe(self, command: str = "") -> Observation:
        """Pictures and joints now, with what was said. Raises DriverError or PerceptionError."""
        ...

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """What is where, as rows of a result: a simulator's truth, else as believed."""
        ...

    def held(self) -> str | None:
        """Id of what is in the hand, from the same source."""
        ...

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """A new session, with a new scene where the robot can have one. Raises SceneError."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...
