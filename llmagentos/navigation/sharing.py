"""Drives of one base where several drive: each way is claimed before it is gone, and given back behind.

Knows: one navigator, the claims that all share, where this base may always stand. Does not know: other bases, goals'
names, or how a way is found.

A way is claimed piece by piece, each for as long as the base may be there; it waits for the claim where it stands,
which must be one of its homes. Whoever is late has its windows put off; where another one's are in the way of that it
drives on all the same, since who comes behind sees it and stands (the gate), and that is counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.errors import FleetError
from llmagentos.fleet.space.reservations import Reservations
from llmagentos.fleet.space.volumes import Capsule, gap_m
from llmagentos.fleet.space.ways import way_parts
from llmagentos.navigation.navigator import End, Navigator
from llmagentos.navigation.rolling import Periods
from llmagentos.ports.driving import STILL
from llmagentos.types import MapPose

#: Beside its body a base may be so far off its way, by what it believes and by how it steers, metres.
OFF_M = 0.12
#: It goes at least at this share of its speed, and is so much too early or late beside that, seconds.
_SLOWEST, _SLACK_S = 0.35, 1.0
#: Windows that end so soon are put off by so much, seconds.
_SOON_S, _LATER_S = 1.0, 3.0
#: A goal that is nearer than this to a home is at it, metres.
_AT_M = 0.1


class SharedWays:
    """room: the table of claims, with a margin; homes: where it alone may stand, map frame. Raises FleetError for
    homes that are another's."""

    def __init__(
        self, navigator: Navigator, room: Reservations, owner: str, homes: Sequence[MapPose]
    ) -> None:
        self._navigator, self._room, self._owner, self._homes = navigator, room, owner, tuple(homes)
        self._radius_m = navigator.rolling.spec.radius_m + OFF_M
        room.add(owner, [self._disc(home) for home in homes])
        #: Seconds that it has waited for others, of the last drive and of all; windows that could not be put off.
        self.waited_s = self.waited_all_s = 0.0
        self.late = 0

    def _disc(self, at: MapPose) -> Capsule:
        point = (at.x_m, at.y_m, 0.0)
        return Capsule(point, point, self._radius_m)

    def go_to(self, goal: MapPose) -> Periods[End]:
        """As Navigator.go_to, on ways of its own. Raises FleetError for a goal that is none of its homes,
        and NoWayError where there is no way even by the map."""
        if all(home.distance_m(goal) > _AT_M for home in self._homes):
            raise FleetError(f"expected '{self._owner}' to drive to one of its homes, got {goal}")
        self.waited_s = 0.0
        yield from self._claim(goal)
        drive = self._navigator.go_to(goal)
        try:
            while True:
                try:
                    next(drive)
                except StopIteration as end:
                    ended: End = end.value
                    return ended
                yield
                yield from self._keep()
        finally:
            self._room.release(self._owner, self._now_s)

    @property
    def _now_s(self) -> float:
        return self._navigator.rolling.driver.now_s

    def _claim(self, goal: MapPose) -> Periods[None]:
        """Ask for the way, and stand until it is granted."""
        rolling, pose = self._navigator.rolling, self._navigator.pose
        points = [(pose.x_m, pose.y_m), *map(tuple, self._navigator.plan(goal)[1:].tolist())]
        fastest = rolling.profile.forward_mps
        parts = way_parts(
            points, self._radius_m, _SLOWEST * fastest, _SLACK_S, _LATER_S, fastest,
            rolling.profile.turn_radps / 2, pose.yaw_rad,
        )  # fmt: skip
        claim = self._room.claim(self._owner, parts, self._now_s)
        while not claim.granted:
            yield from rolling.period(STILL)
            self._room.refresh(self._now_s)
            self.waited_s += rolling.driver.control_period_s
            self.waited_all_s += rolling.driver.control_period_s

    def _keep(self) -> Periods[None]:
        """Hold what it has while it needs it: put windows off that end soon where it still is or has to go."""
        claim, now_s = self._room.granted(self._owner), self._now_s
        if claim is None:  # all windows are over, and it is not there yet
            self.late += 1
            return
        here = self._disc(self._navigator.pose)
        ends = [
            claim.began_s + p.end_s
            for p in claim.parts
            if claim.began_s + p.end_s > now_s and gap_m(p.volume, here) == 0.0
        ]
        if ends and min(ends) - now_s < _SOON_S and self._is_before_its_end():
            self.late += not self._room.put_off(self._owner, _LATER_S, now_s)
        return
        yield

    def _is_before_its_end(self) -> bool:
        left = self._navigator.way
        return bool(len(left) > 1 and math.dist(left[0], left[-1]) > OFF_M)
