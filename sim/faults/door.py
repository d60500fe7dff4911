"""A real daemon with its gateway, in processes and folders of their own, and a robot's agent in it.

Knows: how they are started, asked over HTTP as anybody would, and measured beside it. Does not know: any
fault. What stops sessions finds none but its own: they have a folder of their own, too.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.place import SOCKET_VARIABLE, TOKEN_VARIABLE
from llmagentos.errors import DaemonError
from llmagentos.runtime.sessions import FOLDER_VARIABLE

#: Long enough to be stopped in the middle.
LONG = "put every block in the green bowl"
AGENT = "arm"
_START_S = 180.0
_MOVING_RADPS = 0.1


class Answer:
    """What came back. status 0: the connection was closed without an answer."""

    def __init__(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.body, self.headers = status, body, dict(headers or {})

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


class Door:
    """spec: of its agent, None for none. options: of `llmagentos serve --http`. path: of modules that
    programs are in. ca: what its certificate is checked by, where it has one."""

    def __init__(
        self,
        spec: Mapping[str, Any] | None = None,
        options: Sequence[str] = (),
        path: Sequence[Path] = (),
        ca: Path | None = None,
    ) -> None:
        self._ca = ca
        self.folder = Path(tempfile.mkdtemp(prefix="door-"))
        self._clients: list[DaemonClient] = []
        env = dict(os.environ)
        env.pop(TOKEN_VARIABLE, None)
        paths = [*map(str, path), *(p for p in sys.path if p)]
        env |= {
            SOCKET_VARIABLE: str(self.folder / "d"),
            FOLDER_VARIABLE: str(self.folder / "run"),
            "XDG_STATE_HOME": str(self.folder / "xdg"),
            "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        }
        argv = [sys.executable, "-m", "llmagentos", "serve", "--http", "--at", "127.0.0.1:0"]
        argv += ["--folder", str(self.folder / "state"), *options]
        self._argv, self._env = argv, env
        try:
            self.start()
            self.tokens = {role: self.grant(role, role) for role in ("viewer", "operator", "admin")}
            self.tokens["program"] = self.grant("program", "operator", program=True)
            if spec is not None:
                self.daemon.create(AGENT, spec).start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Begin the daemon, and wait until its gateway answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self._argv, env=self._env, stdout=log, stderr=log)
        self.daemon = self._client()
        self.url = str(self.daemon.status()["http"]["url"])
        self.until(lambda: self.ask("GET", "/v1/health").status == 200, _START_S)

    def _client(self) -> DaemonClient:
        found: list[DaemonClient] = []

        def comes() -> bool:
            with contextlib.suppress(DaemonError):
                found.append(DaemonClient(self.folder / "d"))
            if self.process.poll() is not None:
                raise RuntimeError(f"the daemon ended: {(self.folder / 'log').read_text()[-2000:]}")
            return bool(found)

        self.until(comes, _START_S)
        self._clients += found
        return found[0]

    def close(self) -> None:
        """End all of it."""
        for client in self._clients:
            client.close()
        if getattr(self, "process", None) is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def grant(self, name: str, role: str, **more: Any) -> str:
        """A token for somebody."""
        return str(self.daemon.ask("grant", name=name, role=role, **more)["token"])

    # --- asking -----------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that is to find this daemon."""
        return dict(self._env)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        found = urlsplit(self.url)
        return str(found.hostname), int(found.port or 0)

    def ask(
        self, method: str, path: str, body: Any = None, who: str = "", timeout_s: float = 30.0,
        **headers: str,
    ) -> Answer:  # fmt: skip
        """One request. who: a role whose token goes with it, or a token. timeout_s: longer where the
        body asks to wait. headers: `_` for `-`; an Idempotency-Key goes with each body unless it is
        given."""
        if isinstance(body, dict):
            timeout_s += float(body.get("wait_s") or 0.0)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who:
            sent.setdefault("Authorization", f"Bearer {self.tokens.get(who, who)}")
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
            sent.setdefault("Idempotency-Key", uuid.uuid4().hex)
        link = http.client.HTTPConnection(*self.address, timeout=timeout_s)
        if self._ca is not None:
            context = ssl.create_default_context(cafile=str(self._ca))
            link = http.client.HTTPSConnection(*self.address, timeout=timeout_s, context=context)
        try:
            link.request(method, path, data, sent)
            found = link.getresponse()
            return Answer(found.status, found.read(), dict(found.getheaders()))
        except (ConnectionError, http.client.HTTPException):
            return Answer(0)
        finally:
            link.close()

    def raw(self, sent: bytes, wait_s: float = 5.0) -> bytes:
        """Bytes as they are; what comes back until the end of the connection, or so long."""
        came = b""
        with (
            socket.create_connection(self.address, timeout=wait_s) as link,
            contextlib.suppress(OSError),
        ):
            link.sendall(sent)
            while part := link.recv(1 << 16):
                came += part
        return came

    def say(self, text: str, who: str = "operator", **more: Any) -> Answer:
        """A command to the agent."""
        return self.ask("POST", f"/v1/agents/{AGENT}/commands", {"text": text, **more}, who)

    # --- measured beside it -----------------------------------------------------------------

    def calls(self) -> int:
        """How many calls the agent was ever given."""
        return len(self.daemon.ask("calls", name=AGENT, last=1000))

    def joints(self) -> list[float]:
        """As measured, rad."""
        return list(self.daemon.ask("peek", name=AGENT, what="state")["joints_rad"])

    def rates(self) -> float:
        """The fastest joint, rad/s."""
        return max(map(abs, self.daemon.ask("peek", name=AGENT, what="state")["joints_radps"]))

    def gateway(self) -> int:
        """The gateway's process."""
        return int(self.daemon.status()["http"]["pid"])

    def memory_mb(self) -> float:
        """Of the gateway, resident."""
        rows = Path(f"/proc/{self.gateway()}/statm").read_text().split()
        return int(rows[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def move(self, **more: Any) -> int:
        """Begin a long command over HTTP, and wait until the arm moves; its number."""
        answer = self.say(LONG, **more)
        if answer.status != 202:
            raise RuntimeError(
                f"expected a command that begins, got {answer.status} {answer.body!r}"
            )
        number = int(answer.json()["number"])
        try:
            self.until(lambda: self.rates() > _MOVING_RADPS, 60.0)
        except TimeoutError as late:
            call = self.daemon.ask("result", number=number, wait=False)
            raise TimeoutError(f"{late}: the arm moves; the command: {call}") from late
        return number

    def anew(self) -> None:
        """Begin the agent again: everything lies where its scene puts it, nothing is under way."""
        agent = self.daemon.agent(AGENT)
        agent.stop()
        agent.start()

    def ready(self) -> None:
        """Nothing under way, and no stop that holds."""
        for call in self.daemon.ask("calls", name=AGENT, last=100):
            if call["state"] in ("queued", "begun"):
                self.daemon.ask("cancel", number=call["number"])
                self.daemon.ask("result", number=call["number"])
        self.daemon.agent(AGENT).reset()

    @staticmethod
    def until(holds: Callable[[], bool], wait_s: float = 30.0) -> float:
        """Wait until it is so; seconds it took. TimeoutError."""
        began_s = time.monotonic()
        while not holds():
            if time.monotonic() - began_s > wait_s:
                raise TimeoutError(f"expected it within {wait_s:g} s")
            time.sleep(0.02)
        return time.monotonic() - began_s
