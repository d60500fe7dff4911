"""A plan and the others that may be meant, held against the person's words.

Knows: what the checks of dialogue/doubts are given: confidence, earlier words, and which other plans
could be carried out here. Does not know: any check, nor how a doubt ends a command (executor.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.dialogue import doubts
from llmagentos.dialogue import turns as dialogue
from llmagentos.execution.rehearsal import copied, foreseen
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.tasks.validation import validate
from llmagentos.types import Hand, Scene


@dataclass(frozen=True)
class Said:
    """A command beside what was made of it. given: what the planner gave; written: its plan;
    meant: that without dialogue steps. waiting: the question that it may answer."""

    command: str
    given: p.Plan | PlanResult
    written: p.Plan
    meant: p.Plan
    waiting: dialogue.Pending | None = None


def doubts_about(
    said: Said, scene: Scene, memory: SessionMemory, hand: Hand, trust: Trust
) -> list[doubts.Doubt]:
    """Why the plan may not be what the words meant, the weightiest first."""
    waiting, command = said.waiting, said.command
    result = said.given if isinstance(said.given, PlanResult) else None
    confidence = result.confidence if result is not None else 1.0
    understanding = result.understanding if result is not None else None
    question = waiting.question if waiting is not None else ""
    earlier = ". ".join(r.text for r in memory.records[-4:-1])

    def options() -> tuple[doubts.Foreseen, ...]:
        # in an answer to a question the other plans would each note another choice
        others = understanding.options if understanding and waiting is None else ()
        every = {o.plan: o.probability for o in others} or {said.meant: confidence}
        own = (said.written, said.meant)
        found = (_option(x, sure, scene, memory, hand, x in own) for x, sure in every.items())
        return tuple(
            x
            for x in found
            if x is not None
            # the planner's first has its own turn with the other checks
            and (x.own or not doubts.find(doubts.Asked(command, x.plan, scene, question, earlier)))
        )

    return doubts.find(
        doubts.Asked(
            command, said.written, scene, question, earlier, confidence, understanding, trust,
            options,
        )
    )  # fmt: skip


def _option(
    plan: p.Plan, sure: float, scene: Scene, memory: SessionMemory, hand: Hand, own: bool
) -> doubts.Foreseen | None:
    """A plan that may be meant, without dialogue steps, and what the scene would be after it; None
    where it can't be carried out here. sure, own: see doubts.Foreseen."""
    meant = dialogue.resolve(plan, copied(memory), memory.context(scene), None)
    if meant.issue is not None or meant.reply or validate(meant.plan, memory.context(scene)):
        return None
    end = foreseen(meant.plan, scene, memory, hand)
    return None if end is None else doubts.Foreseen(meant.plan, sure, end, own)
