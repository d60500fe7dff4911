"""What every goal-conditioned environment shares: one arm over a table, moved by its tip.

Knows: actions, observations, rewards and episodes as the field has them (Gymnasium-Robotics and
panda-gym: a dictionary with `observation`, `achieved_goal` and `desired_goal`; `compute_reward`
takes whole batches, as hindsight replay asks). Does not know: any task (sim.envs.tasks), who acts.

Action, float32 in [-1, 1]: dx, dy, dz of the tip in steps of `step_m`, then, where the task has
them, the turn of the hand about the vertical in steps of `TURN_RAD` and the fingers (-1 closed,
1 open). One step is `1 / control_hz` seconds. The tip stays in a box over the work area, joints
stay inside their limits and rates: a step may be cut short, never refused for that.

Observation, float32, metres, seconds, base frame: tip position and velocity (3 + 3); where the hand
turns, sine and cosine of its turn, and by how much it lags behind where it was sent (rad: wrists
are slow); opening of the fingers where they move; then for each object position (3), the same seen
from the tip (3), orientation (quaternion x, y, z, w with w >= 0), velocity (3) and rate of turning
(3). With `observation="pixels"` the objects are left out, and `overhead` and `wrist` are the two
cameras' pictures, uint8 [height, width, 3].
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from llmagentos.errors import ConfigError
from llmagentos.robots import load
from llmagentos.types import Vec3
from sim.engine import Engine
from sim.envs.actions import checked_action
from sim.envs.reading import NUMBERS_AN_OBJECT, Reader
from sim.envs.tip import TipControl
from sim.scene import ObjectSpec, SceneSpec
from sim.world import PHYSICS_HZ, SimWorld

Array = NDArray[np.float32]
Observation = dict[str, NDArray[Any]]

OBSERVATIONS, REWARDS = ("state", "pixels"), ("sparse", "shaped")
CONTROL_HZ = 12
#: A world of commands is computed more exactly, for piles and full containers.
ENGINE = Engine(iterations=50, residual=1e-3, merge=True)
#: Edge of the tasks' blocks at scale 1, metres.
BLOCK_M = 0.04
#: How the reward's shaped form weighs the way of the tip to what it has to handle.
_APPROACH = 0.5


class ArmEnv(gymnasium.Env[Observation, Array], ABC):
    """One task on one arm. ConfigError for an option that there is not.

    robot: name or folder of an arm; objects and work area are as large as it needs them. reward:
    "sparse" (0 at the goal, else -1) or "shaped" (minus the distances to the goal, in tenths of a
    metre at scale 1, and half the tip's distance to the thing to handle). continuing: an episode
    does not end at the goal. image_size: width and height of pixel observations. renderer: as
    `SimWorld`'s; "tiny" draws the same in every process. control_hz divides 240.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": CONTROL_HZ}  # noqa: RUF012

    #: What a task's actions have besides dx, dy and dz.
    turns: ClassVar[bool] = False
    grips: ClassVar[bool] = False
    #: How many objects a task has; how many numbers its goal: places, and one more where things
    #: have to be let go, or at rest.
    n_objects: ClassVar[int] = 0
    goal_size: ClassVar[int] = 3
    #: How near to the goal is at the goal, metres at scale 1.
    near_m: ClassVar[float] = 0.05
    #: Where the tip starts: above the work area's middle, metres at scale 1.
    start_height_m: ClassVar[float] = 0.15
    #: How long things may take to come to rest before an episode begins, seconds.
    settle_s: ClassVar[float] = 0.0

    def __init__(
        self,
        robot: str = "panda",
        observation: Literal["state", "pixels"] = "state",
        reward: Literal["sparse", "shaped"] = "sparse",
        render_mode: str | None = None,
        *,
        continuing: bool = False,
        image_size: tuple[int, int] = (128, 96),
        renderer: str = "tiny",
        control_hz: int = CONTROL_HZ,
    ) -> None:
        _one_of("an observation", observation, OBSERVATIONS)
        _one_of("a reward", reward, REWARDS)
        _one_of("a render mode", render_mode, (None, "rgb_array"))
        if control_hz <= 0 or PHYSICS_HZ % control_hz:
            raise ConfigError(f"expected a rate that divides {PHYSICS_HZ} Hz, got {control_hz}")
        self.robot, self.render_mode = robot, render_mode
        self.observes, self.rewards, self.continuing = observation, reward, continuing
        self.arm = load(robot)
        self.scale = self.arm.scale
        self.tip = TipControl(self.arm, control_hz, self.start_height_m * self.scale)
        self._options = {
            "control_hz": control_hz,
            "renderer": renderer,
            "engine": replace(ENGINE, grips=self.grips),
        }
        self._image_size = image_size
        self._world: SimWorld | None = None
        self._reader: Reader | None = None
        self.goal: Array = np.zeros(self.goal_size, np.float32)
        count = 3 + self.turns + self.grips
        self.action_space: Any = spaces.Box(-1.0, 1.0, (count,), np.float32)
        self.observation_space: Any = self._observation_space()

    def _observation_space(self) -> spaces.Dict:
        things = 0 if self.observes == "pixels" else NUMBERS_AN_OBJECT * self.n_objects
        numbers = 6 + 3 * self.turns + self.grips + things
        space: dict[str, spaces.Space[Any]] = {
            name: spaces.Box(-np.inf, np.inf, (size,), np.float32)
            for name, size in (
                ("observation", numbers),
                ("achieved_goal", self.goal_size),
                ("desired_goal", self.goal_size),
            )
        }
        if self.observes == "pixels":
            width, height = self._image_size
            for camera in ("overhead", "wrist"):
                space[camera] = spaces.Box(0, 255, (height, width, 3), np.uint8)
        return spaces.Dict(space)

    # ---- what a task says ------------------------------------------------------------------

    @abstractmethod
    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """The objects of a new episode, always of the same kinds and sizes, and its goal.

        Draws from `np_random` alone.
        """

    @abstractmethod
    def achieved(self) -> Sequence[float]:
        """What the goal is compared with, now."""

    @abstractmethod
    def oracle(self) -> Iterator[Array]:
        """Actions that solve the episode from here, one a step; they go on when it is solved.

        A source of demonstrations, and what can be reached at most. Each follows from what the
        state observation shows now, so that a policy can imitate it (sim.envs.oracle.always).
        """

    def distances(self, achieved: Array, desired: Array) -> Array:
        """How far each place of the goal is from where it should be, metres: arrays [..., places]."""
        places = self.goal_size // 3
        apart = (achieved - desired)[..., : 3 * places]
        squares = np.square(apart.reshape(*apart.shape[:-1], places, 3))
        return np.sqrt(squares[..., 0] + squares[..., 1] + squares[..., 2])

    def success(self, achieved: Array, desired: Array) -> NDArray[np.bool_]:
        """Whether that is at the goal, for arrays [..., goal_size].

        Every place has to be near; a goal with one number more than its places have has to have
        that at 1 (let go, at rest), whatever the wanted goal says of it.
        """
        near = self.distances(achieved, desired).max(axis=-1) < self.near_m * self.scale
        if self.goal_size % 3:
            near &= achieved[..., -1] > 0.5
        return near

    def approach_m(self) -> float:
        """How far the tip is from the thing that it has to handle next, metres: the first one that
        is not where the goal has it."""
        away = self.distances(np.asarray(self.achieved(), np.float32), self.goal)
        for number in range(min(len(away), self.n_objects)):
            if away[number] >= self.near_m * self.scale:
                return math.dist(self.reader.tip_position, self.reader.object_position(number))
        return 0.0

    def begin(self) -> None:
        """Called when a new episode's objects stand there: what a task changes about them."""

    # ---- what Gymnasium asks ---------------------------------------------------------------

    @property
    def world(self) -> SimWorld:
        """The physics, made by the first reset. ResetNeeded before."""
        if self._world is None:
            raise gymnasium.error.ResetNeeded("expected a reset before anything else, got none")
        return self._world

    @property
    def reader(self) -> Reader:
        """What is read of the world: tip, fingers, objects. ResetNeeded before the first reset."""
        if self._reader is None:
            raise gymnasium.error.ResetNeeded("expected a reset before anything else, got none")
        return self._reader

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """A new episode; all that is random in it comes from `np_random`."""
        super().reset(seed=seed)
        objects, goal = self.draw()
        scene = SceneSpec(robot=self.robot, objects=objects)
        if self._world is None:
            self._world = SimWorld(SceneSpec(robot=self.robot), **self._options)  # type: ignore[arg-type]
            self._reader = Reader(self._world, self.turns, self.grips, self._image_size)
        self.tip.reset()
        width = self.arm.max_opening_m if self.grips else 0.0
        self._world.reset(scene, joints=self.tip.joints, width_m=width, settle_s=self.settle_s)
        self.goal = np.asarray(goal, np.float32)
        self.begin()
        self.reader.renew(self.tip.yaw)
        observation = self._observe()
        return observation, self._info(observation)

    def step(self, action: Array) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """One period of control. ActionError for an action that is none."""
        values = checked_action(action, self.action_space)
        world, reader = self.world, self.reader
        turn = values[3] if self.turns else 0.0
        world.send_joint_positions(self.tip.move(values[:3], turn, reader.tip_position))
        if self.grips:
            world.send_gripper((values[-1] + 1) / 2 * self.arm.max_opening_m)
        world.advance()
        reader.renew(self.tip.yaw)
        observation = self._observe()
        info = self._info(observation)
        if self.rewards == "sparse":
            reward = 0.0 if info["is_success"] else -1.0
        else:
            reward = float(self.compute_reward(observation["achieved_goal"], self.goal, info))
        return observation, reward, info["is_success"] and not self.continuing, False, info

    def compute_reward(
        self, achieved_goal: Array, desired_goal: Array, info: Mapping[str, Any] | NDArray[Any]
    ) -> Any:
        """The reward for having reached one goal where another was wanted, one or a batch.

        Goals are [goal_size] or [n, goal_size]; info is one dictionary or n of them. The shaped
        reward takes the tip's distance from `info["approach_m"]`, where that is there.
        """
        if self.rewards == "sparse":
            return self.success(achieved_goal, desired_goal).astype(np.float32) - np.float32(1)
        if isinstance(info, Mapping):
            approach: Any = info.get("approach_m", 0.0)
        else:
            approach = np.array([i.get("approach_m", 0.0) for i in info], np.float32)
        away = self.distances(achieved_goal, desired_goal).sum(axis=-1) + _APPROACH * approach
        return (-10.0 / self.scale * away).astype(np.float32)

    def _observe(self) -> Observation:
        """Fresh arrays: whoever keeps one keeps it as it is."""
        reader = self.reader
        observation: Observation = {
            "observation": reader.numbers(with_objects=self.observes == "state"),
            "achieved_goal": np.asarray(self.achieved(), np.float32),
            "desired_goal": self.goal.copy(),
        }
        if self.observes == "pixels":
            observation |= reader.pictures()
        return observation

    def _info(self, observation: Observation) -> dict[str, Any]:
        info: dict[str, Any] = {
            "is_success": bool(self.success(observation["achieved_goal"], self.goal))
        }
        if self.rewards == "shaped":
            info["approach_m"] = self.approach_m()
        return info

    def render(self) -> Any:
        """A picture for people with `render_mode="rgb_array"`: uint8 [360, 480, 3]."""
        return self.world.render_rgb(480, 360) if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Give the physics back; closing again does nothing."""
        if self._world is not None:
            self._world.close()
        self._world = self._reader = None

    # ---- what tasks are made of ------------------------------------------------------------

    def somewhere(self, margin_m: float = 0.05) -> tuple[float, float]:
        """A random place x, y in the work area, `margin_m` (at scale 1) inside its border."""
        area, margin = self.arm.workspace, margin_m * self.scale
        x = self.np_random.uniform(area.x_min + margin, area.x_max - margin)
        y = self.np_random.uniform(area.y_min + margin, area.y_max - margin)
        return float(x), float(y)

    def place(self, number: int) -> Vec3:
        """Where the goal has the object of that number, metres."""
        x, y, z = (float(v) for v in self.goal[3 * number : 3 * number + 3])
        return x, y, z

    def is_placed(self, number: int) -> bool:
        """Whether that object is where the goal has it."""
        away = math.dist(self.reader.object_position(number), self.place(number))
        return away < self.near_m * self.scale

    def is_under_hand(self, x: float, y: float) -> bool:
        """Whether a thing there would be close to the hand's start, as seen from above."""
        return math.dist((x, y), self.tip.start[:2]) < 0.06 * self.scale

    def block(self, color: str, x: float, y: float, yaw: float = 0.0) -> ObjectSpec:
        """A block of the tasks' one size."""
        size = round(BLOCK_M * self.scale, 6)
        return ObjectSpec(kind="block", color=color, size=size, position=(x, y), yaw=yaw)

    @property
    def block_z(self) -> float:
        """How high the middle of a block is that lies on the table, metres."""
        return BLOCK_M * self.scale / 2

    def apart(self, count: int, gap_m: float, margin_m: float = 0.05) -> list[tuple[float, float]]:
        """Random places in the work area, each `gap_m` (at scale 1) from all others."""
        gap, places = gap_m * self.scale, list[tuple[float, float]]()
        while len(places) < count:
            place = self.somewhere(margin_m)
            if all(math.dist(place, other) >= gap for other in places):
                places.append(place)
        return places


def _one_of(what: str, got: Any, known: tuple[Any, ...]) -> None:
    if got not in known:
        raise ConfigError(f"expected {what} of {known}, got {got!r}")
