"""What the README's `make` targets leave behind and say, by what they would run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def would_run(target: str, *variables: str) -> str:
    """The recipe of a target in a checkout where nothing is built yet."""
    argv = ["make", "--dry-run", "--always-make", target, *variables]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_make_ros_leaves_the_command_where_the_readme_says_it_is() -> None:
    out = would_run("ros", "VENV=.venv")
    assert ".venv/bin/python -m pip install --quiet -e" in out
    assert "source .venv/bin/activate" in out.split("What to run next:")[1]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "source .venv/bin/activate" in readme and "`make ros`" in readme


@pytest.mark.parametrize(("distribution", "named"), [("jazzy", False), ("kilted", True)])
def test_make_ros_says_what_to_run_next(distribution: str, named: bool) -> None:
    """`llmagentos` takes Jazzy where both are built, so another one has to be named."""
    said = would_run("ros", f"ROS={distribution}").split("What to run next:")[1]
    for command in ("llmagentos up --sim", "llmagentos command", "llmagentos doctor --ros"):
        assert command in said
    assert (f"LLMAGENTOS_ROS_DISTRO={distribution}" in said) is named
