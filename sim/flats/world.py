"""A flat with a base in it: one PyBullet client, driven by velocities.

Knows: time, physics, what the base touches (for scoring and tests). Does not know: maps, ways, plans.

Implements `llmagentos.ports.driving.BaseDriver`. The world's frame is the flat's.
"""

from __future__ import annotations

import math
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.robots.bases import load_base
from llmagentos.types import CameraFrame, MapPose
from sim.cameras import CameraSpec, looking_at
from sim.connection import connect, disconnect
from sim.flats.body import BaseBody
from sim.flats.building import CUT_M, Person, build
from sim.flats.drift import OdometryDrift, WheelOdometry
from sim.flats.lidar import Lidar
from sim.flats.spec import WALL_HEIGHT_M, FlatSpec
from sim.rendering import Lighting, Renderer

_PHYSICS_HZ = 240
_LIGHT = Lighting(direction=(0.4, -0.5, 1.2), ambient=0.68, diffuse=0.40)


class FlatWorld(BaseDriver):
    """A world of its own, headless unless `view`. control_hz must divide 240.

    drift: of the wheels' word; exact: neither they nor the scanner err. open_top: walls are cut off
    for pictures from above (they still stop everything that drives).
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
    ) -> None:
        if control_hz <= 0 or _PHYSICS_HZ % control_hz:
            raise DriverError(
                f"expected a control rate that divides {_PHYSICS_HZ}, got {control_hz}"
            )
        self.flat, self.spec = flat, load_base(flat.base)
        self._substeps = _PHYSICS_HZ // control_hz
        rng = np.random.default_rng([seed, 0xF1A7])
        self._drift = drift or (OdometryDrift() if exact else OdometryDrift.of_share(0.05, rng))
        self.client: Any
        self.client, kind = connect(view, renderer)
        self._close = weakref.finalize(self, disconnect, self.client)
        self._renderer = Renderer(self.client, kind)
        self._renderer.lighting = _LIGHT
        self.client.setPhysicsEngineParameter(
            fixedTimeStep=1 / _PHYSICS_HZ, deterministicOverlappingPairs=1
        )
        self._names = build(self.client, flat, CUT_M if open_top else WALL_HEIGHT_M)
        self._floor = next(body for body, name in self._names.items() if name == "floor")
        self.body = BaseBody(self.client, self.spec, MapPose(*flat.start))
        self._odometry = WheelOdometry(self._drift, np.random.default_rng([seed, 1]))
        errors = None if exact else np.random.default_rng([seed, 2])
        self._lidar = Lidar(self.client, self.spec.scanner, errors)
        self.people = [Person(self.client, walker) for walker in flat.walkers]
        self._steps = 0
        self._next = self._velocity = STILL
        #: What was touched by the base while it drove: what, and when. Floor left out.
        self.contacts: list[tuple[float, str]] = []
        self._scan_due_s = 0.0
        self._sense()

    # ---- the driver port ----------------------------------------------------------------------

    @property
    def control_period_s(self) -> float:
        """Simulated time that one `advance` lets pass, seconds."""
        return self._substeps / _PHYSICS_HZ

    @property
    def now_s(self) -> float:
        """Simulated seconds since the start."""
        return self._steps / _PHYSICS_HZ

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
        dt, yaw = 1 / _PHYSICS_HZ, self.body.pose.yaw_rad
        for person in self.people:
            person.advance(self.control_period_s, self.body.pose, self.spec.radius_m)
        for step in range(self._substeps):
            self.body.push(velocity, yaw + velocity.turn_radps * dt * (step + 0.5))
            self.client.stepSimulation()
        self._steps += self._substeps
        self._velocity = velocity
        period = self.control_period_s
        self._odometry.roll(velocity.forward_mps * period, velocity.turn_radps * period)
        self.body.roll_wheels(velocity, period)
        self._note_contacts()
        self._sense()

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
        for body in self.body.touching() - {self._floor}:
            self.contacts.append((self.now_s, self.name_of(body)))

    def name_of(self, body: int) -> str:
        """What a body number is: "wall", a piece of furniture's name, "person"."""
        return self._names.get(body, "person")

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

    def capture(self, width: int = 640, height: int = 480) -> CameraFrame:
        """What the base's own camera sees; its pose is in the base's frame."""
        eye = self.spec.eye
        ahead = (eye.x_m + math.cos(eye.down_rad), 0.0, eye.height_m - math.sin(eye.down_rad))
        mount = looking_at((eye.x_m, 0.0, eye.height_m), ahead, (0.0, 0.0, 1.0))
        focal = width / 2 / math.tan(eye.view_rad / 2)
        spec = CameraSpec("eye", width, height, focal, 0.05, 12.0, mount)
        rgb, depth, _ = self._renderer.render(spec, _standing(self.truth) @ mount)
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
