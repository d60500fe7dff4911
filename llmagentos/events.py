"""What happens while a command runs, one class an event, and the bus that tells it.

Knows: every event, its fields and its JSON form (docs/events.md lists them). Does not know: who
tells them, nor who listens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """Something that happened; `name` is its name in JSON."""

    name: ClassVar[str] = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data: {"event": name, ...fields}."""
        return {"event": self.name} | {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True)
class CommandRead(Event):
    """The text has been read."""

    name: ClassVar[str] = "command"
    command: str


@dataclass(frozen=True)
class SceneSeen(Event):
    """The camera has looked; objects: how many it sees."""

    name: ClassVar[str] = "scene"
    objects: int


@dataclass(frozen=True)
class Degraded(Event):
    """A source of the watchdogs' table (llmagentos.safety.watchdogs) is silent, or can't be
    believed. effect: what follows; words: as a person hears it."""

    name: ClassVar[str] = "degraded"
    source: str
    effect: str
    words: str


@dataclass(frozen=True)
class PlanWritten(Event):
    """The plan has been written (llmagentos.lang.plan.Plan), in so many seconds of wall time.
    outline: its steps in words, one row each (llmagentos.lang.wording.outline)."""

    name: ClassVar[str] = "plan"
    plan: Any
    plan_s: float
    outline: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Rehearsed(Event):
    """The plan has been tried out in copies of the scene; in bad of them it went wrong. words: how
    it went, and whether to its end. change: what follows from it for the plan, as plain data
    (`Outlook.change` of llmagentos.execution.copies); empty where it is carried out as written."""

    name: ClassVar[str] = "rehearsed"
    copies: int
    bad: int
    words: str
    change: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StepEvent(Event):
    """About one step. path: "0.1" is the second step inside the first."""

    path: str


@dataclass(frozen=True)
class StepStarted(StepEvent):
    """A step begins; in loops once for each round."""

    name: ClassVar[str] = "step_started"
    words: str


@dataclass(frozen=True)
class Grounded(StepEvent):
    """A description or condition was resolved to these objects, and why."""

    name: ClassVar[str] = "grounded"
    words: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActionStarted(StepEvent):
    """An action begins. action: its name and numbers, as plain data."""

    name: ClassVar[str] = "action_started"
    words: str
    action: Mapping[str, Any]


@dataclass(frozen=True)
class ActionDone(StepEvent):
    """An action ended. reason: which failure, "" for none."""

    name: ClassVar[str] = "action_done"
    status: str
    reason: str
    words: str


@dataclass(frozen=True)
class StepDone(StepEvent):
    """A step ended, succeeded or failed, with the reason in words."""

    name: ClassVar[str] = "step_done"
    status: str
    words: str


@dataclass(frozen=True)
class ReplyKnown(Event):
    """A sentence of the reply is known."""

    name: ClassVar[str] = "reply"
    words: str


@dataclass(frozen=True)
class CommandSetAside(Event):
    """The command waits in the middle, with nothing in the hand, for others that come first."""

    name: ClassVar[str] = "set_aside"
    command: str


@dataclass(frozen=True)
class CommandTakenUp(Event):
    """It goes on."""

    name: ClassVar[str] = "taken_up"
    command: str


@dataclass(frozen=True)
class CommandEnded(Event):
    """The command has ended."""

    name: ClassVar[str] = "result"
    status: str
    reply: str


#: Every event by its name, in the order in which a command brings them.
EVENTS: Mapping[str, type[Event]] = {
    kind.name: kind
    for kind in (
        CommandRead,
        SceneSeen,
        Degraded,
        PlanWritten,
        Rehearsed,
        StepStarted,
        Grounded,
        ActionStarted,
        ActionDone,
        StepDone,
        ReplyKnown,
        CommandSetAside,
        CommandTakenUp,
        CommandEnded,
    )
}

#: Called with every event of a running command, in order.
EventSink = Callable[[Event], None]


def from_json(data: Mapping[str, Any]) -> Event:
    """The event that `to_json` gave; fields it does not have are left out, so that newer senders
    are understood. Raises ValueError for what is no event. A plan stays plain data."""
    kind = EVENTS.get(str(data.get("event")))
    if kind is None:
        raise ValueError(f"expected an event of {', '.join(EVENTS)}, got {data.get('event')!r}")
    known = {f.name: data[f.name] for f in fields(kind) if f.name in data}
    for name in ("ids", "outline"):
        if name in known:
            known[name] = tuple(known[name])
    try:
        return kind(**known)
    except TypeError as exc:
        raise ValueError(f"expected all fields of event '{kind.name}', got {known}") from exc


class EventBus:
    """Tells every event to whoever subscribed, in the order of subscribing, on the same thread.

    A listener that raises is logged once, in one line, and told the next event all the same: who
    only watches must not end a command.
    """

    def __init__(self) -> None:
        self._sinks: list[EventSink] = []
        self._clumsy: list[EventSink] = []  # those that raised and were logged

    def subscribe(self, sink: EventSink) -> Callable[[], None]:
        """Tell `sink` every event from now on; returns what ends that."""
        self._sinks.append(sink)
        return lambda: self._unsubscribe(sink)

    def _unsubscribe(self, sink: EventSink) -> None:
        for known in (self._sinks, self._clumsy):
            if sink in known:
                known.remove(sink)

    def emit(self, event: Event) -> None:
        """Call every listener; one that raises is logged and breaks neither the command nor the
        others."""
        for sink in list(self._sinks):
            try:
                sink(event)
            except Exception as error:
                if sink not in self._clumsy:
                    self._clumsy.append(sink)
                    name = getattr(sink, "__qualname__", type(sink).__name__)
                    kind = type(error).__name__
                    _log.error("listener %s failed at '%s': %s: %s", name, event.name, kind, error)


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    return list(value) if isinstance(value, tuple) else value
