"""What is refused before any resource sees it: foreign pages and names, odd paths, bodies that are too
large, too slow, too deep or no JSON.

Knows: HTTP's envelope. Does not know: resources, tokens.

A page of another origin may not ask (its browser would, with what it can reach); a name that is not
ours is one that a stranger's DNS server points here (DNS rebinding), addresses in digits can't be.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from llmagentos.daemon.front import FrontSettings
from llmagentos.gateway.problems import Problem, answer

_log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Largest body and address, bytes; deepest JSON; so long a body may take to come, seconds.
BODY, PATH, QUERY, DEPTH, BODY_S = 64 << 10, 1024, 2048, 32, 10.0
#: Of every answer.
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
        b"require-trusted-types-for 'script'",
    ),
]
#: What pages that were let in may send beside, where models' clients are served.
_MCP = b"mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id"
_BODILESS = ("GET", "HEAD", "OPTIONS")


class Entry:
    """Around an app. settings: what is ours by name. document: makes its OpenAPI document."""

    def __init__(
        self, app: App, settings: FrontSettings, document: Callable[[], dict[str, Any]] = dict
    ) -> None:
        self._app, self._settings, self.document = app, settings, document
        self._names = {"localhost", settings.host, *settings.names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI's."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                begun = True
                message["headers"] = [*message.get("headers", []), *_HEADERS, *self._cors(scope)]
            await send(message)

        try:
            _check_path(scope)
            self._check_host(scope)
            self._check_origin(scope)
            if scope["type"] == "http":
                if scope["method"] == "OPTIONS" and self._cors(scope):
                    await _preflight(scope, receive, sent)
                    return
                receive = await _whole(scope, receive)
            await self._app(scope, receive, sent)
        except Problem as problem:
            await _refuse(problem, scope, receive, sent, begun)
        except asyncio.CancelledError:
            raise
        except Exception:
            _log.exception("%s %s", scope.get("method", "WS"), ascii(scope["path"]))
            words = "the gateway could not answer that: see its log"
            await _refuse(Problem(500, "GatewayError", words), scope, receive, sent, begun)

    # --- inside -----------------------------------------------------------------------------

    def _check_host(self, scope: Scope) -> None:
        given = _headers(scope, b"host")
        name = _host_name(given[0]) if len(given) == 1 else ""
        if name.lower() in self._names or _is_address(name):
            return
        shown = " and ".join(map(ascii, given)) or "none"
        raise Problem(403, "HostError", f"expected a name of this server, got {shown}")

    def _check_origin(self, scope: Scope) -> None:
        origins = _headers(scope, b"origin")
        if origins:
            if len(origins) == 1 and (self._is_own(scope, origins[0]) or self._cors(scope)):
                return
            raise Problem(
                403,
                "OriginError",
                f"expected a page of this server, got one of {origins[0]!a}",
            )
        site, mode = _headers(scope, b"sec-fetch-site"), _headers(scope, b"sec-fetch-mode")
        page = mode == ["navigate"] and not scope["path"].startswith("/v1")
        if site == ["cross-site"] and not page:
            raise Problem(403, "OriginError", "expected a page of this server, got another one's")

    def _is_own(self, scope: Scope, origin: str) -> bool:
        scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
        hosts = _headers(scope, b"host")
        return origin.lower() == f"{scheme}://{hosts[0].lower()}"

    def _cors(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        origins = _headers(scope, b"origin")
        if len(origins) != 1 or origins[0] not in self._settings.origins:
            return []
        return [
            (b"access-control-allow-origin", origins[0].encode("latin-1")),
            (
                b"access-control-allow-headers",
                b"authorization, content-type, idempotency-key, " + _MCP,
            ),
            (b"access-control-expose-headers", b"mcp-session-id"),
            (b"access-control-allow-methods", b"GET, POST, DELETE"),
            (b"vary", b"origin"),
        ]


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _host_name(given: str) -> str:
    try:
        found = urlsplit(f"//{given}")
        port = found.port  # raises for one that is none
    except ValueError:
        return ""
    plain = found.username is None and found.path == "" and not found.query and port != 0
    return (found.hostname or "") if plain else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _check_path(scope: Scope) -> None:
    """A path that means another than it seems to is nobody's."""
    raw, query = scope.get("raw_path") or b"", scope.get("query_string") or b""
    if len(raw) > PATH or len(query) > QUERY:
        words = f"expected a path of at most {PATH} bytes and a query of {QUERY}"
        raise Problem(400, "PathError", f"{words}, got {len(raw)} and {len(query)}")
    low, path = raw.lower(), scope["path"]
    parts = path.split("/")
    odd = any(sign in low for sign in (b"%2f", b"%5c", b"%00", b"%25", b"\\"))
    odd = odd or "\ufffd" in path or path.startswith("//")
    if odd or ".." in parts or "." in parts or "\\" in path or "\0" in path or "" in parts[1:-1]:
        raise Problem(400, "PathError", f"expected a plain path, got {path[:200]!a}")


async def _whole(scope: Scope, receive: Receive) -> Receive:
    """What gives the body, read whole and checked; afterwards who hangs up is known as ever."""
    given = _headers(scope, b"content-length")
    if given and (not given[0].isdigit() or int(given[0][:12]) > BODY):
        raise _too_large(given[0][:20])
    body = b""
    if scope["method"] not in _BODILESS or given or _headers(scope, b"transfer-encoding"):
        try:
            body = await asyncio.wait_for(_body(receive), BODY_S)
        except asyncio.TimeoutError:
            words = f"expected a body within {BODY_S:g} s, got a part"
            raise Problem(408, "SlowError", words, {"connection": "close"}) from None
    if body:
        _check_json(scope, body)
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem(400, "BodyError", "expected a whole body, got the end of the connection")
        body += message.get("body", b"")
        if len(body) > BODY:
            raise _too_large("more")
        if not message.get("more_body"):
            return body


def _too_large(got: str) -> Problem:
    words = f"expected a body of at most {BODY} bytes, got {got!a}"
    return Problem(413, "BodyError", words, {"connection": "close"})


def _check_json(scope: Scope, body: bytes) -> None:
    kinds = _headers(scope, b"content-type")
    if [k.partition(";")[0].strip().lower() for k in kinds] != ["application/json"]:
        raise Problem(415, "BodyError", f"expected a body of application/json, got {kinds!a}")
    try:
        text = body.decode("utf-8")
        if _depth(text) > DEPTH:
            raise Problem(400, "BodyError", f"expected JSON of at most {DEPTH} levels, got more")
        json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise Problem(400, "BodyError", f"expected JSON in UTF-8, got: {str(exc)[:200]!a}") from exc


def _no_number(name: str) -> Any:
    raise ValueError(f"expected a number, got {name}")


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:  # brackets in strings count: a bound, not a measure
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


async def _preflight(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(
    problem: Problem, scope: Scope, receive: Receive, send: Send, begun: bool
) -> None:
    if begun:  # half an answer is out already
        raise ConnectionResetError("an answer that could not be ended")
    response = answer(problem)
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get(
        "extensions", {}
    ):
        await send({"type": "websocket.close", "code": 1008})
        return
    await response(scope, receive, send)
