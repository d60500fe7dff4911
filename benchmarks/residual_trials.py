"""Trials of corrected skills, carried out by an executor: this process, several, other machines.

Knows: which policy a trial is carried out with, and how it gets to whoever does that. Does not know:
how trials are drawn and judged (sim.skill_trials), intervals and tables (benchmarks.residual).

A policy that changes nothing at the first attempt is not carried out where that one was enough:
trials repeat bit for bit, so the scripted outcome is its own.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import SkillError
from llmagentos.robots import DEFAULT_ROBOT
from llmagentos.skills.learned import LEARNED, policies_for
from llmagentos.skills.residual import SCRIPTED, Policies, ResidualPolicy
from sim.jobs import Executor
from sim.rl.policy_file import counter_of, declared
from sim.skill_conditions import SUITES
from sim.skill_trials import Outcome, TrialWorld

#: Trials in a row for one process: they share their things.
_PART = 8
CONSTANT, LATER = "constant", "constant, later"


@dataclass(frozen=True)
class _Constant:
    """The same correction always; implements residual.ResidualPolicy. counter: the feature that
    counts attempts, where the first one is left alone."""

    values: tuple[float, ...]
    counter: int | None = None
    name: str = CONSTANT

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        if self.counter is not None and features[self.counter] == 0:
            return [0.0] * len(self.values)
        return self.values


class _Nothing:
    """Changes nothing, and keeps what is seen at the first decision."""

    name = SCRIPTED

    def __init__(self, wide: int) -> None:
        self._wide = wide
        self.first: list[float] | None = None

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        self.first = self.first or list(features)
        return [0.0] * self._wide


@dataclass(frozen=True)
class Job:
    """Trials of one policy by seed, in a row: they share their things. constant, quick, kinds: see
    benchmarks.residual."""

    skill: str
    suite: str
    seeds: tuple[int, ...]
    which: str
    constant: tuple[float, ...] = ()
    quick: bool = False
    kinds: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.skill}, {self.suite}, {self.which}, trials {self.seeds[0]} to {self.seeds[-1]}"
        )


#: A trial's seed, what came of it, and what was seen at the first decision of scripted ones.
Done = tuple[int, Outcome, list[float] | None]


class Player:
    """Carries out trials in one world, which is made with the first job and kept.

    packed: the files of policies' folders by the folder: other machines do not have them.
    """

    def __init__(self, packed: Mapping[str, Mapping[str, bytes]]) -> None:
        self._packed = packed
        self._world: TrialWorld | None = None
        self._policies: dict[tuple[str, str, tuple[float, ...]], ResidualPolicy] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Player, (self._packed,)

    def __call__(self, job: Job) -> list[Done]:
        """Seeds whose scene has nothing for the skill are left out, for every policy alike."""
        self._world = self._world or TrialWorld("tiny")
        done = []
        for seed in job.seeds:
            trial = self._world.draw(job.skill, seed, SUITES[job.suite][job.skill], job.kinds)
            if trial is None:
                continue
            scripted = job.which == SCRIPTED
            nothing = _Nothing(len(declared(job.skill).adjustables)) if scripted else None
            asked = nothing or self._policy(job)
            outcome = self._world.attempt(trial, Policies({job.skill: asked}), job.quick)
            done.append((seed, outcome, None if nothing is None else nothing.first))
        return done

    def _policy(self, job: Job) -> ResidualPolicy:
        key = job.skill, job.which, job.constant
        if key not in self._policies:
            files = self._packed.get(job.which)
            if files is None:
                self._policies[key] = policy_of(*key)
            else:
                with tempfile.TemporaryDirectory() as folder:
                    for name, data in files.items():
                        (Path(folder) / name).write_bytes(data)
                    self._policies[key] = policy_of(job.skill, folder)
        return self._policies[key]

    def close(self) -> None:
        """Give the world back, where one was made."""
        if self._world is not None:
            self._world.world.close()
            self._world = None


def packed(which: str) -> dict[str, dict[str, bytes]]:
    """A policy's folder, to be sent: cards and networks by name; nothing where it is no folder."""
    if which in (SCRIPTED, LEARNED):
        return {}
    files = [p for end in ("*.yaml", "*.onnx") for p in sorted(Path(which).glob(end))]
    return {which: {path.name: path.read_bytes() for path in files}}


def is_offered(skill: str, which: str) -> bool:
    """Whether a policy is to be compared: not where none comes with the package for the skill."""
    if which == LEARNED:
        return skill in policies_for(DEFAULT_ROBOT).by_skill
    return which != SCRIPTED


@functools.lru_cache
def policy_of(skill: str, which: str, constant: Sequence[float] = ()) -> ResidualPolicy:
    """The policy by its name or folder. SkillError where there is none for the skill."""
    if which in (CONSTANT, LATER):
        return _Constant(tuple(constant), counter_of(declared(skill)) if which == LATER else None)
    found = policies_for(DEFAULT_ROBOT, which).by_skill.get(skill)
    if found is None:
        raise SkillError(f"expected a policy for {skill}, got none in {which}")
    return found


#: By seed: what came of it, and what was seen at the first decision, of scripted ones.
Results = dict[int, tuple[Outcome, list[float] | None]]


#: By skill and suite, and by policy.
Compared = dict[tuple[str, str], dict[str, Results]]


class Runner:
    """Trials by an executor. first: the first trial's seed."""

    def __init__(
        self,
        workers: Executor,
        player: Player,
        first: int,
        quick: bool,
        kinds: Sequence[str] = (),
    ) -> None:
        self._workers, self._player = workers, player
        self._first, self._quick, self._kinds = first, quick, tuple(kinds)

    def run(
        self, skill: str, suite: str, count: int, which: str, constant: Sequence[float] = ()
    ) -> Results:
        """The first `count` trials that there are, by seed."""
        out: Results = {}
        start = self._first
        while len(out) < count:
            blocks = range(start, start + max(count - len(out), _PART), _PART)
            parts = [range(b, b + _PART) for b in blocks]
            out |= self._play(skill, suite, parts, which, constant)
            start = blocks[-1] + _PART
        return {seed: out[seed] for seed in sorted(out)[:count]}

    def run_as(
        self, skill: str, suite: str, scripted: Results, which: str, constant: Sequence[float] = ()
    ) -> Results:
        """The trials that the scripted skill has done, with a policy. Those that one attempt was
        enough for and at which the policy would have changed nothing are the same."""
        policy = policy_of(skill, which, tuple(constant))
        again = [
            seed
            for seed, (outcome, seen) in scripted.items()
            if not (outcome.claimed and outcome.attempts == 1) or (seen and any(policy(seen)))
        ]
        parts = [again[i : i + _PART] for i in range(0, len(again), _PART)]
        fresh = self._play(skill, suite, parts, which, constant)
        return {seed: fresh.get(seed, same) for seed, same in scripted.items()}

    def _play(
        self,
        skill: str,
        suite: str,
        parts: Sequence[Sequence[int]],
        which: str,
        constant: Sequence[float],
    ) -> Results:
        jobs = [
            Job(skill, suite, tuple(part), which, tuple(constant), self._quick, self._kinds)
            for part in parts
        ]
        done = self._workers.run(self._player, jobs)
        return {seed: (outcome, first) for part in done for seed, outcome, first in part}
