# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The newest scene, and waiting for one that is new enough.

Knows: scenes as they come in. Does not know: perception, who needs them.
"""

from __future__ import annotations

from collections.abc import Callable
import math
import threading
import time

from llmagentos.errors import PerceptionError
from llmagentos.safety.ages import AgeTimer, not_of_now, stamp_problem
from llmagentos.types import Scene
from llmagentos_msgs import msg as m
from llmagentos_ros.clock_watch import BACK_S
from llmagentos_ros.convert import scene_from_msg, to_seconds


class SceneFeed:
    """
    Thread-safe.

    clock: the node's clock, seconds. age, others: timers that a scene beats, as watchdogs have
    them: of scenes, and of pictures, since each scene is what one picture shows. oldest_s: a scene
    whose picture is older when it comes is of the past, and refused.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        age: AgeTimer,
        *others: AgeTimer,
        oldest_s: float = math.inf,
    ) -> None:
        self._clock, self._oldest_s = clock, oldest_s
        self.age, self._ages = age, (age, *others)
        self._changed = threading.Condition()
        self._msg: m.Scene | None = None
        self._stamp_s = float('-inf')
        self._since_s = float('-inf')

    def on_scene(self, msg: m.Scene) -> None:
        """
        Take a message in; one from before the last `forget` may still be under way.

        One that is stamped ahead of the clock is refused: it would count as new for ever. So is
        one that was old when it came: whoever waits for it would take it for how the table is now.
        """
        stamp_s, now_s = to_seconds(msg.header.stamp), self._clock()
        problem = stamp_problem('scenes', stamp_s, now_s) if stamp_s > now_s else ''
        if stamp_s < now_s:
            problem = not_of_now('a scene', stamp_s, now_s, self._oldest_s)
        if problem:
            for age in self._ages:
                age.refuse(problem)
            return
        # A clock that was set back makes the time of the last `forget` mean nothing.
        if stamp_s < self._since_s <= self._clock():
            return
        with self._changed:
            self._msg = msg
            self._stamp_s = stamp_s
            for age in self._ages:
                age.beat()
            self._changed.notify_all()

    def forget(self) -> None:
        """Begin a new session: only pictures that are taken from now on count."""
        with self._changed:
            self._since_s = self._clock()
            self._msg, self._stamp_s = None, float('-inf')
            for age in self._ages:
                age.forget()

    def _is_new(self, since_s: float) -> bool:
        """Whether the newest picture counts; one from before the clock was set back does not."""
        is_there = self._msg is not None and self._stamp_s >= since_s
        return is_there and self._stamp_s <= self._clock() + BACK_S

    def _how_old(self, since_s: float) -> str:
        ahead_s = self._stamp_s - self._clock()
        if ahead_s > BACK_S:
            return f'from {ahead_s:.2f} s ahead of the clock'
        return f'{since_s - self._stamp_s:.2f} s too old'

    @property
    def latest(self) -> m.Scene | None:
        """The newest message, however old."""
        return self._msg

    def wait(
        self,
        since_s: float,
        timeout_s: float,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Scene:
        """
        Wait for a scene whose picture was taken at `since_s` (node clock) or later.

        Raises PerceptionError after `timeout_s` of the monotonic clock, or when stopped.
        """
        give_up = time.monotonic() + timeout_s
        with self._changed:
            while not self._is_new(since_s):
                left = give_up - time.monotonic()
                if stopped():
                    raise PerceptionError('expected a new picture, got a stop')
                if left <= 0:
                    why = self.age.stale() or f'the last one is {self._how_old(since_s)}'
                    raise PerceptionError(f'expected a new picture of the table, got none: {why}')
                self._changed.wait(min(left, 0.05))
            msg = self._msg
        return scene_from_msg(msg)
