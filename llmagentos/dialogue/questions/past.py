"""Answers from what a robot remembers over restarts.

Knows: how times and last sights are said. Does not know: how they are kept (memory/long_term.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from llmagentos.dialogue.questions.common import sentence
from llmagentos.dialogue.questions.place_words import place_words
from llmagentos.grounding.context import Context
from llmagentos.grounding.resolve import matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.scene import describe_object
from llmagentos.memory.long_term import Deed, LongTermMemory, Sight
from llmagentos.types import Scene

#: So many commands of earlier sessions are told.
_TOLD = 3
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
