"""What the limits of confidence cost and save on a suite: a table over `act_from`.

    python -m benchmarks.suites.trust --commands ../shared/commands            # suite strangers

Knows: the suite's cases, each sentence planned once, then carried out by symbolic skills under every
limit. Does not know: how sure is found out, nor how a case is judged.

wrong unwarned: something else was done than was meant, and nothing said so. asked in vain: a question
or "I did not understand" about a plan that does what was meant when it is simply carried out. kept
from wrong: the same about a plan that does something wrong then.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.suites import all_suites
from benchmarks.suites.case_run import SymbolicBody, TurnResult, play
from benchmarks.suites.cases import Case
from benchmarks.suites.meanings import meaning
from benchmarks.suites.report import NOT_UNDERSTOOD, unwarned
from llmagentos.composition import load_planner
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.understanding import Trust

ACT_FROM = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class Remembering(PlanningModule):
    """Plans each command of one situation once, with the other plans; errors are remembered, too."""

    def __init__(self, planner: PlanningModule, act_from: float = 1.0):
        self._planner, self._act_from = planner, act_from
        self._known = dict[tuple[object, ...], PlanResult]()

    def plan(self, request: PlanRequest) -> PlanResult:
        """The planner's plan, asked for as if it had to be as sure as `act_from`."""
        key = (request.command, request.pending, request.history)
        if key not in self._known:
            asked = PlanRequest(
                request.command, request.scene, request.history, request.pending,
                outcomes=request.outcomes, act_from=self._act_from,
            )  # fmt: skip
            self._known[key] = self._planner.plan(asked)
        return self._known[key]


@dataclass(frozen=True)
class Line:
    """One limit's figures, shares of cases."""

    act_from: float
    ask_from: float
    right: float
    unwarned: float
    in_vain: float
    kept: float
    lost: float

    def row(self) -> str:
        """As a line of a table."""
        figures = (self.right, self.unwarned, self.in_vain, self.kept, self.lost)
        return (
            f"| {self.act_from:.2f} | {self.ask_from:.2f} | "
            + " | ".join(f"{100 * f:.1f} %" for f in figures)
            + " |"
        )


HEAD = "| act_from | ask_from | right | wrong unwarned | asked in vain | kept from wrong | not understood |"


def turns(case: Case, planner: PlanningModule, trust: Trust) -> list[TurnResult]:
    """The case's turns under these limits."""
    return play(case, SymbolicBody(planner, trust))


def table(
    cases: Sequence[Case],
    planner: PlanningModule,
    ask_from: float,
    limits: Sequence[float] = ACT_FROM,
) -> list[Line]:
    """One line for each limit; 0 carries out whatever was written."""
    # other plans are written only where a limit may ask about them
    known = Remembering(planner, 1.0 if any(limits) else 0.0)
    free = [turns(c, known, Trust(0.0, 0.0)) for c in cases]
    out = []
    for act_from in limits:
        trust = Trust(act_from, min(ask_from, act_from))
        went = free if not act_from else [turns(c, known, trust) for c in cases]
        held = [(f[-1], w[-1]) for f, w in zip(free, went, strict=True) if _held_back(f, w)]
        n = len(cases)
        out.append(
            Line(
                act_from,
                trust.ask_from,
                sum(not w[-1].why for w in went) / n,
                sum(unwarned(w[-1]) for w in went) / n,
                sum(not f.why for f, _ in held) / n,
                sum(unwarned(f) for f, _ in held) / n,
                sum(w.reply.startswith(NOT_UNDERSTOOD) for _, w in held) / n,
            )
        )
    return out


def _held_back(free: Sequence[TurnResult], went: Sequence[TurnResult]) -> bool:
    """Whether the limits made a question of what would have been carried out."""
    return (free[-1].status, free[-1].reply) != (went[-1].status, went[-1].reply) and (
        went[-1].status == "question"
    )


def main() -> None:
    """Entry point of `python -m benchmarks.suites.trust`."""
    parser = argparse.ArgumentParser(description="Limits of confidence on a suite.")
    parser.add_argument("--commands", type=Path, help="folder with other people's commands")
    parser.add_argument("--suite", default="strangers")
    parser.add_argument("--n", type=int, help="only so many cases")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--ask-from", type=float, default=Trust.ask_from)
    parser.add_argument(
        "--act-from", type=float, nargs="+", default=ACT_FROM, help="limits; 0 alone is quick"
    )
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    suites = all_suites(args.commands)
    if args.suite not in suites:
        parser.error(f"expected a suite of {', '.join(suites)}, got {args.suite}")
    some = range(min(args.n or len(suites[args.suite]), len(suites[args.suite])))
    rows = suites[args.suite]
    cases = [meaning(args.suite, i, rows[i]).draw(i) for i in some]
    lines = table(cases, load_planner(args.model, "auto"), args.ask_from, args.act_from)
    print(f"{args.suite}, {len(cases)} cases, {args.model}\n\n{HEAD}\n|{'---|' * 7}")
    print("\n".join(line.row() for line in lines))
    if args.json:
        figures = [{"cases": len(cases), **vars(x)} for x in lines]
        args.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
