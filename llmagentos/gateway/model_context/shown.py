"""Resources and prompts: what a model may read of a robot, and how a person begins with it.

Knows: addresses and sentences. Does not know: who may.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import mcp_types as types

from llmagentos.errors import FileError
from llmagentos.gateway.model_context.robot import Asker, Robot
from llmagentos.gateway.model_context.told import NOTE

_JSON, _JPEG, _MCAP = "application/json", "image/jpeg", "application/octet-stream"
_SCENE, _PICTURE = "robot://scene", "robot://picture"
_PLAN, _RECORDINGS = "robot://plan", "robot://recordings"

RESOURCES: tuple[types.Resource, ...] = (
    types.Resource(uri=_SCENE, name="scene", mime_type=_JSON, description="what is where"),
    types.Resource(
        uri=_PICTURE, name="picture", mime_type=_JPEG, description="what its camera sees"
    ),
    types.Resource(uri=_PLAN, name="plan", mime_type=_JSON, description="of the newest command"),
    types.Resource(
        uri=_RECORDINGS,
        name="recordings",
        mime_type=_JSON,
        description="recorded commands, by name",
    ),
)
TEMPLATES: tuple[types.ResourceTemplate, ...] = (
    types.ResourceTemplate(
        uri_template=f"{_RECORDINGS}/{{name}}", name="recording", mime_type=_MCAP,
        description="one recorded command (MCAP; `llmagentos replay` and Foxglove read it)",
    ),
)  # fmt: skip


async def read(
    robot: Robot, asker: Asker, uri: str
) -> types.TextResourceContents | types.BlobResourceContents:
    """What is there. Raises FileError for an address that is none, and what the daemon answers."""
    if uri == _PICTURE:
        return types.BlobResourceContents(uri=uri, mime_type=_JPEG, blob=await robot.picture(asker))
    if uri.startswith(f"{_RECORDINGS}/"):
        blob = await robot.recording(asker, uri.removeprefix(f"{_RECORDINGS}/"))
        return types.BlobResourceContents(uri=uri, mime_type=_MCAP, blob=blob)
    data: Mapping[str, Any]
    if uri == _SCENE:
        data = await robot.peek(asker, "scene")
    elif uri == _PLAN:
        data = await robot.newest_plan(asker)
    elif uri == _RECORDINGS:
        data = {"recordings": await robot.recordings(asker)}
    else:
        known = ", ".join(str(r.uri) for r in RESOURCES)
        raise FileError(f"expected one of {known}, {_RECORDINGS}/NAME, got {uri[:200]!r}")
    text = json.dumps({**data, "note": NOTE})
    return types.TextResourceContents(uri=uri, mime_type=_JSON, text=text)


class _Prompt(NamedTuple):
    name: str
    words: str
    takes: str
    text: str


_PROMPTS: tuple[_Prompt, ...] = (
    _Prompt(
        "look", "Say what is on the table.", "",
        "Read robot://picture and call `scene`. Say in a few sentences what is on the table, where, and "
        "what the robot holds. Do nothing else.",
    ),
    _Prompt(
        "do", "Have something done, after a look at the plan.", "task",
        "The person wants this done by the robot: {task}\n"
        "Call `scene`, then `plan` with one plain sentence for it, and say what the robot would do. When "
        "the person agrees, call `command` with the same sentence. If it asks, pass the question on to the "
        "person; call `stop` as soon as anything looks wrong. Afterwards check with `scene` and say "
        "truthfully what came of it.",
    ),
    _Prompt(
        "what_went_wrong", "Find out why the last command did not work.", "",
        "Read robot://plan and call `scene`. Say which step failed and why, in plain words, and propose one "
        "sentence to try next. Do not carry it out before the person agrees.",
    ),
)  # fmt: skip


def prompts() -> list[types.Prompt]:
    """As they are listed."""
    return [
        types.Prompt(
            name=p.name, description=p.words,
            arguments=[types.PromptArgument(name=p.takes, required=True)] if p.takes else [],
        )
        for p in _PROMPTS
    ]  # fmt: skip


def prompt(name: str, given: Mapping[str, str]) -> types.GetPromptResult:
    """One of them. Raises FileError for a name that is none, or without what it takes."""
    for each in _PROMPTS:
        if each.name == name:
            if set(given) != {each.takes} - {""}:
                raise FileError(
                    f"expected {each.takes or 'no arguments'} for {name}, got {sorted(given)}"
                )
            text = types.TextContent(text=each.text.format(**given))
            return types.GetPromptResult(
                description=each.words, messages=[types.PromptMessage(role="user", content=text)]
            )
    raise FileError(f"expected one of {', '.join(p.name for p in _PROMPTS)}, got {name[:80]!r}")
