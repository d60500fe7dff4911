"""Every program in examples/, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    "own_perception": ["of 80 things found", "succeeded - ", "answered - "],
    "own_planner": ["blue bowl", "I could not make a plan", "sing a song"],
}
#: Those that need a framework which tests here do without; tests/train runs them.
FRAMEWORKS = {"dqn_torch": "torch", "dqn_tensorflow": "tensorflow"}


def run(*command: str, seconds: float = 240.0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, timeout=seconds,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_program_is_run_and_listed() -> None:
    programs = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert programs == {*SAYS, *FRAMEWORKS}
    listed = (ROOT / "examples/README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.py`" in listed for name in programs)


@pytest.mark.parametrize("name", SAYS)
def test_program(name: str) -> None:
    said = run(f"examples/{name}.py")
    at = 0
    for words in SAYS[name]:
        found = said.find(words, at)
        assert found >= 0, (words, said)
        at = found + len(words)


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
