"""Jobs among machines, by Ray (extra `ray`).

Knows: how a cluster is joined, and a job made a task of Ray's. Does not know: which machine takes
which job, nor when: splitting, assigning, running again after a death and collecting are Ray's.
"""

from __future__ import annotations

import importlib
import os
import socket
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llmagentos.errors import ClusterError, JobError, MissingDependencyError
from sim.jobs.code import fingerprint
from sim.jobs.port import (
    TRIES,
    Executor,
    Failed,
    Job,
    Kept,
    Result,
    Seen,
    Work,
    attempt,
    killed,
    unseen,
)  # fmt: skip

#: Results are looked for so often; Ray wakes at once when one is there.
_POLL_S = 0.2
#: So many jobs are given out for each worker, that none waits for the next.
_AHEAD = 2
_TOKEN = Path("~/.ray/auth_token").expanduser()
#: An address must answer within this.
_KNOCK_S = 10.0
#: A machine must tell its code within this.
_ANSWER_S = 60.0
_kept = Kept()


def ray_module() -> Any:
    """Ray, where it is installed; raises MissingDependencyError."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # tells its maker nothing
    # `ray start` asks for a token where this file is; who joins must bring it, and Ray does not
    if _TOKEN.is_file():
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    try:
        return importlib.import_module("ray")
    except ModuleNotFoundError as exc:
        raise MissingDependencyError(
            "expected package 'ray' for jobs on several machines, got none: "
            "pip install 'llmagentos[ray]'"
        ) from exc


def _knock(address: str) -> None:
    """Ray itself waits for minutes where nobody answers."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_KNOCK_S):
            pass
    except (OSError, ValueError, OverflowError) as exc:
        raise ClusterError(f"expected a Ray cluster at {address} (HOST:PORT), got: {exc}") from exc


def _last_line(exc: Exception) -> str:
    return (str(exc).strip().splitlines() or [type(exc).__name__])[-1]


def _attempt(token: str, box: Sequence[Any], job: Any) -> Any:
    # in a box, so that Ray hands over the reference: a worker loads the work once, not every time
    return attempt(_kept.get(token, lambda: ray_module().get(box[0])), job)


def compare(here: Mapping[str, str], told: Mapping[str, str], machine: str) -> None:
    """Raises ClusterError naming what is other on a machine."""
    for what in {**here, **told}:
        if told.get(what) != here.get(what):
            raise ClusterError(
                f"expected the same code on every machine, got {what} {here.get(what, 'none')} "
                f"here and {told.get(what, 'none')} on {machine}"
            )


class OverRay(Executor):
    """A Ray cluster: its every core takes a job at a time.

    address: as Ray writes it ("10.0.0.1:6379", "ray://10.0.0.1:10001"), or "" for the cluster that
    runs on this machine, else one that is started for as long as this is open. A program that
    has joined Ray itself keeps its connection.

    Raises MissingDependencyError; ClusterError where none answers, none of its machines has a
    core, or one has other code.
    """

    def __init__(self, address: str = "") -> None:
        self._ray = ray_module()
        self._joined = not self._ray.is_initialized()
        if self._joined:
            self._join(address)
        try:
            self.workers = int(self._ray.cluster_resources().get("CPU", 0))
            if self.workers < 1:
                raise ClusterError("expected a Ray cluster with a core at least, got none")
            self._check_code()
        except BaseException:
            self.close()
            raise
        task = self._ray.remote(num_cpus=1, max_retries=TRIES - 1, scheduling_strategy="SPREAD")
        self._task = task(_attempt)

    def _join(self, address: str) -> None:
        if address:
            _knock(address)
        try:
            self._ray.init(address or None, log_to_driver=False, logging_level="ERROR")
        except Exception as exc:  # ConnectionError, RuntimeError, ValueError, its own ...
            where = f"at {address}" if address else "on this machine"
            said = (str(exc).splitlines() or [type(exc).__name__])[0]
            raise ClusterError(f"expected a Ray cluster {where}, got: {said}") from exc

    def _check_code(self) -> None:
        """Results are only the same where the code is."""
        affinity = importlib.import_module("ray.util.scheduling_strategies")
        ask = self._ray.remote(num_cpus=0, max_retries=0)(fingerprint)
        asked = []
        for node in self._ray.nodes():
            if node["Alive"] and node["Resources"].get("CPU"):
                there = affinity.NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
                answer = ask.options(scheduling_strategy=there).remote()
                asked.append((node["NodeManagerAddress"], answer))
        here = fingerprint()
        for machine, answer in asked:
            try:
                told = self._ray.get(answer, timeout=_ANSWER_S)
            except Exception as exc:  # not installed there, no answer, gone
                last = _last_line(exc)
                raise ClusterError(f"expected llmagentos to run on {machine}, got: {last}") from exc
            compare(here, told, machine)

    def run(
        self, work: Work[Job, Result], jobs: Sequence[Job], seen: Seen = unseen
    ) -> list[Result]:
        """See Executor."""
        token, box = uuid.uuid4().hex, [self._ray.put(work)]
        numbers: dict[Any, int] = {}
        pending: list[Any] = []
        results: dict[int, Any] = {}
        while len(results) < len(jobs):
            # A few at a time, so that little is under way when one raises: those end by themselves.
            # Cancelling them can meet their end, and then Ray 2.60 takes this process along.
            while len(pending) < _AHEAD * self.workers and len(numbers) < len(jobs):
                ref = self._task.remote(token, box, jobs[len(numbers)])
                numbers[ref] = len(numbers)
                pending.append(ref)
            ready, pending = self._ray.wait(pending, num_returns=1, timeout=_POLL_S)
            for ref in ready:
                number = numbers[ref]
                results[number] = self._result(ref, jobs[number])
                seen(number, results[number])
        return [results[number] for number in range(len(jobs))]

    def _result(self, ref: Any, job: Any) -> Any:
        try:
            result = self._ray.get(ref)
        except (self._ray.exceptions.WorkerCrashedError, self._ray.exceptions.NodeDiedError) as exc:
            raise killed(job, TRIES) from exc
        except self._ray.exceptions.RayError as exc:
            raise JobError(f"{job}: {_last_line(exc)}") from exc
        if isinstance(result, Failed):
            raise result.of(job)
        return result

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        if self._joined:
            self._ray.shutdown()
            self._joined = False
