"""A process that serves one module: `python -m llmagentos.service_host NAME planning agent.yaml`.

Knows: how a module is made, served, and ended with its process. Does not know: who asks.

Started by hand it is a service that several agents share (`planning: {runs: {service: NAME}}`): this
process keeps what is asked, in line by priority, and another one does the work. An agent's own service
is told by its environment what to serve, and does the work itself.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import select
import signal
import sys
from collections.abc import Sequence
from typing import Any

from llmagentos.class_lookup import make
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError, LLMAgentOSError
from llmagentos.messaging import open_bus
from llmagentos.module_services import VARIABLE, settings, shared
from llmagentos.runtime.processes import NO_RESTART
from llmagentos.services import serve_execution, serve_module
from llmagentos.services.serving import CALLS

#: How often a service looks whether who started it is still there, seconds.
_LOOK_S = 1.0


class Ended:
    """Waits for a signal that ends this process, or for the end of who started it.

    An event that is set in a handler can lock up with the `wait` that the handler interrupts, and a
    signal that comes just before `wait` begins wakes nobody; a pipe does neither.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def wait(self, with_parent: bool) -> None:
        """with_parent: the end of who started this process ends it, too."""
        while not select.select([self._read], [], [], _LOOK_S)[0]:
            if with_parent and os.getppid() != self._parent:
                return


def main(words: Sequence[str] | None = None) -> int:
    """Serve until a signal comes. What can't be served is said in one line, and is the end."""
    logging.basicConfig(level=logging.WARNING)
    ended = Ended()
    told = os.environ.pop(VARIABLE, "")
    try:
        if told:
            said = json.loads(told)
            config = AgentConfig.of(said["config"])
            _serve(said["name"], said["concept"], config, said["robot"], False, ended)
        else:
            asked = _asked(words)
            config = AgentConfig.load(asked.config) if asked.config else AgentConfig()
            _serve(asked.name, asked.concept, config, config.robot, True, ended)
    except (LLMAgentOSError, KeyError, ValueError) as exc:
        print(f"{type(exc).__name__}: {exc}", file=sys.stderr, flush=True)
        return NO_RESTART
    return 0


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="llmagentos.service_host", description=__doc__.splitlines()[0]
    )
    parser.add_argument("name", help="under which agents ask for it")
    parser.add_argument("concept", choices=sorted(CALLS))
    parser.add_argument("config", nargs="?", help="YAML file of an agent (its model and modules)")
    return parser.parse_args(words)


def _module(concept: str, config: AgentConfig, robot: str) -> Any:
    wanted = getattr(config, concept)
    if wanted.use != "builtin":  # it starts, and starts again, without all that ours are made of
        given = {"model": config.model, "engine": config.engine} if concept == "planning" else {}
        return make(concept, wanted.use, wanted.options, **given)
    from llmagentos import from_config
    from llmagentos.robots import DEFAULT_ROBOT, load

    return from_config.module(concept, config, load(robot or DEFAULT_ROBOT))


def _execution(config: AgentConfig, skills: Any, sink: Any) -> Any:
    wanted = config.execution
    if wanted.use != "builtin":
        return make("execution", wanted.use, wanted.options, skills=skills, sink=sink)
    from llmagentos import from_config

    return from_config.execution(config, wanted, skills, sink)


def _serve(
    name: str,
    concept: str,
    config: AgentConfig,
    robot: str,
    is_shared: bool,
    ended: Ended,
) -> None:
    with open_bus("service", settings(concept == "perception")) as bus:
        if concept == "execution":
            serve_execution(bus, name, lambda skills, sink: _execution(config, skills, sink))
            ended.wait(with_parent=True)
            return
        module: Any
        if is_shared:
            module = shared(name, concept, config, robot, bus)
        else:
            module = _module(concept, config, robot)
            if getattr(config, concept).cache and getattr(module, "remembers", True):
                raise ConfigError(
                    f"{concept}: expected no cache, got one of a module that remembers"
                )
        serve_module(bus, name, concept, module)
        if is_shared:
            print(f"serving {concept} as {name} (pid {os.getpid()})", flush=True)
        ended.wait(with_parent=not is_shared)
        module.close()


if __name__ == "__main__":
    sys.exit(main())
