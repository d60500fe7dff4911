"""Every branch of the supervisor's function is run by its own tests alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).with_name("test_safety_supervisor.py")
MEASURED = "llmagentos/safety/supervisor.py,llmagentos/safety/states.py"


def test_every_branch(tmp_path: Path) -> None:
    def coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "coverage", *arguments],
            cwd=TESTS.parents[2],
            env={**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")},
            capture_output=True,
            text=True,
            check=False,
        )

    options = ("--branch", f"--include={MEASURED}", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run = coverage("run", *options, str(TESTS))
    assert run.returncode == 0, run.stdout
    report = coverage("report", "-m", "--fail-under=100")
    assert report.returncode == 0 and "100%" in report.stdout, report.stdout + report.stderr
