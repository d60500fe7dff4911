"""A key in PyBullet's window that stops the robot.

Knows: the window's keys. Does not know: what a stop does; teleop's keys are its own
(sim/teleop/sources.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: The key, as in teleop.
STOP_KEY = "k"


class StopKey:
    """Called in every control period: calls `stop` where the key was pressed since the last one.

    client: the PyBullet client that has the window. A press while no time passes counts with the
    next period, before anything moves on.
    """

    def __init__(self, client: Any, stop: Callable[[], None]) -> None:
        self._client, self._stop = client, stop

    def __call__(self) -> None:
        """Look at the window's keys."""
        pressed: int = self._client.getKeyboardEvents().get(ord(STOP_KEY), 0)
        if pressed & self._client.KEY_WAS_TRIGGERED:
            self._stop()
