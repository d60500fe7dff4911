"""Words for form that the planner has none for: taken out of the sentence, put back into its plan.

Knows: where people say "the long thing", and which description of a plan came of it. Does not know:
what the words compare (grounding/shapes.py), nor how a planner reads the rest.

"put the long blue thing in the box" is planned as "put the blue thing in the box", and the plan's blue
object is then called a "long thing"; so a planner that never heard of length still keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from llmagentos.dialogue.rewrite import changed
from llmagentos.grounding.shapes import ANY_THING, SHAPES
from llmagentos.lang import plan as p
from llmagentos.lang.words.things import COLORS
from llmagentos.ports.modules import PlanRequest, PlanResult

_WORD = re.compile(r"[A-Za-z]+")
#: What the planner writes as orders itself, unless a colour is beside it.
_ORDERED = frozenset("tallest highest shortest".split())
#: Behind these a word for form is no adjective: "the second tallest thing", "more or less flat".
_RANKS = frozenset(
    "second third fourth fifth two three four five most least other next last".split()
)
_SIZES = frozenset("small large big little huge tiny medium smallest largest biggest".split())
_POINTING = frozenset("it its that this them these those one ones same".split())
_UNKNOWN = frozenset("unknown strange unnamed weird funny odd".split())


@dataclass(frozen=True)
class Phrase:
    """ "the long blue thing" in a sentence. drops: (start, end) of what is taken out of the text;
    shapes, colors: as said; it stands for one thing or several."""

    drops: tuple[tuple[int, int], ...]
    shapes: tuple[str, ...]
    colors: tuple[str, ...]


def phrases(text: str) -> list[Phrase]:
    """Every mention of a thing by a word for any, in the order of the text."""
    words = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
    return [_phrase(words, i) for i, (word, _, _) in enumerate(words) if word in ANY_THING]


def _phrase(words: list[tuple[str, int, int]], noun: int) -> Phrase:
    first = noun
    while first > 0 and words[first - 1][0] in (*SHAPES, *COLORS, *_SIZES, *_UNKNOWN):
        first -= 1
    own = words[first:noun]
    colors = tuple(w for w, _, _ in own if w in COLORS)
    ranked = first > 0 and words[first - 1][0] in _RANKS
    shapes = () if ranked else tuple(w for w, _, _ in own if w in SHAPES)
    if not colors and shapes and all(w in _ORDERED for w in shapes):
        shapes = ()
    # "the long one" without a noun is left to the planner: one of what, the dialogue knows
    bare = words[noun][0] in ("one", "ones")
    gone = () if bare else (*shapes, *(_UNKNOWN if not ranked else ()))
    drops = tuple(
        (start, words[k + 1][1])
        for k, (w, start, _) in enumerate(words)
        if first <= k < noun and w in gone
    )
    return Phrase(drops, shapes, colors)


def planned(request: PlanRequest, plan: Callable[[PlanRequest], PlanResult]) -> PlanResult:
    """What the planner makes of a request, words for form in their place."""
    said = phrases(request.command)
    if not said:
        return plan(request)
    text = request.command
    for start, end in sorted((d for phrase in said for d in phrase.drops), reverse=True):
        text = text[:start] + text[end:]
    result = plan(request if text == request.command else replace(request, command=text))
    spoken = {m.group().lower() for m in _WORD.finditer(text)}
    made = result.plan if spoken & _POINTING else _not_referring(result.plan)
    made = with_shapes(made, said)
    return result if made is result.plan else replace(result, plan=made)


def _not_referring(plan: p.Plan) -> p.Plan:
    """Where nobody said "it", "the thing" is no thing that was spoken of."""

    def change(obj: p.Obj) -> p.Obj:
        referring = obj.ref == "it" and obj.kind == "object"
        return obj.model_copy(update={"ref": None}) if referring else obj

    return changed(plan, change)


#: What the planner makes of a superlative that it does not know.
_MISREAD = ("farthest", "nearest", "largest", "smallest", "tallest", "shortest")


def with_shapes(plan: p.Plan, said: Sequence[Phrase]) -> p.Plan:
    """The plan with each form in the description that came of it: by order of mention among those of
    the same colours."""
    left = list(said)

    def change(obj: p.Obj) -> p.Obj:
        phrase = next((x for x in left if set(x.colors) == set(obj.colors)), None)
        if phrase is None or not _is_any_thing(obj):
            return obj
        left.remove(phrase)
        if not phrase.shapes:
            return obj
        order = None if obj.order is None or obj.order.key in _MISREAD else obj.order
        noun = f"{' '.join(phrase.shapes)} thing"
        new = {"noun": noun, "name": None, "kind": "object", "order": order}
        return obj.model_copy(update=new)

    return changed(plan, change)


def _is_any_thing(obj: p.Obj) -> bool:
    """Whether a description names no kind."""
    words = (obj.noun or obj.name or "").lower().split()
    vague = all(w in ANY_THING or w in SHAPES for w in words)
    return obj.kind == "object" and obj.ref is None and vague
