"""Pictures while the arm moves, taken so that control does not wait for them.

Knows: the camera port, a lock, a thread. Does not know: what pictures are for.

A camera of hardware may take a picture's time to answer, so a thread asks it; a simulated one can
only be asked by the thread that moves the simulation, at the pace of `pace.Pace`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from llmagentos.ports.hardware import Camera, Glancing
from llmagentos.types import CameraFrame

_log = logging.getLogger(__name__)


class SharedCamera(Camera):
    """A camera that two threads ask, one after the other."""

    def __init__(self, inner: Camera) -> None:
        self.inner, self._lock = inner, threading.Lock()

    @property
    def name(self) -> str:
        """As the camera's."""
        return self.inner.name

    def capture(self) -> CameraFrame:
        """As the camera's; waits for at most one picture that the other thread takes."""
        with self._lock:
            return self.inner.capture()


class SharedGlancing(SharedCamera):
    """Such a camera that can take a piece of its picture by itself."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._glancing: Glancing = inner

    @property
    def is_fixed(self) -> bool:
        """As the camera's."""
        return self._glancing.is_fixed

    def glance(self, point: tuple[float, float, float], half_m: float) -> NDArray[np.float32]:
        """As the camera's; waits as `capture`."""
        with self._lock:
            return self._glancing.glance(point, half_m)


def shared(cameras: Sequence[Camera]) -> tuple[Camera, ...]:
    """The same cameras, for several threads."""
    return tuple(SharedGlancing(c) if isinstance(c, Glancing) else SharedCamera(c) for c in cameras)


class Onlooker:
    """A thread that takes pictures of all cameras, `hz` times a second while `wanted` is set."""

    def __init__(
        self, cameras: Sequence[Camera], hz: float, keep: Callable[[CameraFrame], None]
    ) -> None:
        self._cameras, self._period_s, self._keep = tuple(cameras), 1 / hz, keep
        self.wanted, self._ending = threading.Event(), threading.Event()
        self._silent: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="flight-onlooker", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; waits for a picture under way, at most a second."""
        self._ending.set()
        self.wanted.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._ending.is_set():
            self.wanted.wait()
            for camera in self._cameras:
                try:
                    self._keep(camera.capture())
                except DriverError as error:  # perception says so to the person
                    if camera.name not in self._silent:
                        self._silent.add(camera.name)
                        _log.info("flight: no picture of %s: %s", camera.name, error)
            self._ending.wait(self._period_s)
