"""The machine's microphone and loudspeaker.

Knows: sounddevice (where PortAudio is there), arecord and aplay (alsa-utils). Does not know: what is
heard or said. A machine without either, or without a device, is told in one sentence.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np

from llmagentos.errors import SpeechError
from llmagentos.speech.audio import FRAME, RATE_HZ, Sound

_HOW = "plug one in, or give --audio FILE.wav (docs/speech.md)"


class Microphone:
    """An AudioSource. device: as sounddevice or ALSA name it, "" for the default.

    Raises SpeechError where the machine has none: at once, or at the first frame.
    """

    def __init__(self, device: str = "") -> None:
        self.name = device or "the microphone"
        self._frames: queue.SimpleQueue[Sound | None] = queue.SimpleQueue()
        self._child: subprocess.Popen[bytes] | None = None
        self._stream: Any = None
        self._closed = False
        sd = _sounddevice()
        if sd is not None:
            try:
                self._stream = sd.InputStream(
                    RATE_HZ, FRAME, device or None, 1, "int16", callback=self._came
                )
                self._stream.start()
            except (sd.PortAudioError, ValueError) as exc:
                raise SpeechError(f"expected a microphone, got none: {_one(exc)}; {_HOW}") from exc
        else:
            self._child = _child(["arecord", *_alsa(device)], "a microphone", stdin=False)

    def _came(self, data: Any, count: int, time: Any, status: Any) -> None:
        self._frames.put(np.array(data[:, 0], np.int16))

    def frames(self) -> Iterator[Sound]:
        """See AudioSource. Raises SpeechError where the device went away."""
        if self._child is None:
            while (frame := self._frames.get()) is not None:
                yield frame
            return
        assert self._child.stdout is not None and self._child.stderr is not None
        heard = False
        while len(data := self._child.stdout.read(2 * FRAME)) == 2 * FRAME:
            heard = True
            yield np.frombuffer(data, "<i2").astype(np.int16)
        told = _last_line(self._child.stderr.read().decode("utf-8", "replace"))
        if not self._closed and not heard:
            raise SpeechError(f"expected a microphone, got none: {told}; {_HOW}")
        if not self._closed:
            raise SpeechError(f"expected the microphone to go on, got its end: {told}; {_HOW}")

    def close(self) -> None:
        """See AudioSource."""
        self._closed = True
        if self._stream is not None:
            self._stream.close()
        if self._child is not None:
            self._child.terminate()
        self._frames.put(None)


class Loudspeaker:
    """An AudioSink. Raises SpeechError where the machine has none that can be asked."""

    def __init__(self) -> None:
        self._sd = _sounddevice()
        self._child: subprocess.Popen[bytes] | None = None
        if self._sd is None and shutil.which("aplay") is None:
            raise SpeechError(
                "expected PortAudio (apt install libportaudio2) or aplay (apt install alsa-utils) "
                "to speak with, got neither: use --mute"
            )
        if self._sd is not None:
            try:
                self._sd.query_devices(kind="output")
            except (self._sd.PortAudioError, ValueError) as exc:
                raise SpeechError(
                    f"expected a loudspeaker, got none: {_one(exc)}; use --mute"
                ) from exc

    def play(self, sound: Sound, rate_hz: int) -> None:
        """See AudioSink."""
        if self._sd is not None:
            self._sd.play(sound, rate_hz)
            self._sd.wait()
            return
        self._child = _child(
            ["aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate_hz)],
            "a loudspeaker", stdin=True,
        )  # fmt: skip
        told = b""
        with contextlib.suppress(BrokenPipeError):  # hushed
            _, told = self._child.communicate(sound.astype("<i2").tobytes())
        if self._child.wait() > 0:
            why = _last_line(told.decode("utf-8", "replace"))
            raise SpeechError(
                f"expected a loudspeaker, got none: {why}; replies are only written (--mute)"
            )

    def hush(self) -> None:
        """See AudioSink."""
        if self._sd is not None:
            self._sd.stop()
        elif self._child is not None:
            self._child.terminate()


def _sounddevice() -> Any:
    """The package, None where it or PortAudio is not here."""
    try:
        import sounddevice
    except (ImportError, OSError):
        return None
    return sounddevice


def _alsa(device: str) -> list[str]:
    chosen = ["-D", device] if device else []
    return ["-q", *chosen, "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(RATE_HZ)]


def _child(argv: list[str], what: str, stdin: bool) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if stdin else subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as exc:
        raise SpeechError(
            f"expected {what}, got neither PortAudio (apt install libportaudio2) nor {argv[0]} "
            f"(apt install alsa-utils); {_HOW}"
        ) from exc


def _one(told: object) -> str:
    """On one line."""
    return " ".join(str(told).split()) or "no reason given"


def _last_line(told: str) -> str:
    """ALSA tells its whole way to what went wrong; the end is for people."""
    return _one(told.strip().rpartition("\n")[2])
