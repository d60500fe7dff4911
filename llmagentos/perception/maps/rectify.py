"""From one colour-and-depth picture to a metric map seen straight from above.

Knows: pinhole geometry and the table plane (z = 0 of the base frame).
Does not know: objects, colours, the robot.

The map's rows run towards the robot (row 0 is the largest x) and its columns to the right (column
0 is the largest y), so it looks like what a person behind the robot sees on a plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.arm import Solid, inside_solids
from llmagentos.types import CameraFrame

FloatMap = NDArray[np.float32]
BoolMap = NDArray[np.bool_]

#: Nothing but the robot reaches this high above the table, metres.
_TOO_HIGH_M = 0.34


@dataclass(frozen=True)
class GridSpec:
    """Extent (metres, base frame) and cell size of a top-down map."""

    x_min: float = 0.19
    x_max: float = 0.81
    y_min: float = -0.44
    y_max: float = 0.44
    cell_m: float = 0.002

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the map's middle, x and y."""
        return (self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows = round((self.x_max - self.x_min) / self.cell_m)
        return rows, round((self.y_max - self.y_min) / self.cell_m)

    def rows_cols(
        self, x: NDArray[np.float32], y: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Cells of points; may lie outside of the map."""
        inverse = np.float32(1 / self.cell_m)
        rows = np.floor((np.float32(self.x_max) - x) * inverse).astype(np.int32)
        cols = np.floor((np.float32(self.y_max) - y) * inverse).astype(np.int32)
        return rows, cols

    def xy(self, col: float, row: float) -> tuple[float, float]:
        """Base-frame point of a cell coordinate (cell centres are whole numbers)."""
        return (
            self.x_max - (row + 0.5) * self.cell_m,
            self.y_max - (col + 0.5) * self.cell_m,
        )

    def col_row(self, x: float, y: float) -> tuple[float, float]:
        """Inverse of `xy`."""
        return (self.y_max - y) / self.cell_m - 0.5, (self.x_max - x) / self.cell_m - 0.5


@dataclass
class TopDown:
    """What the camera saw, as a map. All maps have `grid.shape`.

    height: metres above the table of the topmost point, 0 where unknown. rgb: its colour.
    seen: a point was measured there. points, point_rgb: every raised point, [N, 3], base frame
    (also below the topmost ones: the sides of things), and its colour.
    robot: its body is there, or hides the table there.
    pixels: number of the pixel of each of `points` [N]; source: of what each cell shows, -1 where
    that is not one of them, int32.
    """

    grid: GridSpec
    height: FloatMap
    rgb: NDArray[np.uint8]
    seen: BoolMap
    points: FloatMap
    point_rgb: NDArray[np.uint8]
    robot: BoolMap
    pixels: NDArray[np.intp]
    source: NDArray[np.int32]


class Rectifier:
    """Turns frames of one calibration into maps; what depends on calibration only is kept."""

    def __init__(self, grid: GridSpec | None = None, raised_m: float = 0.0045) -> None:
        """raised_m: points higher than this above the table are scattered one by one."""
        self.grid = grid or GridSpec()
        self._raised_m = np.float32(raised_m)
        self._key: bytes = b""

    def _calibrate(self, frame: CameraFrame) -> None:
        h, w = frame.depth.shape
        key = frame.intrinsics.tobytes() + frame.base_from_camera.tobytes() + f"{h}x{w}".encode()
        if key == self._key:
            return
        # Both are linear in the column and in the row, so sums of two lines make them.
        turn = frame.base_from_camera[:3, :3] @ np.linalg.inv(frame.intrinsics)
        across = turn[:, :1] * np.arange(w) + turn[:, 2:]
        down = turn[:, 1:2] * np.arange(h)
        rays = across[:, None, :] + down[:, :, None]
        self._rays = rays.astype(np.float32).reshape(3, -1)
        self._origin = frame.base_from_camera[:3, 3].astype(np.float32)
        rows, cols = self.grid.shape
        see = frame.intrinsics @ np.linalg.inv(frame.base_from_camera)[:3]
        x = self.grid.x_max - (np.arange(rows) + 0.5) * self.grid.cell_m
        y = self.grid.y_max - (np.arange(cols) + 0.5) * self.grid.cell_m
        seen = (see[:, :1] * x)[:, :, None] + (see[:, 1:2] * y + see[:, 3:])[:, None, :]
        ahead = np.maximum(seen[2], 1e-6)
        uv = np.stack([seen[0] / ahead, seen[1] / ahead], -1).astype(np.float32)
        no_map = np.zeros(0, np.float32)
        self._map_u, self._map_v = cv2.convertMaps(uv, no_map, cv2.CV_16SC2)
        self._uv_inside = (
            (uv[..., 0] >= 0) & (uv[..., 0] <= w - 1) & (uv[..., 1] >= 0) & (uv[..., 1] <= h - 1)
        )
        self._key = key

    def base_points(self, frame: CameraFrame) -> FloatMap:
        """Where each pixel's point is, base frame, float32 [3, H, W]; the camera where unknown."""
        self._calibrate(frame)
        depth = frame.depth.astype(np.float32, copy=False)
        rays = self._rays.reshape(3, *depth.shape)
        return np.asarray(rays * depth + self._origin[:, None, None], np.float32)

    def heights(self, frame: CameraFrame, stride: int) -> FloatMap:
        """Metres above the table of every `stride`-th pixel; NaN where unknown."""
        self._calibrate(frame)
        depth = frame.depth[::stride, ::stride]
        rays = self._rays[2].reshape(frame.depth.shape)[::stride, ::stride]
        return np.where(depth > 0, depth * rays + self._origin[2], np.nan).astype(np.float32)

    def rectify(self, frame: CameraFrame, robot: tuple[Solid, ...] = ()) -> TopDown:
        """The map of `frame`, which must have passed `check_frame`.

        Points inside `robot` are its body: they raise nothing, and what is below is not seen.
        """
        self._calibrate(frame)
        grid, (rows, cols) = self.grid, self.grid.shape
        depth = np.ascontiguousarray(frame.depth, dtype=np.float32)
        flat = depth.reshape(-1)
        z = flat * self._rays[2]
        z += self._origin[2]
        # 0 and NaN are unknown; both comparisons are False for NaN.
        known = flat > 0
        raised = (z > self._raised_m) & known
        index = np.flatnonzero(raised)
        d, pz = flat[index], z[index]
        px = d * self._rays[0][index] + self._origin[0]
        py = d * self._rays[1][index] + self._origin[1]
        points = np.stack([px, py, pz], 1)
        robot_map = np.zeros((rows, cols), bool)
        if robot or (pz.size and pz.max() > _TOO_HIGH_M):
            body = inside_solids(points, robot) | (pz > _TOO_HIGH_M)
            robot_map = self._shadow(index[body], points[body], depth.shape)
            index, points = index[~body], points[~body]
        row, col = grid.rows_cols(points[:, 0], points[:, 1])
        inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
        index, points = index[inside], points[inside]
        cell, pz = row[inside] * cols + col[inside], points[:, 2]

        flat_height = np.zeros(rows * cols, np.float32)
        source = np.full(rows * cols, -1, np.int32)
        # Lowest first: where several points share a cell the topmost is written last.
        order = np.argsort((np.clip(pz, 0, 1.6) * 2e4).astype(np.uint16), kind="stable")
        flat_height[cell[order]] = pz[order]
        source[cell[order]] = index[order]
        pixel_rgb = frame.rgb.reshape(-1, 3)
        rgb = np.asarray(
            cv2.remap(frame.rgb, self._map_u, self._map_v, cv2.INTER_NEAREST), dtype=np.uint8
        )
        flags = (raised | ~known).astype(np.uint8).reshape(depth.shape)
        hidden = cv2.remap(flags, self._map_u, self._map_v, cv2.INTER_NEAREST, borderValue=1) > 0
        top = source >= 0
        rgb.reshape(-1, 3)[top] = pixel_rgb[source[top]]
        scattered = top.reshape(rows, cols)
        height = flat_height.reshape(rows, cols)
        seen = scattered | (~hidden & self._uv_inside)
        _fill_pinholes(height, rgb, scattered, seen)
        return TopDown(
            grid,
            height,
            rgb,
            seen,
            points,
            pixel_rgb[index],
            robot_map,
            index,
            source.reshape(rows, cols),
        )

    def _shadow(self, index: NDArray[np.intp], points: FloatMap, shape: tuple[int, int]) -> BoolMap:
        """Cells under the robot's body, and those on the table that it hides."""
        rows, cols = self.grid.shape
        flags = np.zeros(shape, np.uint8)
        flags.reshape(-1)[index] = 1
        hides = cv2.remap(flags, self._map_u, self._map_v, cv2.INTER_NEAREST) > 0
        row, col = self.grid.rows_cols(points[:, 0], points[:, 1])
        inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
        hides[row[inside], col[inside]] = True
        return hides


def _fill_pinholes(
    height: FloatMap, rgb: NDArray[np.uint8], scattered: BoolMap, seen: BoolMap
) -> None:
    """Fill cells between raised points that no point fell into, in place."""
    mask = scattered.astype(np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    holes = (closed > 0) & ~scattered & ~seen
    if not holes.any():
        return
    r, c = np.nonzero(holes)
    rows, cols = height.shape
    best = np.zeros(len(r), np.float32)
    for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        rr, cc = np.clip(r + dr, 0, rows - 1), np.clip(c + dc, 0, cols - 1)
        better = scattered[rr, cc] & (height[rr, cc] > best)
        best[better] = height[rr[better], cc[better]]
        rgb[r[better], c[better]] = rgb[rr[better], cc[better]]
    found = best > 0
    height[r[found], c[found]] = best[found]
    seen[r[found], c[found]] = True
