# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Colour and depth pictures that belong together, by their stamps.

Knows: stamps, and when pictures come that never match. Does not know: ROS, what a picture is.
"""

from __future__ import annotations

from collections import OrderedDict
import math
from typing import Any

#: Pictures that wait for their partner; older ones are given up.
_WAITING = 3
#: So many pictures of each kind without a pair mean that they do not match.
_UNMATCHED = 3


class PicturePairs:
    """slop_s: how far the stamps of a pair may be apart, seconds."""

    def __init__(self, slop_s: float) -> None:
        self._slop_s = slop_s
        self.dropped = 0
        self._nearest_s = math.inf
        self.forget()

    def forget(self) -> None:
        """Begin anew: pictures that wait are given up."""
        self._color: OrderedDict[float, Any] = OrderedDict()
        self._depth: OrderedDict[float, Any] = OrderedDict()
        self._matched()

    def color(self, stamp_s: float, picture: Any) -> tuple[Any, Any] | None:
        """Take a colour picture in; colour and depth when that makes a pair."""
        return self._take(stamp_s, picture, self._color, self._depth)

    def depth(self, stamp_s: float, picture: Any) -> tuple[Any, Any] | None:
        """Take a depth picture in; colour and depth when that makes a pair."""
        pair = self._take(stamp_s, picture, self._depth, self._color)
        return pair and (pair[1], pair[0])

    @property
    def problem(self) -> str:
        """Why pictures of both kinds come and make no pairs, in words, or ''."""
        if min(self._alone.values()) < _UNMATCHED:
            return ''
        return (
            f'expected colour and depth stamped within {self._slop_s:.3f} s of each other '
            f'(pair_slop_s), got {self._nearest_s:.3f} s at best'
        )

    def _take(
        self,
        stamp_s: float,
        picture: Any,
        own: OrderedDict[float, Any],
        others: OrderedDict[float, Any],
    ) -> tuple[Any, Any] | None:
        own[stamp_s] = picture
        while len(own) > _WAITING:
            own.popitem(last=False)
            self.dropped += 1
        self._alone['color' if own is self._color else 'depth'] += 1
        if not others:
            return None
        partner = min(others, key=lambda at: abs(at - stamp_s))
        gap_s = abs(partner - stamp_s)
        self._nearest_s = min(self._nearest_s, gap_s)
        if gap_s > self._slop_s:
            return None
        pair = picture, others[partner]
        self._matched()
        own.clear()
        others.clear()
        return pair

    def _matched(self) -> None:
        self._alone = {'color': 0, 'depth': 0}
        self._nearest_s = math.inf
