"""Runs suites over processes: which cases, by whom, on how many cores.

Knows: how to draw cases from suites and run one. Does not know: how they are shared out (sim.jobs),
how a case is judged (judging.py), nor how results are shown (report.py).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from sim.jobs import executor

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

    def __str__(self) -> str:
        return f"{self.suite}/{self.index:02d}:{self.seed}"


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
    """Makes and runs cases. What it needs (suites, a planner, a simulator) is loaded with the first
    one and kept; what is sent to a worker are the settings alone."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._body: core.SimulatedBody | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Player, (self._settings,)

    @cached_property
    def _suites(self) -> Any:
        return all_suites(self._settings.commands)

    @cached_property
    def _planner(self) -> Any:
        from llmagentos.composition import load_planner

        if self._settings.oracle:
            return core.FixedPlanner()
        return load_planner(self._settings.model, self._settings.engine)

    def __call__(self, job: Job) -> core.CaseResult:
        """The case's result; a crash is a result too, with its traceback as the cause."""
        row, planner = self._suites[job.suite][job.index], self._planner
        case = meaning(job.suite, job.index, row).draw(job.seed)
        try:
            if self._settings.mode == PLANNER or isinstance(case.stage, ToldStage):
                return core.run_symbolic(case, planner)
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
    ray: str | None = None,
) -> list[core.CaseResult]:
    """All results, in the order of the jobs; `seen` is called with each as it comes.

    processes, ray: who runs them, and what that raises: see sim.jobs.executor.
    """
    player = Player(settings)
    try:
        with executor(processes, ray) as workers:
            return workers.run(player, jobs, lambda number, result: seen(result))
    finally:
        player.close()
