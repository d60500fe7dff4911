"""Every running session of this user on this machine, and how another terminal reaches it.

    with Listener("chat", answer): ...      # in the session: a thread that answers
    ask_all({"do": "stop"})                 # anywhere else: one answer from each session

Knows: one Unix socket a session, in a folder that only its owner may enter; a JSON object in a line
there and back. Does not know: what is asked for, nor how it is done.

A session answers in threads of its own, several at once: neither what it is busy with nor a slow
question before holds an answer back.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import socket
import stat
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from llmagentos.errors import FileError
from llmagentos.files import refusing, shown

_log = logging.getLogger(__name__)

#: Where sockets lie instead of where they do by themselves.
FOLDER_VARIABLE = "LLMAGENTOS_RUNTIME_DIR"
_NAME, _SUFFIX = "llmagentos", ".session"
#: Longest line, bytes, and how long a client may take to write it, seconds.
_LINE, _WRITE_S = 4096, 2.0
#: What the kernel takes as a socket's path, bytes, with room for the name.
_PATH = 107
_numbers = itertools.count()

Asked: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = Mapping[str, Any]


def folders() -> list[Path]:
    """Where sessions may be, the folder for new ones first. They differ between a login, a service
    and `sudo`, so whoever looks for sessions looks into all."""
    own = os.environ.get(FOLDER_VARIABLE)
    if own:
        return [Path(own)]
    user = os.getuid()
    places = [os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{user}"]
    found = [Path(p, _NAME) for p in places if p and _is_ours(Path(p), user)]
    shared = [Path(p, f"{_NAME}-{user}") for p in (tempfile.gettempdir(), "/tmp")]
    return list(dict.fromkeys([*found, *shared]))


def _is_ours(path: Path, user: int) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user


def own_folder() -> Path:
    """The folder of this user's own for what runs, made where it is not there: nobody else may enter it.
    Raises FileError where none can be had."""
    problem: FileError | None = None
    for folder in folders():
        what = "a folder of this user's own for the session's socket"
        try:
            with refusing(folder, what):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not _is_ours(folder, os.getuid()):
                    raise FileError(f"expected {what} at {shown(folder)}, got somebody else's")
                folder.chmod(0o700)
            if len(os.fsencode(folder)) < _PATH - 24:
                return folder
            raise FileError(f"expected {what} at a short path, got {shown(folder)}")
        except FileError as exc:
            problem = problem or exc
    assert problem is not None
    raise problem


class Listener:
    """Answers for one session until `close`.

    name: the session's kind, as others see it. answer: takes what is asked and returns what is
    answered, both JSON objects; called in a thread of its own, several at once. What it raises is
    answered as an error. Raises FileError where no socket can be made.
    """

    def __init__(self, name: str, answer: Callable[[Asked], Answer]) -> None:
        self.name, self._answer = name, answer
        self.path = own_folder() / f"{os.getpid()}-{next(_numbers)}{_SUFFIX}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with refusing(self.path, "a socket for this session"):
            self._socket.bind(str(self.path))
            self.path.chmod(0o600)
            self._socket.listen(16)
        self._thread = threading.Thread(target=self._serve, name="stop listener", daemon=True)
        self._thread.start()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Answer no more. May be called twice."""
        with contextlib.suppress(OSError):  # shutdown wakes the thread that waits in accept
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(_WRITE_S)
            if _user_of(client) not in (os.getuid(), 0):
                return
            told = {"session": self.name, "pid": os.getpid()}
            try:
                said: Answer = {**told, **self._answer(_read(client))}
            except Exception as exc:  # the one who asks must learn of it
                _log.exception("a question of another terminal")
                said = {**told, "error": f"{type(exc).__name__}: {exc}"}
            client.sendall(json.dumps(said).encode() + b"\n")


def _user_of(client: socket.socket) -> int:
    """Who is at the other end, as the kernel knows it (Linux); else the folder alone keeps guard."""
    if not hasattr(socket, "SO_PEERCRED"):
        return os.getuid()
    row = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", row)[1])


def _read(peer: socket.socket) -> dict[str, Any]:
    """One JSON object in a line. Raises ValueError for anything else, OSError."""
    line = b""
    while not line.endswith(b"\n"):
        came = peer.recv(_LINE)
        line += came
        if not came or len(line) > _LINE:
            raise ValueError(f"expected a line of at most {_LINE} bytes, got {len(line)}")
    said = json.loads(line)
    if not isinstance(said, dict):
        raise ValueError(f"expected a JSON object, got {type(said).__name__}")
    return said


@dataclass(frozen=True)
class Heard:
    """What one session answered. error: why there is no answer, "" for none."""

    session: str
    pid: int
    told: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


def ask_all(question: Asked, timeout_s: float = 5.0) -> list[Heard]:
    """Ask every session of this user at once; their answers, the oldest session first.

    A session that does not answer in time is in the list with the reason. Sockets that nobody
    listens at any more (their process was killed) are taken away.
    """
    paths = sorted(_sockets(), key=lambda p: p.lstat().st_mtime if p.exists() else 0.0)
    if not paths:
        return []
    with ThreadPoolExecutor(len(paths)) as pool:
        found = pool.map(lambda path: _ask(path, question, timeout_s), paths)
        return [heard for heard in found if heard is not None]


def ask_one(session: str, question: Asked, timeout_s: float = 5.0) -> Heard | None:
    """Ask the session of that name alone; None where there is none. Sessions say their names when they
    are asked for their state."""
    for path in _sockets():
        heard = _ask(path, {"do": "state"}, timeout_s)
        if heard is not None and heard.session == session:
            return _ask(path, question, timeout_s)
    return None


def _sockets() -> Iterator[Path]:
    for folder in folders():
        if _is_ours(folder, os.getuid()):
            yield from folder.glob(f"*{_SUFFIX}")


def _ask(path: Path, question: Asked, timeout_s: float) -> Heard | None:
    pid = path.name.split("-")[0]
    number = int(pid) if pid.isdigit() else 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(timeout_s)
        try:
            peer.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        except OSError as exc:
            return Heard("session", number, error=f"expected a connection, got: {exc}")
        try:
            peer.sendall(json.dumps(dict(question)).encode() + b"\n")
            told = _read(peer)
        except (OSError, ValueError) as exc:
            late = isinstance(exc, TimeoutError)
            why = f"none within {timeout_s:.0f} s" if late else str(exc)
            return Heard("session", number, error=f"expected an answer, got {why}")
    error = str(told.get("error", ""))
    return Heard(str(told.get("session", "session")), int(told.get("pid", number)), told, error)
