"""Small worlds in which a plan's references resolve, drawn from the plan itself.

Knows: what each part of a description asks of a scene (how many, which colours and sizes, what
stands where, what was spoken of before). Does not know: where there is room (layout.py), nor
whether it worked: checker.py runs the plan on the scene and tries another draw where it did not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import BUILT_IN, KINDS, members, traits
from llmagentos.types import Scene
from training.corpus.checks.layout import WORKSPACE, CannotBuildError, Layout, Thing, ground_of

#: More things than this leave no room to move them.
MAX_THINGS = 18
#: Kinds that a drawn scene holds where a description leaves the kind open.
COMMON = tuple(kind.name for kind in KINDS.values() if kind.frequency)
_CATEGORY_FIRST = {"container": "bowl", "dish": "plate", "toy": "duck", "object": "block",
                   "round": "ball"}  # fmt: skip
SIZE_FACTOR = {"small": 0.75, "medium": 1.0, "large": 1.3, None: 1.0}
#: Group tests: how many of each value there are; the first values pass the test.
_GROUPS: dict[str, tuple[tuple[int, ...], int]] = {
    "odd": ((3, 2), 1), "even": ((2, 3), 1), "most": ((3, 1), 1), "fewest": ((1, 3), 1),
    "unique": ((1, 2), 1), "repeated": ((2, 1), 1),
}  # fmt: skip
_OPPOSITE = {"left": "right", "right": "left", "front": "back", "back": "front"}


def _holds_several(kind: str) -> bool:
    return traits(kind).has_broad_floor or traits(kind).takes_heaps


@dataclass(frozen=True)
class World:
    """A drawn scene and what was spoken of before, oldest first.

    moved: things that an earlier command has moved; pattern and answer: of earlier commands.
    """

    scene: Scene
    mentions: tuple[tuple[str, ...], ...]
    names: dict[str, str]
    moved: tuple[str, ...]
    pattern: tuple[str, ...]
    answer: tuple[str, ...]


class SceneDraft:
    """Adds what descriptions ask for, one after the other, and lays it out.

    reuse: a description may be met by things that are there already.
    """

    def __init__(
        self,
        rng: random.Random,
        colors: tuple[str, ...],
        reuse: bool = False,
        scale: float = 1.0,
    ):
        self.rng, self.reuse, self._scale = rng, reuse, scale
        self.things: list[Thing] = []
        self.mentions: list[tuple[str, ...]] = []
        self.names: dict[str, str] = {}
        self.moved: list[str] = []
        self.pattern: tuple[str, ...] = ()
        self.answer: tuple[str, ...] = ()
        self.this: list[Thing] = []
        self._memo: dict[p.Obj, list[Thing]] = {}
        self._empty: list[Thing] = []
        self._pools: dict[p.Obj, list[Thing]] = {}
        self.passes = 1
        self.last: list[Thing] = []
        self.item: Thing | None = None
        free = [c for c in COLORS if c not in colors]
        rng.shuffle(free)
        self._free = free or list(COLORS)
        self._next = 0

    # --- descriptions ---------------------------------------------------------------------

    def want(self, obj: p.Obj, into: str = "") -> list[Thing]:
        """Things that fit the description. into: the relation it is a landmark of."""
        if obj.ref == "this" and self.this:
            return self.this
        known = self._memo.get(obj)
        if known is not None:
            if obj.quant in ("a", "count") and obj.ref is None and len(known) < 4:
                known += self._create(obj, into)  # "a block" is another one each time
            return known
        found = self._refer(obj) if obj.ref is not None else None
        if found is None:
            found = self._existing(obj) or self._create(obj, into)
        self._memo[obj] = found
        return found

    def _refer(self, obj: p.Obj) -> list[Thing]:
        """What was spoken of, moved, arranged or answered before."""
        if obj.ref == "it" and self.last and self._fits(self.last[-1], obj):
            return self.last[-1:]
        many = obj.ref in ("them", "pattern") or obj.quant not in ("the", "a")
        many = many or obj.count not in (None, 1)
        plain = obj.model_copy(update={"ref": None, "quant": "count", "count": None, "rank": 1})
        n = obj.count or (3 if obj.ref == "pattern" else 2) if many else 1
        n += obj.rank - 1
        found = self._create(plain.model_copy(update={"count": n}), "")
        ids = tuple(t.id for t in found)
        if obj.ref in ("it", "them"):
            self.mentions.append(ids)
        elif obj.ref == "other":
            last = self._create(plain.model_copy(update={"count": 1, "where": ()}), "")
            last[0].color = found[0].color = found[0].color or self.fresh_color()
            self.mentions.append((last[0].id,))
        elif obj.is_of_moved:
            self.moved += [i for i in ids if i not in self.moved]
        elif obj.ref == "pattern":
            self.pattern = ids
        elif obj.ref == "answer":
            self.answer = ids
        return found

    def _existing(self, obj: p.Obj) -> list[Thing]:
        """Things there already that the plain parts of a description fit."""
        if not self.reuse or obj.where or obj.group or obj.order or obj.name or obj.exclude:
            return []
        if obj.quant == "rest" or obj.state is not None:
            return []
        fitting = [t for t in self.things if self._fits(t, obj)]
        return fitting if len(fitting) >= self._number(obj) else []

    @staticmethod
    def _fits(t: Thing, obj: p.Obj) -> bool:
        kind = obj.noun or obj.kind
        right = kind == t.kind or traits(t.kind).belongs_to(kind)
        return right and (not obj.colors or t.color in obj.colors) and obj.size is None

    @staticmethod
    def _number(obj: p.Obj) -> int:
        if obj.count is not None and obj.quant != "none":
            return max(1, obj.count)
        few = {"the": 1, "a": 1, "both": 2, "all": 2, "half": 4, "every_other": 3, "none": 1,
               "every_third": 4, "most": 4}  # fmt: skip
        return few.get(obj.quant, 2)

    def _create(self, obj: p.Obj, into: str) -> list[Thing]:
        if obj.kind == "stack" and obj.noun is None:
            return self._stacks(obj)
        n = min(self._number(obj), 8)
        if obj.quant in ("a", "count") and obj.ref is None:
            n = min(n * self.passes, 8)
        if obj.order is not None:
            n = max(n + obj.order.n, 3)
        pool = obj.model_copy(update={"order": None, "quant": "all", "count": None})
        if obj.order is not None and pool in self._pools:
            return self._pools[pool]
        if obj.quant == "one_each":
            made = self._of_each(obj, into)
        elif obj.group is not None:
            made = self._grouped(obj, into)
        else:
            made = [self.new(obj, into) for _ in range(n)]
        for i, t in enumerate(made):
            if obj.colors:
                t.color = obj.colors[i % len(obj.colors)]
        if obj.order is not None:
            self._pools[pool] = made
            self._ranked(obj.order, made)
        self._sized(obj, made)
        self._stated(obj, made)
        for r in obj.where:
            self._related(r, made)
        if obj.exclude is not None:
            self._excluded(obj)
        if obj.name is not None:
            self.names[obj.name] = made[0].id
        return made

    def new(self, obj: p.Obj, into: str = "") -> Thing:
        """One more thing of the description's kind and size. Raises CannotBuildError."""
        if len(self.things) >= MAX_THINGS:
            raise CannotBuildError("too many things")
        kind = obj.noun.lower().split()[-1] if obj.noun else self._kind(obj, into)
        base = traits(kind).size_m
        base *= self._scale if base > 0.1 else 1.0
        t = Thing(f"{kind}_{len(self.things)}", kind, size_m=base * SIZE_FACTOR[obj.size])
        self.things.append(t)
        return t

    def _kind(self, obj: p.Obj, into: str) -> str:
        if obj.kind not in _CATEGORY_FIRST:
            return obj.kind
        if obj.material is not None:
            pool = [k for k in members(obj.kind) if k in BUILT_IN]
            fits = [k for k in pool if obj.material in traits(k).materials]
            return fits[0] if fits else _CATEGORY_FIRST[obj.kind]
        if into == "in" and obj.kind in ("object", "round"):
            return "bowl"
        if into == "on" and obj.kind == "round":
            return "plate"
        if obj.size == "large" and obj.kind == "object" and obj.state is None:
            return "box"
        if obj.state in ("empty", "full") and obj.kind in ("object", "round"):
            return "bowl"
        if obj.kind == "object" and not into and self.rng.random() < 0.3:
            return "can"
        return _CATEGORY_FIRST[obj.kind]

    def fresh_color(self) -> str:
        """A colour that no description names, while there are such."""
        self._next += 1
        return self._free[self._next % len(self._free)]

    # --- parts of a description -----------------------------------------------------------

    def _stacks(self, obj: p.Obj) -> list[Thing]:
        """Towers of blocks; the things are their tops."""
        n = self._number(obj)
        if obj.order is not None:
            n = max(n + obj.order.n, 2)
        tops = []
        block = p.Obj(kind="block")
        for k in range(min(n, 4)):
            below = self.new(block)
            tower = [below]
            for _ in range(1 + k % 3):
                above = self.new(block)
                above.on, below = below, above
                tower.append(above)
            for t in tower:
                t.color = obj.colors[0] if obj.colors else None
            tops.append(below)
        for r in obj.where:
            self._related(r, [ground_of(t) for t in tops])
        return tops

    def _of_each(self, obj: p.Obj, into: str) -> list[Thing]:
        """Two groups by colour, size or kind, with one more in each than is meant."""
        each = (1 if obj.count is None else obj.count) + (0 if obj.where else 1)
        open_to = members(obj.kind) if obj.kind in _CATEGORY_FIRST else ()
        kinds = [k for k in open_to if k in COMMON] if obj.kind != "object" else ["block", "can"]
        made: list[Thing] = []
        for k in range(2):
            color = self.fresh_color()
            for _ in range(min(each, 3)):
                t = self.new(obj, into)
                if obj.by == "color":
                    t.color = color
                elif obj.by == "size":
                    t.size_m *= 1.0 - 0.3 * k
                elif obj.noun is None and obj.kind in _CATEGORY_FIRST:
                    t.kind = kinds[k % len(kinds)]
                    t.size_m = traits(t.kind).size_m
                made.append(t)
        return made

    def _grouped(self, obj: p.Obj, into: str) -> list[Thing]:
        assert obj.group is not None
        sizes, _ = _GROUPS[obj.group.test]
        alike = {"color": bool(obj.colors), "kind": obj.kind in KINDS}
        if alike.get(obj.group.by):  # all of one colour, or of one kind: one group
            sizes = ({"odd": 3, "unique": 1}.get(obj.group.test, 2),)
        made: list[Thing] = []
        for k, count in enumerate(sizes):
            color, factor = self.fresh_color(), 1.0 + 0.35 * k
            for _ in range(count):
                t = self.new(obj, into)
                t.color = color if obj.group.by == "color" else None
                if obj.group.by == "size":
                    t.size_m *= factor
                elif obj.group.by == "kind" and obj.kind not in KINDS:
                    t.kind = ("block", "cup", "can")[k]
                    t.size_m = traits(t.kind).size_m
                made.append(t)
        return made

    def _ranked(self, order: p.Order, made: list[Thing]) -> None:
        for k, t in enumerate(made):
            if order.key in ("largest", "smallest", "tallest", "shortest"):
                t.size_m *= 0.75 + 0.3 * k
            elif order.key in ("darkest", "lightest") and t.color is None:
                t.color = self.fresh_color()
            elif order.key in ("fullest", "emptiest") and _holds_several(t.kind):
                for _ in range(k):
                    inside = self.new(p.Obj(kind="block", size="small"))
                    inside.on, inside.inside = t, traits(t.kind).is_container
        first = min(order.n, len(made)) - 1
        if order.key in ("largest", "tallest"):
            first = len(made) - min(order.n, len(made))
        elif order.key in _OPPOSITE and order.n == 1:
            for t in made[1:]:
                t.region = _OPPOSITE[order.key]
            made[0].region = order.key
        made.insert(0, made.pop(first))  # the one that is meant comes first
        if order.key in ("top", "bottom") and len(made) > 1:
            for below, above in pairwise(made):
                above.on = below
        if order.of is not None:
            self.want(order.of)

    def _sized(self, obj: p.Obj, made: list[Thing]) -> None:
        """Others of the kind to be small or large by."""
        if obj.size is None or obj.order is not None:
            return
        for word in ("small", "medium", "large"):
            if word != obj.size and (word != "medium" or obj.size != "medium"):
                other = self.new(p.Obj(kind=obj.kind, noun=obj.noun, size=word))
                other.kind = made[0].kind
                other.size_m = made[0].size_m * SIZE_FACTOR[word] / SIZE_FACTOR[obj.size]

    def _stated(self, obj: p.Obj, made: list[Thing]) -> None:
        if obj.state == "held":
            made[0].held = True
        elif obj.state == "empty":
            self._empty += made
        elif obj.state == "full":
            for t in made:
                inside = self.new(p.Obj(kind="block", size="small"))
                inside.on, inside.inside = t, not traits(t.kind).is_surface
        elif obj.state == "stacked":
            for t in made:
                t.on = self.new(p.Obj(kind="block" if t.kind == "can" else "can"))

    def _excluded(self, obj: p.Obj) -> None:
        """What the description would mean but for "except"."""
        assert obj.exclude is not None
        out = obj.exclude
        if out.kind == "object" and out.noun is None and out.ref is None:
            out = out.model_copy(update={"kind": obj.kind, "noun": obj.noun})
        self.want(out)

    def _related(self, r: p.Relation, made: list[Thing]) -> None:
        if r.rel == "at":
            for t in made:
                region = r.region or "middle"
                t.region = _OPPOSITE.get(region, "middle") if r.negate else region
            return
        if r.rel == "table":
            for t in made if r.negate else ():
                t.on = self.new(p.Obj(kind="plate"))
            return
        marks = [m for o in (r.obj, r.obj2) if o is not None for m in self.want(o, r.rel)]
        if not marks or r.negate or (r.obj is not None and r.obj.quant == "none"):
            return
        for i, t in enumerate(made):
            mark = marks[i % len(marks)]
            if mark is not t:
                self._relate(r.rel, t, mark, marks)

    def _relate(self, rel: str, t: Thing, mark: Thing, marks: list[Thing]) -> None:
        if rel in ("on", "in", "above"):
            t.on, t.inside = mark, traits(mark.kind).is_container
            if t.inside and t.size_m > 0.04 and t.kind in KINDS:
                t.size_m = min(t.size_m, 0.5 * mark.size_m)
        elif rel == "under":
            mark.on = t
        elif rel in ("same_color", "different_color", "darker_than", "lighter_than"):
            mark.color = mark.color or self.fresh_color()
            if rel == "same_color":
                t.color = mark.color
            elif t.color is None:
                t.color = {"darker_than": "black", "lighter_than": "white"}.get(rel)
                t.color = t.color or self.fresh_color()
        elif rel == "same_size":
            t.size_m = mark.size_m
        elif rel in ("bigger_than", "taller_than"):
            t.size_m = max(t.size_m, mark.size_m * 1.35)
        elif rel in ("smaller_than", "shorter_than"):
            t.size_m = min(t.size_m, mark.size_m * 0.7)
        elif rel == "between":
            t.beside += [("between", m) for m in marks[:2]]
        elif rel != "same_kind":
            t.beside.append((rel, mark))

    # --- layout ---------------------------------------------------------------------------

    def world(self) -> World:
        """The scene as perception would report it. Raises CannotBuildError where it is too full."""
        self._fill_others()
        for t in self.things:
            t.color = t.color or self.fresh_color()
        objects = Layout(self.rng, self.things).objects()
        return World(
            Scene(objects, workspace=WORKSPACE), tuple(self.mentions), dict(self.names),
            tuple(self.moved), self.pattern, self.answer,
        )  # fmt: skip

    def _fill_others(self) -> None:
        """Where "the empty cup" is meant, the other cups are not."""
        full = {id(t.on) for t in self.things} | {id(t) for t in self._empty}
        kinds = {t.kind for t in self._empty}
        for t in [t for t in self.things if t.kind in kinds and id(t) not in full]:
            inside = self.new(p.Obj(kind="block", size="small"))
            inside.on, inside.inside = t, not traits(t.kind).is_surface
            inside.size_m = min(inside.size_m, 0.4 * t.size_m)


