# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
One plan after another, from the goal that brings it to its outcome.

Knows: when a plan may begin and must end, and what a person then hears. Does not know: ROS actions
beyond one goal's feedback, how anything moves, nor where a reason comes from (`Body`).

Nothing resumes by itself: what was stopped has ended, and only a new goal moves the arm again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
import json
from typing import Any, Protocol

from llmagentos.audit import AuditLog
from llmagentos.audit.trail import AuditTrail, Untraced, without_record
from llmagentos.errors import (
    AuditError,
    ConfigError,
    DriverError,
    LLMAgentOSError,
    PerceptionError,
)
from llmagentos.events import Degraded, Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.ports.modules import Outcome
from llmagentos.safety.battery import Battery
from llmagentos.safety.watchdogs import Effect, Silence
from llmagentos.types import Action
from llmagentos_msgs.action import ExecutePlan
from llmagentos_ros.convert import event_to_json, plan_from_json, trusted
from llmagentos_ros.motion_watch import MotionWatch
from llmagentos_ros.progress import Progress
from llmagentos_ros.senses import Senses
from llmagentos_ros.stopping import Stopping

#: With silent joints or wheels nothing can be measured: an outcome does not wait for it, seconds.
_BLIND_S = 1.0


class Observed(Protocol):
    """What notes when motion began."""

    first_motion_at: float | None

    def mark(self) -> None:
        """Forget when it did; what moves next sets it again."""
        ...


class Body(Protocol):
    """What carries plans out, as the executor node has it."""

    senses: Senses
    stopping: Stopping
    trail: Untraced
    motion: MotionWatch
    battery: Battery

    def execution(self) -> PlanExecutor:
        """Return what executes plans, built with the first one."""
        ...

    @property
    def observed(self) -> Observed:
        """Return the driver that notes when motion began."""
        ...

    @property
    def unfelt(self) -> bool:
        """Whether nothing can be measured now, since what measures is silent."""
        ...

    def begin(self) -> None:
        """Forget what kept the arm from moving in an earlier plan, and wait for its senses."""
        ...

    def hindrance(self) -> str:
        """Return why the arm may not move though every source is heard, or ''."""
        ...

    def asked_to_stop(self) -> bool:
        """Whether the plan has to end."""
        ...


def trail_of(kept: str, folder: str) -> Untraced:
    """Return what records goals: needed, kept or none, in that folder. ConfigError for another."""
    if kept not in ('needed', 'kept', 'none'):
        raise ConfigError(f'expected needed, kept or none for audit, got {kept!r}')
    if kept == 'none':
        return Untraced()
    return AuditTrail(AuditLog(folder, needed=kept == 'needed'), 'ros')


def as_result(outcome: Outcome) -> ExecutePlan.Result:
    """Convert an outcome to the action's result."""
    return ExecutePlan.Result(
        status=outcome.status,
        reply=outcome.reply,
        question=outcome.question,
        steps=[json.dumps(step) for step in outcome.steps],
    )


