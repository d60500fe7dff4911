"""How another terminal reaches a session: real sockets, real threads, real processes."""

import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from llmagentos.errors import FileError
from llmagentos.runtime.sessions import FOLDER_VARIABLE, Listener, ask_all, ask_one, folders


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "sessions"))
    return tmp_path / "sessions"


def echo(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"heard": asked["do"]}


def test_every_session_answers_once() -> None:
    with Listener("run", echo), Listener("chat", echo):
        heard = ask_all({"do": "stop"})
    assert [(h.session, h.told["heard"], h.pid) for h in heard] == [
        ("run", "stop", os.getpid()),
        ("chat", "stop", os.getpid()),
    ]
    assert ask_all({"do": "stop"}) == []


def test_one_session_is_asked_by_its_name_and_no_other_is() -> None:
    asked: list[tuple[str, str]] = []

    def of(name: str) -> Listener:
        return Listener(name, lambda what: asked.append((name, what["do"])) or echo(what))  # type: ignore[func-returns-value]

    with of("run"), of("ROS graph /bot"):
        heard = ask_one("ROS graph /bot", {"do": "stop"})
        assert heard is not None
        assert heard.told["heard"] == "stop"
        assert ask_one("ROS graph /", {"do": "stop"}) is None
    assert [who for who, what in asked if what == "stop"] == ["ROS graph /bot"]


def test_only_the_owner_gets_in(folder: Path) -> None:
    with Listener("run", echo) as one:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == []


def test_a_slow_answer_holds_no_other_back() -> None:
    slow, go_on = threading.Event(), threading.Event()

    def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if asked["do"] == "wait":
            slow.set()
            go_on.wait(60)
        return {"heard": asked["do"]}

    with Listener("run", answer):
        first: list[Any] = []
        waits = threading.Thread(target=lambda: first.extend(ask_all({"do": "wait"}, 60)))
        waits.start()
        assert slow.wait(60)
        assert ask_all({"do": "stop"})[0].told["heard"] == "stop"
        assert not first
        go_on.set()
        waits.join()
    assert first[0].told["heard"] == "wait"


def test_what_cannot_be_asked_is_answered_with_the_reason() -> None:
    with Listener("run", echo) as one:
        assert "KeyError" in ask_all({"undo": 1})[0].error
        for line in (b"nonsense\n", b"[1]\n", b"x" * 9000 + b"\n"):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(one.path))
                peer.sendall(line)
                assert b"error" in peer.recv(4096)
        assert ask_all({"do": "stop"})[0].told["heard"] == "stop"


def test_a_session_that_does_not_answer_is_named(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as deaf:  # as a process that is frozen: it never accepts
        deaf.bind(str(folder / "4242-0.session"))
        deaf.listen(1)
        (heard,) = ask_all({"do": "stop"}, timeout_s=0.05)
    assert heard.pid == 4242 and "expected an answer" in heard.error


def test_the_socket_of_a_killed_process_is_taken_away(folder: Path) -> None:
    code = "import os; from llmagentos.runtime.sessions import *; Listener('x', dict); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert len(list(folder.iterdir())) == 1
    assert ask_all({"do": "stop"}) == []
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_had_is_named(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(FileError, match="expected a folder of this user's own"):
        Listener("run", echo)


def test_sessions_are_looked_for_wherever_they_may_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert folders()[0] == tmp_path / "llmagentos"
    assert Path(f"/tmp/llmagentos-{os.getuid()}") in folders()
