"""Calibration sessions as files: pictures of boards to views, and a pose to where robots read it.

Knows: the session file's fields, picture files, parameter files of ROS nodes. Does not know: how a
pose follows (calibration.py).

    camera: {width: 640, height: 480, matrix: [600, 0, 320, 0, 600, 240, 0, 0, 1]}
    board: {across: 7, down: 5, square_m: 0.04, marker_m: 0.03}   # or {kind: marker, marker_m: 0.1}
    views:
      - {picture: left.png, board: [0.45, 0.15, 0.0]}   # on the table: its middle's x, y, and yaw
      - {picture: right.png, joints: [0, 0.3, ...]}     # or in the hand: the arm's joints, rad
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from llmagentos.errors import ConfigError, FileError
from llmagentos.files import is_there, read_text, read_yaml, shown, write_text
from llmagentos.perception.board import Board, Marker, Target, lying
from llmagentos.perception.calibration import BoardView
from llmagentos.perception.lens import Calibration, Lens
from llmagentos.perception.maps.arm import SelfMask
from llmagentos.robots import ArmSpec
from llmagentos.types import RobotState

Matrix = NDArray[np.float64]

#: The session's file in a folder that `llmagentos calibrate --ros` makes.
SESSION = "session.yaml"
_NUMBERS = r"[ \t]*\[[^\]\n]*\]"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CameraPart(_Part):
    """The lens, as CameraInfo has it: matrix row by row, pixels of the full picture."""

    width: int
    height: int
    matrix: tuple[float, ...] = Field(min_length=9, max_length=9)
    distortion: str = ""
    coefficients: tuple[float, ...] = ()


class BoardPart(_Part):
    """The board (board.py) or, with the kind `marker`, the number-th single marker of the
    dictionary; and how high its face lies over the table, metres."""

    kind: Literal["board", "marker"] = "board"
    number: int = 0
    across: int = 7
    down: int = 5
    square_m: float = 0.04
    marker_m: float = 0.03
    dictionary: str = "4X4_50"
    height_m: float = 0.0

    def target(self) -> Target:
        """What the pictures show. Raises PerceptionError for one that cannot be."""
        if self.kind == "marker":
            return Marker(self.marker_m, self.number, self.dictionary)
        return Board(self.across, self.down, self.square_m, self.marker_m, self.dictionary)


class ViewPart(_Part):
    """One picture, beside the session's file: of a board on the table, or in the hand."""

    picture: str
    board: tuple[float, ...] | None = Field(None, min_length=2, max_length=3)
    joints: tuple[float, ...] | None = None


class Session(_Part):
    """A calibration's pictures and what is known about them."""

    camera: CameraPart
    board: BoardPart = BoardPart()
    views: list[ViewPart] = Field(min_length=1)


def read_session(path: str | Path, arm: ArmSpec) -> tuple[list[BoardView], Matrix]:
    """The views of a session file, and the intrinsics [3, 3] of their straightened pictures.

    Raises FileError, ConfigError that names the field, PerceptionError for a picture without board.
    """
    data = read_yaml(path, "a calibration session")
    try:
        session = Session.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "session"
        raise ConfigError(f"{shown(path)}: {where}: {first['msg'].lower()}") from error
    camera = session.camera
    lens = Lens(
        Calibration(
            camera.width, camera.height, camera.matrix, camera.distortion, camera.coefficients
        ),
        camera.width,
        camera.height,
    )
    target = session.board.target()
    views = [_view(Path(path), v, session, target, lens, arm) for v in session.views]
    return views, lens.intrinsics


def _view(
    path: Path, part: ViewPart, session: Session, target: Target, lens: Lens, arm: ArmSpec
) -> BoardView:
    if (part.board is None) == (part.joints is None):
        raise ConfigError(
            f"{shown(path)}: {part.picture}: expected one of board and joints, got "
            + ("none" if part.board is None else "both")
        )
    rgb = lens.color(_picture(path.parent / part.picture, lens.size))
    corners, pixels = target.find(rgb, part.picture)
    if part.joints is not None:
        return BoardView(corners, pixels, base_from_hand=hand_at(arm, part.joints))
    assert part.board is not None
    x, y, yaw = (*part.board, 0.0)[:3]
    return BoardView(corners, pixels, lying(x, y, yaw, session.board.height_m))


def hand_at(arm: ArmSpec, joints: tuple[float, ...]) -> Matrix:
    """base_from_hand, 4x4, with closed fingers. Raises PerceptionError for joints of another arm."""
    state = RobotState(joints, (0.0,) * len(joints), 0.0, 0.0)
    return np.asarray(SelfMask(arm).at(state).tip_pose, np.float64)


def _picture(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    if not is_there(path):
        raise FileError(f"expected a picture at {shown(path)}, got none")
    found: Any = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise FileError(f"expected a picture at {shown(path)}, got something else")
    if found.shape[1::-1] != size:
        raise FileError(
            f"expected a picture of {size[0]}x{size[1]} at {shown(path)}, got "
            f"{found.shape[1]}x{found.shape[0]}"
        )
    return np.ascontiguousarray(found[:, :, ::-1])


def pose_lines(pose: Matrix) -> dict[str, list[float]]:
    """camera_position, metres, and camera_quaternion, x, y, z, w, as perception's node takes them."""
    return {
        "camera_position": [round(float(v), 5) for v in pose[:3, 3]],
        "camera_quaternion": [round(float(v), 6) for v in _quaternion(pose[:3, :3])],
    }


def store(path: str | Path, pose: Matrix) -> None:
    """Write a pose into a parameter file of the ROS graph: the lines that are there are changed, a
    file that is not there is made. Raises FileError."""
    values = pose_lines(pose)
    if not is_there(path):
        body = "\n".join(f"    {name}: {value}" for name, value in values.items())
        write_text(path, f"/**/perception:\n  ros__parameters:\n{body}\n", "a parameter file")
        return
    text = read_text(path, "a parameter file")
    for name, value in values.items():
        text, count = re.subn(rf"({name}:){_NUMBERS}", rf"\1 {value}", text)
        if count != 1:
            raise FileError(
                f"expected one line '{name}: [...]' in {shown(path)}, got {count}: add it under "
                "perception's ros__parameters, or name a new file"
            )
    write_text(path, text, "a parameter file")


def _quaternion(turn: Matrix) -> Matrix:
    """x, y, z, w of a rotation: the eigenvector of Bar-Itzhack's matrix (2000) for the largest
    eigenvalue, which is sound for all rotations."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    k = np.array([
        [a - e - i, d + b, g + c, h - f],
        [d + b, e - a - i, h + f, c - g],
        [g + c, h + f, i - a - e, d - b],
        [h - f, c - g, d - b, a + e + i],
    ])  # fmt: skip
    _, vectors = np.linalg.eigh(k / 3)
    found: Matrix = vectors[:, -1]
    return found if found[3] >= 0 else -found
