"""The gateway's process: started by the daemon, heard, started again when it dies or hangs.

Knows: its socket (bound here, so that who comes while it begins anew waits instead of being refused),
its pipe of signs of life. Does not know: HTTP (llmagentos.gateway), who asks.

It leads a session of its own, by which the daemon knows it: it has no rights but a viewer's, and asks
for others with their tokens alone. It ends with the daemon: the pipe that is its standard input closes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from llmagentos.daemon.place import SOCKET_VARIABLE, TOKEN_VARIABLE
from llmagentos.sockets import listening

_log = logging.getLogger(__name__)

#: Where its process finds what it is to do, as JSON.
VARIABLE = "LLMAGENTOS_GATEWAY"
#: Without a sign of it for so long it hangs, seconds; when it begins it may take longer.
SILENT_S, READY_S = 5.0, 60.0
_BACKOFF_S = (0.0, 0.2, 0.5, 1.0, 2.0)
#: Deaths further back than this don't count, seconds.
_WINDOW_S = 30.0
#: A log of this size becomes the old one.
_LOG_BYTES = 2_000_000


@dataclass(frozen=True)
class FrontSettings:
    """host, port: where it listens (port 0: any). names: of this machine, beside `host`, that requests
    may be addressed to. origins: of pages that may ask, beside its own. cert, key: TLS. rate: requests
    of one caller a second, a tenth of that for what does something; stops have none."""

    host: str = "127.0.0.1"
    port: int = 8420
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    cert: str = ""
    key: str = ""
    rate: float = 50.0

    @property
    def url(self) -> str:
        """Where clients find it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.cert else ''}://{host}:{self.port}"


class Front:
    """door: the daemon's socket. log: where what it prints goes. watch: called with a number that
    can be read when the process has ended, and what to call then. Raises ConfigError."""

    def __init__(
        self,
        settings: FrontSettings,
        door: Path,
        log: Path,
        watch: Callable[[int, Callable[[], None]], None],
    ) -> None:
        self._socket = listening(settings.host, settings.port)
        port = int(self._socket.getsockname()[1])
        self.settings = FrontSettings(**{**vars(settings), "port": port})
        self._door, self._log, self._watch = door, log, watch
        self._process: subprocess.Popen[bytes] | None = None
        self._sign = self._pidfd = -1
        self._heard_s, self._due_s = 0.0, 0.0
        self._deaths: list[float] = []
        self.restarts = 0
        self._silent_s, self._closed = READY_S, False

    @property
    def pid(self) -> int:
        """Of its process, which leads its session; 0 for none."""
        return 0 if self._process is None else self._process.pid

    def about(self) -> dict[str, object]:
        """Where clients find it, its process, how often that was begun again."""
        return {"url": self.settings.url, "pid": self.pid, "restarts": self.restarts}

    def poll(self) -> None:
        """What is due: a start, or the end of one that hangs. Call it a few times a second."""
        now_s = time.monotonic()
        if self._process is None:
            if not self._closed and now_s >= self._due_s:
                self._begin()
            return
        with contextlib.suppress(BlockingIOError):
            while os.read(self._sign, 4096):
                self._heard_s, self._silent_s = now_s, SILENT_S
        self._rotate()
        if now_s - self._heard_s > self._silent_s:
            _log.error("gateway: it hung: no sign of it for %g s", self._silent_s)
            self._process.kill()
            self._heard_s = now_s

    def still(self, seconds: float) -> None:
        """The daemon itself stood still for so long: nobody's silence counts."""
        self._heard_s += seconds

    def close(self) -> None:
        """End it."""
        self._closed = True
        process = self._process
        if process is not None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(3.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._socket.close()

    def _begin(self) -> None:
        sign, theirs = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        told = {**vars(self.settings), "socket": self._socket.fileno(), "sign": theirs}
        env = {**os.environ, SOCKET_VARIABLE: str(self._door), VARIABLE: json.dumps(told)}
        env.pop(TOKEN_VARIABLE, None)
        out = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "llmagentos.gateway"],
                env=env,
                pass_fds=[self._socket.fileno(), theirs],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        except OSError as exc:
            _log.error("gateway: %s", exc)
            os.close(sign)
            self._due_s = time.monotonic() + 2.0
            return
        finally:
            os.close(theirs)
            os.close(out)
        self._sign, self._heard_s, self._silent_s = sign, time.monotonic(), READY_S
        self._pidfd = os.pidfd_open(self._process.pid)
        self._watch(self._pidfd, self._ended)

    def _rotate(self) -> None:
        """Its log stays bounded while it runs: it writes at the end of whatever is there."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > _LOG_BYTES:
                shutil.copyfile(self._log, self._log.with_suffix(".1"))
                os.truncate(self._log, 0)

    def _ended(self) -> None:
        assert self._process is not None
        process, self._process = self._process, None
        code = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        os.close(self._sign)
        os.close(self._pidfd)
        now_s = time.monotonic()
        self._deaths = [*(d for d in self._deaths if now_s - d < _WINDOW_S), now_s]
        self._due_s = now_s + _BACKOFF_S[min(len(self._deaths), len(_BACKOFF_S)) - 1]
        if not self._closed:
            self.restarts += 1
            _log.error("gateway: its process ended (%s); the next one begins", code)
            self.poll()


def settings_of(told: Mapping[str, object]) -> FrontSettings:
    """What its process was told. Raises TypeError, KeyError."""
    fields = {name: told[name] for name in FrontSettings.__dataclass_fields__}
    fields["names"], fields["origins"] = tuple(fields["names"]), tuple(fields["origins"])  # type: ignore[arg-type]
    return FrontSettings(**fields)  # type: ignore[arg-type]
