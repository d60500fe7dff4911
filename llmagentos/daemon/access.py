"""Who may ask the daemon for what: roles, verbs, tokens. What nobody named is refused.

Knows: four roles and what each may do, and how somebody is known at the door. Does not know: how
anything is done.

A caller without a token is who the operating system says: the daemon's own user (or root) is admin,
but a process of an agent's session is that agent, whatever it says. That keeps agents from acting
as their owner by accident; code that runs as the same user on purpose against it needs a user of
its own.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import secrets
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from llmagentos.errors import AccessError, TokenError


class Role(IntEnum):
    """What somebody may do; a higher one may all that a lower one may."""

    AGENT = 0
    """an agent itself: what its specification permits"""
    VIEWER = 1
    """sees everything, and may stop the arms"""
    OPERATOR = 2
    """gives commands, starts and stops agents"""
    ADMIN = 3
    """makes and destroys agents, lets others in"""


#: The least role for each verb. An agent's own are in OWN and PERMITTED.
LEAST: Mapping[str, Role] = {
    "status": Role.VIEWER,
    "whoami": Role.VIEWER,
    "peek": Role.VIEWER,
    "list": Role.VIEWER,
    "show": Role.VIEWER,
    "logs": Role.VIEWER,
    "calls": Role.VIEWER,
    "result": Role.VIEWER,
    "watch": Role.VIEWER,
    "halt": Role.VIEWER,
    "call": Role.OPERATOR,
    "cancel": Role.OPERATOR,
    "reset": Role.OPERATOR,
    "start": Role.OPERATOR,
    "pause": Role.OPERATOR,
    "resume": Role.OPERATOR,
    "stop": Role.OPERATOR,
    "create": Role.ADMIN,
    "destroy": Role.ADMIN,
    "grant": Role.ADMIN,
    "revoke": Role.ADMIN,
    "identities": Role.ADMIN,
    "shutdown": Role.ADMIN,
}
#: What an agent may ask for about itself, and with its permission about others.
OWN = frozenset(
    {"whoami", "show", "peek", "logs", "calls", "result", "halt", "pause", "stop", "list", "status"}
)
PERMITTED = frozenset({"show", "peek", "call", "result", "cancel", "halt"})


@dataclass(frozen=True)
class Caller:
    """Somebody at the door. agent: its name where it is one. may_call: the agents it may call.
    person: whether a person may stand behind it; programs and agents can't say yes to what needs one.
    expires_at: when its token is over, seconds since the epoch."""

    name: str
    role: Role
    agent: str = ""
    may_call: tuple[str, ...] = ()
    person: bool = True
    expires_at: float | None = None

    def check(self, verb: str, about: str = "") -> None:
        """Whether they may. about: the agent that is asked about. Raises AccessError, in words that
        say who could."""
        least = LEAST.get(verb)
        if least is None:
            raise AccessError(f"expected one of {', '.join(LEAST)}, got {verb!r}")
        if self.role is Role.AGENT:
            if verb in OWN and about in ("", self.agent):
                return
            if verb in PERMITTED and about and ("*" in self.may_call or about in self.may_call):
                return
            raise AccessError(
                f"agent {self.agent} may not {verb} {about or 'that'}: "
                "permissions.calls in its specification says whom it may call"
            )
        if self.role < least:
            raise AccessError(
                f"{self.name} is {self.role.name.lower()} and may not {verb}: "
                f"that takes {least.name.lower()}"
            )


@dataclass(frozen=True)
class Identity:
    """Somebody who was let in, as it is kept. hash: of the token; expires_at: seconds since the epoch,
    None for never; program: no person stands behind it."""

    name: str
    role: str
    hash: str
    expires_at: float | None = None
    program: bool = False


def new_token() -> tuple[str, str]:
    """A token, and what is kept of it."""
    token = secrets.token_urlsafe(24)
    return token, hashed(token)


def hashed(token: str) -> str:
    """What is kept of a token: it is 192 random bits, so that one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(token: str, known: Iterable[Identity], now: float | None = None) -> Caller:
    """Who a token belongs to. known: everybody. now: seconds since the epoch. Raises TokenError."""
    mine, now = hashed(token), time.time() if now is None else now
    for who in known:
        if secrets.compare_digest(mine, who.hash):
            if who.expires_at is not None and now >= who.expires_at:
                raise TokenError(
                    f"expected a token that is not over, got one of {who.name} that is"
                )
            role = Role[who.role.upper()]
            return Caller(who.name, role, person=not who.program, expires_at=who.expires_at)
    raise TokenError("expected a token that was granted, got one that is unknown or revoked")


def peer_of(client: socket.socket) -> tuple[int, int]:
    """Process and user at the other end, as the kernel knows them (Linux)."""
    row = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, uid, _ = struct.unpack("3i", row)
    return pid, uid


def session_of(pid: int) -> int:
    """The process that leads the session of a process; 0 where it is gone."""
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def owner() -> str:
    """The user of the operating system, by name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a row for it
        return f"user {os.getuid()}"
