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
import threading
import time
from typing import Any

from geometry_msgs.msg import PoseStamped
from llmagentos.errors import DriverError, LLMAgentOSError
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.safety.permit import Permit
from llmagentos.types import MapPose
from llmagentos_ros import interface as table
from llmagentos_ros.base_stopping import BaseStopping
from llmagentos_ros.driving_node import DrivingNode
from llmagentos_ros.navigating import Navigating
from llmagentos_ros.navigating import PARAMETERS as NAVIGATING
from llmagentos_ros.process import run
from std_msgs.msg import String

#: How often it looks where the base is while nothing is driven, seconds.
_IDLE_S = 0.1
#: An ended thread is waited for so long, seconds.
_END_S = 5.0
#: A goal waits so long for a base that is not heard yet, or hears nobody, seconds.
_FIND_S = 5.0


class NavigatorNode(DrivingNode):
    """Owns a Navigator behind the gate, on topics."""

    PARAMETERS = NAVIGATING

    def __init__(self) -> None:
        super().__init__('navigator')
        self._stopping = BaseStopping(self, self._passed_s)
        self._navigating: Navigating | None = None
        self._before_s = 0.0
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()

    def build(self) -> None:
        """Reach the base. FileError or NavigationError for a map that cannot be."""
        self._permit = Permit(self._stopping.supervisor, 'navigator')
        self._word = threading.Lock()
        self._goal: MapPose | None = None
        self._goal_s = float('-inf')
        self._told = ''
        self._navigating = Navigating(self, self._permit)
        self.subscription(table.GOAL_POSE, self._on_goal, needed=lambda: False)
        self._state_out = self.publisher(table.DRIVE_STATE)
        self._stopping.reach()

    def release(self) -> None:
        """End the thread; the base is told to stand."""
        self.stopped()
        self._before_s, self._navigating = self._passed_s(), None

    def _passed_s(self) -> float:
        """
        Time as it passes for the base, by which leases end.

        It stands while nobody drives, as an arm's does; who comes late is the base's own time
        limit to brake for.
        """
        navigating = self._navigating
        passed_s = 0.0 if navigating is None else navigating.topics.driver.passed_s
        return self._before_s + passed_s

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
        navigating = self._navigating
        if navigating is None:
            return level, words, figures
        for name, said in navigating.faults().items():
            self.fault(name, said)
        if self.is_active:
            self.fault('base', navigating.topics.problem())
        if navigating.base is not None:
            figures = {**figures, **navigating.driver.gate.rejections}
        return level, words, figures

    # --- what others say -----------------------------------------------------------------------

    def _on_goal(self, msg: PoseStamped) -> None:
        assert self._navigating is not None
        pose = self._navigating.pose_of(msg.header.frame_id, msg.pose)
        if pose is not None and self.is_active:
            with self._word:
                self._goal, self._goal_s = pose, time.monotonic()

    # --- the one thread that drives ------------------------------------------------------------

    def _work(self) -> None:
        assert self._navigating is not None
        navigating = self._navigating
        navigating.driver.connect()
        try:
            while not self._closing.is_set():
                self._round(navigating)
            if navigating.base is not None:
                navigating.base.stop()
        except LLMAgentOSError as exc:
            self.get_logger().warning(f'the last drive ended: {exc}')
        finally:
            navigating.driver.disconnect()
            self._permit.end()

    def _round(self, navigating: Navigating) -> None:
        """Let about a tenth of a second pass."""
        if navigating.base is None or not navigating.base.state().moving:
            navigating.take_news()  # a map that has grown does not end a drive
        base = navigating.base
        if base is None:
            self._closing.wait(_IDLE_S)
            return
        goal = self._next_goal(navigating)
        if goal is not None:
            self._permit.begin()
            base.go_to(goal)
        if base.state().moving:
            report = base.tick()
            if report.status is not SkillStatus.RUNNING:
                self._permit.end()
            self._tell(report)
            navigating.tell()
            return
        try:
            if self._stopping.supervisor.waits:
                navigating.driver.advance()  # braking, and measuring that it rests
            else:
                navigating.look()
                self._closing.wait(_IDLE_S)
        except DriverError:  # silent: diagnostics tell
            self._closing.wait(_IDLE_S)
        self._tell(base.tick())
        navigating.tell()

    def _next_goal(self, navigating: Navigating) -> MapPose | None:
        """Take the newest goal, which waits a little for a base that is only just there."""
        with self._word:
            waits = time.monotonic() - self._goal_s < _FIND_S
            if self._goal is None or (waits and navigating.topics.problem()):
                return None
            goal, self._goal = self._goal, None
            return goal

    def _tell(self, report: SkillReport) -> None:
        """Say how the drive goes."""
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


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros navigator`."""
    return run(NavigatorNode, 'navigator', args)


if __name__ == '__main__':
    raise SystemExit(main())
