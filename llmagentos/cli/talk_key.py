"""The space bar of a terminal as a key to talk with.

Knows: terminals without echo and line editing, and that they are put back. Does not know: what a
press means (llmagentos.speech.attention.TalkKey).
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable

from llmagentos.errors import SpeechError

_KEYS = frozenset(b" \r\n")


class Keys:
    """Tells each press of the space bar, or Enter, until `close`. Ctrl-C stays what it is.

    Raises SpeechError where standard input is no terminal.
    """

    def __init__(self, on_press: Callable[[], None]) -> None:
        self._on_press = on_press
        try:
            self._file = sys.stdin.fileno()
            self._before = termios.tcgetattr(self._file)
        except (AttributeError, OSError, ValueError, termios.error) as exc:
            raise SpeechError(
                "expected a terminal for --push-to-talk, got none: leave it out, or use --wake"
            ) from exc
        tty.setcbreak(self._file)
        self._end, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._read, name="talk key", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Put the terminal back."""
        os.write(self._wake, b".")
        self._thread.join()
        with contextlib.suppress(termios.error):  # the terminal has hung up
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
        os.close(self._end)
        os.close(self._wake)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._file, self._end], [], [])
            if self._end in ready:
                return
            try:
                came = os.read(self._file, 64)
            except OSError:
                return
            if not came:
                return
            for key in came:
                if key in _KEYS:
                    self._on_press()
