"""Agents behind a gateway (`llmagentos serve --http`), from Python anywhere.

    from llmagentos import Client

    robot = Client("http://127.0.0.1:8420", agent="left")     # the token: $LLMAGENTOS_TOKEN
    print(robot.command("put the red block in the blue bowl")["reply"])
    robot.stop()

Knows: the gateway's addresses and problems. Does not know: how anything is done. Needs nothing but
Python; `AsyncClient` is the same with `await`. Every call raises the named error that the gateway
answered (TokenError, AccessError, NoSuchAgentError, CallError ...), GatewayError where it can't be reached
or refuses by a rule of its own.
"""

from __future__ import annotations

import asyncio
import functools
import http.client
import json
import os
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from llmagentos import errors
from llmagentos.errors import CallError, ConfigError, FileError, GatewayError, LLMAgentOSError
from llmagentos.files import refusing, shown

#: Who one is, where no token is given.
TOKEN_VARIABLE = "LLMAGENTOS_TOKEN"
_OPEN = ("queued", "begun")
#: A wait for an end is asked for in pieces of so many seconds; a lost connection is tried again so often.
_PIECE_S, _TRIES = 20.0, 4
_LARGEST = 64 << 20


class Client:
    """url: of the gateway. token: who asks; "" for $LLMAGENTOS_TOKEN. agent: whom calls are to where
    they name none. timeout_s: of one answer. ca: a file with the certificate that the gateway's is
    checked by, where the system does not know it. Raises ConfigError for an address that is none,
    FileError for a certificate that is none.

    Thread-safe: each call has a connection of its own.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        agent: str = "",
        timeout_s: float = 30.0,
        ca: str | Path = "",
    ) -> None:
        found = urlsplit(url)
        try:
            port = found.port
        except ValueError:
            port = -1
        if found.scheme not in ("http", "https") or not found.hostname or port == -1:
            raise ConfigError(f"expected a gateway as http://127.0.0.1:8420, got {url!r}")
        self._host, self._port = found.hostname, port
        self._secure, self._base = found.scheme == "https", found.path.rstrip("/")
        self._token = token or os.environ.get(TOKEN_VARIABLE, "")
        self._agent, self._timeout_s = agent, timeout_s
        self._tls = _context(str(ca)) if self._secure or ca else None

    # --- looking ----------------------------------------------------------------------------

    def agents(self) -> list[dict[str, Any]]:
        """All agents."""
        return self._get("/v1/agents")

    def state(self, agent: str = "") -> dict[str, Any]:
        """How an agent is at this moment; its `question`, where one waits."""
        return self._get(self._of(agent, "state"))

    def scene(self, agent: str = "") -> dict[str, Any]:
        """What is where: `objects` (metres, radians, the robot's frame) and what is `held`."""
        return self._get(self._of(agent, "scene"))

    def picture(self, agent: str = "") -> bytes:
        """What its camera sees: a JPEG."""
        return bytes(self._ask("GET", self._of(agent, "picture")))

    def recordings(self, agent: str = "") -> list[dict[str, Any]]:
        """Its recorded commands."""
        return self._get(self._of(agent, "recordings"))

    def recording(self, name: str, agent: str = "") -> bytes:
        """One of them (MCAP)."""
        return bytes(self._ask("GET", self._of(agent, f"recordings/{quote(name, safe='')}")))

    def events_from(self) -> str:
        """The present mark: what happens from now on is `events(since=mark)`."""
        return str(self._get("/v1/events")["at"])

    def events(self, since: str = "", agent: str = "") -> Iterator[dict[str, Any]]:
        """What happens, as it happens, for ever; after a lost connection it goes on where it was. An
        event {"kind": "missed"} says that some came too late to be kept."""
        while True:
            query = urlencode({"since": since, "agent": agent, "wait_s": "20"})
            told = self._get(f"/v1/events?{query}")
            if told["missed"]:
                yield {"kind": "missed", "at": since}
            since = told["at"]
            yield from told["events"]

    # --- doing --------------------------------------------------------------------------------

    def submit(self, text: str, agent: str = "", **options: Any) -> dict[str, Any]:
        """Put a command in line; the call, with its `number`. options: priority (0 to 100), deadline_s,
        if_lost ("hold", "go on"), key (a mark of your own: the same one is not carried out twice)."""
        return self._work(self._of(agent, "commands"), {"text": text}, options)

    def command(self, text: str, agent: str = "", **options: Any) -> dict[str, Any]:
        """Say something to an agent and wait for its end: the result as of `llmagentos run --json`.
        options: see `submit`. Raises CallError where it came to no result."""
        return self._end(self.submit(text, agent, wait_s=_PIECE_S, **options))

    def result(self, number: int) -> dict[str, Any]:
        """Wait for a command's end: its result. Raises CallError."""
        return self._end(self._get(f"/v1/commands/{int(number)}"))

    def cancel(self, number: int) -> dict[str, Any]:
        """Not wanted any more."""
        return self._post(f"/v1/commands/{int(number)}/cancel")

    def undo(self, agent: str = "", **options: Any) -> dict[str, Any]:
        """Put back what the last command moved: the result."""
        return self._end(self._work(self._of(agent, "undo"), {"wait_s": _PIECE_S}, options))

    def confirm(self, question: str, yes: bool, agent: str = "", **options: Any) -> dict[str, Any]:
        """A person's yes or no to a question (its id, of `state`): the result. AccessError for programs."""
        body = {"question": question, "yes": yes, "wait_s": _PIECE_S}
        return self._end(self._work(self._of(agent, "confirm"), body, options))

    def plan(self, text: str, agent: str = "") -> dict[str, Any]:
        """Only the plan; nothing moves."""
        return self._post(self._of(agent, "plan"), {"text": text}, timeout_s=40.0)

    def stop(self, agent: str = "") -> dict[str, Any]:
        """Stop an arm (this client's agent's, or all where it has none), now; what was measured."""
        name = agent or self._agent
        return self._post(self._of(name, "stop") if name else "/v1/stop")

    def reset(self, agent: str = "") -> dict[str, Any]:
        """After a stop: it takes commands again."""
        return self._post(self._of(agent, "reset"))

    # --- inside -----------------------------------------------------------------------------

    def _of(self, agent: str, what: str) -> str:
        name = agent or self._agent
        if not name:
            raise ConfigError("expected an agent's name (agent=), got none")
        return f"/v1/agents/{quote(name, safe='')}/{what}"

    def _work(self, path: str, body: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
        key = str(options.pop("key", None) or uuid.uuid4())
        return self._post(path, {**body, **options}, key)

    def _end(self, call: dict[str, Any]) -> dict[str, Any]:
        while call["state"] in _OPEN:
            call = self._get(f"/v1/commands/{call['number']}?wait_s={_PIECE_S:g}")
        if call["state"] != "done":
            raise CallError(f"call {call['number']} {call['state']}: {call.get('result')}")
        found: dict[str, Any] = call["result"]
        return found

    def _get(self, path: str) -> Any:
        return json.loads(self._ask("GET", path))

    def _post(
        self, path: str, body: Any = None, key: str = "", timeout_s: float | None = None
    ) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask("POST", path, body, key, timeout_s))
        return found

    def _ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str = "",
        timeout_s: float | None = None,
    ) -> bytes:
        """What is answered. Tried again where the connection is lost and that does nothing twice."""
        again = method == "GET" or bool(key)
        for left in reversed(range(_TRIES)):
            try:
                return self._once(method, path, body, key, timeout_s)
            except (OSError, http.client.HTTPException) as exc:
                refused = isinstance(exc, (ConnectionRefusedError, ssl.SSLCertVerificationError))
                if not again or not left or refused:
                    where = f"{self._host}:{self._port or ''}"
                    raise GatewayError(
                        f"expected an answer of {where}, got: {exc or 'none'}"
                    ) from exc
                time.sleep(0.25 * (_TRIES - left))
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, path: str, body: Any, key: str, timeout_s: float | None) -> bytes:
        link = self._link(timeout_s or self._timeout_s)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            link.request(method, self._base + path, data, headers)
            answer = link.getresponse()
            came = answer.read(_LARGEST)
        finally:
            link.close()
        if answer.status >= 400:
            raise _error(answer.status, came)
        return came

    def _link(self, timeout_s: float) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=timeout_s, context=self._tls
        )


