"""Scripted skills beside the same skills corrected by trained policies, on the same trials:
`python -m benchmarks.residual --skill push pick`.

Knows: pairing, intervals, tables. Does not know: how trials are drawn and judged
(sim.skill_trials), under which conditions (sim.skill_conditions), how policies are trained.

Every policy carries out the very same trials: scene, hidden physics, errors of the look, goal. The
difference that is printed is over these pairs, its interval by bootstrap; intervals of shares are
Wilson's. `--constant` adds what a policy without eyes could do: the same correction everywhere, the
numbers that are given (`--constant 0 -1` is pushing at half the speed); with `--later` only after
the first attempt.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.residual_picture import picture
from benchmarks.residual_trials import (
    CONSTANT,
    LATER,
    Compared,
    Player,
    Results,
    Runner,
    is_offered,
    packed,
    policy_of,
)
from benchmarks.suites.report import wilson
from llmagentos.errors import LLMAgentOSError
from llmagentos.skills.learned import LEARNED
from llmagentos.skills.residual import SCRIPTED
from sim.jobs import executor
from sim.skill_conditions import JUDGED_FROM, SUITES
from sim.skill_trials import SKILLS, Outcome

_RESAMPLES = 2000


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


def compared(
    runner: Runner, skill: str, suite: str, args: argparse.Namespace
) -> dict[str, Results]:
    """The scripted skill and what was asked for beside it, by name."""
    found = {SCRIPTED: runner.run(skill, suite, args.episodes, SCRIPTED)}
    if is_offered(skill, args.policies):
        found[args.policies] = runner.run_as(skill, suite, found[SCRIPTED], args.policies)
    if args.constant:
        which = LATER if args.later else CONSTANT
        found[which] = runner.run_as(skill, suite, found[SCRIPTED], which, args.constant)
    return found


def _ray(args: argparse.Namespace) -> str | None:
    """What `sim.jobs.executor` takes."""
    return args.ray_address or ("" if args.ray else None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--skill", nargs="+", choices=sorted(SKILLS), default=sorted(SKILLS))
    parser.add_argument("--suites", nargs="+", choices=list(SUITES), default=list(SUITES))
    parser.add_argument("--episodes", type=int, default=300, help="a skill and suite")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first trial, held out; below 0: of practice"
    )
    parser.add_argument(
        "--kinds", nargs="+", default=[], metavar="KIND", help="only trials about these things"
    )
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
    parser.add_argument("--processes", type=int, help="all cores without it")
    parser.add_argument(
        "--ray", action="store_true", help="over the Ray cluster that runs here, else a new one"
    )
    parser.add_argument("--ray-address", metavar="HOST:PORT", help="over the Ray cluster there")
    parser.add_argument("--out", type=Path, default=Path("bench_out/residual.json"))
    parser.add_argument("--picture", type=Path, help="what came of every trial, PNG")
    return parser


def _wrong(args: argparse.Namespace) -> str:
    """What no trial can be drawn for, in words; "" where all is well. Raises LLMAgentOSError for a
    policy that is none, before all the work."""
    for skill, suite in itertools.product(args.skill, args.suites):
        kinds = SUITES[suite][skill].kinds
        if args.kinds and not set(args.kinds) & set(kinds):
            return f"expected --kinds of {', '.join(kinds)} for {skill}, {suite}, got {args.kinds}"
    for skill in args.skill:
        if is_offered(skill, args.policies):
            policy_of(skill, args.policies)
    return ""


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.residual`."""
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        if wrong := _wrong(args):
            parser.error(wrong)
        count = 1 if _ray(args) is not None else args.processes or os.cpu_count() or 1
        workers = executor(count, _ray(args))
    except LLMAgentOSError as error:
        parser.error(str(error))
    console = Console(width=190)
    results: Compared = {}
    player = Player(packed(args.policies))
    with workers:
        runner = Runner(workers, player, JUDGED_FROM + args.seed, args.quick, args.kinds)
        for skill in args.skill:
            for suite in args.suites:
                results[skill, suite] = compared(runner, skill, suite, args)
                console.print(table({(skill, suite): results[skill, suite]}))
    player.close()
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
    # by its own name: what "__main__" holds cannot be sent to other machines
    importlib.import_module("benchmarks.residual").main()
