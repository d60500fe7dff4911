"""What servers answer, as text and as plans: every form that was met, or an error that names it.

Knows: chat completions and their streams, thoughts in tags, fences with prose around them, plans as
JSON and in compact notation. Does not know: connections, prompts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from llmagentos.errors import PlanError, ServerError
from llmagentos.lang import codec as compact
from llmagentos.lang.plan import Plan

_OPEN, _CLOSE = "<think>", "</think>"
_FENCE = re.compile(r"```[\w-]*[ \t]*\n?(.*?)```", re.DOTALL)
_LABEL = re.compile(r"^\s*(?:plan|answer)\s*:\s*", re.IGNORECASE)


# --- one answer ----------------------------------------------------------------------------------


def completion(raw: bytes) -> tuple[str, str, dict[str, int]]:
    """(text, why it ended, usage) of a chat completion. Raises ServerError for what is none."""
    try:
        answer = json.loads(raw)
        choices = answer["choices"]
    except (ValueError, KeyError, TypeError) as exc:
        raise ServerError(f"expected a chat completion, got {raw[:200]!r}") from exc
    if not isinstance(choices, list) or not choices:
        raise ServerError(f"expected a choice in the chat completion, got {choices!r:.200}")
    choice = choices[0]
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise ServerError(f"expected a chat completion with a message, got {raw[:200]!r}")
    if message.get("content") is None and message.get("refusal"):
        raise ServerError(f"expected text content, got a refusal: {message['refusal']!r:.200}")
    usage = answer.get("usage")
    return _text(message.get("content")), str(choice.get("finish_reason") or ""), (
        usage if isinstance(usage, dict) else {}
    )  # fmt: skip


def _text(content: Any) -> str:
    """The text of a content: itself, or that of its parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content:
        parts = [p.get("text") if isinstance(p, dict) else p for p in content]
        texts = [p for p in parts if isinstance(p, str)]
        if texts:
            return "".join(texts)
    raise ServerError(f"expected text content, got {content!r:.200}")


# --- a stream ------------------------------------------------------------------------------------


def pieces(lines: Iterable[bytes]) -> Iterator[str]:
    """The texts in a stream of events, with or without an end mark; of a whole completion where the
    server doesn't stream. Raises ServerError for what is neither."""
    other, events = [], 0
    for line in lines:
        data = line.decode(errors="replace").strip()
        if not data.startswith("data:"):
            if data and not data.startswith((":", "event:", "id:", "retry:")):
                other.append(data)
            continue
        events += 1
        data = data[5:].strip()
        if data == "[DONE]":
            return
        if (piece := _piece(data)) is not None:
            yield piece
    if events == 0:
        yield completion("\n".join(other).encode())[0]


def _piece(data: str) -> str | None:
    try:
        event = json.loads(data)
        if "error" in event:
            raise ServerError(f"expected a stream event, got an error: {event['error']!r:.200}")
        choices = event["choices"]
        if not choices:  # usage alone, at the end
            return None
        content = (choices[0].get("delta") or {}).get("content")
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as exc:
        raise ServerError(f"expected a stream event, got {data[:200]!r}") from exc
    return _text(content) if content else None


def spoken(parts: Iterable[str]) -> Iterator[str]:
    """A stream without what the model thinks in tags at its beginning."""
    held, thinking, begun = "", False, False
    for part in parts:
        if begun:
            yield part
            continue
        held += part
        bare = held.lstrip()
        if not thinking and len(bare) < len(_OPEN) and _OPEN.startswith(bare):
            continue
        thinking = thinking or bare.startswith(_OPEN)
        if thinking:
            if _CLOSE not in held:
                continue
            held = held.split(_CLOSE, 1)[1].lstrip()
            thinking = False
            if not held:
                continue
        begun = True
        yield held
    if not begun and held and not thinking:
        yield held


# --- plans ---------------------------------------------------------------------------------------


def plan_of(text: str, ended: str = "") -> Plan:
    """The plan in an answer: JSON, or compact notation, bare or fenced, with prose around it.

    ended: the server's finish_reason. Raises PlanError; a plan that was cut off is none.
    """
    if ended == "length":
        raise PlanError(f"expected a finished plan, got one cut off by its length: {text[-100:]!r}")
    if _CLOSE in text:
        text = text.rsplit(_CLOSE, 1)[1]
    elif _OPEN in text:
        raise PlanError(f"expected a plan, got thoughts without an end: {text[-100:]!r}")
    for part in [*_FENCE.findall(text), text]:
        if '"steps"' in part:
            return _from_json(part)
    fenced = _FENCE.findall(text)
    return _from_notation((fenced[0] if fenced else text).strip())


def _from_json(text: str) -> Plan:
    """The first whole object with steps; braces in prose before it are passed over."""
    decoder, problem = json.JSONDecoder(), "no whole JSON object"
    for at in (m.start() for m in re.finditer(r"\{", text)):
        try:
            found, _ = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as exc:
            problem = f"JSON that ends in {exc}" if problem.startswith("no") else problem
            continue
        if isinstance(found, dict) and isinstance(found.get("plan"), dict):
            found = found["plan"]
        if isinstance(found, dict) and "steps" in found:
            try:
                return Plan.model_validate(found)
            except (ValidationError, RecursionError) as exc:
                first = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
                raise PlanError(f"expected a plan in JSON, got {text[:200]!r}: {first}") from exc
        if isinstance(found, dict):
            break  # the outermost object has no steps; those inside are no plan
    raise PlanError(f"expected a plan in JSON, got {problem}: {text[:200]!r}")


def _from_notation(text: str) -> Plan:
    line = next((x for x in text.splitlines() if x.strip()), "")
    try:
        return compact.parse(_LABEL.sub("", line).strip(" `."))
    except (PlanError, RecursionError) as exc:
        raise PlanError(f"expected a plan, got {text[:200]!r}: {exc}") from exc