def describe_all(draft: SceneDraft, steps: Any) -> None:
    """Add everything that the steps speak of, in the order of their words."""
    for step in steps:
        _describe_step(draft, step)


def _describe_step(draft: SceneDraft, step: Any) -> None:
    place = getattr(step, "place", None)
    objs = [getattr(step, "obj", None), *getattr(step, "objs", ()), getattr(step, "obj2", None)]
    if isinstance(step, p.Answer):
        objs += [step.query.obj, step.query.obj2]
        describe_condition(draft, step.query.condition)
    outer = draft.this
    items: list[Thing] = []
    if step.op in ("again", "correct", "choose") and place is not None:
        draft.item = draft.new(p.Obj(kind="can"))
        items = [draft.item]
    for obj in objs:
        if obj is not None:
            items = draft.want(obj)
    if items and (step.op == "for_each" or place is not None):
        draft.this = items[:1]
    if place is not None:
        for obj in (place.obj, place.obj2):
            if obj is not None:
                draft.want(obj, place.rel)
    describe_condition(draft, getattr(step, "condition", None))
    draft.last = items or draft.last
    before, draft.passes = draft.passes, max(draft.passes, len(items))
    for name in ("body", "then", "otherwise"):
        describe_all(draft, getattr(step, name, ()))
    draft.this, draft.passes = outer, before


def describe_condition(draft: SceneDraft, cond: Any) -> None:
    """Add what a condition speaks of; whether it holds is left to chance."""
    if cond is None:
        return
    if isinstance(cond, p.Not):
        describe_condition(draft, cond.inner)
        return
    if isinstance(cond, p.And | p.Or):
        describe_condition(draft, cond.left)
        describe_condition(draft, cond.right)
        return
    draft.want(cond.obj)
    if isinstance(cond, p.CountIs) and cond.other is not None:
        draft.want(cond.other)
    if isinstance(cond, p.Is):
        for obj in (cond.fits, *((cond.relation.obj, cond.relation.obj2) if cond.relation else ())):
            if obj is not None:
                draft.want(obj, cond.relation.rel if cond.relation else "")
