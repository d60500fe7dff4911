"""Several runs, one after another or beside each other in processes.

Knows: processes and what they report. Does not know: what a run does.
"""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import TrainingError
from sim.jobs import one_thread
from sim.rl.runs import RunPlan
from sim.rl.training import train

#: Number of the run, steps done, newest figures.
OnProgress = Callable[[int, int, dict[str, float]], None]
_POLL_S = 0.2


@dataclass(frozen=True)
class RunJob:
    """One run: a new one by its plan, or without a plan one that goes on to `steps`."""

    folder: Path
    plan: RunPlan | None
    steps: int | None = None


def train_all(
    jobs: Sequence[RunJob],
    workers: int = 1,
    on_progress: OnProgress = lambda *told: None,
    ray: str | None = None,
) -> list[dict[str, Any]]:
    """The figures of all runs, in order. Each run is the same however many go beside each other.

    A single job uses the workers itself; of several, so many run at a time. ray: learning stays
    here, one run after another; what is played goes there (sim.jobs.executor). Raises what a run
    raised, TrainingError where a process died.
    """
    if len(jobs) == 1 or workers == 1 or ray is not None:
        return [
            train(
                job.folder,
                job.plan,
                steps=job.steps,
                workers=workers,
                ray=ray,
                on_progress=lambda done, figures, i=i: on_progress(i, done, figures),  # type: ignore[misc]
            )
            for i, job in enumerate(jobs)
        ]
    context = multiprocessing.get_context("spawn")
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(workers, context, initializer=one_thread) as pool,
    ):
        told = manager.Queue()
        running = [pool.submit(_train, i, job, told) for i, job in enumerate(jobs)]
        try:
            _pass_on(told, running, on_progress)
            return [future.result() for future in running]
        except BrokenProcessPool as exc:
            raise TrainingError(f"expected every run to end, got: {exc}") from exc


def _train(number: int, job: RunJob, told: Any) -> dict[str, Any]:
    def tell(done: int, figures: dict[str, float]) -> None:
        told.put((number, done, figures))

    return train(job.folder, job.plan, steps=job.steps, on_progress=tell)


def _pass_on(told: Any, running: Sequence[Future[Any]], on_progress: OnProgress) -> None:
    while True:
        ended = all(future.done() for future in running)
        try:
            on_progress(*told.get(timeout=0 if ended else _POLL_S))
        except queue.Empty:
            if ended:
                return
