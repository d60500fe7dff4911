"""What a camera's driver says of its lens, and pictures as a pinhole would have taken them.

Knows: calibrations as OpenCV and ROS's CameraInfo have them: matrix, distortion, binning, region of
interest, and which of them cannot be. Does not know: ROS, where the camera stands, what is in the
pictures.

A calibration belongs to pictures of the sensor's full size; a driver may hand out a part of it (a
region of interest), less of it (binning), or scale it down. What cannot be told is refused with what
was expected: a wrong lens moves everything on the table, and nothing else would show it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError

Matrix = NDArray[np.float64]

#: How many coefficients a distortion model has, by ROS's names for them.
_COEFFICIENTS = {"plumb_bob": (4, 5), "rational_polynomial": (8, 12, 14), "equidistant": (4,)}
_ALIASES = {"fisheye": "equidistant", "kannala_brandt4": "equidistant"}
#: The optical centre lies within this share of width and height.
_CENTRE = (0.3, 0.7)
#: Focal lengths in picture widths: 150 degrees of view to 3.
_FOCAL = (0.13, 20.0)
#: Rays further off the axis than this stay unknown, however wide the lens sees.
_WIDEST_RAD = math.radians(75)
#: Straightening draws a picture at least this large, as a share of the lens's own scale.
_SMALLEST_SCALE = 0.5


@dataclass(frozen=True)
class Calibration:
    """A lens as its driver describes it; all lengths in pixels of the full picture.

    matrix: 3x3 row by row, as CameraInfo's K; projection: 3x4 row by row, as its P, which is what
    rectified pictures follow. distortion: the model's name, coefficients in OpenCV's order.
    binning: sensor pixels a picture's pixel, x and y (0 is 1). roi: x, y, width and height of the
    part that is read out; zeros for all of it.
    """

    width: int
    height: int
    matrix: tuple[float, ...]
    distortion: str = ""
    coefficients: tuple[float, ...] = ()
    binning: tuple[int, int] = (1, 1)
    roi: tuple[int, int, int, int] = (0, 0, 0, 0)
    projection: tuple[float, ...] = ()


class Lens:
    """The lens for pictures of one size: their intrinsics once they are straight.

    rectified: the pictures are straight already, by somebody else, and follow the projection.
    Raises PerceptionError for a calibration that cannot be, or not of these pictures.
    """

    def __init__(
        self, calibration: Calibration, width: int, height: int, rectified: bool = False
    ) -> None:
        self.calibration, self.size = calibration, (width, height)
        self._maps: tuple[NDArray[Any], ...] = ()
        bent = () if rectified else _coefficients(calibration)
        full = _full_matrix(calibration, rectified, bool(bent))
        self.intrinsics: Matrix = _read_out(calibration, width, height) @ full
        if bent:
            self._straighten(bent, _ALIASES.get(calibration.distortion, calibration.distortion))

    @property
    def is_straight(self) -> bool:
        """Whether pictures are handed on as they are."""
        return not self._maps

    def color(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A colour picture [H, W, 3] as a pinhole takes it, black where the lens does not look."""
        if self.is_straight:
            return picture
        self._check_size(picture)
        near, between, _ = self._maps
        return np.asarray(cv2.remap(picture, near, between, cv2.INTER_LINEAR), np.uint8)

    def depth(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """A depth picture [H, W] as a pinhole takes it, 0 where the lens does not look.

        Depths are taken over, never mixed: between a block and the table there is nothing.
        """
        if self.is_straight:
            return picture
        self._check_size(picture)
        _, _, nearest = self._maps
        nothing = np.zeros(0, np.float32)
        return np.asarray(cv2.remap(picture, nearest, nothing, cv2.INTER_NEAREST), np.float32)

    def _check_size(self, picture: NDArray[Any]) -> None:
        width, height = self.size
        if picture.shape[:2] != (height, width):
            raise PerceptionError(
                f"expected a picture of {width}x{height}, got "
                f"{'x'.join(map(str, picture.shape[1::-1]))}"
            )

    def _straighten(self, coefficients: tuple[float, ...], model: str) -> None:
        """Maps from straight pictures to the lens's own, made once."""
        width, height = self.size
        own = self.intrinsics
        bend = _Bend(model, coefficients)
        sides = (own[0, 2], own[1, 2], width - 1 - own[0, 2], height - 1 - own[1, 2])
        focal = (own[0, 0], own[1, 1], own[0, 0], own[1, 1])
        reach = [side / f for side, f in zip(sides, focal, strict=True)]
        if bend.widest < 0.9 * min(reach):
            raise PerceptionError(
                f"expected {model} coefficients that hold for the whole picture, got "
                f"{list(coefficients)}, which fold it over "
                f"{bend.widest * max(focal):.0f} pixels from its centre"
            )
        # So much smaller that what the lens sees to its sides stays in the picture.
        scale = max(min(1.0, *(r / bend.straight(r) for r in reach)), _SMALLEST_SCALE)
        straight = own.copy()
        straight[0, 0] *= scale
        straight[1, 1] *= scale
        grid = np.meshgrid(np.arange(width), np.arange(height))
        pixels = np.stack([*grid, np.ones_like(grid[0])], -1).reshape(-1, 3)
        rays = pixels @ np.linalg.inv(straight).T
        found = bend.project(rays) @ own[:2, :2].T + own[:2, 2]
        found[np.hypot(rays[:, 0], rays[:, 1]) > bend.last_ray] = -10.0
        uv = found.reshape(height, width, 2).astype(np.float32)
        nothing = np.zeros(0, np.float32)
        near = cv2.convertMaps(uv, nothing, cv2.CV_16SC2)
        nearest = cv2.convertMaps(uv, nothing, cv2.CV_16SC2, nninterpolation=True)
        self._maps = (near[0], near[1], nearest[0])
        self.intrinsics = straight


class Straightener:
    """Straightens one camera's pictures; what belongs to a calibration is made once and kept."""

    def __init__(self) -> None:
        self._lens: Lens | None = None
        self._key: tuple[Calibration, int, int, bool] | None = None

    def lens(
        self, calibration: Calibration, width: int, height: int, rectified: bool = False
    ) -> Lens:
        """The lens for pictures of this size. Raises PerceptionError as `Lens` does."""
        key = (calibration, width, height, rectified)
        if self._lens is None or key != self._key:
            self._lens, self._key = Lens(*key), key
        return self._lens


class _Bend:
    """How far off the axis a ray meets the picture, in focal lengths, for rays ever further off.

    last_ray: tangent of the last ray before the model turns back; widest: where that one meets.
    """

    def __init__(self, model: str, coefficients: tuple[float, ...]) -> None:
        self._fisheye = model == "equidistant"
        self._coefficients = np.array(coefficients, dtype=np.float64)
        self._rays = np.tan(np.linspace(0.0, _WIDEST_RAD, 1500))
        line = np.stack([self._rays, np.zeros_like(self._rays), np.ones_like(self._rays)], -1)
        met = self.project(line)[:, 0]
        rising = np.diff(met, prepend=-1.0) > 0
        end = len(met) if rising.all() else int(np.argmin(rising))
        self._rays, self._met = self._rays[:end], met[:end]
        self.last_ray, self.widest = float(self._rays[-1]), float(self._met[-1])

    def project(self, rays: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where rays [N, 3] meet the picture, [N, 2], in focal lengths from its centre."""
        points, still, eye = rays.reshape(-1, 1, 3), np.zeros(3), np.eye(3)
        if self._fisheye:
            found, _ = cv2.fisheye.projectPoints(points, still, still, eye, self._coefficients)
        else:
            found, _ = cv2.projectPoints(points, still, still, eye, self._coefficients)
        return np.asarray(found, dtype=np.float64).reshape(-1, 2)

    def straight(self, met: float) -> float:
        """The tangent of the ray that meets the picture there; the last one's beyond it."""
        return float(np.interp(met, self._met, self._rays))


def _coefficients(calibration: Calibration) -> tuple[float, ...]:
    """The distortion's coefficients, () where it has none. Raises PerceptionError."""
    values, name = calibration.coefficients, calibration.distortion
    if not all(map(math.isfinite, values)):
        raise PerceptionError(f"expected finite distortion coefficients, got {list(values)}")
    if not any(values):
        return ()
    counts = _COEFFICIENTS.get(_ALIASES.get(name, name))
    if counts is None:
        raise PerceptionError(
            f"expected a distortion model of {', '.join(_COEFFICIENTS)}, got {name!r} with "
            f"coefficients {list(values)}"
        )
    # Drivers fill up with zeros, whatever the model.
    while len(values) > counts[0] and len(values) not in counts and values[-1] == 0:
        values = values[:-1]
    if len(values) not in counts:
        expected = " or ".join(map(str, counts))
        raise PerceptionError(f"expected {expected} coefficients of {name}, got {len(values)}")
    return values


def _full_matrix(calibration: Calibration, rectified: bool, bent: bool) -> Matrix:
    """The intrinsics that hold for the full picture, [3, 3]. Raises PerceptionError."""
    width, height = calibration.width, calibration.height
    if width <= 0 or height <= 0:
        raise PerceptionError(f"expected a calibrated camera with a size, got {width}x{height}")
    if len(calibration.matrix) != 9 or len(calibration.projection) not in (0, 12):
        raise PerceptionError(
            f"expected a camera matrix of 9 values and a projection of 12, got "
            f"{len(calibration.matrix)} and {len(calibration.projection)}"
        )
    matrix = np.array(calibration.matrix, dtype=np.float64).reshape(3, 3)
    projected = any(calibration.projection) and (rectified or not (bent or matrix[0, 0]))
    if projected:
        projection = np.array(calibration.projection, dtype=np.float64).reshape(3, 4)
        if np.any(projection[:, 3] != 0):
            raise PerceptionError(
                "expected the camera of its own frame, got one beside it (the right one of a "
                f"stereo pair?): last column of the projection {projection[:, 3].tolist()}"
            )
        matrix = projection[:, :3]
    if not np.all(np.isfinite(matrix)):
        raise PerceptionError(f"expected a finite camera matrix, got {matrix.tolist()}")
    focal, centre = (matrix[0, 0], matrix[1, 1]), (matrix[0, 2], matrix[1, 2])
    if min(focal) <= 0:
        raise PerceptionError(f"expected a calibrated camera, got focal lengths {focal}")
    if matrix[1, 0] != 0 or not np.array_equal(matrix[2], (0.0, 0.0, 1.0)):
        raise PerceptionError(f"expected a camera matrix row by row, got {matrix.tolist()}")
    low, high = _FOCAL
    if not all(low * width <= f <= high * width for f in focal):
        raise PerceptionError(
            f"expected focal lengths of {low * width:.0f} to {high * width:.0f} pixels for a "
            f"calibration of {width}x{height}, got {focal}"
        )
    low, high = _CENTRE
    if not (
        low * width <= centre[0] <= high * width and low * height <= centre[1] <= high * height
    ):
        raise PerceptionError(
            f"expected the optical centre near the middle of {width}x{height}, got "
            f"({centre[0]:.1f}, {centre[1]:.1f}): is the matrix for pictures of another size?"
        )
    return matrix


def _read_out(calibration: Calibration, width: int, height: int) -> Matrix:
    """From pixels of the full picture to pixels of a picture of this size, [3, 3].

    A pixel of a binned or scaled picture has its middle between those that it was made of.
    Raises PerceptionError when the picture is no part of what was calibrated.
    """
    full = (calibration.width, calibration.height)
    x, y, w, h = calibration.roi
    if not (w and h):
        x, y, w, h = 0, 0, *full
    bins = (max(calibration.binning[0], 1), max(calibration.binning[1], 1))
    size = (width, height)
    inside = x >= 0 and y >= 0 and x + w <= full[0] and y + h <= full[1]
    if inside and (w // bins[0], h // bins[1]) == size:
        factors = (1 / bins[0], 1 / bins[1])
    elif size == full:
        x, y, factors = 0, 0, (1.0, 1.0)
    elif inside and abs(width * h - height * w) <= max(w, h) and width > 0:
        factors = (width / w, height / h)
    else:
        cut = f", of which {w}x{h} from ({x}, {y}) are read out" if (w, h) != full else ""
        raise PerceptionError(
            f"expected pictures of the calibrated size, got {width}x{height} with a calibration "
            f"for {full[0]}x{full[1]}{cut}, binning {bins[0]}x{bins[1]}"
        )
    fx, fy = factors
    return np.array(
        [[fx, 0, fx * (0.5 - x) - 0.5], [0, fy, fy * (0.5 - y) - 0.5], [0, 0, 1]], dtype=np.float64
    )
