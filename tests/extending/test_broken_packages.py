"""An installed package that cannot be loaded: the command line says which, in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("group", "arguments"),
    [
        ("kinds", ("scene", "list")),
        ("words", ("scene", "list")),
        ("steps", ("plan", "--schema")),
        ("skills", ("run", "home")),
    ],
)
def test_it_is_one_sentence_and_exit_code_2(
    group: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[llmagentos.{group}]\nmine = broken:MINE\n")
    (tmp_path / "broken.py").write_text("raise OSError('no disk')\n")
    done = subprocess.run(
        [sys.executable, "-m", "llmagentos", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert "entry point 'mine' (broken:MINE): no disk" in line
