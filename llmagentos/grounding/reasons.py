"""Words for groundings: why these objects, or what is seen instead of what was meant.

Knows: how to explain a result of the pipeline. Does not know: how it was computed.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.grounding import filters as f
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import (
    article,
    by_words,
    describe_obj,
    describe_relation,
    is_plural,
    moved_when,
    number_word,
    obj_noun,
)
from llmagentos.lang.wording.scene import label, tally
from llmagentos.types import SceneObject
from llmagentos.world.colors import nearest_colors

_REF_REASONS = {
    "it": "the last one spoken of",
    "them": "the last ones spoken of",
    "other": "the one not spoken of just now",
    "this": "the one whose turn it is",
    "answer": "named in the last answer",
    "pattern": "part of the last arrangement",
}


def explain(
    obj: p.Obj,
    chosen: Sequence[SceneObject],
    pool: Sequence[SceneObject],
    ctx: Context,
    notes: Sequence[str] = (),
) -> str:
    """ "the red block: the leftmost of 2 red blocks (all are equally large)"."""
    if not chosen:
        return f"nothing: {describe_obj(obj)}"
    head = f"the {label(chosen[0])}" if len(chosen) == 1 else tally(chosen)
    tail = f" ({'; '.join(notes)})" if notes else ""
    return f"{head}: {_reason(obj, chosen, pool)}{tail}"


def _reason(obj: p.Obj, chosen: Sequence[SceneObject], pool: Sequence[SceneObject]) -> str:
    n, total = len(chosen), len(pool)
    if obj.name is not None:
        return f'called "{obj.name}"'
    where = "".join(" " + describe_relation(r) for r in obj.where)
    nouns = obj_noun(obj, plural=total != 1) + where
    if obj.order is not None and total > 1:
        bare = obj.model_copy(update={"quant": "the", "count": None, "where": (), "exclude": None})
        order = describe_obj(bare).replace(f" {obj_noun(obj)}", "", 1)
        return f"{order}{f' {n}' if n > 1 else ''} of {total} {nouns}"
    if obj.ref is not None:
        return _REF_REASONS.get(obj.ref) or f"moved {moved_when(obj)}"
    if total == 1:
        return f"the only {nouns}"
    if obj.quant == "one_each":
        by = by_words(obj.by)
        return f"{number_word(obj.count or 1)} of each {by} of {total} {nouns}"
    if n == total:
        return f"both {nouns}" if n == 2 else f"all {n} {nouns}"
    if n == 1:
        return f"one of {total} {nouns}"
    return f"{n} of {total} {nouns}"


def nothing_found(obj: p.Obj, ctx: Context) -> str:
    """ "I can't see a gold block. I see a yellow block." Never a guess, only what is there."""
    bare = obj.model_copy(update={"quant": "a", "count": None, "order": None})
    if obj.quant == "rest" and obj.ref is None:
        return f"There are no other {obj_noun(obj, plural=True)}."
    if obj.ref == "other":
        return f"I can't see another {obj_noun(obj)}."
    if obj.state == "held" and ctx.scene.held is None:
        return "I'm not holding anything."
    if is_plural(obj):
        tail = describe_obj(bare).removeprefix(article(obj_noun(bare)))
        sentence = f"I can't see any {obj_noun(obj, plural=True)}{tail}."
    else:
        sentence = f"I can't see {describe_obj(bare)}."
    said = (sentence, seen_instead(obj, ctx), too_much(ctx))
    return " ".join(words for words in said if words)


def too_much(ctx: Context) -> str:
    """What is said where not all of the picture was looked at: "There is too much on the table for
    one look: I left out five parts of it."; "" where all was."""
    n = ctx.scene.left_out
    if not n:
        return ""
    part = "one part" if n == 1 else f"{number_word(n)} parts"
    return f"There is too much on the table for one look: I left out {part} of it."


def nothing_there(ctx: Context, at_a_table: str = "The table is empty.") -> str:
    """What is said where nothing is seen; at_a_table: by an arm that always stands at one."""
    if ctx.scene.base is None:
        return at_a_table
    return "I see nothing here" + ("." if at_a_table.endswith(".") else "")


def seen_instead(obj: p.Obj, ctx: Context) -> str:
    """What comes nearest to the description: same kind in other colours, same colour, all."""
    scene = ctx.scene
    visible = [o for o in scene.objects if not o.held]
    try:
        kind = f.kind_of(obj, scene)
    except f.Unresolved:
        kind = "object"
    same_kind = f.by_kind(visible, kind, scene)
    if not visible:
        return nothing_there(ctx)
    if same_kind and kind != "object" and (obj.colors or obj.size) and not obj.where:
        if obj.colors:
            near = nearest_colors(obj.colors[0], tuple(o.color for o in same_kind))[:3]
            same_kind = [o for o in same_kind if o.color in near]
        return f"I see {tally(same_kind)}."
    if obj.where or obj.state or obj.group:
        return ""
    same_color = [o for o in visible if o.color in obj.colors]
    return f"I see {tally(same_color or visible)}."
