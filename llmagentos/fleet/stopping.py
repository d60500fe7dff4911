"""A stop for all: everybody is asked at once, and each is told of.

Knows: who was reached, what each measured. Does not know: the book; it works without a coordinator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llmagentos.errors import LLMAgentOSError
from llmagentos.fleet.names import Names
from llmagentos.fleet.work import Rest
from llmagentos.messaging import Bus, Pending, register


@dataclass(frozen=True)
class Stopped:
    """What became of one robot. reached: whether it answered. rests: whether it measured that nothing
    moves; never true for one that was not reached. words: both, and what it measured."""

    robot: str
    reached: bool
    rests: bool
    words: str


register(Stopped, name="fleet.Stopped")


def stop_all(
    bus: Bus,
    fleet: str = "fleet",
    timeout_s: float = 1.0,
    known: Mapping[str, str] | None = None,
    go_on: bool = False,
) -> list[Stopped]:
    """Stop every robot of a fleet that the bus shows or that is in `known`, all at once; by name. Takes
    at most `timeout_s`. known: ids on the bus by name, "" where it is not known. go_on: the other way
    round."""
    names, known = Names(fleet), known or {}
    there = {name for service in bus.services() if (name := names.robot_of(service))}
    asked: dict[str, Pending] = {}
    missing: dict[str, str] = {}
    for name in sorted(there | set(known)):
        try:
            asked[name] = bus.begin(
                names.stop(name), not go_on, timeout_s, priority=127, peer=known.get(name, "")
            )
        except LLMAgentOSError as exc:
            missing[name] = str(exc)
    out = []
    for name, pending in asked.items():
        try:
            found = pending.result()
        except LLMAgentOSError as exc:
            missing[name] = str(exc)
            continue
        if isinstance(found, Rest):
            state = "rests" if found.rests else "still moves"
            words = f"{name} {state}: {found.measured}" if not go_on else f"{name} may go on"
            out.append(Stopped(name, True, found.rests, words))
        else:
            missing[name] = f"expected what it measured, got {found!r}"
    for name, why in missing.items():
        words = f"{name} could not be reached ({why})"
        out.append(Stopped(name, False, False, words))
    return sorted(out, key=lambda s: s.robot)
