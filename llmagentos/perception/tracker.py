"""Objects over time: stable ids, things out of sight, the thing in the gripper.

Knows: earlier looks, where the gripper is and whether it holds on to something.
Does not know: pictures; it asks `Visibility` whether a place can be seen and is empty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from llmagentos.objects.kinds import traits
from llmagentos.objects.measured import sides_m
from llmagentos.objects.outlines import gap_m, geometry
from llmagentos.perception.grip import GripperView, carried, could_hold, gap_to_grip
from llmagentos.perception.relations import support_of
from llmagentos.types import SceneObject

#: Share of an object's place that is seen to be empty, 0..1.
Visibility = Callable[[SceneObject], float]

#: Id of a detection that was perhaps not seen whole.
PARTIAL = "partial"

#: Id of what was not seen itself, but must be there to carry what was seen.
INFERRED = "inferred"
#: Solids whose middles are nearer than this share of the sum of their half widths, and whose heights
#: overlap by more than this, are in each other.
_SHARED, _SHARED_M = 0.75, 0.012
_FLOATS_M = 0.03

#: What was just let go is preferred by this much to a like thing that it may stand on.
_LET_GO_M = 0.025
_NEAR_M, _SHIFTED_M = 0.04, 0.012
#: The middles of like things that are nearer in height than this share of theirs may be one thing.
_LEVEL = 0.65
_SAME_PLACE_M = 0.025
_SIZE_SLACK_M, _SIZE_SLACK = 0.012, 0.2
#: Rectangles around things that touch may overlap by this much.
_OVERLAP_M = 0.006
_EMPTY_SHARE = 0.35
_STILL_M = 0.004
#: A name is changed for another one unless looks under that one are this much less sure.
_CLEARLY_LESS = 0.12
#: So many given-up objects are remembered, to know them again.
_MAX_LOST = 40


@dataclass
class Track:
    """One object as it is remembered. looks: how often it was seen; misses: how often its place
    was seen empty since; other: the confidence of each look that showed it under another name,
    by name; sure: the best confidence of those under its own."""

    item: SceneObject
    looks: int = 1
    misses: int = 0
    size_sum: float = 0.0
    sure: float = 0.0
    other: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    grip: tuple[float, float, float, float] | None = None
    loose: bool = False


class Tracker:
    """Matches the detections of each look with what is remembered."""

    def __init__(self, drop_after: int = 2) -> None:
        """drop_after: looks at its empty place after which an object is given up."""
        self._drop_after = drop_after
        self._tracks: list[Track] = []
        self._lost: list[Track] = []
        self._numbers: dict[str, int] = {}

    def reset(self) -> None:
        """Forget every object and start numbering over."""
        self._tracks.clear()
        self._lost.clear()
        self._numbers.clear()

    def recall(self, items: Sequence[SceneObject]) -> None:
        """Remember things by the ids that they had in another session, each as after one look;
        what was held is found in the hand again."""
        self._tracks = [
            Track(replace(i, held=False), size_sum=i.size_m, sure=i.confidence) for i in items
        ]
        for item in items:
            name, _, number = item.id.rpartition("_")
            if name and number.isdecimal():
                self._numbers[name] = max(self._numbers.get(name, 0), int(number))

    @property
    def remembered(self) -> list[SceneObject]:
        """Every object as it was known last."""
        return [track.item for track in self._tracks]

    @property
    def held(self) -> SceneObject | None:
        """What is in the gripper, or None."""
        return next((t.item for t in self._tracks if t.item.held), None)

    def update(
        self,
        seen: Sequence[SceneObject],
        empty_share: Visibility,
        stamp_s: float,
        gripper: GripperView | None = None,
    ) -> list[SceneObject]:
        """Objects after a look. What the gripper holds is not among `seen`.

        An entry of `seen` without id may become a new object; one whose id is PARTIAL only confirms
        a remembered one, and one whose id is INFERRED tells nothing new where one is remembered.
        """
        self._follow_gripper(gripper)
        waiting = [item for item in seen if item.id != INFERRED]
        tracks = [t for t in self._tracks if not t.item.held]
        tracks, waiting = self._match(tracks, waiting, _near_and_alike, stamp_s)
        tracks, waiting = self._match(tracks, waiting, _same_place, stamp_s)
        gone = [t for t in tracks if empty_share(t.item) > _EMPTY_SHARE]
        inferred = [replace(item, id="") for item in seen if item.id == INFERRED]
        waiting += self._unexplained(inferred, [t for t in tracks if t not in gone], gone, stamp_s)
        self._find_new_grip(tracks, gone, gripper)
        lost = [t for t in tracks if (t in gone or t.loose) and not t.item.held]
        lost, waiting = self._match(lost, waiting, _moved, stamp_s)
        for track in lost:
            if track in gone:
                track.misses += 1
                track.item = replace(track.item, confidence=track.item.confidence * 0.5)
        self._give_up()
        still_gone = [t for t in gone if t.misses]
        waiting = [i for i in waiting if not i.id and not self._part_of_known(i, still_gone)]
        back, waiting = self._know_again(waiting, stamp_s)
        self._tracks += back
        self._tracks += [
            Track(self._named(i, stamp_s), size_sum=i.size_m, sure=i.confidence) for i in waiting
        ]
        return [t.item for t in self._tracks]

    def _unexplained(
        self, inferred: list[SceneObject], covered: list[Track], gone: list[Track], stamp_s: float
    ) -> list[SceneObject]:
        """Of what must be below others, that which nothing remembered accounts for.

        covered: tracks that were not seen this time. What is known of them from when they stood
        free is better than what their sides say, so they are confirmed where they are.
        """
        there = [t for t in self._tracks if t not in gone and not t.item.held]
        left = []
        for item in inferred:
            same = [t for t in covered if _confirms(t.item, item)]
            if same:
                _confirm(min(same, key=lambda t: _gap(t.item, item)), item, stamp_s)
            elif not any(_same_space(t.item, item) for t in there):
                left.append(item)
        return left

    def _part_of_known(self, item: SceneObject, gone: list[Track]) -> bool:
        """Whether something remembered, of the same colour, takes up its space, or is beside it
        where nothing else carries it: a side of that."""
        there = [t.item for t in self._tracks if t not in gone and not t.item.held]
        floats = item.bottom_z > _FLOATS_M and support_of(item, there)[0] == "table"
        alike = [o for o in there if o.color == item.color]
        return any(_same_space(o, item, 1.5 if floats else _SHARED) for o in alike)

    def _give_up(self) -> None:
        """Put away what was missed too often."""
        missed = [t for t in self._tracks if t.misses >= self._drop_after and not t.item.held]
        self._tracks = [t for t in self._tracks if t not in missed]
        self._lost = [*self._lost, *missed][-_MAX_LOST:]

    def _know_again(
        self, seen: list[SceneObject], stamp_s: float
    ) -> tuple[list[Track], list[SceneObject]]:
        """What was given up and turns up again has its old id; also returns what is new."""
        left, new = self._match(self._lost, seen, _moved, stamp_s)
        back = [t for t in self._lost if t not in left]
        self._lost = left
        return back, new

    # ---- matching -------------------------------------------------------------------------

    def _match(
        self,
        tracks: list[Track],
        seen: list[SceneObject],
        cost: Callable[[SceneObject, SceneObject], float | None],
        stamp_s: float,
    ) -> tuple[list[Track], list[SceneObject]]:
        """Cheapest pairs first; returns what stays unmatched on both sides."""
        pairs = []
        for i, track in enumerate(tracks):
            for j, item in enumerate(seen):
                price = cost(track.item, item)
                if price is not None:  # what was just let go stands uncovered where it was let go
                    pairs.append((price - _LET_GO_M * track.loose, i, j))
        done_tracks: set[int] = set()
        done_seen: set[int] = set()
        for _, i, j in sorted(pairs):
            if i in done_tracks or j in done_seen:
                continue
            done_tracks.add(i)
            done_seen.add(j)
            _refresh(tracks[i], seen[j], stamp_s)
        return (
            [t for i, t in enumerate(tracks) if i not in done_tracks],
            [s for j, s in enumerate(seen) if j not in done_seen],
        )

    def _named(self, item: SceneObject, stamp_s: float) -> SceneObject:
        base = f"{item.color}_{item.kind}" if item.color else item.kind
        self._numbers[base] = self._numbers.get(base, 0) + 1
        return replace(item, id=f"{base}_{self._numbers[base]}", last_seen_s=stamp_s)

    # ---- the gripper ----------------------------------------------------------------------

    def _follow_gripper(self, gripper: GripperView | None) -> None:
        """Move what is held with the hand; notice grasps at the object's place, and releases."""
        if gripper is None:
            return
        held = next((t for t in self._tracks if t.item.held), None)
        if held is not None and not gripper.gripping:
            held.item = replace(carried(held.item, held.grip, gripper), held=False)
            held.grip, held.loose = None, True
            return
        if held is None and gripper.gripping:
            near = [(gap_to_grip(t.item, gripper), k) for k, t in enumerate(self._tracks)]
            near = [(g, k) for g, k in near if g is not None]
            if not near:
                return
            held = self._tracks[min(near)[1]]
            held.grip = gripper.offset_of(held.item)
        if held is not None:
            held.item = replace(carried(held.item, held.grip, gripper), held=True)
            held.misses = 0

    def _find_new_grip(
        self, unseen: list[Track], gone: list[Track], gripper: GripperView | None
    ) -> None:
        """A full gripper, and a thing gone from its place or hidden right below the hand: that is
        what it holds."""
        if gripper is None or not gripper.gripping or self.held is not None:
            return
        below = [t for t in unseen if gap_to_grip(t.item, gripper, any_height=True) is not None]
        fitting = below or [t for t in gone if could_hold(t.item, gripper)]
        if not fitting:
            return
        track = min(fitting, key=lambda t: abs(t.item.size_m - gripper.width_m))
        track.grip = gripper.offset_of(track.item) if below else (0.0, 0.0, 0.0, 0.0)
        track.item = replace(carried(track.item, track.grip, gripper), held=True)


