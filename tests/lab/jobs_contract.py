"""The contract that every executor of sim.jobs keeps; a test file makes the executors."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.jobs import Draw, Job, drawn
from llmagentos.errors import JobError
from sim.jobs import Executor, InProcess
from sim.rl.choice import EnvChoice
from sim.rl.rollouts import EpisodeJob, Oracle, RandomPolicy, play

TABLE, REACH = EnvChoice("llmagentos/Table-v0"), EnvChoice("llmagentos/Reach-v0")


class ExecutorContract:
    """Subclasses name the fixture of an open executor."""

    fixture: str

    @pytest.fixture
    def executor(self, request: pytest.FixtureRequest) -> Executor:
        executor: Executor = request.getfixturevalue(self.fixture)
        return executor

    def test_results_come_in_the_order_of_jobs_and_are_the_same_bits(
        self, executor: Executor
    ) -> None:
        jobs = [Job(number) for number in range(40)]
        seen: dict[int, Any] = {}
        results = executor.run(Draw(), jobs, lambda number, result: seen.update({number: result}))
        assert np.array_equal(drawn(results), drawn(InProcess().run(Draw(), jobs)))
        assert np.array_equal(drawn([seen[number] for number in range(40)]), drawn(results))
        elsewhere = {process for process, _ in results} - {os.getpid()}
        assert bool(elsewhere) != isinstance(executor, InProcess)

    def test_no_jobs_are_no_results(self, executor: Executor) -> None:
        assert executor.run(Draw(), []) == []

    def test_a_job_that_raises_names_itself(self, executor: Executor) -> None:
        jobs = [Job(number, "raise" if number == 3 else "draw") for number in range(6)]
        with pytest.raises(JobError, match=r"^job 3: KeyError: 'no such thing' \(.*jobs\.py:\d+\)"):
            executor.run(Draw(), jobs)
        with pytest.raises(JobError, match=r"^job 0: expected a scene, got none$"):
            executor.run(Draw(), [Job(0, "refuse")])
        assert len(executor.run(Draw(), [Job(1), Job(2)])) == 2  # it goes on afterwards

    def test_episodes_are_the_same_bits(self, executor: Executor) -> None:
        jobs = [
            EpisodeJob(env, policy, seed, keep=True)
            for env, policy, count in ((TABLE, Oracle(0.3), 6), (REACH, RandomPolicy(), 1))
            for seed in range(count)
        ]
        for one, two in zip(play(jobs, InProcess()), play(jobs, executor), strict=True):
            assert (one.seed, one.steps, one.reward) == (two.seed, two.steps, two.reward)
            assert one.transitions is not None and two.transitions is not None
            np.testing.assert_equal(one.transitions.observations, two.transitions.observations)
            np.testing.assert_equal(one.transitions.actions, two.transitions.actions)


class MortalContract(ExecutorContract):
    """Executors whose workers can die without taking this process along."""

    def test_a_killed_worker_loses_only_what_it_had_in_hand(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        notes = str(tmp_path)
        jobs = [Job(n, "die once" if n == 4 else "draw", notes) for n in range(12)]
        results = executor.run(Draw(), jobs)
        assert np.array_equal(
            drawn(results), drawn(InProcess().run(Draw(), [Job(n) for n in range(12)]))
        )
        begun = Counter({n: (tmp_path / str(n)).stat().st_size for n in range(12)})
        assert begun == Counter({n: 2 if n == 4 else 1 for n in range(12)})

    def test_a_job_that_nobody_survives_is_named(self, executor: Executor, tmp_path: Path) -> None:
        jobs = [Job(n, "die" if n == 1 else "draw", str(tmp_path)) for n in range(4)]
        with pytest.raises(JobError, match=r"^job 1: expected its worker to live, got 3 that died"):
            executor.run(Draw(), jobs)
        assert (tmp_path / "1").stat().st_size == 3
