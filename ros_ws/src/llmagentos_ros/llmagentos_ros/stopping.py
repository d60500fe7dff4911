# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What stops a graph: a topic, a service, and `llmagentos stop` in another terminal.

Knows: the supervisor in the executor's process, by which time it goes, how a node is asked. Does
not know: plans, how points are sent. Nothing here waits for a running plan: every way in has a
callback group, or a thread, of its own.

The supervisor goes by the time that the driver lets pass for the arm: it stands while nobody
drives, and points that come too late are the driver's to brake for. Where there are no skills yet,
which would drive and measure, joint states do both: their stamps are the time, and after a stop
they are the measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
import os
import threading
from typing import Any, Protocol

from llmagentos.errors import FileError
from llmagentos.ports.modules import Outcome
from llmagentos.runtime.alive import AliveMark
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Action, Measured, Ramp, Stop
from llmagentos.safety.states import LATCHED, REST_S
from llmagentos.safety.stopping import Measured as Found
from llmagentos.safety.stopping import reset_after_stop, Rest, StoppableSession
from llmagentos_ros import interface as table
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from std_msgs.msg import Empty
from std_srvs.srv import Trigger

#: Who asks has an answer after so long at the latest, seconds; a simulated robot may be slow.
ANSWER_S = 10.0
#: No more passes between two joint states, seconds: rest is what several of them show.
_BETWEEN_S = REST_S / 2


class Able(Protocol):
    """What drives and measures: an arm's skills, or a base behind its gate."""

    @property
    def permit(self) -> Permit | None:
        """What its lease is asked by."""
        ...

    @property
    def keeper(self) -> Keeper | None:
        """What brakes when nobody does."""
        ...

    @property
    def passed_s(self) -> float:
        """Time that its driver let pass, seconds: it stands while nobody drives."""
        ...


class PassedTime:
    """
    Time as it passes for what moves, seconds, over one set of skills after the other.

    Never goes back, and stands while neither skills drive nor measurements come.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before_s = 0.0
        self._able: Able | None = None
        self._stamp_s: float | None = None

    def __call__(self) -> float:
        """Return what has passed until now."""
        with self._lock:
            return self._now_s()

    def _now_s(self) -> float:
        return self._before_s + (0.0 if self._able is None else self._able.passed_s)

    def goes_by(self, able: Able | None) -> None:
        """From now on it passes by the driver of these skills; None: by measurements."""
        with self._lock:
            self._before_s, self._stamp_s = self._now_s(), None
            self._able = able
            if able is not None:
                self._before_s -= able.passed_s

    def take(self, stamp_s: float) -> bool:
        """Take a measurement's stamp; whether time goes by them now."""
        with self._lock:
            if self._able is not None:
                return False
            if self._stamp_s is not None:
                self._before_s += min(max(stamp_s - self._stamp_s, 0.0), _BETWEEN_S)
            self._stamp_s = stamp_s
            return True


