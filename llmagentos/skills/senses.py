"""What an arm notices while it moves: a hold that was lost, a thing that is no longer where it was.

Knows: how far apart fingers stand that hold something, and when depth shows that a thing is gone
from its place. Does not know: why it went, where it is now (a look tells), nor cameras (a `Sight`).

Fingers are felt in every control period. Places are looked at every LOOK_S of the driver's time:
an arm or a person in between is nearer than the thing and hides it, which is no sign of anything;
only what lies farther behind it says that it has gone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import LostGripError, MotionError, MovedError
from llmagentos.skills.arm import EMPTY_M, Arm
from llmagentos.skills.belief import Belief
from llmagentos.types import SceneObject

#: Of a square of the picture around a point in the base frame, `half_m` to each side: how much farther
#: from the camera than the point lies what is seen there, metres; NaN where unknown. None where there
#: is no picture.
Sight = Callable[[tuple[float, float, float], float], "NDArray[np.float32] | None"]

#: How often a place is looked at, on the driver's clock.
LOOK_S = 0.25
#: A hold is lost where the fingers stand at less than this share of what they stood at, or so much
#: wider, metres.
_HELD_SHARE, _WIDER_M = 0.7, 0.012
#: In so many periods one after the other, so that one bad measurement is none.
_PERIODS = 3
#: The square that is looked at lies within a round thing: half of its side to the size.
_WITHIN = 0.35
#: Gone is what is so much farther than before, of its height and at least, m; and so much of it.
_DEEPER, _DEEPER_M, _GONE_SHARE = 0.4, 0.006, 0.6
#: What lies so much nearer than the thing's top should is an arm before it, not the thing, m.
_NEARER_M = 0.015
#: With fewer points of it in the picture nothing can be said.
_LEAST_POINTS = 12


class Senses:
    """For one arm and what is believed about the scene. sight: None where nobody sees while it
    moves."""

    def __init__(self, arm: Arm, belief: Belief, sight: Sight | None = None) -> None:
        self._arm, self._belief, self.sight = arm, belief, sight
        self._item: SceneObject | None = None
        self._before: NDArray[np.float32] | None = None
        self.forget()

    def forget(self) -> None:
        """Nothing is held, and nothing looked at."""
        self._held_m, self._narrow = 0.0, 0
        self.unwatch()

    def gripped(self) -> None:
        """The fingers have just closed on what is in the hand: as they stand now, it is held."""
        self._held_m, self._narrow = self._arm.state().gripper_width_m, 0

    def watch(self, item: SceneObject | None) -> None:
        """Until `unwatch`: whether this, seen just now, stays where it is. None: nothing."""
        self.unwatch()
        if item is None or self.sight is None or item.held:
            return
        self._item = item
        before = self._glance()
        if before is not None:
            self._keep(item, before)

    def unwatch(self) -> None:
        """Nothing is looked at any more."""
        self._item, self._before = None, None
        self._deeper_m, self._looked_s = 0.0, self._arm.driver.now_s

    def surprise(self) -> MotionError | None:
        """What was noticed since the last control period, which the belief knows already: what was
        lost is not in the hand, what has moved is nowhere that anybody knows."""
        return self.lost_grip() or self._moved()

    def lost(self) -> bool:
        """Whether the fingers no longer stand around what is believed to be held."""
        if self._belief.in_hand is None or self._held_m == 0:
            return False
        width, scale = self._arm.state().gripper_width_m, self._arm.spec.scale
        least = max(EMPTY_M * scale, _HELD_SHARE * self._held_m)
        return not least < width < self._held_m + _WIDER_M * scale

    def lost_grip(self) -> LostGripError | None:
        """A hold that was lost since, which the belief knows already."""
        in_hand = self._belief.in_hand
        if in_hand is None:
            self._held_m, self._narrow = 0.0, 0
            return None
        self._narrow = self._narrow + 1 if self.lost() else 0
        if self._narrow < _PERIODS:
            return None
        self._held_m, self._narrow = 0.0, 0
        self._belief.in_hand = None
        self._belief.miss(in_hand.item.id)
        return LostGripError(f"the {in_hand.item.label} slipped out of my hand")

    def _moved(self) -> MovedError | None:
        item, before = self._item, self._before
        now_s = self._arm.driver.now_s
        if item is None or now_s - self._looked_s < LOOK_S - 1e-6:
            return None
        self._looked_s = now_s
        now = self._glance()
        if now is not None and before is None:  # an arm was before it until now
            self._keep(item, now)
        if now is None or before is None or now.shape != before.shape:
            return None
        known, seen = np.isfinite(before), np.isfinite(now)
        gone = known & seen & (now - before > self._deeper_m)
        if np.count_nonzero(gone) < _GONE_SHARE * np.count_nonzero(known):
            return None
        self.unwatch()
        self._belief.miss(item.id)
        return MovedError(f"the {item.label} was moved meanwhile")

    def _glance(self) -> NDArray[np.float32] | None:
        assert self._item is not None and self.sight is not None
        x, y, _ = self._item.position
        return self.sight((x, y, self._item.top_z), _WITHIN * self._item.size_m)

    def _keep(self, item: SceneObject, depth: NDArray[np.float32]) -> None:
        """Of that picture the points that belong to the thing; none where they are too few."""
        # neither an arm before it, nor, of a thin or hollow thing, what lies beside or at its bottom
        nearest = -_NEARER_M * self._arm.spec.scale
        is_thing = (depth > nearest) & (depth < item.height_m / 2)
        on_it = np.where(is_thing, depth, math.nan).astype(np.float32)
        if np.count_nonzero(np.isfinite(on_it)) >= _LEAST_POINTS:
            self._before = on_it
            self._deeper_m = max(_DEEPER * item.height_m, _DEEPER_M * self._arm.spec.scale)
