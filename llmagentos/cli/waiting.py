"""What a person sees while a command works for long.

Knows: terminals and what is none. Does not know: what is done.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

#: Without a terminal one line is said, once it takes longer than this, seconds.
_SOON_S = 3.0


@contextmanager
def working(words: str) -> Iterator[None]:
    """Around what may take long: on standard error a spinner with the time, gone in the end; one
    line where that is no terminal."""
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        with Progress(*columns, console=console, transient=True) as progress:
            progress.add_task(words, total=None)
            yield
        return
    said = f"{words}: up to some minutes for arms of many joints"
    timer = threading.Timer(_SOON_S, lambda: console.print(said, soft_wrap=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
