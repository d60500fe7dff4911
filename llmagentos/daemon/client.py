"""Python's way to the daemon and its agents.

    from llmagentos.daemon.client import DaemonClient

    with DaemonClient() as daemon:
        tidy = daemon.create("tidy", {"scene": "demo"})
        tidy.start()
        print(tidy.command("put the red block in the blue bowl")["reply"])

Knows: verbs and their answers. Does not know: how anything is done. In an agent's process it is that
agent that asks, with what its specification permits.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llmagentos.daemon import wire
from llmagentos.daemon.place import TOKEN_VARIABLE, socket_path
from llmagentos.daemon.store import DONE
from llmagentos.errors import CallError, DaemonError
from llmagentos.scheduling.task import Priority


class DaemonClient:
    """socket: the daemon's door, this user's by default. token: who asks, where it is not the user
    of the operating system ($LLMAGENTOS_TOKEN). timeout_s: of one answer; None: waits.

    Each thread has a connection of its own. Raises DaemonError where there is no daemon, and in all
    calls what the daemon answered: AccessError, AdmissionError, ConfigError, LifecycleError,
    NoSuchAgentError, QueueFullError.
    """

    def __init__(
        self, socket: Path | None = None, token: str = "", timeout_s: float | None = None
    ) -> None:
        self._path = socket or socket_path()
        self._token = token or os.environ.get(TOKEN_VARIABLE, "")
        self._timeout_s = timeout_s
        self._numbers = itertools.count(1)
        self._own = threading.local()
        self._links: list[wire.Link] = []
        self._link()

    def __enter__(self) -> DaemonClient:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. What was asked for goes on."""
        for link in self._links:
            link.close()

    def ask(self, verb: str, /, **args: Any) -> Any:
        """What the daemon answers to a verb."""
        answer = None
        for said in self._said(verb, args):
            answer = said
        return answer

    def status(self) -> dict[str, Any]:
        """The daemon itself: process, time up, what there is and what is in use."""
        return self.ask("status")

    def list(self) -> list[dict[str, Any]]:
        """All agents."""
        return self.ask("list")

    def agent(self, name: str) -> AgentHandle:
        """One agent, whether or not it is there."""
        return AgentHandle(self, name)

    def create(self, name: str, spec: Mapping[str, Any] | None = None) -> AgentHandle:
        """A new agent; nothing runs yet. spec: fields of AgentSpec."""
        self.ask("create", name=name, spec=dict(spec or {}))
        return AgentHandle(self, name)

    def halt(self) -> dict[str, Any]:
        """Stop every arm now; what each measured, by agent."""
        return self.ask("halt")

    def watch(self) -> Iterator[dict[str, Any]]:
        """What happens, as it happens; the first one says that it watches."""
        link = wire.Link(self._path)
        self._links.append(link)
        yield from self._stream(link, "watch", {})

    # --- inside -----------------------------------------------------------------------------

    def _link(self) -> wire.Link:
        link: wire.Link | None = getattr(self._own, "link", None)
        if link is None:
            link = self._own.link = wire.Link(self._path, self._timeout_s)
            self._links.append(link)
        return link

    def _said(self, verb: str, args: Mapping[str, Any]) -> Iterator[Any]:
        try:
            yield from self._stream(self._link(), verb, args)
        except DaemonError as exc:
            if type(exc) is DaemonError:  # perhaps the connection: the next call makes another
                self._own.link = None
            raise

    def _stream(self, link: wire.Link, verb: str, args: Mapping[str, Any]) -> Iterator[Any]:
        number = next(self._numbers)
        asked = {"id": number, "verb": verb, "args": dict(args), "token": self._token}
        link.send(asked)
        for said in link:
            if said.get("id") != number:
                if "id" not in said and "error" in said:
                    wire.raise_error(said["error"])
                continue
            if "error" in said:
                wire.raise_error(said["error"])
            yield said.get("more", said.get("ok"))
            if "ok" in said:
                return


class AgentHandle:
    """One agent of a daemon; see DaemonClient for what is raised."""

    def __init__(self, daemon: DaemonClient, name: str) -> None:
        self._daemon, self.name = daemon, name

    def start(self, wait: bool = True) -> dict[str, Any]:
        """Begin its process. wait: until it is ready, or will not be."""
        return self._ask("start", wait=wait)

    def pause(self, wait: bool = True) -> dict[str, Any]:
        """The action under way, then nothing. wait: until it holds."""
        return self._ask("pause", wait=wait)

    def resume(self) -> dict[str, Any]:
        """Go on."""
        return self._ask("resume")

    def stop(self, wait: bool = True) -> dict[str, Any]:
        """End its process well. wait: until it is gone."""
        return self._ask("stop", wait=wait)

    def destroy(self, force: bool = False) -> dict[str, Any]:
        """Nothing is left of it. force: whatever it does."""
        return self._ask("destroy", force=force)

    def show(self) -> dict[str, Any]:
        """Where its life stands, its specification, its newest calls."""
        return self._ask("show")

    def logs(self, lines: int = 100) -> list[str]:
        """What it printed last."""
        return self._ask("logs", lines=lines)["lines"]

    def halt(self) -> dict[str, Any]:
        """Stop its arm now; what was measured."""
        return self._ask("halt").get(self.name, {"words": "no process: nothing moves"})

    def reset(self) -> dict[str, Any]:
        """After a stop: it takes commands again."""
        return self._ask("reset")

    def command(self, text: str, **options: Any) -> dict[str, Any]:
        """Say something to it: the result as of `llmagentos run --json`. options: see `call`."""
        return self.call("command", {"text": text}, **options)

    def call(
        self, verb: str, args: Mapping[str, Any] | None = None, *, priority: int = Priority.NORMAL,
        deadline_s: float | None = None, key: str | None = None,
    ) -> Any:  # fmt: skip
        """What a call comes to. Once it is accepted it is carried out, or its end told, whatever
        happens to the daemon or to us. key: a mark of our own, with which the same call is not made
        twice. Raises CallError where it failed, was cancelled, came too late or was lost."""
        call = self._ask(
            "call",
            verb=verb,
            args=dict(args or {}),
            priority=priority,
            deadline_s=deadline_s,
            key=key,
        )
        return result_of(call)

    def submit(self, verb: str, args: Mapping[str, Any] | None = None, **options: Any) -> int:
        """Put a call in line; its number. options: see `call`."""
        made = self._ask("call", verb=verb, args=dict(args or {}), wait=False, **options)
        return int(made["number"])

    def result(self, number: int) -> Any:
        """Wait for a call that was put in line. Raises CallError."""
        return result_of(self._daemon.ask("result", number=number))

    def cancel(self, number: int) -> dict[str, Any]:
        """Not wanted any more."""
        return self._daemon.ask("cancel", number=number)

    def _ask(self, asked: str, /, **args: Any) -> dict[str, Any]:
        return self._daemon.ask(asked, name=self.name, **args)


def result_of(call: Mapping[str, Any]) -> Any:
    """What a call that is over came to. Raises CallError."""
    if call.get("state") != DONE:
        raise CallError(
            f"call {call.get('number')} ({call.get('verb')}) {call.get('state')}: {call.get('result')}"
        )
    return call.get("result")
