"""Looks at a ROS graph by a process that has ROS: its scene, a picture, its question, a plan.

Knows: that process, its lines (llmagentos_ros.watch), when it is begun and ended. Does not know: ROS,
who asks. It is there from the first question on, and gone when nobody has asked for a while.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from llmagentos.errors import CallError

#: An answer is there within so long, the first one included, seconds; nobody asked for so long: it ends.
_ANSWER_S, _IDLE_S = 40.0, 60.0


class GraphEyes:
    """command, env: of the process. From any thread; one question after another."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._command, self._env = list(command), dict(env)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._number, self._asked_s, self._closed = 0, 0.0, False

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """What the graph shows: scene, picture, state, plan (text=). Raises CallError where it shows
        none."""
        with self._lock:
            self._asked_s = time.monotonic()
            child = self._there()
            self._number += 1
            overdue = threading.Timer(_ANSWER_S, child.kill)
            overdue.start()
            try:
                return self._answer(child, {"id": self._number, "what": what, **more})
            finally:
                overdue.cancel()
                self._asked_s = time.monotonic()

    def close(self) -> None:
        """Nobody asks any more; its process ends."""
        self._closed = True
        child = self._child
        if child is not None:
            self._end(child)

    def _answer(self, child: subprocess.Popen[str], asked: Mapping[str, Any]) -> dict[str, Any]:
        assert child.stdin is not None and child.stdout is not None
        with suppress(OSError):  # it has ended: there is no answer either
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.flush()
        for line in child.stdout:
            with suppress(ValueError):
                told = json.loads(line)
                if isinstance(told, dict) and told.get("id") == asked["id"]:
                    if "error" in told:
                        raise CallError(str(told["error"]))
                    found: dict[str, Any] = told["ok"]
                    return found
        self._child = None
        raise CallError(f"expected an answer about the graph's {asked['what']}, got none: see logs")

    def _there(self) -> subprocess.Popen[str]:
        if self._closed:
            raise CallError("expected an agent that lives, got one that ends")
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                self._command, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, encoding="utf-8",
            )  # fmt: skip
            threading.Thread(target=self._rests, args=(self._child,), daemon=True).start()
        return self._child

    def _rests(self, child: subprocess.Popen[str]) -> None:
        """End it once nobody has asked for a while."""
        while child.poll() is None:
            time.sleep(1.0)
            with self._lock:
                if time.monotonic() - self._asked_s > _IDLE_S:
                    self._end(child)

    @staticmethod
    def _end(child: subprocess.Popen[str]) -> None:
        child.terminate()
        try:
            child.wait(3.0)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
