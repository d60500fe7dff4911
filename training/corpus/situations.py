"""Situations for corpus pairs, and for the sentences written freely: what a planner is told beside
the command.

Knows: which things a plan speaks of, so that a scene with them (or without them) can be told, and
how often nothing is told. Does not know: how a situation is written (llm_edge/situation.py).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

from llm_edge import situation
from llmagentos.lang import plan as p
from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import members
from llmagentos.types import Scene
from training.corpus.free_lines import Sentence
from training.corpus.words import rooms
from training.corpus.words.nouns import HOUSEHOLD

#: Shares: pairs with a situation; things that are spoken of and not there; unrelated earlier turns.
TOLD, ABSENT, EARLIER, HELD = 0.3, 0.15, 0.35, 0.06
#: Of plans that do not drive: those that are told of a base. Of bases: those without any place.
BASE, NO_PLACES = 0.08, 0.06
#: Free sentences whose situation is left out, so that it is never all that the model goes by.
FREE_UNTOLD = 0.12
_KINDS = (
    "block",
    "block",
    "bowl",
    "cup",
    "can",
    "plate",
    "ball",
    "box",
    "tray",
    "zone",
    "mug",
    "duck",
)


def of_sentence(s: Sentence) -> str:
    """The situation of a sentence written freely, as the robot would tell it."""
    return of_scene(s.scene, [(t.command, t.outcome.partition(":")[0]) for t in s.turns])


def of_scene(scene: Scene, turns: Sequence[tuple[str, str]]) -> str:
    """The situation of a scene after these turns (command, status or "")."""
    held = next((situation.called(o) for o in scene.objects if o.held), "")
    here = (situation.called(o) for o in scene.objects if not o.held)
    return situation.text(held, turns, here, situation.base_words(scene.base))


def for_plan(rng: random.Random, plan: p.Plan, earlier: Sequence[str]) -> str:
    """A situation that a corpus plan might stand in, or "". earlier: commands to draw turns from.

    A plan that drives is always told of its base.
    """
    base = base_for(rng, plan)
    if rng.random() >= TOLD and not base:
        return ""
    here: list[str] = []
    for node in _descriptions(plan.steps):
        if rng.random() >= ABSENT:
            here += _things(rng, node)
    for _ in range(rng.choice((0, 1, 2, 2, 3, 4, 5))):
        color = rng.choice(COLORS) if rng.random() < 0.8 else ""
        kind = rng.choice(_KINDS) if rng.random() < 0.7 else rng.choice(HOUSEHOLD)
        here.append(f"{color} {kind}".strip())
    turns = []
    if earlier and rng.random() < EARLIER:
        turns = [
            (rng.choice(earlier), rng.choice(("succeeded", "succeeded", "answered", "cannot")))
        ]
    held = here.pop(rng.randrange(len(here))) if here and rng.random() < HELD else ""
    rng.shuffle(here)
    return situation.text(held, turns, here, base)


def base_for(rng: random.Random, plan: p.Plan) -> str:
    """The base that is told beside a plan: always of one that drives, with most of the places that
    it names; now and then of one that means the same with a base. "" for none."""
    drives = any(s.op in p.DRIVING_OPS or _has_spot(s) for s in plan.walk())
    if not drives and (rng.random() >= BASE or any(map(_means_more, plan.walk()))):
        return ""
    known = [
        name for node in spots_in(plan.steps) for name in places_of(node) if rng.random() >= ABSENT
    ]
    if rng.random() < NO_PLACES:
        known = []
    elif not drives or rng.random() < 0.9:
        lists = (rooms.ROOMS, rooms.ROOMS, rooms.FURNITURE, rooms.SPOTS)
        known += [rng.choice(rng.choice(lists)) for _ in range(rng.randint(1, 6))]
    rng.shuffle(known)
    room = rng.choice((*(k for k in known if k in rooms.ROOMS), rng.choice(rooms.ROOMS), ""))
    return situation.base_text(room, [name.lower() for name in known])


def _has_spot(step: Any) -> bool:
    return getattr(step, "spot", None) is not None


def _means_more(step: Any) -> bool:
    """Whether the same words would mean another plan to a robot that drives."""
    if step.op == "cannot":
        return step.reason in ("drive", "fetch")
    place = getattr(step, "place", None)
    fixed = place is not None and place.rel in ("at", "there", "origin", "elsewhere")
    return fixed or step.op in ("home", "remember", "choose", "correct", "reach", "unclear")


def spots_in(node: Any) -> Iterator[p.Spot]:
    """Every spot of a plan, in its order."""
    if isinstance(node, p.Spot):
        yield node
    elif isinstance(node, tuple):
        for one in node:
            yield from spots_in(one)
    elif isinstance(node, p.Node):
        for name in type(node).model_fields:
            yield from spots_in(getattr(node, name))


def places_of(spot: p.Spot) -> list[str]:
    """The places that a base has which knows this spot: the table and the room of a table in it."""
    if spot.name is None:
        return []
    head, _, tail = re.sub(r"\b(?:the|my|your)\b ?", "", spot.name).partition(" in ")
    return [head, tail] if tail else [head]


def _descriptions(node: Any) -> Iterator[p.Obj]:
    """Every description of things in a plan, in its order."""
    if isinstance(node, tuple):
        for one in node:
            yield from _descriptions(one)
    elif isinstance(node, p.Node):
        if isinstance(node, p.Obj):
            yield node
        for name in type(node).model_fields:
            yield from _descriptions(getattr(node, name))


def _things(rng: random.Random, node: p.Obj) -> list[str]:
    """What a description might find: as many things as it needs, of its colour and kind."""
    if node.name or (node.ref and node.kind == "object" and not node.colors):
        return []
    kinds = (node.noun,) if node.noun else members(node.kind) or (node.kind,)
    if kinds == ("object",):
        kinds = _KINDS
    many = rng.randint(2, 4) if node.is_several else rng.choice((1, 1, 1, 2))
    many = node.count if node.count and node.count <= 8 else many
    colors = node.colors or COLORS
    bare = bool(node.noun) and not node.colors
    return [
        f"{'' if bare else rng.choice(colors)} {rng.choice(kinds)}".strip() for _ in range(many)
    ]
