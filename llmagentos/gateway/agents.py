"""Agents over HTTP: which there are, how they are, what they see, their lives, and stops.

Knows: addresses, what goes to the daemon for each. Does not know: who may (the daemon says it), what a
stop does (stops.py). A stop has connections of its own, no rate, no line.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from llmagentos.gateway.callers import Acts, Given, Looks, gateway, token_of
from llmagentos.gateway.problems import documented
from llmagentos.gateway.stops import stop_arms

router = APIRouter(prefix="/v1", responses=documented())
_HIDDEN = ("folder", "pid")

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,40}$", description="an agent's name")]


class Me(BaseModel):
    """Who asks, as the daemon knows it."""

    name: str
    role: Literal["viewer", "operator", "admin"]
    person: bool = Field(description="whether it may say yes to what needs a person")
    expires_at: float | None = Field(description="when its token is over, seconds since the epoch")


class Ticket(BaseModel):
    """For one use as `?ticket=`, where a browser can't send a header."""

    ticket: str
    expires_s: float


class Agent(BaseModel, extra="allow"):
    """One agent. What its kind tells beside is here, too."""

    name: str
    phase: str = Field(description="created, starting, running, paused, restarting, failed ...")
    why: str
    in_line: int = Field(description="commands that wait")
    memory_mb: float
    cores: float
    budgets: dict[str, Any]


class Answer(BaseModel):
    """One that a question names."""

    words: str = Field(description="as a person sees it")
    say: str = Field(description="what to say to the agent for it")


class Question(BaseModel):
    """What an agent asked, and waits for."""

    id: str
    words: str
    needs_yes: bool = Field(description="only a person's yes goes on (POST .../confirm)")
    answers: list[Answer] = Field([], description="those that it names; any words may answer it")


class State(BaseModel, extra="allow"):
    """How an agent is at this moment."""

    question: Question | None = None
    safety: str | None = Field(None, description="of the supervisor: armed, moving, stopped ...")
    joints_rad: list[float] | None = Field(None, description="as measured, shoulder to wrist")
    joints_radps: list[float] | None = Field(None, description="their rates")


class Scene(BaseModel, extra="allow"):
    """What is where: rows as in a result's `objects`; metres and radians in the robot's frame."""

    objects: list[dict[str, Any]]
    held: str | None
    at_s: float = Field(description="when, seconds since the epoch")


class Thing(BaseModel, extra="allow"):
    """Something that was seen. id: as events name it."""

    id: str
    words: str
    kind: str
    color: str
    held: bool
    box: list[int] = Field(description="left, top, right, bottom in the picture, pixels")


class Seen(BaseModel, extra="allow"):
    """What perception saw at its last look, and where that is in the picture."""

    camera: str
    width: int = Field(description="of the picture, pixels")
    height: int
    things: list[Thing]


class Stopped(BaseModel, extra="allow"):
    """What a stop came to, as measured."""

    words: str
    at_rest: bool | None = None
    ms: float | None = Field(None, description="to the first measurement of rest")
    holding: str | None = None


class Stops(BaseModel):
    """By agent; sessions: others of this user that were asked directly, since the daemon was silent."""

    agents: dict[str, Stopped]
    sessions: list[dict[str, Any]]


class Done(BaseModel, extra="allow"):
    """What came of it, in words."""

    words: str = ""


@router.get("/me")
async def me(caller: Looks) -> Me:
    """Who asks."""
    return Me(**{name: getattr(caller, name) for name in Me.model_fields})


@router.post("/tickets", status_code=201)
async def ticket(request: Request, caller: Looks) -> Ticket:
    """A ticket for an `<img>` or a WebSocket of a browser; for one use within half a minute."""
    callers = gateway(request).callers
    from llmagentos.gateway.callers import TICKET_S

    return Ticket(ticket=callers.ticket(caller), expires_s=TICKET_S)


@router.get("/agents")
async def agents(request: Request, caller: Looks) -> list[Agent]:
    """All agents, with their states and budgets."""
    return [_shown(a) for a in await gateway(request).link.ask("list", token=caller.token)]


@router.get("/agents/{name}")
async def agent(request: Request, caller: Looks, name: Name) -> Agent:
    """One agent."""
    told = await gateway(request).link.ask("show", token=caller.token, name=name)
    return _shown({k: v for k, v in told.items() if k not in ("spec", "calls")})


@router.get("/agents/{name}/state")
async def state(request: Request, caller: Looks, name: Name) -> State:
    """How it is at this moment, and the question that waits for an answer."""
    return State(**await _peek(request, caller.token, name, "state"))


@router.get("/agents/{name}/scene")
async def scene(request: Request, caller: Looks, name: Name) -> Scene:
    """What is where."""
    return Scene(**await _peek(request, caller.token, name, "scene"))


@router.get("/agents/{name}/seen")
async def seen(request: Request, caller: Looks, name: Name) -> Seen:
    """What it sees, with names, as frames in its picture."""
    return Seen(**await _peek(request, caller.token, name, "seen"))


@router.post("/agents/{name}/life/{verb}")
async def life(
    request: Request, caller: Acts, name: Name,
    verb: Annotated[Literal["start", "pause", "resume", "end"], Path(description="what it is to do")],
) -> Agent:  # fmt: skip
    """Start its process; hold after the action under way; go on; end its process. Answered at once:
    its phase tells when it is so."""
    asked = "stop" if verb == "end" else verb
    waits = {} if verb == "resume" else {"wait": False}
    told = await gateway(request).link.ask(asked, token=caller.token, name=name, **waits)
    return _shown(told)


@router.post("/stop")
async def stop_all(request: Request, given: Given = None) -> Stops:
    """Stop every arm, now. Viewers may, and no limit of requests holds."""
    return await _stop(request, "")


@router.post("/agents/{name}/stop")
async def stop(request: Request, name: Name, given: Given = None) -> Stops:
    """Stop an agent's arm, now: its command ends, it keeps what it holds, and takes no other command
    before a reset. Viewers may, and no limit of requests holds."""
    return await _stop(request, name)


@router.post("/agents/{name}/reset")
async def reset(request: Request, caller: Acts, name: Name) -> Done:
    """After a stop: it takes commands again. Nothing that was stopped goes on."""
    return Done(**await gateway(request).link.ask("reset", token=caller.token, name=name))


# --- inside -----------------------------------------------------------------------------------


def _shown(told: dict[str, Any]) -> Agent:
    return Agent(**{k: v for k, v in told.items() if k not in _HIDDEN})


async def _peek(request: Request, token: str, name: str, what: str) -> dict[str, Any]:
    found: dict[str, Any] = await gateway(request).link.ask(
        "peek", token=token, timeout_s=15.0, name=name, what=what
    )
    return found


async def _stop(request: Request, name: str) -> Stops:
    """The daemon checks the token itself: nothing is asked before the stop."""
    shared, token = gateway(request), token_of(request)
    if not token:  # a ticket, or nothing
        token = (await shared.callers.of(request)).token

    def known() -> str:
        return str(shared.callers.known(token).name)

    found, sessions = await stop_arms(shared.stops, token, name, known)
    return Stops(agents=found, sessions=sessions)
