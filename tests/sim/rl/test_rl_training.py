"""Training without PyTorch: Q-learning, run folders, resuming, pairs that cannot be."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from llmagentos.errors import ConfigError, FileError, TrainingError
from sim.rl.beside import RunJob, train_all
from sim.rl.choice import EnvChoice, full_name, names, short_name
from sim.rl.evaluate import evaluate
from sim.rl.learner import ALGORITHMS, algorithm, check_pair
from sim.rl.q_learning import StateIndex
from sim.rl.rollouts import Coached, EpisodeJob, Oracle, Policy, RandomPolicy, run_episodes
from sim.rl.runs import Run, RunPlan, read_progress, read_run
from sim.rl.training import train

TABLE = EnvChoice("llmagentos/Table-v0")


def plan(steps: int = 3000, seed: int = 0, **other: Any) -> RunPlan:
    return RunPlan(TABLE, "q", steps, seed, every=1000, episodes=5, **other)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run long enough to solve the table."""
    folder = tmp_path_factory.mktemp("runs") / "table-q-0"
    train(folder, RunPlan(TABLE, "q", 60_000, 0, every=30_000, episodes=20))
    return folder


def test_q_learning_solves_the_table_on_held_out_episodes(learnt: Path) -> None:
    learned, oracle, random = evaluate([learnt], episodes=200, baselines=True)
    assert learned.success.mean >= 0.95
    assert (oracle.success.mean, oracle.algo) == (1.0, "oracle")
    assert random.success.mean < 0.3
    assert oracle.reward.mean >= learned.reward.mean > random.reward.mean


def test_a_run_says_what_it_was(learnt: Path) -> None:
    row = read_run(learnt)
    assert row["plan"]["seed"] == 0 and row["plan"]["env"]["id"] == TABLE.id
    assert row["settings"]["learning_rate"] == 0.8 and row["code"]["gymnasium"]
    assert len(row["code"]["commit"] or "0" * 40) == 40
    assert row["figures"]["steps"] == 60_000 and row["figures"]["steps_to_80"] in (30_000, 60_000)
    assert [r["steps"] for r in read_progress(learnt)] == [30_000, 60_000]
    assert RunPlan.from_json(json.loads(json.dumps(row["plan"]))).env == TABLE


def _table(folder: Path, steps: int) -> Any:
    with np.load(folder / "checkpoints" / f"{steps:09d}" / "table.npz") as file:
        return file["table"]


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, halted = tmp_path / "whole", tmp_path / "halted"
    train(whole, plan())

    def stop(steps: int, figures: dict[str, float]) -> None:
        if steps >= 2000 and figures.get("steps") == 2000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(halted, plan(), on_progress=stop)
    assert Run.open(halted).done_steps() == 2000
    train(halted)
    assert np.array_equal(_table(whole, 3000), _table(halted, 3000))
    drop = ("seconds",)
    rows = [[{k: v for k, v in r.items() if k not in drop} for r in read_progress(f)]
            for f in (whole, halted)]  # fmt: skip
    assert rows[0] == rows[1]


def test_a_row_without_its_checkpoint_is_done_again(tmp_path: Path) -> None:
    """Killed between the figures and the checkpoint."""
    train(tmp_path / "run", plan(2000))
    run = Run.open(tmp_path / "run")
    run.add({"steps": 2900, "success": 1.0, "reward": 0.0, "episode_steps": 1.0, "seconds": 9.0})
    run.close()
    figures = train(tmp_path / "run", steps=3000)
    assert [r["steps"] for r in read_progress(tmp_path / "run")] == [1000, 2000, 3000]
    assert figures["steps"] == 3000


def test_other_seeds_learn_otherwise_and_the_same_seed_the_same(tmp_path: Path) -> None:
    jobs = [RunJob(tmp_path / str(i), plan(1000, seed)) for i, seed in enumerate((1, 1, 2))]
    train_all(jobs)
    tables = [_table(job.folder, 1000) for job in jobs]
    assert np.array_equal(tables[0], tables[1]) and not np.array_equal(tables[0], tables[2])


