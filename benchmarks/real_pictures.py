"""RGB-D pictures of real tables in a folder, and the boxes that people drew on them.

Knows: the files of such a folder, and how a camera without a pose gets one: the table's plane is
fitted in the picture. Does not know: where pictures come from (none of them are ours), perception.

A folder holds `pictures.json`: {name: {"intrinsics": [fx, fy, cx, cy], "depth_unit_m": 0.001,
"source": "..."}} and, for each name, `NAME-color.png` and `NAME-depth.png` (16 bit, 0 unknown).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.rectify import GridSpec
from llmagentos.types import CameraFrame

#: Points this near to a plane belong to it, metres; planes that are tried.
_ON_PLANE_M, _TRIES = 0.006, 200


@dataclass(frozen=True)
class Drawn:
    """One thing that a person drew a box around: [x0, y0, x1, y1] pixels. kind: of those known
    here, "" for none, "?" for what is neither right nor wrong to see. colors: all that are right."""

    box: tuple[float, float, float, float]
    kind: str
    colors: frozenset[str]


@dataclass(frozen=True)
class Picture:
    """One picture with its boxes. table: corners of the table top in the picture, [N, 2]."""

    name: str
    source: str
    frame: CameraFrame
    table: NDArray[np.float32]
    things: tuple[Drawn, ...]


def read_pictures(folder: Path, boxes: Path) -> list[Picture]:
    """Every picture of `folder` that `boxes` knows, ordered by name. Raises OSError, ValueError."""
    cards = json.loads((folder / "pictures.json").read_text(encoding="utf-8"))
    drawn = json.loads(boxes.read_text(encoding="utf-8"))
    return [
        _read(folder, name, cards[name], drawn[name]) for name in sorted(cards) if name in drawn
    ]


def _read(folder: Path, name: str, card: dict[str, Any], drawn: dict[str, Any]) -> Picture:
    color = cv2.imread(str(folder / f"{name}-color.png"))
    raw = cv2.imread(str(folder / f"{name}-depth.png"), cv2.IMREAD_UNCHANGED)
    if color is None or raw is None:
        raise ValueError(f"expected {name}-color.png and {name}-depth.png in {folder}")
    depth = (raw.astype(np.float64) * float(card["depth_unit_m"])).astype(np.float32)
    fx, fy, cx, cy = (float(v) for v in card["intrinsics"])
    matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
    table = np.array(drawn["table"], np.float32)
    things = tuple(
        Drawn((x0, y0, x1, y1), kind, frozenset(colors.split("/")))
        for x0, y0, x1, y1, kind, colors in drawn["things"]
    )
    pose = _pose(depth.astype(np.float64), matrix, table, [t.box for t in things])
    rgb = np.ascontiguousarray(color[:, :, ::-1], np.uint8)
    return Picture(
        name, card["source"], CameraFrame("overhead", rgb, depth, matrix, pose, 1.0), table, things
    )


def _pose(
    depth: NDArray[np.float64],
    matrix: NDArray[np.float64],
    table: NDArray[np.float32],
    boxes: list[tuple[float, float, float, float]],
) -> NDArray[np.float64]:
    """base_from_camera [4, 4]: z = 0 is the table, x points up in the picture, and the middle of
    the things is the middle of the work area's map."""
    area = np.zeros(depth.shape, np.uint8)
    cv2.fillPoly(area, [np.round(table).astype(np.int32)], 1)
    rows, cols = np.nonzero((area > 0) & (depth > 0) & np.isfinite(depth))
    pixels = np.stack([cols, rows, np.ones_like(rows)], 1).astype(np.float64)
    points = pixels @ np.linalg.inv(matrix).T * depth[rows, cols][:, None]
    up, offset = fit_plane(points)
    feet = np.array([((b[0] + b[2]) / 2, 0.3 * b[1] + 0.7 * b[3], 1.0) for b in boxes])
    rays = feet @ np.linalg.inv(matrix).T
    middle = (rays * (-offset / (rays @ up))[:, None]).mean(axis=0)
    x = np.array([0.0, -1.0, 0.0])
    x -= up * (x @ up)
    x /= np.linalg.norm(x)
    turn = np.stack([x, np.cross(up, x), up])
    pose = np.eye(4)
    pose[:3, :3] = turn
    pose[:3, 3] = np.array([*GridSpec().middle, 0.0]) - turn @ middle
    return pose


def fit_plane(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Unit normal (towards the camera at the origin) and offset of the plane that most points lie
    on: normal . p + offset = 0. Random sampling, then least squares."""
    rng = np.random.default_rng(0)
    some = points[rng.choice(len(points), min(len(points), 3000), replace=False)]
    best, normal, offset = -1, np.array([0.0, 0.0, -1.0]), 0.0
    for _ in range(_TRIES):
        a, b, c = some[rng.choice(len(some), 3, replace=False)]
        n = np.cross(b - a, c - a)
        length = np.linalg.norm(n)
        if length < 1e-6:
            continue
        n /= length
        on = int((np.abs((some - a) @ n) < _ON_PLANE_M).sum())
        if on > best:
            best, normal, offset = on, n, -float(a @ n)
    for width in (_ON_PLANE_M, _ON_PLANE_M / 2, _ON_PLANE_M / 2):
        on_plane = points[np.abs(points @ normal + offset) < width]
        middle = on_plane.mean(axis=0)
        normal = np.linalg.eigh(np.cov((on_plane - middle).T))[1][:, 0]
        offset = -float(middle @ normal)
    return (normal, offset) if offset > 0 else (-normal, -offset)
