"""Plans that drive, carried out in memory in a house drawn for them.

Knows: which places and things a plan needs, and where they must be. Does not know: whether the words
say that (wording.py), nor plans for a table (checker.py).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import plan as p
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import BaseState, MapPose, NamedPlace, Scene, SceneObject
from training.corpus.checks import rehearsal
from training.corpus.situations import places_of, spots_in

#: So far apart the places of a drawn house are, metres.
APART_M = 2.0


def drives(plan: p.Plan) -> bool:
    """Whether a plan is one for a robot with a base."""
    return any(s.op in p.DRIVING_OPS or getattr(s, "spot", None) is not None for s in plan.walk())


def house(plan: p.Plan, seen: Scene) -> Scene:
    """A scene with a base that knows every place of the plan; what was seen is where the plan first
    needs it, the start if that is nowhere else. Things of several places are in each of them."""
    names = dict.fromkeys(n for spot in spots_in(plan.steps) for n in _names(spot))
    start = NamedPlace("hallway zero", MapPose(0.0, 0.0))
    places = [start]
    for k, name in enumerate(names, 1):
        places.append(NamedPlace(name, MapPose(APART_M * k, 1.0), "spot", "hallway zero"))
    base = BaseState(start.pose, tuple(places), "hallway zero", person=MapPose(0.0, 0.0))
    where = _where_needed(plan, places)
    if where == [start.pose]:
        return replace(seen, base=base)
    things = tuple(
        (pose, tuple(_renamed(o, k) for o in seen.objects)) for k, pose in enumerate(where)
    )
    return replace(seen, objects=(), base=replace(base, things=things))


def _names(spot: p.Spot) -> list[str]:
    return [spot.name.lower()] if spot.name is not None and places_of(spot) else []


def _renamed(item: SceneObject, k: int) -> SceneObject:
    """The same thing of another place, with an id of its own."""
    if not k:
        return item
    support = item.support if item.support == "table" else f"{item.support}_at_{k}"
    return replace(item, id=f"{item.id}_at_{k}", support=support)


def _where_needed(plan: p.Plan, places: Sequence[NamedPlace]) -> list[MapPose]:
    """The poses at which the plan looks for things, in its order."""
    by_name = {q.name: q.pose for q in places}
    at, out = places[0].pose, list[MapPose]()
    for step in plan.walk():
        if isinstance(step, p.GoTo) and step.spot.name is not None:
            at = by_name[step.spot.name.lower()]
        source = getattr(step, "source", None)
        if isinstance(step, p.Find) and step.spot is not None:
            source = step.spot
        if source is not None and source.name is not None:
            out.append(by_name[source.name.lower()])
        elif step.op not in ("goto", "steer", "follow", "mark", "patrol", "pace", "when_told"):
            out.append(at)
    return list(dict.fromkeys(out)) or [places[0].pose]


def executor_for(plan: p.Plan, rng: random.Random, scale: float = 1.0) -> PlanExecutor:
    """A robot in a house in which the plan's descriptions resolve. Raises CannotBuildError."""
    steps: tuple[Any, ...] = tuple(s for s in plan.walk() if s.op != "mark") or (p.Look(),)
    setting = rehearsal.setting_for(steps, rng, False, scale)
    scene = house(plan, setting.world.scene)
    executor = PlanExecutor(SymbolicSkills(scene))
    executor.patrol_rounds = 1
    for ids in setting.world.mentions:
        executor.memory.note_mention(ids)
    executor.memory.note_drive(scene.base.pose, MapPose(1.0, 0.0))  # type: ignore[union-attr]
    return executor
