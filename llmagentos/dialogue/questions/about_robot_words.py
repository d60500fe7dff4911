"""Words about the robot's own doings, from the record of its last command.

Knows: what was said, done and explained (SessionFacts). Does not know: the scene.
"""

from __future__ import annotations

from llmagentos.lang.wording.inside import inside
from llmagentos.lang.wording.objects import join_words
from llmagentos.lang.wording.steps import past_tense
from llmagentos.memory.session import CommandRecord, SessionFacts

ABILITIES = (
    "I can pick things up, put them in, on or next to others, push and turn them, stack them, "
    "lay them out in patterns, swap and clear things, undo what I did, and answer questions about "
    "what I see. I can't leave this table, pour, cut or open things."
)

#: The same of a robot with a base, and of one without an arm.
DRIVES = (
    "I can drive to places that I know by name, look what is there and look for things, patrol, "
    "follow a wall, and learn the name of a place"
)
CARRIES = "bring things from one place to another"


def did_words(session: SessionFacts) -> str:
    """What the last command did: "I put the red block in the bowl, then went ...".

    Where it did nothing, also what the one before it did.
    """
    last, before = session.last, session.before
    if last is None:
        return "I haven't done anything yet."
    if last.status in ("refused", "cannot", "question") and not any(
        s.status == "succeeded" for s in last.steps
    ):
        nothing = f"Nothing: {last.reply}" if last.reply else "Nothing."
        return f"{nothing} Before that {_deeds(before)}" if before else nothing
    return _deeds(last)


def _deeds(last: CommandRecord) -> str:
    """What one command did, tried and failed at."""
    done = [past_tense(s.words) for s in last.steps if s.status == "succeeded"]
    failed = [s for s in last.steps if s.status == "failed"]
    words = f"I {', then '.join(done)}" if done else ""
    if failed:
        trouble = f"tried to {failed[0].words}" + (
            f", but {inside(failed[0].note)}" if failed[0].note else ""
        )
        words = f"{words}; then I {trouble}" if words else f"I {trouble}"
        if not failed[0].note:
            words += ", which failed"
    if not words:
        return last.reply or "I did nothing."
    undone = " That has been undone since." if last.undone else ""
    return words.rstrip(".") + "." + undone


def why_words(session: SessionFacts, about: str = "") -> str:
    """Why the last command was done as it was: what was said, and what each reference meant.

    about: label of the object asked about; its explanations come alone where there are any.
    """
    last = session.last
    if last is None:
        return "I haven't done anything yet, so there is nothing to explain."
    if last.status in ("refused", "cannot", "question"):
        return last.reply or "I could not do it."
    reasons = list(dict.fromkeys(g for s in last.steps for g in s.groundings if g))
    if about:
        reasons = [r for r in reasons if about in r.split(":")[0]] or reasons
    words = f'Because you said "{last.text.strip()}"'
    if reasons:
        words += f", and I understood {join_words([_taken(r) for r in reasons[:4]])}"
    words = words.rstrip(".") + "."
    return words + _trouble(last)


def _taken(reason: str) -> str:
    """ "the red block: the leftmost of 2" → "the red block (the leftmost of 2)"."""
    head, _, tail = reason.partition(": ")
    return f"{head} ({tail})" if tail else head


def _trouble(last: CommandRecord) -> str:
    failed = [s for s in last.steps if s.status == "failed" and s.note]
    return f" It failed because {inside(failed[0].note).rstrip('.')}." if failed else ""


def next_words(session: SessionFacts) -> str:
    """What comes next: the steps left, or waiting for an answer or a command."""
    if session.next_steps:
        return f"Next I will {', then '.join(session.next_steps)}."
    if session.pending_question:
        return f"I'm waiting for your answer: {session.pending_question}"
    return "Nothing is planned. Tell me what to do."


def status_words(session: SessionFacts, held: str = "") -> str:
    """How things stand: the last command's end, what is held, what comes next."""
    hand = f"I'm holding the {held}" if held else "my gripper is empty"
    if session.pending_question:
        return f"I'm waiting for your answer: {session.pending_question}"
    if session.next_steps:
        return f"I'm at work: next I will {session.next_steps[0]}, and {hand}."
    last = session.last
    if last is None or last.status is None:
        return f"I'm ready; {hand}."
    ended = (
        "the last command is done"
        if last.status == "succeeded"
        else (f'the last command, "{last.text.strip()}", was not done')
    )
    return f"I'm ready: {ended}, and {hand}."
