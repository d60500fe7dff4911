# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The executor of a robot that drives: a plan in, drives and an outcome out.

Knows: what an ExecutionModule is built of around a base, and the action around it. Does not know:
how one plan goes (goal.py), who finds the ways (drives.py), arms.

The node is called `executor`, as an arm's is: an agent, bring-up and whoever stops a graph need
not know which of both is there. It hears of no battery and of no people: who is in the way is what
the scanner meets. No camera of a base is looked through: scenes tell where it is, and no things.
"""

from __future__ import annotations

from dataclasses import replace
import threading
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from llmagentos.errors import DriverError, LLMAgentOSError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.ports.modules import Outcome
from llmagentos.safety.ages import AgeTimer
from llmagentos.safety.battery import Battery
from llmagentos.safety.guard import GuardedSkills
from llmagentos.safety.watchdogs import Effect, limit_s
from llmagentos.skills.mobile import MobileSkills, TICK_S
from llmagentos.types import Scene
from llmagentos_ros import interface as table
from llmagentos_ros.base_messages import odometry_from_msg
from llmagentos_ros.convert import scene_to_msg
from llmagentos_ros.drives import Drives, drives_of, OURS
from llmagentos_ros.driving_node import DrivingNode
from llmagentos_ros.executor_parameters import RECORD
from llmagentos_ros.goal import PlanRun
from llmagentos_ros.memory import PARAMETERS as MEMORY
from llmagentos_ros.navigating import PARAMETERS as NAVIGATING
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.plan_server import PlanServer
from llmagentos_ros.process import run
from nav_msgs.msg import Odometry
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

#: So often it is looked where the base is between plans, and told, seconds.
_IDLE_S = 0.1
#: A process that got no time for so long was frozen, seconds.
_STOOD_S = 1.0
#: The end of a plan, and of a thread, is waited for so long, seconds.
_END_S = 5.0


class _Wheels:
    """For goal.Observed: what moves is what the wheels say, from the first of a plan on."""

    first_motion_at: float | None = 0.0

    def mark(self) -> None:
        """See Observed: the wheels' own watch is begun anew with each plan."""