class Stopping:
    """
    One executor's supervisor and the ways to it, as long as its process lives.

    busy: held while a plan runs; begin_anew: called after a person's reset, from where the arm
    rests, while nothing runs.
    """

    def __init__(self, busy: threading.Lock, begin_anew: Callable[[], None]) -> None:
        self._busy, self._begin_anew = busy, begin_anew
        self._brake: Callable[[], None] | None = None
        self._able: Able | None = None
        self._mark: AliveMark | None = None
        self._time = PassedTime()
        self.supervisor = Supervisor(self._time)
        self.supervisor.subscribe(self._on_action)
        self._rest = Rest(self.supervisor, lambda: None, ANSWER_S)

    def reach(self, node: Any, brake: Callable[[], None]) -> None:
        """
        Let a node be asked, until it is torn down.

        brake: brings its arm to rest at once, from any thread.
        """
        self._brake = node.keep(brake, lambda _: self._leave())
        own = MutuallyExclusiveCallbackGroup
        node.subscription(table.STOP_NOW, self._on_topic, own())
        node.serve(table.STOP, self._on_stop, own())
        node.serve(table.RESET_SAFETY, self._on_reset, own())
        try:
            name = f'ROS graph {node.get_namespace()}'
            session = StoppableSession(name, self.supervisor, self._reset, ANSWER_S)
            node.keep(session, lambda s: s.close())
        except FileError as exc:  # the topic and the service are there all the same
            node.get_logger().warning(f'llmagentos stop does not reach this graph: {exc}')

    def begin(self, node: Any) -> None:
        """
        Let the arm be moved: the node is active.

        Where the process before this one died, it begins stopped: nobody knows what the arm was
        left with, and a person has to look.
        """
        self.supervisor.arm('activation of the executor')
        if self._mark is not None:
            return
        name = f'executor{node.get_namespace()}-{os.environ.get("ROS_DOMAIN_ID", "0")}'
        try:
            self._mark = AliveMark(name)
        except FileError as exc:
            node.get_logger().warning(
                f'after a crash this executor would not begin stopped: {exc}'
            )
            return
        if self._mark.died_before:
            self.supervisor.post(Stop('executor', 'a restart', 'what moved my arm had died'))

    def end(self) -> None:
        """End as somebody wanted it: the next process need not begin stopped."""
        mark, self._mark = self._mark, None
        if mark is not None:
            mark.remove()

    def _leave(self) -> None:
        self.drop()
        self._brake = None

    # --- what commands the arm ---------------------------------------------------------------

    def guards(self, able: Able) -> None:
        """Let new skills drive, and measure; those before are dropped."""
        assert able.permit is not None and able.keeper is not None
        # Stale sources end a goal here, and the next one is for those that are back.
        able.permit.reports_faults = False
        able.keeper.patience_s = ANSWER_S
        self._able = able
        self._time.goes_by(able)
        if self.is_stopped:  # while they were made: now it is theirs to measure
            self.supervisor.post(Stop('executor', 'executor'))

    def drop(self) -> None:
        """Give the skills up; what is heard measures."""
        self.end_goal()
        able, self._able = self._able, None
        if able is not None and able.keeper is not None:
            able.keeper.close()
        self._time.goes_by(None)

    def begin_goal(self) -> None:
        """Let the next command ask for a lease."""
        if self._able is not None and self._able.permit is not None:
            self._able.permit.begin()

    def end_goal(self) -> None:
        """Nothing moves until the next goal begins."""
        if self._able is not None and self._able.permit is not None:
            self._able.permit.end()

    def hear(self, stamp_s: float, velocities: Sequence[float]) -> None:
        """Take what joints or wheels measured, rad/s, which counts where no skills measure."""
        if self._time.take(stamp_s) and self.is_stopped:
            self.supervisor.post(Measured(tuple(velocities), ''))

    # --- for plans ---------------------------------------------------------------------------

    @property
    def died_before(self) -> bool:
        """Whether the process before this one died; known from `begin` on."""
        return self._mark is not None and self._mark.died_before

    @property
    def is_stopped(self) -> bool:
        """Whether nothing may move until a person resets it."""
        return self.supervisor.mode in LATCHED

    def refusal(self) -> str:
        """Why no plan is taken now, as a sentence; '' where one is."""
        return self._rest.refusal()

    def told(self, outcome: Outcome, patience_s: float = ANSWER_S) -> Outcome:
        """Add to a stopped plan's outcome who stopped it, and what was measured in that time."""
        return self._rest.told(outcome, patience_s)

    # --- who asks ----------------------------------------------------------------------------

    def _on_action(self, action: Action) -> None:
        brake = self._brake
        if isinstance(action, Ramp) and brake is not None:
            brake()

    def _on_topic(self, msg: Empty) -> None:
        self.supervisor.post(Stop('topic', 'topic'))

    def _on_stop(self, request: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        found = Found.of(self.supervisor.stop('service', wait_s=ANSWER_S))
        answer.success, answer.message = found.at_rest, found.words
        return answer

    def _on_reset(self, request: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        why = self._reset('service')
        answer.success, answer.message = not why, why or 'ready for a new command'
        return answer

    def _reset(self, by: str) -> str:
        """Take a person's reset; '' when done, else why not."""
        if not self._busy.acquire(timeout=ANSWER_S):
            return 'expected an idle arm, got a running plan'
        try:
            was_stopped = self.is_stopped
            refused = reset_after_stop(self.supervisor, by, ANSWER_S)
            if was_stopped and not refused:
                self._begin_anew()
        finally:
            self._busy.release()
        return refused
