"""The last check before the wheels: a base stops before it touches anything.

Knows: what the scanner met, how hard the base brakes, its limits. Does not know: maps, ways, why it
is driven, nor what is behind it (gated_base.py). It trusts no plan: what it looks at is the scan.
"""

from __future__ import annotations

import logging
import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import GateRejection
from llmagentos.ports.audit import Audit, Unaudited
from llmagentos.ports.driving import STILL, LaserScan, Odometry, Velocity
from llmagentos.robots.bases.ramps import bounded, ramped
from llmagentos.robots.bases.spec import BaseSpec
from llmagentos.robots.specs import DEFAULT_PROFILE

_log = logging.getLogger(__name__)

#: Room that is left between body and things when it has braked, metres: more than a scan is wrong.
MARGIN_M = 0.04
#: A scan older than this says nothing about now: the base stands.
STALE_S = 0.4
#: So far to each side of where it drives the scanner has to look, radians.
_SEEN_RAD = 0.5
#: Shares of a command that are tried, in this order; the curve stays the same.
_SHARES = (1.0, 0.75, 0.5, 0.3, 0.15)
_ALONG = 8
#: Points nearer to the axle than this share of the radius are the base itself, or dust.
_OWN_SHARE = 0.8


class BaseGate:
    """Judges velocities for one base. rejections counts by reason what it did not let through."""

    def __init__(self, spec: BaseSpec, profile: str = DEFAULT_PROFILE) -> None:
        self.spec, self.limits = spec, spec.profile(profile)
        self.rejections: Counter[str] = Counter()
        #: Told of what it held back: the first of each reason, the second, the fourth, the eighth ...
        self.audit: Audit = Unaudited()
        #: Why the last command was cut, in words; "" where it was not.
        self.why = ""
        self._last = STILL
        self._held = False

    @property
    def last(self) -> Velocity:
        """What was let through last."""
        return self._last

    @property
    def rests(self) -> bool:
        """Whether that was to stand."""
        return self._last == STILL

    def forget(self) -> None:
        """After the base was put elsewhere by other means: at rest."""
        self._last, self._held, self.why = STILL, False, ""

    def check(self, wanted: Velocity, odometry: Odometry, scan: LaserScan, dt_s: float) -> Velocity:
        """As much of a velocity as may be commanded for the next dt_s: inside the profile's limits, no
        harder than they allow from the last one, and such that the base can brake before it touches.

        Raises GateRejection for what is no velocity; nothing may be sent then.
        """
        if not (math.isfinite(wanted.forward_mps) and math.isfinite(wanted.turn_radps)):
            self._note("not finite", f"expected finite velocities, got {wanted}")
            raise GateRejection(f"not finite: expected finite velocities, got {wanted}")
        if not (math.isfinite(dt_s) and dt_s > 0):
            raise GateRejection(f"period: expected a positive control period, got {dt_s}")
        self.why = ""
        aim = self._ramped(bounded(self.limits, wanted), dt_s)
        age_s = odometry.stamp_s - scan.stamp_s
        if not age_s <= STALE_S:
            return self._cut("stale scan", f"the last scan is {age_s:.2f} s old", dt_s)
        if age_s < -STALE_S:
            return self._cut("stale odometry", f"the wheels' word is {-age_s:.2f} s old", dt_s)
        if aim.forward_mps and not scan.covers(0.0 if aim.forward_mps > 0 else math.pi, _SEEN_RAD):
            return self._cut("not seen", "the scanner does not look that way", dt_s)
        late_s = max(age_s, 0.0) + dt_s
        points = scan.points_m()
        for share in _SHARES:
            part = Velocity(share * aim.forward_mps, share * aim.turn_radps)
            if self.is_clear(part, points, late_s):
                if share < 1.0:
                    self._hold("in the way", "something is too near to go on as fast")
                else:
                    self._held = False
                # A smaller share than braking allows is braking as hard as it can.
                self._last = self._ramped(part, dt_s)
                return self._last
        return self._cut("in the way", "something is too near ahead", dt_s)

    def is_clear(self, velocity: Velocity, points: NDArray[np.float64], late_s: float) -> bool:
        """Whether the base, driving so for `late_s` and braking then, keeps off the points (frame
        "base", [N, 2]), or moves away from those that it is too near to."""
        v, w = velocity.forward_mps, velocity.turn_radps
        if v == 0.0 or not len(points):
            return True  # a round base touches nothing by turning on the spot
        away = np.hypot(points[:, 0], points[:, 1])
        points = points[away > _OWN_SHARE * self.spec.radius_m]
        if not len(points):
            return True
        way = abs(v) * late_s + v * v / (2 * self.spec.braking_mps2)
        s = math.copysign(1.0, v) * np.linspace(way / _ALONG, way, _ALONG)
        k = w / v
        bend = k * s
        if abs(k) < 1e-6:
            x, y = s, 0.5 * k * s * s
        else:
            x, y = np.sin(bend) / k, (1 - np.cos(bend)) / k
        near = np.hypot(points[None, :, 0] - x[:, None], points[None, :, 1] - y[:, None])
        keep = self.spec.radius_m + MARGIN_M
        now = np.hypot(points[:, 0], points[:, 1])
        # Of what is too near already only the direction matters: it may drive away from it.
        touched = (near < np.minimum(keep, now - 1e-6)[None, :]).any()
        return not bool(touched)

    def brake(self, dt_s: float) -> Velocity | None:
        """The next command on the way to rest, as hard as the wheels can; None when at rest."""
        if self.rests:
            return None
        self._last = self._ramped(STILL, dt_s)
        return self._last

    def _ramped(self, wanted: Velocity, dt_s: float) -> Velocity:
        return ramped(self.spec, self.limits, self._last, wanted, dt_s)

    def _cut(self, reason: str, message: str, dt_s: float) -> Velocity:
        self._hold(reason, message)
        return self.brake(dt_s) or STILL

    def _hold(self, reason: str, message: str) -> None:
        self.why = message
        if not self._held:  # once each time, not once a period
            self._note(reason, message)
        self._held = True

    def _note(self, reason: str, message: str) -> None:
        self.rejections[reason] += 1
        times = self.rejections[reason]
        _log.debug("base gate: %s: %s", reason, message)
        if times & (times - 1) == 0:
            self.audit.post("refused", by="base gate", rule=reason, why=message, times=times)
