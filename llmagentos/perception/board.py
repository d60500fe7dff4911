"""ChArUco boards and single ArUco markers: how they are printed, and where a picture shows them.

Knows: OpenCV's boards and markers and how they are found. Does not know: where a board lies, what a camera's pose
follows from it (calibration.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError

Matrix = NDArray[np.float64]

#: With fewer corners nothing is made of a picture.
MIN_CORNERS = 6
#: A printed board's margin, squares.
_MARGIN = 0.5
#: A whole marker's corners are found to a fraction of a pixel only where its sides have so many.
_MIN_SIDE_PX = 12


class Target(Protocol):
    """What a camera is calibrated with: it can be printed, and found in pictures."""

    @property
    def printed_m(self) -> tuple[float, float]:
        """Width and height of the whole print."""

    def drawn(self, px_a_square: int = 100) -> NDArray[np.uint8]:
        """The print, uint8 [H, W], with a white margin."""

    def find(self, rgb: NDArray[np.uint8], where: str = "the picture") -> tuple[Matrix, Matrix]:
        """Its corners in the picture [H, W, 3]: on the target [N, 3], metres, its middle at 0, x
        right and y up as one reads it, z out of it; and in the picture [N, 2], pixels.

        Raises PerceptionError where it isn't seen well enough.
        """


@dataclass(frozen=True)
class Board:
    """across x down squares of square_m, markers of marker_m in the white ones. dictionary: OpenCV's
    name of the markers, without DICT_. Raises PerceptionError for a board that cannot be."""

    across: int = 7
    down: int = 5
    square_m: float = 0.04
    marker_m: float = 0.03
    dictionary: str = "4X4_50"

    def __post_init__(self) -> None:
        if min(self.across, self.down) < 3 or not 0 < self.marker_m < self.square_m:
            raise PerceptionError(
                "expected a board of 3x3 squares or more with markers smaller than squares, got "
                f"{self.across}x{self.down} of {self.square_m} m with markers of {self.marker_m} m"
            )
        _words(self.dictionary)

    def _made(self) -> cv2.aruco.CharucoBoard:
        words = _words(self.dictionary)
        return cv2.aruco.CharucoBoard((self.across, self.down), self.square_m, self.marker_m, words)

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height of the squares together."""
        return self.across * self.square_m, self.down * self.square_m

    def drawn(self, px_a_square: int = 100) -> NDArray[np.uint8]:
        """The board to print, uint8 [H, W], with a white margin of half a square."""
        margin = round(_MARGIN * px_a_square)
        size = (self.across * px_a_square + 2 * margin, self.down * px_a_square + 2 * margin)
        return np.asarray(self._made().generateImage(size, marginSize=margin), np.uint8)

    @property
    def printed_m(self) -> tuple[float, float]:
        """Width and height of the whole print."""
        return tuple(n + 2 * _MARGIN * self.square_m for n in self.size_m)  # type: ignore[return-value]

    def find(self, rgb: NDArray[np.uint8], where: str = "the picture") -> tuple[Matrix, Matrix]:
        """Inner corners that the picture shows, see Target; fewer than MIN_CORNERS are refused."""
        board = self._made()
        found, ids, _, _ = cv2.aruco.CharucoDetector(board).detectBoard(_enlarged(rgb))
        count = 0 if ids is None else len(ids)
        places = np.zeros((0, 3)) if ids is None else self._corners(board)[np.ravel(ids)]
        in_a_row = min(len(np.unique(places[:, k].round(6))) for k in (0, 1)) < 2
        if count < MIN_CORNERS or in_a_row:
            raise PerceptionError(
                f"expected {MIN_CORNERS} or more corners in two rows of the board of "
                f"{self.across}x{self.down} squares in {where}, got {count}: "
                "is all of it in the light and in the picture?"
            )
        return places, _as_taken(found)

    def _corners(self, board: cv2.aruco.CharucoBoard) -> Matrix:
        """All inner corners by number, [N, 3], as `find` tells them."""
        corners = np.asarray(board.getChessboardCorners(), np.float64)
        wide, high = self.size_m
        return np.c_[corners[:, 0] - wide / 2, high / 2 - corners[:, 1], np.zeros(len(corners))]


