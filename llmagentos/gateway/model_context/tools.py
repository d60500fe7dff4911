"""The tools: what a model may ask for, by which arguments, and what is done for it.

Knows: one row a tool. Does not know: who may (the daemon says it), the transport.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, ConfigDict, Field

from llmagentos.command import MAX_COMMAND_CHARS
from llmagentos.errors import CallError
from llmagentos.gateway.model_context.robot import Asker, Robot
from llmagentos.gateway.model_context.told import result

_GOOD = ("succeeded", "answered", "question")
#: A plan is waited for so long, seconds.
_PLAN_S = 30.0
#: Fields of a command's result that a model is told.
_FIELDS = ("status", "reply", "plan_text", "plan", "steps", "held")
#: A CallToolResult, or an InputRequiredResult; the SDK may be absent where types are checked.
Answer: TypeAlias = Any


class Nothing(BaseModel):
    """No arguments."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Sentence(Nothing):
    """One sentence in English."""

    text: str = Field(
        min_length=1, max_length=MAX_COMMAND_CHARS, description="one sentence, as to a person"
    )


class Command(Sentence):
    """A sentence that is carried out."""

    deadline_s: float | None = Field(
        None, gt=0.0, le=1e6, description="not begun, or ended, after so many seconds"
    )


class Question(Nothing):
    """Which question a person is asked to answer."""

    question: str = Field(max_length=64, description="its `id`, as `command` told it")


@dataclass(frozen=True)
class Call:
    """One call of a tool. ctx, params: the protocol's; args: checked."""

    robot: Robot
    asker: Asker
    ctx: Any
    params: Any
    args: Any


@dataclass(frozen=True)
class Row:
    """One tool. does: what is done; reads: it changes nothing; light: it is
    limited as a look, others as work; free: no limit holds for it."""

    name: str
    words: str
    takes: type[BaseModel]
    gives: Mapping[str, Any]
    does: Callable[[Call], Awaitable[Answer]]
    reads: bool = False
    destroys: bool = False
    light: bool = False
    free: bool = False

    def to_tool(self) -> types.Tool:
        """As it is listed."""
        hints = types.ToolAnnotations(
            read_only_hint=self.reads, destructive_hint=self.destroys,
            idempotent_hint=self.reads or self.free, open_world_hint=not self.reads,
        )  # fmt: skip
        return types.Tool(
            name=self.name, description=self.words, input_schema=self.takes.model_json_schema(),
            output_schema=dict(self.gives), annotations=hints,
        )  # fmt: skip


# --- what each does -----------------------------------------------------------------------------


async def _command(call: Call) -> Answer:
    return await _said(call, "command", {"text": call.args.text}, call.args.deadline_s)


async def _ask(call: Call) -> Answer:
    return await _said(call, "ask", {"text": call.args.text})


async def _undo(call: Call) -> Answer:
    return await _said(call, "command", {"text": "undo that"})


async def _plan(call: Call) -> Answer:
    done = await call.robot.carry(call.asker, "plan", {"text": call.args.text}, deadline_s=_PLAN_S)
    return result(done["result"])


async def _scene(call: Call) -> Answer:
    return result(await call.robot.peek(call.asker, "scene"))


async def _stop(call: Call) -> Answer:
    agents, sessions = await call.robot.stop(call.asker)
    words = (
        f"it takes commands again after a person said `llmagentos agent reset {call.robot.name}`"
    )
    return result({"agents": agents, "sessions": sessions, "next": words})


async def _confirm(call: Call) -> Answer:
    """A person is asked by the client, outside of the model; a program's yes, and one of a client that
    can't ask a person, is the daemon's to refuse."""
    given, asker = {"question": call.args.question}, call.asker
    can_ask = getattr(call.ctx.session.client_capabilities, "elicitation", None) is not None
    if not can_ask or not (await call.robot.whoami(asker))["person"]:
        await call.robot.carry(asker, "confirm", given)  # raises PersonNeededError
    waits = await call.robot.question(asker)
    if not waits or not waits["needs_yes"] or waits["id"] != call.args.question:
        raise CallError(
            f"expected the question that waits for a yes, got {call.args.question!r}: it waits no more"
        )
    asked = types.ElicitRequestFormParams(
        message=f"The robot asks: {waits['words']}",
        requested_schema={
            "type": "object",
            "properties": {"allow": {"type": "boolean", "title": "Allow it"}},
            "required": ["allow"],
        },
    )
    if call.ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
        said = (call.params.input_responses or {}).get("person")
        if said is None:
            return types.InputRequiredResult(
                input_requests={"person": types.ElicitRequest(params=asked)}
            )
    else:
        said = await call.ctx.session.elicit_form(
            asked.message, asked.requested_schema, call.ctx.request_id
        )
    action = getattr(said, "action", "cancel")
    if action not in ("accept", "decline"):
        raise CallError("expected a person's yes or no, got none: the question still waits")
    yes = action == "accept" and (said.content or {}).get("allow") is True
    return await _said(call, "confirm", {**given, "yes": yes}, person=True)


