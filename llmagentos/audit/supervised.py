"""What the supervisor did, as rows: stops and what was measured of them, states, refusals.

Knows: which of its actions are rows. Does not know: how they came about.
"""

from __future__ import annotations

from collections.abc import Callable

from llmagentos.ports.audit import Audit
from llmagentos.safety.signals import Action, Answer, Changed, Refused

#: A command's own way through armed and moving is told by its other rows.
_USUAL = {"armed", "moving"}


def supervised(audit: Audit) -> Callable[[Action], None]:
    """A listener for `SupervisorPort.subscribe`; it waits for nothing."""

    def hear(action: Action) -> None:
        if isinstance(action, Answer):
            audit.post("stopped", by="supervisor", asker=action.asker, at_rest=action.at_rest,
                       after_ms=action.ms, holding=action.holding, why=action.why)  # fmt: skip
        elif isinstance(action, Refused):
            audit.post("refused", by="supervisor", rule=action.what, why=action.why, to=action.to)
        elif isinstance(action, Changed) and not {str(action.before), str(action.after)} <= _USUAL:
            audit.post("state", by="supervisor", before=str(action.before), after=str(action.after),
                       person=action.by, why=action.why)  # fmt: skip

    return hear
