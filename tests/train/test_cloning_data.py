"""Cloning from a recorded data set: it reaches, goes on from where it was stopped, and refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="extra 'rl'")
pytest.importorskip("stable_baselines3", reason="extra 'rl'")

from llmagentos.cli.main import main
from llmagentos.errors import DatasetError, TrainingError
from sim.data import oracle
from sim.rl.choice import EnvChoice
from sim.rl.evaluate import evaluate
from sim.rl.runs import RunPlan, read_progress
from sim.rl.training import train

EPISODES = 30


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shown") / "reach"
    oracle.record(root, "reach", EPISODES, seed=100, size=(16, 16))
    return root


def plan(root: Path, env: str, steps: int = 400) -> RunPlan:
    settings = {"updates": 250, "data": str(root)}
    return RunPlan(EnvChoice(f"llmagentos/{env}-v0"), "bc", steps, 0, 200, 2, settings=settings)


def test_a_clone_of_recorded_demonstrations_reaches(shown: Path, tmp_path: Path) -> None:
    train(tmp_path / "whole", plan(shown, "Reach"))
    rows = read_progress(tmp_path / "whole")
    taken = sum(row["demonstrations"] for row in rows)
    assert taken == EPISODES  # whole episodes, each once, until all are there
    (group,) = evaluate([tmp_path / "whole"], episodes=20)
    assert group.success.mean >= 0.8
    train(tmp_path / "half", plan(shown, "Reach", 200))
    train(tmp_path / "half", steps=400)
    again = read_progress(tmp_path / "half")
    assert [r["loss"] for r in again] == [r["loss"] for r in rows]


def test_demonstrations_of_something_else_are_refused(
    shown: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DatasetError, match="numbers of observation"):
        train(tmp_path / "push", plan(shown, "Push"))
    asked = plan(shown, "Reach")
    with pytest.raises(TrainingError, match="only 0 with data: nobody plays then"):
        train(tmp_path / "own", replace(asked, settings={**asked.settings, "dagger": 0.5}))
    arguments = [
        "train",
        "reach",
        "--algo",
        "ppo",
        "--data",
        str(shown),
        "--out",
        str(tmp_path / "p"),
    ]
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "data" in capsys.readouterr().err