def _gap(a: SceneObject, b: SceneObject) -> float:
    return math.dist(a.position, b.position)


def _alike(a: SceneObject, b: SceneObject) -> bool:
    return a.kind == b.kind and a.color == b.color and abs(a.size_m - b.size_m) < _slack_m(a)


def _slack_m(o: SceneObject) -> float:
    """How far sizes of one thing may be apart: an outline changes with what stands before it."""
    return _SIZE_SLACK_M if o.extents_m is None else max(_SIZE_SLACK_M, _SIZE_SLACK * o.size_m)


def _near_and_alike(a: SceneObject, b: SceneObject) -> float | None:
    gap = _gap(a, b)
    alike = a.kind == b.kind and a.color == b.color
    off = gap + abs(a.size_m - b.size_m)
    return off if gap < _NEAR_M and alike and _level(a, b) else None


def _same_place(a: SceneObject, b: SceneObject) -> float | None:
    """The same thing misread this time: it stands where it stood and is as large."""
    gap = _gap(a, b)
    alike = a.kind == b.kind or a.color == b.color or not b.color
    close = gap < _SAME_PLACE_M and abs(a.size_m - b.size_m) < 2 * _slack_m(a)
    return gap if close and alike and _level(a, b) else None


def _level(a: SceneObject, b: SceneObject) -> bool:
    """Not one on top of the other, as a twin put there would be."""
    return abs(a.position[2] - b.position[2]) < _LEVEL * max(a.height_m, b.height_m)


