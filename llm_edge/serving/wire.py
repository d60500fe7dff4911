"""What a server and its engine's process tell each other: lines of JSON over one socket.

Knows: how messages are sent and told apart. Does not know: what they are for (worker.py, process.py).
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from llm_edge.serving.protocol import Ask, Tool


class Wire:
    """One end. Sending is safe from several threads; one reads."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._lock = threading.Lock()

    def send(self, message: Mapping[str, Any]) -> None:
        """Raises OSError where nobody is there any more."""
        data = json.dumps(message).encode() + b"\n"
        with self._lock:
            self._socket.sendall(data)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Until the other end is gone."""
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    yield json.loads(line)
        except (OSError, ValueError):
            return

    def close(self) -> None:
        """The other end reads no more."""
        self._socket.close()


def ask_to_json(ask: Ask) -> dict[str, Any]:
    """A request as data."""
    plain = {name: getattr(ask, name) for name in ask.__dataclass_fields__}
    plain["messages"] = [dict(m) for m in ask.messages]
    plain["tools"] = [
        {"name": t.name, "description": t.description, "parameters": dict(t.parameters)}
        for t in ask.tools
    ]
    return plain


def ask_from_json(given: Mapping[str, Any]) -> Ask:
    """The same back."""
    tools = tuple(Tool(**tool) for tool in given["tools"])
    rest = {**given, "messages": tuple(given["messages"]), "stop": tuple(given["stop"])}
    return Ask(**{**rest, "tools": tools})
