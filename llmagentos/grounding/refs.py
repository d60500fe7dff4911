"""References to the past of the dialogue: it, them, the other one, the one moved last, names.

Knows: what a reference word points at, given the session's context. Does not know: how mentions
and events come about (memory.py) nor the other parts of a description.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from llmagentos.grounding.context import Context, Event
from llmagentos.grounding.filters import Unresolved
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import is_plural, number_word, obj_noun
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject
from llmagentos.world.support import supports

#: An object has moved when its centre is more than this away from where it was.
MOVED_M = 0.01
#: A thing turned by more than this was turned, rad.
TURNED_RAD = 0.05


def referents(obj: p.Obj, allowed: Sequence[SceneObject], ctx: Context) -> tuple[str, ...]:
    """Ids that `obj.ref` (which must be set) points at, among `allowed`, best first.

    Raises Unresolved (no_referent, or none when the thing is gone) where it points at nothing.
    """
    ids = {o.id for o in allowed}
    ref = "them" if obj.ref == "it" and is_plural(obj) else obj.ref
    if ref == "it":
        return _it(obj, ids, ctx)
    if ref == "them":
        return _them(ids, ctx)
    if ref == "this":
        return _known([i for i in (ctx.this or ctx.moving,) if i], ids, ctx, "this")
    if ref == "other":
        return _other(obj, allowed, ctx)
    if obj.is_of_moved:
        return _moved(obj, ids, ctx)
    if ref == "pattern":
        return _known(ctx.pattern, ids, ctx, "the arrangement")
    return _known(ctx.answer, ids, ctx, "that")


def _known(
    points_at: Iterable[str], ids: Collection[str], ctx: Context, word: str
) -> tuple[str, ...]:
    wanted = tuple(points_at)
    if not wanted:
        raise Unresolved(Failure.NO_REFERENT, f'I don\'t know what you mean by "{word}".')
    found = tuple(i for i in wanted if i in ids)
    if not found:
        raise Unresolved(Failure.NONE_FITS, f'I can\'t see what you mean by "{word}" any more.')
    return found


def _it(obj: p.Obj, ids: Collection[str], ctx: Context) -> tuple[str, ...]:
    """The newest single mention that fits; what is held; the only thing there is."""
    vague = obj.kind == "object" and not obj.colors and not obj.noun
    singles = [m[0] for m in reversed(ctx.mentioned) if len(m) == 1]
    if vague and singles and ctx.scene.get(singles[0]) is None:
        raise Unresolved(Failure.NONE_FITS, "I can't see it any more.")
    for object_id in singles:
        if object_id in ids:
            return (object_id,)
    held = ctx.scene.held
    if held is not None and held.id in ids:
        return (held.id,)
    plural = [tuple(i for i in m if i in ids) for m in reversed(ctx.mentioned)]
    for found in plural:
        if found:
            return found
    if len(ids) == 1 and not ctx.mentioned:
        return tuple(ids)
    raise Unresolved(Failure.NO_REFERENT, 'Which object do you mean by "it"?')


def _them(ids: Collection[str], ctx: Context) -> tuple[str, ...]:
    """The newest plural mention that fits, else the two newest single ones together."""
    for mention in reversed(ctx.mentioned):
        found = tuple(i for i in mention if i in ids)
        if len(found) > 1:
            return found
    singles: dict[str, None] = {}
    for mention in reversed(ctx.mentioned):
        if len(mention) == 1 and mention[0] in ids:
            singles.setdefault(mention[0])
    if singles:
        return tuple(reversed(list(singles)[:2]))
    raise Unresolved(Failure.NO_REFERENT, 'Which objects do you mean by "them"?')


def _other(obj: p.Obj, allowed: Sequence[SceneObject], ctx: Context) -> tuple[str, ...]:
    """What fits the description but is not what was last spoken of.

    Without a kind of its own, "the other one" is of the same kind as the last one, and of the
    same colour where there is such a one.
    """
    ids = {o.id: o for o in allowed}
    last: tuple[str, ...] = ()
    for mention in reversed(ctx.mentioned):
        last = tuple(i for i in mention if i in ids)
        if last:
            break
    if not last:  # "move them to the other bowl": not the one that they are in
        last = _carriers(ctx, ids)
    rest = [o for o in allowed if o.id not in last]
    vague = obj.kind == "object" and not obj.noun and not obj.colors
    if vague and last:
        known = ids[last[0]]
        rest = [o for o in rest if o.kind == known.kind] or rest
        rest = [o for o in rest if o.color == known.color] or rest
    if not last and not ctx.mentioned:
        raise Unresolved(Failure.NO_REFERENT, 'Which one do you mean by "the other one"?')
    return tuple(o.id for o in rest)


def _carriers(ctx: Context, ids: Collection[str]) -> tuple[str, ...]:
    """Which of `ids` carry what was spoken of last."""
    spoken = ctx.mentioned[-1] if ctx.mentioned else ()
    things = [o for o in map(ctx.scene.get, spoken) if o is not None]
    below = [s.id for o in things for s in supports(ctx.scene, o)]
    return tuple(i for i in dict.fromkeys(below) if i in ids)


def really_moved(event: Event) -> bool:
    """Whether the event changed where the object is, not only what was believed about it."""
    if event.after is None:
        return True
    a, b = event.before, event.after
    return math.dist(a.position, b.position) > MOVED_M or a.support != b.support


def really_changed(event: Event) -> bool:
    """Whether there is something to take back: it stands elsewhere, or was turned on the spot."""
    return really_moved(event) or abs(event.turned_rad) > TURNED_RAD


def moved_count(obj: p.Obj) -> int | None:
    """How many of the things that were moved are meant: "the last three", or None for all those
    of one command."""
    if obj.quant == "both":
        return 2
    if obj.count is not None and obj.order is None:
        return obj.count
    return None if is_plural(obj) else 1


def in_turn(moves: Sequence[Event], ref: str) -> tuple[str, ...]:
    """What was moved, each thing once, from the first or (last_moved) from the last one on."""
    turn = reversed(moves) if ref == "last_moved" else moves
    return tuple(dict.fromkeys(e.object_id for e in turn))


def only_moved(obj: p.Obj, count: int) -> str:
    """ "I have moved only two blocks so far."."""
    return f"I have moved only {number_word(count)} {obj_noun(obj, plural=count != 1)} so far."


def _moved(obj: p.Obj, ids: Collection[str], ctx: Context) -> tuple[str, ...]:
    """Of what fits and was moved: by rank and number over all commands, else one command's."""
    moves = [e for e in ctx.events if really_moved(e)]
    if not moves:
        raise Unresolved(Failure.NO_REFERENT, "I haven't moved anything yet.")
    fitting = [e for e in moves if e.object_id in ids]
    if not fitting:
        raise Unresolved(Failure.NO_REFERENT, "I haven't moved anything like that.")
    count = moved_count(obj)
    if count is None:
        chosen = fitting[-1] if obj.ref == "last_moved" else fitting[0]
        return tuple(dict.fromkeys(e.object_id for e in fitting if e.command == chosen.command))
    every = in_turn(fitting, obj.ref or "")
    meant = every[obj.rank - 1 : obj.rank - 1 + count]
    if len(meant) < count and (obj.quant != "at_most" or not meant):
        raise Unresolved(Failure.TOO_FEW, only_moved(obj, len(every)))
    return meant


