"""What a person hears where no plan came about: words that cannot be read, a model that failed.

Knows: which error is whose fault and how it is told. Does not know: how plans are written, nor what
is done with one.
"""

from __future__ import annotations

from llmagentos.dialogue.doubts import numbers
from llmagentos.errors import CommandError, LLMAgentOSError, NotEnglishError, NumberRuleError
from llmagentos.ports.modules import Outcome


def outcome(error: LLMAgentOSError, command: str, pending: str = "") -> Outcome:
    """How a command ends that `error` left without a plan. command: as far as it could be read;
    pending: the robot's question, which goes on waiting where the numbers were not understood."""
    if isinstance(error, NotEnglishError):
        return Outcome("cannot", f"{error} Say it in English, please.")
    if isinstance(error, CommandError):
        return Outcome("failed", f"I can't read that: {error}")
    if isinstance(error, NumberRuleError):
        return Outcome("question", numbers.no_plan_for(command).reply, question=pending)
    return Outcome("failed", f"I could not make a plan: {error}")
