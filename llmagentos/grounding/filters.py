"""Filters of a description that need no landmark: kind, noun, colour, size, material, state, group.

Knows: which objects pass each part of an `Obj`. Does not know: relations (where.py),
the past (refs.py), order and number (pick.py).

Every filter keeps the order of its input and returns a new list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from llmagentos.grounding.context import Context, Grounding
from llmagentos.grounding.shapes import is_shape, split
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import article, is_plural
from llmagentos.objects.kinds import CATEGORIES, named, traits
from llmagentos.objects.measured import is_round, is_thing
from llmagentos.ports.failures import Failure
from llmagentos.types import Scene, SceneObject
from llmagentos.world import relations as rel

Objects = list[SceneObject]

#: Sizes belong to one group while the next one is less than this much larger.
SIZE_GAP_M = 0.004
SIZE_GAP_RATIO = 0.10


class Unresolved(Exception):  # noqa: N818 - a question to the person, not a failure
    """Ends a grounding early with what to tell the person."""

    def __init__(self, problem: Failure, question: str, candidates: Sequence[str] = ()):
        super().__init__(question)
        self.grounding = Grounding((), question, problem, question, tuple(candidates))


def noun_kind(noun: str, scene: Scene) -> str | None:
    """The kind that a person's noun stands for: one that we know or one that is in the scene."""
    words = noun.lower().split()
    words = [w for w in words if w not in ("the", "a", "an", "my", "our")]
    there = {o.kind for o in scene.objects} | {o.name for o in scene.objects if o.name}
    for text in (" ".join(words), words[-1] if words else ""):
        for form in _singulars(text):
            kind = form if form in there else named(form)
            if kind is not None:
                return kind
    return _kind_with(words, there)


def _kind_with(words: Sequence[str], there: Collection[str]) -> str | None:
    """The only kind there with these words in its name, or with its whole name among them: "coke"
    for a "coke can", "the old jalapeno chip bag" for a "chip bag"."""
    forms = [set(form.split()) for form in _singulars(" ".join(words))] if words else []
    named_so = {
        kind
        for kind in there
        for form in forms
        if form <= set(kind.split()) or (" " in kind and set(kind.split()) <= form)
    }
    return named_so.pop() if len(named_so) == 1 else None


