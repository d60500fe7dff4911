"""Records of what a session did, as told to people.

Knows: the shape of one finished command and its steps. Does not know: who keeps them (memory.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from llmagentos.lang import plan as p
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.types import Hand, Status

StepStatus = Literal["pending", "running", "succeeded", "failed", "skipped"]


@dataclass(frozen=True)
class StepFact:
    """One step as told to people: its words, why its references are what they are, its end."""

    words: str
    groundings: tuple[str, ...] = ()
    status: StepStatus = "succeeded"
    note: str = ""


@dataclass(frozen=True)
class CommandRecord:
    """One finished or running command. status is None while it runs.

    undone: its moves were taken back. is_undo: it took back others' moves, so that its own don't
    count for the next undo. chosen: what the person's answers restricted. deed: its number in what
    is remembered over restarts, 0 for none.
    """

    index: int
    text: str
    plan: p.Plan | None = None
    steps: tuple[StepFact, ...] = ()
    status: Status | None = None
    reply: str = ""
    undone: bool = False
    is_undo: bool = False
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    deed: int = 0


@dataclass(frozen=True)
class Manner:
    """How steps are carried out. speed: a share of the usual one; clear_of: ids of what is not
    touched, nor moved."""

    speed: float = 1.0
    clear_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionFacts:
    """What questions about the robot's own doings are answered from (see questions.answer).

    last: the newest command that did or tried something, was refused or ended in a question.
    before: the newest one before it of which a step was carried out. next_steps: words of the steps that are
    still to come. commands: how many there were. hand: where the hand is, where that is known. past:
    what is remembered over restarts, where anything is. text: the words of the running command.
    """

    robot_name: str = "LLMAgentOS"
    last: CommandRecord | None = None
    before: CommandRecord | None = None
    next_steps: tuple[str, ...] = ()
    commands: int = 0
    pending_question: str = ""
    hand: Hand | None = None
    past: LongTermMemory | None = None
    text: str = ""
