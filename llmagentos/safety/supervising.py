"""Which supervisor a robot gets: in this process or in one of its own, and who arms it.

Knows: the switch and its two sides. Does not know: robots.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable

from llmagentos.errors import ConfigError
from llmagentos.safety.link import SupervisorProcess
from llmagentos.safety.runner import Supervisor, SupervisorPort

THREAD, PROCESS = "thread", "process"
#: Where a supervisor may run.
PLACES = (THREAD, PROCESS)


def supervisor_for(
    place: str | SupervisorPort, simulated: Callable[[], float] | None = None
) -> SupervisorPort:
    """A supervisor, armed by the person who starts this program.

    place: "thread": in this process; "process": one of its own, by the machine's monotonic clock;
    or a supervisor that is there.
    simulated: a simulation's clock (seconds), by which a supervisor in this process goes: leases
    are then renewed by letting time pass, and a run is the same on a busy computer. Raises
    ConfigError, and DriverError where the process does not start.
    """
    supervisor: SupervisorPort
    if not isinstance(place, str):
        supervisor = place
    elif place not in PLACES:
        raise ConfigError(f"expected a supervisor in a {' or '.join(PLACES)}, got {place!r}")
    elif place == PROCESS:
        supervisor = SupervisorProcess()
    else:
        supervisor = Supervisor(ticks=True) if simulated is None else Supervisor(simulated)
    supervisor.arm(operator())
    return supervisor


def operator() -> str:
    """Who uses this program: the name that the system knows the person by."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody without a name"
