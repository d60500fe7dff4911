"""What stands on the table and is of no known kind, and which known kinds are believed.

Knows: regions cut by shape (maps/regions.py), and how well detections of known kinds account for them.
A region that they do not account for is one thing, whatever it is: measured, not named. Does not
know: how regions were cut, ids, time.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import traits
from llmagentos.perception.maps.colors import TABLE_CLASS
from llmagentos.perception.maps.rectify import BoolMap
from llmagentos.perception.maps.segment import MIN_AREA_M2, SHADE_OF, Maps, pieces_in
from llmagentos.perception.things.agreement import Agreement, agreement
from llmagentos.perception.things.detection import Detection
from llmagentos.perception.things.measuring import STANDS_OUT_M, Measurer, Region, regions_of, tight

#: Share of its own place on which a detection has to agree with what was measured, and of a region
#: that detections have to account for.
_AGREES, _SURE, _ACCOUNTED = 0.7, 0.9, 0.72
#: The same share for what leans in a vessel.
_LEANS = 0.3
#: How sure detections of solid things have to be, on the table, and on something.
_CLEAR, _CLEAR_ON_OTHERS = 0.5, 0.8
#: A region of which more than this is left is taken as a whole.
_WHOLE = 0.8
#: What comes in one colour only has it over at least such a share of its place.
_OWN_COLOR = 0.3
#: The base of a detection is no deeper in the table than this, metres; balls lie on it, or on what is
#: higher than that.
_STANDS_M, _HOVERS_M = 0.007, 0.018
#: A region where colours change at more than this share of its cells' borders, and at so many more
#: (two things on each other have an outline, too), is in many of them.
_BUSY, _BUSY_FROM = 0.1, 200
#: Which colour numbers may be shades of one colour.
_ALIKE = np.eye(TABLE_CLASS + 1, dtype=bool)
_ALIKE[tuple(np.array(sorted(SHADE_OF)).T)] = True


class Judge:
    """Believes or rejects detections of known kinds, region by region, in one look."""

    def __init__(self, maps: Maps, noise_m: float = 0.0) -> None:
        """noise_m: deviation of heights on the table."""
        self._maps, self._noise_m = maps, noise_m
        self._min_cells = int(MIN_AREA_M2 / maps.grid.cell_m**2)
        self._regions = regions_of(maps)
        self._measurer = Measurer(maps)

    def busy(self) -> BoolMap:
        """Cells of regions in many small colours: printed, or noise. What is there isn't told by
        colour."""
        label, regions = self._maps.label, self._maps.regions
        count = int(regions.max()) + 1
        inner, turns = np.zeros(count), np.zeros(count)
        for axis in (0, 1):
            a, b = (np.moveaxis(regions, axis, 0)[s] for s in (slice(None, -1), slice(1, None)))
            x, y = (np.moveaxis(label, axis, 0)[s] for s in (slice(None, -1), slice(1, None)))
            same = (a == b) & (a > 0)
            inner += np.bincount(a[same], minlength=count)
            turns += np.bincount(a[same], weights=~_ALIKE[x[same], y[same]], minlength=count)
        crowded = turns > _BUSY * inner + _BUSY_FROM
        crowded[0] = False
        return np.asarray(crowded[regions])

    def believed(self, found: list[Detection]) -> list[Detection]:
        """The detections that agree with what was measured and, together, account for the regions
        that they are in; flat areas are none of its business."""
        solid = [d for d in found if not traits(d.kind).is_flat]
        told = {id(d): agreement(d, self._maps, self._noise_m) for d in solid}
        owner = {id(d): self._owner(d) for d in solid}
        slack = _STANDS_M + 2 * self._noise_m
        likely = [
            d
            for d in solid
            if _is_clear(d) and told[id(d)].share >= _AGREES and _stands(d, solid, slack)
        ]
        likely = [d for d in likely if not (self._measurer.is_scrap(d) or self._is_painted(d))]
        # What stands on the table is in a region, unless it is low and thin, as a plate's rim.
        likely = [
            d
            for d in likely
            if owner[id(d)] or (told[id(d)].share > _SURE and d.base_z < STANDS_OUT_M)
        ]
        explained = self._explained([told[id(d)] for d in likely])
        short = {
            region.number
            for region in self._regions
            if float(explained[region.window][region.mask].mean()) < _ACCOUNTED
        }
        sure = [d for d in likely if owner[id(d)] not in short]
        vessels = [d for d in sure if d.geometry.has_rim]
        kept = {id(d) for d in sure} | {
            id(d)
            for d in solid
            if told[id(d)].share >= _LEANS and d.base_z > -slack and _is_in_one_of(d, vessels)
        }
        return [d for d in found if id(d) in kept or traits(d.kind).is_flat]

    def _is_painted(self, thing: Detection) -> bool:
        """Whether what comes in one colour only is seen in another one, on what nobody sees."""
        if not thing.color or thing.base_z <= _STANDS_M + 2 * self._noise_m:
            return False
        names = self._maps.names.reshape(-1)[thing.cells]
        names = names[names < TABLE_CLASS]
        own = COLORS.index(thing.color)
        return len(names) > 0 and float((_ALIKE[own][names]).mean()) < _OWN_COLOR

    def things(self, known: list[Detection]) -> list[Detection]:
        """What is left when what is known is accounted for: things of no known kind."""
        solid = [d for d in known if not traits(d.kind).is_flat]
        explained = self._explained([agreement(d, self._maps, self._noise_m) for d in solid])
        result: list[Detection] = []
        for region in self._regions:
            left = region.mask & ~explained[region.window]
            if left.sum() < self._min_cells:
                continue
            if left.sum() > _WHOLE * region.area:
                parts = [tight(region)]
            elif left.sum() > (1 - _ACCOUNTED) * region.area:
                where = region.row0, region.col0
                found = pieces_in(left, 0, self._min_cells, *where, smooth=True)
                parts = [Region(region.number, p.row0, p.col0, p.mask) for p in found]
            else:
                parts = []
            for part in parts:
                if self._measurer.is_debris(part.mask, part.row0, part.col0):
                    continue
                thing = self._measurer.known(part) or self._measurer.thing(part)
                if thing is not None:
                    result.append(thing)
        return result

    def _owner(self, thing: Detection) -> int:
        """Number of the region that most of a detection's cells are in, 0 for none."""
        numbers = self._maps.regions.reshape(-1)[thing.cells]
        numbers = numbers[numbers > 0]
        return int(np.bincount(numbers).argmax()) if len(numbers) else 0

    def _explained(self, told: list[Agreement]) -> BoolMap:
        result = np.zeros(self._maps.height.shape, bool)
        for one in told:
            if one.share >= _AGREES:
                result[one.window] |= one.explained
        return result


