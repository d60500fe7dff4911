"""Answers about the robot and its own doings: did, moved, why, next, abilities, greetings.

Knows: which words (about_robot_words.py) answer which question. Does not know: how they are made.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.dialogue.questions.about_robot_words import (
    ABILITIES,
    CARRIES,
    DRIVES,
    did_words,
    next_words,
    status_words,
    why_words,
)
from llmagentos.dialogue.questions.common import Answered, asked, objects
from llmagentos.dialogue.questions.past import done_during, earlier_deeds
from llmagentos.grounding.context import Context, Event
from llmagentos.grounding.filters import is_kind
from llmagentos.grounding.refs import in_turn, moved_count, only_moved, really_moved
from llmagentos.grounding.resolve import matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import (
    article,
    describe_obj,
    is_plural,
    join_words,
    noun_phrase,
)
from llmagentos.lang.wording.scene import describe_object
from llmagentos.memory.session import SessionFacts
from llmagentos.types import SceneObject


def moved(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """What was moved by the last command that moved anything; first_moved: at the very first. Of a
    time ("did you move the cup yesterday?"), by what is remembered of it."""
    wanted = asked(query)
    if wanted.ref is None and (during := done_during(session, _called(wanted))):
        return Answered(during)
    moves = [e for e in ctx.events if really_moved(e)]
    if not moves:
        return Answered("I haven't moved anything yet.")
    obj = asked(query)
    if obj.ref is not None and obj.is_of_moved:
        event = moves[0] if obj.ref == "first_moved" else moves[-1]
        fitting = _by_rank(obj, moves) if obj.rank != 1 or is_plural(obj) else [event]
        if not fitting:
            return Answered(only_moved(obj, len(in_turn(_alike(obj, moves), obj.ref))))
    else:
        last = moves[-1].command
        fitting = [e for e in moves if e.command == last]
    named = _alike(obj, fitting)
    ids = tuple(dict.fromkeys(e.object_id for e in named or fitting))
    words = _moved_words(ids, {e.object_id: e.before for e in fitting}, ctx)
    if not named:
        return Answered(f"I didn't move {article(noun_phrase(obj))}; I moved {words}.", ids)
    return Answered(f"I moved {words}.", ids)


def _called(obj: p.Obj) -> str:
    return "" if obj == p.Obj() or obj == p.Obj(quant="all") else describe_obj(obj)


def _alike(obj: p.Obj, moves: Sequence[Event]) -> list[Event]:
    """Moves of things of that kind and colour."""
    return [
        e
        for e in moves
        if is_kind(e.before, obj.kind) and (not obj.colors or e.before.color in obj.colors)
    ]


def _by_rank(obj: p.Obj, moves: Sequence[Event]) -> list[Event]:
    """The how-manieth thing of that kind, or so many of them; [] where there are fewer."""
    alike = _alike(obj, moves)
    count = moved_count(obj)
    if count is None:
        last = [alike[0 if obj.ref == "first_moved" else -1].command] if alike else []
        return [e for e in alike if e.command in last]
    ids = in_turn(alike, obj.ref or "")[obj.rank - 1 : obj.rank - 1 + count]
    if len(ids) < count:
        return []
    return [next(e for e in reversed(alike) if e.object_id == i) for i in ids]


def _moved_words(ids: Sequence[str], before: dict[str, SceneObject], ctx: Context) -> str:
    names = []
    for object_id in ids:
        now = ctx.scene.get(object_id)
        was = before[object_id]
        names.append(describe_object(now, ctx.scene) if now else f"the {was.label}")
    return join_words(names)


def abilities(_: p.Query, ctx: Context, __: SessionFacts) -> Answered:
    """What can you do? Of a robot with a base, where it drives; without an arm that alone."""
    base = ctx.scene.base
    if base is None:
        return Answered(ABILITIES)
    if not base.has_arm:
        return Answered(f"{DRIVES}. I have no arm.")
    on_tables = ABILITIES.replace("I can't leave this table, pour", "I can't pour")
    return Answered(f"{DRIVES}, and {CARRIES}. {on_tables}")


def identity(_: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Who are you?"""
    if ctx.scene.base is not None:
        arm = " with an arm" if ctx.scene.base.has_arm else ""
        return Answered(
            f"I'm {session.robot_name}, a robot{arm} that drives. "
            "Tell me in plain words where to go and what to do there."
        )
    return Answered(
        f"I'm {session.robot_name}, a robot arm on a table with a camera above it. "
        "Tell me in plain words what to do with the things on the table."
    )


def greet(_: p.Query, __: Context, ___: SessionFacts) -> Answered:
    """Hello: an answer, and nothing moves."""
    return Answered("Hello! What shall I do?")


def thanks(_: p.Query, __: Context, ___: SessionFacts) -> Answered:
    """Thank you: an answer, and nothing moves."""
    return Answered("You're welcome.")


def bye(_: p.Query, __: Context, ___: SessionFacts) -> Answered:
    """Goodbye: an answer, and nothing moves."""
    return Answered("Goodbye!")


def hand(_: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Where is your hand, is it open? In metres of the base frame and centimetres."""
    if session.hand is None:
        return Answered("I can't tell where my hand is.")
    x, y, z = session.hand.position
    z -= ctx.scene.workspace.table_z
    where = f"My hand is at x {x:.2f} m, y {_no_minus_zero(y)} m, {100 * z:.0f} cm above the table"
    held, open_cm = ctx.scene.held, 100 * session.hand.opening_m
    if held is not None:
        return Answered(f"{where}, closed around {describe_object(held, ctx.scene)}.", (held.id,))
    return Answered(f"{where}, {f'{open_cm:.1f} cm open' if open_cm >= 0.2 else 'closed'}.")


def _no_minus_zero(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00")


def did(_: p.Query, __: Context, session: SessionFacts) -> Answered:
    """What did you do? By the session's record, not by what is seen; where there is none yet, by
    that of the session before. Of a time ("before lunch"), by what is remembered of it."""
    if during := done_during(session):
        return Answered(during)
    earlier = earlier_deeds(session.past) if session.last is None else ""
    return Answered(earlier or did_words(session))


def why(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Why did you do (or not do) that? About the one object that was named, where one was."""
    about = ""
    if query.obj is not None and query.obj != p.Obj():
        objs = objects(matching(query.obj, ctx), ctx)
        about = objs[0].label if len(objs) == 1 else ""
    return Answered(why_words(session, about))


def upcoming(_: p.Query, __: Context, session: SessionFacts) -> Answered:
    """What will you do next?"""
    return Answered(next_words(session))


def status(_: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """What are you doing? With what is in the gripper."""
    held = ctx.scene.held
    return Answered(status_words(session, held.label if held else ""))
