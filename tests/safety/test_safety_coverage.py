"""Every branch of the supervisor's function, of the gate and of the contact watch is run by its own
tests alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUPERVISOR = "llmagentos/safety/supervisor.py,llmagentos/safety/states.py"
GATE = "llmagentos/safety/gate.py,llmagentos/safety/contact.py"
#: Tests that drive whole arms are left out: what is small has to do.
SMALL = "not passes_its_own_gate and not holds_where_nobody_says_otherwise"


@pytest.mark.parametrize(
    ("measured", "tests"),
    [
        (SUPERVISOR, ["test_safety_supervisor.py"]),
        (GATE, ["test_safety_gate.py", "test_safety_contact.py"]),
    ],
    ids=["supervisor", "gate"],
)
def test_every_branch(tmp_path: Path, measured: str, tests: list[str]) -> None:
    def coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "coverage", *arguments],
            cwd=HERE.parents[1],
            env={**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")},
            capture_output=True,
            text=True,
            check=False,
        )

    options = ("--branch", f"--include={measured}", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run = coverage("run", *options, "-k", SMALL, *(str(HERE / name) for name in tests))
    assert run.returncode == 0, run.stdout
    report = coverage("report", "-m", "--fail-under=100")
    assert report.returncode == 0 and "100%" in report.stdout, report.stdout + report.stderr
