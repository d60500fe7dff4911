"""What tests of the recorder are built from: a flight without a robot, and one of a whole session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from lab.arms import PANDA

from llmagentos.events import CommandEnded, CommandRead, ReplyKnown
from llmagentos.recorder import FlightRecorder, Settings
from llmagentos.types import CameraFrame, Observation, RobotState, Scene, SceneObject

RED = SceneObject("red_block_1", "block", "red", 0.04, 0.04, (0.45, 0.1, 0.02), 0.3)
BOWL = SceneObject("blue_bowl_1", "bowl", "blue", 0.14, 0.05, (0.55, -0.15, 0.025))
SCENE = Scene((RED, BOWL), 1.0)
STATE = RobotState(PANDA.home_rad, (0.0,) * 7, 0.08, 1.0)


def frame(seed: int = 0, size: tuple[int, int] = (60, 80)) -> CameraFrame:
    """A picture of noise, which no encoder makes small."""
    rng = np.random.default_rng(seed)
    height, width = size
    rgb = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
    depth = rng.uniform(0.5, 1.5, (height, width)).astype(np.float32)
    depth[0, :3] = (0.0, np.nan, np.inf)
    intrinsics = np.array([[100.0, 0, width / 2], [0, 100.0, height / 2], [0, 0, 1]])
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[:3, 3] = (0.5, 0.0, 1.25)
    return CameraFrame("overhead", rgb, depth, intrinsics, pose, 1.0 + seed)


def recorder(folder: Path, **settings: Any) -> FlightRecorder:
    """One without a robot."""
    return FlightRecorder(Settings(folder=str(folder), **settings), PANDA)


def fly(flight: FlightRecorder, command: str = "go home", looks: int = 1, said: int = 3) -> None:
    """One command as an agent would tell it."""
    flight.on_event(CommandRead(command))
    for k in range(looks):
        flight.looked(Observation((frame(k),), STATE, command), SCENE, "")
    for k in range(said):
        flight.on_event(ReplyKnown(f"sentence {k}"))
    flight.on_event(CommandEnded("succeeded", "I am home."))
