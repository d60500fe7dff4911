"""`llmagentos stop` and `llmagentos reset-safety`: what is printed and the exit code."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from llmagentos.cli.main import main
from llmagentos.runtime.sessions import FOLDER_VARIABLE, Listener

RESTS = {"at_rest": True, "ms": 83.0, "words": "at rest after 83 ms, holding the red block"}
MOVES = {"at_rest": False, "ms": None, "words": "NOT measured at rest, holding nothing: no driver"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "sessions"))


def answers(**by: Mapping[str, Any]) -> Any:
    return lambda asked: by[asked["do"]]


def code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_one_line_a_session_and_0_when_all_rest(capsys: pytest.CaptureFixture[str]) -> None:
    with Listener("chat", answers(stop=RESTS)), Listener("teleop", answers(stop=RESTS)):
        assert code("stop") == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2 and said[0].startswith("chat (pid ")
    assert said[0].endswith("at rest after 83 ms, holding the red block")


def test_1_when_one_is_not_known_to_rest(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        raise RuntimeError("no driver")

    with Listener("chat", answers(stop=RESTS)), Listener("run", broken):
        assert code("stop") == 1
    assert "RuntimeError: no driver" in capsys.readouterr().out
    with Listener("run", answers(stop=MOVES)):
        assert code("stop", "--json") == 1
    assert json.loads(capsys.readouterr().out)["at_rest"] is False


def test_no_session_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert code("stop") == 1
    assert "no session of yours" in capsys.readouterr().out
    assert code("reset-safety", "--json") == 1


def test_a_reset_says_what_it_came_to(capsys: pytest.CaptureFixture[str]) -> None:
    done = {"reset": True, "words": "ready for a new command"}
    with Listener("run", answers(reset=done)):
        assert code("reset-safety") == 0
    assert "ready for a new command" in capsys.readouterr().out
    with Listener("run", answers(reset={"reset": False, "words": "joints that move"})):
        assert code("reset-safety") == 1


def test_a_stop_goes_out_before_the_command_line_is_loaded() -> None:
    """Loading it takes a second or two on a busy computer."""
    asks = (
        "import runpy, sys\n"
        "from llmagentos.runtime import sessions\n"
        "def ask_all(question, timeout_s=5.0):\n"
        "    print(question['do'], sorted({'llmagentos.cli', 'typer', 'numpy'} & set(sys.modules)))\n"
        "    return []\n"
        "sessions.ask_all = ask_all\n"
        "sys.argv = ['llmagentos', 'stop']\n"
        "runpy.run_module('llmagentos', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asks], capture_output=True, text=True, check=False, timeout=280
    )
    assert done.stdout.splitlines()[0] == "stop []", done.stderr
    assert "no session of yours" in done.stdout and done.returncode == 1
