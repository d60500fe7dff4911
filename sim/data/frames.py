"""What is recorded of a simulated arm: joints, fingers, both cameras, and what was commanded.

Knows: one world; how often its periods make a frame. Does not know: who moves the arm, files.

The state of a frame is measured at its time. Its action is what was commanded last before the next
frame: where the arm is to be by then. Both are joint angles in rad and the distance between the
finger tips in metres, in the arm's order; names are the joints', as LeRobot ends them: `.pos`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError
from sim.cameras import SimCamera, overhead_spec, wrist_spec
from sim.data import schema
from sim.data.writer import DatasetWriter
from sim.world import SimWorld

#: Width and height of recorded pictures, and frames a second, where nothing else is asked for.
SIZE, FPS = (320, 240), 20


class ArmFrames:
    """Reads a world. size: width and height of the pictures, even numbers."""

    def __init__(self, world: SimWorld, size: tuple[int, int] = SIZE) -> None:
        self._world, self._size = world, size
        specs = (overhead_spec(*size, workspace=world.robot.spec.workspace), wrist_spec(*size))
        self._cameras = [SimCamera(world, spec) for spec in specs]

    def features(self, fps: int) -> schema.Features:
        """State, pictures and action as features."""
        names = [f"{name}.pos" for name in self._world.robot.spec.joint_names]
        numbers = schema.vector([*names, "gripper.pos"])
        videos = {
            schema.PICTURE + camera.name: schema.video(*self._size, fps) for camera in self._cameras
        }
        return {schema.STATE: numbers, schema.ACTION: numbers, **videos}

    def observe(self) -> dict[str, NDArray[Any]]:
        """State and pictures now."""
        state = self._world.state()
        numbers = np.array([*state.positions, state.gripper_width_m], np.float32)
        seen = {schema.PICTURE + c.name: c.capture().rgb for c in self._cameras}
        return {schema.STATE: numbers, **seen}

    def commanded(self) -> NDArray[np.float32]:
        """The action: what was commanded last."""
        joints, width = self._world.commanded
        return np.array([*joints, width], np.float32)


class Sampler:
    """Makes an episode's frames from control periods: begin, then `on_advance` after each period.

    fps: frames a second; it divides the rate of control, else DatasetError.
    """

    def __init__(self, world: SimWorld, frames: ArmFrames, fps: int) -> None:
        rate = round(1 / world.control_period_s)
        if fps <= 0 or rate % fps:
            fitting = [n for n in range(1, rate + 1) if rate % n == 0]
            raise DatasetError(f"expected frames a second of {fitting}, got {fps}")
        self._frames, self._every = frames, rate // fps
        self._add: Callable[[Mapping[str, Any]], None] | None = None
        self._pending: dict[str, Any] = {}
        self._periods = 0

    def begin(self, writer: DatasetWriter) -> None:
        """An episode begins now."""
        self._add, self._periods = writer.add, 0
        self._pending = dict(self._frames.observe())

    @property
    def is_open(self) -> bool:
        """Whether an episode is being recorded."""
        return self._add is not None

    def on_advance(self) -> None:
        """A control period has passed: keeps a frame when the next one is due."""
        if self._add is None:
            return
        self._periods += 1
        if self._periods % self._every:
            return
        outcome = {schema.DONE: False, schema.SUCCESS: False}
        self._add({**self._pending, schema.ACTION: self._frames.commanded(), **outcome})
        self._pending = dict(self._frames.observe())

    def end(self) -> None:
        """No more frames; what has not lasted a frame's time is left out."""
        self._add, self._pending = None, {}
