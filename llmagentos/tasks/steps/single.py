"""Steps that are one action of the skill of their own name: the expander of those that need no other.

Knows: which field of a step fills which field of its action. Does not know: any one step or skill.
"""

from __future__ import annotations

import math
from typing import Any

from llmagentos.tasks.scope import Moves, Scope, ended_badly, succeeded
from llmagentos.types import Action


def single(step: Any, scope: Scope) -> Moves:
    """The skill named as the step is: once for each object that `obj` describes, if it has one.

    `seconds` becomes the action's `duration_s`, `angle_deg` its `angle_rad`. Raises StepProblem
    where a description does not resolve or the skill ends badly, as it does where there is none.
    """
    fields: dict[str, Any] = {}
    if hasattr(step, "seconds"):
        fields["duration_s"] = step.seconds
    if hasattr(step, "angle_deg"):
        fields["angle_rad"] = math.radians(step.angle_deg)
    for object_id in scope.ground(step.obj) if hasattr(step, "obj") else ("",):
        if object_id:
            fields["object_id"] = object_id
        report = yield Action(step.op, why=scope.words, **fields)
        if not succeeded(report):
            raise ended_badly(f"I could not {scope.words}", report)
