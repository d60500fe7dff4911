# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The agent's modules, when they live in other nodes.

Knows: the planner's service and the executor's action, with bounded waits and signs of life.
Does not know: the agent's loop. Each class implements one port of llmagentos.ports.modules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
import json
import threading
import time
from typing import Any

from llmagentos import errors
from llmagentos.errors import PerceptionError, PlanCancelledError, PlanError
from llmagentos.events import Event, EventSink, from_json, StepDone
from llmagentos.execution.guarding import bare_answer
from llmagentos.local_robot import scene_rows
from llmagentos.ports.modules import (
    ExecutionModule,
    Outcome,
    PerceptionModule,
    PlanningModule,
    PlanRequest,
    PlanResult,
)
from llmagentos.ports.showing import Shown, Shows
from llmagentos.safety.watchdogs import Silence
from llmagentos.types import Observation, Scene
from llmagentos_msgs.action import ExecutePlan
from llmagentos_msgs.msg import Plan
from llmagentos_msgs.srv import PlanCommand, ShowThing
from llmagentos_ros.convert import plan_from_msg, scene_from_msg, scene_to_msg
from llmagentos_ros.scene_feed import SceneFeed

#: Signs of life are looked at this often while waiting.
_POLL_S = 0.02
#: A cancelled plan must have ended by then: ramping down takes 0.3 s.
_CANCEL_S = 5.0
#: A name is kept or forgotten within this, seconds.
_SHOW_S = 3.0

#: Why a node counts as dead, or ''.
Dead = Callable[[], str]
#: Begins to watch the node that runs now: a restart counts as its death.
Watch = Callable[[], Dead]