def test_several_processes_give_the_same_runs_and_episodes(tmp_path: Path) -> None:
    jobs = [RunJob(tmp_path / f"beside-{seed}", plan(1000, seed)) for seed in (1, 2)]
    told: list[int] = []
    beside = train_all(jobs, workers=2, on_progress=lambda i, steps, row: told.append(i))
    alone = [train(tmp_path / f"alone-{seed}", plan(1000, seed)) for seed in (1, 2)]
    for one, other, seed in zip(beside, alone, (1, 2), strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
        same = [_table(tmp_path / f"{name}-{seed}", 1000) for name in ("beside", "alone")]
        assert np.array_equal(*same)
    assert set(told) == {0, 1}
    episodes = [
        EpisodeJob(TABLE, policy, seed, keep=True)
        for seed in range(4)
        for policy in (Oracle(0.3), RandomPolicy())
    ]
    here, there = run_episodes(episodes), run_episodes(episodes, workers=2)
    for a, b in zip(here, there, strict=True):
        assert (a.seed, a.steps, a.reward, a.success) == (b.seed, b.steps, b.reward, b.success)
        assert a.transitions is not None and b.transitions is not None
        assert np.array_equal(a.transitions.observations, b.transitions.observations)
        assert a.transitions.actions == b.transitions.actions
        assert len(a.transitions.observations) == a.steps + 1 == len(a.transitions.infos) + 1


def test_a_noisy_oracle_tells_what_it_wanted() -> None:
    (result,) = run_episodes([EpisodeJob(TABLE, Oracle(1.0), 5, keep=True)])
    assert result.transitions is not None
    pairs = zip(result.transitions.actions, result.transitions.wanted, strict=True)
    assert any(done != wanted for done, wanted in pairs)


def test_noise_that_comes_in_bursts_leaves_most_steps_alone() -> None:
    jobs = [EpisodeJob(TABLE, Oracle(1.0, share=0.25), seed, keep=True) for seed in range(20)]
    shown = [result.transitions for result in run_episodes(jobs)]
    noisy = [a != w for t in shown if t for a, w in zip(t.actions, t.wanted, strict=True)]
    # a random action is now and then the oracle's own
    assert 0.05 < sum(noisy) / len(noisy) < 0.4
    follows = sum(a and b for a, b in pairwise(noisy))
    assert follows > 1.5 * sum(noisy) ** 2 / len(noisy)  # more than by chance alone


def test_a_coached_policy_acts_and_the_oracle_tells_what_it_would_have_done() -> None:
    jobs = [EpisodeJob(TABLE, Coached(_Still()), seed, keep=True) for seed in range(12)]
    shown = [result.transitions for result in run_episodes(jobs)]
    assert all(shown[i].wanted[0] == next(oracle_of(i)) for i in range(12) if shown[i])
    pairs = [(a, w) for t in shown if t for a, w in zip(t.actions, t.wanted, strict=True)]
    assert all(action in (_Still.DOES, wanted) for action, wanted in pairs)
    own = [a == _Still.DOES for a, wanted in pairs if wanted != _Still.DOES]
    assert any(own) and not all(own)  # the oracle acts at times, so that the end is seen, too


class _Still(Policy):
    """Always the same."""

    DOES = 0

    def act(self, observation: Any) -> Any:
        """That."""
        return np.int64(self.DOES)


def oracle_of(seed: int) -> Any:
    """The oracle of one episode."""
    env = TABLE.make()
    env.reset(seed=seed)
    return env.get_wrapper_attr("oracle")()


class _Made(gym.Env[Any, Any]):
    """Spaces alone: what an algorithm is asked about."""

    def __init__(self, seen: spaces.Space[Any], acted: spaces.Space[Any]) -> None:
        self.observation_space, self.action_space = seen, acted


PIXELS = spaces.Dict({"overhead": spaces.Box(0, 255, (48, 64, 3), np.uint8)})
STATE = spaces.Box(-1, 1, (4,))
GOALS = spaces.Dict({k: STATE for k in ("observation", "achieved_goal", "desired_goal")})


@pytest.mark.parametrize(
    ("algo", "seen", "acted", "sentence"),
    [
        ("q", PIXELS, spaces.Discrete(2), "discrete observations for a table, got pixels"),
        ("q", STATE, spaces.Discrete(2), "for a table, got continuous observations"),
        ("q", spaces.Discrete(3), STATE, "expected discrete actions"),
        ("dqn", STATE, STATE, r"expected discrete actions \(Discrete\), got Box"),
        ("sac-her", STATE, STATE, r"expected goals in the observation \(desired_goal\) for HER"),
        ("sac-her", GOALS, spaces.Discrete(2), "expected continuous actions"),
        ("bc", PIXELS, STATE, "expected a state as observation, got pixels"),
        ("bc", STATE, STATE, r"expected an oracle\(\) to imitate"),
        ("residual", STATE, spaces.Discrete(2), "expected continuous actions"),
    ],
)
def test_pairs_that_cannot_learn_get_a_sentence(
    algo: str, seen: Any, acted: Any, sentence: str
) -> None:
    assert re.search(sentence, ALGORITHMS[algo].takes(_Made(seen, acted)))


def test_pairs_that_can_learn_get_none() -> None:
    assert ALGORITHMS["ppo"].takes(_Made(PIXELS, STATE)) == ""
    assert ALGORITHMS["sac-her"].takes(_Made(GOALS, STATE)) == ""
    check_pair(algorithm("q"), TABLE)


def test_wrong_words_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="table: expected continuous actions"):
        train(tmp_path / "a", RunPlan(TABLE, "sac-her", 10, 0, 10))
    assert not (tmp_path / "a").exists()
    with pytest.raises(TrainingError, match="--prefill only with dqn, sac-her, residual"):
        train(tmp_path / "a", plan(prefill=10))
    with pytest.raises(TrainingError, match=r"expected --algo q \| dqn"):
        train(tmp_path / "a", RunPlan(TABLE, "genetic", 10, 0, 10))
    with pytest.raises(TrainingError, match=r"--set of learning_rate, .*, got 'speed'"):
        train(tmp_path / "b", plan(settings={"speed": 1}))
    with pytest.raises(TrainingError, match=r"--set gamma=0.9 or the like, got 'high'"):
        train(tmp_path / "c", plan(settings={"gamma": "high"}))
    train(tmp_path / "d", plan(1000))
    with pytest.raises(TrainingError, match="expected a new folder, got the run"):
        train(tmp_path / "d", plan(1000))
    with pytest.raises(FileError, match="expected a run's folder"):
        train(tmp_path / "none")
    with pytest.raises(ConfigError, match="of robot, observation and reward only reward for table"):
        EnvChoice(TABLE.id, robot="panda").make()
    with pytest.raises(TrainingError, match="at least 1, got 0"):
        plan(0)


