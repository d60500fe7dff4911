"""What people watch of a simulated robot: small pictures that a process beside it draws.

Knows: a simulation that can be mirrored, when a picture is the same as the one before. Does not know: who
watches, how anything is drawn. The robot's own thread only says where everything is, which takes some tens
of microseconds a picture.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
#: Of a picture in motion, pixels; and of one of a scene that has stood still for so long, seconds.
SIZE, FINE, STILL_S = (320, 240), (640, 480), 1.0


class Live:
    """call: does something in the robot's thread. simulation: what may have a `mirror()`; None: there is
    none, and no live picture."""

    def __init__(self, call: Callable[[Callable[[], Any]], Any], simulation: Any) -> None:
        self._call, self._simulation = call, simulation
        self._lock = threading.Lock()
        self._mirror: Any = None
        self._shown: Any = None
        self._moved_s, self._is_fine = 0.0, False
        self._picture: dict[str, Any] | None = None

    def newest(self) -> Mapping[str, Any] | None:
        """A picture as it is told (jpeg, camera, at_s), a fine one where nothing moves, and then no
        other; None where nobody can draw it now. From any thread."""
        if not hasattr(self._simulation, "mirror"):
            return None
        with self._lock:
            if self._mirror is None:
                self._mirror = self._simulation.mirror()
            moment, at_s = self._call(self._mirror.now), time.time()
            if moment != self._shown:
                self._shown, self._moved_s = moment, time.monotonic()
                self._picture = None
            fine = time.monotonic() - self._moved_s >= STILL_S
            if self._picture is None or (fine and not self._is_fine):
                jpeg = self._mirror.draw(moment, *(FINE if fine else SIZE))
                if jpeg is None:
                    return None
                told = {"jpeg": base64.b64encode(jpeg).decode(), "camera": "overhead"}
                self._picture, self._is_fine = {**told, "at_s": at_s}, fine
            return self._picture

    def close(self) -> None:
        """Nobody watches any more."""
        with self._lock:
            if self._mirror is not None:
                self._mirror.close()
            self._simulation = self._mirror = None
