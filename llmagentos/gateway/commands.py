"""Commands over HTTP: given, followed, cancelled; plans; questions answered.

Knows: addresses, keys with which a request that comes twice is done once. Does not know: what a command
means. A command that came through the gateway ends where the gateway is lost (`if_lost`): nobody could
stop it from there any more.
"""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from llmagentos.command import MAX_COMMAND_CHARS
from llmagentos.errors import CallError
from llmagentos.gateway.agents import Name
from llmagentos.gateway.callers import Acts, Caller, Looks, gateway
from llmagentos.gateway.problems import documented

router = APIRouter(prefix="/v1", responses=documented())
_OPEN = ("queued", "begun")
#: Longest wait for an end, seconds.
WAIT_S = 60.0

Number = Annotated[int, Path(ge=1, le=2**53, description="a command's number")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:-]+$",
        description="a mark of your own, new for each command (a UUID): with the same one the same "
        "command is not carried out twice, however often the request comes",
    ),
]  # fmt: skip


class Asking(BaseModel):
    """What every request for work may say."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    wait_s: float = Field(0.0, ge=0.0, le=WAIT_S, description="wait so long for its end")
    if_lost: Literal["hold", "go on"] = Field(
        "hold", description="what it does where the gateway is lost: end and hold, or go on"
    )


class Command(Asking):
    """A sentence for an agent; also the answer to its question."""

    text: str = Field(min_length=1, max_length=MAX_COMMAND_CHARS)
    priority: int = Field(50, ge=0, le=100, description="the more urgent the higher")
    deadline_s: float | None = Field(
        None, gt=0.0, le=1e6, description="not begun, or ended, after so many seconds"
    )


class Confirmation(Asking):
    """A person's yes or no to the question that waits for it."""

    question: str = Field(max_length=64, description="the question's id, of the agent's state")
    yes: bool


class PlanOnly(BaseModel):
    """A sentence whose plan is wanted; nothing moves."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_COMMAND_CHARS)


class Call(BaseModel, extra="allow"):
    """A command as it stands. Over are: done, failed, cancelled, expired (too late), lost (its process
    died). Done says nothing of success: the result's own status does."""

    number: int
    agent: str
    verb: str
    state: Literal["queued", "begun", "done", "failed", "cancelled", "expired", "lost"]
    who: str
    result: Any = Field(
        None, description="as of `llmagentos run --json`; words where it did not come to one"
    )


class Plan(BaseModel, extra="allow"):
    """What a sentence was understood as."""

    plan: Any
    text: str


@router.post("/agents/{name}/commands", status_code=202)
async def command(
    request: Request, response: Response, caller: Acts, name: Name, key: Key, body: Command
) -> Call:
    """Say something to an agent. 202: it is in line, or at work; 200: it is over."""
    more = {"priority": body.priority, "deadline_s": body.deadline_s}
    return await _call(
        request, response, caller, name, key, "command", {"text": body.text}, body, **more
    )


@router.post("/agents/{name}/undo", status_code=202)
async def undo(
    request: Request, response: Response, caller: Acts, name: Name, key: Key, body: Asking
) -> Call:
    """Put back what the last command moved."""
    args = {"text": "undo that"}
    return await _call(request, response, caller, name, key, "command", args, body)


@router.post("/agents/{name}/confirm", status_code=202)
async def confirm(
    request: Request, response: Response, caller: Acts, name: Name, key: Key, body: Confirmation
) -> Call:
    """A person's yes or no to what an agent may not do without: no program can give it, nor any words
    of a command that a program gave. A question that waits no more: the call fails, in words."""
    args = {"question": body.question, "yes": body.yes}
    return await _call(request, response, caller, name, key, "confirm", args, body)


@router.post("/agents/{name}/plan")
async def plan(request: Request, caller: Acts, name: Name, body: PlanOnly) -> Plan:
    """Only the plan; nothing moves. In line behind the command under way; 409 where that takes longer
    than half a minute, or the sentence is not understood."""
    return Plan(**await plan_only(gateway(request), caller.token, name, body.text, 30.0))


@router.get("/agents/{name}/commands")
async def commands(
    request: Request, caller: Looks, name: Name, last: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[Call]:
    """The newest commands, oldest first."""
    found = await gateway(request).link.ask("calls", token=caller.token, name=name, last=last)
    return [Call(**each) for each in found]


@router.get("/commands/{number}")
async def followed(
    request: Request, caller: Looks, number: Number,
    wait_s: Annotated[float, Query(ge=0, le=WAIT_S, allow_inf_nan=False)] = 0.0,
) -> Call:  # fmt: skip
    """A command and, once it is over, its result. What it does meanwhile: the events."""
    return await _result(request, caller, number, wait_s)


@router.post("/commands/{number}/cancel")
async def cancel(request: Request, caller: Acts, number: Number) -> Call:
    """Not wanted any more: it ends at once where it has not begun, else at its next safe point."""
    return Call(**await gateway(request).link.ask("cancel", token=caller.token, number=number))


# --- inside -----------------------------------------------------------------------------------


async def _call(
    request: Request, response: Response, caller: Caller, name: str, key: str, verb: str,
    args: dict[str, Any], body: Asking, **more: Any,
) -> Call:  # fmt: skip
    began_at = time.time()
    told = await gateway(request).link.ask(
        "call", token=caller.token, name=name, verb=verb, args=args, key=key, wait=False,
        attended=body.if_lost == "hold", **more,
    )  # fmt: skip
    number = int(told["number"])
    response.headers["location"] = f"/v1/commands/{number}"
    if told["asked_at"] < began_at:
        response.headers["idempotent-replayed"] = "true"
    if told["state"] in _OPEN and body.wait_s > 0:
        told = (await _result(request, caller, number, body.wait_s)).model_dump(exclude_unset=True)
    response.status_code = 202 if told["state"] in _OPEN else 200
    return Call(**told)


async def plan_only(shared: Any, token: str, name: str, text: str, wait_s: float) -> dict[str, Any]:
    """What an agent understands a sentence as. Raises CallError where that takes longer than wait_s,
    or it is not understood, and what the daemon answers."""
    told = await shared.link.ask(
        "call", token=token, name=name, verb="plan", args={"text": text}, wait=False,
        attended=True, deadline_s=wait_s,
    )  # fmt: skip
    number = int(told["number"])
    try:
        if not await shared.feed.over(number, wait_s + 1.0):
            raise CallError(
                f"expected a plan within {wait_s:g} s, got none: another command is at work"
            )
        told = await shared.link.ask("result", token=token, number=number, wait=False)
    except BaseException:
        shared.later(shared.link.ask("cancel", token=token, number=number))
        raise
    if told["state"] != "done":
        raise CallError(str(told.get("result") or told["state"]))
    result: dict[str, Any] = told["result"]
    return result


async def _result(request: Request, caller: Caller, number: int, wait_s: float) -> Call:
    shared = gateway(request)
    told = await shared.link.ask("result", token=caller.token, number=number, wait=False)
    if told["state"] in _OPEN and wait_s > 0 and await shared.feed.over(number, wait_s):
        told = await shared.link.ask("result", token=caller.token, number=number, wait=False)
    return Call(**told)
