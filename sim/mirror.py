"""Pictures of a simulated world that the world has no time for: a copy in a process of its own draws them.

    mirror = Mirror(world)
    picture = mirror.draw(mirror.now(), 320, 240)     # None until the process is there

Knows: a world's poses, read in microseconds; a process of lower priority that puts a copy there and draws
what the camera over the table would see, as a JPEG. Does not know: who looks, how often. The process is
begun with the first picture, ends when nobody has asked for a while or its world's process is gone, and
is begun again; nothing that it does or fails to do comes back to the world.
"""

from __future__ import annotations

import logging
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, Any

from llmagentos.errors import DriverError
from sim.forking import Looks, Places, WorldCopies

_log = logging.getLogger(__name__)
#: It ends when nobody has asked for so long; it may take so long to be there, and for a picture, s.
_IDLE_S, _START_S, _DRAW_S = 60.0, 60.0, 10.0
#: A process that could not draw is begun again after so long, s.
_AGAIN_S = 5.0
_NICER, _QUALITY = 5, 80
_HEAD = struct.Struct("!I")


@dataclass(frozen=True)
class Moment:
    """A world at one moment. looks: the same object as long as nothing but places changed."""

    looks: Looks
    places: Places


class Mirror:
    """world: whose."""

    def __init__(self, world: WorldCopies) -> None:
        self._world = world
        self._looks: Looks | None = None
        self._lock = threading.Lock()
        self._drawer: _Drawer | None = None
        self._begin_at_s = 0.0

    def now(self) -> Moment:
        """The world as it is; only in its own thread, tens of microseconds."""
        world = self._world
        if self._looks is None or not world.looks_like(self._looks):
            self._looks = world.looks()
        return Moment(self._looks, world.places())

    def draw(self, moment: Moment, width: int, height: int) -> bytes | None:
        """That moment as a JPEG of so many pixels that shows what the camera's picture does; None while
        there is no process that could draw it. From any thread, one picture at a time."""
        with self._lock:
            drawer = self._drawer
            if drawer is None:
                if time.monotonic() >= self._begin_at_s:
                    self._drawer = _Drawer()
                return None
            if not drawer.ready.is_set():
                if drawer.gone:
                    self._give_up("it ended before it had begun")
                return None
            try:
                return drawer.draw(moment, (width, height))
            except (OSError, DriverError) as error:
                self._give_up("" if drawer.is_old else str(error))
                return None

    def close(self) -> None:
        """The process ends."""
        with self._lock:
            if self._drawer is not None:
                self._drawer.close()
            self._drawer = None

    def _give_up(self, why: str) -> None:
        if why:
            _log.warning("pictures for who watches are drawn by the robot itself: %s", why)
            self._begin_at_s = time.monotonic() + _AGAIN_S
        if self._drawer is not None:
            self._drawer.close()
        self._drawer = None


class _Drawer:
    """The other process, from here."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "sim.mirror"]
        quiet = {**os.environ, "OMP_NUM_THREADS": "1"}
        # A session of its own: where the kernel shares processors out by sessions, it takes none of the
        # robot's. The end of its input is its end.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=quiet,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to, self._by = self._process.stdin, self._process.stdout
        self._looks: Looks | None = None
        self._used_s = time.monotonic()
        self.ready = threading.Event()
        threading.Thread(target=self._wait, name="mirror", daemon=True).start()

    @property
    def gone(self) -> bool:
        """Whether its process has ended."""
        return self._process.poll() is not None

    @property
    def is_old(self) -> bool:
        """Whether nobody asked it for so long that it may have ended by itself."""
        return time.monotonic() - self._used_s >= _IDLE_S

    def draw(self, moment: Moment, size: tuple[int, int]) -> bytes:
        """Raises OSError, DriverError where it does not answer."""
        looks = None if moment.looks is self._looks else moment.looks
        _say(self._to, pickle.dumps((looks, moment.places, size)))
        self._looks = moment.looks
        answer = _heard(self._by, _DRAW_S)
        self._used_s = time.monotonic()
        return answer

    def close(self) -> None:
        """End it; waits for its end, which is at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._to, self._by):
            with suppress(OSError):
                pipe.close()

    def _wait(self) -> None:
        with suppress(OSError, DriverError, ValueError):
            _heard(self._by, _START_S)
            self.ready.set()


def _say(to: IO[bytes], message: bytes) -> None:
    to.write(_HEAD.pack(len(message)) + message)
    to.flush()


def _heard(by: IO[bytes], timeout_s: float) -> bytes:
    """One message. Raises DriverError where none comes in time, or its sender is gone."""
    (length,) = _HEAD.unpack(_exactly(by, _HEAD.size, timeout_s))
    return _exactly(by, length, timeout_s)


def _exactly(by: IO[bytes], count: int, timeout_s: float) -> bytes:
    number, out, ends_s = by.fileno(), b"", time.monotonic() + timeout_s
    while len(out) < count:
        left_s = ends_s - time.monotonic()
        if left_s <= 0 or not select.select([number], [], [], left_s)[0]:
            raise DriverError(f"expected a picture within {timeout_s:g} s, got none")
        piece = os.read(number, count - len(out))
        if not piece:
            raise DriverError("expected a process that draws, got one that has ended")
        out += piece
    return out


# --- the process that draws -------------------------------------------------------------------


def _draws() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with whom it draws for
    os.nice(_NICER)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what PyBullet prints is no picture

    import cv2

    from sim.world import SimWorld

    world: Any = SimWorld(renderer="tiny")
    _say(answers, b"")
    while True:
        try:
            looks, places, (width, height) = pickle.loads(_heard(sys.stdin.buffer, _IDLE_S))
        except DriverError:
            return
        if looks is not None:
            world.look_like(looks)
        world.put_all(places)
        spec = world.overhead.spec
        focal_px = spec.focal_px * width / spec.width
        world.overhead.spec = replace(spec, width=width, height=height, focal_px=focal_px)
        rgb = world.overhead.capture().rgb
        done, data = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not done:
            raise DriverError("expected a picture that can be encoded, got another")
        _say(answers, data.tobytes())


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        _draws()