@dataclass(frozen=True)
class Marker:
    """One ArUco marker, its black square marker_m wide, the number-th of its dictionary (OpenCV's name
    without DICT_). Raises PerceptionError for a marker that cannot be."""

    marker_m: float = 0.1
    number: int = 0
    dictionary: str = "4X4_50"

    def __post_init__(self) -> None:
        count = len(_words(self.dictionary).bytesList)
        if not self.marker_m > 0 or not 0 <= self.number < count:
            raise PerceptionError(
                f"expected a marker wider than 0 m and numbered 0 to {count - 1} in "
                f"{self.dictionary}, got {self.marker_m} m and {self.number}"
            )

    @property
    def printed_m(self) -> tuple[float, float]:
        """Width and height of the whole print."""
        side = self.marker_m * (1 + 2 * _MARGIN)
        return side, side

    def drawn(self, px_a_square: int = 100) -> NDArray[np.uint8]:
        """The marker to print, uint8 [H, W], with a white margin of half its width."""
        # Whole cells: a border of uneven width would move what is found.
        cells = _cells(self.dictionary)
        side = cells * max(1, round(3 * px_a_square / cells))
        black = cv2.aruco.generateImageMarker(_words(self.dictionary), self.number, side)
        margin = round(_MARGIN * side)
        return np.asarray(np.pad(black, margin, constant_values=255), np.uint8)

    def find(self, rgb: NDArray[np.uint8], where: str = "the picture") -> tuple[Matrix, Matrix]:
        """Its four corners, see Target: top left, top right, bottom right, bottom left as read."""
        options = cv2.aruco.DetectorParameters()
        options.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_CONTOUR
        detector = cv2.aruco.ArucoDetector(_words(self.dictionary), options)
        found, ids, _ = detector.detectMarkers(_enlarged(rgb))
        numbers = [] if ids is None else [int(n) for n in np.ravel(ids)]
        if numbers.count(self.number) != 1:
            others = f"{sorted(numbers)}" if numbers else "none"
            raise PerceptionError(
                f"expected one marker number {self.number} of {self.dictionary} in {where}, got "
                f"{others}: is all of it, with its white margin, in the light and in the picture?"
            )
        pixels = _as_taken(found[numbers.index(self.number)])
        sides = np.linalg.norm(pixels - np.roll(pixels, 1, axis=0), axis=1)
        if sides.min() < _MIN_SIDE_PX:
            raise PerceptionError(
                f"expected a marker {_MIN_SIDE_PX} pixels wide or more in {where}, got "
                f"{sides.min():.0f}: print it larger"
            )
        half = self.marker_m / 2
        corners = np.array([[-half, half, 0], [half, half, 0], [half, -half, 0], [-half, -half, 0]])
        return corners, pixels


def _words(dictionary: str) -> cv2.aruco.Dictionary:
    if not hasattr(cv2.aruco, f"DICT_{dictionary}"):
        raise PerceptionError(f"expected a dictionary of OpenCV, as 4X4_50, got {dictionary!r}")
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{dictionary}"))


def _cells(dictionary: str) -> int:
    """Cells along a marker's side: its pattern's and a border of one."""
    return int(_words(dictionary).markerSize) + 2


def _enlarged(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Small in the picture: found in one twice as large, to a fraction of a pixel."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    large = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)


def _as_taken(found: object) -> Matrix:
    """Pixels [N, 2] of the picture from those of the enlarged one, whose pixels' centres lie a
    quarter of a pixel off."""
    return np.asarray(found, np.float64).reshape(-1, 2) / 2 - 0.25


def lying(x: float, y: float, yaw: float, height_m: float = 0.0) -> Matrix:
    """base_from_board, 4x4, of a board flat on the table: its middle at x, y; at yaw 0 a person behind
    the robot reads it upright."""
    c, s = math.cos(yaw), math.sin(yaw)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    upright = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])  # its right is -y, its top is +x
    pose = np.eye(4)
    pose[:3, :3] = turn @ upright
    pose[:3, 3] = x, y, height_m
    return pose
