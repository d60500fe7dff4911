"""One command's rows: asked, understood, allowed, acting, done.

Knows: which row a command writes when, and whether it may go on without one. Does not know: how
rows are kept (log.py), nor the rules of guard, gate and supervisor, who write their own.
"""

from __future__ import annotations

import getpass
import logging
import os
import secrets
from dataclasses import asdict
from typing import Any

from llmagentos.audit.log import AuditLog
from llmagentos.errors import AuditError
from llmagentos.events import ActionDone, ActionStarted, Event
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.types import Action

_log = logging.getLogger(__name__)


class Untraced:
    """A command whose rows nobody wants; what `AuditTrail` has, doing nothing."""

    refuses = ""

    def write(self, kind: str, **facts: Any) -> None:
        """Nothing is kept."""

    def post(self, kind: str, **facts: Any) -> None:
        """Nothing is kept."""

    def settle(self) -> None:
        """Nothing is waited for."""

    def begin(self, text: str) -> None:
        """Nothing is kept."""

    def understood(self, planned: PlanResult) -> None:
        """Nothing is kept."""

    def hear(self, event: Event) -> None:
        """Nothing is kept."""

    def acting(self, action: Any, path: str = "") -> None:
        """Nothing is kept."""

    def set_aside(self) -> Any:
        """Nothing is kept."""

    def take_up(self, aside: Any) -> None:
        """Nothing is kept."""

    def end(self, outcome: Outcome, **facts: Any) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing was open."""


class AuditTrail(Untraced):
    """Writes a command's rows before what they tell begins to move; an Audit for guard and gate.

    origin: where commands come from: cli, chat, python, ros. user: who says them; the operating
    system's user where nobody says another.
    """

    def __init__(self, log: AuditLog, origin: str = "python", user: str = "") -> None:
        self.log, self.origin, self.user = log, origin, user or _user()
        #: Why nothing may move now, "" where it may.
        self.refuses = ""
        self._allowed = self._unsettled = False

    def write(self, kind: str, **facts: Any) -> None:
        """A row of somebody who lets an action begin; on the disk before its first tick (`settle`)."""
        self.log.add(kind, **facts)
        self._unsettled = True

    def post(self, kind: str, **facts: Any) -> None:
        """See Audit.post."""
        self.log.post(kind, **facts)

    def settle(self) -> None:
        """Before each tick: what an action that begins has written is waited for. Where it can't be
        kept and is needed, `refuses` says why; the tick must not come then."""
        if not self._unsettled:
            return
        self._unsettled = False
        try:
            self.log.flush()
        except AuditError as exc:
            self.refuses = str(exc)

    def begin(self, text: str) -> None:
        """A command came. Raises AuditError where rows are needed and can't be kept."""
        self.refuses, self._allowed, self._unsettled = "", False, False
        self.log.command = secrets.token_hex(6)
        self.log.write("asked", text=text, origin=self.origin, user=self.user)

    def understood(self, planned: PlanResult) -> None:
        """Its plan; on the disk before the first action begins."""
        sure = planned.confidence
        plan = planned.plan.to_json() if hasattr(planned.plan, "to_json") else planned.plan
        self.log.add("understood", plan=plan, text=planned.text, confidence=sure)

    def hear(self, event: Event) -> None:
        """An action begins or ended."""
        if isinstance(event, ActionStarted):
            self.acting(event.action, event.path)
        elif isinstance(event, ActionDone):
            self.log.add("acted", path=event.path, status=event.status, reason=event.reason,
                         words=event.words)  # fmt: skip

    def acting(self, action: Any, path: str = "") -> None:
        """An action begins: its first tick is to come after `settle`."""
        if not self._allowed:
            self._allowed = True
            self.log.add("allowed", by="plan checks", rule="", why="no check spoke against it")
        if isinstance(action, Action):
            action = asdict(action)
        self.write("acting", path=path, action=action)

    def set_aside(self) -> tuple[str, bool]:
        """The command waits for others; its rows go on under its own number (`take_up`)."""
        self.log.add("aside", why="others come first")
        return self.log.command, self._allowed

    def take_up(self, aside: tuple[str, bool]) -> None:
        """It goes on. Raises AuditError where rows are needed and can't be kept."""
        self.refuses, self._unsettled = "", False
        self.log.command, self._allowed = aside
        self.log.write("on", why="its turn again")

    def end(self, outcome: Outcome, **facts: Any) -> None:
        """What came of it; on the disk before the person hears of it. It has happened: where it
        can't be kept that is a warning."""
        if outcome.status in ("refused", "cannot"):
            self.log.add("refused", by="plan checks", rule=outcome.status, why=outcome.reply)
        try:
            self.log.write("done", status=outcome.status, reply=outcome.reply, **facts)
        except AuditError as exc:
            _log.warning("audit: the end of a command is not recorded: %s", exc)
        self.log.command = ""

    def close(self) -> None:
        """Write what waits and give the record back."""
        self.log.close()


def without_record(reason: str) -> Outcome:
    """What a person hears where nothing may move without a record."""
    return Outcome("failed", f"I don't move, since the audit record can't be kept: {reason}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())
