"""A flat with a base in it, and things that stand about: one PyBullet client, driven by velocities.

Knows: time, physics, where things really are, what the base touches (for scoring and tests). Does not
know: maps, ways, plans.

Implements `llmagentos.ports.driving.BaseDriver`. The world's frame is the flat's.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.robots.bases import load_base
from llmagentos.types import CameraFrame, MapPose
from sim.bodies import create_body
from sim.cameras import CameraSpec, looking_at
from sim.connection import connect, disconnect
from sim.flats.body import BaseBody
from sim.flats.building import CUT_M, Person, WallTops, build
from sim.flats.carried import ARM_HZ, PHYSICS_HZ, CarriedArm
from sim.flats.drift import OdometryDrift, WheelOdometry
from sim.flats.lidar import Lidar
from sim.flats.spec import WALL_HEIGHT_M, FlatSpec
from sim.noise import SensorNoise
from sim.object_spec import ObjectSpec
from sim.palette import PALETTE
from sim.rendering import Lighting, Renderer
from sim.robot import ArmBody
from sim.truth import WorldTruth

#: Things come to rest in so long, at most, before anything begins.
_SETTLE_S = 0.5
_LIGHT = Lighting(direction=(0.4, -0.5, 1.2), ambient=0.68, diffuse=0.40)


class FlatWorld(WorldTruth, BaseDriver):
    """A world of its own, headless unless `view`. control_hz must divide 240.

    drift: of the wheels' word; exact: neither they nor the scanner err. open_top: walls are cut off
    for pictures from above (they still stop everything that drives). noise: of the camera.
    """

    def __init__(
        self,
        flat: FlatSpec,
        *,
        seed: int = 0,
        control_hz: int = 20,
        drift: OdometryDrift | None = None,
        exact: bool = False,
        renderer: str = "auto",
        view: bool = False,
        open_top: bool = True,
        noise: SensorNoise | None = None,
    ) -> None:
        if control_hz <= 0 or PHYSICS_HZ % control_hz:
            raise DriverError(
                f"expected a control rate that divides {PHYSICS_HZ}, got {control_hz}"
            )
        self.flat, self.spec = flat, load_base(flat.base)
        self.noise = noise or SensorNoise(seed=seed)
        self._substeps = PHYSICS_HZ // control_hz
        rng = np.random.default_rng([seed, 0xF1A7])
        self._drift = drift or (OdometryDrift() if exact else OdometryDrift.of_share(0.05, rng))
        self.client: Any
        self.client, kind = connect(view, renderer)
        self._close = weakref.finalize(self, disconnect, self.client)
        self._renderer = Renderer(self.client, kind)
        self._renderer.lighting = _LIGHT
        self.client.setPhysicsEngineParameter(
            fixedTimeStep=1 / PHYSICS_HZ, deterministicOverlappingPairs=1
        )
        if flat.objects or self.spec.arm:
            self.client.setGravity(0, 0, -9.81)
        self._names = build(self.client, flat, CUT_M if open_top else WALL_HEIGHT_M)
        self._tops = WallTops(self.client, flat) if open_top else None
        self._beside: dict[int, str] = {}
        self._floor = next(body for body, name in self._names.items() if name == "floor")
        self.body = BaseBody(self.client, self.spec, MapPose(*flat.start), PHYSICS_HZ // ARM_HZ)
        self._odometry = WheelOdometry(self._drift, np.random.default_rng([seed, 1]))
        errors = None if exact else np.random.default_rng([seed, 2])
        self._lidar = Lidar(self.client, self.spec.scanner, errors)
        self.people = [Person(self.client, walker) for walker in flat.walkers]
        self._steps = 0
        self._next = self._velocity = STILL
        #: What was touched by the base while it drove: what, and when. Floor left out.
        self.contacts: list[tuple[float, str]] = []
        self._scan_due_s = 0.0
        #: The driver of the arm on the base; None where there is none.
        self.arm: CarriedArm | None = None
        if self.body.arm is not None:
            self.arm = CarriedArm(self.client, self.body.arm, self._pass, lambda: self.now_s)
        self._furniture = [b for b, name in self._names.items() if name != "floor"]
        self.others: dict[str, ArmBody] = {}
        standing = [flat.standing(item) for item in flat.objects]
        self._specs: dict[str, ObjectSpec] = {str(item.id): item for item in standing}
        self._bodies = {
            name: create_body(self.client, item.geometry, PALETTE[item.color], item.solid)
            for name, item in self._specs.items()
        }
        self._put_things()
        self._sense()

    @property
    def range_m(self) -> tuple[float, float]:
        """The lift's (ports.driving.Lift). DriverError where there is none."""
        if self.spec.lift is None:
            raise DriverError(f"expected a base with a lift, got {self.spec.name}")
        return self.spec.lift.lowest_m, self.spec.lift.highest_m

    @property
    def height_m(self) -> float:
        """Where the lift has the arm's foot; 0 without one."""
        return self.body.raised_m

    def raise_to(self, height_m: float) -> float:
        """See ports.driving.Lift."""
        self._check_open()
        return self.body.raise_to(height_m)

    def reset(self) -> None:
        """Base, people and things where they were at first, at rest; the clock goes on."""
        self._check_open()
        self.body.put(MapPose(*self.flat.start))
        for person in self.people:
            person.go_back()
        if self.arm is not None:
            self.arm.forget()
        self._next = self._velocity = STILL
        self.contacts.clear()
        self._put_things()
        self._scan_due_s = self.now_s
        self._sense()

    def _put_things(self) -> None:
        """Everything at its place; time passes until it rests, and does not count."""
        if self._bodies:
            self.park_objects()
            self.client.performCollisionDetection()
        for name, item in self._specs.items():
            self._put(self._bodies[name], item.xyz, item.yaw)
        if self._bodies or self.arm is not None:
            for _ in range(round(_SETTLE_S * PHYSICS_HZ)):
                self.body.push(STILL, self.body.pose.yaw_rad)
                self.client.stepSimulation()

    # ---- the driver port ----------------------------------------------------------------------

    @property
    def control_period_s(self) -> float:
        """Simulated time that one `advance` lets pass, seconds."""
        return self._substeps / PHYSICS_HZ

    @property
    def now_s(self) -> float:
        """Simulated seconds since the start."""
        return self._steps / PHYSICS_HZ

    def connect(self) -> None:
        """A world is connected once it is built. DriverError after `close`."""
        self._check_open()

    def disconnect(self) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """Give the physics client back; the world is of no use afterwards."""
        self._close()

    def _check_open(self) -> None:
        if not self._close.alive:
            raise DriverError("expected an open world, got one that was closed")

    def odometry(self) -> Odometry:
        """What the wheels say."""
        self._check_open()
        return Odometry(self._odometry.pose, self._velocity, self.now_s)

    def scan(self) -> LaserScan:
        """The last turn of the scanner."""
        self._check_open()
        return self._scan

    def send_velocity(self, velocity: Velocity) -> Velocity:
        """See BaseDriver; the wheels follow at once, what they push gives way."""
        self._check_open()
        if not (math.isfinite(velocity.forward_mps) and math.isfinite(velocity.turn_radps)):
            raise DriverError(f"expected finite velocities, got {velocity}")
        self._next = velocity
        return velocity

    def advance(self) -> None:
        """One control period of physics. Without a new command the wheels stand."""
        self._check_open()
        velocity, self._next = self._next, STILL
        if self.arm is not None:
            self.arm.rest()
        self._roll(velocity, self._substeps, self._step_by_step)
        self._note_contacts()

    def _step_by_step(self, step: Callable[[], None]) -> None:
        for _ in range(self._substeps):
            step()

    def _pass(self, steps: int, period: Callable[[Callable[[], None]], None]) -> None:
        """The arm's time: the base stands. period: lets that many steps pass, by what does one."""
        self._check_open()
        self._roll(STILL, steps, period)

    def _roll(
        self, velocity: Velocity, steps: int, period: Callable[[Callable[[], None]], None]
    ) -> None:
        """Time for all: people, the base at a velocity, whatever else has motors."""
        dt, yaw, gone = 1 / PHYSICS_HZ, self.body.pose.yaw_rad, 0
        for person in self.people:
            person.advance(steps * dt, self.body.pose, self.spec.radius_m)

        def step() -> None:
            nonlocal gone
            self.body.push(velocity, yaw + velocity.turn_radps * dt * (gone + 0.5))
            self.client.stepSimulation()
            gone += 1

        period(step)
        self._steps += steps
        self._velocity = velocity
        self._odometry.roll(velocity.forward_mps * steps * dt, velocity.turn_radps * steps * dt)
        self.body.roll_wheels(velocity, steps * dt)
        self._sense()

    def let_pass(self, push: Callable[[int], None]) -> None:
        """One control period of physics. push: gives motors what they aim at, before each step."""
        for step in range(self._substeps):
            push(step)
            self.client.stepSimulation()
        self._steps += self._substeps

    def _sense(self) -> None:
        if self.now_s + 1e-9 >= self._scan_due_s:
            self._scan = self._lidar.turn(self.body.pose, self.now_s)
            self._scan_due_s += 1 / self.spec.scanner.rate_hz

    # ---- the truth ----------------------------------------------------------------------------

    @property
    def truth(self) -> MapPose:
        """Where the base really is."""
        return self.body.pose

    def _note_contacts(self) -> None:
        things = frozenset(self._bodies.values())
        for body in self.body.touching(handled=things) - {self._floor}:
            self.contacts.append((self.now_s, self.name_of(body)))

    def name_of(self, body: int) -> str:
        """What a body number is: "wall", a piece of furniture's name, a thing's id, "person"."""
        things = {number: name for name, number in self._bodies.items()}
        known = {**self._beside, **things}
        return self._names.get(body) or known.get(body, "person")

    def held_truth(self) -> str | None:
        """Id of the object that both fingers of the base's arm touch, or None."""
        return None if self.body.arm is None else self.held_by(self.body.arm)

    def note_name(self, body: int, name: str) -> None:
        """What a body is called that was put into the world beside the flat: another base."""
        self._beside[body] = name

    def gap_m(self) -> float:
        """From the base's body to the nearest thing that is not the floor; at most 1 m."""
        gaps = [1.0]
        for body in (*self._names, *(p.body for p in self.people)):
            if body != self._floor:
                points = self.client.getClosestPoints(self.body.body, body, 1.0)
                gaps += [point[8] for point in points]
        return min(gaps)

    # ---- pictures -----------------------------------------------------------------------------

    def render(self, spec: CameraSpec, shadow: bool = False) -> NDArray[np.uint8]:
        """Colour from any camera at its own pose, frame of the flat."""
        return self._renderer.render(spec, spec.pose, shadow)[0]

    def from_above(self, width: int = 960, height: int = 720) -> NDArray[np.uint8]:
        """The whole flat for people, RGB uint8 [height, width, 3]."""
        return self.render(above_spec(self.flat, width, height))

    def capture(self, width: int = 1280, height: int = 960) -> CameraFrame:
        """What the base's own camera sees; its pose is in the base's frame, z from the floor."""
        eye = self.spec.eye
        high = eye.height_m + self.body.raised_m
        ahead = (eye.x_m + math.cos(eye.down_rad), eye.y_m, high - math.sin(eye.down_rad))
        mount = looking_at((eye.x_m, eye.y_m, high), ahead, (0.0, 0.0, 1.0))
        focal = width / 2 / math.tan(eye.view_rad / 2)
        spec = CameraSpec("eye", width, height, focal, 0.05, 12.0, mount)
        if self._tops is not None:
            self._tops.rise()
        rgb, depth, _ = self._renderer.render(spec, _standing(self.truth) @ mount)
        if self._tops is not None:
            self._tops.sink()
        rgb, depth = self.noise.apply(rgb, depth, spec.focal_px)
        return CameraFrame("eye", rgb, depth, spec.intrinsics, mount, self.now_s)


def above_spec(flat: FlatSpec, width: int, height: int) -> CameraSpec:
    """A camera high over a flat, leaning a little, that sees all of it; north (+y) is up."""
    (x0, y0), (x1, y1) = flat.extent
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    wide, deep = x1 - x0 + 0.6, y1 - y0 + 0.6
    focal = 1.4 * height
    away = max(focal * wide / width, focal * deep / height) * 1.04 + CUT_M
    eye = middle[0], middle[1] - 0.28 * away, 0.96 * away
    pose = looking_at(eye, (*middle, 0.2), (0.0, 1.0, 0.0))
    return CameraSpec("above", width, height, focal, 0.3, 3 * away, pose)


def _standing(pose: MapPose) -> NDArray[np.float64]:
    """map_from_base of a base on the floor, 4x4."""
    c, s = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    matrix = np.eye(4)
    matrix[:2, :2] = [[c, -s], [s, c]]
    matrix[:2, 3] = pose.x_m, pose.y_m
    return matrix
