"""`llmagentos bench`, without a language model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llmagentos.cli.main import app

RUNNER = CliRunner()


def test_suites_are_listed() -> None:
    result = RUNNER.invoke(app, ["bench", "--list"])
    assert result.exit_code == 0
    assert "places" in result.output and "dialogues" in result.output


def test_oracle_plans_on_the_symbolic_robot(tmp_path: Path) -> None:
    args = ["bench", "places", "--planner-only", "--oracle", "--per-suite", "3", "--jobs", "1"]
    result = RUNNER.invoke(app, [*args, "--seed", "7", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["about"]["seed"] == 7
    assert report["totals"]["success"] == 100.0
    names = sorted(p.name for p in tmp_path.iterdir())
    assert {"report.md", "report.json", "failures.md"} <= set(names)


def test_wrong_suites_and_cases_are_usage_errors(tmp_path: Path) -> None:
    for args in (["nonsense"], ["--case", "places/9999:1"], ["--case", "places"]):
        result = RUNNER.invoke(app, ["bench", "--planner-only", "--oracle", *args])
        assert result.exit_code == 2


@pytest.mark.slow
def test_two_processes_and_the_whole_loop(tmp_path: Path) -> None:
    args = ["bench", "--oracle", "--jobs", "2", "--out", str(tmp_path)]
    cases = ["--case", "places/00:3", "--case", "questions/00:3"]
    result = RUNNER.invoke(app, [*args, *cases])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["totals"]["success"] == 100.0
