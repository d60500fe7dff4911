"""What a person types, read also while a command runs or a plan is being written.

Knows: terminals, pipes, and which lines tell the robot to stop. Does not know: what other lines
mean, nor how anything stops.

A stop acts as soon as its line has come, in a thread of its own. Every other line waits for its
turn; those that came before a stop are given up with it, and told.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape

from llmagentos.safety.stop_words import is_stop

_PROMPT = "\n[bold green]you ›[/] "


class Typed:
    """Lines of standard input. on_stop: told each line that says stop, from a thread.

    At a terminal the prompt has the terminal's own editing; a thread reads only inside `working`.
    From a pipe, whose writer sees no prompt, a thread reads all the time.
    """

    def __init__(self, console: Console, on_stop: Callable[[str], None]) -> None:
        self._console, self._on_stop = console, on_stop
        self._lines: deque[str] = deque()
        self._given_up: list[str] = []
        self._rest, self._ended = b"", False
        self._came = threading.Condition()
        self._working = False
        self._file = _descriptor()
        self._terminal = self._file is not None and os.isatty(self._file)
        self._quit, self._wake = os.pipe()
        self._thread: threading.Thread | None = None
        if self._file is not None and not self._terminal:
            self._start()

    def close(self) -> None:
        """Read no more."""
        self._end()
        os.close(self._quit)
        os.close(self._wake)

    def take_given_up(self) -> list[str]:
        """Lines that were given up since the last call, because a stop came after them."""
        with self._came:
            given_up, self._given_up = self._given_up, []
        return given_up

    def next_line(self) -> str | None:
        """The next line, stripped; None at the end of the input, or at Ctrl-C while waiting."""
        try:
            with self._came:
                while not (self._terminal or self._file is None or self._lines or self._ended):
                    self._came.wait(0.5)  # not for good: Ctrl-C must get through
                line = self._lines.popleft() if self._lines else None
            if line is not None:
                self._console.print(f"{_PROMPT}{escape(line)}", highlight=False)
                return line
            return None if self._ended else self._console.input(_PROMPT).strip()
        except (EOFError, KeyboardInterrupt):
            self._console.print()
            return None

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Around a command: lines are read meanwhile, and a hurried "no" or "wait" is a stop."""
        self._working = True
        if self._terminal:
            self._start()
        try:
            yield
        finally:
            self._working = False
            if self._terminal:
                self._end()

    # --- inside -------------------------------------------------------------------------------

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._read, name="typed", daemon=True)
        self._thread.start()

    def _end(self) -> None:
        if self._thread is not None:
            os.write(self._wake, b".")
            self._thread.join()
            self._thread = None
            while select.select([self._quit], [], [], 0)[0]:
                os.read(self._quit, 64)

    def _read(self) -> None:
        assert self._file is not None
        while not self._ended:
            ready, _, _ = select.select([self._file, self._quit], [], [])
            if self._quit in ready:
                return
            try:
                came = os.read(self._file, 65536)
            except OSError:  # the terminal has hung up
                came = b""
            *lines, self._rest = (self._rest + came).split(b"\n")
            if not came:
                lines, self._rest, self._ended = [self._rest], b"", True
            for line in lines:
                self._take(line.decode("utf-8", "replace").strip())
        with self._came:
            self._came.notify_all()

    def _take(self, line: str) -> None:
        if not line:
            return
        if is_stop(line, moving=self._working):
            with self._came:
                self._given_up += self._lines
                self._lines.clear()
            self._on_stop(line)
            return
        with self._came:
            self._lines.append(line)
            self._came.notify_all()


def _descriptor() -> int | None:
    """Standard input's file descriptor, None where it has none."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
