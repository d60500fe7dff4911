"""Which host carries out the calls of an agent with a specification.

Knows: what of a specification asks for which host. Loads what a robot needs for robots alone. Does not
know: how any host works.
"""

from __future__ import annotations

import threading

from llmagentos.daemon.hosts import Host, ModuleHost, ProgramHost, Tell
from llmagentos.daemon.place import AgentPlace
from llmagentos.daemon.spec import AgentSpec


def host_for(
    spec: AgentSpec, place: AgentPlace, name: str, tell: Tell, go: threading.Event
) -> Host:
    """The host of a specification. go: set while the agent is not paused; no call begins before.
    Raises whatever speaks against it."""
    if spec.program is not None:
        return ProgramHost(spec)
    if spec.serves is not None:
        return ModuleHost(spec, place, name)
    if spec.graph is not None:
        from llmagentos.daemon.graph_host import GraphHost  # the plan language with it

        return GraphHost(spec)
    from llmagentos.daemon.robot_host import RobotHost  # planning, motion and vision with it

    return RobotHost(spec, place, name, tell, go)
