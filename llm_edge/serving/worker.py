"""An engine's process: loads one model and writes one answer after another.

    python -m llm_edge.serving.worker FD MAKER '{"name": "planner-v6", ...}'

Knows: the socket to the server (descriptor FD), that each token is a sign of life. Does not know:
HTTP, who is next. It ends with the server: its socket ends then, however the server died.

MAKER is a function as "package.module:name" that is given the options and returns a Writer.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import signal
import socket
import sys
import threading
import time
from typing import Any

from llm_edge.serving.protocol import Answer, RequestError
from llm_edge.serving.wire import Wire, ask_from_json
from llm_edge.serving.writing import PlanWriter, problem
from llmagentos.errors import LLMAgentOSError

#: Signs of life are not sent more often, seconds.
BEAT_S = 0.2


class Signs(threading.Event):
    """Whether the answer is not wanted any more. Decoding asks that at each token and each piece of
    a prompt, which is the sign that the engine lives: a thread that only beats would not know."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire, self._next_s = wire, 0.0

    def is_set(self) -> bool:
        """See threading.Event."""
        now = time.monotonic()
        if now >= self._next_s:
            self._next_s = now + BEAT_S
            self._wire.send({"beat": True})
        return super().is_set()


def main(fd: int, maker: str, options: dict[str, Any]) -> None:
    """Until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    wire = Wire(socket.socket(fileno=fd))
    asked: queue.Queue[dict[str, Any]] = queue.Queue()
    signs: list[Signs] = []

    def listen() -> None:
        for message in wire.messages():
            if "cancel" in message:
                for sign in signs:
                    sign.set()
            else:
                asked.put(message)
        os._exit(0)  # an engine in the middle of a token can't be asked to end

    threading.Thread(target=listen, daemon=True).start()
    try:
        module, _, name = maker.partition(":")
        writer = getattr(importlib.import_module(module), name)(**options)
    except Exception as exc:
        kind = type(exc).__name__ if isinstance(exc, LLMAgentOSError) else ""
        wire.send({"failed": str(exc) or type(exc).__name__, "kind": kind})
        return
    wire.send({"ready": os.getpid(), "plans": isinstance(writer, PlanWriter)})
    while True:
        message = asked.get()
        sign = Signs(wire)
        signs[:] = [sign]
        _answer(wire, writer, message, sign)


def _answer(wire: Wire, writer: Any, message: dict[str, Any], sign: Signs) -> None:
    number, answer = message["number"], Answer("")
    try:
        for piece in writer.write(ask_from_json(message["ask"]), answer, sign):
            wire.send({"number": number, "piece": piece})
    except Exception as exc:
        wrong: RequestError = problem(exc)
        told = {
            "words": str(wrong),
            "status": wrong.status,
            "code": wrong.code,
            "param": wrong.param,
        }
        wire.send({"number": number, "wrong": told})
        return
    told = {"prompt_tokens": answer.prompt_tokens, "cached_tokens": answer.cached_tokens,
            "tokens": answer.tokens, "reason": answer.reason}  # fmt: skip
    wire.send({"number": number, "done": told})


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
