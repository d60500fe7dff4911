"""Detections that are parts of others: the inside of a vessel, a scar on a thing.

Knows: outlines within outlines, colours, heights. Does not know: how anything was detected.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from llmagentos.objects.kinds import THING, traits
from llmagentos.perception.things.detection import Detection

#: So far beside a vessel's outline, in cells, is still its wall.
_RIM_CELLS = 4
#: Rims within this height of each other are one vessel's, metres.
_SAME_RIM_M = 0.02
#: What has a vessel's colour and is in it is its inside, unless it is as sure as this, and larger.
_SURE, _SCRAP_M = 0.6, 0.026
#: A thing in another one's outline is part of it where that one is so many times as large, and it
#: stands out of it by less than this, metres.
_LARGER, _STANDS_OUT_M = 3.0, 0.006
#: Nothing solid has more than this share of its height within another solid thing.
_IN_PLACE = 0.5


def without_parts(things: list[Detection]) -> list[Detection]:
    """`things` without those that are parts of others."""
    placed = [_Place.of(d) for d in things]
    return [p.thing for p in placed if not any(_is_part(p, other) for other in placed)]


@dataclass(frozen=True)
class _Place:
    """Where a detection is on the map: the area of its outline, cells; the middle of that (col, row);
    and the corners of the rectangle around it."""

    thing: Detection
    area: float
    middle: tuple[float, float]
    low: tuple[int, int]
    high: tuple[int, int]

    @classmethod
    def of(cls, thing: Detection) -> _Place:
        col, row = (float(v) for v in thing.hull[:, 0].mean(axis=0))
        x, y, w, h = cv2.boundingRect(thing.hull)
        return cls(thing, cv2.contourArea(thing.hull), (col, row), (x, y), (x + w, y + h))


def _is_part(place: _Place, around: _Place) -> bool:
    thing, other = place.thing, around.thing
    if thing is other or thing.hidden or other.hidden or not _is_within(place, around):
        return False
    if other.geometry.has_rim:
        if thing.label != other.label or traits(thing.kind).is_flat:
            return False
        if thing.geometry.has_rim:
            return abs(thing.top_z - other.top_z) < _SAME_RIM_M
        unsure = thing.confidence < _SURE or thing.size_m < _SCRAP_M
        return unsure and thing.top_z < other.top_z
    if thing.kind != THING or other.kind != THING:
        return _is_in_the_way(thing, other)
    return around.area > _LARGER * place.area and thing.top_z < other.top_z + _STANDS_OUT_M


def _is_in_the_way(thing: Detection, other: Detection) -> bool:
    """Whether two solid things would be in one place, and the other one is surer."""
    if traits(thing.kind).is_flat or traits(other.kind).is_flat or thing.geometry.has_rim:
        return False
    shared = min(thing.top_z, other.top_z) - max(thing.base_z, other.base_z)
    return other.confidence > thing.confidence and shared > _IN_PLACE * thing.height_m


def _is_within(place: _Place, around: _Place) -> bool:
    """Whether the outline of the larger one holds the middle of the other."""
    if place.area >= around.area:
        return False
    near = all(
        low - _RIM_CELLS <= at <= high + _RIM_CELLS
        for at, low, high in zip(place.middle, around.low, around.high, strict=True)
    )
    if not near:
        return False
    beside = _RIM_CELLS if around.thing.geometry.has_rim else 0
    return bool(cv2.pointPolygonTest(around.thing.hull, place.middle, True) > -beside)