#: What a plural ends in, and what the word for one then ends in ("cherries", "knives", "loaves").
_PLURALS = (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe"))


def _singulars(text: str) -> list[str]:
    """The noun itself and what one such thing may be called: "bags of chips", "bag of chips"."""
    head, of, rest = text.partition(" of ")
    ones = (head.removesuffix(many) + one for many, one in _PLURALS if head.endswith(many))
    return [text, *(one + of + rest for one in ones)]


def kind_of(obj: p.Obj, scene: Scene) -> str:
    """The kind or category meant. Unresolved (unknown_kind) for a noun that is no kind here."""
    if obj.noun is None or is_shape(obj.noun):
        return obj.kind
    kind = noun_kind(obj.noun, scene) or noun_kind(split(obj.noun)[1], scene)
    if kind is None:
        several = is_plural(obj)
        noun = obj.noun + "s" * (several and not obj.noun.endswith("s"))
        what = f"any {noun}" if several or noun.endswith("s") else article(noun)
        raise Unresolved(Failure.UNKNOWN_KIND, f"I can't see {what} here.")
    return kind


def is_kind(o: SceneObject, kind: str) -> bool:
    """Whether an object is of a kind or category, or called so; "object" is everything movable."""
    if kind and o.name == kind:
        return True
    if kind == "round" and o.outline_m:
        return is_round(o)
    return o.kind == kind or traits(o.kind).belongs_to(kind)


def by_kind(objs: Objects, kind: str, scene: Scene) -> Objects:
    """Objects of a kind or category. "stack": the top object of each stack of two or more.

    Where there is no other toy, "toy" is what its row says it is mixed up with.
    """
    if kind == "stack":
        tops = {s[-1].id for s in rel.stacks(scene)}
        return [o for o in objs if o.id in tops]
    found = [o for o in objs if is_kind(o, kind)]
    # a "soda can" that no kind of ours stands for is a can where there is no other
    found = found or [o for o in objs if " " in o.kind and o.kind.split()[-1] == kind]
    instead = CATEGORIES[kind].mixed_up_with if kind in CATEGORIES else ()
    return found or [o for o in objs if o.kind in instead]


def by_color(objs: Objects, colors: Sequence[str], kind: str, scene: Scene) -> Objects:
    """Objects of any of the colours; a stack when all its members have one of them.

    Where no stack is all of these colours, one that contains such an object.
    """
    if not colors:
        return objs
    if kind != "stack":
        return [o for o in objs if o.color in colors]
    for test in (all, any):
        found = [o for o in objs if test(m.color in colors for m in rel.stack_of(scene, o))]
        if found:
            return found
    return []


# --- size ---------------------------------------------------------------------------------------


def size_groups(objs: Sequence[SceneObject], stacks_in: Scene | None = None) -> list[set[str]]:
    """Ids grouped by size, smallest group first; one kind by its size, several by volume.

    stacks_in: the scene, when the objects stand for the stacks below them; then by height.
    """
    one_kind = len({o.kind for o in objs}) <= 1 and not any(map(is_thing, objs))

    def size_of(o: SceneObject) -> float:
        if stacks_in is not None:
            return sum(m.height_m for m in rel.stack_of(stacks_in, o))
        return o.size_m if one_kind else rel.bulk_m(o)

    sized = sorted((size_of(o), o.id) for o in objs)
    groups: list[set[str]] = []
    last = 0.0
    for size, object_id in sized:
        if not groups or size - last > max(SIZE_GAP_M, SIZE_GAP_RATIO * last):
            groups.append(set())
        groups[-1].add(object_id)
        last = size
    return groups


def _size_ids(word: str, groups: list[set[str]], objs: Sequence[SceneObject]) -> set[str]:
    third = max(1, len(groups) // 3)
    if word == "small":
        return set().union(*groups[:third])
    if word == "large":
        return set().union(*groups[-third:])
    if len(groups) >= 3:
        return set().union(*groups[third:-third])
    return {o.id for o in objs if abs(o.size_m - traits(o.kind).size_m) <= SIZE_GAP_M}


def by_size(
    objs: Objects,
    word: str | None,
    alike: Objects,
    notes: list[str],
    stacks_in: Scene | None = None,
) -> Objects:
    """Small, medium or large relative to `alike` (everything of the kind in the scene).

    Where all are equal the word is ignored, with a note. Where the absolute reading leaves
    nothing but `objs` differ among themselves, they are compared with each other.
    """
    if word is None or not objs:
        return objs
    for pool in (alike, objs):
        groups = size_groups(pool, stacks_in)
        if len(groups) == 1:
            if pool is alike:
                notes.append("all are equally large")
                return objs
            continue
        ids = _size_ids(word, groups, pool)
        if found := [o for o in objs if o.id in ids]:
            return found
    return []


# --- material, state, group -----------------------------------------------------------------------


def by_material(objs: Objects, material: str | None, notes: list[str]) -> Objects:
    """Kinds that may be made of it; everything, with a note, where that leaves nothing."""
    if material is None:
        return objs
    found = [o for o in objs if material in traits(o.kind).materials]
    if not found and objs:
        notes.append(f"I can't tell what is made of {material}")
        return objs
    return found


_STATES: dict[str, Callable[[Scene, SceneObject], bool]] = {
    "empty": rel.is_clear,
    "full": lambda s, o: not rel.is_clear(s, o),
    "held": lambda s, o: o.held,
    "stacked": rel.is_stacked,
    "clear": lambda s, o: not o.held and rel.is_clear(s, o),
}


def by_state(objs: Objects, state: str | None, scene: Scene) -> Objects:
    """empty/clear: nothing on or in it; full: something is; held; stacked: part of a stack."""
    return objs if state is None else [o for o in objs if _STATES[state](scene, o)]


def grouped(objs: Objects, by: str) -> list[Objects]:
    """Objects of the same colour, size or kind together, each group in the order of `objs`."""
    if by == "size":
        return [[o for o in objs if o.id in ids] for ids in size_groups(objs)]
    groups: dict[str, Objects] = defaultdict(list)
    for o in objs:
        groups[o.color if by == "color" else o.kind].append(o)
    return list(groups.values())


def by_group(objs: Objects, group: p.Group | None) -> Objects:
    """Objects whose group among `objs` (same colour, size or kind) passes the test.

    Several groups may tie for most or fewest; all of them stay.
    """
    if group is None or not objs:
        return objs
    groups = grouped(objs, group.by)
    counts = [len(g) for g in groups]
    tests: dict[str, Callable[[int], bool]] = {
        "odd": lambda n: n % 2 == 1,
        "even": lambda n: n % 2 == 0,
        "most": lambda n: n == max(counts),
        "fewest": lambda n: n == min(counts),
        "unique": lambda n: n == 1,
        "repeated": lambda n: n > 1,
    }
    keep = {o.id for g in groups if tests[group.test](len(g)) for o in g}
    return [o for o in objs if o.id in keep]


def by_choice(objs: Objects, obj: p.Obj, ctx: Context) -> Objects:
    """Restricted to what the person chose for exactly this description, newest choice first."""
    key = choice_key(obj)
    for text, ids in reversed(ctx.chosen):
        if text == key and (found := [o for o in objs if o.id in ids]):
            return found
    return objs


def choice_key(obj: p.Obj) -> str:
    """The key of a description in `Context.chosen`."""
    return obj.model_dump_json(exclude_defaults=True)
