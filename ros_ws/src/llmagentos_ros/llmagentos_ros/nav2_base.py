# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The port `Base` by Nav2's actions, on a robot that has Nav2.

Knows: which action does which drive, and what is told when Nav2 refuses, gives up, falls silent or
does not know where it is. Does not know: how Nav2 drives; nav2_msgs is looked for at run time.

Where it is comes from whoever is asked (`Whereabouts`). Nav2 has no action for following walls.
"""

from __future__ import annotations

from collections.abc import Sequence
import importlib
import importlib.util
import math
import threading
import time
from typing import Any

from builtin_interfaces.msg import Duration
from llmagentos.errors import MissingDependencyError
from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.ports.base import Base, Side
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import failed, SkillReport, SkillStatus, succeeded
from llmagentos.robots.bases import BaseProfile
from llmagentos.types import BaseState, MapPose, NamedPlace
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient
from llmagentos_ros.base_messages import pose_stamped
from llmagentos_ros.nav2_goal import Nav2Goal
from llmagentos_ros.whereabouts import Whereabouts

#: Names of the actions' servers, as nav2_bringup has them, and their kinds.
ACTIONS = {
    'navigate_to_pose': 'NavigateToPose',
    'drive_on_heading': 'DriveOnHeading',
    'backup': 'BackUp',
    'spin': 'Spin',
}
#: One tick, seconds of the node's clock, and at most of the wall's.
_TICK_S, _WALL_S = 0.1, 1.0
#: A server that is not found, or does not take a goal, for so long is not there, seconds.
_FIND_S, _TAKE_S = 3.0, 5.0
#: So long the end of a cancelled goal, and then rest, are waited for, seconds.
_CANCEL_S, _REST_S = 2.0, 3.0
#: Way and turn that are no way and no turn.
_LEAST_M, _LEAST_RAD = 1e-3, 1e-3

Leg = tuple[str, Any]


class Nav2Base(Base):
    """
    A base that Nav2 drives. The node spins elsewhere.

    where: who knows where it is. profile: how fast straight ways are driven. places: those with
    names. silence_s: so long Nav2 may give no feedback. MissingDependencyError without nav2_msgs.
    """

    def __init__(
        self,
        node: Any,
        where: Whereabouts,
        profile: BaseProfile,
        places: Sequence[NamedPlace] = (),
        map_frame: str = 'map',
        silence_s: float = 3.0,
    ) -> None:
        if importlib.util.find_spec('nav2_msgs') is None:
            raise MissingDependencyError('expected nav2_msgs to drive by Nav2, got none')
        self._kinds = importlib.import_module('nav2_msgs.action')
        self._node, self._where, self._profile = node, where, profile
        self._map_frame, self._silence_s = map_frame, silence_s
        self._places, self._plan = tuple(places), FloorPlan()
        self._named: tuple[NamedPlace, ...] = ()
        self._clients = {
            name: SafeActionClient(
                node, getattr(self._kinds, kind), name, callback_group=node.group
            )
            for name, kind in ACTIONS.items()
        }
        for client in self._clients.values():
            node.keep(client, lambda made: made.destroy())
        self._limit_kind = importlib.import_module('nav2_msgs.msg').SpeedLimit
        self._limits = node.publisher(
            table.Topic('speed_limit', self._limit_kind, table.EVENT, 0.0, 'for the controller')
        )
        self._legs: list[Leg] = []
        self._goal: Nav2Goal | None = None
        self._before: Nav2Goal | None = None
        self._since_s = 0.0
        self._limited = False
        self._report = succeeded('nothing to do')

    # --- the port ------------------------------------------------------------------------------

    def state(self) -> BaseState:
        """Where it believes to stand now, and the places that it knows."""
        moving = self._report.status is SkillStatus.RUNNING
        pose, plan = self._where.pose, self._plan
        room = plan.room_at(pose.x_m, pose.y_m)
        person = None if plan.person is None else MapPose(*plan.person)
        theirs = {place.name for place in self._named}
        places = (*(p for p in self._places if p.name not in theirs), *self._named)
        return BaseState(pose, places, room.name if room else '', moving, person)

    def know(self, places: Sequence[NamedPlace], plan: FloorPlan) -> None:
        """Have these places from now on, and what people have named."""
        self._places, self._plan = tuple(places), plan

    def go_to(self, goal: MapPose, speed: float = 1.0) -> None:
        """Begin to drive to a pose, as Nav2 finds its way."""
        if not self._takes(goal.x_m, goal.y_m, goal.yaw_rad, speed):
            return
        msg = self._kinds.NavigateToPose.Goal()
        # A stamp of zero: tf's newest, not that of the moment at which it was said.
        msg.pose = pose_stamped(goal, self._map_frame, 0.0)
        self._begin([('navigate_to_pose', msg)])
        if speed < 1.0:
            self._limit(100.0 * speed)

    def go_by(self, ahead_m: float, turn_rad: float = 0.0, speed: float = 1.0) -> None:
        """Begin to drive straight ahead (back where negative) so far, and then turn."""
        if not self._takes(ahead_m, turn_rad, 0.0, speed):
            return
        legs: list[Leg] = []
        if abs(ahead_m) >= _LEAST_M:
            name = 'drive_on_heading' if ahead_m > 0 else 'backup'
            usual = self._profile.forward_mps if ahead_m > 0 else self._profile.backward_mps
            msg = getattr(self._kinds, ACTIONS[name]).Goal()
            # Both are told how far and how fast as positive numbers; BackUp goes back by itself.
            msg.target.x, msg.speed = abs(float(ahead_m)), min(speed, 1.0) * usual
            msg.time_allowance = _allowance(msg.target.x / msg.speed)
            legs.append((name, msg))
        if abs(turn_rad) >= _LEAST_RAD:
            msg = self._kinds.Spin.Goal(target_yaw=float(turn_rad))
            msg.time_allowance = _allowance(abs(turn_rad) / self._profile.turn_radps)
            legs.append(('spin', msg))
        self._begin(legs)

    def follow_wall(self, side: Side = 'nearer', speed: float = 1.0) -> None:
        """Nav2 can't."""
        self._leave()
        self._end(failed(Failure.INVALID_ACTION, 'Nav2 follows no walls', attempts=0))

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the drive ends."""
        if self._report.status is not SkillStatus.RUNNING:
            return self._report
        lost = self._where.lost()
        if lost:
            self._leave()
            self._end(failed(Failure.LOST, lost))
        elif self._before is not None:
            self._settle_former()
        elif self._goal is None:
            self._send_next()
        elif self._goal.ended is not None:
            self._finish_leg(self._goal)
        else:
            self._watch(self._goal)
        if self._report.status is SkillStatus.RUNNING:
            self.pause(_TICK_S)
        return self._report

    def stop(self) -> SkillReport:
        """Have Nav2 cancel its goal, and say whether the base was measured at rest."""
        goal = self._goal
        self._leave()
        if goal is not None:
            _wait(lambda: goal.ended is not None, _CANCEL_S)
        _wait(self._where.rests, _REST_S)
        pose = self._where.pose
        at = f'at x {pose.x_m:.1f} m, y {pose.y_m:.1f} m'
        words = f'I stand {at}.' if self._where.rests() else self._where.unrest()
        self._end(failed(Failure.STOPPED, words))
        return self._report

    def name_place(self, name: str) -> NamedPlace:
        """Give the place where it stands a name. Raises ValueError for one that is empty."""
        said = ' '.join(name.lower().split())
        if not said:
            raise ValueError('expected a name for this place, got an empty one')
        state = self.state()
        named = NamedPlace(said, state.pose, 'spot', state.room)
        self._named = (*(p for p in self._named if p.name != said), named)
        return named

    def brake(self) -> None:
        """Have Nav2 cancel its goal at once, from any thread; whoever ticks hears of it."""
        goal = self._goal
        if goal is not None and goal.ended is None:
            goal.cancel()

    def pause(self, seconds: float) -> None:
        """Let so much of the node's time pass, and stop waiting where its clock stands."""
        until_s, give_up = self._node.now_s + seconds, time.monotonic() + _WALL_S
        while self._node.now_s < until_s and time.monotonic() < give_up:
            goal = self._goal
            if goal is not None and goal.ended is not None:
                return
            threading.Event().wait(0.01)

    # --- a drive -------------------------------------------------------------------------------

    def _takes(self, a: float, b: float, c: float, speed: float) -> bool:
        if all(map(math.isfinite, (a, b, c, speed))) and speed > 0:
            return True
        self._leave()
        self._end(failed(Failure.INVALID_ACTION, attempts=0))
        return False

    def _begin(self, legs: list[Leg]) -> None:
        self._leave()
        if self._limited:
            self._limit(0.0)
        self._legs, self._since_s = legs, time.monotonic()
        self._report = SkillReport(SkillStatus.RUNNING)

    def _leave(self) -> None:
        """Give up what is under way."""
        goal, self._goal, self._legs = self._goal, None, []
        if goal is not None and goal.ended is None:
            goal.cancel()
            self._before = goal
            self._since_s = time.monotonic()

    def _end(self, report: SkillReport) -> None:
        self._legs, self._goal, self._report = [], None, report
        if self._limited:
            self._limit(0.0)

    def _limit(self, per_cent: float) -> None:
        """Have the controller drive at a share of its speed; 0: no limit."""
        self._limits.publish(self._limit_kind(percentage=True, speed_limit=per_cent))
        self._limited = per_cent > 0

    def _settle_former(self) -> None:
        """Let the goal before this one end first: two of Nav2's servers may not both drive."""
        assert self._before is not None
        if self._before.ended is not None or time.monotonic() - self._since_s > _CANCEL_S:
            self._before, self._since_s = None, time.monotonic()

    def _send_next(self) -> None:
        if not self._legs:
            self._end(succeeded('there'))
            return
        name, msg = self._legs[0]
        client = self._clients[name]
        if client.server_is_ready():
            self._legs.pop(0)
            self._goal, self._since_s = Nav2Goal(client, msg), time.monotonic()
        elif time.monotonic() - self._since_s > _FIND_S:
            self._end(failed(Failure.NO_ANSWER, f'Nav2 is not there: no action {name}'))

    def _finish_leg(self, goal: Nav2Goal) -> None:
        assert goal.ended is not None
        self._goal, self._since_s = None, time.monotonic()
        if goal.ended.failure is not None:
            self._end(failed(goal.ended.failure, goal.ended.words))
        elif not self._legs:
            self._end(succeeded('arrived'))

    def _watch(self, goal: Nav2Goal) -> None:
        """Look whether Nav2 is still at it: one that is killed says nothing more."""
        silent_s = time.monotonic() - goal.heard_s
        if silent_s <= (self._silence_s if goal.accepted else _TAKE_S):
            return
        self._leave()  # one that was only frozen hears of it when it goes on
        self._end(failed(Failure.NO_ANSWER, f'Nav2 has said nothing for {silent_s:.1f} s'))


def _allowance(usual_s: float) -> Duration:
    """Return three times as long as it takes, and some seconds to speed up and slow down."""
    return Duration(sec=int(3 * usual_s) + 8)


def _wait(done: Any, most_s: float) -> None:
    give_up = time.monotonic() + most_s
    while not done() and time.monotonic() < give_up:
        threading.Event().wait(0.02)
