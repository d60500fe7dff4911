"""One agent as a model's client asks it: commands that are watched over, looks, stops.

Knows: the daemon's verbs, and that a command's connection is its life line: closed, whyever, the daemon
ends the command at its next safe point and the arm holds. Does not know: the protocol of models.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos import errors
from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.errors import CallError, FileError, LLMAgentOSError
from llmagentos.gateway.recordings import flights
from llmagentos.gateway.stops import stop_arms

_OPEN = ("queued", "begun")
#: So long a look may take, seconds; the largest recording that is read for a model, bytes.
_LOOK_S, _LARGEST = 15.0, 16 << 20

#: Told what happens while a command runs: an event as of docs/events.md.
Told = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Asker:
    """Who asks. token: of the daemon, "" for the local user. name: as people know it. gone: set when
    who asked is not there any more, None where that is told otherwise."""

    token: str
    name: str
    gone: asyncio.Event | None = None


class Robot:
    """name: of the agent. door: the daemon's socket, this user's by default. All calls raise what the
    daemon answers."""

    def __init__(self, name: str, door: Path | None = None) -> None:
        self.name, self._door = name, door
        self.link, self._stops = AsyncDaemonClient(door), AsyncDaemonClient(door)

    async def whoami(self, asker: Asker) -> dict[str, Any]:
        """Who asks, as the daemon knows it."""
        found: dict[str, Any] = await self.link.ask("whoami", token=asker.token)
        return found

    async def peek(self, asker: Asker, what: str) -> dict[str, Any]:
        """scene, picture or state, past the line of commands."""
        found: dict[str, Any] = await self.link.ask(
            "peek", token=asker.token, timeout_s=_LOOK_S, name=self.name, what=what
        )
        return found

    async def picture(self, asker: Asker) -> str:
        """What its camera sees now: a JPEG in base64."""
        return str((await self.peek(asker, "picture"))["jpeg"])

    async def question(self, asker: Asker) -> dict[str, Any] | None:
        """What it asked and waits for; None for nothing, or where it does not show it."""
        with contextlib.suppress(LLMAgentOSError):
            found = (await self.peek(asker, "state")).get("question")
            return dict(found) if found else None
        return None

    async def newest_plan(self, asker: Asker) -> dict[str, Any]:
        """The plan of the newest command that has one. Raises CallError where none has."""
        rows = await self.link.ask("calls", token=asker.token, name=self.name, last=20)
        for row in reversed(rows):
            result = row.get("result")
            if isinstance(result, dict) and result.get("plan"):
                more = {key: result.get(key) for key in ("command", "status", "plan", "plan_text")}
                return {"number": row["number"], **more}
        raise CallError(f"expected a command of {self.name} with a plan, got none yet")

    async def recordings(self, asker: Asker) -> list[dict[str, Any]]:
        """Its recorded commands, oldest first."""
        found = await flights(self.link, asker.token, self.name)
        return [{"name": file.name, "bytes": size, "at_s": at_s} for file, size, at_s in found]

    async def recording(self, asker: Asker, name: str) -> str:
        """One of them (MCAP) in base64. Raises FileError for one that is none, or too large."""
        for file, size, _ in await flights(self.link, asker.token, self.name):
            if file.name == name:
                if size > _LARGEST:
                    raise FileError(
                        f"expected a recording of at most {_LARGEST} bytes, got {size}: "
                        "fetch it from the gateway"
                    )
                return base64.b64encode(await asyncio.to_thread(file.read_bytes)).decode()
        raise FileError(f"expected a recording of {self.name}, got {name!r}")

    async def stop(self, asker: Asker) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Stop its arm now, by a connection of its own: see stop_arms."""
        return await stop_arms(self._stops, asker.token, self.name, lambda: asker.name)

    async def carry(
        self, asker: Asker, verb: str, args: Mapping[str, Any], told: Told | None = None,
        deadline_s: float | None = None, person: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """What a call comes to: its number and result. told: what happens meanwhile. person: one said
        yes or no, outside of the model. Raises CallError where it came to none.

        Cancelled, or who asked is gone: the connection closes, and the daemon ends the call.
        """
        work = asyncio.ensure_future(self._carry(asker, verb, args, told, deadline_s, person))
        gone = None if asker.gone is None else asyncio.ensure_future(asker.gone.wait())
        try:
            await asyncio.wait(
                {work, gone} if gone else {work}, return_when=asyncio.FIRST_COMPLETED
            )
            if not work.done():
                raise CallError("expected who asked to be there, got nobody: the command ends")
            return work.result()
        finally:
            work.cancel()
            if gone is not None:
                gone.cancel()

    async def _carry(
        self, asker: Asker, verb: str, args: Mapping[str, Any], told: Told | None,
        deadline_s: float | None, person: bool,
    ) -> dict[str, Any]:  # fmt: skip
        link = AsyncDaemonClient(self._door)
        try:
            happens = link.stream("watch", token=asker.token)
            await anext(happens)  # it listens: nothing that follows is missed
            call = await link.ask(
                "call", token=asker.token, name=self.name, verb=verb, args=dict(args), wait=False,
                attended=True, deadline_s=deadline_s, program=not person,
            )  # fmt: skip
            number, state = call["number"], call["state"]
            while state in _OPEN:
                said = await anext(happens)
                if said.get("kind") == "call" and said.get("number") == number:
                    state = said["state"]
                elif told and state == "begun" and _is_of(said, self.name):
                    await told(said)
            call = await link.ask("result", token=asker.token, number=number, wait=False)
        finally:
            link.close()
        if call["state"] != "done":
            raise _why(call)
        return {"number": number, "result": call["result"]}


def _why(call: Mapping[str, Any]) -> LLMAgentOSError:
    """Why a call came to no result, by its own name where that is told."""
    number, state, words = call["number"], call["state"], str(call.get("result"))
    name, _, rest = words.partition(": ")
    kind = getattr(errors, name, None) if state == "failed" else None
    if isinstance(kind, type) and issubclass(kind, LLMAgentOSError):
        return kind(rest)
    return CallError(f"call {number} {state}: {words}")


def _is_of(said: Mapping[str, Any], name: str) -> bool:
    return said.get("kind") == "event" and said.get("agent") == name
