"""Where a camera is, from pictures of a board: on the table, or held by the gripper.

Knows: how a pose follows from corners whose places are known, and from a hand's poses when those on
the board are not; how sure it is at the ends of the work area. Does not know: files, boards' prints
(board.py), how an arm was moved.

A board on the table: all corners' places are known in the base frame, so one least-squares fit of
their pixels gives the camera. A board in the hand: its place in the hand is unknown too. Where the camera is to
begin with follows from how hand and board moved between views (AX = XB; the turn as Park and Martin
1994 have it, but by singular values), and both poses are then fitted to the pixels together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.types import Workspace

Matrix = NDArray[np.float64]

#: Views that a board on the table takes, and one in the hand, whose poses turn apart at least so far,
#: radians. Fewer would not show how sure the pose is.
MIN_VIEWS, MIN_HAND_VIEWS, _TURNED = 3, 6, 0.3
#: Pixels are fitted no worse than this, root mean square, or something is wrong.
_MAX_PX = 1.5
_STEPS = 30


@dataclass(frozen=True)
class BoardView:
    """What one picture shows of a board. corners: [N, 3] on the board, m; pixels: [N, 2].

    base_from_board: 4x4, for one on the table; base_from_hand: 4x4, for one in the hand. One of both.
    """

    corners: Matrix
    pixels: Matrix
    base_from_board: Matrix | None = None
    base_from_hand: Matrix | None = None


@dataclass(frozen=True)
class Found:
    """A calibration. error_px: root mean square of the corners' pixels. corners: for each end of the
    work area x, y and how far a thing there may be told off, metres (standard error, by leaving out
    views)."""

    base_from_camera: Matrix
    error_px: float
    corners: tuple[tuple[float, float, float], ...]

    @property
    def worst_m(self) -> float:
        """The largest of the corners' errors."""
        return max(error for _, _, error in self.corners)


def calibrated(
    views: Sequence[BoardView], intrinsics: Matrix, workspace: Workspace | None = None
) -> Found:
    """The camera's pose by all views, which are all of boards on the table or all of one in the hand.

    Raises PerceptionError where they are too few or too alike, or do not fit one camera.
    """
    in_hand = [v for v in views if v.base_from_hand is not None]
    if not views or len(in_hand) not in (0, len(views)):
        raise PerceptionError(
            f"expected views of boards on the table, or of one in the hand, got {len(views)}, "
            f"{len(in_hand)} of them in the hand"
        )
    solve = _by_hand if in_hand else _on_table
    least = MIN_HAND_VIEWS if in_hand else MIN_VIEWS
    if len(views) < least:
        raise PerceptionError(
            f"expected {least} or more views of a board {'in the hand' if in_hand else 'on the table'}"
            f", in other places each, got {len(views)}"
        )
    if in_hand:
        _check_turns(in_hand)
    pose, error_px = solve(views, intrinsics)
    if error_px > _MAX_PX:
        raise PerceptionError(
            f"expected corners within {_MAX_PX} pixels of where the camera's pose has them, got "
            f"{error_px:.1f}: are the board's size, its places, the intrinsics right?"
        )
    if pose[2, 3] <= 0 or pose[2, 2] > -0.25:
        raise PerceptionError(
            f"expected a camera above the table that looks at it, got one at "
            f"{np.round(pose[:3, 3], 3).tolist()}: are the board's places right?"
        )
    others = [solve([*views[:k], *views[k + 1 :]], intrinsics)[0] for k in range(len(views))]
    return Found(pose, error_px, _corner_errors(pose, others, workspace or Workspace()))


def _on_table(views: Sequence[BoardView], intrinsics: Matrix) -> tuple[Matrix, float]:
    placed = [(v, v.base_from_board) for v in views]
    points = np.concatenate([_moved(p, v.corners) for v, p in placed if p is not None])
    pixels = np.concatenate([v.pixels for v in views])
    camera_from_base = _pnp(points, pixels, intrinsics)
    off = _projected(camera_from_base, points, intrinsics) - pixels
    return _back(camera_from_base), _rms(off)


def _by_hand(views: Sequence[BoardView], intrinsics: Matrix) -> tuple[Matrix, float]:
    hands = [v.base_from_hand for v in views if v.base_from_hand is not None]
    boards = [_pnp(v.corners, v.pixels, intrinsics) for v in views]
    base_from_camera = _hand_eye(hands, boards)
    hand_from_board = _back(hands[0]) @ base_from_camera @ boards[0]
    start = np.r_[_vector(_back(base_from_camera)), _vector(hand_from_board)]

    def off(values: Matrix) -> Matrix:
        camera_from_base, in_hand = _matrix(values[:6]), _matrix(values[6:])
        rows = [
            _projected(camera_from_base @ hand @ in_hand, v.corners, intrinsics) - v.pixels
            for hand, v in zip(hands, views, strict=True)
        ]
        return np.concatenate(rows).ravel()

    best = _least_squares(off, start)
    return _back(_matrix(best[:6])), _rms(off(best).reshape(-1, 2))