def _is_clear(thing: Detection) -> bool:
    """Whether outline and height of something solid are as clear as its kind's; those of what has to
    stand on others that cannot be seen even more so."""
    if thing.geometry.has_rim or thing.color:
        return True
    return thing.confidence > (_CLEAR_ON_OTHERS if thing.base_z > STANDS_OUT_M else _CLEAR)


def _stands(thing: Detection, found: list[Detection], slack_m: float) -> bool:
    """Whether the base of a detection is where something can stand: nothing is in the table, what
    rolls does not hover a little above it, and what comes in one colour only is not, in another one,
    said to stand on what nobody sees."""
    kind = traits(thing.kind)
    if kind.rolls and slack_m < thing.base_z < _HOVERS_M:
        return False
    if thing.base_z < -slack_m:
        return False
    odd = (
        bool(thing.color) and 0 <= thing.label < TABLE_CLASS and COLORS[thing.label] != thing.color
    )
    return not odd or thing.base_z <= slack_m or _carried(thing, found, slack_m)


def _carried(thing: Detection, found: list[Detection], slack_m: float) -> bool:
    """Whether another detection is right under the base of this one, or around it."""
    x, y = thing.center
    for other in found:
        near = math.hypot(x - other.center[0], y - other.center[1]) < 0.75 * other.size_m
        on = abs(other.top_z - thing.base_z) <= 2 * slack_m
        within = other.geometry.has_rim and thing.base_z < other.top_z
        if other is not thing and near and (on or within):
            return True
    return False


def _is_in_one_of(thing: Detection, vessels: list[Detection]) -> bool:
    """Whether it is in a vessel, where things lean and are half hidden."""
    col, row = (float(v) for v in thing.hull[:, 0].mean(axis=0))
    return any(
        v is not thing
        and thing.base_z < v.top_z
        and thing.size_m < v.size_m
        and cv2.pointPolygonTest(v.hull, (col, row), False) > 0
        for v in vessels
    )
