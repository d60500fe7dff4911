# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The executor as a node: a plan in, motion and an outcome out.

Knows: what an ExecutionModule is built of here, and the action around it.
Does not know: how one plan goes (goal.py), skills, or what is behind the driver's topics.

Silence that stops, by the watchdogs' table, is told to the supervisor: it is latched, and only a
person's reset and a new goal move the arm again.
"""

from __future__ import annotations

import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from llmagentos import composition
from llmagentos.execution.executor import PlanExecutor
from llmagentos.ports.modules import Outcome
from llmagentos.robot_skills import rehearsal_for, skills_for
from llmagentos.safety.battery import Battery
from llmagentos.safety.guard import GuardedSkills, GuardRules
from llmagentos.safety.watchdogs import Effect
from llmagentos.skills import MotionSkills
from llmagentos.skills.learned import policies_for
from llmagentos.types import Scene
from llmagentos_ros import interface as table
from llmagentos_ros.executor_arm import arm_of
from llmagentos_ros.executor_parameters import PARAMETERS
from llmagentos_ros.fit import hear_joints, misfit, refuse_misfit
from llmagentos_ros.goal import PlanRun
from llmagentos_ros.memory import PARAMETERS as MEMORY
from llmagentos_ros.perception import names
from llmagentos_ros.plan_server import PlanServer
from llmagentos_ros.process import run
from llmagentos_ros.rivals import Rivals
from llmagentos_ros.scene_feed import SceneFeed
from llmagentos_ros.surroundings import Surroundings
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from sensor_msgs.msg import JointState

#: A cancel is looked at this often while waiting.
_POLL_S = 0.02
#: A process that got no time for so long was frozen, seconds.
_STOOD_S = 1.0
#: What of the watchdogs' table this node hears; its parameters say other limits than the table's.
SOURCES = ('joint states', 'scene', 'clock', 'pictures')


class ExecutorNode(PlanServer):
    """Owns an ExecutionModule over a RosDriver."""

    PARAMETERS = (*PARAMETERS, *MEMORY)

    def __init__(self) -> None:
        super().__init__()
        self.battery = Battery()
        self._heard = hear_joints(self)
        self._broken = 0

    def build(self) -> None:
        """Create driver, gate and skills, and the outputs that the parameters choose."""
        refuse_misfit(self.robot, self._heard, *self._names())
        policies_for(self.robot.name, self.value('skills'))  # what cannot be is told now
        if self.value('rehearsal'):
            composition.need_rehearsal()
            self.get_logger().info('rehearsal: plans are tried out in copies of what was seen')
        else:
            self.get_logger().info('rehearsal: off (parameter rehearsal)')
        self._watch(
            {source: self.value(f'{source.replace(" ", "_")}_timeout_s') for source in SOURCES}
        )
        timer = self.senses.timer
        scene_s = self.value('scene_timeout_s')
        self._scenes = SceneFeed(
            lambda: self.now_s, timer('scene'), timer('pictures'), oldest_s=scene_s
        )
        self._record(_rules(self.value('rules')))
        self._arm_out, self._driver = arm_of(self, self.senses)
        self._rivals, self._rival = Rivals(self), ''
        self._run = PlanRun(self, self.publisher(table.STEP_STATE).publish)
        self._skills: MotionSkills | None = None
        self.stopping.reach(self, self._driver.brake_now)
        own = MutuallyExclusiveCallbackGroup
        joints_s = self.value('joint_states_timeout_s')
        self.subscription(table.JOINT_STATES, self._on_joint_state, own(), allowed_s=joints_s)
        self.subscription(table.SCENE, self._scenes.on_scene, own(), allowed_s=scene_s)
        self.surroundings = Surroundings(self, self._plan_guard, self.battery, self._park)
        self._take_plans()

    def stopped(self) -> None:
        """Stop the running goal and wait until the arm rests."""
        self._stop.set()
        if self._busy.acquire(timeout=3.0):
            self._busy.release()

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Warn with what holds the arm up; say how many plans have ended."""
        level, words, _ = super().health()
        figures = {'plans_done': self._done, 'broken_streams': self._broken}
        reasons = list(self._state.reasons)
        if self.is_active:
            blind = self.senses.silent(Effect.NO_NEW_GRASP)
            reasons += filter(None, [blind, self.battery.warning])
        if self.is_active and reasons:
            return DiagnosticStatus.WARN, '; '.join(reasons), figures
        return level, words, figures

    # --- the module ------------------------------------------------------------------------

    def execution(self) -> PlanExecutor:
        """Return the execution module; built late, since skills read joint states."""
        assert self._run is not None
        if self._skills is None:
            able = skills_for(
                self._driver,
                self._look,
                self.robot,
                self.value('profile'),
                self.value('gripper_latency_s'),
                clock=time.monotonic,
                skills=self.value('skills'),
                audit=self.trail,
                supervisor=self.stopping.supervisor,
            )
            self.stopping.guards(able)
            self._skills, self.observed = able.skills, able.driver
            guarded = GuardedSkills(self._skills, self._plan_guard)
            tried = None
            if self.value('rehearsal'):
                tried = rehearsal_for(
                    able, self.robot, self.value('profile'), self.value('skills')
                )
            self._execution = PlanExecutor(
                guarded, self._memory, self._run.on_event, rehearsal=tried
            )
        return self._execution

    def _on_joint_state(self, msg: JointState) -> None:
        state = self._driver.on_joint_state(msg)
        if state is not None:
            self.motion.take(state.positions)
            self.stopping.hear(state.stamp_s, state.velocities)
        elif self.senses.silent(Effect.STOP):
            self.senses.look()  # what can't be is no matter of the next look

    def _look(self) -> Scene:
        """Wait for a scene seen after the arm last moved, and not long ago."""
        rested = self._driver.moved_s + self.value('settle_s')
        since = max(rested, self.now_s - self.value('scene_max_age_s'))
        return self._scenes.wait(
            since,
            self.value('look_timeout_s'),
            lambda: self.asked_to_stop() or bool(self._went_back()),
        )

    @property
    def unfelt(self) -> bool:
        """Whether nothing can be measured now."""
        return bool(self.senses.timer('joint states').stale())

    def hindrance(self) -> str:
        """Return why the arm may not move though every source is heard, or ''."""
        return (
            self._went_back()
            or self._arm_out.problem
            or self._rivals.problem()
            or self._driver.follows.problem
            or misfit(self.robot, self._heard, *self._names())
        )

    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the driver's names of joints and fingers; empty: as `robot` has them."""
        return names(self.value('joint_names')), names(self.value('finger_joint_names'))

    def begin(self) -> None:
        """
        Forget what kept the arm from moving in an earlier plan, and wait for its senses.

        After a start or a reset they come by and by; a source that has gone silent is not waited
        for, nor any for longer than for a look, or after a stop.
        """
        self._arm_out.clear()
        self._driver.follows.begin()
        give_up = time.monotonic() + self.value('look_timeout_s')
        while not self.senses.all_seen:
            if self.asked_to_stop() or time.monotonic() > give_up:
                return
            self._stop.wait(_POLL_S)
        self.senses.look()  # the supervisor hears of it before a lease is asked for

    # --- the action ------------------------------------------------------------------------

    def _carry_out(self, goal: Any) -> Outcome:
        assert self._run is not None
        self._follow_clock()
        outcome = self._run.carry_out(goal)
        self._follow_clock()
        return outcome

    def _park(self) -> None:
        """Go home while the battery still lets it; a plan under way sees to that itself."""
        if self.is_active and self._run is not None and self._busy.acquire(blocking=False):
            try:
                self._run.park()
            finally:
                self.stopping.end_goal()
                self._busy.release()

    def _begin_anew(self) -> None:
        """Forget what was seen and measured; skills are built anew with the next goal."""
        self.stopping.drop()
        self._driver.forget()
        self._scenes.forget()
        self._skills = None

    # --- what is told of safety ------------------------------------------------------------

    def _holding_up(self) -> tuple[str, ...]:
        self._rival = self._rivals.problem()
        self._broken = self._driver.broken_streams
        return (
            self.senses.silent(Effect.STOP),
            self._arm_out.problem,
            self._rival,
            self._driver.follows.problem,
        )

    def _ages_s(self) -> tuple[float, float]:
        return self.senses.age_s('joint states'), self.senses.age_s('scene')


def _rules(path: str) -> GuardRules | None:
    return GuardRules.load(path) if path else None


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros executor`."""
    return run(ExecutorNode, 'executor', args, threads=8)


if __name__ == '__main__':
    raise SystemExit(main())
