# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What executors share, whatever they move: plans taken one at a time, and who may end them.

Knows: the action around a plan, resets, a clock that goes back, what is told of safety. Does not
know: how one plan goes (goal.py), arms, bases, what a node is built of.
"""

from __future__ import annotations

import threading
from typing import Any

from llmagentos.audit.trail import AuditTrail
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import Outcome
from llmagentos.safety.guard import GuardRules, PlanGuard
from llmagentos.safety.watchdogs import events, Silence
from llmagentos_msgs.action import ExecutePlan
from llmagentos_msgs.msg import SafetyState
from llmagentos_msgs.srv import Reset
from llmagentos_ros import interface as table
from llmagentos_ros.actions import let_feedback_arrive
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.clock_watch import ClockWatch
from llmagentos_ros.convert import to_time
from llmagentos_ros.goal import as_result, PlanRun, trail_of
from llmagentos_ros.memory import memory_of
from llmagentos_ros.motion_watch import MotionWatch
from llmagentos_ros.senses import Senses
from llmagentos_ros.stopping import Stopping
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

#: A process that got no time for so long was frozen, seconds.
_STOOD_S = 1.0


class PlanServer(ModuleNode):
    """The node `executor` around a goal.Body, which a subclass makes it."""

    def __init__(self) -> None:
        super().__init__('executor')
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._run: PlanRun | None = None
        self.motion = MotionWatch()
        self._state = SafetyState(state=SafetyState.HOLDING)
        self._done = 0
        self.stopping = Stopping(self._busy, self._begin_anew)

    # --- what a subclass says ----------------------------------------------------------------

    def _carry_out(self, goal: Any) -> Outcome:
        """Carry one plan out, from first to last."""
        raise NotImplementedError

    def _begin_anew(self) -> None:
        """Forget what was measured: skills are built anew with the next goal."""
        raise NotImplementedError

    def _holding_up(self) -> tuple[str, ...]:
        """Return what keeps it from moving, as sentences; '' for what does not."""
        raise NotImplementedError

    def _ages_s(self) -> tuple[float, float]:
        """Return how old joint states and scene are, seconds; -1 for what it has none of."""
        return -1.0, -1.0

    # --- for its `build` ---------------------------------------------------------------------

    def _watch(self, limits_s: dict[str, float]) -> None:
        """Watch the clock and these sources, by their names in the watchdogs' table."""
        self._clock_watch = ClockWatch(lambda: self.now_s)
        self._went_back = self._clock_watch.watch()
        self.senses = Senses(limits_s, lambda: self.now_s, self._on_silence, _STOOD_S)

    def _record(self, rules: GuardRules | None = None) -> None:
        """Open the record of what is asked and done; plans are guarded by rules, and it."""
        self._plan_guard = PlanGuard(rules)
        self.trail = trail_of(self.value('audit'), self.value('audit_folder'))
        self.keep(self.trail, lambda t: t.close())
        if isinstance(self.trail, AuditTrail):
            self._plan_guard.audit = self.trail.log

    def _take_plans(self) -> None:
        """Take plans and resets, and tell of safety, from now on."""
        self._memory = SessionMemory(past=memory_of(self))
        self._safety_out = self.publisher(table.SAFETY_STATE)
        own = MutuallyExclusiveCallbackGroup
        self.timer(1.0 / table.SAFETY_STATE.rate_hz, self._publish_safety, own())
        self.serve(table.RESET_EXECUTOR, self._on_reset)
        server = ActionServer(
            self,
            table.EXECUTE_PLAN.kind,
            table.EXECUTE_PLAN.name,
            execute_callback=self._execute,
            goal_callback=lambda _: GoalResponse.ACCEPT if self.is_active else GoalResponse.REJECT,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            callback_group=self.group,
            feedback_pub_qos_profile=table.FEEDBACK,
        )
        self.keep(server, lambda s: s.destroy())
        self.keep(self.senses, lambda s: s.stop())
        self.senses.start()

    # --- from start to end -------------------------------------------------------------------

    def started(self) -> None:
        """
        Allow plans again; what a stop has latched stays so.

        Where the process before this one died, it begins stopped: nobody knows what the robot was
        left with, and a person has to look.
        """
        self._stop.clear()
        self.stopping.begin(self)

    def release(self) -> None:
        """End as somebody wanted it: the next process need not begin stopped."""
        self.stopping.end()

    # --- for plans ---------------------------------------------------------------------------

    def asked_to_stop(self) -> bool:
        """Whether whatever runs has to end: deactivated, cancelled, or stopped."""
        goal = None if self._run is None else self._run.goal
        asked = self._stop.is_set() or (goal is not None and goal.is_cancel_requested)
        return asked or self.stopping.is_stopped

    def _on_silence(self, silence: Silence) -> None:
        """React to a source that fell silent, or is heard again; the supervisor hears of stops."""
        for event in events([silence]):
            self.stopping.supervisor.post(event)
        if self._run is not None:
            self._run.hear(silence)
        if self.is_active:
            self.get_logger().warning(silence.words)

    def _follow_clock(self) -> None:
        """After the clock was set back another world begins, too: a bag's, a simulator's."""
        if self._went_back():
            self._went_back = self._clock_watch.watch()
            self._begin_anew()

    def _execute(self, goal: Any) -> ExecutePlan.Result:
        if not self._busy.acquire(blocking=False):
            goal.abort()
            return as_result(Outcome('refused', 'I am busy with another plan.'))
        try:
            outcome = self._carry_out(goal)
        finally:
            self.stopping.end_goal()
            self._busy.release()
        let_feedback_arrive()
        self._done += 1
        if goal.is_cancel_requested:
            goal.canceled()
        elif outcome.status in ('succeeded', 'answered'):
            goal.succeed()
        else:
            goal.abort()
        return as_result(outcome)

    # --- safety and session ------------------------------------------------------------------

    def _publish_safety(self) -> None:
        reasons = [reason for reason in (*self._holding_up(), self.stopping.refusal()) if reason]
        joints_s, scene_s = self._ages_s()
        self._state = SafetyState(
            stamp=to_time(self.now_s),
            state=SafetyState.HOLDING if reasons else SafetyState.OK,
            reasons=reasons,
            joint_states_age=joints_s,
            scene_age=scene_s,
        )
        self._safety_out.publish(self._state)

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        if not self._busy.acquire(blocking=False):
            answer.success, answer.message = False, 'expected an idle robot, got a running plan'
            return answer
        try:
            self._begin_anew()
            self._memory.reset()
        finally:
            self._busy.release()
        answer.success = True
        return answer
