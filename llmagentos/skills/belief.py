"""What the skills believe: the last look, what is in the hand, what was let go into a vessel.

Knows: scenes, how an object sits in the hand, and that what was dropped into a bowl and is not
seen elsewhere lies in it, hidden by others or misread. Does not know: how looking works, motion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from llmagentos.motion.planning import InHand, Obstacles
from llmagentos.objects.measured import is_thing
from llmagentos.types import Pose, Scene, SceneObject
from llmagentos.world.support import is_above

#: An object whose id got lost is taken for the same if a new one of its kind and colour is this
#: near and of about its size.
_SAME_M, _SAME_SIZE_M = 0.06, 0.012
#: What must not be touched is passed with so much more room, metres.
KEEP_CLEAR_M = 0.012
_UNSEEN_CONFIDENCE = 0.3
#: What was in a picture this long before the look counts as seen by it.
_FRESH_S = 0.05


def _widened(o: SceneObject, by_m: float) -> SceneObject:
    """The object as if it were larger, so that motions keep so much more room to it."""
    x, y, z = o.position
    extents = o.extents_m
    return replace(
        o,
        size_m=o.size_m + 2 * by_m,
        extents_m=extents and (extents[0] + 2 * by_m, extents[1] + 2 * by_m, extents[2] + by_m),
        height_m=o.height_m + by_m,
        position=(x, y, z + by_m / 2),
    )


class Belief:
    """The newest belief about the scene. look: perceives now."""

    def __init__(self, look: Callable[[], Scene]) -> None:
        self._look = look
        self._seen: Scene | None = None
        self._known: frozenset[str] = frozenset()
        # by id, as it lies in its vessel; by the id under which it is misread; which of them the
        # last look did not show; what was known when something was let go: no double of that
        self._let_go: dict[str, SceneObject] = {}
        self._same_as: dict[str, SceneObject] = {}
        self._hidden: frozenset[str] = frozenset()
        self._known_then: frozenset[str] = frozenset()
        self.in_hand: InHand | None = None
        self.keep_clear_of: tuple[str, ...] = ()

    def look(self, seen: Scene | None = None) -> Scene:
        """Perceive now, or take what was just seen; and believe it."""
        if self._seen is not None:
            self._known = frozenset(o.id for o in self._seen.objects)
        self._seen = self._with_hidden(self._look() if seen is None else seen)
        return self.scene()

    def take_up(self, tip: Pose) -> None:
        """Believe what the last look saw in a hand that was thought to be empty; `tip` is where
        the hand is, base frame."""
        if self.in_hand is None and self._seen is not None and self._seen.held is not None:
            self.in_hand = InHand.of(self._seen.held, tip)

    def miss(self, object_id: str) -> None:
        """It is no longer where it was seen, and nobody knows where, until a look shows it."""
        if self._seen is not None:
            others = tuple(o for o in self._seen.objects if o.id != object_id)
            self._seen = replace(self._seen, objects=others)

    def let_go(self, item: SceneObject, at: Pose, vessel_id: str) -> None:
        """Remember what was let go inside a vessel, `at` (its base) in the base frame, so that
        it is believed to lie there until it is seen again."""
        vessel = None if self._seen is None else self._seen.get(vessel_id)
        if self._seen is None or vessel is None:
            return
        self._known_then |= {o.id for o in self._seen.objects}
        x, y, z = (a - b for a, b in zip(at.position, vessel.position, strict=True))
        self._let_go[item.id] = replace(
            item,
            position=(x, y, z + item.height_m / 2),
            yaw=at.yaw,
            support=vessel_id,
            inside=True,
            held=False,
            confidence=_UNSEEN_CONFIDENCE,
        )

    def lies_hidden(self, object_id: str) -> bool:
        """Whether it was let go inside a vessel and has not been seen since."""
        return object_id in self._hidden

    def _with_hidden(self, scene: Scene) -> Scene:
        """The scene with what lies in a vessel out of sight, and without what it is taken for."""
        scene = self._by_old_names(scene)
        seen = {o.id for o in scene.objects if _is_fresh(o, scene) and not o.held}
        for object_id in [k for k in self._let_go if not self._lies_there(k, scene)]:
            del self._let_go[object_id]
        for object_id, item in self._let_go.items():
            other = self._misread(item, scene) if object_id not in seen else None
            if other is not None:
                self._same_as[other.id] = item
                seen.add(object_id)
        scene = self._by_old_names(scene)
        hidden = {}
        for object_id, item in self._let_go.items():
            vessel = scene.get(item.support)
            if vessel is not None and object_id not in seen:
                x, y, z = (a + b for a, b in zip(item.position, vessel.position, strict=True))
                hidden[object_id] = replace(item, position=(x, y, z))
        self._hidden = frozenset(hidden)
        doubles = self._doubles(scene)
        if not hidden and not doubles:
            return scene
        others = [
            replace(o, support=doubles[o.support], inside=True) if o.support in doubles else o
            for o in scene.objects
            if o.id not in hidden and o.id not in doubles
        ]
        return replace(scene, objects=(*others, *hidden.values()))

    def _lies_there(self, object_id: str, scene: Scene) -> bool:
        """Whether what was let go in a vessel may still be in it: it is not in the hand, nor seen
        elsewhere."""
        if self.in_hand is not None and self.in_hand.item.id == object_id:
            return False
        item = scene.get(object_id)
        if item is None or not (item.held or _is_fresh(item, scene)):
            return True
        vessel = scene.get(self._let_go[object_id].support)
        return not item.held and vessel is not None and is_above(scene, item, vessel)

    def _doubles(self, scene: Scene) -> dict[str, str]:
        """What turns up in a vessel in its colour, or in that of something that was let go there,
        which is accounted for: another side of those, not one more thing. Their vessels' ids by
        theirs."""
        doubles = {}
        for o in scene.objects:
            alike = [v for v in self._let_go.values() if v.support == o.support]
            new = o.inside and o.id not in self._known_then and o.id not in self._let_go
            vessel = scene.get(o.support)
            own = vessel is not None and vessel.color == o.color and bool(alike)
            if new and (own or any(v.color == o.color for v in alike)):
                doubles[o.id] = o.support
        return doubles

    def scene(self, tip: Pose | None = None) -> Scene:
        """The last look (the first one is taken now), with what is held in the hand. What the look
        takes for held in a hand that holds nothing is nowhere that anybody knows: left out."""
        if self._seen is None:
            self._seen = self._look()
        if self.in_hand is None:
            if self._seen.held is None:
                return self._seen
            seen = tuple(o for o in self._seen.objects if not o.held)
            return replace(self._seen, objects=seen)
        held_id = self.in_hand.item.id
        held = self.in_hand.item if tip is None else self.in_hand.object_at(tip)
        others = tuple(o for o in self._seen.objects if o.id != held_id and not o.held)
        return replace(self._seen, objects=(*others, replace(held, held=True, support="gripper")))

    def forget(self) -> None:
        """A new session: nothing has been seen, nothing is held."""
        self._seen, self.in_hand = None, None
        self._known, self._known_then = frozenset(), frozenset()
        self._let_go, self._same_as, self._hidden = {}, {}, frozenset()

    def _misread(self, item: SceneObject, scene: Scene) -> SceneObject | None:
        """Something new of its colour that lies where it was let go: that is it, in a posture
        in which it looks like another kind."""
        like_it = [
            o
            for o in scene.objects
            if o.support == item.support
            and o.color == item.color
            and o.id not in self._known_then
            and o.id not in self._same_as
            and abs(o.size_m - item.size_m) < _SAME_SIZE_M * scene.workspace.scale
        ]
        return min(like_it, key=lambda o: (abs(o.size_m - item.size_m), o.id), default=None)

    def _by_old_names(self, scene: Scene) -> Scene:
        """The scene with what was misread under the id, kind and size that it has, as long as
        nothing is seen by that id itself."""
        fresh = {o.id for o in scene.objects if _is_fresh(o, scene)}
        self._same_as = {k: o for k, o in self._same_as.items() if o.id not in fresh}
        names = {o.id: self._same_as[o.id] for o in scene.objects if o.id in self._same_as}
        if not names:
            return scene
        ids = {old.id for old in names.values()}
        objects = []
        for o in scene.objects:
            below = names.get(o.support)
            if below is not None:
                o = replace(o, support=below.id)
            if (old := names.get(o.id)) is not None:
                o = replace(o, id=old.id, kind=old.kind, size_m=old.size_m,
                            extents_m=old.extents_m, outline_m=old.outline_m)  # fmt: skip
            elif o.id in ids:
                continue
            objects.append(o)
        return replace(scene, objects=tuple(objects))

    def find(
        self, wanted: SceneObject, near: tuple[float, float] | None = None
    ) -> SceneObject | None:
        """`wanted` as the last look showed it: by id, else something new of its kind, colour and
        size where it should be.

        What the look remembers but did not see is not found.
        """
        scene = self.scene()
        fresh = [o for o in scene.objects if not o.held and _is_fresh(o, scene)]
        same = next((o for o in fresh if o.id == wanted.id), None)
        if same is not None:
            return same
        x, y = near or wanted.position[:2]
        alike = [
            o
            for o in fresh
            if (o.kind, o.color) == (wanted.kind, wanted.color)
            and o.id not in self._known
            and (
                is_thing(o)  # it may have fallen over, and its outline is another one then
                or abs(o.size_m - wanted.size_m) < _SAME_SIZE_M * scene.workspace.scale
            )
            and math.dist(o.position[:2], (x, y)) < _SAME_M * scene.workspace.scale
        ]
        return min(alike, key=lambda o: math.dist(o.position[:2], (x, y)), default=None)

    def obstacles(self, *ignore: str) -> Obstacles:
        """Everything seen but what is held and what is named. What lies hidden under others is no
        obstacle of its own: where exactly, nobody knows."""
        scene = self.scene()
        if self.keep_clear_of:
            room = KEEP_CLEAR_M * scene.workspace.scale
            objects = (
                _widened(o, room) if o.id in self.keep_clear_of else o for o in scene.objects
            )
            scene = replace(scene, objects=tuple(objects))
        return Obstacles.of(scene, (*ignore, *self._hidden))

    def covers(self, item: SceneObject) -> tuple[SceneObject, ...]:
        """What stands on `item` and would topple; contents of a vessel ride along."""
        return tuple(o for o in self.scene().on_top_of(item.id) if not o.inside)


def _is_fresh(item: SceneObject, scene: Scene) -> bool:
    """Whether the scene's own look showed the item."""
    return item.last_seen_s >= scene.stamp_s - _FRESH_S
