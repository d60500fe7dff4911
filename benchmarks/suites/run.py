"""Runs suites over processes: which cases, by whom, on how many cores.

Knows: how to draw cases from suites and share them out to workers. Does not know: how a case is
judged (judging.py) nor how results are shown (report.py).
"""

from __future__ import annotations

import multiprocessing as mp
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.suites import all_suites, chosen
from benchmarks.suites import case_run as core
from benchmarks.suites.cases import Case
from benchmarks.suites.meanings import meaning
from benchmarks.suites.stage import ToldStage
from llmagentos.errors import FileError
from llmagentos.files import make_folder, written

#: Modes: plans on a perfect symbolic robot, or the whole agent in PyBullet.
PLANNER, FULL = "planner-only", "full"


@dataclass(frozen=True)
class Settings:
    """Everything a worker needs to know. oracle: the cases' own plans instead of the model's.
    robot: the arm's name or folder, "" for the default one. skills: "learned", "scripted" or a
    folder with policies."""

    mode: str = PLANNER
    model: str | None = None
    oracle: bool = False
    commands: Path | None = None
    out: Path | None = None
    engine: str = "auto"
    robot: str = ""
    skills: str = "learned"


@dataclass(frozen=True)
class Job:
    """One case to be made and run; seed draws its scene."""

    suite: str
    index: int
    seed: int


def fresh_seed() -> int:
    """A seed that nobody has chosen, below a million."""
    return int(np.random.SeedSequence().generate_state(1)[0]) % 10**6


def draw_jobs(
    names: Sequence[str] | None,
    per_suite: int | None,
    seed: int,
    commands: Path | None,
    which: str | None = None,
) -> list[Job]:
    """At most `per_suite` rows of every suite (all without it), each with a seed of its own.

    which: the set of our own suites, as in `suites.chosen`. ValueError for an unknown suite or
    set. Short suites are gone through again, with other scenes, up to `per_suite`.
    """
    rng = np.random.default_rng(seed)
    jobs = []
    for name, rows in chosen(commands, names, which).items():
        count = per_suite or len(rows)
        order = np.concatenate([rng.permutation(len(rows)) for _ in range(-(-count // len(rows)))])
        jobs += [Job(name, int(i), int(rng.integers(10**6))) for i in order[:count]]
    return jobs


def named_jobs(cases: Sequence[str], commands: Path | None) -> list[Job]:
    """Cases as reports name them: "places/07:123456". ValueError for what is none."""
    suites = all_suites(commands)
    jobs = []
    for text in cases:
        name, _, seed = text.partition(":")
        suite, _, index = name.partition("/")
        if not (index.isdigit() and seed.isdigit() and int(index) < len(suites.get(suite, ()))):
            raise ValueError(f"expected a case like places/07:123456, got {text!r}")
        jobs.append(Job(suite, int(index), int(seed)))
    return jobs


class Player:
    """Makes and runs cases; built once per process."""

    def __init__(self, settings: Settings):
        from llmagentos.composition import load_planner

        self._settings = settings
        self._suites = all_suites(settings.commands)
        self._planner: Any = (
            core.FixedPlanner()
            if settings.oracle
            else load_planner(settings.model, settings.engine)
        )
        self._body: core.SimulatedBody | None = None

    def run(self, job: Job) -> core.CaseResult:
        """The case's result; a crash is a result too, with its traceback as the cause."""
        row = self._suites[job.suite][job.index]
        case = meaning(job.suite, job.index, row).draw(job.seed)
        try:
            if self._settings.mode == PLANNER or isinstance(case.stage, ToldStage):
                return core.run_symbolic(case, self._planner)
            return self._run_full(case)
        except Exception:  # shown as a failure of that case; one bug must not end the benchmark
            where = traceback.format_exc(limit=-4)
            turn = core.TurnResult(
                case.turns[0].say, case.turns[0].expect, "crash", where, "", "crash"
            )
            return core.CaseResult(
                case.suite, case.name, case.seed, False, False, "crashed", (turn,), case.tags,
                case.stage.described(),
            )  # fmt: skip

    def _run_full(self, case: Case) -> core.CaseResult:
        from llmagentos.agent import Agent

        assert not isinstance(case.stage, ToldStage)
        if self._body is None:
            agent = Agent.in_simulation(
                case.stage.scene,
                robot=self._settings.robot,
                seed=case.seed,
                planning=self._planner,
                skills=self._settings.skills,
            )
            oracle = self._planner if self._settings.oracle else None
            self._body = core.SimulatedBody(agent, oracle)
        body = self._body
        pictures: list[Any] = []
        turns = core.play(case, body, lambda: pictures.append(body.picture()))
        done = core.finished(case, turns)
        understood = done or core.rehearsed(case, turns)
        files = () if done else self._keep(case, [*pictures, body.picture()])
        return core.result_of(case, turns, understood, files)

    def _keep(self, case: Case, pictures: Sequence[Any]) -> tuple[str, ...]:
        """Write the pictures of a failure; their names relative to the output folder."""
        if self._settings.out is None:
            return ()
        from PIL import Image

        names = []
        for picture, word in zip(pictures, ("before", "after"), strict=False):
            name = f"pictures/{case.name.replace('/', '_')}_{case.seed}_{word}.png"
            path = self._settings.out / name
            try:
                make_folder(path.parent, "a folder for pictures")
                with written(path, "a picture") as part:
                    Image.fromarray(picture).save(part)
            except FileError:  # a full disk costs the pictures, not the figures
                continue
            names.append(name)
        return tuple(names)

    def close(self) -> None:
        """Give the simulator back, where one was needed."""
        if self._body is not None:
            self._body.agent.destroy()


def run_jobs(
    jobs: Sequence[Job],
    settings: Settings,
    processes: int,
    seen: Callable[[core.CaseResult], None] = lambda result: None,
) -> list[core.CaseResult]:
    """All results, in the order they come; `seen` is called with each."""
    results = []
    source = _alone(jobs, settings) if processes <= 1 else _shared(jobs, settings, processes)
    for result in source:
        results.append(result)
        seen(result)
    return results


def _alone(jobs: Sequence[Job], settings: Settings) -> Iterator[core.CaseResult]:
    player = Player(settings)
    try:
        for job in jobs:
            yield player.run(job)
    finally:
        player.close()


def _shared(jobs: Sequence[Job], settings: Settings, processes: int) -> Iterator[core.CaseResult]:
    context = mp.get_context("spawn")
    todo: Any = context.Queue()
    done: Any = context.Queue()
    for job in jobs:
        todo.put(job)
    for _ in range(processes):
        todo.put(None)
    workers = [
        context.Process(target=_work, args=(settings, todo, done), daemon=True)
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    try:
        for _ in jobs:
            yield _next(done, workers)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _next(done: Any, workers: Sequence[Any]) -> core.CaseResult:
    """The next result; RuntimeError when every worker has died without one."""
    from queue import Empty

    while True:
        try:
            return done.get(timeout=5)
        except Empty:
            if not any(w.is_alive() for w in workers):
                raise RuntimeError("expected results, got none: all workers have died") from None


def _work(settings: Settings, todo: Any, done: Any) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    player = Player(settings)
    try:
        while (job := todo.get()) is not None:
            done.put(player.run(job))
    finally:
        player.close()
