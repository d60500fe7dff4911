"""A pose that scans tell from time to time, and wheels in between.

Knows: where it was when a scan was last taken in, and the odometry since. Does not know: what a scan
says of the pose (localization.py, slam.py).
"""

from __future__ import annotations

import numpy as np

from llmagentos.navigation.track import Track
from llmagentos.ports.driving import LaserScan, Odometry
from llmagentos.types import MapPose


class BetweenScans:
    """Base of a `rolling.Locating`. `_pose` is that of the last scan taken in, `_last` what the
    odometry said then (None: no scan yet). start: where it stands."""

    def __init__(self, start: MapPose | None) -> None:
        self._pose = start or MapPose(0.0, 0.0)
        self._last: MapPose | None = None
        self._now: MapPose | None = None
        self._track, self._scan_s = Track(), -np.inf

    @property
    def pose(self) -> MapPose:
        """Where it believes to stand now: the pose of the last scan taken in, and odometry since."""
        if self._last is None or self._now is None:
            return self._pose
        return self._pose.after(self._now.seen_from(self._last))

    def pose_at(self, stamp_s: float) -> MapPose:
        """Where it believes to have been a moment ago, when a scan was taken."""
        if self._last is None:
            return self._pose
        return self._pose.after(self._track.at(stamp_s).seen_from(self._last))

    def _sensed(self, odometry: Odometry, scan: LaserScan) -> MapPose | None:
        """Note what came; the odometry's pose when the scan was taken, None if it came before."""
        self._now = odometry.pose
        self._track.add(odometry)
        if scan.stamp_s == self._scan_s:
            return None
        self._scan_s = scan.stamp_s
        return self._track.at(scan.stamp_s)
