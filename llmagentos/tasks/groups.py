"""What a step names that works on a group: all of it, and where it shall go.

Knows: descriptions, one after the other, each thing once. Does not know: patterns and stacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from llmagentos.grounding import ground
from llmagentos.grounding.filters import grouped
from llmagentos.lang import plan as p
from llmagentos.tasks.scope import Scope

_Built = TypeVar("_Built", p.Stack, p.Arrange)


def placed(step: _Built, scope: Scope) -> _Built:
    """ "the blocks in the corner", where there are none: the corner is where they shall go."""
    if step.place is not None or len(step.objs) != 1 or not step.objs[0].is_several:
        return step
    obj = step.objs[0]
    for relation in obj.where:
        if relation.rel not in ("at", "in", "on") or relation.negate:
            continue
        rest = tuple(r for r in obj.where if r != relation)
        without = obj.model_copy(update={"where": rest})
        few, many = (len(ground(o, scope.context()).ids) for o in (obj, without))
        if few < 2 <= many:
            place = p.Place(rel=relation.rel, obj=relation.obj, region=relation.region)
            return step.model_copy(update={"objs": (without,), "place": place})
    return step


def groups_of(ids: Sequence[str], by: str | None, scope: Scope) -> list[list[str]]:
    """The ids by colour, size or kind, each group in their order."""
    objs = [scope.get(i) for i in ids]
    return [[o.id for o in group] for group in grouped(objs, by or "kind")]


def collect(objs: Sequence[p.Obj], scope: Scope, without: Sequence[str] = ()) -> tuple[str, ...]:
    """Everything that the descriptions name, in their order, each thing once."""
    ids: list[str] = []
    for obj in objs:
        skip = (*without, *ids)
        found = scope.ground(obj, without=skip)
        ids += [i for i in found if i not in ids]
    return tuple(ids)