def _moved(a: SceneObject, b: SceneObject) -> float | None:
    return _gap(a, b) if _alike(a, b) else None


def _confirms(a: SceneObject, b: SceneObject) -> bool:
    named = a.color == b.color or not (a.color and b.color)
    return _gap(a, b) < _SAME_PLACE_M and named and abs(a.size_m - b.size_m) < _SIZE_SLACK_M


def _confirm(track: Track, item: SceneObject, stamp_s: float) -> None:
    """What was inferred is there; if nothing but that was known of it, it is as told now."""
    track.misses, track.loose = 0, False
    known = track.item
    if not known.color and item.color:
        known = replace(known, kind=item.kind, color=item.color)
    track.item = replace(known, last_seen_s=stamp_s)


def _same_space(a: SceneObject, b: SceneObject, share: float = _SHARED) -> bool:
    """Whether two solid things would stand in each other."""
    if traits(a.kind).is_flat or geometry(a).has_rim:
        return False
    near = math.dist(a.position[:2], b.position[:2]) < share * (a.size_m + b.size_m) / 2
    if a.extents_m is not None or b.extents_m is not None:  # what is long is not as wide
        x, y = (np.array([v]) for v in b.position[:2])
        apart = float(gap_m(x, y, None, a)[0]) - min(sides_m(b)) / 2
        near = near and apart < -_OVERLAP_M
    low = max(a.bottom_z, b.bottom_z)
    return near and min(a.top_z, b.top_z) - low > _SHARED_M


