"""DQN, PPO, SAC with hindsight, cloning and residuals: they learn, resume exactly, and act alike
from their ONNX files."""

from __future__ import annotations

import json
import pickle
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'rl'")
pytest.importorskip("stable_baselines3", reason="extra 'rl'")

from llmagentos.cli.main import main  # noqa: E402
from llmagentos.errors import TrainingError  # noqa: E402
from llmagentos.inference import OnnxNetwork  # noqa: E402
from sim.rl.choice import EnvChoice  # noqa: E402
from sim.rl.evaluate import evaluate, policy_of  # noqa: E402
from sim.rl.export import export  # noqa: E402
from sim.rl.residual import Residual  # noqa: E402
from sim.rl.rollouts import EpisodeJob, NoCorrection, Oracle, run_episodes  # noqa: E402
from sim.rl.runs import RunPlan, read_progress  # noqa: E402
from sim.rl.training import train  # noqa: E402

TABLE, REACH = EnvChoice("llmagentos/Table-v0"), EnvChoice("llmagentos/Reach-v0")
WRONG_BASE = EnvChoice("llmagentos/Reach-v0", residual=Residual(gain=0.4, offset=0.5))
SMALL: dict[str, Any] = {"net": 32, "batch_size": 32}
#: A noisy oracle shows wrong actions too: without, what was never tried looks best.
SHOWN: dict[str, Any] = {
    "batch_size": 256, "gamma": 0.9, "learning_rate": 2e-3, "demonstration_noise": 0.8, "pretrain": 1500,
    "exploration_initial_eps": 0.2, "target_update_interval": 50,
}  # fmt: skip


def weights(folder: Path) -> dict[str, Any]:
    return {k: v.numpy() for k, v in policy_of(folder)[1].network.state_dict().items()}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One short run of every algorithm that has a network."""
    home = tmp_path_factory.mktemp("runs")
    plans = {
        "dqn": RunPlan(TABLE, "dqn", 200, 0, 200, 2, 6000, SHOWN),
        "bc": RunPlan(REACH, "bc", 300, 0, 150, 3, settings={"updates": 150, "dagger": 0.5}),
        "sac-her": RunPlan(REACH, "sac-her", 80, 0, 40, 2, 200, {**SMALL, "learning_starts": 0}),
        "ppo": RunPlan(
            REACH,
            "ppo",
            64,
            0,
            64,
            2,
            settings={**SMALL, "n_steps": 32, "n_envs": 2, "n_epochs": 2},
        ),
        "residual": RunPlan(WRONG_BASE, "residual", 30, 0, 30, 2, 100, SMALL),
    }
    for name, plan in plans.items():
        train(home / name, plan)
    return {name: home / name for name in plans}


def test_dqn_with_demonstrations_is_far_better_than_chance(runs: dict[str, Path]) -> None:
    learned, _, random = evaluate([runs["dqn"]], episodes=60, baselines=True)
    assert learned.success.mean >= 0.4 > 4 * random.success.mean


def test_cloning_reaches(runs: dict[str, Path]) -> None:
    (group,) = evaluate([runs["bc"]], episodes=20)
    assert group.success.mean >= 0.9
    assert group.steps >= 300


@pytest.mark.parametrize("name", ["sac-her", "bc"])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(
    name: str, runs: dict[str, Path], tmp_path: Path
) -> None:
    whole = policy_of(runs[name])[0]

    def stop(steps: int, figures: dict[str, float]) -> None:
        if figures and steps >= whole.every:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "run", whole, on_progress=stop)
    assert len(read_progress(tmp_path / "run")) == 1
    train(tmp_path / "run")
    one, two = weights(runs[name]), weights(tmp_path / "run")
    assert all(np.array_equal(one[k], two[k]) for k in one)


@pytest.mark.parametrize("name", ["dqn", "bc", "sac-her", "ppo"])
def test_a_policy_that_was_sent_acts_the_same(name: str, runs: dict[str, Path]) -> None:
    plan, policy = policy_of(runs[name])
    (here,) = run_episodes(
        [EpisodeJob(plan.env, policy, 5, keep=True)]
    )  # fills its networks' caches
    sent = pickle.loads(ForkingPickler.dumps(EpisodeJob(plan.env, policy, 5, keep=True)))
    (there,) = run_episodes([sent])
    assert here.transitions is not None and there.transitions is not None
    assert np.array_equal(here.transitions.actions, there.transitions.actions)


def test_a_residual_begins_at_a_base_that_is_wrong_and_could_be_corrected() -> None:
    jobs = {
        name: [EpisodeJob(WRONG_BASE, policy, seed) for seed in range(8)]
        for name, policy in (("base", NoCorrection()), ("corrected", Oracle()))
    }
    success = {k: sum(r.success for r in run_episodes(v)) for k, v in jobs.items()}
    assert success["corrected"] == 8 > success["base"]


@pytest.mark.parametrize("name", ["dqn", "bc", "sac-her", "ppo", "residual"])
def test_the_onnx_file_acts_as_the_policy(name: str, runs: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "policy.onnx"
    done = export(runs[name], file)
    assert done.difference <= 1e-4 and done.checked > 20
    plan, policy = policy_of(runs[name])
    env = plan.env.make()
    observation, _ = env.reset(seed=11)
    env.close()
    parts = observation if isinstance(observation, dict) else {"observation": observation}
    network = OnnxNetwork(file, sha256=done.sha256)
    given = {k: np.asarray(parts[k])[None] for k in network.inputs}
    action = network(given)["action"][0]
    assert np.allclose(action, policy.act(observation), atol=1e-4)
    assert env.action_space.contains(action)


def test_a_file_says_where_it_comes_from(runs: dict[str, Path], tmp_path: Path) -> None:
    import onnx

    export(runs["bc"], tmp_path / "policy.onnx")
    facts = {p.key: p.value for p in onnx.load(str(tmp_path / "policy.onnx")).metadata_props}
    assert facts["algorithm"] == "bc" and json.loads(facts["environment"])["id"] == REACH.id


def test_what_a_run_leaves(runs: dict[str, Path]) -> None:
    for name, folder in runs.items():
        there = {p.name for p in folder.iterdir()}
        assert {"run.json", "progress.csv", "curve.png", "tensorboard", "state"} <= there, name
        assert list((folder / "tensorboard").glob("events.*"))
        assert all(np.isfinite(list(row.values())).all() for row in read_progress(folder))


def test_a_table_is_no_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(tmp_path / "q", RunPlan(TABLE, "q", 100, 0, 100, 1))
    with pytest.raises(TrainingError, match="a policy with a network"):
        export(tmp_path / "q", tmp_path / "q.onnx")
    with pytest.raises(SystemExit) as end:
        main(["export", str(tmp_path / "q"), str(tmp_path / "q.onnx")])
    assert end.value.code == 2 and "a table" in capsys.readouterr().err
