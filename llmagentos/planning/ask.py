"""The words of a question that the plan itself asks.

Knows: `ask` steps. Does not know: candidates in the scene.
"""

from __future__ import annotations

from llmagentos.planning import plan as p
from llmagentos.planning.wording import describe_obj

_ASKS = {
    "which": "Which one do you mean?",
    "where": "Where shall I put it?",
    "direction": "On which side?",
    "how_far": "How far?",
    "what": "What shall I do?",
}


def ask_words(step: p.Ask) -> str:
    """ "Which red block do you mean?", "On which side?"."""
    if step.about == "which" and step.obj is not None:
        noun = describe_obj(step.obj.model_copy(update={"quant": "the"}))
        return f"Which {noun.removeprefix('the ')} do you mean?"
    return _ASKS[step.about]