class DrivingExecutor(PlanServer, DrivingNode):
    """Owns an ExecutionModule over a base."""

    PARAMETERS = (
        Parameter(
            'drives_by', OURS, 'navigator (ours, on cmd_vel, odom and scan), or nav2: its actions'
        ),
        Parameter('ready_timeout_s', 3.0, 'How long a plan waits for map and wheels', 0.1, 60.0),
        Parameter(
            'clock_timeout_s',
            limit_s('clock'),
            'A clock that stands still this long stops motion',
            0.1,
            60.0,
        ),
        *RECORD,
        *NAVIGATING,
        *MEMORY,
    )

    def __init__(self) -> None:
        super().__init__()
        #: Who holds it has the base alone: a plan, or the thread that looks between plans.
        self._alone = threading.Lock()
        self._closing = threading.Event()
        self._worker: threading.Thread | None = None
        self._drives: Drives | None = None
        # Nobody tells it a charge, so it has none that could run low.
        self.battery, self.observed = Battery(), _Wheels()

    def build(self) -> None:
        """Reach the base. FileError, NavigationError or ConfigError for what cannot be."""
        self._watch({'clock': self.value('clock_timeout_s')})
        self._wheels_age = AgeTimer('odometry', self.value('odometry_timeout_s'))
        self._record()
        self._spec = self.driven
        drives = self._drives = drives_of(self, self.stopping.supervisor, TICK_S)
        self.keep(drives, lambda d: d.close())
        self._run = PlanRun(self, self.publisher(table.STEP_STATE).publish)
        self._scene_out = self.publisher(table.SCENE)
        self._execution: PlanExecutor | None = None
        self.stopping.reach(self, drives.brake)
        if drives.able is not None:
            self.stopping.guards(drives.able)
        own = MutuallyExclusiveCallbackGroup
        wheels = replace(table.ODOM, qos=table.SENSOR)
        self.subscription(wheels, self._on_odometry, own())
        self.timer(1.0 / table.SCENE.rate_hz, self._tell_scene, own())
        self._take_plans()

    def started(self) -> None:
        """Drive from now on; what a stop has latched stays so (see PlanServer)."""
        assert self._drives is not None
        self._closing.clear()
        self._drives.connect()
        super().started()
        if self.stopping.died_before:
            self._drives.lose_start()
        self._worker = threading.Thread(
            target=self._between_plans, args=(self._drives,), name='whereabouts', daemon=True
        )
        self._worker.start()

    def stopped(self) -> None:
        """Stop the running goal, wait until the base rests, and command it no more."""
        self._stop.set()
        if self._busy.acquire(timeout=_END_S):
            self._busy.release()
        self._closing.set()
        if self._worker is not None:
            self._worker.join(_END_S)
            self._worker = None
        if self._drives is not None:
            self._drives.disconnect()

    def release(self) -> None:
        """See PlanServer; what drives is given up."""
        super().release()
        self._drives = None

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Warn with what holds the base up; say how many plans have ended."""
        level, words, _ = super().health()
        if self._drives is not None and self.is_active:
            for name, said in self._drives.faults().items():
                self.fault(name, said)
        reasons = list(self._state.reasons)
        if self.is_active and reasons:
            level, words = DiagnosticStatus.WARN, '; '.join(reasons)
        return level, words, {'plans_done': self._done}

    # --- the module ------------------------------------------------------------------------

    def execution(self) -> PlanExecutor:
        """Return the execution module; built late, since it needs a map, and with each new one."""
        assert self._run is not None and self._drives is not None
        base = self._drives.base
        if base is None:
            raise DriverError('expected a map to drive on, got none yet')
        if self._execution is None:
            mobile = MobileSkills(base, stand=self._drives.stand)
            guarded = GuardedSkills(mobile, self._plan_guard)
            self._execution = PlanExecutor(guarded, self._memory, self._run.on_event)
        return self._execution

    @property
    def unfelt(self) -> bool:
        """Whether nothing can be measured now."""
        return bool(self._wheels_age.stale())

    def hindrance(self) -> str:
        """Return why the base may not move though every source is heard, or ''."""
        assert self._drives is not None
        return self._went_back() or self._drives.problem()

    def begin(self) -> None:
        """Go on with what others said since the last plan, and wait for map, wheels and clock."""
        assert self._drives is not None
        give_up = time.monotonic() + self.value('ready_timeout_s')
        while True:
            if self._drives.take_news():
                self._execution = None  # of another map
            ready = self.senses.all_seen and not self._drives.problem()
            if ready or self.asked_to_stop() or time.monotonic() > give_up:
                break
            self._stop.wait(_IDLE_S)
        self.senses.look()

    def _between_plans(self, drives: Drives) -> None:
        """Look where the base is while no plan drives it, and tell it all the time."""
        while not self._closing.wait(_IDLE_S):
            if self._alone.acquire(blocking=False):
                try:
                    if drives.take_news():
                        self._execution = None
                    if not self.stopping.supervisor.waits:  # else the keeper brakes and measures
                        drives.look()
                except LLMAgentOSError as exc:
                    self.get_logger().warning(f'the map is not taken: {exc}')
                finally:
                    self._alone.release()
            drives.tell()

    def _on_odometry(self, msg: Odometry) -> None:
        try:
            said = odometry_from_msg(msg)
        except DriverError as exc:
            self._wheels_age.refuse(str(exc))
            return
        self._wheels_age.beat()
        self.motion.take((said.pose.x_m, said.pose.y_m, said.pose.yaw_rad))
        v = said.velocity
        self.stopping.hear(said.stamp_s, self._spec.wheel_rates(v.forward_mps, v.turn_radps))

    # --- the action ------------------------------------------------------------------------

    def _carry_out(self, goal: Any) -> Outcome:
        assert self._run is not None
        with self._alone:
            self._follow_clock()
            return self._run.carry_out(goal)

    def _begin_anew(self) -> None:
        """Forget what is under way; where the base is and what places are called stays."""
        self._execution = None

    # --- what is told ----------------------------------------------------------------------

    def _tell_scene(self) -> None:
        """For agent and planner: where the base is, which places it knows, and no things."""
        base = None if self._drives is None else self._drives.base
        if base is None:  # who plans for a scene without a base plans for an arm
            return
        state = replace(base.state(), has_arm=False)
        scene = Scene(stamp_s=self.now_s, base=state)
        self._scene_out.publish(scene_to_msg(scene, self.base_frame))

    def _holding_up(self) -> tuple[str, ...]:
        assert self._drives is not None
        return self.senses.silent(Effect.STOP), self._drives.problem()


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros driving_executor`."""
    return run(DrivingExecutor, 'executor', args, threads=8)


if __name__ == '__main__':
    raise SystemExit(main())
