"""Jobs among processes of this machine.

Knows: which job each process has in hand. Does not know: what a job is about.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import uuid
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from llmagentos.errors import JobError
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


def one_thread() -> None:
    """Keep PyTorch, where it gets imported, to one thread: more only fight over small networks."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


_kept = Kept()


def _attempt(token: str, pickled: bytes | None, job: Any) -> Any:
    def load() -> Any:
        assert pickled is not None, "the first job of a run brings the work"
        return pickle.loads(pickled)

    return attempt(_kept.get(token, load), job)


class _Process:
    """One process, replaced when it dies. A pool of one tells exactly whose job was lost."""

    def __init__(self) -> None:
        self._token = ""
        self._begin()

    def _begin(self) -> None:
        # not forked: a physics client and PyTorch's threads do not survive a fork
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, initializer=one_thread)
        self._token = ""
        #: Futures and jobs' numbers, the one in hand first.
        self.given: deque[tuple[Future[Any], int]] = deque()

    def give(self, token: str, pickled: bytes, number: int, job: Any) -> bool:
        """Hand it a job, with the work where it has not got it yet; False where it just died."""
        work = None if token == self._token else pickled
        self._token = token
        try:
            future = self._pool.submit(_attempt, token, work, job)
        except BrokenProcessPool:
            if not self.given:  # it died idle
                self.replace()
            return False
        self.given.append((future, number))
        return True

    def replace(self) -> list[int]:
        """Begin anew after a death; the jobs that were lost, the one in hand first."""
        lost = [number for _, number in self.given]
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._begin()
        return lost

    def drop(self) -> None:
        """Forget what has not begun."""
        for future, _ in self.given:
            future.cancel()
        self.given.clear()

    def close(self) -> None:
        """End it."""
        self._pool.shutdown(cancel_futures=True)


class Processes(Executor):
    """So many processes of this machine, kept between runs."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._processes: list[_Process] = []

    def run(
        self, work: Work[Job, Result], jobs: Sequence[Job], seen: Seen = unseen
    ) -> list[Result]:
        """See Executor."""
        while len(self._processes) < min(self.workers, len(jobs)):
            self._processes.append(_Process())
        run = _Run(self._processes, work, jobs, seen)
        try:
            return run.all()
        finally:
            for process in self._processes:
                process.drop()

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.close()
        self._processes = []


class _Run:
    """One call of `run`: what is to do, in whose hand it is, what came of it."""

    def __init__(
        self, processes: Sequence[_Process], work: Any, jobs: Sequence[Any], seen: Seen
    ) -> None:
        self._processes, self._jobs, self._seen = processes, jobs, seen
        self._token, self._pickled = uuid.uuid4().hex, pickle.dumps(work)
        self._todo = deque(range(len(jobs)))
        self._deaths: Counter[int] = Counter()
        self._results: dict[int, Any] = {}

    def all(self) -> list[Any]:
        """The results, in order."""
        while len(self._results) < len(self._jobs):
            self._hand_out()
            in_hand = [process.given[0][0] for process in self._processes if process.given]
            if in_hand:  # none where all have just died
                wait(in_hand, None, FIRST_COMPLETED)
            for process in self._processes:
                self._collect(process)
        return [self._results[number] for number in range(len(self._jobs))]

    def _hand_out(self) -> None:
        # a second job in advance saves the way there and back, but not when jobs run short
        plenty = len(self._todo) > 2 * len(self._processes)
        for depth in (1, 2) if plenty else (1,):
            for process in self._processes:
                if self._todo and len(process.given) < depth:
                    number = self._todo[0]
                    if process.give(self._token, self._pickled, number, self._jobs[number]):
                        self._todo.popleft()

    def _collect(self, process: _Process) -> None:
        while process.given and process.given[0][0].done():
            future, number = process.given[0]
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                self._lost(process.replace())
                return
            if error is not None:  # a job or result that cannot be pickled
                raise JobError(f"{self._jobs[number]}: {error}") from error
            result = future.result()
            if isinstance(result, Failed):
                raise result.of(self._jobs[number])
            process.given.popleft()
            self._results[number] = result
            self._seen(number, result)

    def _lost(self, numbers: Sequence[int]) -> None:
        in_hand = numbers[0]
        self._deaths[in_hand] += 1
        if self._deaths[in_hand] >= TRIES:
            raise killed(self._jobs[in_hand], TRIES)
        self._todo.extendleft(reversed(numbers))
