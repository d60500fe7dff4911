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

from llmagentos.lang.node import Node
from llmagentos.lang.steps import STEPS
from llmagentos.tasks.scope import Moves, Report, Scope, StepProblem, ended_badly, succeeded
from llmagentos.tasks.steps import (
    arrange,
    clear,
    driving,
    going_round,
    hand,
    move,
    point,
    push,
    put,
    reshape,
    rotate,
    single,
    stack,
    swap,
    undo,
    watch,
)

__all__ = [
    "Moves",
    "Report",
    "Scope",
    "StepProblem",
    "ended_badly",
    "expand",
    "register_step",
    "succeeded",
    "unregister_step",
]

#: Steps that are more than one action of the skill of their own name.
_EXPANDERS: dict[str, Callable[[Any, Scope], Moves]] = {
    "pick": driving.find_and_pick,
    "place": put.place_held,
    "put": driving.put_or_bring,
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
    "look": watch.look,
    "wait_for": watch.wait_for,
    "undo": undo.undo,
    "restore": undo.restore,
    "reach": hand.reach,
    "grip": hand.grip,
    "goto": driving.goto,
    "steer": driving.steer,
    "follow": driving.follow,
    "mark": driving.mark,
    "find": driving.find,
    "bring": driving.bring,
    "answer": going_round.go_round,
}


def expand(step: Any, scope: Scope) -> Moves:
    """The step's actions; see the module's words. A step that has no row above is one action of
    the skill of its own name."""
    return _EXPANDERS.get(step.op, single.single)(step, scope)


def register_step(
    step: type[Node], expander: Callable[[Any, Scope], Moves] = single.single
) -> None:
    """A step from outside this package: its class (lang/steps.py has its like) and its actions.

    Without an expander it is one action of the skill of its name (steps/single.py says how).

    From then on plans can hold it: it is parsed, written, told in words (`said`), and part of the
    grammar of every model whose vocabulary has its words. A package names a function without
    arguments that calls this as an entry point of the group `llmagentos.steps`. Raises PlanError
    for a class without `op` and for an `op` that is taken.
    """
    STEPS.add(step)
    _EXPANDERS[step.model_fields["op"].default] = expander


def unregister_step(op: str) -> None:
    """Forget a step from outside (tests do). Raises KeyError for one that is not there."""
    STEPS.remove(op)
    del _EXPANDERS[op]
