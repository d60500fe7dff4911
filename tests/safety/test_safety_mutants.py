"""A fixed few of the supervisor's and the gate's mutants; `python -m benchmarks.mutants` runs all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.mutants import TARGETS, argued, mutants

ROOT = Path(__file__).resolve().parents[2]


def test_a_few_mutants_are_killed() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.mutants", "--sample", "10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "mutants killed" in run.stdout


def test_what_the_document_argues_about_is_a_mutant() -> None:
    there = {(file, m.what) for file in TARGETS for m in mutants(file)}
    assert argued() <= there
