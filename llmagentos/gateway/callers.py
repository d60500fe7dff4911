"""Who asks: by a token of the daemon, or a ticket for one use; and how often they may.

Knows: tokens as they come in HTTP, tickets, buckets. Does not know: which role may do what: the daemon
is asked with the caller's own token, and checks it itself each time.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from llmagentos.daemon.access import hashed
from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.errors import DaemonError, TokenError
from llmagentos.gateway.problems import Problem

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}")
#: In a WebSocket's subprotocols, where browsers have no header for it.
_SUBPROTOCOL = "bearer."
#: So long who a token belongs to is known without asking, seconds: a revoked one ends after it. For
#: stops while the daemon does not answer: so long.
_FRESH_S, _KNOWN_S = 1.0, 3600.0
#: So long a ticket holds, seconds; so many of one caller.
TICKET_S, _TICKETS = 30.0, 64
_MOST = 10_000


@dataclass(frozen=True)
class Caller:
    """Somebody with a token."""

    name: str
    role: str
    person: bool
    expires_at: float | None
    token: str


class Bucket:
    """So many a second, and twice as many at once."""

    def __init__(self, rate: float) -> None:
        self.rate, self._left, self._at_s = rate, 2 * rate, time.monotonic()

    def take(self) -> bool:
        """Whether there is one more."""
        now_s = time.monotonic()
        self._left = min(2 * self.rate, self._left + (now_s - self._at_s) * self.rate)
        self._at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Buckets:
    """One each; those longest unused are forgotten."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._each: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, whose: str) -> None:
        """Raises Problem (429)."""
        bucket = self._each.pop(whose, None) or Bucket(self._rate)
        self._each[whose] = bucket
        if len(self._each) > _MOST:
            self._each.popitem(last=False)
        if not bucket.take():
            words = f"expected at most {self._rate:g} requests a second, got more: wait a moment"
            raise Problem(429, "RateError", words, {"retry-after": "1"})


class Callers:
    """link: to the daemon. rate: requests of one caller a second; for work a tenth, and from one address
    without a token that holds two fifths."""

    def __init__(self, link: AsyncDaemonClient, rate: float) -> None:
        self._link = link
        self.looks, self.acts = Buckets(rate), Buckets(max(1.0, rate / 10))
        self._failures = Buckets(max(1.0, 0.4 * rate))
        self._known: OrderedDict[str, tuple[Caller, float]] = OrderedDict()
        self._tickets: dict[str, tuple[Caller, float]] = {}

    async def of(self, connection: HTTPConnection) -> Caller:
        """Who asks. Raises TokenError, Problem (429), DaemonError."""
        ticket = connection.query_params.get("ticket")
        if ticket is not None:
            return await self._of_ticket(connection, ticket)
        return await self.of_token(token_of(connection), _address(connection))

    async def of_token(self, token: str, address: str) -> Caller:
        """Who a token belongs to. Raises TokenError, Problem (429), DaemonError."""
        found = self._known.get(hashed(token)) if token else None
        if found is not None and time.monotonic() - found[1] < _FRESH_S:
            return found[0]
        try:
            if not _TOKEN.fullmatch(token):
                raise TokenError(
                    "expected a token (Authorization: Bearer TOKEN), got none or no such"
                )
            told = await self._link.ask("whoami", token=token)
        except TokenError:
            self._known.pop(hashed(token), None)
            self._failures.take(address)
            raise
        caller = Caller(told["name"], told["role"], told["person"], told["expires_at"], token)
        self._known[hashed(token)] = (caller, time.monotonic())
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return caller

    def known(self, token: str) -> Caller:
        """Who that was not long ago, where the daemon can't be asked. Raises DaemonError."""
        found = self._known.get(hashed(token))
        if found is None or time.monotonic() - found[1] > _KNOWN_S:
            raise DaemonError("expected the daemon to say whose token that is, got no answer")
        over = found[0].expires_at
        if over is not None and time.time() >= over:
            raise TokenError("expected a token that is not over, got one that is")
        return found[0]

    def ticket(self, caller: Caller) -> str:
        """For one use within TICKET_S, where a browser can't send a header. Raises Problem (429)."""
        now_s = time.monotonic()
        self._tickets = {t: v for t, v in self._tickets.items() if v[1] > now_s}
        if sum(c.name == caller.name for c, _ in self._tickets.values()) >= _TICKETS:
            raise Problem(429, "RateError", f"expected fewer than {_TICKETS} unused tickets")
        made = secrets.token_urlsafe(24)
        self._tickets[made] = (caller, now_s + TICKET_S)
        return made

    async def _of_ticket(self, connection: HTTPConnection, ticket: str) -> Caller:
        caller, until_s = self._tickets.pop(ticket, (None, 0.0))
        if caller is None or time.monotonic() > until_s:
            self._failures.take(_address(connection))
            raise TokenError(
                "expected a ticket that was not used yet, got one that was, or is none"
            )
        return await self.of_token(caller.token, _address(connection))


def token_of(connection: HTTPConnection) -> str:
    """The token that came with a request; "" for none."""
    given = connection.headers.getlist("authorization")
    if len(given) == 1 and given[0][:7].lower() == "bearer ":
        return given[0][7:].strip()
    for name in connection.scope.get("subprotocols", ()):
        if name.startswith(_SUBPROTOCOL):
            return str(name[len(_SUBPROTOCOL) :])
    return ""


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else "?"


_BEARER = HTTPBearer(auto_error=False, description="a token of `llmagentos access grant`")
Given = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


def gateway(connection: HTTPConnection) -> Any:
    """What resources share (app.Gateway)."""
    return connection.app.state.gateway


def _check_query(request: Request) -> None:
    """What nobody reads is refused, not lost. Raises Problem."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if name not in known and name != "ticket":
            words = f"expected one of {', '.join(sorted(known)) or 'nothing'}, got {name[:40]!a}"
            raise Problem(400, "ValueRefusedError", f"query: {words}")


async def looking(request: Request, given: Given = None) -> Caller:
    """Who looks."""
    callers: Callers = gateway(request).callers
    caller = await callers.of(request)
    callers.looks.take(caller.name)
    _check_query(request)
    return caller


async def acting(request: Request, given: Given = None) -> Caller:
    """Who wants something done."""
    callers: Callers = gateway(request).callers
    caller = await callers.of(request)
    callers.acts.take(caller.name)
    _check_query(request)
    return caller


Looks = Annotated[Caller, Depends(looking)]
Acts = Annotated[Caller, Depends(acting)]
