"""From one step of a plan to actions, bound as late as possible.

`expand(step, scope)` is a generator: it yields one `Action` after another, is sent how each
ended, and grounds descriptions against the newest scene when their turn comes. It ends quietly
when the step is done and raises `StepProblem` when it can't be.

Knows: which function carries out which step. Does not know: skills, trees, control flow
(for_each, if, repeat and until belong to llmagentos.execution.tree).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llmagentos.tasks.scope import Moves, Report, Scope, StepProblem, succeeded
from llmagentos.tasks.steps import (
    arrange,
    clear,
    move,
    point,
    push,
    put,
    reshape,
    rotate,
    stack,
    swap,
    undo,
    wait,
)

__all__ = ["Moves", "Report", "Scope", "StepProblem", "expand", "succeeded"]

_EXPANDERS: dict[str, Callable[[Any, Scope], Moves]] = {
    "pick": put.pick,
    "place": put.place_held,
    "put": put.put,
    "release": put.release,
    "push": push.push,
    "move": move.move,
    "rotate": rotate.rotate,
    "stack": stack.stack,
    "arrange": arrange.arrange,
    "reshape": reshape.reshape,
    "swap": swap.swap,
    "clear": clear.clear,
    "point": point.point,
    "look": wait.look,
    "home": wait.home,
    "wait": wait.wait,
    "wait_for": wait.wait_for,
    "undo": undo.undo,
    "restore": undo.restore,
}


def expand(step: Any, scope: Scope) -> Moves:
    """The step's actions; see the module's words. Raises KeyError for a control step."""
    return _EXPANDERS[step.op](step, scope)
