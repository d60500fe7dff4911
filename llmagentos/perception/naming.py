"""Names for what was seen: of things that people have shown, and a detector's labels.

Knows: looks of visible objects, a detector's boxes beside those of the objects. Does not know: how
objects are found (look.py), what is kept of shown things (shown.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.objects.appearance import Appearance
from llmagentos.objects.kinds import THING, traits
from llmagentos.perception.looks import Embedder, look_at, pixel_box
from llmagentos.perception.shown import ShownThings
from llmagentos.ports.showing import Shown
from llmagentos.types import CameraFrame, SceneObject

#: An object that has not moved by more than this looks as it did, metres and rad.
_STAYED_M, _STAYED_RAD = 0.006, 0.15
#: A detector's box is an object's from this overlap on (intersection over union).
_OVERLAP = 0.4

Box = tuple[float, float, float, float]


class Detector(Protocol):
    """Boxes with labels; see llmagentos.inference.OnnxDetector."""

    def detect(self, rgb: NDArray[np.uint8]) -> Sequence[Any]:
        """Finds with `label`, `score` and `box` in pixels, the surest first."""
        ...


@dataclass
class _Known:
    """What an object looked like, where it stood then, and the name that it has by it."""

    at: SceneObject
    look: Appearance | None
    name: str = ""


class Namer:
    """Gives objects the names that they were shown by. Names stay with an object while it is tracked
    and cannot be seen."""

    def __init__(self, shown: ShownThings, embedder: Embedder | None = None) -> None:
        self.shown, self._embedder = shown, embedder
        self._known: dict[str, _Known] = {}
        self._seen: tuple[Sequence[SceneObject], CameraFrame] | None = None

    def reset(self) -> None:
        """Forget who is who; what was shown stays."""
        self._known.clear()
        self._seen = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that somebody has shown."""
        return self.shown.names

    @property
    def problem(self) -> str:
        """What keeps shown things from being kept, in words; "" for nothing."""
        return self.shown.problem

    def forget(self, name: str) -> bool:
        """Whether there was such a name."""
        return self.shown.forget(name)

    def show(self, object_id: str, name: str) -> Shown:
        """One more view of the thing of that name: the object of the last look. PerceptionError where
        it is not in view or too little of it shows; ValueError as of ShownThings.add."""
        items, frame = self._seen or ((), None)
        item = next((item for item in items if item.id == object_id), None)
        look = None
        if item is not None and frame is not None and _shows(item, frame):
            look = look_at(item, frame, self._embedder)
        if look is None:
            raise PerceptionError(f"expected a thing in view to learn, got {object_id!r}")
        told = self.shown.add(name, look)
        assert item is not None
        self._known[item.id] = _Known(item, look, told.name)
        others = (o for o in items if o.id != item.id and o.id in self._known)
        twin = next((o.id for o in others if self._is_like(o, told.name)), "")
        return replace(told, twin=twin)

    def _is_like(self, item: SceneObject, name: str) -> bool:
        look = self._known[item.id].look
        return look is not None and self.shown.is_like(name, look)

    def named(self, items: Sequence[SceneObject], frame: CameraFrame) -> list[SceneObject]:
        """The same objects with their names. frame: what shows them."""
        self._seen = items, frame
        if not self.shown.names:
            self._known.clear()
            return list(items)
        self._look(items, frame)
        there = [item for item in items if item.id in self._known]
        seen = [item for item in there if _shows(item, frame)]
        names = self.shown.named([self._known[item.id].look for item in seen])
        for item, name in zip(seen, names, strict=True):
            if self._known[item.id].look is not None:
                self._known[item.id].name = name
        fresh = set(names)
        for (
            item
        ) in there:  # what is out of sight keeps its name, unless it is plainly seen elsewhere
            known = self._known[item.id]
            if item not in seen and known.name in fresh:
                known.name = ""
        return [
            replace(item, name=self._known[item.id].name) if item.id in self._known else item
            for item in items
        ]

    def _look(self, items: Sequence[SceneObject], frame: CameraFrame) -> None:
        ids = {item.id for item in items}
        self._known = {k: v for k, v in self._known.items() if k in ids}
        for item in items:
            if traits(item.kind).is_flat:
                continue
            known = self._known.get(item.id)
            if known is not None and (not _shows(item, frame) or _stayed(known.at, item)):
                continue
            look = look_at(item, frame, self._embedder) if _shows(item, frame) else None
            name = "" if known is None else known.name
            self._known[item.id] = _Known(item, look, name)


def labelled(
    items: Sequence[SceneObject], frame: CameraFrame, detector: Detector
) -> list[SceneObject]:
    """Objects of no known kind with the detector's labels as their kinds: nouns for commands."""
    unknown = [i for i, item in enumerate(items) if item.kind == THING and _shows(item, frame)]
    out = list(items)
    if not unknown:
        return out
    boxes = {i: pixel_box(items[i], frame) for i in unknown}
    pairs = [
        (_overlap(box, find.box), find.score, i, str(find.label))
        for find in detector.detect(frame.rgb)
        for i, box in boxes.items()
        if box is not None
    ]
    taken: set[int] = set()
    for overlap, _, i, label in sorted(pairs, key=lambda pair: (-round(pair[0], 1), -pair[1])):
        if overlap >= _OVERLAP and i not in taken:
            taken.add(i)
            out[i] = replace(items[i], kind=label.lower())
    return out


def _shows(item: SceneObject, frame: CameraFrame) -> bool:
    return not item.held and item.last_seen_s >= frame.stamp_s - 1e-9


def _stayed(before: SceneObject, now: SceneObject) -> bool:
    gap = math.dist(before.position, now.position)
    return gap < _STAYED_M and abs(before.yaw - now.yaw) < _STAYED_RAD


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return float(both / (areas - both))
