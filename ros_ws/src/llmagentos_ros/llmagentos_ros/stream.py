# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The points that an arm is sent, and when each is due.

Knows: points and their times, braking after the last one. Does not know: messages, clocks.

Points lie one period apart, however late the sender wakes up: as long as the next one is still
ahead, the arm does not notice. Only when the stream comes so late that the arm has begun to brake,
the path is stretched: back to where it was left, and on from rest. Sent on at full speed, it
would be jolted harder than its motors can follow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
import math

from llmagentos.robots import ArmSpec
from llmagentos_ros.braking import braking_points, gathered_s, return_points

Joints = tuple[float, ...]
#: When a point is due (s, node clock), and the joint positions (rad).
TimedPoint = tuple[float, Joints]

#: Braking points are this many control periods apart.
_BRAKE_PERIODS = 2
#: Without a lookahead a point may be so many periods late before the stream counts as stopped.
_LATE_PERIODS = 2
#: Points that are remembered, to tell where the arm should have been when it was measured.
_REMEMBERED = 256
_SAME_RAD = 1e-6


class PointStream:
    """One arm's points. lookahead_s: so long after its tick's period a point is due."""

    def __init__(self, spec: ArmSpec, period_s: float, lookahead_s: float) -> None:
        self._spec, self._period_s, self._lookahead_s = spec, period_s, lookahead_s
        #: A sender that is as late as this is still in time.
        self.slack_s = max(lookahead_s, _LATE_PERIODS * period_s)
        #: How often the stream came so late that the arm braked in mid-motion.
        self.broken = 0
        self._sent: deque[TimedPoint] = deque(maxlen=_REMEMBERED)
        #: What the arm does after the last point unless it hears of more.
        self._brake: list[TimedPoint] = []
        #: How much of the path has passed since it was taken up again from rest, seconds.
        self._taken_up_s = math.inf

    def begin_anew(self) -> None:
        """Count no points as under way."""
        self._sent.clear()
        self._brake, self._taken_up_s = [], math.inf

    def brake_from(self, at_s: float) -> list[TimedPoint]:
        """
        Leave the path at a time and brake; the points to send, none where the arm rests then.

        A later `add` begins anew: what was under way is no path any more.
        """
        under_way = [*self._sent, *self._brake]
        ahead = [point for point in under_way if point[0] > at_s]
        behind = [point for point in under_way if point[0] <= at_s]
        self.begin_anew()
        if not ahead or not behind:
            return ahead and [(ahead[-1][0], ahead[-1][1])]
        (before_s, before), (after_s, after) = behind[-1], ahead[0]
        span = after_s - before_s
        share = (at_s - before_s) / span
        where = tuple(a + (b - a) * share for a, b in zip(before, after, strict=True))
        velocity = tuple((b - a) / span for a, b in zip(before, after, strict=True))
        way = braking_points(where, velocity, self._spec, self._period_s)
        return [(at_s, where), *((at_s + later, point) for later, point in way)]

    @property
    def last(self) -> TimedPoint | None:
        """The newest point of the path, None before any."""
        return self._sent[-1] if self._sent else None

    def add(self, tick_s: float, target: Joints) -> bool:
        """Let `target` be the path's next point, sent at `tick_s`; whether it moves the arm."""
        last = self.last
        due = self._next_due(tick_s, target)
        self._sent.append((due, target))
        after = braking_points(
            target, self._velocity(), self._spec, _BRAKE_PERIODS * self._period_s
        )
        self._brake = [(due + later, positions) for later, positions in after]
        if last is None:
            return True
        return max(abs(a - b) for a, b in zip(target, last[1], strict=True)) > _SAME_RAD

    def ahead_of(self, at_s: float) -> Iterator[TimedPoint]:
        """All points after a time, those that brake included."""
        return (point for point in (*self._sent, *self._brake) if point[0] > at_s)

    def still_to_come(self, at_s: float) -> Joints | None:
        """Return what the points after a time add up to, rad; None when all have passed."""
        if not self._sent or at_s >= self._sent[-1][0]:
            return None
        pairs = zip(self._commanded_at(at_s), self._sent[-1][1], strict=True)
        return tuple(b - a for a, b in pairs)

    # --- inside --------------------------------------------------------------------------

    def _next_due(self, tick_s: float, target: Joints) -> float:
        """Return when the next point is due; note what the arm does until then."""
        if not self._sent:
            return tick_s + self._period_s + self._lookahead_s
        if tick_s > self._sent[-1][0] - self._lookahead_s + self.slack_s:
            return self._take_up(tick_s, target)
        since, self._taken_up_s = self._taken_up_s, self._taken_up_s + self._period_s
        stretched = self._period_s
        if math.isfinite(since):
            stretched = gathered_s(self._taken_up_s) - gathered_s(since)
        return self._sent[-1][0] + stretched

    def _take_up(self, tick_s: float, target: Joints) -> float:
        """Go on after a pause: the arm rests, or brakes, since nothing came in mid-motion."""
        braked, self._taken_up_s = bool(self._brake), math.inf
        self._sent.extend(self._brake)
        last_s, rest = self._sent[-1]
        begin_s = max(last_s, tick_s + self._lookahead_s)
        if begin_s > last_s:
            self._sent.append((begin_s, rest))
        if not braked:
            return begin_s + self._period_s
        self.broken += 1
        self._taken_up_s = 0.0
        back = return_points(rest, target, self._spec, _BRAKE_PERIODS * self._period_s)
        self._sent.extend((begin_s + after, positions) for after, positions in back[:-1])
        return begin_s + back[-1][0]

    def _velocity(self) -> Sequence[float]:
        """Return the rate between the last two points, rad/s."""
        if len(self._sent) < 2:
            return (0.0,) * len(self._spec.joint_names)
        (begin, before), (end, last) = self._sent[-2], self._sent[-1]
        return tuple((b - a) / (end - begin) for a, b in zip(before, last, strict=True))

    def _commanded_at(self, at_s: float) -> Joints:
        """Interpolated command at a time; the first known one before that."""
        later = self._sent[-1]
        for earlier in reversed(self._sent):
            if earlier[0] <= at_s:
                span = later[0] - earlier[0]
                share = 1.0 if span <= 0 else 1 - (later[0] - at_s) / span
                pairs = zip(earlier[1], later[1], strict=True)
                return tuple(a + (b - a) * share for a, b in pairs)
            later = earlier
        return later[1]