def _hand_eye(hands: Sequence[Matrix], boards: Sequence[Matrix]) -> Matrix:
    """base_from_camera X of A X = X B for every two views: A is how the hand moved, in the base
    frame, B how the board did, in the camera's."""
    moves = [
        (hands[j] @ _back(hands[i]), boards[j] @ _back(boards[i]))
        for j in range(len(hands))
        for i in range(j)
    ]
    a, b = (np.array([_vector(m[k])[:3] for m in moves]) for k in (0, 1))
    u, _, vt = np.linalg.svd(a.T @ b)
    turn = u @ np.diag([1.0, 1.0, float(np.sign(np.linalg.det(u @ vt)))]) @ vt
    left = np.concatenate([m[:3, :3] - np.eye(3) for m, _ in moves])
    right = np.concatenate([turn @ n[:3, 3] - m[:3, 3] for m, n in moves])
    return _pose(turn, np.linalg.lstsq(left, right, rcond=None)[0])


def _check_turns(views: Sequence[BoardView]) -> None:
    hands = [v.base_from_hand for v in views if v.base_from_hand is not None]
    turns = [cv2.Rodrigues(hands[0][:3, :3].T @ h[:3, :3])[0].ravel() for h in hands[1:]]
    # About one axis only the board's place along it stays open.
    spread = np.linalg.svd(np.array(turns), compute_uv=False)
    if spread[1] < _TURNED:
        raise PerceptionError(
            "expected the hand turned about two axes between the views, got it turned about "
            f"{'one' if spread[0] >= _TURNED else 'none'}: tilt it, too"
        )


def _corner_errors(
    pose: Matrix, others: Sequence[Matrix], workspace: Workspace
) -> tuple[tuple[float, float, float], ...]:
    """How far apart the poses tell what lies at each end of the work area: the jackknife's standard
    error (Efron 1982) of the place on the table that the same ray comes to."""
    w, n, rows = workspace, len(others), []
    for x in (w.x_min, w.x_max):
        for y in (w.y_min, w.y_max):
            place = np.array([x, y, w.table_z])
            ray = np.linalg.inv(pose) @ np.array([*place, 1.0])
            away = [np.linalg.norm(_met(other, ray[:3], w.table_z) - place) for other in others]
            error = float(np.sqrt((n - 1) / n * np.sum(np.square(away))))
            rows.append((x, y, error))
    return tuple(rows)


def place_error_m(pose: Matrix, true: Matrix, x: float, y: float, z: float = 0.0) -> float:
    """How far off a camera believed at `pose` tells what lies at (x, y, z), being at `true`, m."""
    ray = np.linalg.inv(true) @ np.array([x, y, z, 1.0])
    return float(np.linalg.norm(_met(pose, ray[:3], z) - (x, y, z)))


def _met(pose: Matrix, ray: Matrix, table_z: float) -> Matrix:
    """Where a ray of the camera meets the table."""
    along = pose[:3, :3] @ ray
    met: Matrix = pose[:3, 3] + along * ((table_z - pose[2, 3]) / along[2])
    return met


def _pnp(points: Matrix, pixels: Matrix, intrinsics: Matrix) -> Matrix:
    """camera_from_points, 4x4."""
    straight = np.zeros(5)
    try:
        found, r, t = cv2.solvePnP(points, pixels, intrinsics, straight)
    except cv2.error:
        found = False
    if not found:
        raise PerceptionError(f"expected a pose from {len(points)} corners, got none")
    return _matrix(np.r_[np.ravel(r), np.ravel(t)])


def _least_squares(off: object, start: Matrix) -> Matrix:
    """Levenberg and Marquardt's method, slopes by differences."""
    assert callable(off)
    best, damping = start, 1e-3
    left = off(best)
    for _ in range(_STEPS):
        step = 1e-6
        slopes = np.stack([(off(best + step * e) - left) / step for e in np.eye(len(best))], 1)
        normal, down = slopes.T @ slopes, slopes.T @ left
        moved = best - np.linalg.solve(normal + damping * np.diag(np.diag(normal)), down)
        after = off(moved)
        if after @ after < left @ left:
            small = left @ left - after @ after < 1e-10 * (left @ left)
            best, left, damping = moved, after, damping / 5
            if small:
                break
        else:
            damping *= 10
    return best


def _projected(camera_from: Matrix, points: Matrix, intrinsics: Matrix) -> Matrix:
    seen = _moved(camera_from, points)
    uv: Matrix = (seen / seen[:, 2:]) @ intrinsics.T
    return uv[:, :2]


def _moved(pose: Matrix, points: Matrix) -> Matrix:
    moved: Matrix = points @ pose[:3, :3].T + pose[:3, 3]
    return moved


def _back(pose: Matrix) -> Matrix:
    """The inverse."""
    return np.asarray(np.linalg.inv(pose), np.float64)


def _pose(turn: Matrix, at: Matrix) -> Matrix:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn, at
    return pose


def _vector(pose: Matrix) -> Matrix:
    turn, _ = cv2.Rodrigues(pose[:3, :3])
    return np.r_[np.ravel(turn), pose[:3, 3]].astype(np.float64)


def _matrix(vector: Matrix) -> Matrix:
    turn, _ = cv2.Rodrigues(np.asarray(vector[:3], np.float64))
    return _pose(np.asarray(turn, np.float64), np.asarray(vector[3:], np.float64))


def _rms(off: Matrix) -> float:
    return float(np.sqrt(np.mean(np.sum(np.square(off), axis=1))))
