"""An installed package that cannot be loaded: the command line says which, in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmagentos import class_lookup, robots
from llmagentos.errors import ConfigError, RobotError

ROOT = Path(__file__).parents[2]


def install(folder: Path, group: str, code: str = "raise OSError('no disk')\n") -> None:
    info = folder / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[llmagentos.{group}]\nmine = broken:MINE\n")
    (folder / "broken.py").write_text(code)


@pytest.mark.parametrize(
    ("group", "arguments"),
    [
        ("kinds", ("scene", "list")),
        ("words", ("plan", "--schema")),
        ("steps", ("plan", "--schema")),
        ("skills", ("run", "home")),
    ],
)
def test_it_is_one_sentence_and_exit_code_2(
    group: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    install(tmp_path, group)
    done = subprocess.run(
        [sys.executable, "-m", "llmagentos", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert "entry point 'mine' (broken:MINE): no disk" in line


def test_a_module_and_an_arm_are_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for group in ("planning", "robots"):
        (tmp_path / group).mkdir()
        install(tmp_path / group, group)
    monkeypatch.syspath_prepend(str(tmp_path / "planning"))
    with pytest.raises(ConfigError, match="planning: expected the class of 'mine', got: no disk"):
        class_lookup.find("planning", "mine", {})
    monkeypatch.syspath_prepend(str(tmp_path / "robots"))
    with pytest.raises(RobotError, match=r"arm of entry point 'mine' .*: no disk"):
        robots.load("mine")
