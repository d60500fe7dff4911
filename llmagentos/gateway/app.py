"""The gateway put together: resources, what they share, errors, OpenAPI.

Knows: FastAPI. Does not know: sockets and the process (__main__.py), what a resource does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.daemon.front import FrontSettings
from llmagentos.errors import LLMAgentOSError
from llmagentos.gateway import (
    agents,
    commands,
    console_files,
    feed,
    hearing,
    pictures,
    recordings,
)
from llmagentos.gateway.callers import Callers
from llmagentos.gateway.entry import Entry
from llmagentos.gateway.problems import Problem, ProblemDocument, answer, problem_of

#: Listeners and watchers, of one caller and in all.
_OF_ONE, _IN_ALL = 64, 128
_NAMES = {404: "NotFoundError", 405: "MethodError"}


class Gateway:
    """What resources share. link, stops: to the daemon; the second is for stops alone."""

    def __init__(self, rate: float, door: Path | None = None) -> None:
        self.link, self.stops = AsyncDaemonClient(door), AsyncDaemonClient(door)
        self.callers = Callers(self.link, rate)
        self.feed = feed.Feed(AsyncDaemonClient(door))
        self._eyes: dict[tuple[str, str], pictures.Eyes] = {}
        self.ears = hearing.Ears()
        self._there: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()

    def eyes(self, name: str, what: str) -> pictures.Eyes:
        """An agent's camera; the agent was asked for before, so that only real ones have any."""
        return self._eyes.setdefault((name, what), pictures.Eyes(self.link, name, what))

    def join(self, name: str) -> bool:
        """Whether one more listener or watcher of a caller has room."""
        if self._there[name] >= _OF_ONE or self._there.total() >= _IN_ALL:
            return False
        self._there[name] += 1
        return True

    def leave(self, name: str) -> None:
        """It is gone."""
        self._there[name] -= 1
        if not self._there[name]:
            del self._there[name]

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do it beside; whether it can be done is nobody's matter."""

        async def done() -> None:
            with suppress(LLMAgentOSError):
                await work

        task = asyncio.ensure_future(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def make(settings: FrontSettings, door: Path | None = None) -> Entry:
    """The ASGI app. door: the daemon's socket, this user's by default."""

    @asynccontextmanager
    async def lives(app: FastAPI) -> AsyncIterator[None]:
        shared = app.state.gateway = Gateway(settings.rate, door)
        follows = asyncio.ensure_future(shared.feed.follow())
        yield
        follows.cancel()

    app = FastAPI(
        title="LLMAgentOS gateway",
        version="1",
        description="Robots' agents over HTTP: commands, plans, scenes, pictures, stops, events.",
        lifespan=lives,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for part in (agents, commands, feed, hearing, pictures, recordings):
        app.include_router(part.router)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(LLMAgentOSError, _named)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.get("/v1/health", response_model=None)(health)
    console_files.add_to(app)
    app.openapi = lambda: _schema(app)  # type: ignore[method-assign]
    return Entry(app, settings, app.openapi)


async def health(request: Request) -> JSONResponse:
    """Whether it lives, and hears the daemon. For everybody: it says nothing else."""
    return JSONResponse({"ok": True, "daemon": request.app.state.gateway.feed.connected})


def _schema(app: FastAPI) -> dict[str, Any]:
    """Our errors instead of FastAPI's, and the document of them."""
    if app.openapi_schema is None:
        made = FastAPI.openapi(app)
        parts = made["components"]["schemas"]
        parts["ProblemDocument"] = ProblemDocument.model_json_schema()
        parts.pop("HTTPValidationError", None)
        parts.pop("ValidationError", None)
        for path in made["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        app.openapi_schema = made
    return app.openapi_schema


async def _problem(request: Request, exc: Any) -> Response:
    return answer(exc)


async def _named(request: Request, exc: Any) -> Response:
    return answer(problem_of(exc))


async def _invalid(request: Request, exc: Any) -> Response:
    """Where, and what was expected; what came is not repeated."""
    told = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in exc.errors()[:5]]
    words = f"expected another value, got one that is none: {'; '.join(told)}"
    return answer(Problem(400, "ValueRefusedError", words[:1000]))


async def _http(request: Request, exc: Any) -> Response:
    name = _NAMES.get(exc.status_code, "RequestError")
    words = f"expected a resource of this gateway, got {request.method} {request.url.path[:200]!r}"
    return answer(Problem(exc.status_code, name, words, exc.headers))
