"""Domain randomization: every episode in a slightly different world, and what it was is told.

Knows: masses, friction, damping, motor gains, light, colours, camera poses, sensor noise, latency.
Does not know: tasks, who acts.

    env = Randomized(gymnasium.make("llmagentos/Push-v0"), Ranges(friction=(0.5, 1.5)))

Everything is drawn from the environment's own `np_random`, after the episode's scene, and written
into `info["randomization"]` of reset and of every step. A new reset starts from the world as it is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields, replace
from typing import Any

import gymnasium
import numpy as np

from llmagentos.errors import ConfigError
from sim.cameras import CameraSpec
from sim.envs.base import ArmEnv, Array, Observation
from sim.noise import SensorNoise
from sim.rendering import Lighting

Range = tuple[float, float]

#: Linear damping of objects (sim.bodies).
_DAMPING = 0.04


@dataclass(frozen=True)
class Ranges:
    """From where to where each thing is drawn, evenly. ConfigError for a range upside down.

    mass, friction, damping: factors of every object's own. gains: a factor of the arm's motors'.
    ambient, diffuse: shares of the light, whose direction is drawn with them where they differ.
    color: how far each channel of an object's colour goes, 0 to 1. camera_m, camera_rad: how far
    each camera is off its place along each axis, and turned about each. position_noise_m: standard
    deviation of every position in the observation. image_noise: of the pictures' grey levels.
    latency_steps: how many steps an action comes late.
    """

    mass: Range = (0.7, 1.5)
    friction: Range = (0.6, 1.4)
    damping: Range = (0.5, 2.0)
    gains: Range = (0.7, 1.2)
    ambient: Range = (0.50, 0.70)
    diffuse: Range = (0.30, 0.50)
    color: Range = (-0.12, 0.12)
    camera_m: Range = (-0.01, 0.01)
    camera_rad: Range = (-0.02, 0.02)
    position_noise_m: Range = (0.0, 0.002)
    image_noise: Range = (0.0, 4.0)
    latency_steps: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = getattr(self, field.name)
            if not low <= high:
                raise ConfigError(f"expected {field.name} from low to high, got {(low, high)}")


class Randomized(gymnasium.Wrapper[Observation, Array, Observation, Array]):
    """Around any goal-conditioned environment of ours. ConfigError around another one."""

    def __init__(self, env: gymnasium.Env[Observation, Array], ranges: Ranges | None = None):
        super().__init__(env)
        if not isinstance(env.unwrapped, ArmEnv):
            raise ConfigError(f"expected an environment of an arm, got {env.unwrapped}")
        self._inside: ArmEnv = env.unwrapped
        self.ranges = ranges or Ranges()
        self.drawn: dict[str, Any] = {}
        self._kept: dict[int, tuple[float, float]] = {}
        self._cameras: dict[str, CameraSpec] = {}
        self._light: Lighting | None = None
        self._late: deque[Array] = deque()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """A new episode in a world drawn anew."""
        self._restore()
        observation, info = self.env.reset(seed=seed, options=options)
        self.drawn = self._draw()
        self._physics()
        self._visuals()
        still = np.zeros(self.action_space.shape or (), np.float32)
        if self._inside.grips:
            still[-1] = 1.0
        self._late = deque([still] * self.drawn["latency_steps"])
        if self._cameras and self._inside.observes == "pixels":
            observation |= self._inside.reader.pictures()
        return self._noisy(observation), {**info, "randomization": self.drawn}

    def step(self, action: Array) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """One step; the action may take effect later."""
        self._late.append(action)
        observation, reward, terminated, truncated, info = self.env.step(self._late.popleft())
        info = {**info, "randomization": self.drawn}
        return self._noisy(observation), float(reward), terminated, truncated, info

    def compute_reward(self, achieved_goal: Array, desired_goal: Array, info: Any) -> Any:
        """As the environment's."""
        return self._inside.compute_reward(achieved_goal, desired_goal, info)

    def _draw(self) -> dict[str, Any]:
        rng, ranges = self._inside.np_random, self.ranges
        count = len(self._inside.world.bodies())

        def each(which: Range, shape: Any = None) -> Any:
            found = rng.uniform(*which, shape)
            return float(found) if shape is None else found.tolist()

        return {
            "mass": each(ranges.mass, count),
            "friction": each(ranges.friction, count),
            "damping": each(ranges.damping, count),
            "gains": each(ranges.gains),
            "ambient": each(ranges.ambient),
            "diffuse": each(ranges.diffuse),
            "light_from": [*each((-0.6, 0.6), 2), 1.0],
            "color": each(ranges.color, (count, 3)),
            "camera_m": each(ranges.camera_m, (2, 3)),
            "camera_rad": each(ranges.camera_rad, (2, 3)),
            "position_noise_m": each(ranges.position_noise_m),
            "image_noise": each(ranges.image_noise),
            "latency_steps": int(rng.integers(*ranges.latency_steps, endpoint=True)),
            "noise_seed": int(rng.integers(2**31)),
        }

    def _physics(self) -> None:
        world, drawn = self._inside.world, self.drawn
        client = world.client
        for number, body in enumerate(world.bodies()):
            info = client.getDynamicsInfo(body, -1)
            self._kept[body] = (info[0], info[1])
            if info[0] > 0:
                self._change(
                    body, info[0] * drawn["mass"][number], info[1] * drawn["friction"][number],
                    _DAMPING * drawn["damping"][number], info[2],
                )  # fmt: skip
        world.robot.scale_gains(drawn["gains"])

    def _change(
        self, body: int, mass: float, friction: float, damping: float, inertia: Any
    ) -> None:
        self._inside.world.client.changeDynamics(
            body, -1, mass=mass, lateralFriction=friction, linearDamping=damping,
            localInertiaDiagonal=inertia,
        )  # fmt: skip

    def _visuals(self) -> None:
        world, drawn, reader = self._inside.world, self.drawn, self._inside.reader
        self._light = world.lighting
        x, y, z = drawn["light_from"]
        world.lighting = replace(
            self._light, direction=(x, y, z), ambient=drawn["ambient"], diffuse=drawn["diffuse"]
        )
        for number, body in enumerate(world.bodies()):
            rgba = client_color(world.client, body)
            shifted = [
                min(max(c + d, 0.0), 1.0)
                for c, d in zip(rgba, drawn["color"][number], strict=False)
            ]
            world.client.changeVisualShape(body, -1, rgbaColor=[*shifted, 1.0])
        for number, (name, camera) in enumerate(reader.cameras.items()):
            self._cameras[name] = camera.spec
            moved = camera.spec.pose @ _nudge(
                drawn["camera_m"][number], drawn["camera_rad"][number]
            )
            camera.spec = replace(camera.spec, pose=moved)
        world.noise = SensorNoise(rgb_std=drawn["image_noise"], seed=drawn["noise_seed"])
        self._rng = np.random.default_rng([drawn["noise_seed"], 1])

    def _restore(self) -> None:
        """The world as it was before the last draw; its colours are painted by every reset."""
        if self._light is None or self._inside._world is None:
            return
        world = self._inside.world
        alive = set(world.bodies())
        for body, (mass, friction) in self._kept.items():
            if mass > 0 and body in alive:
                inertia = world.client.getDynamicsInfo(body, -1)[2]
                self._change(body, mass, friction, _DAMPING, inertia)
        self._kept.clear()
        world.robot.scale_gains(1.0)
        world.lighting, world.noise = self._light, SensorNoise()
        for name, spec in self._cameras.items():
            self._inside.reader.cameras[name].spec = spec
        self._cameras.clear()

    def _noisy(self, observation: Observation) -> Observation:
        """The observation's vector with noise; goals stay exact, as rewards are made of them."""
        std = self.drawn["position_noise_m"]
        if std > 0:
            values = observation["observation"]
            grain = self._rng.normal(0.0, std, values.shape).astype(np.float32)
            observation = {**observation, "observation": values + grain}
        return observation


def client_color(client: Any, body: int) -> tuple[float, ...]:
    """The colour of a body's first visual shape, red, green and blue from 0 to 1."""
    shapes = client.getVisualShapeData(body)
    return tuple(shapes[0][7][:3]) if shapes else (1.0, 1.0, 1.0)


def _nudge(shift_m: list[float], turn_rad: list[float]) -> Any:
    """A small displacement, 4x4: turned about x, y and z, then shifted."""
    (a, b, c), pose = turn_rad, np.eye(4)
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    pose[:3, :3] = z @ y @ x
    pose[:3, 3] = shift_m
    return pose
