# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Our navigator as a node: it drives somebody's base, by that base's topics, to poses on a map.

Knows: goals and maps as RViz and map_server send them, how a drive is told. Does not know: how
ways are found and driven (llmagentos.navigation), what the base is made of.

While it has nothing to do it sends no velocity, so others may drive; it looks where the base is
all the same. All that drives is on one thread; topics only leave word.
"""

from __future__ import annotations

import json
from pathlib import Path
import threading
from typing import Any

from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from llmagentos.errors import DriverError, LLMAgentOSError, NavigationError
from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.map_files import load_map
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.roaming import RoamingBase
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.permit import Permit
from llmagentos.types import MapPose
from llmagentos_ros import interface as table
from llmagentos_ros.base_messages import (
    grid_from_msg,
    pose_from_msg,
    pose_stamped,
    pose_to_msg,
)
from llmagentos_ros.base_stopping import BaseStopping
from llmagentos_ros.base_topics import BaseTopics
from llmagentos_ros.base_topics import PARAMETERS as TOPICS
from llmagentos_ros.convert import to_time
from llmagentos_ros.driving_node import DrivingNode
from llmagentos_ros.frames import Broadcast, planar_transform
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run
from nav_msgs.msg import OccupancyGrid as OccupancyGridMsg
from nav_msgs.msg import Path as PathMsg
from std_msgs.msg import String

#: How often it looks where the base is while nothing is driven, and tells it, seconds.
_IDLE_S, _TELL_S = 0.1, 0.25
#: An ended thread is waited for so long, seconds.
_END_S = 5.0


class NavigatorNode(DrivingNode):
    """Owns a Navigator behind the gate, on topics."""

    PARAMETERS = (
        Parameter('map_file', '', "A map_server's YAML file; empty: the topic `map` tells"),
        Parameter(
            'start',
            [0.0, 0.0, 0.0],
            'x, y (m) and yaw (rad) of the base on the map at the start, with start_is_known',
        ),
        Parameter('start_is_known', False, 'Else the first scans tell, or initialpose does'),
        Parameter('publish_tf', True, 'Tell map to odom on tf'),
        *TOPICS,
    )

    def __init__(self) -> None:
        super().__init__('navigator')
        self._stopping = BaseStopping(self, self._passed_s)
        self._topics: BaseTopics | None = None
        self._before_s = 0.0
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()
        self.roaming: RoamingBase | None = None

    def build(self) -> None:
        """Reach the base. FileError or NavigationError for a map that cannot be."""
        self._spec = self.driven
        self._spec.profile(self.value('profile'))
        self._topics = BaseTopics(self)
        self._permit = Permit(self._stopping.supervisor, 'navigator')
        gate = BaseGate(self._spec, self.value('profile'))
        self.driver = GatedBase(self._topics.driver, gate, self._permit)
        self._word = threading.Lock()
        self._goal: MapPose | None = None
        self._place: MapPose | None = None
        self._next_map: OccupancyGrid | None = None
        self._told = self._map_problem = ''
        self._told_s = float('-inf')
        self.roaming = None
        file = self.value('map_file')
        if file:
            self._next_map = load_map(Path(file))
        else:
            self.subscription(table.MAP, self._on_map, any_policy=True)
        self.subscription(table.GOAL_POSE, self._on_goal, needed=lambda: False)
        self.subscription(table.INITIAL_POSE, self._on_place, needed=lambda: False)
        self._pose_out = self.publisher(table.AMCL_POSE)
        self._way_out = self.publisher(table.WAY)
        self._state_out = self.publisher(table.DRIVE_STATE)
        self._frames = Broadcast(self)
        self._stopping.reach()

    def release(self) -> None:
        """End the thread; the base is told to stand."""
        self.stopped()
        self._before_s, self._topics = self._passed_s(), None

    def _passed_s(self) -> float:
        """
        Time as it passes for the base, by which leases end.

        It stands while nobody drives, as an arm's does; who comes late is the base's own time
        limit to brake for.
        """
        return self._before_s + (0.0 if self._topics is None else self._topics.driver.passed_s)

    def started(self) -> None:
        """Take goals from now on."""
        self._stopping.supervisor.arm('activation of the navigator')
        self._closing.clear()
        self._worker = threading.Thread(target=self._work, name='navigator', daemon=True)
        self._worker.start()

    def stopped(self) -> None:
        """Brake, and take no goals."""
        self._closing.set()
        if self._worker is not None:
            self._worker.join(_END_S)
            self._worker = None

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say what is missing: a map, the base, where it is."""
        level, words, figures = super().health()
        self.fault('map', self._map_problem)
        if self.is_active and self._topics is not None:
            self.fault('base', self._topics.problem())
        if self.roaming is not None:
            figures = {**figures, **self.driver.gate.rejections}
            lost = self.roaming.navigator.locating.is_lost
            self.fault('place', 'it does not know where it is' if lost else '')
        return level, words, figures

    # --- what others say -----------------------------------------------------------------------

    def _on_map(self, msg: OccupancyGridMsg) -> None:
        try:
            given = grid_from_msg(msg)
        except NavigationError as exc:
            self._map_problem = str(exc)
            return
        with self._word:
            self._next_map, self._map_problem = given, ''

    def _on_goal(self, msg: PoseStamped) -> None:
        pose = self._pose_of(msg.header.frame_id, msg.pose)
        if pose is not None and self.is_active:
            with self._word:
                self._goal = pose

    def _on_place(self, msg: PoseWithCovarianceStamped) -> None:
        pose = self._pose_of(msg.header.frame_id, msg.pose.pose)
        if pose is not None:
            with self._word:
                self._place = pose

    def _pose_of(self, frame: str, msg: Any) -> MapPose | None:
        """Return a pose on the map; None, and a warning, for one that is none."""
        try:
            wanted = self.value('map_frame')
            if frame.lstrip('/') not in ('', wanted):
                raise DriverError(f'expected a pose in {wanted}, got one in {frame}')
            return pose_from_msg(msg)
        except DriverError as exc:
            self.get_logger().warning(f'pose refused: {exc}')
            return None

    # --- the one thread that drives ------------------------------------------------------------

    def _work(self) -> None:
        self.driver.connect()
        try:
            while not self._closing.is_set():
                self._round()
            if self.roaming is not None:
                self.roaming.stop()
        except LLMAgentOSError as exc:
            self.get_logger().warning(f'the last drive ended: {exc}')
        finally:
            self.driver.disconnect()
            self._permit.end()

    def _round(self) -> None:
        """Let about a tenth of a second pass."""
        with self._word:
            goal, place, given = self._goal, self._place, self._next_map
            self._goal = self._place = self._next_map = None
        if given is not None:
            self._take_map(given)
        if self.roaming is None:
            self._closing.wait(_IDLE_S)
            return
        roaming, locating = self.roaming, self.roaming.navigator.locating
        if place is not None and isinstance(locating, Localization):
            locating.place(place)
        if goal is not None:
            self._permit.begin()
            roaming.go_to(goal)
        if roaming.state().moving:
            report = roaming.tick()
            if report.status is not SkillStatus.RUNNING:
                self._permit.end()
            self._tell(report)
            return
        try:
            if self._stopping.supervisor.waits:
                self.driver.advance()  # braking, and measuring that it rests
            else:
                roaming.navigator.rolling.look()
                self._closing.wait(_IDLE_S)
        except DriverError:  # silent: diagnostics tell
            self._closing.wait(_IDLE_S)
        self._tell(roaming.tick())

    def _take_map(self, grid: OccupancyGrid) -> None:
        """Drive on another map from now on."""
        start = MapPose(*(float(v) for v in self.value('start')[:3]))
        known = self.value('start_is_known')
        if self.roaming is not None:  # a map that was sent again, or has grown
            self.roaming.stop()
            start, known = self.roaming.navigator.pose, True
        locating = Localization(grid, start if known else None)
        profile = self._spec.profile(self.value('profile'))
        navigator = Navigator(self.driver, self._spec, grid, locating, profile)
        self.roaming = RoamingBase(navigator, FloorPlan(), self._permit.refusal)

    def _tell(self, report: SkillReport) -> None:
        """Say where the base is and how the drive goes."""
        assert self.roaming is not None
        navigator = self.roaming.navigator
        pose, now = navigator.pose, self.now_s
        state = json.dumps(
            {
                'status': report.status.value,
                'failure': str(report.failure or ''),
                'words': report.words,
            }
        )
        if state != self._told:
            self._told = state
            self._state_out.publish(String(data=state))
        if not 0 <= now - self._told_s < _TELL_S:
            self._told_s = now
            frame = self.value('map_frame')
            here = PoseWithCovarianceStamped()
            here.header.frame_id, here.header.stamp = frame, to_time(now)
            here.pose.pose = pose_to_msg(pose)
            self._pose_out.publish(here)
            way = PathMsg(header=here.header)
            points = ([float(v) for v in point] for point in navigator.way)
            way.poses = [pose_stamped(MapPose(x, y), frame, now) for x, y in points]
            self._way_out.publish(way)
        locating = navigator.locating
        if self.value('publish_tf') and isinstance(locating, Localization):
            odom = locating.map_from_odom
            self._frames.tell(
                planar_transform(odom, self.value('map_frame'), self.value('odom_frame'), now)
            )


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros navigator`."""
    return run(NavigatorNode, 'navigator', args)


if __name__ == '__main__':
    raise SystemExit(main())
