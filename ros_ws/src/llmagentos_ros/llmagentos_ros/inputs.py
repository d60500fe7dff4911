# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What a node needs to hear, and who has to hear it: what is expected, and what is missing of it.

Knows: names, types, policies, rates and ages of channels. Does not know: rclpy, or what is in a
message. Diagnostics say it in one row a channel, which `llmagentos doctor --ros` reads.

A rate counts messages by the node's clock, so that a simulation that runs slowly is not a slow
sensor; an age is on the monotonic clock, since silence is silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import math
import time
from typing import Any

#: A source that sends less than this share of what its reader may expect is slow.
SLOW_SHARE = 0.25
#: Rates are counted over so much of the node's clock, seconds, and so many messages at least.
_WINDOW_S, _ENOUGH = 5.0, 4
#: Silence that is allowed where nobody says otherwise: periods, and seconds at least.
_PERIODS, _ALLOWED_S = 5, 1.0

#: What can be wrong with a channel; `OK` where nothing is.
OK = 'ok'
UNPUBLISHED, OTHER_TYPE, OTHER_POLICY = 'unpublished', 'other type', 'other policy'
UNHEARD, SILENT, SLOW, UNREAD = 'unheard', 'silent', 'slow', 'unread'
#: What a node names itself, beyond its channels; begins its row in diagnostics.
FAULT = 'fault'
PROBLEMS = (UNPUBLISHED, OTHER_TYPE, OTHER_POLICY, UNHEARD, SILENT, SLOW, UNREAD)


@dataclass(frozen=True)
class Policy:
    """The two policies by which ends of a topic find each other, or do not."""

    reliable: bool
    latched: bool

    @classmethod
    def of(cls, qos: Any) -> Policy:
        """Read them off an rclpy QoSProfile."""
        return cls(qos.reliability.name == 'RELIABLE', qos.durability.name == 'TRANSIENT_LOCAL')

    def __str__(self) -> str:
        """Both in words."""
        reliability = 'reliable' if self.reliable else 'best effort'
        return f'{reliability}, {"transient local" if self.latched else "volatile"}'

    def lacks(self, asked: Policy) -> str:
        """Return what a reader asks for and this writer does not offer, or ''."""
        lacking = (
            'reliable' if asked.reliable and not self.reliable else '',
            'transient local' if asked.latched and not self.latched else '',
        )
        return ', '.join(word for word in lacking if word)


@dataclass(frozen=True)
class End:
    """Who is at the other end of a topic: the node's full name, type and policy."""

    node: str
    kind: str
    policy: Policy


@dataclass(frozen=True)
class Channel:
    """A topic as one end sees it: resolved name, type as package/msg/Name, own policy."""

    name: str
    kind: str
    policy: Policy
    rate_hz: float = 0.0

    def __str__(self) -> str:
        """Type, policy and rate in words."""
        rate = f'{self.rate_hz:g} Hz expected' if self.rate_hz else 'once expected'
        return f'{self.kind}, {self.policy}, {rate}'

    def mismatch(self, ends: Sequence[End], reads: bool) -> tuple[str, str]:
        """Say why none of the other ends can be connected: problem and words, or two ''."""
        kin = [end for end in ends if end.kind == self.kind]
        if ends and not kin:
            return OTHER_TYPE, f'expected {self.kind}, {ends[0].node} has {ends[0].kind}'
        for end in kin:
            writer, reader = (end.policy, self.policy) if reads else (self.policy, end.policy)
            lacking = writer.lacks(reader)
            if not lacking:
                return '', ''
        if kin and reads:
            return OTHER_POLICY, f'expected {lacking}, {kin[-1].node} offers {kin[-1].policy}'
        return (OTHER_POLICY, f'{kin[-1].node} asks for {lacking}') if kin else ('', '')


