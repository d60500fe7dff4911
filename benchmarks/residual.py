"""Scripted skills beside the same skills corrected by trained policies, on the same trials:
`python -m benchmarks.residual --skill push pick`.

Knows: pairing, intervals, tables. Does not know: how trials are drawn and judged
(sim.skill_trials), under which conditions (sim.skill_conditions), how policies are trained.

Every policy carries out the very same trials: scene, hidden physics, errors of the look, goal. The
difference that is printed is over these pairs, its interval by bootstrap; intervals of shares are
Wilson's. `--constant` adds what a policy without eyes could do: the same correction everywhere, the
numbers that are given (`--constant 0 -1` is pushing at half the speed); with `--later` only after
the first attempt.

A policy that changes nothing at the first attempt is not carried out where that one was enough:
trials repeat bit for bit, so the scripted outcome is its own.
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.suites.report import wilson
from llmagentos.errors import SkillError
from llmagentos.robots import DEFAULT_ROBOT
from llmagentos.skills.learned import LEARNED, policies_for
from llmagentos.skills.residual import SCRIPTED, Policies, ResidualPolicy
from sim.rl.policy_file import counter_of, declared
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


class _Nothing:
    """Changes nothing, and keeps what is seen at the first decision."""

    name = SCRIPTED

    def __init__(self, wide: int) -> None:
        self._wide = wide
        self.first: list[float] | None = None

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        self.first = self.first or list(features)
        return [0.0] * self._wide


_world: TrialWorld | None = None


def play(
    skill: str, suite: str, seeds: Sequence[int], which: str, constant: Sequence[float], quick: bool
) -> list[tuple[int, Outcome, list[float] | None]]:
    """Carry out trials by seed with one policy: outcomes, and what was seen at the first decision of
    scripted ones. Seeds whose scene has nothing for the skill are left out, for every policy
    alike."""
    global _world
    _world = _world or TrialWorld("tiny")
    done = []
    for seed in seeds:
        trial = _world.draw(skill, seed, SUITES[suite][skill])
        if trial is None:
            continue
        nothing = _Nothing(len(declared(skill).adjustables)) if which == SCRIPTED else None
        asked = nothing or policy_of(skill, which, constant)
        outcome = _world.attempt(trial, Policies({skill: asked}), quick)
        done.append((seed, outcome, None if nothing is None else nothing.first))
    return done


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
        parts = [
            (skill, suite, again[i : i + _PART], which, tuple(constant), self._quick)
            for i in range(0, len(again), _PART)
        ]
        done = [row for part in self._pool.starmap(play, parts, chunksize=1) for row in part]
        fresh = {seed: (outcome, first) for seed, outcome, first in done}
        return {seed: fresh.get(seed, same) for seed, same in scripted.items()}


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
    results: dict[str, Results],
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


def table(results: Compared) -> Table:
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


#: By skill: what its panels show, and how far they reach, cm.
_PANELS = {
    "push": ("beside the goal, cm", "short of / beyond the goal, cm", 10.0),
    "pick": ("camera off along x, cm", "camera off along y, cm", 4.0),
}
_RIGHT, _WRONG = "#2a7f62", "#c8553d"


def picture(results: Compared, path: Path) -> None:
    """One row a skill and suite, one panel a policy, one dot a trial: pushes where they ended about
    their goal, pushed upwards; picks by how far off the camera was. PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    wide = max(len(by_policy) for by_policy in results.values())
    figure, panels = plt.subplots(
        len(results), wide, figsize=(4.2 * wide, 4.5 * len(results)), dpi=100, squeeze=False
    )
    for row, ((skill, _), by_policy) in zip(panels, results.items(), strict=True):
        x_label, y_label, reach = _PANELS[skill]
        for panel, (which, found) in zip(row, by_policy.items(), strict=False):
            outcomes = [o for o, _ in found.values()]
            spots = 100 * np.array([_spot(o) for o in outcomes])
            right = np.array([o.success for o in outcomes])
            for some, color in ((right, _RIGHT), (~right, _WRONG)):
                inside = np.clip(spots[some], -0.96 * reach, 0.96 * reach)
                panel.scatter(*inside.T, s=18, c=color, alpha=0.7, linewidths=0)
            if skill == "push":
                panel.add_patch(plt.Circle((0, 0), 100 * PUSHED_M, fill=False, color="#444444"))
            panel.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel=x_label)
            done = "within 2 cm" if skill == "push" else "held"
            panel.set_title(f"{skill}, {which}: {right.sum()} of {len(right)} {done}", fontsize=10)
        row[0].set_ylabel(y_label)
        for panel in row[len(by_policy) :]:
            panel.axis("off")
    suites = " and ".join(dict.fromkeys(suite for _, suite in results))
    figure.suptitle(f"The same held-out trials, {suites} physics and looks", fontsize=12)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _spot(o: Outcome) -> tuple[float, float]:
    return _about_goal(o) if o.skill == "push" else o.astray_m


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
        help="beside the scripted one: learned, a folder; scripted: none",
    )
    parser.add_argument(
        "--constant", type=float, nargs="+", help="a constant correction, too: one number each"
    )
    parser.add_argument("--later", action="store_true", help="that only after a first attempt")
    parser.add_argument("--quick", action="store_true", help="without the ways through free space")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("bench_out/residual.json"))
    parser.add_argument("--picture", type=Path, help="what came of every trial, PNG")
    args = parser.parse_args(argv)
    console = Console(width=190)
    results: Compared = {}
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        runner = Runner(pool, JUDGED_FROM + args.seed, args.quick)
        for skill in args.skill:
            for suite in args.suites:
                found = {SCRIPTED: runner.run(skill, suite, args.episodes, SCRIPTED)}
                if args.policies != SCRIPTED:
                    found[args.policies] = runner.run_as(
                        skill, suite, found[SCRIPTED], args.policies
                    )
                if args.constant:
                    which = LATER if args.later else CONSTANT
                    found[which] = runner.run_as(
                        skill, suite, found[SCRIPTED], which, args.constant
                    )
                results[skill, suite] = found
                console.print(table({(skill, suite): found}))
    if args.picture:
        picture(results, args.picture)
    record = [
        {"suite": suite, "which": which, "seen": seen, **asdict(outcome)}
        for (_, suite), by_policy in results.items()
        for which, found in by_policy.items()
        for outcome, seen in found.values()
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
