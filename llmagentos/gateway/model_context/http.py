"""Streamable HTTP at /mcp: every request with a bearer token of the daemon, entry rules as the gateway's.

Knows: who asks, when who asked hung up. Does not know: tools. A client that hangs up in the middle of a
call ends it, also by the older protocol where a stream could be taken up again: nobody watches the arm.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from llmagentos.daemon.front import FrontSettings
from llmagentos.errors import LLMAgentOSError
from llmagentos.gateway.callers import Callers, token_of
from llmagentos.gateway.entry import BODY, Entry, Message, Receive, Scope, Send
from llmagentos.gateway.model_context.robot import Asker, Robot
from llmagentos.gateway.model_context.server import make
from llmagentos.gateway.problems import Problem, answer, problem_of
from llmagentos.gateway.protocol import bounded

PATH = "/mcp"
#: Where a request's asker is, in its scope.
_KEY = "llmagentos"
#: Sessions of the older protocol at most; so long one may be idle, seconds.
_SESSIONS, _IDLE_S = 128, 900.0


class _Guard:
    """Around the protocol's own app: no request without a token."""

    def __init__(self, manager: StreamableHTTPSessionManager, callers: Callers) -> None:
        self._manager, self._callers = manager, callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        address = connection.client.host if connection.client is not None else "?"
        try:
            caller = await self._callers.of_token(token_of(connection), address)
        except LLMAgentOSError as exc:
            await answer(problem_of(exc))(scope, receive, send)
            return
        except Problem as problem:
            await answer(problem)(scope, receive, send)
            return
        gone = asyncio.Event()
        scope[_KEY] = Asker(caller.token, caller.name, gone)
        # A session of the older protocol is its beginner's alone.
        scope["user"] = AuthenticatedUser(
            AccessToken(token=caller.token, client_id=caller.name, scopes=[])
        )

        async def received() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
            return message

        try:
            await self._manager.handle_request(scope, received, send)
        finally:
            gone.set()


def app(settings: FrontSettings, robot: Robot) -> Entry:
    """The ASGI app, with the gateway's own entry around it."""
    callers = Callers(robot.link, settings.rate)
    server = make(robot, lambda ctx: ctx.request.scope[_KEY], callers)
    manager = StreamableHTTPSessionManager(
        server, max_request_body_size=BODY, session_idle_timeout=_IDLE_S, max_sessions=_SESSIONS
    )
    guard = _Guard(manager, callers)
    inner = Starlette(routes=[Route(PATH, endpoint=guard)], lifespan=lambda _: manager.run())
    return Entry(inner, settings)


async def serve_http(
    settings: FrontSettings, door: socket.socket, robot: Robot, ready: Callable[[], None]
) -> None:
    """Serve until Ctrl-C. door: a socket that listens. ready: called when it answers."""
    server = uvicorn.Server(bounded(app(settings, robot), settings, ws="none"))

    async def told() -> None:
        while not server.started:
            await asyncio.sleep(0.02)
        ready()

    telling = asyncio.ensure_future(told())
    await server.serve([door])
    telling.cancel()
