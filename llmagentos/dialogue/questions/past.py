"""Answers from what a robot remembers over restarts.

Knows: how times and last sights are said. Does not know: how they are kept (memory/long_term.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from llmagentos.dialogue.memory_acts import from_the_other_side
from llmagentos.dialogue.questions.common import sentence
from llmagentos.dialogue.questions.place_words import place_words
from llmagentos.dialogue.questions.times import time_in
from llmagentos.grounding.context import Context
from llmagentos.grounding.resolve import matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import noun_phrase
from llmagentos.lang.wording.scene import describe_object
from llmagentos.lang.words import INABILITIES
from llmagentos.memory.finding import words_of
from llmagentos.memory.long_term import TOLD, Deed, LongTermMemory, Sight
from llmagentos.memory.record import SessionFacts
from llmagentos.types import Scene

#: So many commands of earlier sessions are told, and so many of a time that was asked for.
_TOLD, _OF_A_TIME = 3, 5
#: After so many hours a day is named, not "ago".
_NOW_S = 90.0


def last_sight(obj: p.Obj | None, ctx: Context, past: LongTermMemory | None) -> str:
    """ "I last saw the red cup yesterday at 14:02: it was in the box."; "" where it was never seen.

    What is described is looked for among everything as it was seen last, as in a scene.
    """
    if past is None or obj is None:
        return ""
    sights = {s.thing.id: s for s in past.last_seen()}
    then = Scene(tuple(s.thing for s in sights.values()), 0.0, ctx.scene.workspace)
    there = {o.id for o in ctx.scene.objects}
    found = [i for i in matching(obj, replace(ctx, scene=then, initial=then)) if i not in there]
    if not found:
        return ""
    newest = max((sights[i] for i in found), key=lambda s: s.at)
    return _told(newest, past)


def _told(sight: Sight, past: LongTermMemory) -> str:
    name = describe_object(sight.thing, sight.scene)
    where = place_words(sight.thing, sight.scene)
    return sentence(f"I last saw {name} {when(sight.at, past.now_s)}: it was {where}")


def earlier_deeds(past: LongTermMemory | None) -> str:
    """What was done in the session before this one; "" where there was none."""
    if past is None:
        return ""
    before = [d for d in past.commands(50) if d.session != past.session and d.status == "succeeded"]
    if not before:
        return ""
    newest = [d for d in before if d.session == before[-1].session][-_TOLD:]
    return f"In the session before this one, {when(newest[-1].at, past.now_s)}: {_replies(newest)}"


def done_during(session: SessionFacts, about: str = "") -> str:
    """What was done in the time that the question names: "Today before lunch: I put ..."; "" where
    it names none, or nothing is remembered over time. about: only what has these words."""
    past = session.past
    span = None if past is None else time_in(session.text, past.now_s)
    if past is None or span is None:
        return ""
    found = past.commands(10_000, span.since, span.until)
    wanted = set(words_of(about))
    done = [
        d for d in found
        if d.status == "succeeded" and wanted <= set(words_of(f"{d.text} {d.reply}"))
    ]  # fmt: skip
    when_ = sentence(span.words).rstrip(".")
    if not done:
        seen = " I remember nothing from before then." if _is_first(past, span.since) else ""
        of_it = f" with {about}" if about else ""
        return f"{when_}: I did nothing{of_it} that I remember.{seen}"
    few = done[-_OF_A_TIME:]
    more = f"{len(done)} commands, the last of them: " if len(done) > len(few) else ""
    return f"{when_}: {more}{_replies(few)}"


def _is_first(past: LongTermMemory, since: float) -> bool:
    """Whether nothing is remembered from before."""
    return not past.commands(1, until=since)


def remembered_instead(plan: p.Plan, session: SessionFacts) -> str:
    """The answer to a question that the robot itself can't know ("what happened on Monday?"), by
    what was told and done; "" where nothing fits, or the plan is no such question."""
    past, first = session.past, plan.steps[0]
    if past is None or not session.text.strip() or len(plan.steps) > 1:
        return ""
    if not isinstance(first, p.Cannot) or not INABILITIES[first.reason].knowing:
        return ""
    if during := done_during(session):
        return during
    return told_words(past.recall(session.text, 1, told=True), past.now_s)


def told_about(obj: p.Obj | None, past: LongTermMemory | None) -> str:
    """What a person told of a thing that is not on the table: "You told me today at 12:40 that the
    key is in the tray."; "" where they didn't."""
    if past is None or obj is None:
        return ""
    words = noun_phrase(obj)
    found = past.recall(words, _TOLD, told=True)
    named = set(words_of(words)) - set(obj.colors)
    sure = [d for d in found if named & set(words_of(d.text))] or found
    return told_words(sure[:1], past.now_s)


def told_words(facts: Sequence[Deed], now_s: float) -> str:
    """ "You told me yesterday at 14:02 that the key is in the tray."."""
    return " ".join(
        f"You told me {when(d.at, now_s)} that {from_the_other_side(d.text)}."
        for d in facts
        if d.status == TOLD
    )


def _replies(deeds: Sequence[Deed]) -> str:
    return " ".join(d.reply for d in deeds)


def when(at_s: float, now_s: float) -> str:
    """A moment as people name it: "a moment ago", "at 14:02", "yesterday at 14:02", "on Monday at
    ...", "on 3 November at ...". Both seconds since 1970, told in this machine's time zone."""
    if 0 <= now_s - at_s < _NOW_S:
        return "a moment ago"
    at, now = time.localtime(at_s), time.localtime(now_s)
    clock = time.strftime("%H:%M", at)
    days = _day(now) - _day(at)
    if days == 0:
        return f"today at {clock}"
    if days == 1:
        return f"yesterday at {clock}"
    if 1 < days < 7:
        return f"on {time.strftime('%A', at)} at {clock}"
    year = "" if at.tm_year == now.tm_year else f" {at.tm_year}"
    return f"on {at.tm_mday} {time.strftime('%B', at)}{year} at {clock}"


def _day(moment: time.struct_time) -> int:
    """Days since some day, in local time: midnight counts, not 24 hours."""
    return int((time.mktime((*moment[:3], 12, 0, 0, 0, 0, -1))) // 86400)
