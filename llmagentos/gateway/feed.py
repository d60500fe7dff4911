"""What happens, to who listens: over a WebSocket, or asked for; each event with a mark to go on from.

Knows: a bounded journal that follows the daemon's, and listeners that are as slow as they are: each has
a place in the journal and nothing else, so that a slow one costs no memory. It is told how many it
missed. Does not know: what events mean (docs/events.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, WebSocket
from pydantic import BaseModel, Field
from starlette.websockets import WebSocketDisconnect

from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.errors import LLMAgentOSError, TokenError
from llmagentos.gateway.callers import Looks, gateway
from llmagentos.gateway.problems import Problem, documented, problem_of

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", responses=documented())
#: So much is kept here.
MOST, BYTES = 5000, 8 << 20
#: A listener's token is looked at again every so many seconds.
CHECK_S = 5.0
_SUBPROTOCOL = "llmagentos"
#: Close codes: a token that is over; nothing is expected from a listener.
OVER, NOTHING_EXPECTED = 4401, 1008
_PAGE = 500
Mark = Annotated[str, Query(max_length=64, pattern=r"^[0-9a-f]*(-[0-9]+)?$")]
Of = Annotated[str, Query(max_length=41, pattern=r"^[a-z0-9_.-]*$")]


class Events(BaseModel):
    """What happened since a mark."""

    at: str = Field(description="the mark to go on from")
    missed: bool = Field(description="whether some of it is not kept any more")
    events: list[dict[str, Any]]


class Feed:
    """link: to the daemon; follow() runs as long as the gateway."""

    def __init__(self, link: AsyncDaemonClient) -> None:
        self._link = link
        self._rows: deque[tuple[int, str, str, str]] = deque()  # number here, mark, agent, JSON
        self._number, self._bytes = 0, 0
        self._more = asyncio.Event()
        self._ends: dict[int, list[asyncio.Future[None]]] = {}
        #: The mark of what happened last, and whether what came before `oldest` was ever here.
        self.at = ""
        self.connected = False

    async def follow(self) -> None:
        """Listen to the daemon, again after each loss."""
        while True:
            try:
                async for told in self._link.stream("watch", since=self.at):
                    self.connected = True
                    self._add(told)
            except LLMAgentOSError as exc:
                if self.connected:
                    _log.warning("events: %s", exc)
            self.connected = False
            await asyncio.sleep(0.2)

    def _add(self, told: dict[str, Any]) -> None:
        if told.get("kind") == "watching":
            if told.get("missed"):
                self._keep("", {"kind": "missed", "why": "not kept by the daemon", "at": self.at})
            self.at = self.at or told["at"]
            return
        self.at = str(told["at"])
        self._keep(str(told.get("agent") or told.get("name") or ""), told)
        if told.get("kind") == "call" and told.get("state") not in ("queued", "begun"):
            for end in self._ends.pop(int(told["number"]), ()):
                if not end.done():
                    end.set_result(None)

    def _keep(self, agent: str, told: dict[str, Any]) -> None:
        self._number += 1
        row = json.dumps(told)
        self._rows.append((self._number, self.at, agent, row))
        self._bytes += len(row)
        while len(self._rows) > MOST or self._bytes > BYTES:
            self._bytes -= len(self._rows.popleft()[3])
        more, self._more = self._more, asyncio.Event()
        more.set()

    async def over(self, number: int, wait_s: float) -> bool:
        """Wait for a call's end, which may have come before: whether it was told meanwhile."""
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends.setdefault(number, []).append(end)
        try:
            told = await self._link.ask("result", number=number, wait=False)
            if told["state"] not in ("queued", "begun"):
                return True
            await asyncio.wait_for(end, wait_s)
            return True
        except asyncio.TimeoutError:
            return False
        finally:
            waiting = self._ends.get(number, [])
            if end in waiting:
                waiting.remove(end)
            if not waiting:
                self._ends.pop(number, None)

    def place(self, mark: str) -> tuple[int, bool]:
        """Where in the journal a mark is, and whether something after it is not there any more.
        "": from now on."""
        if not mark or mark == self.at:
            return self._number, False
        for number, at, _, _ in self._rows:
            if at == mark:
                return number, False
        return (self._rows[0][0] - 1 if self._rows else self._number), True

    def after(self, number: int, agent: str = "", most: int = _PAGE) -> tuple[int, int, list[str]]:
        """What comes after a place: the new place, how many were dropped before it, rows as JSON."""
        oldest = self._rows[0][0] if self._rows else self._number + 1
        missed = max(0, oldest - number - 1)
        start = max(0, number + 1 - oldest)
        out = []
        for index in range(start, min(len(self._rows), start + most)):
            number, _, whose, row = self._rows[index]
            if not agent or whose in (agent, ""):
                out.append(row)
        return number, missed, out

    def mark(self, number: int) -> str:
        """The mark of a place."""
        oldest = self._rows[0][0] if self._rows else self._number + 1
        return self._rows[number - oldest][1] if 0 <= number - oldest < len(self._rows) else self.at

    async def more(self, wait_s: float) -> None:
        """Until something happens, at most so long."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._more.wait(), wait_s)


@router.get("/events")
async def events(
    request: Request, caller: Looks, since: Mark = "", agent: Of = "",
    wait_s: Annotated[float, Query(ge=0, le=30, allow_inf_nan=False)] = 0.0,
) -> Events:  # fmt: skip
    """What happened since a mark ("" for the present one); `wait_s`: waits so long for the first."""
    feed: Feed = gateway(request).feed
    place, missed = feed.place(since)
    until_s = time.monotonic() + wait_s
    while True:
        place, dropped, rows = feed.after(place, agent)
        left_s = until_s - time.monotonic()
        if rows or left_s <= 0:
            found = [json.loads(row) for row in rows]
            return Events(at=feed.mark(place), missed=missed or dropped > 0, events=found)
        await feed.more(left_s)


@router.websocket("/events")
async def listen(socket: WebSocket, since: str = "", agent: str = "") -> None:
    """Everything that happens, as text frames of JSON; first {"kind": "listening", "at", "missed"}.
    since: the mark of the last one that was had."""
    shared = gateway(socket)
    try:
        caller = await shared.callers.of(socket)
        shared.callers.looks.take(caller.name)
        if not shared.join(caller.name):
            raise Problem(429, "RateError", "expected fewer listeners and watchers, got too many")
    except (LLMAgentOSError, Problem) as exc:
        from llmagentos.gateway.problems import answer

        problem = exc if isinstance(exc, Problem) else problem_of(exc)
        await socket.send_denial_response(answer(problem))
        return
    offered = socket.scope.get("subprotocols", ())
    try:
        await socket.accept(_SUBPROTOCOL if _SUBPROTOCOL in offered else None)
        talks = asyncio.ensure_future(_talk(socket, shared, caller, since[:64], agent[:41]))
        hears = asyncio.ensure_future(_hears(socket))
        await asyncio.wait((talks, hears), return_when=asyncio.FIRST_COMPLETED)
        for task in (talks, hears):
            task.cancel()
            with contextlib.suppress(
                asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError
            ):
                await task
    finally:
        shared.leave(caller.name)


async def _talk(socket: WebSocket, shared: Any, caller: Any, since: str, agent: str) -> None:
    feed: Feed = shared.feed
    place, missed = feed.place(since)
    first = {
        "kind": "listening",
        "at": since if since and not missed else feed.at,
        "missed": missed,
    }
    await socket.send_text(json.dumps(first))
    checked_s = time.monotonic()
    while True:
        if time.monotonic() - checked_s > CHECK_S:
            checked_s = time.monotonic()
            try:
                await shared.callers.of_token(caller.token, caller.name)
            except (TokenError, Problem):
                await socket.close(OVER, "the token is over")
                return
            except LLMAgentOSError:
                pass  # the daemon is away
        place, dropped, rows = feed.after(place, agent, 50)
        if dropped:
            await socket.send_text(json.dumps({"kind": "missed", "count": dropped, "at": feed.at}))
        for row in rows:
            await socket.send_text(row)
        if not rows:
            await feed.more(CHECK_S)


async def _hears(socket: WebSocket) -> None:
    """Until it hangs up; whoever says something is cut off."""
    message = await socket.receive()
    if message["type"] == "websocket.receive":
        await socket.close(NOTHING_EXPECTED, "nothing is expected from a listener")
