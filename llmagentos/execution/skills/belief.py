"""What the skills believe: the last look, and what is in the hand.

Knows: scenes and how an object sits in the hand. Does not know: how looking works, motion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from llmagentos.motion.planning import InHand, Obstacles
from llmagentos.types import Pose, Scene, SceneObject

#: An object whose id got lost is taken for the same if one of its kind and colour is this near.
_SAME_M = 0.06
#: What was in a picture this long before the look counts as seen by it.
_FRESH_S = 0.05


class Belief:
    """The newest belief about the scene. look: perceives now."""

    def __init__(self, look: Callable[[], Scene]) -> None:
        self._look = look
        self._seen: Scene | None = None
        self.in_hand: InHand | None = None

    def look(self) -> Scene:
        """Perceive now, and believe it."""
        self._seen = self._look()
        return self.scene()

    def scene(self, tip: Pose | None = None) -> Scene:
        """The last look (the first one is taken now), with what is held in the hand."""
        if self._seen is None:
            self._seen = self._look()
        if self.in_hand is None:
            return self._seen
        held_id = self.in_hand.item.id
        held = self.in_hand.item if tip is None else self.in_hand.object_at(tip)
        others = tuple(o for o in self._seen.objects if o.id != held_id and not o.held)
        return replace(self._seen, objects=(*others, replace(held, held=True, support="gripper")))

    def forget(self) -> None:
        self._seen, self.in_hand = None, None

    def find(
        self, wanted: SceneObject, near: tuple[float, float] | None = None
    ) -> SceneObject | None:
        """`wanted` as the last look showed it: by id, else by kind and colour where it should be.

        What the look remembers but did not see is not found.
        """
        fresh = [o for o in self.scene().objects if not o.held and self._is_fresh(o)]
        same = next((o for o in fresh if o.id == wanted.id), None)
        if same is not None:
            return same
        x, y = near or wanted.position[:2]
        alike = [
            o
            for o in fresh
            if (o.kind, o.color) == (wanted.kind, wanted.color)
            and math.dist(o.position[:2], (x, y)) < _SAME_M
        ]
        return min(alike, key=lambda o: math.dist(o.position[:2], (x, y)), default=None)

    def _is_fresh(self, item: SceneObject) -> bool:
        assert self._seen is not None
        return item.last_seen_s >= self._seen.stamp_s - _FRESH_S

    def obstacles(self, *ignore: str) -> Obstacles:
        """Everything seen but what is held and what is named."""
        return Obstacles.of(self.scene(), ignore)

    def covers(self, item: SceneObject) -> tuple[SceneObject, ...]:
        """What stands on `item` and would topple; contents of a vessel ride along."""
        return tuple(o for o in self.scene().on_top_of(item.id) if not o.inside)
