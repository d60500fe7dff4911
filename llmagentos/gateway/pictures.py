"""What an agent's camera sees: one JPEG, or a stream of them that is as slow as who watches.

Knows: one look an agent for all who watch, at most so often; a frame is sent when the one before has
gone, so that a slow watcher gets fewer and costs no memory. Does not know: cameras.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.errors import LLMAgentOSError, TokenError
from llmagentos.gateway.agents import Name
from llmagentos.gateway.callers import Looks, gateway
from llmagentos.gateway.entry import Receive, Scope, Send
from llmagentos.gateway.feed import CHECK_S
from llmagentos.gateway.problems import Problem, documented

router = APIRouter(prefix="/v1", responses=documented())
#: Frames a second at most; so long one may take to be sent, and a look to come, seconds.
HZ, SEND_S, LOOK_S = 6.0, 20.0, 15.0
#: A younger picture is everybody's, seconds: a little less than a frame, so that each is another one.
_SHARED_S = 0.9 / HZ
#: While nothing moves the same one is sent again so often, seconds: who watches knows that it lives.
_STILL_S = 1.0
_EDGE = b"llmagentos-frame"
_JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"multipart/x-mixed-replace": {}}}}


class Eyes:
    """One agent's camera, for all who watch. link: to the daemon. what: "picture", as fine as the camera's;
    "frame", of a simulation a small one that costs the robot nothing."""

    def __init__(self, link: AsyncDaemonClient, name: str, what: str) -> None:
        self._link, self._name, self._what = link, name, what
        self._lock = asyncio.Lock()
        self._jpeg, self._taken_s, self.at_s = b"", 0.0, 0.0

    async def look(self) -> bytes:
        """The newest picture; the same one for all who ask about now. Raises LLMAgentOSError."""
        async with self._lock:
            asked_s = time.monotonic()
            if asked_s - self._taken_s >= _SHARED_S:
                told: Mapping[str, Any] = await self._link.ask(
                    "peek", timeout_s=LOOK_S, name=self._name, what=self._what
                )
                self._jpeg, self.at_s = base64.b64decode(told["jpeg"]), float(told["at_s"])
                self._taken_s = asked_s
            return self._jpeg


class _Stream(Response):
    """Frames, one after another, until the watcher hangs up, its token is over, or it takes nothing
    any more."""

    def __init__(self, shared: Any, caller: Any, eyes: Eyes, hz: float) -> None:
        super().__init__(media_type=f"multipart/x-mixed-replace; boundary={_EDGE.decode()}")
        self._shared, self._caller, self._eyes, self._period_s = shared, caller, eyes, 1 / hz
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        sends = asyncio.ensure_future(self._send(start, send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((sends, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sends.cancel()
            gone.cancel()
            self._shared.leave(self._caller.name)
        if sends.done() and not sends.cancelled():
            sends.result()

    async def _send(self, start: Any, send: Send) -> None:
        await send(start)
        sent_at, sent_s, next_s = 0.0, 0.0, time.monotonic()
        checked_s = next_s
        while True:
            began_s = time.monotonic()
            try:
                if began_s - checked_s > CHECK_S:
                    checked_s = began_s
                    await self._shared.callers.of_token(self._caller.token, self._caller.name)
                jpeg = await self._eyes.look()
            except (TokenError, Problem):
                break
            except LLMAgentOSError:  # it starts anew: the picture stands still
                await asyncio.sleep(0.5)
                continue
            if self._eyes.at_s != sent_at or began_s - sent_s >= _STILL_S:
                sent_at, sent_s = self._eyes.at_s, began_s
                head = b"--%s\r\ncontent-type: image/jpeg\r\ncontent-length: %d\r\n\r\n"
                body = head % (_EDGE, len(jpeg)) + jpeg + b"\r\n"
                message = {"type": "http.response.body", "body": body, "more_body": True}
                await asyncio.wait_for(send(message), SEND_S)
            next_s = max(next_s + self._period_s, began_s)  # late once is not late for ever
            await asyncio.sleep(max(0.01, next_s - time.monotonic()))
        await send({"type": "http.response.body", "body": b"--%s--\r\n" % _EDGE})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@router.get("/agents/{name}/picture", responses=_JPEG, response_class=Response)
async def picture(request: Request, caller: Looks, name: Name) -> Response:
    """What its camera sees now."""
    shared = gateway(request)
    await shared.link.ask("show", token=caller.token, name=name)
    return Response(await shared.eyes(name, "picture").look(), media_type="image/jpeg")


@router.get("/agents/{name}/stream", responses=_STREAM, response_class=Response)
async def stream(
    request: Request, caller: Looks, name: Name,
    hz: Annotated[float, Query(ge=0.1, le=HZ, allow_inf_nan=False)] = HZ,
) -> Response:  # fmt: skip
    """What its camera sees, as motion JPEG; an `<img>` shows it (with a ticket)."""
    shared = gateway(request)
    await shared.link.ask("show", token=caller.token, name=name)
    await shared.eyes(name, "frame").look()  # an agent without a picture says so now
    if not shared.join(caller.name):
        raise Problem(429, "RateError", "expected fewer listeners and watchers, got too many")
    return _Stream(shared, caller, shared.eyes(name, "frame"), hz)
