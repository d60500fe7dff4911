"""Scripted skills beside the same skills corrected by trained policies, on the same trials:
`python -m benchmarks.residual --skill push pick`.

Knows: pairing, intervals, tables. Does not know: how trials are drawn and judged
(sim.skill_trials), under which conditions (sim.skill_conditions), how policies are trained.

Every policy carries out the very same trials: scene, hidden physics, errors of the look, goal. The
difference that is printed is over these pairs, its interval by bootstrap; intervals of shares are
Wilson's. `--constant` adds what a policy without eyes could do: the same correction everywhere, the
numbers that are given (`--constant 0 -1` is pushing at half the speed), without any the learned
policy's mean over these trials' first decisions; with `--later` only after the first attempt.

A policy that leaves the first attempt alone is not carried out where that one was enough: trials
repeat bit for bit, so the scripted outcome is its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.suites.report import wilson
from llmagentos.robots import DEFAULT_ROBOT
from llmagentos.skills.learned import LEARNED, policies_for
from llmagentos.skills.residual import SCRIPTED, Policies, Residual
from sim.rl.policy_file import counter_of
from sim.skill_conditions import JUDGED_FROM, SUITES
from sim.skill_trials import PUSHED_M, SKILLS, Outcome, TrialWorld

_RESAMPLES = 2000
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


class _Noting:
    """A policy whose answers to first decisions are kept."""

    def __init__(self, policy: Any) -> None:
        self._policy, self.name = policy, policy.name
        self.first: list[float] | None = None

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        values = list(self._policy(features))
        self.first = self.first or values
        return values


_world: TrialWorld | None = None


def play(
    skill: str, suite: str, seeds: Sequence[int], which: str, constant: Sequence[float], quick: bool
) -> list[tuple[int, Outcome, list[float] | None]]:
    """Carry out trials by seed with one policy: outcomes, and the first correction of each. Seeds
    whose scene has nothing for the skill are left out, for every policy alike."""
    global _world
    _world = _world or TrialWorld("tiny")
    same = which in (CONSTANT, LATER)
    policy = None if same else policies_for(DEFAULT_ROBOT, which).by_skill.get(skill)
    counter = counter_of(_declared(skill)) if which == LATER else None
    done = []
    for seed in seeds:
        trial = _world.draw(skill, seed, SUITES[suite][skill])
        if trial is None:
            continue
        noting = None if policy is None else _Noting(policy)
        asked = _Constant(tuple(constant), counter) if same else noting
        policies = Policies({} if asked is None else {skill: asked})
        outcome = _world.attempt(trial, policies, quick)
        done.append((seed, outcome, None if noting is None else noting.first))
    return done


#: By seed: what came of it, and the first correction.
Results = dict[int, tuple[Outcome, list[float] | None]]


class Runner:
    """Trials over processes."""

    def __init__(self, pool: Any, first: int, quick: bool) -> None:
        self._pool, self._first, self._quick = pool, first, quick

    def run(
        self, skill: str, suite: str, count: int, which: str, constant: Sequence[float] = ()
    ) -> Results:
        """The first `count` trials that there are, by seed."""
        out: Results = {}
        start = self._first
        while len(out) < count:
            blocks = range(start, start + max(count - len(out), _PART), _PART)
            parts = [
                (skill, suite, range(b, b + _PART), which, constant, self._quick) for b in blocks
            ]
            for part in self._pool.starmap(play, parts, chunksize=1):
                out |= {seed: (outcome, first) for seed, outcome, first in part}
            start = blocks[-1] + _PART
        return {seed: out[seed] for seed in sorted(out)[:count]}

    def run_after(
        self,
        skill: str,
        suite: str,
        scripted: Results,
        which: str,
        constant: Sequence[float] = (),
    ) -> Results:
        """The trials that the scripted skill has done, with a policy that leaves first attempts
        alone: those that one attempt was enough for are the same."""
        again = [s for s, (o, _) in scripted.items() if not (o.claimed and o.attempts == 1)]
        parts = [
            (skill, suite, again[i : i + _PART], which, constant, self._quick)
            for i in range(0, len(again), _PART)
        ]
        done = [row for part in self._pool.starmap(play, parts, chunksize=1) for row in part]
        fresh = {seed: (outcome, first) for seed, outcome, first in done}
        return {seed: fresh.get(seed, same) for seed, same in scripted.items()}


def _declared(skill: str) -> Residual:
    declared = SKILLS[skill].residual
    assert declared is not None, "every skill that can be tried has one"
    return declared


def leaves_first(which: str, skill: str) -> bool:
    """Whether a policy changes nothing at first attempts, whatever it sees there."""
    policy, declared = policies_for(DEFAULT_ROBOT, which).by_skill.get(skill), _declared(skill)
    rows = np.random.default_rng(0).normal(0, 1, (64, len(declared.features)))
    rows[:, counter_of(declared)] = 0.0
    return policy is None or not any(any(policy(row.tolist())) for row in rows)


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares and means over trials: success with its interval, attempts, off_m, sim_s."""
    right = sum(o.success for o in outcomes)
    low, high = wilson(right, len(outcomes))
    return {
        "trials": len(outcomes),
        "success": right / len(outcomes),
        "low": low,
        "high": high,
        "first": float(np.mean([o.success and o.attempts == 1 for o in outcomes])),
        "honest": float(np.mean([o.success == o.claimed for o in outcomes])),
        "attempts": float(np.mean([o.attempts for o in outcomes])),
        "off_m": float(np.mean([o.off_m for o in outcomes])),
        "sim_s": float(np.mean([o.sim_s for o in outcomes])),
    }


