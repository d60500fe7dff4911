"""The simulated world: one PyBullet client with table, arm, objects and cameras.

Knows: time, physics, which body is which object, the simulator's truth (for scoring and tests).
Does not know: perception, plans, motion planning; it moves only as its driver calls say.

Implements `llmagentos.ports.hardware.RobotDriver`. Base frame = world frame; the table top is z = 0.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError, SceneError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec, load
from llmagentos.types import RobotState
from sim.bodies import create_body, paint_body
from sim.cameras import CameraSpec, SimCamera, observer_spec, overhead_spec, wrist_spec
from sim.connection import connect, disconnect
from sim.engine import Engine
from sim.forking import WorldCopies, carry_over
from sim.framing import arm_points
from sim.furniture import build_furniture
from sim.noise import SensorNoise, severity
from sim.palette import PALETTE
from sim.rendering import Lighting, Renderer
from sim.robot import ArmBody
from sim.scene import ArmPlace, ObjectSpec, SceneSpec, interpenetrate, unused_id
from sim.tables import MAT
from sim.torques import TorqueSense

PHYSICS_HZ = 240


class SimWorld(WorldCopies, RobotDriver):
    """A world of its own, headless unless `view`.

    control_hz must divide 240. renderer: "auto" (EGL where it works, for one world a process), "egl" or "tiny";
    the environment variable LLMAGENTOS_RENDERER decides for "auto" when it is set.
    engine: how exactly physics is computed. senses_torques: `state` tells what pushes against the
    joints, as arms with torque sensors do.
    noise: of the cameras; without it, what the scene says. seed starts the noise and, with
    `vary_light`, chooses the light.
    """

    def __init__(
        self,
        scene: SceneSpec | None = None,
        *,
        seed: int = 0,
        control_hz: int = 60,
        view: bool = False,
        renderer: str = "auto",
        noise: SensorNoise | None = None,
        vary_light: bool = False,
        engine: Engine | None = None,
        senses_torques: bool = False,
    ) -> None:
        if control_hz <= 0 or PHYSICS_HZ % control_hz:
            raise DriverError(
                f"expected a control rate that divides {PHYSICS_HZ}, got {control_hz}"
            )
        self._substeps = PHYSICS_HZ // control_hz
        self.noise = noise or SensorNoise(seed=seed)
        self._own_noise = noise is not None
        self.vary_light = vary_light
        self._engine = engine or Engine()
        self._senses_torques = senses_torques
        self._torques: TorqueSense | None = None
        #: The raw PyBullet client, for sim/ and tests.
        self.client: Any
        self.client, kind = connect(view, renderer)
        self._close = weakref.finalize(self, disconnect, self.client)
        self._renderer = Renderer(self.client, kind)
        self.overhead = SimCamera(self, overhead_spec())
        self.wrist = SimCamera(self, wrist_spec())
        self.observer = SimCamera(self, observer_spec())
        self.cameras = {c.name: c for c in (self.overhead, self.wrist, self.observer)}
        self._framed: tuple[ArmSpec, NDArray[np.float64]] | None = None
        self._scene = SceneSpec()
        self._bodies: dict[str, int] = {}
        self._specs: dict[str, ObjectSpec] = {}
        self._built: tuple[str, str | None, list[tuple[object, ...]]] | None = None
        self.reset(scene or SceneSpec(), seed)

    # ---- building -------------------------------------------------------------------------

    def reset(
        self,
        scene: SceneSpec | None = None,
        seed: int | None = None,
        *,
        joints: Sequence[float] | None = None,
        width_m: float | None = None,
        settle_s: float = 1.0,
    ) -> None:
        """Start over with `scene` (default: the last one), time 0, arm at home, things at rest.

        joints (rad), width_m: where arm and fingers start instead, without their limits looked at.
        settle_s: how long things have to come to rest, at most; 0 takes them as they are put.
        Same kinds and sizes in the same order reuse the bodies; anything else rebuilds the world.
        Both give the same bits afterwards.
        """
        if scene is not None:
            scene.check()
            self._scene = scene.model_copy(deep=True)
            if not self._own_noise:
                name = scene.camera.noise if scene.camera else "none"
                self.noise = severity(name, self.noise.seed)
        if seed is not None:
            self.noise.reset(seed)
            if self.vary_light:
                self._renderer.lighting = Lighting.random(np.random.default_rng([seed, 0x119]))
        self._begin(joints, width_m)
        if settle_s > 0:
            self.settle(settle_s)
        self._steps = 0

    def build_anew(self) -> None:
        """At the next reset make new bodies, also where those that are there would do."""
        self._built = None

    def _begin(self, joints: Sequence[float] | None = None, width_m: float | None = None) -> None:
        things = [o.form for o in self._scene.objects]
        arms = [(p.name, p.robot, p.position, p.yaw) for p in self._scene.robots]
        wanted = (self._scene.robot, self._scene.table, [*arms, *things])
        if self._built != wanted:
            self._rebuild()
            self._built = wanted
        self._place_all(joints, width_m)
        self._steps = 0
        self._command: tuple[float, ...] | None = None
        self._holding = False
        self._gripper = (self.robot.spec.max_opening_m if width_m is None else width_m, 20.0)

    def _rebuild(self) -> None:
        client = self.client
        client.resetSimulation()
        client.setPhysicsEngineParameter(
            fixedTimeStep=1 / PHYSICS_HZ,
            numSolverIterations=self._engine.iterations,
            solverResidualThreshold=self._engine.residual,
            deterministicOverlappingPairs=1,
            numSubSteps=0,
        )
        client.setGravity(0, 0, -9.81)
        self.robot = self._furnish(load(self._scene.robot))
        if self._senses_torques:
            self._torques = TorqueSense(client, self.robot.body, self.robot.joints)
        #: The arms beside the first one, by name: sim.arms drives them.
        self.others = {p.name: self._other(p) for p in self._scene.robots[1:]}
        self._pool = [self._make(item) for item in self._scene.objects]

    @staticmethod
    def _points(place: ArmPlace) -> NDArray[np.float64]:
        """What of an arm a picture for people must show, in the first one's frame."""
        c, s = math.cos(place.yaw), math.sin(place.yaw)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        points: NDArray[np.float64] = arm_points(load(place.robot)) @ turn + [*place.position, 0.0]
        return points

    def _row(self) -> int | None:
        """Along which axis several arms stand: 0 for x, 1 for y; None for one arm."""
        if len(self._scene.robots) < 2:
            return None
        xs, ys = zip(*(place.position for place in self._scene.robots), strict=True)
        return 0 if max(xs) - min(xs) > max(ys) - min(ys) else 1

    def _other(self, place: ArmPlace) -> ArmBody:
        turn = (0.0, 0.0, math.sin(place.yaw / 2), math.cos(place.yaw / 2))
        base = (*place.position, 0.0), turn
        return ArmBody(self.client, load(place.robot), self._substeps, self._engine, base)

    def _furnish(self, spec: ArmSpec) -> ArmBody:
        """The room and the cameras for an arm's work area, and the arm."""
        table = self._scene.table or MAT
        top_m = self._scene.top_m if self._scene.robots else None
        self._furniture = build_furniture(self.client, spec.workspace, table, top_m)
        self.overhead.spec = overhead_spec(workspace=spec.workspace)
        if self._framed is None or self._framed[0] is not spec or self._scene.robots:
            others = [self._points(place) for place in self._scene.robots[1:]]
            self._framed = spec, np.vstack([arm_points(spec), *others])
        self.observer.spec = observer_spec(
            workspace=spec.workspace, points=self._framed[1], row=self._row()
        )
        return ArmBody(self.client, spec, self._substeps, self._engine)

    def _make(self, item: ObjectSpec) -> int:
        return create_body(self.client, item.geometry, PALETTE[item.color], item.solid)

    def _place_all(self, joints: Sequence[float] | None, width_m: float | None) -> None:
        client = self.client
        ids = [str(item.id) for item in self._scene.objects]
        self._bodies = dict(zip(ids, self._pool, strict=True))
        self._specs = dict(zip(ids, self._scene.objects, strict=True))
        self.park_objects()
        self.robot.reset(joints, width_m)
        for other in self.others.values():
            other.reset()
        if self._torques is not None:
            self._torques.forget()
        client.performCollisionDetection()
        for body, item in zip(self._pool, self._scene.objects, strict=True):
            self._put(body, item.xyz, item.yaw)
            paint_body(client, body, item.geometry, PALETTE[item.color])

    def spawn(self, item: ObjectSpec) -> str:
        """Add one object in mid-run; returns its id. SceneError if it cannot stand there."""
        fresh = item.model_copy(deep=True)
        if fresh.id in self._specs:
            raise SceneError(f"expected a new id, got {fresh.id!r} again")
        fresh.id = fresh.id or unused_id(fresh, set(self._specs))
        SceneSpec(robot=self._scene.robot, objects=[fresh]).check()
        for other in map(self._current_spec, self._specs):
            if interpenetrate(fresh, other):
                raise SceneError(f"{fresh.id} at {fresh.position} and {other.id} overlap")
        body = self._make(fresh)
        self._put(body, fresh.xyz, fresh.yaw)
        self._bodies[fresh.id], self._specs[fresh.id] = body, fresh
        self._built = None
        return fresh.id

    def remove(self, object_id: str) -> None:
        """Take one object out of the world."""
        self.client.removeBody(self.body_of(object_id))
        del self._bodies[object_id], self._specs[object_id]
        self._built = None

    def close(self) -> None:
        """Give the physics client back; the world is of no use afterwards."""
        self._close()

    def connect(self) -> None:
        """A world is connected once it is built. DriverError after `close`."""
        self._check_open()

    def disconnect(self) -> None:
        """As `close`."""
        self.close()

    def _check_open(self) -> None:
        if not self._close.alive:
            raise DriverError("expected an open world, got one that was closed")

    @property
    def scene(self) -> SceneSpec:
        """What the last reset asked for."""
        return self._scene

    # ---- the driver port ------------------------------------------------------------------

    @property
    def control_period_s(self) -> float:
        """Simulated time that one `advance` lets pass, seconds."""
        return self._substeps / PHYSICS_HZ

    @property
    def now_s(self) -> float:
        """Simulated seconds since the last reset."""
        return self._steps / PHYSICS_HZ

    def state(self) -> RobotState:
        """Joints (rad, rad/s), distance between the finger tips (m) and force (N), exact and now."""
        self._check_open()
        positions, velocities, width, effort = self.robot.read()
        external = () if self._torques is None else self._torques.external_nm
        return RobotState(positions, velocities, width, self.now_s, effort, external)

    @property
    def commanded(self) -> tuple[tuple[float, ...], float]:
        """Joints (rad) and distance between the finger tips (m) that were commanded last."""
        return self._command or self.robot.motor_commands[0], self._gripper[0]

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Joint targets (one per joint, rad) for the next period, clipped to the hardware's limits.

        DriverError on a wrong length, NaN or infinity; nothing is sent then.
        """
        self._check_open()
        self._command = self.robot.clip(positions)
        return self._command

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Finger distance to reach, with at most `force_n` per finger; stays until changed."""
        self._check_open()
        wanted = (float(width_m), float(force_n))
        if wanted != self._gripper:
            self.robot.drive_gripper(*wanted)
            if width_m > self.robot.opening_m() and self.robot.renew_wrong_contacts():
                self._built = None  # the order of pairs is another one now: build anew next time
            self._gripper = wanted
        return min(max(float(width_m), 0.0), self.robot.spec.max_opening_m)

    def advance(self) -> None:
        """One control period of physics. Without a new command the last target is held."""
        self._check_open()
        if self._command is not None:
            self.robot.drive(self._command, self.control_period_s, 1 / PHYSICS_HZ)
            self._command, self._holding = None, False
        elif not self._holding:
            self.robot.hold()
            self._holding = True
        self.let_pass()

    def let_pass(self) -> None:
        """One control period of physics, with the motors as they are."""
        step = self.client.stepSimulation
        if self._torques is not None:
            self._torques.period(step, self._substeps, 1 / PHYSICS_HZ)
        else:
            for _ in range(self._substeps):
                step()
        self._steps += self._substeps

    def settle(self, max_s: float = 1.0) -> bool:
        """Let time pass until all objects rest, at most `max_s`; returns whether they do."""
        for _ in range(max(1, round(max_s / self.control_period_s))):
            self.advance()
            if self._steps % 24 == 0 and self.at_rest():
                return True
        return self.at_rest()

    # ---- pictures -------------------------------------------------------------------------

    @property
    def renderer(self) -> str:
        """Which renderer takes the pictures: "egl" or "tiny"."""
        return self._renderer.kind

    @property
    def lighting(self) -> Lighting:
        """The light that pictures are taken in; setting it changes all pictures from then on."""
        return self._renderer.lighting

    @lighting.setter
    def lighting(self, lighting: Lighting) -> None:
        self._renderer.lighting = lighting

    def render(
        self, spec: CameraSpec, base_from_camera: NDArray[np.float64], shadow: bool = False
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int32]]:
        """Colour, depth (m) and body numbers from any camera at any place, without noise."""
        return self._renderer.render(spec, base_from_camera, shadow)

    def render_rgb(self, width: int = 960, height: int = 720) -> NDArray[np.uint8]:
        """A picture for people, uint8 [height, width, 3], with shadows."""
        assert self._framed is not None, "the room is furnished"
        area = self.robot.spec.workspace
        spec = observer_spec(width, height, area, self._framed[1], self._row())
        return self.render(spec, spec.pose, shadow=True)[0]

    def fork(self) -> SimWorld:
        """An independent copy of this moment, to see what would happen if; `close()` it after.

        Both worlds go on bit for bit alike under the same commands. (Forking puts PyBullet's
        list of contacts in order in both, so a forked world may differ in its last bits from
        one that was never forked. After `spawn` or `remove` the copy has the same poses and
        speeds but forgets what contacts remember.) Noise restarts from its seed; the copy's
        pictures are TinyRenderer's. DriverError where there are several arms.
        """
        if self.others:
            raise DriverError(f"expected one arm in a world to copy, got {1 + len(self.others)}")
        # EGL is for one world a process
        twin = SimWorld(
            control_hz=PHYSICS_HZ // self._substeps,
            renderer="tiny",
            noise=self.noise.fresh(),
            engine=self._engine,
        )
        twin._renderer.lighting = self._renderer.lighting
        carry_over(self, twin)
        return twin

    def hand_pose_matrix(self) -> NDArray[np.float64]:
        """base_from_hand, 4x4: origin at the flange, z along the fingers, y where they open."""
        position, turn = self.robot.hand_pose()
        pose = np.eye(4)
        pose[:3, :3] = np.array(self.client.getMatrixFromQuaternion(turn)).reshape(3, 3)
        pose[:3, 3] = position
        return pose
