"""Whether a camera that stands still was knocked since it looked before.

Knows: what jumps when a camera moves: the table's plane, or all things on it together. Does not know:
by how much exactly, which a calibration has to tell. A push of less than a centimetre along the table
is not noticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.perception.plane import TablePlane
from llmagentos.types import CameraFrame, SceneObject

#: The table does not jump by this much anywhere on the map, from one look to the next, metres.
_JUMP_M = 0.006
#: How much of a new plane is believed where it is near the known one; frames are brought to
#: another plane once the known one is this far from the last that they were brought to, metres.
_FOLLOW, _STEP_M = 0.3, 0.0008
#: So many things at least that have all moved by this much and as one, within so much, metres.
_THINGS, _MOVED_M, _TOGETHER_M = 3, 0.012, 0.004
#: And that share of all that could be compared.
_SHARE = 0.8
#: What stands on the table has its base below this, metres.
_BASE_M = 0.012

Matrix = NDArray[np.float64]


class KnockWatch:
    """Watches one camera. Lengths are those of a table of scale 1; scale: of the real one, for
    words."""

    def __init__(self, reach_m: float, scale: float = 1.0) -> None:
        self._reach_m, self._scale = reach_m, scale
        self.forget()

    def forget(self) -> None:
        """The camera may stand anywhere: nothing is known of it."""
        self._plane: TablePlane | None = None
        self._used = TablePlane()
        self._pose: Matrix | None = None

    def follow(self, frame: CameraFrame, fitted: TablePlane) -> TablePlane:
        """The table's plane, as seen now and before: exactly the last one as long as it is near.

        A pose that is another one than before is a new calibration, or a camera that is carried: its
        first look is believed. Raises PerceptionError when the table has jumped under a camera
        whose pose is said to be the same.
        """
        pose = np.asarray(frame.base_from_camera)
        if self._plane is None or self._pose is None or not np.array_equal(pose, self._pose):
            self._plane, self._pose, self._used = fitted, pose.copy(), fitted
            return fitted
        known = self._plane
        if fitted.apart_m(known, self._reach_m) > _JUMP_M:
            raise PerceptionError(
                f"{frame.camera or 'unnamed camera'}: expected the table where it was, got it "
                f"{_between(fitted, known).words(self._scale)}: was the camera moved? Put it back "
                "or calibrate it"
            )
        self._plane = _mixed(known, fitted)
        if self._plane.apart_m(self._used, self._reach_m) > _STEP_M:
            self._used = self._plane
        return self._used

    def check_things(
        self, frame: CameraFrame, known: Sequence[SceneObject], seen: Sequence[SceneObject]
    ) -> None:
        """Raises PerceptionError when all things on the table have moved as one since they were
        seen last, which no hand does to them.

        known: what is remembered; seen: what this look shows. Things are known again by kind and
        colour, where there is one such thing.
        """
        before, now = _pairs(known, seen)
        if len(before) < _THINGS:
            return
        moved = np.linalg.norm(now - before, axis=1) > _MOVED_M
        if moved.mean() < _SHARE or moved.sum() < _THINGS:
            return
        left = np.linalg.norm(_as_one(before[moved], now[moved]) - now[moved], axis=1)
        if float(np.median(left)) < _TOGETHER_M and float(left.max()) < 3 * _TOGETHER_M:
            far = float(np.median(np.linalg.norm(now - before, axis=1))) * self._scale
            raise PerceptionError(
                f"{frame.camera or 'unnamed camera'}: expected things where they were, got all "
                f"{len(before)} of them {far * 1000:.0f} mm away and as far from each other as "
                "before: was the camera moved? Put it back or calibrate it"
            )


def _between(a: TablePlane, b: TablePlane) -> TablePlane:
    return TablePlane(a.height_m - b.height_m, a.lean_x - b.lean_x, a.lean_y - b.lean_y)


def _mixed(known: TablePlane, fitted: TablePlane) -> TablePlane:
    def mix(a: float, b: float) -> float:
        return a + _FOLLOW * (b - a)

    return TablePlane(
        mix(known.height_m, fitted.height_m),
        mix(known.lean_x, fitted.lean_x),
        mix(known.lean_y, fitted.lean_y),
        mix(known.spread_m, fitted.spread_m),
        fitted.share,
    )


def _pairs(known: Sequence[SceneObject], seen: Sequence[SceneObject]) -> tuple[Matrix, Matrix]:
    """Where things that can be told from all others stood, and stand, x and y, [N, 2] each."""
    old, new = ({_name(i): i for i in items} for items in (known, seen))
    single = [
        {name for name, count in Counter(map(_name, items)).items() if count == 1}
        for items in (known, seen)
    ]
    both = sorted(single[0] & single[1])
    rows = [
        (old[n].position[:2], new[n].position[:2])
        for n in both
        if not old[n].held and max(old[n].bottom_z, new[n].bottom_z) < _BASE_M
    ]
    found = np.array(rows, dtype=np.float64).reshape(-1, 2, 2)
    return found[:, 0], found[:, 1]


def _name(item: SceneObject) -> tuple[str, str]:
    return item.kind, item.color


def _as_one(before: Matrix, now: Matrix) -> Matrix:
    """`before` turned and shifted onto `now` as well as that can be done (Kabsch's method)."""
    a, b = before - before.mean(axis=0), now - now.mean(axis=0)
    u, _, vt = np.linalg.svd(a.T @ b)
    flip = np.diag([1.0, float(np.sign(np.linalg.det(u @ vt)))])
    turned: Matrix = a @ (u @ flip @ vt) + now.mean(axis=0)
    return turned