def named(name: str, ctx: Context) -> str:
    """The id of the object with a given name. Raises Unresolved when there is none."""
    wanted = normal_name(name)
    for known, object_id in ctx.names.items():
        if normal_name(known) == wanted:
            if ctx.scene.get(object_id) is None:
                raise Unresolved(Failure.NONE_FITS, f"I can't see the {wanted} any more.")
            return object_id
    shown = [o.id for o in ctx.scene.objects if o.name and normal_name(o.name) == wanted]
    if len(shown) == 1:
        return shown[0]
    if any(normal_name(known) == wanted for known in ctx.name_places):
        raise Unresolved(Failure.NO_REFERENT, f'"{name}" is a place, not an object.')
    raise Unresolved(Failure.NO_REFERENT, f'I don\'t know anything called "{name}".')


def normal_name(name: str) -> str:
    """A given name for comparison: lower case, no article, single spaces."""
    words = name.lower().split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "my", "our") else words)


def rest_handled(ctx: Context) -> frozenset[str]:
    """What "the rest" leaves out: see Context.handled; else what the last command moved."""
    if ctx.handled or not ctx.events:
        return frozenset(ctx.handled)
    last = ctx.events[-1].command
    return frozenset(e.object_id for e in ctx.events if e.command == last)


def moved_kinds(ctx: Context) -> frozenset[str]:
    """Kinds of what the newest command that moved anything has moved."""
    if not ctx.events:
        return frozenset()
    last = ctx.events[-1].command
    return frozenset(e.before.kind for e in ctx.events if e.command == last)
