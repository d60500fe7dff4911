"""Grounded actions as errands: what belongs together, and what must be done before what.

Knows: actions in the order in which one hand would do them, and the scene before each. Does not know:
who does them.

One thing's way from where it stands to where it shall stand is one errand. An errand waits for an
earlier one only where the order matters: the same thing, something on or in which the other stands or
shall stand, a spot that the earlier one leaves or takes, or room that it makes for the fingers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from llmagentos.types import Action, Scene

#: Besides half the sizes of two things so much room is between a spot that one leaves and one that the other
#: takes, before their order does not matter, metres.
_ROOM_M = 0.03
#: What is nearer to each other is grasped in the planned order: fingers need the room, metres.
_FINGERS_M = 0.09
#: Actions that an errand can be made of.
ACTIONS = ("pick", "place", "push", "rotate")


@dataclass(frozen=True)
class Errand:
    """actions: in order, shared frame. thing: its id; called: as people call it. from_m, to_m: where it is and
    shall be (shared frame, metres); from_m None: it is in a hand, to_m None: it stays in one. size_m: of the
    thing. supports: what it stands on or in before and after. after: ids of errands that come first.
    only: whose it must be, () for anybody's. step: of the plan, by number."""

    id: str
    actions: tuple[Action, ...]
    thing: str
    called: str = ""
    from_m: tuple[float, float] | None = None
    to_m: tuple[float, float] | None = None
    size_m: float = 0.0
    supports: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    step: int = 0
    own_side: bool = field(default=False, kw_only=True)


def errands_of(
    planned: Sequence[tuple[Action, Scene]],
    only: tuple[str, ...] = (),
    steps: Sequence[int] = (),
    first: int = 0,
    own_side: bool = False,
) -> list[Errand]:
    """One hand's actions as errands, without their order. planned: each with the scene before it; of
    ACTIONS, others are left out. steps: the plan's step of each. first: the number of the first errand."""
    out: list[Errand] = []
    numbers = steps or [0] * len(planned)
    for (action, scene), step in zip(planned, numbers, strict=True):
        item = scene.get(action.object_id)
        if action.name not in ACTIONS or item is None:
            continue
        to_m = None if action.pose is None else action.pose.position[:2]
        supports = tuple(s for s in (item.support, action.support) if s != "table")
        last = out[-1] if out else None
        carries = last is not None and last.to_m is None and last.thing == item.id
        if action.name == "place" and carries and last is not None:
            known = tuple(dict.fromkeys((*last.supports, *supports)))
            out[-1] = replace(last, actions=(*last.actions, action), to_m=to_m, supports=known)
            continue
        from_m = None if item.held else item.position[:2]
        if action.name == "rotate":
            to_m = from_m
        out.append(
            Errand(
                f"e{first + len(out)}", (action,), item.id, item.label, from_m, to_m, item.size_m,
                supports, only=only, step=step, own_side=own_side,
            )
        )  # fmt: skip
    return out


def in_order(errands: Sequence[Errand]) -> list[Errand]:
    """The same with what must be done before each, in the order that they are in."""
    out: list[Errand] = []
    for errand in errands:
        before = tuple(e.id for e in out if _first(e, errand))
        out.append(replace(errand, after=before))
    return out


def _first(one: Errand, later: Errand) -> bool:
    """Whether `later` must wait for `one`."""
    if one.thing == later.thing:
        return True
    if one.thing in later.supports or later.thing in one.supports:
        return True
    room = (one.size_m + later.size_m) / 2 + _ROOM_M
    if _near(one.from_m, later.to_m, room) or _near(one.to_m, later.from_m, room):
        return True
    return _near(one.from_m, later.from_m, _FINGERS_M)


def _near(a: tuple[float, float] | None, b: tuple[float, float] | None, within_m: float) -> bool:
    return a is not None and b is not None and math.dist(a, b) < within_m
