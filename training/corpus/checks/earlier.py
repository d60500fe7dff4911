"""What must have been said and done before for a plan to make sense: the turn before.

Knows: which earlier command "again", "undo", "no, the red one" or an answer needs. Does not know:
how it is carried out (checker.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.objects.kinds import traits
from training.corpus.checks import scenes
from training.corpus.checks.layout import Thing


def earlier(draft: scenes.SceneDraft, steps: Sequence[Any]) -> list[p.Plan]:
    """Commands that must have gone before for the steps to make sense; adds their things."""
    out = [_put(draft, object_id) for object_id in draft.moved]
    ops = [s.op for s in p.Plan(steps=tuple(steps)).walk()]
    places = [s.place for s in p.Plan(steps=tuple(steps)).walk() if getattr(s, "place", None)]
    rels = {place.rel for place in places}
    for place in places:  # where another thing was: it must have been moved
        if place.rel == "origin" and place.obj is not None:
            ids = [t.id for t in draft.want(place.obj)]
            out += [_put(draft, i) for i in ids if i not in draft.moved]
            rels = rels - {"origin"}
    if {"again", "correct", "undo", "restore"}.intersection(ops) or {"there", "origin"} & rels:
        items = [t for t in draft.things if not traits(t.kind).is_flat] if {"origin"} & rels else []
        if not draft.moved:
            item = draft.item or (
                items[0] if items else draft.new(p.Obj(kind=_another_kind(draft)))
            )
            alike = any(getattr(s, "obj", None) and s.obj.ref == "other" for s in steps)
            way = _way_to_correct(draft, item, steps)
            out.append(
                way or _put(draft, draft.mentions[-1][0] if alike and draft.mentions else item.id)
            )
    made = [ops.index(op) for op in ("arrange", "stack") if op in ops]
    if "reshape" in ops and ops.index("reshape") < min(made, default=99):
        draft.pattern = draft.pattern or tuple(draft.new(p.Obj(kind="block")).id for _ in range(3))
    empty_hand = "place" in ops and "pick" not in ops[: ops.index("place")]
    if empty_hand and not any(t.held for t in draft.things):
        draft.new(p.Obj(kind="block")).held = True
    for step in steps:
        if isinstance(step, p.Choose):
            out.append(_question(draft, step))
    return out


def _way_to_correct(draft: scenes.SceneDraft, item: Thing, steps: Sequence[Any]) -> p.Plan | None:
    """For "no, 10 cm", "no, to the right" and "the other way round": what went another way."""
    for step in steps:
        if isinstance(step, p.Correct) and step.reverse:
            mark = draft.new(p.Obj(kind=_another_kind(draft)))
            beside = p.Place(rel="left_of", obj=_named(draft, mark.id))
            return p.Plan(steps=(p.Put(obj=_named(draft, item.id), place=beside),))
        direction = getattr(step, "direction", None)
        if isinstance(step, p.Correct | p.Again) and (direction or step.distance):
            named, near = _named(draft, item.id), p.Length(unit="little")
            way: Any = "backward" if direction == "forward" else "forward"
            return p.Plan(steps=(p.Move(obj=named, direction=way, distance=near),))
    return None


def _another_kind(draft: scenes.SceneDraft) -> Any:
    """A kind that no description fits by its kind alone."""
    there = {t.kind for t in draft.things}
    return next((k for k in ("block", "can", "cup") if k not in there), "block")


def _named(draft: scenes.SceneDraft, object_id: str) -> p.Obj:
    name = f"earlier {len(draft.names)}"
    draft.names[name] = object_id
    return p.Obj(name=name)


def _put(draft: scenes.SceneDraft, object_id: str) -> p.Plan:
    place = p.Place(rel="elsewhere")
    return p.Plan(steps=(p.Put(obj=_named(draft, object_id), place=place),))


def _question(draft: scenes.SceneDraft, step: p.Choose) -> p.Plan:
    """A command that ends in the question which `step` answers."""
    if step.obj is not None:
        return _which(draft, step.obj)
    item = _named(draft, (draft.item or draft.new(p.Obj(kind="block"))).id)
    place = step.place
    if place is not None and place.rel == "there":
        return p.Plan(steps=(p.Move(obj=item, direction="left"), p.Ask(about="how_far")))
    about: Any = "where"
    if place is not None and place.obj is not None and place.obj.ref == "it":
        about = "direction"
    return p.Plan(steps=(p.Ask(about=about, obj=item),))


def _elsewhere(draft: scenes.SceneDraft, chosen: p.Obj) -> list[tuple[str, Thing]]:
    """Where a thing must stand to be none that was chosen by where it stands."""
    for r in chosen.where:
        if r.obj is not None and not r.negate and (r.rel in _NOT_THERE):
            return [(_NOT_THERE[r.rel], draft.want(r.obj)[0])]
    return []


#: Relations that exclude each other.
_NOT_THERE = {
    "left_of": "right_of", "right_of": "left_of", "in_front_of": "behind", "behind": "in_front_of",
    "front_left_of": "back_right_of", "front_right_of": "back_left_of",
    "back_left_of": "front_right_of", "back_right_of": "front_left_of", "next_to": "far_from",
}  # fmt: skip


def _which(draft: scenes.SceneDraft, chosen: p.Obj) -> p.Plan:
    """A command that fits several things, the chosen one among them."""
    found = draft.want(chosen)
    first, size = found[0], scenes.SIZE_FACTOR[chosen.size]
    bare = p.Obj(kind=chosen.kind, noun=chosen.noun)
    same = chosen.model_copy(update={"quant": "the", "count": None}) != bare
    for _ in range(2 if len(found) == 1 and chosen.size is None else 0):
        other = draft.new(p.Obj(kind="block"))
        other.kind = first.kind if same else "cup" if first.kind != "cup" else "can"
        other.beside = _elsewhere(draft, chosen)
        other.size_m = first.size_m * (1.0 if size == 1.0 else 0.75 if size > 1 else 1.3)
    if same:
        known: Any = {"kind": first.kind}
        if first.kind not in w.KINDS:
            known = {"noun": first.kind}
    else:
        color: Any = draft.fresh_color()
        for t in draft.things:
            t.color = color
        known = {"colors": (color,)}
    return p.Plan(steps=(p.Point(place=p.Place(rel="above", obj=p.Obj(**known))),))