class PlanRun:
    """
    Carries the plans of one executor out, one at a time.

    body: see there. step_out: publishes the state of a step.
    """

    def __init__(self, body: Body, step_out: Callable[[Any], None]) -> None:
        self._body, self._step_out = body, step_out
        self._goal: Any = None
        self._progress: Progress | None = None
        self._execution: PlanExecutor | None = None
        #: The charge at which it was parked.
        self._parked: float | None = None
        #: What a person hears of the silence that stopped this plan.
        self._silence = ''

    @property
    def goal(self) -> Any:
        """Return the goal under way, None for none."""
        return self._goal

    def carry_out(self, goal: Any) -> Outcome:
        """Carry the plan out between the rows that record it."""
        body = self._body
        self._goal = goal
        try:
            try:
                body.trail.begin(goal.request.plan.command)
            except AuditError as exc:
                return without_record(str(exc))
            refused = body.stopping.refusal() or body.battery.refusal
            outcome = Outcome('refused', refused) if refused else self._follow(goal)
            outcome = body.stopping.told(outcome, *self._patience())
            body.trail.end(outcome, stop_asked=body.asked_to_stop())
            if body.battery.parks:
                self.park()
            return self._warned(outcome)
        finally:
            self._goal = self._progress = None

    def park(self) -> None:
        """Go home, once: a low battery still lets it. Nothing else may run."""
        body = self._body
        if self._parked == body.battery.charge or body.stopping.refusal():
            return
        self._parked = body.battery.charge
        self._silence, outcome = '', None
        try:
            body.trail.begin(body.battery.parks)
            body.begin()
            execution = self._execution = body.execution()
            body.stopping.begin_goal()
            home = Action('home')
            body.trail.acting(home)
            execution.start(home)
            while outcome is None:
                body.trail.settle()
                why = self._why() or body.trail.refuses
                ends = why or body.asked_to_stop()
                outcome = self._halt(why) if ends else self._tick(execution)
        except LLMAgentOSError as exc:
            outcome = Outcome('failed', str(exc))
        body.trail.end(outcome)

    def _warned(self, outcome: Outcome) -> Outcome:
        """Add what a person has to hear of the battery."""
        warning = self._body.battery.warning
        if not warning or warning[:-1] in outcome.reply:
            return outcome
        return replace(outcome, reply=f'{outcome.reply} {warning}')

    def _patience(self) -> tuple[float, ...]:
        return (_BLIND_S,) if self._body.unfelt else ()

    def _follow(self, goal: Any) -> Outcome:
        body = self._body
        try:
            plan = plan_from_json(goal.request.plan.json)
            body.begin()
            self._silence = ''
            if body.asked_to_stop():
                return Outcome('failed', 'I stopped before I began.')
            hindrance = body.senses.silent(Effect.STOP) or body.hindrance()
            if hindrance:
                return Outcome('failed', f"I can't move: {hindrance}.")
            self._execution = body.execution()
            body.stopping.begin_goal()
            body.observed.mark()
            body.motion.begin()
            self._progress = Progress(len(plan.steps))
            planned = trusted(plan, goal.request.plan)
            body.trail.understood(planned)
            self._execution.start(planned, goal.request.plan.command)
        except LLMAgentOSError as exc:
            return Outcome('failed', body.senses.words() or f"I can't begin: {exc}")
        outcome: Outcome | None = None
        while outcome is None:
            body.trail.settle()
            why = self._why()
            if why or body.asked_to_stop():
                outcome = self._halt(why)
            elif body.battery.parks:
                outcome = self._halt(body.battery.parks)
            elif body.trail.refuses:
                self._halt('')
                outcome = without_record(body.trail.refuses)
            else:
                outcome = self._tick(self._execution)
        return outcome

    def _why(self) -> str:
        """
        Return why the arm may not move on, as a sentence; '' where it may.

        Silence that is over by now has stopped it, too. The supervisor hears of it here at the
        latest: while the lease is held, so that it is latched.
        """
        body = self._body
        body.senses.look()
        if body.senses.silent(Effect.STOP):
            return body.senses.words()
        if self._silence:
            return self._silence
        hindrance = body.hindrance()
        return f'I stopped because of this: {hindrance}.' if hindrance else ''

    def _tick(self, execution: PlanExecutor) -> Outcome | None:
        try:
            outcome = execution.tick()
        except (DriverError, PerceptionError) as exc:
            # Between two skills: joint states went stale, or no picture came.
            words = self._why() or self._body.senses.words()
            return self._halt(words or f'I stopped because of this: {exc}.')
        if outcome is not None and outcome.status == 'failed':
            # A skill may notice first, while it waits for a look: the reason is the same.
            why = self._why()
            if why:
                return replace(outcome, reply=f'{why} {outcome.reply}')
        return outcome

    def _halt(self, why: str) -> Outcome:
        """Ramp down; with stale joint states the arm's own controller does it. why: a sentence."""
        assert self._execution is not None
        why = f'{why} ' if why else ''
        try:
            ended = self._execution.stop()
        except LLMAgentOSError as exc:
            self._execution.abandon()
            return Outcome('failed', why.rstrip() or f'I stopped. {exc}')
        return Outcome('failed', f'{why}{ended.reply}', ended.steps, '')

    # --- what is told on the way ---------------------------------------------------------------

    def hear(self, silence: Silence) -> None:
        """Tell of a source that fell silent, or is heard again, while a plan runs."""
        row = silence.watchdog
        if silence.why and row.effect is Effect.STOP:
            self._silence = self._silence or silence.words
        if self._goal is not None:
            self.on_event(Degraded(row.source, row.effect.value, silence.words))

    def on_event(self, event: Event) -> None:
        """Record an event, and tell it to whoever has sent the plan."""
        self._body.trail.hear(event)
        goal, progress = self._goal, self._progress
        if goal is None or progress is None:
            return
        step = progress.take(event)
        if step.path:
            self._step_out(step)
        self._feedback(goal, progress, step, event)

    def _feedback(self, goal: Any, progress: Progress, step: Any, event: Event) -> None:
        body = self._body
        began = body.observed.first_motion_at
        moving_for_s = None if began is None else body.motion.moving_for_s
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
