"""The HTTP server: OpenAI's chat completions over models on board.

Knows: HTTP, streams, clients that hang up. Does not know: how an answer is written (writing.py).

    GET  /v1/models            what is served
    POST /v1/chat/completions  answers, whole or streamed
    GET  /health               whether it lives, and how many wait for each model
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from llm_edge.serving.line import IDLE, NORMAL, URGENT, Line
from llm_edge.serving.process import EngineProcess
from llm_edge.serving.protocol import Answer, Ask, RequestError, read
from llm_edge.serving.writing import Writer, calls_in, problem

#: A request is at most so large.
MAX_BYTES = 4_000_000
PRIORITY = "x-llmagentos-priority"


@dataclass
class Served:
    """One model: what writes, and who waits for it."""

    writer: Writer
    line: Line = field(default_factory=Line)


class Server:
    """models: by name, the first also answers requests that name none. key: what clients have to
    know; "" for nothing."""

    def __init__(self, models: Mapping[str, Writer], key: str = "") -> None:
        self._models = {name: Served(writer) for name, writer in models.items()}
        self._key = key
        self._threads = ThreadPoolExecutor(len(models), thread_name_prefix="answer")
        self.app = Starlette(
            routes=[
                Route("/v1/models", self._list),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/health", self._health),
            ]
        )

    # --- routes -----------------------------------------------------------------------------

    async def _list(self, request: Request) -> Response:
        if (wrong := self._denied(request)) is not None:
            return wrong
        rows = [{"id": name, "object": "model", "created": 0, "owned_by": "llmagentos"}
                for name in self._models]  # fmt: skip
        return JSONResponse({"object": "list", "data": rows})

    async def _health(self, request: Request) -> Response:
        told: dict[str, Any] = {"waiting": {n: len(s.line) for n, s in self._models.items()}}
        writers = {name: s.writer for name, s in self._models.items()}
        told["engines"] = {
            name: {"pid": w.pid, "restarts": w.restarts}
            for name, w in writers.items()
            if isinstance(w, EngineProcess)
        }
        return JSONResponse(told)

    async def _chat(self, request: Request) -> Response:
        if (wrong := self._denied(request)) is not None:
            return wrong
        try:
            ask = read(await _body(request))
            priority = _priority(request)
            name = ask.model or next(iter(self._models))
            if name not in self._models:
                raise RequestError(
                    f"expected a model of {', '.join(self._models)}, got {name!r}",
                    404,
                    "model_not_found",
                    "model",
                )
            served = self._models[name]
            served.writer.check(ask)
            if ask.stream:
                return await self._streamed(served, ask, Answer(name), priority)
            return await self._whole(request, served, ask, Answer(name), priority)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as exc:
            return _told(problem(exc))

    # --- answers ----------------------------------------------------------------------------

    async def _whole(
        self, request: Request, served: Served, ask: Ask, answer: Answer, priority: int
    ) -> Response:
        """One answer; it ends where the client hangs up."""
        written: list[str] = []

        async def write() -> None:
            async with aclosing(self._pieces(served, ask, answer, priority)) as pieces:
                async for piece in pieces:
                    written.append(piece)

        writes = asyncio.ensure_future(write())
        hangs_up = asyncio.ensure_future(_disconnected(request))
        await asyncio.wait((writes, hangs_up), return_when=asyncio.FIRST_COMPLETED)
        if not writes.done():
            writes.cancel()
            with suppress(asyncio.CancelledError):
                await writes
            return Response(status_code=499)
        hangs_up.cancel()
        writes.result()
        text = "".join(written).strip()
        calls = calls_in(text, ask)
        if calls:
            answer.reason = "tool_calls"
        return JSONResponse(answer.whole(text, calls))

    async def _streamed(self, served: Served, ask: Ask, answer: Answer, priority: int) -> Response:
        """The first piece is waited for here, so that what goes wrong before it is an error of HTTP."""
        pieces = self._pieces(served, ask, answer, priority)
        first = await anext(pieces, None)

        async def events() -> AsyncIterator[str]:
            async with aclosing(pieces):
                yield _event(answer.chunk({"role": "assistant", "content": ""}))
                try:
                    async for delta in _deltas(first, pieces, ask, answer):
                        yield _event(answer.chunk(delta))
                except Exception as exc:
                    yield _event(problem(exc).to_json())
                    return
                yield _event(answer.chunk({}, last=True))
                if ask.usage:
                    yield _event(answer.used())
                yield "data: [DONE]\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _pieces(
        self, served: Served, ask: Ask, answer: Answer, priority: int
    ) -> AsyncGenerator[str, None]:
        """Pieces as another thread writes them. The model is the next one's only when that thread
        is through, also where nobody wants the answer any more."""
        async with served.line.turn(priority):
            loop, cancel = asyncio.get_running_loop(), threading.Event()
            told: asyncio.Queue[str | Exception | None] = asyncio.Queue()

            def tell(item: str | Exception | None) -> None:
                loop.call_soon_threadsafe(told.put_nowait, item)

            def work() -> None:
                try:
                    for piece in served.writer.write(ask, answer, cancel):
                        tell(piece)
                except Exception as exc:
                    tell(exc)
                tell(None)

            through = loop.run_in_executor(self._threads, work)
            try:
                while (item := await told.get()) is not None:
                    if isinstance(item, Exception):
                        raise item
                    yield item
            finally:
                cancel.set()
                with anyio.CancelScope(shield=True):
                    await through

    # --- inside -----------------------------------------------------------------------------

    def _denied(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._key or secrets.compare_digest(given.encode(), self._key.encode()):
            return None
        return _told(RequestError("expected the server's key, got another or none", 401))


def _told(wrong: RequestError) -> Response:
    headers = {"retry-after": "1"} if wrong.status == 429 else None
    return JSONResponse(wrong.to_json(), wrong.status, headers)


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise RequestError(f"expected at most {MAX_BYTES} bytes, got more", 413)
    return body


def _priority(request: Request) -> int:
    text = request.headers.get(PRIORITY, str(NORMAL))
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not IDLE <= value <= URGENT:
        raise RequestError(
            f"expected {PRIORITY} from {IDLE} to {URGENT}, got {text!r}", param=PRIORITY
        )
    return value


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _deltas(
    first: str | None, pieces: AsyncIterator[str], ask: Ask, answer: Answer
) -> AsyncIterator[dict[str, Any]]:
    """What a streamed answer adds, piece by piece; a call comes in one."""
    held = ""
    parts = _after(first, pieces)
    async for piece in parts:
        if ask.tools and (held or not piece.strip() or piece.lstrip().startswith("{")):
            held += piece
            if held.strip() and not held.lstrip().startswith("{"):
                yield {"content": held}
                held = ""
        else:
            yield {"content": piece}
    calls = calls_in(held, ask)
    if calls:
        answer.reason = "tool_calls"
        yield {"tool_calls": [{"index": 0, **call} for call in calls]}
    elif held:
        yield {"content": held}


async def _after(first: str | None, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    if first is not None:
        yield first
    async for piece in pieces:
        yield piece


def _event(content: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(content)}\n\n"
