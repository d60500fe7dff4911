"""Where the wheels said the base was, a moment ago.

Knows: the last odometry, and what lies between two of its poses. Does not know: maps, scans.
"""

from __future__ import annotations

from collections import deque

from llmagentos.ports.driving import Odometry
from llmagentos.types import MapPose, wrapped

_KEPT = 40


class Track:
    """The last odometry, oldest first; frame "odom"."""

    def __init__(self) -> None:
        self._said: deque[Odometry] = deque(maxlen=_KEPT)

    def add(self, odometry: Odometry) -> None:
        """One more; of a clock that began anew, all that was before is forgotten."""
        if self._said and odometry.stamp_s < self._said[-1].stamp_s:
            self._said.clear()
        self._said.append(odometry)

    def at(self, stamp_s: float) -> MapPose:
        """The pose at a time: between two, in proportion; outside of what is known the nearest.
        IndexError where nothing was added."""
        later = self._said[-1]
        for earlier in reversed(self._said):
            if earlier.stamp_s <= stamp_s:
                return _between(earlier, later, stamp_s)
            later = earlier
        return later.pose


def _between(a: Odometry, b: Odometry, stamp_s: float) -> MapPose:
    span = b.stamp_s - a.stamp_s
    share = min(max((stamp_s - a.stamp_s) / span, 0.0), 1.0) if span > 0 else 0.0
    turn = wrapped(b.pose.yaw_rad - a.pose.yaw_rad)
    return MapPose(
        a.pose.x_m + share * (b.pose.x_m - a.pose.x_m),
        a.pose.y_m + share * (b.pose.y_m - a.pose.y_m),
        wrapped(a.pose.yaw_rad + share * turn),
    )
