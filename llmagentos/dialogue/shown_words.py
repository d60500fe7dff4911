"""Names of shown things in commands: "my cube" is one thing, not any block.

Knows: where a person says "my cube" of a thing that was shown as "cube", and which description of a
plan came of it. Does not know: what the thing looks like, nor how a planner reads the rest.

The planner may take a name for anything: a kind ("cube"), a liquid ("my fizz"). So it stands in the
sentence as a noun that the planner keeps, and in its plan as the name that it is. "the cube" stays
any block; "the drill", which is no kind, is the thing of that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from llmagentos.dialogue.rewrite import descriptions, substitute
from llmagentos.objects.kinds import named
from llmagentos.ports.modules import PlanRequest, PlanResult

#: Nouns of no kind that the planner keeps: ten of ten sentences each, tried with the shipped one.
_STAND_INS = ("harmonica", "stapler", "umbrella")


def planned(request: PlanRequest, plan: Callable[[PlanRequest], PlanResult]) -> PlanResult:
    """What the planner makes of a request, names of shown things in their place."""
    text, used = request.command, dict[str, str]()
    for name in sorted({o.name for o in request.scene.objects if o.name}, key=len, reverse=True):
        stand_in = next((w for w in _STAND_INS if w not in used and w not in text.lower()), "")
        if not stand_in:
            continue
        own = "my|our|your" if _is_a_kind(name) else "my|our|your|the|that|this"
        said = re.compile(rf"\b(?:{own}) {re.escape(name)}\b(?!['’-])", re.I)
        text, count = said.subn(f"the {stand_in}", text)
        if count:
            used[stand_in] = name
    if not used:
        return plan(request)
    result = plan(replace(request, command=text))
    written = result.plan
    for obj in descriptions(written):
        name = used.get((obj.noun or obj.name or "").lower(), "")
        if name:
            update = {"noun": None, "name": name, "kind": "object"}
            written = substitute(written, obj, obj.model_copy(update=update))
    return replace(result, plan=written)


def _is_a_kind(name: str) -> bool:
    """Whether the name, or its last word, is one for any of a kind."""
    return named(name) is not None or named(name.split()[-1]) is not None