async def _said(
    call: Call, verb: str, args: Mapping[str, Any], deadline_s: float | None = None,
    person: bool = False,
) -> Answer:  # fmt: skip
    """A command's result, with progress while it runs, and the question that waits after it."""
    count = 0

    async def told(event: Mapping[str, Any]) -> None:
        nonlocal count
        words = event.get("words")
        if words and event.get("event") != "reply":
            count += 1
            await call.ctx.session.report_progress(count, None, str(words))

    done = await call.robot.carry(call.asker, verb, args, told, deadline_s, person)
    found = done["result"] if isinstance(done["result"], dict) else {"reply": str(done["result"])}
    out: dict[str, Any] = {"number": done["number"], "status": "succeeded"}
    out |= {key: found[key] for key in _FIELDS if key in found}
    if out["status"] == "question":
        out["question"] = await call.robot.question(call.asker)
    failed = out["status"] not in _GOOD
    if failed:
        out |= {"error": out["status"], "detail": out.get("reply", "")}
    return result(out, failed)


# --- the table ----------------------------------------------------------------------------------


def _object(required: str, **fields: Any) -> dict[str, Any]:
    """A schema of what comes: the fields, or an error (some clients check those by it, too)."""
    fields |= {
        "error": {"type": "string"},
        "detail": {"type": "string"},
        "note": {"type": "string"},
    }
    either = [{"required": required.split()}, {"required": ["error", "detail"]}]
    return {"type": "object", "properties": fields, "anyOf": either}


_TEXT, _ROWS = {"type": "string"}, {"type": "array", "items": {"type": "object"}}
_NONE = {"type": "null"}
_PLAN = {"anyOf": [{"type": "object", "description": "its steps"}, _NONE]}
_HELD = {"anyOf": [{"type": "string", "description": "the id of what is in the hand"}, _NONE]}
_RESULT = _object(
    "number status",
    number={"type": "integer"},
    status={
        "type": "string",
        "description": "succeeded, answered, question; an error has failed, refused, cannot",
    },
    reply=_TEXT, plan_text=_TEXT, plan=_PLAN, steps=_ROWS, held=_HELD,
    question={
        "anyOf": [{"type": "object"}, _NONE],
        "description": "what it waits for: id, words, needs_yes (only a person's yes, see confirm)",
    },
)  # fmt: skip

TABLE: tuple[Row, ...] = (
    Row(
        "command",
        "Say one sentence to the robot, which plans it and carries it out; also the answer to its "
        "question. Waits for the end; steps are told as progress. What needs a person's yes is asked "
        "about first (status question, needs_yes).",
        Command, _RESULT, _command, destroys=True,
    ),
    Row(
        "plan",
        "What a sentence is understood as: only the plan, nothing moves.",
        Sentence, _object("plan text", plan=_PLAN, text=_TEXT), _plan, reads=True,
    ),
    Row(
        "stop",
        "Stop the arm now, whatever it does: its command ends, it keeps what it holds. Answered with what "
        "was measured. No limit holds for it.",
        Nothing, _object("agents", agents={"type": "object"}, sessions=_ROWS, next=_TEXT), _stop,
        free=True,
    ),
    Row(
        "scene",
        "What the robot sees: objects with kind, colour, position (metres, in the robot's frame: x "
        "away from it, y left, z up), and what it holds.",
        Nothing, _object("objects", objects=_ROWS, held=_HELD, at_s={"type": "number"}), _scene,
        reads=True, light=True,
    ),
    Row(
        "ask",
        "Ask the robot something that it answers in words; a sentence that would do something is an error.",
        Sentence, _RESULT, _ask, reads=True,
    ),
    Row("undo", "Put back what the last command moved.", Nothing, _RESULT, _undo, destroys=True),
    Row(
        "confirm",
        "Have the person at your client asked whether a risky step is allowed. You can't answer it "
        "yourself: without a person there it is an error.",
        Question, _RESULT, _confirm, destroys=True,
    ),
)  # fmt: skip