class AsyncClient:
    """As Client, each call awaited; `events` is an asynchronous iterator."""

    def __init__(
        self,
        url: str,
        token: str = "",
        agent: str = "",
        timeout_s: float = 30.0,
        ca: str | Path = "",
    ) -> None:
        self._client = Client(url, token, agent, timeout_s, ca)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = None if name.startswith("_") else getattr(Client, name, None)
        if call is None:
            raise AttributeError(f"a client has no {name!r}")
        client = self._client

        @functools.wraps(call)
        async def awaited(*args: Any, **options: Any) -> Any:
            return await asyncio.to_thread(call, client, *args, **options)

        return awaited

    async def events(self, since: str = "", agent: str = "") -> AsyncIterator[dict[str, Any]]:
        """See Client.events."""
        found = self._client.events(since, agent)
        while True:
            yield await asyncio.to_thread(next, found)


def _context(ca: str) -> ssl.SSLContext:
    if ca:
        with refusing(ca, "a certificate"):
            Path(ca).read_bytes()
    try:
        return ssl.create_default_context(cafile=ca or None)
    except ssl.SSLError as exc:
        raise FileError(f"expected a certificate (PEM) at {shown(ca)}, got: {exc}") from exc


def _error(status: int, came: bytes) -> LLMAgentOSError:
    """What the gateway said went wrong, as its own class."""
    try:
        told: Mapping[str, Any] = json.loads(came)
        name, words = str(told["error"]), str(told["detail"])
    except (ValueError, KeyError, TypeError):
        return GatewayError(f"expected an answer of a gateway, got status {status}")
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, LLMAgentOSError):
        return kind(words)
    return GatewayError(f"{name}: {words}")