def difference(
    base: Sequence[float], other: Sequence[float], seed: int = 0
) -> tuple[float, float, float]:
    """Mean of other minus base over pairs, and its 95 % bootstrap interval."""
    gaps = np.array(other, dtype=float) - np.array(base, dtype=float)
    rng = np.random.default_rng(seed)
    means = rng.choice(gaps, (_RESAMPLES, len(gaps))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(gaps.mean()), float(low), float(high)


def _rows(
    results: dict[str, dict[int, tuple[Outcome, Any]]],
) -> Iterator[tuple[str, dict[str, float], dict[str, tuple[float, float, float]]]]:
    base = [o for o, _ in results[SCRIPTED].values()]
    for which, found in results.items():
        outcomes = [o for o, _ in found.values()]
        gaps = {
            "success": difference([o.success for o in base], [o.success for o in outcomes]),
            "off_m": difference([o.off_m for o in base], [o.off_m for o in outcomes]),
            "attempts": difference([o.attempts for o in base], [o.attempts for o in outcomes]),
        }
        yield which, figures(outcomes), gaps


def table(results: dict[tuple[str, str], dict[str, dict[int, tuple[Outcome, Any]]]]) -> Table:
    """Every skill under all conditions, policies below each other."""
    out = Table(
        "skill", "conditions", "policy", "trials", "success", "- scripted", "failures", "1st try",
        "attempts", "off cm", "- scripted", "sim s",
    )  # fmt: skip
    for (skill, suite), by_policy in results.items():
        failing = 0.0
        for which, f, gaps in _rows(by_policy):
            failing = 1 - f["success"] if which == SCRIPTED else failing
            gap, off = gaps["success"], gaps["off_m"]
            scripted = which == SCRIPTED
            out.add_row(
                skill, suite, which, f"{f['trials']:.0f}",
                f"{f['success']:.1%} [{f['low']:.1%}, {f['high']:.1%}]",
                "" if scripted else f"{gap[0]:+.1%} [{gap[1]:+.1%}, {gap[2]:+.1%}]",
                "" if scripted or not failing else f"{(1 - f['success']) / failing:.2f}x",
                f"{f['first']:.1%}", f"{f['attempts']:.2f}", f"{100 * f['off_m']:.2f}",
                "" if scripted or not f["off_m"]
                else f"{100 * off[0]:+.2f} [{100 * off[1]:+.2f}, {100 * off[2]:+.2f}]",
                f"{f['sim_s']:.1f}",
            )  # fmt: skip
    return out


def picture(by_policy: Mapping[str, Sequence[Outcome]], path: Path, title: str) -> None:
    """Where pushed things ended about their goal, one panel a policy; PNG. Pushed upwards."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, len(by_policy), figsize=(4.2 * len(by_policy), 4.4), dpi=100)
    for panel, (which, outcomes) in zip(np.atleast_1d(panels), by_policy.items(), strict=True):
        spots = np.array([_about_goal(o) for o in outcomes]) * 100
        right = np.array([o.success for o in outcomes])
        for some, color in ((right, "#2a7f62"), (~right, "#c8553d")):
            panel.scatter(
                *np.clip(spots[some], -9.5, 9.5).T, s=16, c=color, alpha=0.7, linewidths=0
            )
        panel.add_patch(plt.Circle((0, 0), 100 * PUSHED_M, fill=False, color="#444444"))
        panel.set(xlim=(-10, 10), ylim=(-10, 10), aspect="equal", xlabel="beside the goal, cm")
        panel.set_title(f"{which}: {right.sum()} of {len(right)} within 2 cm", fontsize=11)
    np.atleast_1d(panels)[0].set_ylabel("short of / beyond the goal, cm")
    figure.suptitle(title, fontsize=12)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _about_goal(o: Outcome) -> tuple[float, float]:
    """Where it ended about its goal, m: to the right of its way, and along it."""
    ux, uy = np.array(o.goal) - np.array(o.start)
    ux, uy = np.array([ux, uy]) / max(float(np.hypot(ux, uy)), 1e-9)
    dx, dy = np.array(o.end) - np.array(o.goal)
    return float(dx * uy - dy * ux), float(dx * ux + dy * uy)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.residual`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--skill", nargs="+", choices=sorted(SKILLS), default=sorted(SKILLS))
    parser.add_argument("--suites", nargs="+", choices=list(SUITES), default=list(SUITES))
    parser.add_argument("--episodes", type=int, default=300, help="a skill and suite")
    parser.add_argument("--seed", type=int, default=0, help="of the first trial, held out")
    parser.add_argument(
        "--policies",
        default=LEARNED,
        help="beside the scripted one: learned, slippery, a folder; scripted: none",
    )
    parser.add_argument(
        "--constant", type=float, nargs="*", help="a constant correction, too: one number each"
    )
    parser.add_argument("--later", action="store_true", help="that only after a first attempt")
    parser.add_argument("--quick", action="store_true", help="without the ways through free space")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("bench_out/residual.json"))
    parser.add_argument("--picture", type=Path, help="where pushed things ended, PNG")
    args = parser.parse_args(argv)
    console = Console(width=190)
    results: dict[tuple[str, str], dict[str, dict[int, tuple[Outcome, Any]]]] = {}
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        runner = Runner(pool, JUDGED_FROM + args.seed, args.quick)
        for skill in args.skill:
            for suite in args.suites:
                found = {SCRIPTED: runner.run(skill, suite, args.episodes, SCRIPTED)}
                if args.policies != SCRIPTED:
                    found[args.policies] = (
                        runner.run_after(skill, suite, found[SCRIPTED], args.policies)
                        if leaves_first(args.policies, skill)
                        else runner.run(skill, suite, args.episodes, args.policies)
                    )
                firsts = [f for _, f in found[args.policies].values() if f is not None]
                same = args.constant or (np.mean(firsts, axis=0).tolist() if firsts else [])
                if args.constant is not None and same and args.later:
                    found[LATER] = runner.run_after(skill, suite, found[SCRIPTED], LATER, same)
                elif args.constant is not None and same:
                    found[CONSTANT] = runner.run(skill, suite, args.episodes, CONSTANT, same)
                results[skill, suite] = found
                console.print(table({(skill, suite): found}))
                if args.picture and skill == "push" and suite == args.suites[0]:
                    ends = {which: [o for o, _ in seeds.values()] for which, seeds in found.items()}
                    picture(ends, args.picture, f"{args.episodes} pushes, {suite} physics")
    record = [
        {"suite": suite, "which": which, "first": first, **asdict(outcome)}
        for (_, suite), by_policy in results.items()
        for which, found in by_policy.items()
        for outcome, first in found.values()
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
