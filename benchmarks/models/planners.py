"""Several models on the same cases, in one table.

    python -m benchmarks.models.planners --model planner-v6 --model smollm2 --suite strangers --per-suite 40

Knows: which figures stand side by side. Does not know: suites, judges (benchmarks/suites). Plans are
carried out on a perfect symbolic robot; every model gets the same cases with the same seeds. A model
is whatever `llmagentos run --model` takes: shipped, a folder, a GGUF file, smollm2, an address.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.suites import report, run
from benchmarks.suites.others.files import find_folder
from llmagentos.errors import LLMAgentOSError
from llmagentos.files import make_folder, write_text


def measured(
    models: Sequence[str], jobs: Sequence[run.Job], commands: Path | None, processes: int = 1
) -> dict[str, report.Report]:
    """Each model's report over the same jobs. Raises what loading a model raises."""
    from llmagentos.composition import load_llm

    out = {}
    for model in models:
        load_llm(model)  # what is not there is said here, not by every worker
        settings = run.Settings(run.PLANNER, model, commands=commands)
        results = report.concealed(run.run_jobs(jobs, settings, processes))
        out[model] = report.report(results, {"model": model}, full=False)
        print(f"{model}: {out[model].totals['success']:.1f} % of {len(jobs)}", flush=True)
    return out


def table(found: dict[str, report.Report]) -> str:
    """Markdown: a row a suite, two columns a model: right with its 95 % interval, and wrong
    motion without warning; then all cases, and the seconds of a plan (median)."""
    names = list(found)
    lines = [
        "| suite | cases |" + "".join(f" {n} right | {n} unwarned |" for n in names),
        "|---|---|" + "---|---|" * len(names),
    ]
    rows = {n: {x.suite: x for x in found[n].lines} for n in names}
    for suite, first in rows[names[0]].items():
        cells = "".join(
            f" {x.success:.0f} % ({x.low:.0f} to {x.high:.0f}) | {x.unwarned:.0f} % |"
            for x in (rows[n][suite] for n in names)
        )
        lines.append(f"| {suite} | {first.cases} |{cells}")
    totals = [found[n].totals for n in names]
    lines.append(
        f"| all | {totals[0]['cases']:.0f} |"
        + "".join(f" {t['success']:.0f} % | {t['unwarned']:.0f} % |" for t in totals)
    )
    lines.append("| s a plan | |" + "".join(f" {t['median_plan_s']:.2f} | |" for t in totals))
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of `python -m benchmarks.models.planners`; 1 where a model can't be had."""
    parser = argparse.ArgumentParser(description="Several models on the same cases.")
    parser.add_argument("--model", action="append", required=True, dest="models")
    parser.add_argument("--suite", action="append", dest="suites")
    parser.add_argument("--set", dest="which", help="dev, fresh or all of our own suites")
    parser.add_argument("--per-suite", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--commands", type=Path, help="folder with other people's commands")
    parser.add_argument("--out", type=Path, default=Path("bench_out/planners"))
    args = parser.parse_args(argv)
    seed = run.fresh_seed() if args.seed is None else args.seed
    commands = find_folder(args.commands)
    try:
        jobs = run.draw_jobs(args.suites, args.per_suite, seed, commands, args.which)
        make_folder(args.out, "a folder for the results")
        found = measured(args.models, jobs, commands, args.jobs)
    except (LLMAgentOSError, ValueError) as exc:
        print(f"error: {exc}")
        return 1
    text = f"seed {seed}, {len(jobs)} cases\n\n{table(found)}\n"
    facts: dict[str, Any] = {
        n: {"suites": [asdict(x) for x in r.lines], "totals": r.totals} for n, r in found.items()
    }
    write_text(args.out / "planners.md", text, "a table that can be written")
    write_text(args.out / "planners.json", json.dumps(facts, indent=1) + "\n", "figures")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