def test_names_have_short_forms() -> None:
    assert full_name("table") == full_name("Table-v0") == full_name(TABLE.id) == TABLE.id
    assert full_name("REACH") == "llmagentos/Reach-v0"
    assert short_name("llmagentos/PickAndPlace-v0") == "pick-and-place"
    for name in names():
        assert full_name(short_name(name)) == name
    with pytest.raises(ConfigError, match=r"\(.*reach, .*table.*\), got 'chess'"):
        full_name("chess")


def test_every_observation_has_its_own_number() -> None:
    space = spaces.MultiDiscrete([2, 3, 4], start=[0, 1, -1])
    index = StateIndex.of(space)
    seen = {index(np.array([a, b, c])) for a in (0, 1) for b in (1, 2, 3) for c in (-1, 0, 1, 2)}
    assert seen == set(range(24)) and index.count == 24
    assert [StateIndex.of(spaces.Discrete(3, start=5))(np.int64(i)) for i in (5, 6, 7)] == [0, 1, 2]


def test_a_run_that_cannot_begin_leaves_its_folder_new(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="learning_rat"):
        train(tmp_path / "run", plan(settings={"learning_rat": 1}))
    assert not (tmp_path / "run").exists()
    assert train(tmp_path / "run", plan())["steps"] == 3000
