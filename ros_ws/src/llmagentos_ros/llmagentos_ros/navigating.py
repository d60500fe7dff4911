# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Our navigation over a node's topics: maps, names and poses in; where the base is, and its way, out.

Knows: maps as map_server sends them, floor plans, tf. Does not know: who asks for drives, or when
(navigator.py: goals of RViz; driving_executor.py: plans), nor how ways are found and driven
(llmagentos.navigation).

Topics only leave word: `take_news`, `look` and drives are for one thread at a time.
"""

from __future__ import annotations

from pathlib import Path
import threading
from typing import Any

from geometry_msgs.msg import PoseWithCovarianceStamped
from llmagentos.errors import DriverError, NavigationError
from llmagentos.navigation.floor_plan import FloorPlan, load_plan, plan_of
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.map_files import load_map
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.roaming import RoamingBase
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.permit import Permit
from llmagentos.types import MapPose
from llmagentos_ros import interface as table
from llmagentos_ros.base_messages import grid_from_msg, pose_from_msg, pose_stamped
from llmagentos_ros.base_topics import BaseTopics
from llmagentos_ros.base_topics import PARAMETERS as TOPICS
from llmagentos_ros.convert import pose_to_msg, to_time
from llmagentos_ros.driving_node import DrivingNode
from llmagentos_ros.frames import Broadcast, planar_transform
from llmagentos_ros.parameters import Parameter
from nav_msgs.msg import OccupancyGrid as OccupancyGridMsg
from nav_msgs.msg import Path as PathMsg
from std_msgs.msg import String
import yaml

#: How often it is told where the base is, seconds.
_TELL_S = 0.25

MAPS = (
    Parameter('map_file', '', "A map_server's YAML file; empty: the topic `map` tells"),
    Parameter(
        'floor_plan',
        '',
        'Rooms, doors, furniture and dock by name, a YAML file; empty: the topic floor_plan tells',
    ),
)
PARAMETERS = (
    *MAPS,
    Parameter(
        'start',
        [0.0, 0.0, 0.0],
        'x, y (m) and yaw (rad) of the base on the map at the start, with start_is_known',
    ),
    Parameter('start_is_known', False, 'Else the first scans tell, or initialpose does'),
    Parameter(
        'starts_at_dock',
        False,
        'It stands at the dock of the floor plan at the start, and waits for such a plan',
    ),
    Parameter('publish_tf', True, 'Tell map to odom on tf'),
    *TOPICS,
)


class Maps:
    """
    The newest map and floor plan that a node was given. Make it in a node's `build`.

    needs_plan: whether a map is of no use before its plan. FileError or NavigationError for files
    that cannot be.
    """

    def __init__(self, node: DrivingNode, needs_plan: bool = False) -> None:
        self._word, self._awaits_plan = threading.Lock(), needs_plan
        self._grid: OccupancyGrid | None = None
        self._plan, self._news = FloorPlan(), False
        #: What was wrong with the last map, and with the last floor plan.
        self.problem = self.plan_problem = ''
        map_file, plan_file = node.value('map_file'), node.value('floor_plan')
        if plan_file:
            self._plan, self._awaits_plan = load_plan(Path(plan_file)), False
        else:
            node.subscription(table.FLOOR_PLAN, self._on_plan, any_policy=True)
        if map_file:
            self._grid, self._news = load_map(Path(map_file)), True
        else:
            node.subscription(table.MAP, self._on_map, any_policy=True)

    def take(self) -> tuple[OccupancyGrid, FloorPlan] | None:
        """Map and plan, once after each change; None where there is no news, or no map yet."""
        with self._word:
            if not self._news or self._grid is None or self._awaits_plan:
                return None
            self._news = False
            return self._grid, self._plan

    def missing(self) -> str:
        """Return what is missing or wrong, in words, or ''."""
        with self._word:
            if self._grid is None:
                return self.problem or 'there is no map yet'
            return 'there is no floor plan yet' if self._awaits_plan else ''

    def _on_map(self, msg: OccupancyGridMsg) -> None:
        try:
            given = grid_from_msg(msg)
        except NavigationError as exc:
            self.problem = str(exc)
            return
        with self._word:
            self._grid, self._news, self.problem = given, True, ''

    def _on_plan(self, msg: String) -> None:
        try:
            given = plan_of(yaml.safe_load(msg.data), table.FLOOR_PLAN.name)
        except (yaml.YAMLError, NavigationError) as exc:
            self.plan_problem = str(exc)
            return
        with self._word:
            self._news = self._news or given != self._plan
            self._plan, self.plan_problem, self._awaits_plan = given, '', False


class Navigating:
    """
    One base on the newest map. Make it in a node's `build`.

    permit: what its gate asks before anything is driven. `driver` is behind that gate; `base`
    drives, None before the first map.
    """

    def __init__(self, node: DrivingNode, permit: Permit) -> None:
        self._node, self._permit = node, permit
        self._spec = node.driven
        self._profile = self._spec.profile(node.value('profile'))
        self.topics = BaseTopics(node)
        gate = BaseGate(self._spec, node.value('profile'))
        self.driver = GatedBase(self.topics.driver, gate, permit)
        self.base: RoamingBase | None = None
        #: After a crash in mid-way: then neither dock nor `start` is where it stands.
        self.start_is_lost = False
        self._word = threading.Lock()
        self._place: MapPose | None = None
        self._told_s = float('-inf')
        self._maps = Maps(node, needs_plan=node.value('starts_at_dock'))
        node.subscription(table.INITIAL_POSE, self._on_place, needed=lambda: False)
        self._pose_out = node.publisher(table.AMCL_POSE)
        self._way_out = node.publisher(table.WAY)
        self._frames = Broadcast(node)

    def problem(self) -> str:
        """Why no drive can begin, in words, or ''."""
        if self.base is None:
            return self._maps.missing() or 'the map has only just come'
        return self.topics.problem()

    def faults(self) -> dict[str, str]:
        """Return what diagnostics tell by name; '' where all is well."""
        found = {'map': self._maps.problem, 'floor plan': self._maps.plan_problem, 'place': ''}
        if self.base is not None and self.base.navigator.locating.is_lost:
            found['place'] = 'it does not know where it is'
        return found

    def pose_of(self, frame: str, msg: Any) -> MapPose | None:
        """Return a pose on the map; None, and a warning, for one that is none."""
        try:
            wanted = self._node.value('map_frame')
            if frame.lstrip('/') not in ('', wanted):
                raise DriverError(f'expected a pose in {wanted}, got one in {frame}')
            return pose_from_msg(msg)
        except DriverError as exc:
            self._node.get_logger().warning(f'pose refused: {exc}')
            return None

    def _on_place(self, msg: PoseWithCovarianceStamped) -> None:
        pose = self.pose_of(msg.header.frame_id, msg.pose.pose)
        if pose is not None:
            with self._word:
                self._place = pose

    # --- of whoever drives -----------------------------------------------------------------------

    def take_news(self) -> bool:
        """Go on with what others said meanwhile; whether `base` is another one now."""
        with self._word:
            place, self._place = self._place, None
        given = self._maps.take()
        if given is not None:
            self._take_map(*given)
        if place is not None and self.base is not None:
            locating = self.base.navigator.locating
            if isinstance(locating, Localization):
                locating.place(place)
        return given is not None

    def look(self) -> None:
        """Take in where the base is while nothing is driven. DriverError where it is silent."""
        if self.base is not None:
            self.base.navigator.rolling.look()

    def _take_map(self, grid: OccupancyGrid, plan: FloorPlan) -> None:
        """Drive on another map from now on: what was named on the last one keeps its name."""
        start = MapPose(*(float(v) for v in self._node.value('start')[:3]))
        known, before = self._node.value('start_is_known'), self.base
        if self._node.value('starts_at_dock') and plan.dock is not None:
            start, known = MapPose(*plan.dock), True
        known = known and not self.start_is_lost
        if before is not None:  # a map that was sent again, or has grown
            before.stop()
            start, known = before.navigator.pose, True
        navigator = Navigator(
            self.driver,
            self._spec,
            grid,
            Localization(grid, start if known else None),
            self._profile,
            keep_out=plan.keep_out(grid.frame),
        )
        named = () if before is None else before.named
        self.base = RoamingBase(navigator, plan, self._permit.refusal, named)

    def tell(self) -> None:
        """Say where the base is, a few times a second at most."""
        if self.base is None or 0 <= self._node.now_s - self._told_s < _TELL_S:
            return
        navigator, now = self.base.navigator, self._node.now_s
        self._told_s = now
        frame = self._node.value('map_frame')
        here = PoseWithCovarianceStamped()
        here.header.frame_id, here.header.stamp = frame, to_time(now)
        here.pose.pose = pose_to_msg(navigator.pose)
        self._pose_out.publish(here)
        way = PathMsg(header=here.header)
        points = ([float(v) for v in point] for point in navigator.way)
        way.poses = [pose_stamped(MapPose(x, y), frame, now) for x, y in points]
        self._way_out.publish(way)
        locating = navigator.locating
        if self._node.value('publish_tf') and isinstance(locating, Localization):
            odom = locating.map_from_odom
            self._frames.tell(planar_transform(odom, frame, self._node.value('odom_frame'), now))