def wait_for(
    future: Any, timeout_s: float, dead: Dead, stopped: Callable[[], bool] = lambda: False
) -> str:
    """Wait for an rclpy future that another thread completes; "" or why it was given up."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    give_up = time.monotonic() + timeout_s
    while not done.wait(_POLL_S):
        if future.done():
            break
        if stopped():
            return 'stopped'
        gone = dead()
        if gone:
            return gone
        if time.monotonic() > give_up:
            return f'no answer within {timeout_s:.1f} s'
    return ''


def wait_alive(
    watch: Watch,
    is_ready: Callable[[], bool],
    timeout_s: float,
    stopped: Callable[[], bool] = lambda: False,
) -> Dead:
    """
    Wait until a node lives and can be asked: one that was restarted is found again by and by.

    Returns what tells of its death from now on; that says why already where it is not there.
    """
    give_up = time.monotonic() + timeout_s
    pause = threading.Event()
    while True:
        dead = watch()
        if not dead() and is_ready():
            return dead
        if stopped() or time.monotonic() > give_up:
            why = dead() or 'it does not answer'
            return lambda: why
        pause.wait(_POLL_S)


class RemotePerception(PerceptionModule):
    """
    The perception node, whose scenes come by topic and whose reset is a service.

    Pictures go to that node and not through the agent: the observation is empty, and `look` waits
    for a scene that is new enough.
    """

    def __init__(self, look: Callable[[], Scene], namer: Shows | None = None) -> None:
        self._look, self.namer = look, namer

    def perceive(self, observation: Observation) -> Scene:
        """Wait for a scene. Raises PerceptionError where none comes in time."""
        return self._look()


class RemoteNamer:
    """
    The perception node's service for things that are shown by name.

    timeout_s: for an answer.
    """

    def __init__(
        self, client: Any, stopped: Callable[[], bool], timeout_s: float = _SHOW_S
    ) -> None:
        self._client, self._stopped, self._timeout_s = client, stopped, timeout_s

    @property
    def names(self) -> tuple[str, ...]:
        """Every name; () where the perception node does not answer."""
        try:
            return tuple(self._ask(ShowThing.Request.LIST).names)
        except PerceptionError:
            return ()

    def show(self, object_id: str, name: str) -> Shown:
        """Have the object of the newest scene called so. PerceptionError, ValueError as there."""
        told = self._ask(ShowThing.Request.SHOW, name, object_id)
        if not told.success:
            kind = ValueError if told.error == 'ValueError' else PerceptionError
            raise kind(told.message)
        return Shown(name, told.views, told.like, told.twin)

    def forget(self, name: str) -> bool:
        """Whether there was such a name."""
        return bool(self._ask(ShowThing.Request.FORGET, name).success)

    def _ask(self, action: int, name: str = '', object_id: str = '') -> ShowThing.Response:
        if not self._client.service_is_ready():
            raise PerceptionError('expected the perception node to keep names, got no answer')
        request = ShowThing.Request(action=action, name=name, object_id=object_id)
        future = self._client.call_async(request)
        problem = wait_for(future, self._timeout_s, str, self._stopped)
        if problem:
            self._client.remove_pending_request(future)
            raise PerceptionError(f'expected the perception node to keep names: {problem}')
        return future.result()


class RemotePlanning(PlanningModule):
    """The planner node's service as a PlanningModule."""

    def __init__(
        self,
        client: Any,
        watch: Watch,
        stopped: Callable[[], bool],
        timeout_s: float,
        frame: str,
        patience_s: float,
        tell_cancel: Callable[[], None] = lambda: None,
    ) -> None:
        self._tell_cancel = tell_cancel
        self._running: PlanRequest | None = None
        self._client, self._watch, self._stopped = client, watch, stopped
        self._timeout_s, self._frame, self._patience_s = timeout_s, frame, patience_s

    def plan(self, request: PlanRequest) -> PlanResult:
        """Ask the planner. Raises PlanError when it is gone or stopped, or what it raised."""
        self._running = request
        try:
            return self._ask(request, lambda: self._stopped() or request.cancelled.is_set())
        finally:
            self._running = None

    def cancel(self) -> None:
        """End the plan under way; the planner is told that it can stop thinking."""
        if (running := self._running) is not None:
            running.cancelled.set()

    def _ask(self, request: PlanRequest, stopped: Callable[[], bool]) -> PlanResult:
        ready = self._client.service_is_ready
        dead = wait_alive(self._watch, ready, self._patience_s, stopped)
        gone = dead()
        if gone:
            raise PlanError(Silence.of('planner', gone).words)
        future = self._client.call_async(
            PlanCommand.Request(
                command=request.command,
                scene=scene_to_msg(request.scene, self._frame),
                history=list(request.history),
                outcomes=list(request.outcomes),
                pending=request.pending,
            )
        )
        problem = wait_for(future, self._timeout_s, dead, stopped)
        if problem:
            self._client.remove_pending_request(future)
            self._tell_cancel()
            kind: type[PlanError] = PlanCancelledError if stopped() else PlanError
            raise kind(f'expected a plan, got none: {problem}')
        answer = future.result()
        if not answer.success:
            raise getattr(errors, answer.error, PlanError)(answer.message)
        return plan_from_msg(answer.plan)


