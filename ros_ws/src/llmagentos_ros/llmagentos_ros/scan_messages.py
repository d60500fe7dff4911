# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Laser scans to messages and back: of scanners that others built in and others' drivers read.

Knows: `sensor_msgs/LaserScan`, REP 117, and what drivers are known to make of both. Does not know:
topics, which of it is in the way.

- Clockwise scanners send negative increments, and a scanner that hangs upside down turns the other
  way round for the base: rays come out counter-clockwise.
- The number of ranges counts, not `angle_max`: drivers differ in whether it is the last ray or one
  beyond it. Where the two contradict each other, which may mean a mirrored scan, it is refused.
- By REP 117, -inf is too near to be measured, and NaN no answer; below `range_min` counts as no
  answer, 0 among it. +inf, and more than `range_max`, mean "nothing there" with some drivers and
  "no answer" with others; which of it, whoever built the scanner in has to say (`inf_is_free`).
- `range_max` may be 0, infinite, or another one with each scan.
- A scan in which hardly a ray got an answer is none: a scanner that is covered sees nothing, and
  nothing is what an empty room looks like, too.
- The whole turn counts as taken at one moment, in its middle.
"""

from __future__ import annotations

import math

from llmagentos.errors import DriverError
from llmagentos.ports.driving import LaserScan
from llmagentos.types import MapPose
from llmagentos_ros.convert import to_seconds, to_time
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan as LaserScanMsg

#: A scanner whose plane leans more than this meets the floor, radians.
_MOST_LEAN_RAD = math.radians(10)
#: Share of rays with an answer below which there was none.
_LEAST_ANSWERED = 0.02
#: By so much of its span, and of a ray, what a scan says of its last ray may be wrong.
_SPAN_SHARE, _SPAN_RAYS = 0.02, 2.0
#: A turn takes no longer, seconds; what says so means something else by `time_increment`.
_LONGEST_TURN_S = 0.5


def scan_to_msg(scan: LaserScan, frame_id: str, least_m: float = 0.05) -> LaserScanMsg:
    """Convert a scan as REP 117 has it: +inf where nothing was met, NaN where no answer came."""
    out = LaserScanMsg()
    out.header.frame_id, out.header.stamp = frame_id, to_time(scan.stamp_s)
    out.angle_min, out.angle_increment = float(scan.first_rad), float(scan.step_rad)
    out.angle_max = float(scan.first_rad + scan.step_rad * (len(scan.ranges_m) - 1))
    out.range_min, out.range_max = least_m, float(scan.max_m)
    ranges = np.asarray(scan.ranges_m, dtype=np.float32).copy()
    with np.errstate(invalid='ignore'):
        no_answer, beyond = ~(ranges > 0), ranges >= scan.max_m
        near = (ranges > 0) & (ranges < least_m)
    ranges[near], ranges[beyond], ranges[no_answer] = -np.inf, np.inf, np.nan
    out.ranges = ranges.tolist()
    return out


def scan_from_msg(
    msg: LaserScanMsg,
    base_from_scanner: NDArray[np.float64],
    max_m: float,
    inf_is_free: bool = False,
) -> LaserScan:
    """
    Return a scan.

    base_from_scanner: 4x4, the frame of the message in that of the base, metres. max_m: how far
    the scanner sees where the message does not tell. inf_is_free: what +inf and more than
    `range_max` mean, see above. DriverError for a scan that cannot be used, in words.
    """
    ranges = np.asarray(msg.ranges, dtype=np.float32)
    first, step = float(msg.angle_min), float(msg.angle_increment)
    _check(msg, len(ranges))
    if math.isfinite(msg.range_max) and msg.range_max > 0:
        max_m = float(msg.range_max)
    ranges = _cleaned(ranges, float(msg.range_min), max_m, inf_is_free)
    up = float(base_from_scanner[2, 2])
    if abs(up) < math.cos(_MOST_LEAN_RAD):
        raise DriverError(
            'expected a scanner whose plane is level, got one that leans by '
            f'{math.degrees(math.acos(min(abs(up), 1.0))):.0f} degrees'
        )
    if up < 0:
        first, step = -first, -step
    if step < 0:
        first, step, ranges = first + step * (len(ranges) - 1), -step, ranges[::-1].copy()
    x, y = float(base_from_scanner[0, 3]), float(base_from_scanner[1, 3])
    yaw = math.atan2(base_from_scanner[1, 0], base_from_scanner[0, 0])
    stamp_s = to_seconds(msg.header.stamp)
    turn_s = abs(float(msg.time_increment)) * (len(ranges) - 1)
    if 0 < turn_s <= _LONGEST_TURN_S:
        stamp_s += turn_s / 2
    return LaserScan(ranges, first, step, max_m, stamp_s, MapPose(x, y, yaw))


def _check(msg: LaserScanMsg, count: int) -> None:
    """Raise DriverError for angles that say nothing, or contradict each other."""
    first, last, step = msg.angle_min, msg.angle_max, msg.angle_increment
    if not count:
        raise DriverError('expected ranges, got an empty scan')
    if not all(map(math.isfinite, (first, step))) or step == 0:
        raise DriverError(f'expected finite angles and an increment, got {first}, {step}')
    span = step * (count - 1)
    if abs(span) > 2 * math.pi + 2 * abs(step):
        raise DriverError(
            f'expected one turn at most, got {count} ranges every {abs(step):.4f} rad'
        )
    if not math.isfinite(last):
        raise DriverError(f'expected a finite angle_max, got {last}')
    told = last - first
    off, allowed = abs(told - span), max(_SPAN_RAYS * abs(step), _SPAN_SHARE * abs(span))
    # Some keep angles within one turn: a last ray at 2 pi is then told as one at 0.
    is_cut = abs(off - 2 * math.pi) <= allowed and abs(told + span) > allowed
    if off > allowed and not is_cut:
        raise DriverError(
            f'expected angles that agree, got {count} ranges every {step:.4f} rad from '
            f'{first:.3f} rad, which is {span:.3f} rad, and angle_max {last:.3f} rad: '
            'is the scan mirrored?'
        )


def _cleaned(
    ranges: NDArray[np.float32], least_m: float, max_m: float, inf_is_free: bool
) -> NDArray[np.float32]:
    """Return ranges as the port has them: NaN no answer, +inf nothing met."""
    least_m = least_m if math.isfinite(least_m) and least_m > 0 else 0.0
    with np.errstate(invalid='ignore'):
        near = np.isneginf(ranges)
        beyond = ranges > max_m
        answered = near | beyond | (ranges >= max(least_m, 1e-6))
    share = float(answered.mean())
    if share < _LEAST_ANSWERED:
        raise DriverError(
            f'expected rays that meet something, got an answer for {100 * share:.0f} % of '
            f'{len(ranges)}: is the scanner covered?'
        )
    out = np.where(answered, ranges, np.float32(np.nan))
    out[beyond] = np.inf if inf_is_free else np.nan
    out[near] = max(least_m, 0.01)
    return out.astype(np.float32)
