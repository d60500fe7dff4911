"""A model's engine in a process of its own: watched, started again, its answer tried once more.

Knows: when an engine is lost (its process is gone, or no token came in so long) and what becomes of
the answer under way. Does not know: HTTP, the line of requests (which a lost engine leaves as it is),
what the process does (worker.py).
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from llm_edge.serving.protocol import Answer, Ask, RequestError
from llm_edge.serving.wire import Wire, ask_to_json
from llm_edge.serving.writing import check_plan, check_text
from llmagentos import errors
from llmagentos.errors import ModelError

_log = logging.getLogger(__name__)
#: Without a token, or a piece of a prompt, for so long an engine hangs, seconds.
HANG_S = 60.0
#: A model may load so long, seconds; of processes that end while loading the third is the last try.
LOAD_S, TRIES = 600.0, 3
_POLL_S = 0.05


class EngineLostError(Exception):
    """The process is gone, or was ended since it hung."""


class EngineProcess:
    """A Writer (writing.py) whose model is loaded in a process of its own.

    maker, options: see worker.py. hang_s: see HANG_S. name: for logs. The model is loaded when this
    returns; raises what loading it raises.
    """

    def __init__(
        self, maker: str, options: Mapping[str, Any], hang_s: float = HANG_S, name: str = "model"
    ) -> None:
        self._maker, self._options, self._hang_s = maker, dict(options), hang_s
        self._name = name
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: Wire | None = None
        self._told: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._number, self._plans, self._closed = 0, False, False
        #: How often the engine was started again.
        self.restarts = 0
        self._start()

    @property
    def pid(self) -> int:
        """Of the process; 0 while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def check(self, ask: Ask) -> None:
        """See Writer."""
        (check_plan if self._plans else check_text)(ask)

    def write(self, ask: Ask, answer: Answer, cancel: threading.Event) -> Iterator[str]:
        """See Writer. Where the engine is lost before anything of the answer was passed on, it is
        tried once more; an answer that is not streamed is passed on when it is whole. RequestError
        (503, "engine_lost") for the second time, and where something was passed on."""
        for last in (False, True):
            passed = False
            try:
                pieces = self._once(ask, answer, cancel)
                for piece in pieces if ask.stream else list(pieces):
                    passed = True
                    yield piece
                return
            except EngineLostError as exc:
                _log.warning("%s: %s", self._name, exc)
                if passed or last or cancel.is_set():
                    raise RequestError(
                        f"expected a whole answer, got the loss of the engine: {exc}. It is started "
                        "again: ask once more",
                        503,
                        "engine_lost",
                    ) from exc

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
            self._end()

    # --- one answer ---------------------------------------------------------------------------

    def _once(self, ask: Ask, answer: Answer, cancel: threading.Event) -> Iterator[str]:
        with self._lock:
            if not self.pid:
                self._restart()
            wire, told = self._wire, self._told
            self._number += 1
            number = self._number
        assert wire is not None
        try:
            wire.send({"number": number, "ask": ask_to_json(ask)})
        except OSError as exc:
            raise EngineLostError("its process is gone") from exc
        heard_s, cancelled = time.monotonic(), False
        while True:
            if cancel.is_set() and not cancelled:
                cancelled = True
                self._tell_cancel(wire)
            try:
                message = told.get(timeout=_POLL_S)
            except queue.Empty:
                if time.monotonic() - heard_s > self._hang_s:
                    self._kill()
                    raise EngineLostError(f"no token came for {self._hang_s:g} s") from None
                continue
            if message is None:
                self._kill()
                raise EngineLostError(f"its process is gone ({self._ending()})")
            heard_s = time.monotonic()
            if message.get("number") != number:
                continue
            if "piece" in message:
                yield message["piece"]
            elif "wrong" in message:
                wrong = message["wrong"]
                raise RequestError(wrong["words"], wrong["status"], wrong["code"], wrong["param"])
            else:
                for field, value in message["done"].items():
                    setattr(answer, field, value)
                return

    @staticmethod
    def _tell_cancel(wire: Wire) -> None:
        with suppress(OSError):  # it is gone: that is told below
            wire.send({"cancel": True})

    # --- the process --------------------------------------------------------------------------

    def _restart(self) -> None:
        """Raises EngineLostError where it does not come up."""
        if self._closed:
            raise EngineLostError("the server ends")
        self.restarts += 1
        try:
            self._start()
        except Exception as exc:
            raise EngineLostError(f"it does not start: {exc}") from exc

    def _start(self) -> None:
        for attempt in range(1, TRIES + 1):
            message = self._launch()
            if message is not None and "ready" in message:
                self._plans = bool(message["plans"])
                return
            ending = self._ending()
            self._end()
            if message is not None:
                raise _as_raised(message)
            _log.warning("%s: its process ended while loading (%s)", self._name, ending)
            if attempt < TRIES:
                time.sleep(0.2 * 2**attempt)
        raise ModelError(f"expected a loaded model, got {TRIES} processes that ended: {ending}")

    def _launch(self) -> dict[str, Any] | None:
        """A new process, and the first that it tells; None where it ended before, or took too
        long."""
        self._end()
        ours, theirs = socket.socketpair()
        program = [sys.executable, "-m", "llm_edge.serving.worker", str(theirs.fileno()),
                   self._maker, json.dumps(self._options)]  # fmt: skip
        paths = os.pathsep.join(p for p in sys.path if p)
        with theirs:
            self._process = subprocess.Popen(
                program,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": paths},
            )
        self._wire, self._told = Wire(ours), queue.Queue()
        threading.Thread(target=_listen, args=(self._wire, self._told), daemon=True).start()
        try:
            return self._told.get(timeout=LOAD_S)
        except queue.Empty:
            return None

    def _kill(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        """SIGKILL: an engine that is stopped or in the middle of a token hears nothing else."""
        process, self._wire, wire = self._process, None, self._wire
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGKILL)
        if process is not None:
            process.wait()
        if wire is not None:
            wire.close()

    def _ending(self) -> str:
        code = None
        if self._process is not None:  # its connection ends a moment before it does
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(1.0)
        if code is None:
            return "still there"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _listen(wire: Wire, told: queue.Queue[dict[str, Any] | None]) -> None:
    for message in wire.messages():
        told.put(message)
    told.put(None)


def _as_raised(message: Mapping[str, Any]) -> Exception:
    """What loading raised there, as our own error here."""
    kind = getattr(errors, str(message["kind"]), ModelError)
    made: Exception = kind(message["failed"])
    return made
