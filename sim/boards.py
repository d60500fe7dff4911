"""Calibration boards in a simulated world: on its table, or held by its arm.

Knows: how a board becomes a body, where it goes, and where the camera really is. Does not know: how a
pose is found (llmagentos.perception.calibration).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError, UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.perception.board import Target, lying
from llmagentos.perception.calibration import BoardView, place_error_m
from llmagentos.perception.calibration_files import hand_at
from llmagentos.robots import load
from llmagentos.types import CameraFrame, Pose
from sim.bodies import load_body
from sim.meshes import cuboid
from sim.noise import severity
from sim.scene import SceneSpec
from sim.world import SimWorld

Matrix = NDArray[np.float64]

_THICK_M = 0.001
#: Where boards lie: shares of the work area, and yaw.
_PLACES = ((0.3, 0.25, 0.0), (0.7, 0.5, 0.5), (0.35, 0.78, -0.4))
#: A board in the hand lies beside the fingers, facing back along them: hand_from_board, at scale 1.
_ASIDE_M, _ALONG_M = 0.15, 0.0
#: How high the hand is, how many views it is tried for, and how far its wrist turns, radians.
_HIGH_M, _VIEWS, _TURN_RAD = 0.22, 10, 0.35


@dataclass(frozen=True)
class Rehearsed:
    """Views, with what was really so. true: base_from_camera."""

    views: list[BoardView]
    intrinsics: Matrix
    true: Matrix
    frames: list[CameraFrame]

    def error_m(self, pose: Matrix, x: float, y: float) -> float:
        """How far off a camera believed at `pose` tells what lies at x, y on the table."""
        return place_error_m(pose, self.true, x, y)


def rehearsed(
    robot: str, board: Target, noise: str = "none", in_hand: bool = False, seed: int = 0
) -> Rehearsed:
    """A calibration with a simulated arm: pictures of a board lying in three places, or in the hand.

    Raises RobotError, ConfigError, PerceptionError where no picture shows the board.
    """
    world = SimWorld(SceneSpec(robot=robot), seed=seed, noise=severity(noise, seed))
    try:
        body = _body(world, board)
        views, frames = (_held if in_hand else _laid)(world, board, body, seed)
        camera = world.overhead
        return Rehearsed(views, camera.spec.intrinsics, camera.base_from_camera(), frames)
    finally:
        world.close()


def _body(world: SimWorld, board: Target) -> int:
    wide, high = board.printed_m
    print_ = board.drawn(80)
    # The texture lies as it is read: its x along the body's x, its first row at the largest y.
    texture = np.repeat(print_[:, :, None], 3, axis=2)
    half = (wide / 2, high / 2, _THICK_M / 2)
    mesh = cuboid((-half[0], -half[1], -half[2]), half)
    return load_body(world.client, mesh, [], texture=np.ascontiguousarray(texture))


def _put(world: SimWorld, body: int, base_from_board: Matrix) -> None:
    """Its face to the pose's x and y plane."""
    turn = base_from_board[:3, :3]
    middle = base_from_board[:3, 3] - turn[:, 2] * _THICK_M / 2
    world.client.resetBasePositionAndOrientation(body, middle.tolist(), _quaternion(turn))


def _quaternion(turn: Matrix) -> list[float]:
    return [float(v) for v in pin.Quaternion(turn).coeffs()]


def _laid(
    world: SimWorld, board: Target, body: int, seed: int
) -> tuple[list[BoardView], list[CameraFrame]]:
    area = load(world.scene.robot).workspace
    views: list[BoardView] = []
    frames: list[CameraFrame] = []
    for along, across, yaw in _PLACES:
        x = area.x_min + along * (area.x_max - area.x_min)
        y = area.y_min + across * (area.y_max - area.y_min)
        pose = lying(x, y, yaw, _THICK_M)
        _put(world, body, pose)
        frame = world.overhead.capture()
        corners, pixels = board.find(frame.rgb, f"the picture of the board at {x:.2f}, {y:.2f}")
        views.append(BoardView(corners, pixels, pose))
        frames.append(frame)
    return views, frames


def _held(
    world: SimWorld, board: Target, body: int, seed: int
) -> tuple[list[BoardView], list[CameraFrame]]:
    spec = load(world.scene.robot)
    kinematics, rng = Kinematics(spec), np.random.default_rng([seed, 0xB0A])
    in_hand = np.eye(4)
    in_hand[:3, :3] = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, -1]])
    in_hand[:3, 3] = spec.scale * _ASIDE_M, 0.0, spec.scale * _ALONG_M
    area = spec.workspace
    views: list[BoardView] = []
    frames: list[CameraFrame] = []
    for _ in range(3 * _VIEWS):
        if len(views) == _VIEWS:
            break
        x, y = rng.uniform((area.x_min, 0.6 * area.y_min), (area.x_max - 0.1, 0.6 * area.y_max))
        try:
            start = kinematics.solve(
                Pose((float(x), float(y), spec.scale * _HIGH_M)), spec.home_rad
            )
        except UnreachableError:
            continue
        joints = np.array(start)
        joints[-3:] += rng.uniform(-_TURN_RAD, _TURN_RAD, 3)
        joints = np.clip(joints, spec.lower_rad, spec.upper_rad)
        angles = tuple(float(v) for v in joints)
        world.robot.reset(list(angles), 0.0)
        hand = hand_at(spec, angles)
        _put(world, body, hand @ in_hand)
        frame = world.overhead.capture()
        try:
            corners, pixels = board.find(frame.rgb)
        except PerceptionError:
            continue  # the arm is before it
        views.append(BoardView(corners, pixels, base_from_hand=hand))
        frames.append(frame)
    return views, frames