class RemoteExecution(ExecutionModule):
    """
    The executor node's action as an ExecutionModule.

    sink: gets the executor's events, in order, on the thread that ticks. clock: what commands are
    timed with, seconds. tell_stop: stops an executor that does not answer, should it go on.
    """

    def __init__(
        self,
        client: Any,
        watch: Watch,
        sink: EventSink,
        timeout_s: float = 5.0,
        clock: Callable[[], float] = time.perf_counter,
        tell_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock, self._tell_stop = clock, tell_stop
        self._client, self._watch, self._sink = client, watch, sink
        self._dead: Dead = watch()
        self._timeout_s = timeout_s
        self._events: deque[Event] = deque()
        self._ended: set[str] = set()
        #: Feedback of an earlier goal may come late.
        self._goals = 0
        self._handle: Any = None
        self._result: Any = None
        self.first_motion_at: float | None = None
        self._question = ''

    def awaited(self, command: str) -> Any:
        """Return the plan of a bare yes or no to the executor's question; else None."""
        return bare_answer(command) if self._question else None

    def start(self, plan: Any, command: str = '') -> None:
        """Send the plan. Raises PlanError when the executor does not take it."""
        self._events.clear()
        self._ended.clear()
        self._goals += 1
        self._dead = wait_alive(self._watch, self._client.server_is_ready, self._timeout_s)
        gone = self._dead()
        if gone:
            raise PlanError(f'expected an executor, got none: {gone}')
        self.first_motion_at = None
        message = Plan(command=command)
        if isinstance(plan, PlanResult):
            message.text, message.confidence = plan.text, float(plan.confidence)
            plan = plan.plan
        message.json = plan.model_dump_json()
        goal = ExecutePlan.Goal(plan=message)
        hear = partial(self._on_feedback, self._goals)
        future = self._client.send_goal_async(goal, feedback_callback=hear)
        problem = wait_for(future, self._timeout_s, self._dead)
        if problem or not future.result().accepted:
            raise PlanError(f'expected the executor to take the plan, got {problem or "a no"}')
        self._handle = future.result()
        self._result = self._handle.get_result_async()

    def tick(self) -> Outcome | None:
        """Pass events on; the outcome when the executor has ended, or has died."""
        problem = wait_for(self._result, _POLL_S, lambda: '')
        if self._result.done():
            return self._outcome()
        self._pass_events()
        gone = self._dead() if problem else ''
        if gone:
            self._tell_stop()
            return Outcome('failed', Silence.of('executor', gone).words)
        return None

    def stop(self) -> Outcome:
        """Cancel, and wait until the arm rests."""
        self._handle.cancel_goal_async()
        problem = wait_for(self._result, max(_CANCEL_S, self._timeout_s), self._dead)
        if problem:
            return Outcome('failed', f'I asked the arm to stop and got no answer: {problem}.')
        return self._outcome()

    def _outcome(self) -> Outcome:
        self._pass_events()
        result = self._result.result().result
        steps = tuple(json.loads(step) for step in result.steps)
        self._make_up(steps)
        self._question = result.question
        return Outcome(result.status or 'failed', result.reply, steps, result.question)

    def _on_feedback(self, goal: int, msg: Any) -> None:
        if goal != self._goals:
            return
        told = json.loads(msg.feedback.event)
        moving_for_s = told.get('moving_for_s')
        if moving_for_s is not None:
            # A message that is late makes motion seem later than it was, never earlier.
            began = self._clock() - moving_for_s
            self.first_motion_at = min(began, self.first_motion_at or began)
        self._events.append(from_json(told))

    def _pass_events(self) -> None:
        while self._events:
            event = self._events.popleft()
            if isinstance(event, StepDone):
                self._ended.add(event.path)
            self._sink(event)

    def _make_up(self, steps: tuple[dict[str, Any], ...]) -> None:
        """Pass on the ends of steps whose feedback was lost: the result has them all."""
        for step in steps:
            path, status = str(step.get('path')), str(step.get('status'))
            if path not in self._ended and status != 'running':
                words = str(step.get('reason') or step.get('words', ''))
                self._sink(StepDone(path, status, words))


class RemoteRobot:
    """What an agent asks of its robot when other nodes have it; implements ports.robot.Robot."""

    #: A simulated robot of the graph is a node too; its truth stays there.
    simulation = None

    def __init__(
        self, clock: Callable[[], float], execution: RemoteExecution, scenes: SceneFeed
    ) -> None:
        self._clock, self._execution, self._scenes = clock, execution, scenes

    @property
    def now_s(self) -> float:
        """Seconds on the node's clock."""
        return self._clock()

    @property
    def first_motion_at(self) -> float | None:
        """On time.perf_counter, which is what the agent measures with; measured at the joints."""
        return self._execution.first_motion_at

    def mark(self) -> None:
        """Note that a new command begins."""
        self._execution.first_motion_at = None

    def done(self) -> None:
        """Leave the lease to the executor node, whose goal has ended."""

    def observe(self, command: str = '') -> Observation:
        """Return what was said; pictures go to the perception node."""
        return Observation(command=command)

    def objects(self) -> list[dict[str, Any]]:
        """Objects as perceived last, in the shape of a result's `objects`."""
        msg = self._scenes.latest
        return [] if msg is None else scene_rows(scene_from_msg(msg))

    def held(self) -> str | None:
        """Id of what was seen in the hand last."""
        msg = self._scenes.latest
        return None if msg is None else next((o.id for o in msg.objects if o.held), None)

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """Leave the robot as it is: the agent node resets the others by their services."""

    def close(self) -> None:
        """Leave the robot as it is: its own node has it."""
