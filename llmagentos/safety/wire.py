"""Events and actions as packets between processes: JSON of known classes with fields of known types.

Knows: how each is written, and what a packet may be. Does not know: sockets, or what follows.
A packet is a list of one number and messages; the number is the question's, 0 for what nobody
answers or asked.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, get_args

from llmagentos.errors import LLMAgentOSError
from llmagentos.safety.signals import Action, Event

#: The longest packet, and the longest text in one.
PACKET_BYTES, TEXT = 65536, 500
#: Joints of a measurement at most.
_JOINTS = 64

_CLASSES: dict[str, Any] = {c.__name__: c for c in (*get_args(Event), *get_args(Action))}
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "float": (float, int),
    "float | None": (float, int, type(None)),
    "tuple[float, ...]": (list,),
}


class WireError(LLMAgentOSError):
    """A packet that is none of the supervisor's."""


def write(number: int, *messages: Event | Action) -> bytes:
    """A packet; texts are cut at TEXT characters."""
    rows = [
        {"is": type(m).__name__, **{f.name: _short(getattr(m, f.name)) for f in _fields(type(m))}}
        for m in messages
    ]
    return json.dumps([number, *rows]).encode()


def read(packet: bytes) -> tuple[int, tuple[Event | Action, ...]]:
    """The number and the messages of a packet. Raises WireError."""
    try:
        number, *rows = json.loads(packet)
    except (ValueError, TypeError, RecursionError) as exc:
        raise WireError(f"expected a JSON list with a number first, got: {exc}") from exc
    if type(number) is not int:
        raise WireError(f"expected a packet's number, got {number!r}")
    return number, tuple(_message(row) for row in rows)


def _message(row: Any) -> Event | Action:
    kind = _CLASSES.get(str(row.pop("is", ""))) if isinstance(row, dict) else None
    if kind is None:
        raise WireError(f"expected an event or action, got {str(row)[:80]}")
    fields = _fields(kind)
    if set(row) - {f.name for f in fields}:
        raise WireError(f"expected fields of {kind.__name__}, got {sorted(row)}")
    for f in fields:
        value = row.get(f.name, f.default)
        if type(value) not in _TYPES[str(f.type)] or (type(value) is str and len(value) > TEXT):
            raise WireError(f"expected {f.name} of {kind.__name__} as {f.type}, got {value!r:.80}")
        if isinstance(value, list):
            if len(value) > _JOINTS or not all(type(v) in (float, int) for v in value):
                raise WireError(f"expected at most {_JOINTS} numbers, got {value!r:.80}")
            row[f.name] = tuple(map(float, value))
    message: Event | Action = kind(**row)
    return message


def _fields(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


def _short(value: Any) -> Any:
    return value[:TEXT] if isinstance(value, str) else value
