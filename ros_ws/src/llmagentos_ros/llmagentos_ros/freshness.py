# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Which nodes are alive, by the age of their heartbeats.

Knows: when each was last heard, on the monotonic clock, and which start of it that was.
Does not know: ROS, or what a node does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
import time

from llmagentos.safety.ages import AgeTimer

#: A node that beat later than this is not gone, whoever else beats under its name.
_ALIVE_S = 1.0


class Heartbeats:
    """Which nodes are alive, from the heartbeat topic."""

    def __init__(self, timers: Mapping[str, AgeTimer]) -> None:
        """timers: by the node's name; a node's watchdogs have them, or `of_limits` makes some."""
        self._instances: dict[str, int] = {}
        self.timers = dict(timers)

    @classmethod
    def of_limits(
        cls, limits_s: Mapping[str, float], clock: Callable[[], float] = time.monotonic
    ) -> Heartbeats:
        """Return those with timers of their own. limits_s: by the node's name, seconds."""
        return cls({name: AgeTimer(name, limit, clock) for name, limit in limits_s.items()})

    def beat(self, name: str, instance: int = 0) -> None:
        """
        Note that a node lives; names nobody waits for are ignored.

        A second process of the name counts only once the first is silent: it is the one to end.
        """
        if name not in self.timers:
            return
        known = self._instances.get(name, instance)
        if known != instance and self.timers[name].age_s < _ALIVE_S:
            return
        self.timers[name].beat()
        self._instances[name] = instance

    def instance(self, name: str) -> int:
        """Return which start of the node was heard last; 0 before any."""
        return self._instances.get(name, 0)

    def dead(self, name: str, instance: int = 0) -> str:
        """Return why `name` counts as dead, or ''; a restart since `instance` counts, too."""
        if instance and self.instance(name) != instance:
            return f'{name} was restarted'
        return self.timers[name].stale()

    def watch(self, name: str) -> Callable[[], str]:
        """Return a function that says why the node that runs now counts as dead, or ''."""
        instance = self.instance(name)
        return lambda: self.dead(name, instance)
