"""Jobs in this process and in several: one contract. Over Ray: tests/train/test_rollouts_ray.py."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from lab.jobs import Draw, Job
from lab.jobs_contract import ExecutorContract, MortalContract

from llmagentos.errors import ClusterError, JobError, MissingDependencyError, TrainingError
from sim.jobs import Executor, InProcess, executor
from sim.jobs.code import fingerprint
from sim.jobs.over_ray import compare
from sim.jobs.port import Kept
from sim.jobs.processes import Processes


@pytest.fixture(scope="module")
def in_process() -> Iterator[Executor]:
    with InProcess() as one:
        yield one


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with Processes(2) as two:
        yield two


class TestInProcess(ExecutorContract):
    fixture = "in_process"


class TestProcesses(MortalContract):
    fixture = "processes"


def test_a_process_that_dies_idle_is_replaced() -> None:
    with Processes(1) as one:
        ((process, _),) = one.run(Draw(), [Job(0)])
        os.kill(process, signal.SIGKILL)
        ((other, _),) = one.run(Draw(), [Job(0)])
        assert other != process


def test_what_cannot_be_sent_names_its_job() -> None:
    class Local:
        def __str__(self) -> str:
            return "job local"

    with Processes(1) as one, pytest.raises(JobError, match=r"^job local: .*pickle"):
        one.run(Draw(), [Local()])


def test_a_worker_keeps_the_newest_work_and_closes_the_one_before() -> None:
    closed = []

    class Work:
        def __init__(self, name: str) -> None:
            self._name = name

        def close(self) -> None:
            closed.append(self._name)

    kept = Kept()
    first = kept.get("1", lambda: Work("first"))
    assert kept.get("1", lambda: Work("again")) is first and not closed
    assert kept.get("2", lambda: Work("second")) is not first and closed == ["first"]


def test_which_executor_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(executor(), InProcess)
    with executor(3) as three:
        assert isinstance(three, Processes) and three.workers == 3
    with pytest.raises(TrainingError, match="at least one worker, got 0"):
        executor(0)
    with pytest.raises(TrainingError, match=r"a number of workers or Ray, .* got 2 and Ray"):
        executor(2, "")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"'ray' .*pip install 'llmagentos\[ray\]'"):
        executor(1, "10.0.0.1:6379")


def test_machines_with_other_code_are_refused() -> None:
    here = fingerprint()
    assert len(here["code"]) == 12 and here["numpy"]
    compare(here, dict(here), "10.0.0.7")
    with pytest.raises(ClusterError, match=f"got code {here['code']} here and other on 10.0.0.7"):
        compare(here, {**here, "code": "other"}, "10.0.0.7")
    with pytest.raises(ClusterError, match=r"got numpy .* here and none on 10.0.0.7"):
        compare(here, {k: v for k, v in here.items() if k != "numpy"}, "10.0.0.7")
