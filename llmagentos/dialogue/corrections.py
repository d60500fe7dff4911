"""Corrections that name no thing: another distance, another direction, the other way round.

Knows: which part of a plan's last motion such words change. Does not know: sessions, undoing
(tasks/steps/undo.py) nor corrections by an object or a place (rewrite.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llmagentos.dialogue.rewrite import motion_steps
from llmagentos.lang import plan as p
from llmagentos.lang import words as w

#: What "only half of that" halves, and "twice as far" doubles, where no distance was said.
_UNSAID = p.Length(value=10, unit="cm")
#: Places of which something can be exchanged with what goes there.
_BESIDE = (*(d.side for d in w.DIRECTIONS.values()), "next_to", "on", "in", "under", "above")
#: Places whose distance is one from the border.
_AT_AN_EDGE = ("at", *(f.word for f in w.FIXED_PLACES.values() if f.edge))
Steps = tuple[Any, ...]


def direction_to(rel: str) -> str | None:
    """The direction in which a thing on this side of a landmark lies: "left" for left_of."""
    return next((d.word for d in w.DIRECTIONS.values() if d.side == rel), None)


def with_way(steps: Steps, direction: str | None, distance: p.Length | None) -> Steps:
    """The steps with another direction or distance in the last one that can have it.

    The same steps where none can.
    """

    def change(step: Any) -> Any:
        changed = step
        if direction is not None:
            changed = _directed(changed, direction)
        if distance is not None:
            changed = _so_far(changed, distance)
        return changed

    return _change_last(steps, change)


def other_way_round(steps: Steps) -> Steps:
    """The steps with the last one's two things exchanged, or its direction or order turned over.

    Of two puts the things change places. The same steps where nothing can be turned over.
    """
    at = motion_steps(steps)
    puts = [k for k in at if isinstance(steps[k], p.Put)]
    if len(puts) == 2 and len(at) == 2:
        first, second = steps[puts[0]], steps[puts[1]]
        if not _leans(second.obj) and not _leans(second.place.obj):
            out = list(steps)
            out[puts[0]] = first.model_copy(update={"obj": second.obj})
            out[puts[1]] = second.model_copy(update={"obj": first.obj})
            return tuple(out)
    return _change_last(steps, _turned_over)


def _leans(obj: p.Obj | None) -> bool:
    return obj is not None and obj.ref is not None


def _change_last(steps: Steps, change: Callable[[Any], Any]) -> Steps:
    """The steps with the last one changed that `change` has an effect on; in loops, too."""
    for k in reversed(range(len(steps))):
        step = steps[k]
        changed = change(step)
        for name in ("otherwise", "then", "body"):
            inner = getattr(step, name, ())
            if changed is step and inner:
                other = _change_last(inner, change)
                changed = step if other is inner else step.model_copy(update={name: other})
        if changed is not step:
            return (*steps[:k], changed, *steps[k + 1 :])
    return steps


def _directed(step: Any, direction: str) -> Any:
    if isinstance(step, p.Move) or (isinstance(step, p.Reshape) and step.direction is not None):
        return step.model_copy(update={"direction": direction})
    if isinstance(step, p.Rotate) and direction in ("left", "right"):
        sign = 1 if direction == "left" else -1
        return step.model_copy(update={"angle_deg": sign * abs(step.angle_deg)})
    if isinstance(step, p.Pick):
        return p.Move(obj=step.obj, direction=direction)
    place = getattr(step, "place", None)
    if place is None:
        return step
    way = w.DIRECTIONS[direction]
    if place.rel == "at" and way.region:
        new = {"region": way.region}
    elif direction_to(place.rel) or (place.rel == "next_to" and way.side):
        new = {"rel": way.side or place.rel}
    else:
        return step
    return step.model_copy(update={"place": place.model_copy(update=new)})


def _so_far(step: Any, distance: p.Length) -> Any:
    """The step with this distance; "half" and "double" are of what the step said."""
    if isinstance(step, p.Move) or (isinstance(step, p.Reshape) and step.direction is not None):
        return step.model_copy(update={"distance": _measured(distance, step.distance)})
    if isinstance(step, p.Arrange):
        name = "size" if step.size is not None else "spacing"
        old = getattr(step, name)
        return step.model_copy(update={name: _measured(distance, old)}) if old is not None else step
    place = getattr(step, "place", None)
    if place is None or (
        place.rel in _AT_AN_EDGE and place.distance is None and not distance.is_measured
    ):
        return step
    apart = place.rel in p.w.SPATIAL and place.rel not in ("on", "in", "between")
    if not apart and place.rel not in _AT_AN_EDGE:
        return step
    changed = place.model_copy(update={"distance": _measured(distance, place.distance)})
    if place.rel == "toward" and distance.is_relative:
        changed = _on_the_way(place, distance, changed)
    return step.model_copy(update={"place": changed})


def _on_the_way(place: p.Place, distance: p.Length, otherwise: p.Place) -> p.Place:
    """Half of the whole way to a landmark is half way, and twice half way is the whole."""
    half_way = place.distance is not None and place.distance.unit == "half"
    if place.distance is None and distance.unit == "half":
        return place.model_copy(update={"distance": distance})
    if half_way and distance.unit == "double":
        return place.model_copy(update={"distance": None})
    return place if half_way else otherwise


def _measured(new: p.Length, old: p.Length | None) -> p.Length:
    """A length that stands for itself: "half" is worked out, for it would mean the undone one."""
    if not new.is_relative:
        return new
    before = old if old is not None and not old.is_relative else _UNSAID
    if not before.is_measured:
        before = p.Length(value=100 * before.metres(), unit="cm")
    factor = 0.5 if new.unit == "half" else 2.0
    return p.Length(value=before.value * factor, unit=before.unit)


def _turned_over(step: Any) -> Any:
    changes: dict[str, Any] = {}
    if isinstance(step, p.Move) and (opposite := w.DIRECTIONS[step.direction].opposite):
        changes["direction"] = opposite
    elif isinstance(step, p.Rotate):
        changes["angle_deg"] = -step.angle_deg
    elif isinstance(step, p.Stack | p.Arrange):
        changes = _reordered(step)
    elif isinstance(step, p.Put | p.Push):
        changes = _exchanged(step)
    return step.model_copy(update=changes) if changes else step


def _reordered(step: p.Stack | p.Arrange) -> dict[str, Any]:
    if step.sort is not None and (opposite := w.SORTS[step.sort].opposite):
        return {"sort": opposite}
    return {"objs": step.objs[::-1]} if len(step.objs) > 1 else {}


def _exchanged(step: p.Put | p.Push) -> dict[str, Any]:
    place = step.place
    if place.obj is not None and place.obj2 is None and place.rel in _BESIDE:
        new: dict[str, Any] = {"obj": step.obj}
        return {"obj": place.obj, "place": place.model_copy(update=new)}
    if place.rel == "at":
        opposite = w.REGIONS[place.region].opposite if place.region else ""
        return {"place": place.model_copy(update={"region": opposite})} if opposite else {}
    opposite = (w.SPATIAL.get(place.rel) or w.FIXED_PLACES[place.rel]).opposite
    return {"place": place.model_copy(update={"rel": opposite})} if opposite else {}
