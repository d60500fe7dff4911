"""The life of an agent as the daemon sees it: phases, calls, what may follow what. One table.

Knows: names. Does not know: processes, or who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from llmagentos.errors import LifecycleError


class Phase(Enum):
    """Where an agent's life stands."""

    CREATED = "created"
    """it has a name and a specification; nothing runs"""
    STARTING = "starting"
    """its process is there and not ready yet"""
    RUNNING = "running"
    PAUSING = "pausing"
    """the action under way comes to its end first"""
    PAUSED = "paused"
    RESTARTING = "restarting"
    """its process died; the next one waits for its turn"""
    STOPPING = "stopping"
    STOPPED = "stopped"
    """somebody wanted it so"""
    ENDED = "ended"
    """its own program came to its end"""
    FAILED = "failed"
    """it died too often, was over its budget, or can't be made at all"""
    DESTROYED = "destroyed"


_START = {"start": Phase.STARTING, "destroy": Phase.DESTROYED}
_DEATHS = {"died": Phase.RESTARTING, "gave up": Phase.FAILED, "ended": Phase.ENDED}

#: What may follow what. People call start, pause, resume, stop and destroy; the others happen.
TABLE: Mapping[Phase, Mapping[str, Phase]] = {
    Phase.CREATED: _START,
    Phase.STARTING: {
        "ready": Phase.RUNNING, "ready, paused": Phase.PAUSED, "stop": Phase.STOPPING, **_DEATHS,
    },
    Phase.RUNNING: {"pause": Phase.PAUSING, "stop": Phase.STOPPING, **_DEATHS},
    Phase.PAUSING: {
        "holds": Phase.PAUSED, "resume": Phase.RUNNING, "stop": Phase.STOPPING, **_DEATHS,
    },
    Phase.PAUSED: {"resume": Phase.RUNNING, "stop": Phase.STOPPING, **_DEATHS},
    Phase.RESTARTING: {"again": Phase.STARTING, "stop": Phase.STOPPED, "gave up": Phase.FAILED},
    Phase.STOPPING: {"gone": Phase.STOPPED},
    Phase.STOPPED: _START,
    Phase.ENDED: _START,
    Phase.FAILED: _START,
    Phase.DESTROYED: {},
}  # fmt: skip

#: The calls that a person may make.
CALLS = ("start", "pause", "resume", "stop", "destroy")
#: A process is there, or will be by itself.
LIVE = frozenset(
    {Phase.STARTING, Phase.RUNNING, Phase.PAUSING, Phase.PAUSED, Phase.RESTARTING, Phase.STOPPING}
)
#: Takes calls: now, or as soon as its process is ready.
TAKES_CALLS = LIVE - {Phase.STOPPING}


def after(name: str, phase: Phase, what: str) -> Phase:
    """The phase after a call or an event. name: the agent's. Raises LifecycleError where the table
    has no such way."""
    found = TABLE[phase].get(what)
    if found is None:
        wanted = [p.value for p, ways in TABLE.items() if what in ways]
        raise LifecycleError(
            f"agent {name}: expected it to be {' or '.join(wanted)} to {what}, got {phase.value}"
        )
    return found
