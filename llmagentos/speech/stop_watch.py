"""The stop word, and a wake word beside it, heard in a process of its own: sound goes in, a call
comes out.

Knows: that process, and what to tell where it dies or falls behind. Does not know: networks, what
stops or wakes (whoever made it says so in `on_stop` and `on_wake`).
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import FRAME, RATE_HZ, Sound
from llmagentos.speech.keywords import STOP
from llmagentos.speech.packages import need

#: Its process may take so long to begin on a busy machine, s.
BEGINS_WITHIN_S = 60.0
#: Sound that waits for it, s; what is older is lost, and that is told.
BEHIND_S = 2.0


class StopWatch:
    """Hears the word until `close`. on_stop: told each word, from a thread of its own; on_trouble:
    told once, in a sentence, where the word is not heard any more. wake: one of
    keywords.KEYWORDS, "" for none; on_wake: told each of those.

    Raises MissingDependencyError, SpeechError where the process does not begin.
    """

    def __init__(
        self,
        on_stop: Callable[[Mapping[str, Any]], Any],
        on_trouble: Callable[[str], Any] = lambda sentence: None,
        argv: tuple[str, ...] = (sys.executable, "-m", "llmagentos.speech.stop_ear"),
        wake: str = "",
        on_wake: Callable[[Mapping[str, Any]], Any] = lambda told: None,
    ) -> None:
        need("livekit.wakeword")
        self._on_trouble = on_trouble
        self._on = {STOP: on_stop, **({wake: on_wake} if wake else {})}
        # A session of its own: Linux then gives it a share of its own beside all that works here,
        # and Ctrl-C in the terminal does not end it.
        self._child = subprocess.Popen(
            [*argv, *([wake] if wake else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        self._sound: queue.Queue[bytes | None] = queue.Queue(round(BEHIND_S * RATE_HZ / FRAME))
        self._closed, self._told = False, threading.Lock()
        self._ready, self._hears = threading.Event(), False
        self._threads = [
            threading.Thread(target=work, name=f"stop word: {work.__name__}", daemon=True)
            for work in (self._write, self._read)
        ]
        for thread in self._threads:
            thread.start()
        self._ready.wait(BEGINS_WITHIN_S)
        if not self._hears:
            told = self._died()
            self.close()
            raise SpeechError(f"expected a process that hears the stop word, got {told}")

    def hear(self, frame: Sound) -> None:
        """The next samples; never waits."""
        try:
            self._sound.put_nowait(frame.astype("<i2").tobytes())
        except queue.Full:
            self._trouble(f"The stop word is not heard: its process is {BEHIND_S:.0f} s behind.")
            with contextlib.suppress(queue.Empty):  # the newest is worth more than the oldest
                self._sound.get_nowait()

    def close(self) -> None:
        """Hear no more."""
        self._closed = True
        with contextlib.suppress(queue.Full):
            self._sound.put_nowait(None)
        self._child.terminate()
        self._child.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        for pipe in (self._child.stdout, self._child.stderr, self._child.stdin):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _write(self) -> None:
        assert self._child.stdin is not None
        while not self._closed:
            try:
                data = self._sound.get(timeout=0.2)
            except queue.Empty:
                continue
            if data is None:
                return
            try:
                self._child.stdin.write(data)
                self._child.stdin.flush()
            except OSError:
                return  # the reader tells it

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            told = json.loads(line)
            if told.get("ready"):
                self._hears = True
                self._ready.set()
            elif "heard" in told and not self._closed:
                self._on[told["heard"]](told)
        self._child.wait()
        self._ready.set()
        if self._hears and not self._closed:
            self._trouble(f"The stop word is not heard any more: {self._died()}.")

    def _died(self) -> str:
        code = self._child.poll()
        if code is None:
            return f"no answer in {BEGINS_WITHIN_S:.0f} s"
        assert self._child.stderr is not None
        told = self._child.stderr.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        return f"its process's end (code {code}): {told or 'no reason given'}"

    def _trouble(self, sentence: str) -> None:
        if self._told.acquire(blocking=False):
            self._on_trouble(sentence)
