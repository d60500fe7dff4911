"""`llmagentos memory`, and a chat that remembers."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llmagentos.cli.main import main
from llmagentos.memory.long_term import LongTermMemory, memory_file
from llmagentos.types import Scene, SceneObject

CUP = SceneObject("red_cup", "cup", "red", 0.07, 0.09, (0.4, 0.25, 0.045))


def code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["memory", *arguments])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def memory() -> LongTermMemory:
    made = LongTermMemory(memory_file("panda"))
    made.did("put the red cup on the left", "succeeded", "I put it there.", Scene((CUP,)))
    made.did("go home", "succeeded", "I am home.", Scene((CUP,)))
    made.told("the key is in the tray")
    return made


def test_it_is_shown_searched_exported_and_forgotten(
    memory: LongTermMemory, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert code("show") == 0
    told = capsys.readouterr().out
    assert "put the red cup on the left" in told and "red cup (red_cup)" in told
    assert "the key is in the tray" in told
    assert code("search", "mug") == 0
    assert "put the red cup on the left" in capsys.readouterr().out, "a mug is like a cup"
    assert code("search", "cup") == 0
    told = capsys.readouterr().out
    assert "put the red cup on the left" in told and "go home" not in told
    assert code("export", str(tmp_path / "all.jsonl")) == 0
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [row["row"] for row in rows] == ["command", "command", "told", "seen"]
    assert code("forget", "red", "cup") == 0 and "2 forgotten" in capsys.readouterr().out
    assert code("forget") == 2 and code("forget", "x", "--all") == 2
    assert code("forget", "--all") == 0
    capsys.readouterr()
    assert code("show", "--json") == 0 and json.loads(capsys.readouterr().out) == []


def test_where_nothing_is_kept_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert code("show") == 2
    assert "expected a memory at" in capsys.readouterr().err


def test_a_chat_remembers_over_restarts_with_the_shipped_model(home: Path) -> None:
    """Two chats, two scenes: what is not there today was there before, what was done before lunch,
    and where things usually go."""
    ball = "- {kind: ball, color: orange, position: [0.4, 0.1]}\n"
    bowl = "- {kind: bowl, color: blue, position: [0.5, -0.1]}\n"
    scenes = {
        "one": f"objects:\n- {{kind: cup, color: red, position: [0.45, 0.25]}}\n{ball}{bowl}",
        "two": f"objects:\n{ball}{bowl}",
    }
    said = {
        "one": (
            "where is the red cup?", "put the orange ball in the blue bowl",
            "remember that I want the orange ball in the blue bowl",
            "remember that the key is in the tray",
        ),
        "two": (
            "where did you last see the red cup?", "what did we do before lunch?",
            "put the orange ball where I usually want it", "where is the key?",
        ),
    }  # fmt: skip
    told = {}
    for name, scene in scenes.items():
        (home / f"{name}.yaml").write_text(scene)
        done = subprocess.run(
            [sys.executable, "-m", "llmagentos", "chat", "--scene", str(home / f"{name}.yaml")],
            input="\n".join([*said[name], "quit", ""]), capture_output=True, text=True, timeout=280,
            check=True,
        )  # fmt: skip
        told[name] = " ".join(done.stdout.split())
        with sqlite3.connect(memory_file("panda")) as base:  # it was just after midnight
            base.execute("UPDATE commands SET at = ?", (_midnight() + 30.0,))
    assert "I last saw" not in told["one"]
    assert "I last saw the red cup" in told["two"]
    assert "Today before lunch: I put the orange ball in the blue bowl." in told["two"]
    assert 'I take "where I usually want it" as "in the blue bowl".' in told["two"]
    assert "I put the orange ball in the blue bowl. plan" in told["two"].split('as "in the')[1]
    assert "that the key is in the tray." in told["two"].split("where is the key?")[-1]


def _midnight() -> float:
    now = time.localtime()
    return time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
