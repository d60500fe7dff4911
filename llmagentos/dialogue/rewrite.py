"""Changing plans as data: other objects or places in their steps.

Knows: where descriptions sit in a plan and how a short correction ("the green one") merges with
what was said before. Does not know: sessions or questions (turns.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from llmagentos.grounding import ground, matching
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.objects.kinds import traits

#: Steps that move something, which corrections and repetitions are about.
MOTION_OPS = ("pick", "place", "put", "push", "move", "stack", "arrange", "rotate", "swap", "clear",
              "point")  # fmt: skip


def substitute(node: Any, old: p.Obj, new: p.Obj) -> Any:
    """A copy of the plan or step with every description equal to `old` replaced by `new`."""
    if isinstance(node, p.Obj) and node == old:
        return new
    if isinstance(node, BaseModel):
        changes = {}
        for name in type(node).model_fields:
            value = getattr(node, name)
            changed = substitute(value, old, new)
            if changed is not value:
                changes[name] = changed
        return node.model_copy(update=changes) if changes else node
    if isinstance(node, tuple):
        changed_items = tuple(substitute(item, old, new) for item in node)
        same = all(a is b for a, b in zip(changed_items, node, strict=True))
        return node if same else changed_items
    return node


def changed(node: Any, change: Callable[[p.Obj], p.Obj]) -> Any:
    """A copy of the plan or step with every description as `change` returns it, one by one, outer
    before inner."""
    if isinstance(node, p.Obj):
        node = change(node)
    if isinstance(node, BaseModel):
        found = {name: changed(getattr(node, name), change) for name in type(node).model_fields}
        new = {name: v for name, v in found.items() if v is not getattr(node, name)}
        return node.model_copy(update=new) if new else node
    if isinstance(node, tuple):
        items = tuple(changed(item, change) for item in node)
        return node if all(a is b for a, b in zip(items, node, strict=True)) else items
    return node


def descriptions(node: Any) -> Iterator[p.Obj]:
    """Every object description inside, outer before inner."""
    if isinstance(node, p.Obj):
        yield node
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from descriptions(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from descriptions(item)


def merged(new: p.Obj, old: p.Obj) -> p.Obj:
    """ "the green one" after "the red block": the green block. References stay as they are."""
    vague = new.kind == "object" and new.noun is None and new.name is None and new.ref is None
    if not vague:
        return new
    changes: dict[str, Any] = {"kind": old.kind}
    if old.noun is not None:
        changes["noun"] = old.noun
    if old.material is not None and new.material is None:
        changes["material"] = old.material
    return new.model_copy(update=changes)


def resolvable(new: p.Obj, old: p.Obj, ctx: Context) -> p.Obj:
    """The merged description where it fits something in the scene, else the new one alone."""
    both = merged(new, old)
    return both if both == new or matching(both, ctx) else new


def slots(step: Any) -> list[tuple[str, p.Obj]]:
    """The descriptions of a step that a person may correct: (where, description)."""
    out: list[tuple[str, p.Obj]] = []
    for name in ("obj", "obj2"):
        value = getattr(step, name, None)
        if value is not None:
            out.append((name, value))
    out += [(f"objs.{k}", o) for k, o in enumerate(getattr(step, "objs", ()))]
    place = getattr(step, "place", None)
    if place is not None:
        for name in ("obj", "obj2"):
            value = getattr(place, name)
            if value is not None:
                out.append((f"place.{name}", value))
    return out


def with_slot(step: Any, slot: str, new: p.Obj) -> Any:
    """The step with another description in a slot."""
    head, _, tail = slot.partition(".")
    if head == "place":
        return step.model_copy(update={"place": step.place.model_copy(update={tail: new})})
    if head == "objs":
        objs = tuple(new if k == int(tail) else o for k, o in enumerate(step.objs))
        return step.model_copy(update={"objs": objs})
    return step.model_copy(update={head: new})


def best_slot(step: Any, new: p.Obj, ctx: Context) -> tuple[float, str, p.Obj] | None:
    """The slot that a correction most likely means: (how likely, slot, merged description)."""
    best: tuple[float, str, p.Obj] | None = None
    for slot, old in slots(step):
        candidate = resolvable(new, old, ctx)
        if candidate == old:
            continue
        score = 0.5 if slot in ("obj", "objs.0") else 0.0
        score += 3.0 if ground(candidate, ctx).ok else 0.0
        same_kind = new.kind != "object" and new.kind == old.kind
        score += 2.0 if same_kind else 0.0
        score += 1.0 if new.kind != "object" and _carries(new) == _carries(old) else 0.0
        score += 1.0 if new.colors and old.colors and new.colors != old.colors else 0.0
        if best is None or score > best[0]:
            best = (score, slot, candidate)
    return best


def _carries(obj: p.Obj) -> bool:
    """Whether things are mostly put into or onto it."""
    kind = traits(obj.kind)
    return obj.kind in ("container", "dish") or kind.has_rim or kind.is_flat


def motion_steps(steps: Sequence[Any]) -> list[int]:
    """Indices of the steps that move something; loops count as such."""
    control = ("for_each", "if", "repeat", "until")
    return [k for k, s in enumerate(steps) if s.op in MOTION_OPS or s.op in control]


def with_object(steps: tuple[Any, ...], new: p.Obj, ctx: Context) -> tuple[Any, ...]:
    """The steps with another thing in the role that fits it best.

    The same description elsewhere in the plan changes with it.
    """
    scored = []
    for k in motion_steps(steps):
        found = best_slot(_body_step(steps[k]), new, ctx)
        if found is not None:
            scored.append((found[0], -k, found))
    if not scored:
        return steps
    _, minus_k, (_, slot, candidate) = max(scored, key=lambda s: (s[0], s[1]))
    step = _body_step(steps[-minus_k])
    old = dict(slots(step))[slot]
    if sum(o == old for s in steps for o in descriptions(s)) > 1:
        return tuple(substitute(s, old, candidate) for s in steps)
    changed = with_slot(step, slot, candidate)
    return tuple(_replace_step(s, step, changed) for s in steps)


def with_first_object(steps: tuple[Any, ...], new: p.Obj, ctx: Context) -> tuple[Any, ...]:
    """ "the same with the blue one": the thing that is handled is another one."""
    for k in motion_steps(steps):
        step = _body_step(steps[k])
        handled = [(s, o) for s, o in slots(step) if s in ("obj", "objs.0")]
        if not handled:
            continue
        slot, old = handled[0]
        candidate = resolvable(new, old, ctx)
        changed = with_slot(step, slot, candidate)
        if slot == "objs.0":
            changed = changed.model_copy(update={"objs": (candidate,)})
        out = list(steps)
        out[k] = _replace_step(steps[k], step, changed)
        return tuple(substitute(s, old, candidate) if j != k else s for j, s in enumerate(out))
    return steps


def with_place(steps: tuple[Any, ...], place: p.Place) -> tuple[Any, ...]:
    """The steps with another place in the last one that has one; a pick becomes a put."""
    for k in reversed(motion_steps(steps)):
        step = _body_step(steps[k])
        changed: Any = None
        if getattr(step, "place", None) is not None or step.op in ("stack", "arrange"):
            changed = step.model_copy(update={"place": place})
        elif step.op in ("pick", "move"):
            changed = p.Put(obj=step.obj, place=place)
        if changed is not None:
            return tuple(_replace_step(s, step, changed) if s is steps[k] else s for s in steps)
    return steps


def with_spot(steps: tuple[Any, ...], spot: p.Spot) -> tuple[Any, ...]:
    """The steps with another spot in the last one that drives to one; a lone drive where none does."""
    for k in reversed(range(len(steps))):
        step = _body_step(steps[k])
        name = {"goto": "spot", "find": "spot", "bring": "goal"}.get(step.op)
        if step.op == "bring" and step.goal is None and step.source is not None:
            name = "source"
        if name is not None:
            changed = step.model_copy(update={name: spot})
            return tuple(_replace_step(s, step, changed) if s is steps[k] else s for s in steps)
    return (p.GoTo(spot=spot),)


def _body_step(step: Any) -> Any:
    """A loop's first inner step stands for it."""
    for name in ("body", "then"):
        inner = getattr(step, name, ())
        if inner:
            return _body_step(inner[0])
    return step


def _replace_step(node: Any, old: Any, new: Any) -> Any:
    if node is old:
        return new
    for name in ("body", "then"):
        inner = getattr(node, name, ())
        if inner:
            changed = (_replace_step(inner[0], old, new), *inner[1:])
            return node.model_copy(update={name: changed}) if changed[0] is not inner[0] else node
    return node