class Input:
    """
    One topic that a node reads.

    ends: who publishes it now; allowed_s: the silence that is still fine; least_hz: a rate below
    this is slow; needed: whether the node misses it at all; now_s: the node's clock; steady:
    monotonic seconds.
    """

    def __init__(
        self,
        channel: Channel,
        ends: Callable[[], Sequence[End]],
        now_s: Callable[[], float],
        *,
        allowed_s: float = 0.0,
        least_hz: float | None = None,
        needed: Callable[[], bool] = lambda: True,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.channel, self.needed = channel, needed
        self._ends, self._now_s, self._steady = ends, now_s, steady
        self._allowed_s = allowed_s or _allowed_s(channel.rate_hz)
        self._least_hz = SLOW_SHARE * channel.rate_hz if least_hz is None else least_hz
        self._last = -math.inf
        self._heard: deque[float] = deque(maxlen=512)

    def beat(self) -> None:
        """Note that a message has come."""
        now = self._now_s()
        if self._heard and not 0 <= now - self._heard[-1] <= _WINDOW_S:
            self._heard.clear()  # after a pause, or a clock that was set back
        self._heard.append(now)
        self._last = self._steady()

    @property
    def age_s(self) -> float:
        """Seconds since the newest message; infinite when none ever came."""
        return self._steady() - self._last

    @property
    def rate_hz(self) -> float:
        """Messages a second of the node's clock, lately; NaN before there are enough."""
        heard = list(self._heard)
        recent = [at for at in heard if at >= heard[-1] - _WINDOW_S]
        if len(recent) < _ENOUGH or recent[-1] <= recent[0]:
            return math.nan
        return (len(recent) - 1) / (recent[-1] - recent[0])

    def problem(self) -> tuple[str, str]:
        """Return what is wrong, of PROBLEMS, and the same in words; OK and '' where nothing is."""
        name, age_s, rate_hz = self.channel.name, self.age_s, self.rate_hz
        expected = f'{self.channel.rate_hz:g} Hz'
        if self.channel.rate_hz and math.isfinite(age_s) and age_s > self._allowed_s:
            words = f'silent for {age_s:.1f} s, {expected} expected'
            return SILENT, f'{name} ({self.channel.policy}): {words}{self._why()[1]}'
        if math.isinf(age_s):
            kind, why = self._why()
            return kind or UNHEARD, f'{name} ({self.channel}): never seen{why}'
        if rate_hz < self._least_hz:
            return SLOW, f'{name} ({self.channel.policy}): {rate_hz:.1f} Hz, {expected} expected'
        return OK, ''

    def row(self) -> str:
        """One line for diagnostics: what is wrong, what is expected, rate and age."""
        kind, _ = self.problem()
        was = 'was ' if kind == SILENT else ''
        rate = '-' if math.isnan(self.rate_hz) else f'{was}{self.rate_hz:.1f} Hz'
        age = 'never seen' if math.isinf(self.age_s) else f'age {self.age_s:.2f} s'
        return f'{kind}: {self.channel}, {rate}, {age}'

    def _why(self) -> tuple[str, str]:
        """Say why nothing comes, as far as the graph tells."""
        ends = self._ends()
        kind, why = self.channel.mismatch(ends, reads=True)
        if kind:
            return kind, f'; {why}'
        if not ends:
            return UNPUBLISHED, '; nobody publishes it'
        return '', f'; {ends[0].node} is there and says nothing'


class Output:
    """One topic that somebody else has to read. ends: who subscribes now."""

    def __init__(
        self,
        channel: Channel,
        ends: Callable[[], Sequence[End]],
        needed: Callable[[], bool] = lambda: True,
    ) -> None:
        self.channel, self.needed, self._ends = channel, needed, ends

    def problem(self) -> tuple[str, str]:
        """Return what is wrong, of PROBLEMS, and the same in words; OK and '' where nothing is."""
        ends = self._ends()
        kind, why = self.channel.mismatch(ends, reads=False)
        if not ends:
            kind, why = UNREAD, 'nobody reads it'
        return (kind, f'{self.channel.name} ({self.channel}): {why}') if kind else (OK, '')

    def row(self) -> str:
        """One line for diagnostics: what is wrong, what is expected."""
        return f'{self.problem()[0]}: {self.channel}'


def _allowed_s(rate_hz: float) -> float:
    return max(_ALLOWED_S, _PERIODS / rate_hz) if rate_hz else math.inf
