"""Every program in examples/, as a person runs it."""

from __future__ import annotations

import base64
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import cv2
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
#: What each program says, in order.
SAYS = {
    "text": ["put", "the red block", "in", "the blue bowl"],
    "four_modules": ["mean reward 0.7"],
    "own_program": ["created", "running", "ended", "failed - ", "RuntimeError: stumbled at 3"],
    "robot": [
        "step 0 succeeded",
        "succeeded - ",
        "pick [ the red block ] - reward 1.0",
        "red_block",
    ],
    "two_arms": [
        "left takes red-0: ",
        "right takes red-2: ",
        "done in ",
        "never nearer to each other than",
    ],
    "fleet_agents": [
        "red: given to ",
        "killed: ",
        "red: done by ",
        "blue: done by ",
        "cup: done by ",
        "given again: ",
    ],
    "own_perception": ["of 80 things found", "succeeded - ", "answered - "],
    "dialogue": [
        "Which block do you mean",
        "2. the green block",
        "Which bowl",
        "I put the green block in the",
        "So far:",
        "I put the green block",
        "Everything is as it was.",
        "So far nothing has changed.",
    ],
    "tic_tac_toe": [
        "Mine goes to the back left",
        "more than one move: left and front",
        "Mine goes to the back.",
        "b b .\n    . r .\n    . r .",
        "2 blocks in one place: back",
        "Mine goes to the back right",
        "I have three in a line: I win.",
    ],
    "own_planner": ["blue bowl", "I could not make a plan", "sing a song"],
}
#: What a person types into those that ask.
TYPED = {
    "dialogue": ["put the block in the bowl", "2", "1", "so far", "start over", "that's all"],
    "tic_tac_toe": ["middle", "left, front", "take left", "board", "back", "take back, left"],
}
#: Those that are run by a test of their own.
ALONE = {"assistant"}
#: Those that need a framework which tests here do without; tests/train runs them.
FRAMEWORKS = {"dqn_torch": "torch", "dqn_tensorflow": "tensorflow"}


def run(*command: str, typed: list[str] | None = None, seconds: float = 240.0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, timeout=seconds,
        capture_output=True, text=True, input="\n".join(typed or []),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_program_is_run_and_listed() -> None:
    programs = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert programs == {*SAYS, *ALONE, *FRAMEWORKS}
    listed = (ROOT / "examples/README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.py`" in listed for name in programs)
    assert "`notebook.ipynb`" in listed


@pytest.mark.parametrize("name", SAYS)
def test_program(name: str) -> None:
    in_order(run(f"examples/{name}.py", typed=TYPED.get(name)), SAYS[name])


def in_order(said: str, all_words: list[str]) -> None:
    at = 0
    for words in all_words:
        found = said.find(words, at)
        assert found >= 0, (words, said)
        at = found + len(words)


@pytest.mark.slow
def test_the_assistant_knows_the_person_after_a_restart(tmp_path: Path) -> None:
    file = str(tmp_path / "ada.sqlite")
    in_order(
        run("examples/assistant.py", file, typed=[
            "my name is Ada", "remember that the key is in the drawer", "tidy up", "on the tray",
        ]),
        ["I don't know your name yet", "Where does the red cup belong?",
         "I put the red cup on the gray tray", "Where does the orange ball belong?", "I leave it",
         "2 left on the table"],
    )  # fmt: skip
    said = run("examples/assistant.py", file, typed=["where is the key?", "tidy up"])
    in_order(said, ["Hello Ada!", "the key is in the drawer", "I put the red cup on the gray tray"])
    assert "Where does the red cup belong?" not in said


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"examples/{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_player_never_loses() -> None:
    """Against every game that a person can play."""
    game, ends = loaded("tic_tac_toe"), set()

    def persons_turn(board) -> None:
        for cell in (cell for cell in range(9) if not board[cell]):
            now = game.put(board, cell, game.PERSON)
            assert game.objection(board, now) == ""
            if not game.winner(now) and not all(now):
                now = game.put(now, game.best(now), game.ROBOT)
            ends.add(game.winner(now))
            if not game.winner(now) and not all(now):
                persons_turn(now)

    persons_turn(game.EMPTY)
    assert ends == {"", game.ROBOT}


def test_the_player_notices_what_is_no_move() -> None:
    game = loaded("tic_tac_toe")
    board = game.put(game.put(game.EMPTY, 4, game.PERSON), 0, game.ROBOT)
    for now, words in (
        (board, "no new block"),
        (game.put(game.put(board, 1, game.PERSON), 2, game.PERSON), "more than one move"),
        (game.put(board, 1, game.ROBOT), "not yours"),
        (game.put(board, 0, game.PERSON), "exchanged"),
        (((), *board[1:]), "gone"),
        (((game.ROBOT, game.PERSON), *board[1:]), "2 blocks in one place"),
    ):
        assert words in game.objection(board, now)


@pytest.mark.slow
def test_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path = ROOT / "examples/notebook.ipynb"
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    resources = {"metadata": {"path": str(ROOT)}}
    NotebookClient(book, timeout=240, startup_timeout=240, resources=resources).execute()
    shown = [o for cell in book.cells for o in cell.get("outputs", ()) if "data" in o]
    words = "\n".join(o.data.get("text/markdown", "") for o in shown)
    in_order(
        words, ["- put the red block in the blue bowl", "**succeeded**", "    - put the green"]
    )
    pictures = [
        cv2.imdecode(np.frombuffer(base64.b64decode(o.data["image/jpeg"]), np.uint8), 1)
        for o in shown if "image/jpeg" in o.data
    ]  # fmt: skip
    assert len(pictures) == 4 and all(p.std() > 10 for p in pictures)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_missing_framework_is_a_sentence(name: str) -> None:
    code = (
        f"import runpy, sys; sys.modules[{FRAMEWORKS[name]!r}] = None\n"
        f"runpy.run_path('examples/{name}.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 1
    assert "this example needs" in done.stderr and "pip install" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_configuration_file() -> None:
    said = run("-m", "llmagentos", "run", "--config", "examples/agent.yaml", "go home")
    assert "succeeded" in said
