"""The states of a task and what may follow what: one table.

Knows: names. Does not know: why a task goes from one to another (book.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """Where a task stands."""

    QUEUED = "queued"
    """in line, behind others or behind tasks that it comes after"""
    WAITING = "waiting"
    """its turn, but what it needs is in use"""
    RUNNING = "running"
    """at work, with what it needs"""
    YIELDING = "yielding"
    """still at work, and asked to make room at its next safe point"""
    PARKED = "parked"
    """made room in the middle; goes on where it was when its turn comes again"""
    ENDING = "ending"
    """still at work, and asked to end: cancelled, or too late"""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """its deadline passed before it ended"""
    LOST = "lost"
    """whoever carried it out gave no sign in the time of its lease"""


_IN_LINE = frozenset({State.QUEUED, State.WAITING, State.PARKED})
_OVER = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.EXPIRED, State.LOST})
_ENDS_AT_WORK = frozenset({State.DONE, State.FAILED, State.LOST})

#: What may follow what; nothing follows an end.
LEGAL: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.WAITING, State.RUNNING, State.CANCELLED, State.EXPIRED}),
    State.WAITING: frozenset({State.RUNNING, State.CANCELLED, State.EXPIRED}),
    State.RUNNING: _ENDS_AT_WORK | {State.YIELDING, State.ENDING},
    State.YIELDING: _ENDS_AT_WORK | {State.PARKED, State.ENDING},
    State.PARKED: frozenset({State.RUNNING, State.CANCELLED, State.EXPIRED}),
    State.ENDING: _ENDS_AT_WORK | {State.CANCELLED, State.EXPIRED},
    **{end: frozenset() for end in _OVER},
}


def in_line(state: State) -> bool:
    """Whether it waits to be started or to go on."""
    return state in _IN_LINE


def at_work(state: State) -> bool:
    """Whether it has what it needs, and uses it."""
    return state in (State.RUNNING, State.YIELDING, State.ENDING)


def over(state: State) -> bool:
    """Whether nothing comes after it."""
    return state in _OVER