def _refresh(track: Track, item: SceneObject, stamp_s: float) -> None:
    """Take over what was seen; sizes are averaged, names change only when seen repeatedly."""
    old = track.item
    aside = _SHIFTED_M < _gap(old, item) < _NEAR_M
    unsure = aside and item.confidence < track.sure - _CLEARLY_LESS
    if not track.loose and (item.id == PARTIAL or unsure):
        # Half of a thing, or what other things leave of it, says that it is there, not where its
        # middle is.
        track.misses = 0
        track.item = replace(old, last_seen_s=stamp_s)
        return
    kind, color = old.kind, old.color
    if not item.color:  # it stands under others: what was known of it still holds
        item = replace(item, kind=kind, color=color)
    elif not color:  # and here it is, uncovered
        kind, color, track.looks, track.size_sum = item.kind, item.color, 0, 0.0
        track.sure = 0.0
    if (item.kind, item.color) == (kind, color):
        track.looks += 1
        track.size_sum += item.size_m
        track.sure = max(track.sure, item.confidence)
        track.other.clear()
        size = track.size_sum / track.looks
        height = item.height_m * size / item.size_m
        item = item.resized(size / item.size_m)
    else:
        votes = track.other.setdefault((item.kind, item.color), [])
        votes.append(item.confidence)
        size, height = old.size_m, old.height_m
        # What lies in a heap or on its side looks like something else, but not as clearly.
        clearly = sum(votes) / len(votes) > track.sure - _CLEARLY_LESS
        if len(votes) > min(track.looks, 3) and clearly:
            kind, color, size, height = item.kind, item.color, item.size_m, item.height_m
            track.looks, track.size_sum, track.sure = 1, size, max(votes)
            track.other.clear()
        else:  # its sides too are still those of what it is called
            item = replace(item, extents_m=old.extents_m, outline_m=old.outline_m)
    position = item.position
    if math.dist(position, old.position) < _STILL_M:
        x, y, z = ((p + q) / 2 for p, q in zip(position, old.position, strict=True))
        position = (x, y, z)
    track.misses, track.loose = 0, False
    track.item = replace(
        item,
        id=old.id,
        kind=kind,
        color=color,
        size_m=size,
        height_m=height,
        position=position,
        last_seen_s=stamp_s,
    )
