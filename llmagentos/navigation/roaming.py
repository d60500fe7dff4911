"""The port `Base`, on a navigator: drives that begin, tick and end.

Knows: which drive is under way and what its end is called. Does not know: how a way is found and driven
(navigator.py), sentences, arms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from llmagentos.errors import DriverError, GateRejection, StoppedError
from llmagentos.navigation import wall
from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.navigation.navigator import End, Navigator
from llmagentos.navigation.places import named_places
from llmagentos.navigation.rolling import Periods
from llmagentos.ports.base import Side
from llmagentos.ports.driving import STILL
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, failed, succeeded
from llmagentos.types import BaseState, MapPose, NamedPlace

#: Robot time of one tick, and of the longest drive, seconds.
_TICK_S, _MOST_S = 0.1, 600.0
#: A wall is followed for so long at most, seconds.
_WALL_S = 300.0
#: A straight way that ends so much earlier, at a table, is told as blocked, metres.
_SHORT_M = 0.02
_ENDS = {
    End.NO_WAY: Failure.NO_WAY,
    End.BLOCKED: Failure.WAY_BLOCKED,
    End.LOST: Failure.LOST,
}


class RoamingBase:
    """A base on one map with names. allowed: asked before each drive, "" or in words why not. named:
    places that people have named before, on another map of the same floor."""

    def __init__(
        self,
        navigator: Navigator,
        plan: FloorPlan,
        allowed: Callable[[], str] = str,
        named: Sequence[NamedPlace] = (),
    ) -> None:
        self.navigator, self.plan, self._allowed = navigator, plan, allowed
        #: Places that people have named.
        self.named = tuple(named)
        theirs = {place.name for place in self.named}
        found = named_places(plan, navigator.costmap())
        places = (*(place for place in found if place.name not in theirs), *self.named)
        person = MapPose(*plan.person) if plan.person is not None else None
        self._known = BaseState(navigator.pose, places, person=person)
        self._drive: Periods[SkillReport] | None = None
        self._report = succeeded("nothing to do")
        driver = navigator.rolling.driver
        self._periods = max(1, round(_TICK_S / driver.control_period_s))

    def state(self) -> BaseState:
        """Where it believes to stand now, and the places that it knows."""
        pose = self.navigator.pose
        room = self.plan.room_at(pose.x_m, pose.y_m)
        return replace(
            self._known,
            pose=pose,
            room=room.name if room else "",
            moving=self._report.status is SkillStatus.RUNNING,
        )

    def go_to(self, goal: MapPose, speed: float = 1.0) -> None:
        """Begin to drive to a pose, round what stands in the way."""
        if self._takes(goal.x_m, goal.y_m, goal.yaw_rad, speed):
            self._begin(self._to(goal, min(speed, 1.0)))

    def go_by(self, ahead_m: float, turn_rad: float = 0.0, speed: float = 1.0) -> None:
        """Begin to drive straight ahead (back where negative) so far, and then turn on the spot."""
        if self._takes(ahead_m, turn_rad, 0.0, speed):
            self._begin(self._by(ahead_m, turn_rad, min(speed, 1.0)))

    def follow_wall(self, side: Side = "nearer", speed: float = 1.0) -> None:
        """Begin to drive along a wall, until stopped or the wall ends."""
        if self._takes(0.0, 0.0, 0.0, speed):
            self._begin(self._along_wall(side, min(speed, 1.0)))

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the drive ends."""
        if self._drive is None:
            return self._report
        try:
            for _ in range(self._periods):
                next(self._drive)
        except StopIteration as ended:
            self._end(ended.value)
        except StoppedError as stopped:
            self._end(failed(Failure.STOPPED, str(stopped)))
        except (DriverError, GateRejection) as broken:
            self._end(failed(Failure.NO_ANSWER, str(broken)))
        return self._report

    def stop(self) -> SkillReport:
        """Brake, and say where it stands."""
        if self._drive is not None:
            self._drive.close()
            driver = self.navigator.rolling.driver
            for _ in range(
                round(3.0 / driver.control_period_s)
            ):  # a period without a command brakes
                driver.advance()
                if driver.odometry().velocity == STILL:
                    break
        self.navigator.rolling.last = STILL
        at = self.navigator.pose
        room = self.plan.room_at(at.x_m, at.y_m)
        where = f"in the {room.name}" if room else f"at x {at.x_m:.1f} m, y {at.y_m:.1f} m"
        self._end(failed(Failure.STOPPED, f"I stand {where}."))
        return self._report

    def name_place(self, name: str) -> NamedPlace:
        """Give the place where it stands a name. Raises ValueError for one that is empty."""
        said = " ".join(name.lower().split())
        if not said:
            raise ValueError("expected a name for this place, got an empty one")
        state = self.state()
        named = NamedPlace(said, state.pose, "spot", state.room)
        others = tuple(place for place in state.places if place.name != said)
        self.named = (*(place for place in self.named if place.name != said), named)
        self._known = replace(self._known, places=(*others, named))
        return named

    # ---- drives -------------------------------------------------------------------------------

    def _takes(self, a: float, b: float, c: float, speed: float) -> bool:
        if all(map(math.isfinite, (a, b, c, speed))) and speed > 0:
            return True
        self._stand()
        self._end(failed(Failure.INVALID_ACTION, attempts=0))
        return False

    def _begin(self, drive: Periods[SkillReport]) -> None:
        self._stand()
        refusal = self._allowed()
        if refusal:
            self._end(failed(Failure.STOPPED, refusal))
            return
        self._drive, self._report = drive, SkillReport(SkillStatus.RUNNING)

    def _stand(self) -> None:
        """A drive that another takes the place of: the next one begins by braking."""
        if self._drive is not None:
            self._drive.close()
            self._drive = None

    def _end(self, report: SkillReport) -> None:
        self._drive, self._report = None, report

    def _to(self, goal: MapPose, speed: float) -> Periods[SkillReport]:
        end = yield from self.navigator.go_to(goal, speed=speed)
        if end is End.REACHED:
            return succeeded("arrived")
        return failed(_ENDS[end], attempts=1 + len(self.navigator.recoveries))

    def _by(self, ahead_m: float, turn_rad: float, speed: float) -> Periods[SkillReport]:
        rolling = self.navigator.rolling
        free_m = self.navigator.free_ahead_m(ahead_m)
        if free_m and not (yield from rolling.straight(free_m, speed)):
            return failed(Failure.WAY_BLOCKED)
        if abs(free_m) < abs(ahead_m) - _SHORT_M:
            return failed(Failure.WAY_BLOCKED)
        if turn_rad:
            yield from rolling.turn(turn_rad, speed * rolling.profile.turn_radps)
        return succeeded("there")

    def _along_wall(self, side: Side, speed: float) -> Periods[SkillReport]:
        rolling = self.navigator.rolling
        driver = rolling.driver
        yield from rolling.stand()
        points = driver.scan().points_m()
        which = wall.nearest_side(points) if side == "nearer" else side
        if which is None or wall.beside_m(points, which) > wall.SEEN_M:
            return failed(Failure.NO_WALL)
        until_s, gone = driver.now_s + _WALL_S, 0
        while driver.now_s < until_s:
            wanted = wall.along(driver.scan().points_m(), which, rolling.spec, rolling.profile)
            if wanted is None:
                gone += 1
                wanted = STILL if gone > 1 else rolling.last
                if gone > 1.0 / driver.control_period_s:
                    break
            else:
                gone = 0
            wanted = replace(wanted, forward_mps=speed * wanted.forward_mps)
            yield from rolling.period(wanted)
        yield from rolling.stand()
        return succeeded("the wall ends here")
