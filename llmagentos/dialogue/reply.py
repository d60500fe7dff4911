"""How a plan that has ended is told: a status and one or two plain sentences.

Knows: the records of a session and its problem. Does not know: how steps were carried out.
"""

from __future__ import annotations

from llmagentos.dialogue.session import Session, StepRecord
from llmagentos.lang.wording import past_tense
from llmagentos.types import Status

#: Steps that are words or structure, not deeds to report.
_SILENT = ("say", "answer", "remember", "look", "wait", "wait_for", "if", "for_each", "repeat",
           "until", "yes", "no", "stop", "refuse", "cannot", "ask", "unclear", "when_told")  # fmt: skip
MAX_DEEDS = 3


def outcome_of(session: Session) -> tuple[Status, str]:
    """Status and reply of a plan that ended by itself."""
    problem = session.problem
    if problem is not None:
        words = problem.words
        done = [] if problem.kind == "refused" else _deeds(session)
        if done and session.acted:
            words = f"{_did(done)} {_but(words)}"
        return problem.kind, " ".join([*session.says, words]) if session.acted else words
    if not session.acted and session.answered:
        return "answered", " ".join(session.says) or "Done."
    if not session.acted:
        return "succeeded", " ".join(session.says) or "There was nothing to do."
    done = _deeds(session)
    return "succeeded", " ".join([*([_did(done)] if done else []), *session.says]) or "Done."


def _deeds(session: Session) -> list[StepRecord]:
    """Top-level steps that did something and ended well."""
    return [
        r for r in session.records if r.status == "succeeded" and r.actions and r.op not in _SILENT
    ]


def _did(records: list[StepRecord]) -> str:
    words = list(dict.fromkeys(r.told or r.words for r in records))
    said = [past_tense(w) for w in words[:MAX_DEEDS]]
    more = len(words) - MAX_DEEDS
    if more > 0:
        said.append(f"did {more} more thing{'s' if more > 1 else ''}")
    if len(said) == 1:
        return f"I {said[0]}."
    return f"I {', '.join(said[:-1])} and {said[-1]}."


def _but(words: str) -> str:
    return f"Then: {words}" if words[:1].isupper() else words
