"""The protocol's server: lists, calls, reads; limits, and errors as the protocol has them.

Knows: the official SDK. Does not know: what a tool does, HTTP (http.py). Calls run beside each other: a
stop waits for no command.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from llmagentos import __version__
from llmagentos.errors import FileError, LLMAgentOSError
from llmagentos.gateway.callers import Buckets
from llmagentos.gateway.model_context import shown, told
from llmagentos.gateway.model_context.robot import Asker, Robot
from llmagentos.gateway.model_context.tools import TABLE, Call
from llmagentos.gateway.problems import Problem

logging.getLogger("mcp").setLevel(logging.ERROR)  # what strangers send is no news
_BY_NAME = {row.name: row for row in TABLE}
_INSTRUCTIONS = (
    "A robot arm that is told what to do in plain English, one sentence at a time. Look first (scene), and "
    "plan before anything that is hard to undo. stop is always answered. Only a person can allow risky "
    f"steps (confirm). Beware: {told.NOTE}."
)


class Limits:
    """rate: requests of one caller a second, a tenth of that for work; stops have none."""

    def __init__(self, rate: float) -> None:
        self.looks, self.acts = Buckets(rate), Buckets(max(1.0, rate / 10))


def make(robot: Robot, asker_of: Callable[[Any], Asker], limits: Any) -> Server[Any]:
    """A server for one agent. asker_of: who asks, by a request's context. limits: Limits, or
    callers.Callers."""

    async def look(ctx: Any) -> Asker:
        asker = asker_of(ctx)
        try:
            limits.looks.take(asker.name)
        except Problem as exc:
            raise _protocol(exc) from exc
        return asker

    async def list_tools(ctx: Any, params: Any) -> types.ListToolsResult:
        await look(ctx)
        return types.ListToolsResult(tools=[row.to_tool() for row in TABLE])

    async def call_tool(ctx: Any, params: Any) -> Any:
        row = _BY_NAME.get(params.name)
        if row is None:
            words = f"expected one of {', '.join(_BY_NAME)}, got {params.name[:80]!r}"
            raise MCPError(types.INVALID_PARAMS, words, {"error": "NoSuchToolError"})
        asker = asker_of(ctx)
        try:
            if not row.free:
                (limits.looks if row.light else limits.acts).take(asker.name)
            args = row.takes.model_validate(params.arguments or {})
            return await row.does(Call(robot, asker, ctx, params, args))
        except (LLMAgentOSError, Problem, ValueError) as exc:  # a ValidationError is a ValueError
            return told.error(exc)

    async def list_resources(ctx: Any, params: Any) -> types.ListResourcesResult:
        await look(ctx)
        return types.ListResourcesResult(resources=list(shown.RESOURCES))

    async def list_templates(ctx: Any, params: Any) -> types.ListResourceTemplatesResult:
        await look(ctx)
        return types.ListResourceTemplatesResult(resource_templates=list(shown.TEMPLATES))

    async def read(ctx: Any, params: Any) -> types.ReadResourceResult:
        asker = await look(ctx)
        try:
            return types.ReadResourceResult(
                contents=[await shown.read(robot, asker, str(params.uri))]
            )
        except LLMAgentOSError as exc:
            raise _protocol(exc) from exc

    async def list_prompts(ctx: Any, params: Any) -> types.ListPromptsResult:
        await look(ctx)
        return types.ListPromptsResult(prompts=shown.prompts())

    async def get_prompt(ctx: Any, params: Any) -> types.GetPromptResult:
        await look(ctx)
        try:
            return shown.prompt(params.name, params.arguments or {})
        except LLMAgentOSError as exc:
            raise _protocol(exc) from exc

    return Server(
        "llmagentos",
        version=__version__,
        title=f"LLMAgentOS: {robot.name}",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )


async def serve_stdio(robot: Robot, asker: Asker, rate: float) -> None:
    """Serve who is at standard input and output, until that ends; commands under way end with it."""
    server = make(robot, lambda ctx: asker, Limits(rate))
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


def _protocol(exc: LLMAgentOSError | Problem) -> MCPError:
    """A named error where the protocol has no tool's result for it."""
    named = told.named(exc)
    code = types.INVALID_PARAMS if isinstance(exc, FileError) else types.INTERNAL_ERROR
    return MCPError(code, f"{named['error']}: {named['detail']}", named)
