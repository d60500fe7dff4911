"""Where things usually go: by where they were put before, or by what the person said they want.

Knows: what of a command's doings can be said again later (a place without "it" and "there"), and
from how much on it is a habit. Does not know: files, how a habit is asked for (dialogue/usual.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.grounding.context import Event
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_step
from llmagentos.types import Scene

#: A place was used so often, and in such a share of the newest doings, to be the usual one.
ENOUGH, SHARE, NEWEST = 2, 0.6, 10
#: Places that mean the same tomorrow, with a thing or a region in them.
_LASTING = frozenset("""in on under next_to left_of right_of in_front_of behind at table""".split())


@dataclass(frozen=True)
class Placed:
    """A thing that was put somewhere. place: a plan that puts it there, in the plan language."""

    thing: str
    kind: str
    color: str
    place: str
    wished: bool = False


@dataclass(frozen=True)
class Usual:
    """place: where such things go; None where there is not enough to say so. seen: places with how
    often each was used, the most frequent first. wished: the person said so."""

    place: p.Place | None
    seen: tuple[tuple[p.Place, int], ...] = ()
    wished: bool = False


def placed_in(
    plan: p.Plan | None, events: Sequence[Event], scene: Scene | None
) -> Iterator[Placed]:
    """What a command put where, of what can be said again later. events: this command's."""
    if plan is None:
        return
    newest = {e.object_id: e for e in events}
    for step in _puts(plan.steps):
        words = describe_step(step)
        for event in newest.values():
            if event.step == words and event.after is not None and not event.after.held:
                place = _lasting(step.place, event, scene)
                if place is not None:
                    thing = event.before
                    yield Placed(thing.id, thing.kind, thing.color, written(place))


def usual(rows: Iterable[Placed]) -> Usual:
    """The usual place by these doings, the newest first. What the person said last stands before
    what was done."""
    newest = list(rows)[:NEWEST]
    wished = next((r for r in newest if r.wished), None)
    if wished is not None and (place := read(wished.place)) is not None:
        return Usual(place, wished=True)
    counts = Counter(r.place for r in newest)
    seen = tuple((x, n) for text, n in counts.most_common() if (x := read(text)) is not None)
    if seen and seen[0][1] >= ENOUGH and seen[0][1] >= SHARE * len(newest):
        return Usual(seen[0][0], seen)
    return Usual(None, seen)


def written(place: p.Place) -> str:
    """A place in the plan language, as a plan that puts something there."""
    return codec.write(p.Plan(steps=(p.Put(obj=p.Obj(ref="it"), place=place),)))


def read(text: str) -> p.Place | None:
    """The same back; None for what this version of the plan language does not know."""
    try:
        step = codec.parse(text).steps[0]
    except Exception:  # an old file's: pydantic's errors and the codec's own
        return None
    return step.place if isinstance(step, p.Put) else None


def lasting(place: p.Place) -> bool:
    """Whether a place means the same in another session."""
    return place.rel in _LASTING and all(
        o.ref is None and o.name is None for o in _described(place)
    )


def _lasting(place: p.Place, event: Event, scene: Scene | None) -> p.Place | None:
    """In or on something: by that thing's own kind and colour, however it was called."""
    after = event.after
    under = scene.get(after.support) if scene and after and after.support else None
    if place.rel in ("in", "on") and under is not None:
        try:
            colors = (under.color,) if under.color else ()
            return p.Place(rel=place.rel, obj=p.Obj(kind=under.kind, colors=colors))
        except ValueError:  # a kind or a colour that is no plan word
            pass
    return place if lasting(place) else None


def _puts(steps: Iterable[Any]) -> Iterator[Any]:
    for step in steps:
        if isinstance(step, p.Put | p.Push | p.PlaceHeld):
            yield step
        for branch in ("then", "otherwise", "body"):
            yield from _puts(getattr(step, branch, ()))


def _described(node: Any) -> Iterator[p.Obj]:
    if isinstance(node, p.Obj):
        yield node
    for name in getattr(type(node), "model_fields", {}):
        value = getattr(node, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, p.Node):
                yield from _described(inner)
