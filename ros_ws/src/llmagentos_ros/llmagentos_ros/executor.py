# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The executor as a node: a plan in, motion and an outcome out.

Knows: the action around an ExecutionModule, and when sensors are too old to move on.
Does not know: skills, planning, or what is behind the driver's topics.

Nothing resumes by itself: a stop ends the goal, and only a new goal moves the arm again.
"""

from __future__ import annotations

from dataclasses import replace
import json
import threading
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseArray
from llmagentos import composition
from llmagentos.audit import AuditLog
from llmagentos.audit.trail import AuditTrail, Untraced, without_record
from llmagentos.builder import rehearsal_for, skills_for
from llmagentos.errors import (
    AuditError,
    ConfigError,
    DriverError,
    LLMAgentOSError,
    PerceptionError,
)
from llmagentos.events import Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import Outcome
from llmagentos.safety.guard import GuardedSkills, GuardRules, PlanGuard
from llmagentos.safety.watchdogs import limit_s
from llmagentos.skills import MotionSkills
from llmagentos.skills.learned import LEARNED, policies_for
from llmagentos.types import Scene
from llmagentos_msgs.action import ExecutePlan
from llmagentos_msgs.msg import SafetyState
from llmagentos_msgs.srv import Reset
from llmagentos_ros import interface as table
from llmagentos_ros.actions import let_feedback_arrive
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.clock_watch import ClockWatch
from llmagentos_ros.convert import event_to_json, plan_from_json, to_time, trusted
from llmagentos_ros.driver import RosDriver
from llmagentos_ros.fit import hear_joints, misfit, refuse_misfit
from llmagentos_ros.motion_watch import MotionWatch
from llmagentos_ros.outputs import ArmOutput, GripperOutput
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.perception import names
from llmagentos_ros.process import run
from llmagentos_ros.progress import Progress
from llmagentos_ros.scene_feed import SceneFeed
from llmagentos_ros.sim_clock import clock_condition
from llmagentos_ros.stopping import Stopping
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from sensor_msgs.msg import JointState

#: A cancel is looked at this often while waiting.
_POLL_S = 0.02


class ExecutorNode(ModuleNode):
    """Owns an ExecutionModule over a RosDriver."""

    PARAMETERS = (
        Parameter(
            'profile',
            'careful',
            'Motion limits, a profile of `robot`: careful (beside people), or sim for simulations',
        ),
        Parameter(
            'skills',
            LEARNED,
            'learned (corrected by the policies that come with the arm), scripted, or a folder '
            'with policies',
        ),
        Parameter(
            'rehearsal',
            False,
            'Try each plan out in simulated copies of what was seen before anything moves; needs '
            'PyBullet on this machine',
        ),
        Parameter(
            'audit',
            'needed',
            "The record of what was asked and done: needed (nothing moves while it can't be "
            'kept), kept, or none',
        ),
        Parameter('audit_folder', '', "Where it is; empty: llmagentos/audit in the user's state"),
        Parameter('rules', '', "The plan guard's settings, a YAML file; empty: its defaults"),
        Parameter('control_hz', 60.0, 'Joint targets per second', 10.0, 240.0),
        Parameter(
            'lookahead_s',
            0.1,
            "Points are sent this early: more than the network's delay",
            0.0,
            0.5,
        ),
        Parameter(
            'joint_states_timeout_s',
            limit_s('joint states'),
            'Older joint states stop motion',
            0.02,
            30.0,
        ),
        Parameter(
            'clock_timeout_s',
            limit_s('clock'),
            'A clock that stands still this long stops motion',
            0.1,
            60.0,
        ),
        Parameter('scene_timeout_s', limit_s('scene'), 'Older scenes stop motion', 0.1, 60.0),
        Parameter('look_timeout_s', 3.0, 'How long a skill waits for a new picture', 0.1, 60.0),
        Parameter('scene_max_age_s', 0.3, 'A still scene may be this old for a look', 0.0, 5.0),
        Parameter('settle_s', 0.1, 'Pictures count once the arm has rested this long', 0.0, 2.0),
        Parameter('gripper_latency_s', 0.1, 'Fingers may start to move this late', 0.0, 2.0),
        Parameter(
            'arm_interface',
            'auto',
            'topic, action (control_msgs/FollowJointTrajectory), or auto: the topic if a '
            'controller listens there, else the action',
        ),
        Parameter(
            'arm_action',
            'joint_trajectory_controller/follow_joint_trajectory',
            'Name of that action',
        ),
        Parameter(
            'gripper_interface',
            'auto',
            'topic (llmagentos_msgs/GripperCommand), action (control_msgs/GripperCommand), or '
            'auto: the action if its server is there, else the topic',
        ),
        Parameter('gripper_action', 'gripper_controller/gripper_cmd', 'Name of that action'),
        Parameter('joint_names', [''], 'Arm joints, shoulder to wrist; empty: those of `robot`'),
        Parameter('finger_joint_names', [''], 'Finger joints; empty: those of `robot`'),
    )

    def __init__(self) -> None:
        super().__init__('executor')
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._goal: Any = None
        self._progress: Progress | None = None
        self._motion = MotionWatch()
        self._heard = hear_joints(self)
        self._state = SafetyState(state=SafetyState.HOLDING)
        self._done = self._broken = 0
        self._stopping = Stopping(self._busy, self._begin_anew)

    def build(self) -> None:
        """Create driver, gate and skills, and the outputs that the parameters choose."""
        refuse_misfit(self.robot, self._heard, *self._names())
        policies_for(self.robot.name, self.value('skills'))  # what cannot be is told now
        if self.value('rehearsal'):
            composition.need_rehearsal()
        self._plan_guard = PlanGuard(_rules(self.value('rules')))
        self._clock_watch = ClockWatch(lambda: self.now_s)
        self._went_back = self._clock_watch.watch()
        self._scenes = SceneFeed(lambda: self.now_s, self.value('scene_timeout_s'))
        self._trail = self._new_trail()
        self.keep(self._trail, lambda t: t.close())
        if isinstance(self._trail, AuditTrail):
            self._plan_guard.audit = self._trail.log
        self._arm_out = ArmOutput(self, self.value('arm_interface'), self.value('arm_action'))
        robot = self.robot
        gripper_out = GripperOutput(
            self,
            self.value('gripper_interface'),
            self.value('gripper_action'),
            lambda width_m: robot.gripper.joints(width_m)[0],
        )
        self._driver = RosDriver(
            self._arm_out.send,
            gripper_out.send,
            lambda: self.now_s,
            clock_moved=clock_condition(self),
            spec=robot,
            joint_names=names(self.value('joint_names')),
            finger_names=names(self.value('finger_joint_names')),
            control_hz=self.value('control_hz'),
            lookahead_s=self.value('lookahead_s'),
            state_timeout_s=self.value('joint_states_timeout_s'),
            stall_timeout_s=self.value('clock_timeout_s'),
            gripper_latency_s=self.value('gripper_latency_s'),
        )
        self._step_out = self.publisher(table.STEP_STATE)
        self._safety_out = self.publisher(table.SAFETY_STATE)
        self._skills: MotionSkills | None = None
        self._stopping.reach(self, self._driver.brake_now)
        self._memory = SessionMemory()
        own = MutuallyExclusiveCallbackGroup
        joints_s, scene_s = (self.value(f'{n}_timeout_s') for n in ('joint_states', 'scene'))
        self.subscription(table.JOINT_STATES, self._on_joint_state, own(), allowed_s=joints_s)
        self.subscription(table.SCENE, self._scenes.on_scene, own(), allowed_s=scene_s)
        self.subscription(table.PEOPLE, self._on_people, own(), needed=lambda: False)
        self.timer(1.0 / table.SAFETY_STATE.rate_hz, self._publish_safety, own())
        self.serve(table.RESET_EXECUTOR, self._on_reset)
        server = ActionServer(
            self,
            table.EXECUTE_PLAN.kind,
            table.EXECUTE_PLAN.name,
            execute_callback=self._execute,
            goal_callback=self._accept,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            callback_group=self.group,
            feedback_pub_qos_profile=table.FEEDBACK,
        )
        self.keep(server, lambda s: s.destroy())

    def stopped(self) -> None:
        """Stop the running goal and wait until the arm rests."""
        self._stop.set()
        if self._busy.acquire(timeout=3.0):
            self._busy.release()

    def started(self) -> None:
        """Allow plans again; what a stop has latched stays so."""
        self._stop.clear()
        self._stopping.supervisor.arm('activation of the executor')

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Warn with what holds the arm up; say how many plans have ended."""
        level, words, _ = super().health()
        figures = {'plans_done': self._done, 'broken_streams': self._broken}
        if self.is_active and self._state.reasons:
            return DiagnosticStatus.WARN, '; '.join(self._state.reasons), figures
        return level, words, figures

    # --- the module ------------------------------------------------------------------------

    def _module(self) -> PlanExecutor:
        """Return the execution module; built late, since skills read joint states."""
        if self._skills is None:
            able = skills_for(
                self._driver,
                self._look,
                self.robot,
                self.value('profile'),
                self.value('gripper_latency_s'),
                clock=time.monotonic,
                skills=self.value('skills'),
                audit=self._trail,
                supervisor=self._stopping.supervisor,
            )
            self._stopping.guards(able)
            self._skills, self._observed = able.skills, able.driver
            guarded = GuardedSkills(self._skills, self._plan_guard)
            tried = None
            if self.value('rehearsal'):
                tried = rehearsal_for(
                    able, self.robot, self.value('profile'), self.value('skills')
                )
            self._execution = PlanExecutor(guarded, self._memory, self._on_event, rehearsal=tried)
        return self._execution

    def _on_joint_state(self, msg: JointState) -> None:
        state = self._driver.on_joint_state(msg)
        if state is not None:
            self._motion.take(state.positions)
            self._stopping.hear(state)

    def _on_people(self, msg: PoseArray) -> None:
        """Take a detector's report; one in another frame, or of no numbers, counts as none."""
        frame = msg.header.frame_id
        if frame not in ('', self.base_frame):
            self.get_logger().warning(f'expected people in {self.base_frame}, got {frame!r}')
            return
        try:
            self._plan_guard.people.report((p.position.x, p.position.y) for p in msg.poses)
        except ValueError as exc:
            self.get_logger().warning(str(exc))

    def _look(self) -> Scene:
        """Wait for a scene seen after the arm last moved, and not long ago."""
        rested = self._driver.moved_s + self.value('settle_s')
        since = max(rested, self.now_s - self.value('scene_max_age_s'))
        return self._scenes.wait(
            since,
            self.value('look_timeout_s'),
            lambda: self._asked_to_stop() or bool(self._went_back()),
        )

    def _asked_to_stop(self) -> bool:
        goal = self._goal
        asked = self._stop.is_set() or (goal is not None and goal.is_cancel_requested)
        return asked or self._stopping.is_stopped

    def _stale(self) -> str:
        """Why the arm may not move, or ""."""
        back = self._went_back()
        if back:
            return back
        silent = self._driver.joint_states.stale() or self._scenes.age.stale()
        deaf = self._arm_out.problem or self._driver.follows.problem
        return silent or deaf or misfit(self.robot, self._heard, *self._names())

    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the driver's names of joints and fingers; empty: as `robot` has them."""
        return names(self.value('joint_names')), names(self.value('finger_joint_names'))

    def _wait_seen(self) -> None:
        """
        Wait for the first scene and joint state, as long as for a look, or until asked to stop.

        After a start or a reset they come by and by; a source that has gone silent is not waited
        for.
        """
        give_up = time.monotonic() + self.value('look_timeout_s')
        while not (self._driver.joint_states.seen and self._scenes.age.seen):
            if self._asked_to_stop() or time.monotonic() > give_up:
                return
            self._stop.wait(_POLL_S)

    # --- the action ------------------------------------------------------------------------

    def _accept(self, goal: ExecutePlan.Goal) -> GoalResponse:
        return GoalResponse.ACCEPT if self.is_active else GoalResponse.REJECT

    def _execute(self, goal: Any) -> ExecutePlan.Result:
        if not self._busy.acquire(blocking=False):
            goal.abort()
            return _result(Outcome('refused', 'I am busy with another plan.'))
        self._goal = goal
        try:
            self._follow_clock()
            outcome = self._carry_out(goal)
            self._follow_clock()
        finally:
            self._goal = self._progress = None
            self._stopping.end_goal()
            self._busy.release()
        let_feedback_arrive()
        self._done += 1
        if goal.is_cancel_requested:
            goal.canceled()
        elif outcome.status in ('succeeded', 'answered'):
            goal.succeed()
        else:
            goal.abort()
        return _result(outcome)

    def _follow_clock(self) -> None:
        """After the clock was set back another world begins, too: a bag's, a simulator's."""
        if self._went_back():
            self._went_back = self._clock_watch.watch()
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget what was seen and measured; skills are built anew with the next goal."""
        self._stopping.drop()
        self._driver.forget()
        self._scenes.forget()
        self._skills = None

    def _carry_out(self, goal: Any) -> Outcome:
        """Carry the plan out between the rows that record it."""
        try:
            self._trail.begin(goal.request.plan.command)
        except AuditError as exc:
            return without_record(str(exc))
        refused = self._stopping.refusal()
        outcome = Outcome('refused', refused) if refused else self._follow_plan(goal)
        outcome = self._stopping.told(outcome)
        self._trail.end(outcome, stop_asked=self._asked_to_stop())
        return outcome

    def _follow_plan(self, goal: Any) -> Outcome:
        try:
            plan = plan_from_json(goal.request.plan.json)
            self._arm_out.clear()
            self._driver.follows.begin()
            self._wait_seen()
            if self._asked_to_stop():
                return Outcome('failed', 'I stopped before I began.')
            stale = self._stale()
            if stale:
                return Outcome('failed', f"I can't move: {stale}.")
            execution = self._module()
            self._stopping.begin_goal()
            self._observed.mark()
            self._motion.begin()
            self._progress = Progress(len(plan.steps))
            planned = trusted(plan, goal.request.plan)
            self._trail.understood(planned)
            execution.start(planned, goal.request.plan.command)
        except LLMAgentOSError as exc:
            return Outcome('failed', f"I can't begin: {exc}")
        outcome: Outcome | None = None
        while outcome is None:
            stale = self._stale()
            self._trail.settle()
            if stale or self._asked_to_stop():
                outcome = self._halt(stale)
            elif self._trail.refuses:
                self._halt(self._trail.refuses)
                outcome = without_record(self._trail.refuses)
            else:
                outcome = self._tick(execution)
        return outcome

    def _tick(self, execution: PlanExecutor) -> Outcome | None:
        try:
            outcome = execution.tick()
        except (DriverError, PerceptionError) as exc:
            # Between two skills: joint states went stale, or no picture came.
            return self._halt(str(exc))
        stale = self._stale()
        if outcome is not None and outcome.status == 'failed' and stale:
            # A skill may notice first, while it waits for a look: the reason is the same.
            return replace(outcome, reply=f'{_because(stale)}{outcome.reply}')
        return outcome

    def _halt(self, reason: str) -> Outcome:
        """Ramp down; with stale joint states the arm's own controller does it."""
        why = _because(reason) if reason else ''
        try:
            ended = self._execution.stop()
        except LLMAgentOSError as exc:
            self._execution.abandon()
            return Outcome('failed', why or f'I stopped. {exc}')
        return Outcome('failed', f'{why}{ended.reply}', ended.steps, '')

    def _new_trail(self) -> Untraced:
        """Return what records goals, as the parameters choose. Raises ConfigError."""
        kept = self.value('audit')
        if kept not in ('needed', 'kept', 'none'):
            raise ConfigError(f'expected needed, kept or none for audit, got {kept!r}')
        if kept == 'none':
            return Untraced()
        log = AuditLog(self.value('audit_folder'), needed=kept == 'needed')
        return AuditTrail(log, 'ros')

    def _on_event(self, event: Event) -> None:
        self._trail.hear(event)
        goal, progress = self._goal, self._progress
        if goal is None or progress is None:
            return
        step = progress.take(event)
        if step.path:
            self._step_out.publish(step)
        self._feedback(goal, progress, step, event)

    def _feedback(self, goal: Any, progress: Progress, step: Any, event: Event) -> None:
        moving_for_s = (
            None if self._observed.first_motion_at is None else self._motion.moving_for_s
        )
        extra = {} if moving_for_s is None else {'moving_for_s': round(moving_for_s, 4)}
        goal.publish_feedback(
            ExecutePlan.Feedback(
                step=step,
                progress=float(progress.share),
                words=getattr(event, 'words', ''),
                event=event_to_json(event, **extra),
                moving=moving_for_s is not None,
            )
        )

    # --- safety and session ----------------------------------------------------------------

    def _publish_safety(self) -> None:
        found = (
            self._driver.joint_states.stale(),
            self._scenes.age.stale(),
            self._arm_out.problem,
            self._driver.follows.problem,
            self._stopping.refusal(),
        )
        reasons = [reason for reason in found if reason]
        self._broken = self._driver.broken_streams
        self._state = SafetyState(
            stamp=to_time(self.now_s),
            state=SafetyState.HOLDING if reasons else SafetyState.OK,
            reasons=reasons,
            joint_states_age=_age(self._driver.joint_states.age_s),
            scene_age=_age(self._scenes.age.age_s),
        )
        self._safety_out.publish(self._state)

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        if not self._busy.acquire(blocking=False):
            answer.success, answer.message = False, 'expected an idle arm, got a running plan'
            return answer
        try:
            self._begin_anew()
            self._memory.reset()
        finally:
            self._busy.release()
        answer.success = True
        return answer


def _rules(path: str) -> GuardRules | None:
    return GuardRules.load(path) if path else None


def _because(reason: str) -> str:
    return f'I stopped because of this: {reason}. '


def _age(age_s: float) -> float:
    return -1.0 if age_s == float('inf') else age_s


def _result(outcome: Outcome) -> ExecutePlan.Result:
    return ExecutePlan.Result(
        status=outcome.status,
        reply=outcome.reply,
        question=outcome.question,
        steps=[json.dumps(step) for step in outcome.steps],
    )


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros executor`."""
    return run(ExecutorNode, 'executor', args, threads=8)


if __name__ == '__main__':
    raise SystemExit(main())
