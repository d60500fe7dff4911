"""Copies of a world, and one world tried out and taken back, for "what would happen if".

Knows: joints, poses, speeds, what was commanded, and PyBullet's saved states.
Does not know: what either world will do next.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from llmagentos.errors import DriverError
from sim.noise import SensorNoise
from sim.object_spec import ObjectSpec
from sim.rendering import Lighting
from sim.scene import SceneSpec
from sim.torques import TorqueSense
from sim.truth import WorldTruth

W = TypeVar("W", bound="WorldCopies")
#: Where what moves is: joints (rad; m of fingers that slide), and each object's position and quaternion.
Places = tuple[tuple[float, ...], tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]]


@dataclass(frozen=True)
class Looks:
    """All that a picture of a world hangs on beside places: what a copy elsewhere is made from."""

    scene: SceneSpec
    objects: tuple[ObjectSpec, ...]
    lighting: Lighting
    noise: SensorNoise


class WorldCopies(WorldTruth):
    """What `SimWorld` may try out and take back; filled by it."""

    noise: SensorNoise
    _torques: TorqueSense | None
    _scene: SceneSpec
    _built: tuple[str, str | None, list[tuple[object, ...]]] | None
    _command: tuple[float, ...] | None
    _holding: bool
    _steps: int
    _gripper: tuple[float, float]

    def _begin(self, joints: Sequence[float] | None = None, width_m: float | None = None) -> None:
        """Make the scene's bodies, or put them back to where it has them."""
        raise NotImplementedError

    @property
    def lighting(self) -> Lighting:
        """The light that pictures are taken in."""
        raise NotImplementedError

    @lighting.setter
    def lighting(self, lighting: Lighting) -> None:
        raise NotImplementedError

    def looks(self) -> Looks:
        """What a copy in another process is made from; can be pickled."""
        return Looks(self._scene, tuple(self._specs.values()), self.lighting, self.noise.fresh())

    def looks_like(self, looks: Looks) -> bool:
        """Whether these are its looks still."""
        return (
            looks.scene is self._scene
            and looks.lighting == self.lighting
            and len(looks.objects) == len(self._specs)
            and all(a is b for a, b in zip(looks.objects, self._specs.values(), strict=True))
        )

    def look_like(self, looks: Looks) -> None:
        """Become a copy of a world with these looks, but for places."""
        self._scene = looks.scene.model_copy(update={"objects": list(looks.objects)})
        self._begin()
        self.noise, self.lighting = looks.noise, looks.lighting

    def places(self) -> Places:
        """Where everything is now; microseconds."""
        client, robot = self.client, self.robot
        joints = client.getJointStates(robot.body, robot.moving)
        poses = tuple(client.getBasePositionAndOrientation(body) for body in self.bodies())
        return tuple(joint[0] for joint in joints), poses

    def put_all(self, places: Places) -> None:
        """Put everything there, at rest; places of a world with the same looks."""
        joints, poses = places
        for joint, angle in zip(self.robot.moving, joints, strict=True):
            self.client.resetJointState(self.robot.body, joint, angle)
        for body, (position, turn) in zip(self.bodies(), poses, strict=True):
            self.client.resetBasePositionAndOrientation(body, position, turn)

    @contextlib.contextmanager
    def what_if(self: W) -> Iterator[W]:
        """Try something out in this very world; leaving the block takes everything back.

        Afterwards the world goes on bit for bit the same whatever was tried. Do not reset, spawn
        or remove inside. Costs about a millisecond, where `fork` builds a whole world. DriverError
        where there are several arms.
        """
        if self.others:
            raise DriverError(
                f"expected one arm to try things out with, got {1 + len(self.others)}"
            )
        state = self.client.saveState()
        restore_in_order(self, stateId=state)
        kept = (self._command, self._holding, self._steps, self._gripper)
        motors = self.robot.motor_commands
        noise = self.noise.rng.bit_generator.state
        felt = None if self._torques is None else self._torques.external_nm
        try:
            yield self
        finally:
            restore_in_order(self, stateId=state)
            self.client.removeState(state)
            self._command, self._holding, self._steps, self._gripper = kept
            self.robot.command_again(motors, self._gripper)
            self.noise.rng.bit_generator.state = noise
            if self._torques is not None and felt is not None:
                self._torques.external_nm = felt


def carry_over(source: WorldCopies, twin: WorldCopies) -> None:
    """Bring a new world to this moment of `source`: scene, bodies, what was commanded."""
    exact = source._built is not None
    twin._scene = source._scene
    if not exact:
        here = [source._current_spec(object_id) for object_id in source._specs]
        twin._scene = SceneSpec.model_construct(
            robot=source._scene.robot, objects=here, table=source._scene.table
        )
    twin._begin()
    twin._command, twin._holding, twin._steps = source._command, source._holding, source._steps
    twin._gripper = source._gripper
    _carry_state(source, twin, exact)
    for world in (source, twin):
        world.robot.command_again(source.robot.motor_commands, source._gripper)


def _carry_state(source: WorldTruth, twin: WorldTruth, exact: bool) -> None:
    """Bring `twin`, built with the same objects, into `source`'s state.

    exact: with everything that contacts remember (both worlds must have been built alike).
    """
    if exact:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "state.bullet")
            source.client.saveBullet(path)
            for world in (source, twin):
                # A world that never had these contacts needs a second time to order them.
                restore_in_order(world, fileName=path)
                restore_in_order(world, fileName=path)
        return
    for joint in source.robot.moving:
        position, velocity = source.client.getJointState(source.robot.body, joint)[:2]
        twin.client.resetJointState(twin.robot.body, joint, position, velocity)
    for object_id in source.object_ids():
        linear, angular = source.client.getBaseVelocity(source.body_of(object_id))
        body = twin.body_of(object_id)
        position, turn = source.object_pose(object_id)
        twin.client.resetBasePositionAndOrientation(body, position, turn)
        twin.client.resetBaseVelocity(body, linear, angular)


def restore_in_order(world: WorldTruth, **saved: Any) -> None:
    """Restore a saved state so that its future depends on that state alone.

    PyBullet solves contacts in the order in which they came about, which no saved state holds.
    Taking everything apart first makes it find them anew, in an order that is always the same.
    """
    world.park_objects()
    world.robot.jump(world.robot.spec.home_rad, 0.0)
    world.client.performCollisionDetection()
    world.client.restoreState(**saved)
