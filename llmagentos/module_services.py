"""The modules of one agent that run as services: by its configuration.

Knows: which process serves what, under which name, and what asks it. Does not know: how modules are
made (from_config.py), nor how services are kept alive (services/).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from llmagentos.config import AgentConfig, AgentModuleConfig
from llmagentos.errors import ConfigError
from llmagentos.messaging import Bus, BusSettings, open_bus
from llmagentos.ports.modules import ExecutionModule, PerceptionModule, PlanningModule
from llmagentos.ports.understanding import Trust
from llmagentos.runtime.sessions import own_folder
from llmagentos.services import (
    CachedPerception,
    CachedPlanning,
    Client,
    Keeper,
    Limits,
    ServedExecution,
    ServedLearning,
    ServedPerception,
    ServedPlanning,
)

#: In the environment of a service's process: what it serves, as JSON.
VARIABLE = "LLMAGENTOS_SERVICE"
_PROXIES: Mapping[str, Callable[[Client], Any]] = {
    "perception": ServedPerception,
    "planning": ServedPlanning,
    "learning": ServedLearning,
}
_ANSWERS_S = {"perception": 5.0, "planning": 60.0, "learning": 5.0, "execution": 20.0}
#: A shared service ends a try of its engine's after this share of what callers wait for, and tries again.
_TRY = 1 / 3


class AgentServices:
    """Those of one agent; its bus is opened with the first and closed with the last. robot: whose body
    perception knows."""

    def __init__(self, config: AgentConfig, robot: str) -> None:
        self._config, self._robot = config, robot
        self._bus: Bus | None = None
        self._open = 0

    def module(self, concept: str, stand_in: Callable[[], Any] | None = None) -> Any:
        """What asks the service that the configuration names, or that is started here.

        stand_in: makes what is asked while it fails. Raises ConfigError, FileError,
        MissingDependencyError.
        """
        wanted: AgentModuleConfig = getattr(self._config, concept)
        client = self._client(concept, wanted, stand_in)
        made = _PROXIES[concept](client)
        return self.cached(concept, made, wanted.cache, False) if wanted.cache else made

    def execution(self, stand_in: Callable[..., ExecutionModule] | None) -> Any:
        """What makes an execution module of skills and sink that asks a service started here. stand_in:
        makes the one that is used while it fails, of the same. Raises as `module` does."""
        client = self._client("execution", self._config.execution, None)
        client.has_stand_in = stand_in is not None
        trust = Trust(**self._config.trust.model_dump())
        return partial(ServedExecution, client, trust=trust, stand_in=stand_in)

    def _client(
        self, concept: str, wanted: AgentModuleConfig, stand_in: Callable[[], Any] | None
    ) -> Client:
        limits = Limits(wanted.answers_within_s or _ANSWERS_S[concept], priority=wanted.priority)
        if self._bus is None:
            self._bus = open_bus("agent", settings(self._config.perception.is_service))
        bus = self._bus
        if isinstance(wanted.runs, str):
            name = f"{bus.id}/{concept}"
            keeper = started(name, concept, self._config, self._robot, bus)
        else:
            name, keeper = wanted.runs["service"], None
        client = Client(name, concept, bus, keeper, stand_in, limits)
        self._open += 1
        client.on_close = self._closed
        return client

    def cached(self, concept: str, module: Any, size: int, checked: bool = True) -> Any:
        """With its newest answers kept. Raises ConfigError for a module that remembers by itself.
        checked: False where it is in another process, which has looked."""
        if isinstance(module, PerceptionModule):
            return CachedPerception(module, size, checked)
        if isinstance(module, PlanningModule):
            return CachedPlanning(module, size, checked)
        raise ConfigError(
            f"{concept}: expected no cache, got one of {size}: it has no answers to keep"
        )

    def _closed(self) -> None:
        self._open -= 1
        if self._open == 0 and self._bus is not None:
            self._bus.close()
            self._bus = None


def settings(shared: bool) -> BusSettings:
    """Those of the environment. shared: pictures lie in shared memory."""
    return replace(BusSettings.from_environment(), shared=shared)


def started(name: str, concept: str, config: AgentConfig, robot: str, bus: Bus) -> Keeper:
    """A process that serves one module of a configuration, kept alive. Raises FileError."""
    told = {
        "name": name, "concept": concept, "robot": robot,
        "config": config.model_dump(mode="json", exclude_unset=True),
    }  # fmt: skip
    env = {**os.environ, VARIABLE: json.dumps(told)}
    argv = (sys.executable, "-m", "llmagentos.service_host")
    return Keeper(name, argv, bus, own_folder() / "logs", env)


def shared(name: str, concept: str, config: AgentConfig, robot: str, bus: Bus) -> Any:
    """The module behind a service that several agents share: its engine is a process of its own, which is
    started again when it dies or hangs; what was asked of it then is asked once more."""
    wanted: AgentModuleConfig = getattr(config, concept)
    within = (wanted.answers_within_s or _ANSWERS_S[concept]) * _TRY
    engine = f"{name}/engine"
    keeper = started(engine, concept, config, robot, bus)
    return _PROXIES[concept](
        Client(engine, concept, bus, keeper, None, Limits(within, again_when_hung=True))
    )
