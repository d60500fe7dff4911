"""Says how sure the planner is: fits calibration.json and wording.json of a model's folder.

    python -m training.planner.calibrate --model planner-v6
    python -m training.planner.calibrate --model planner-v6 --report-only     # figures, nothing written

Knows: sentences that the model was not trained on (fresh draws of the corpus's four splits and the
free sentences that `free.held_out` keeps back), when a plan is right (sameness.py), the fit
(calibration_fit.py). Does not know: what is done with doubt (llmagentos/dialogue/doubts).

Every figure it prints is from the half of the sentences that the fit behind it has not seen: fitted
on one half and checked on the other, and the other way round. What is written is fitted on both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from llm_edge import alternatives, folder, pointers
from llm_edge.calibration import FILE as CALIBRATION
from llm_edge.decoding import Generation
from llm_edge.evidence import evidence
from llm_edge.local import LocalPlanner
from llm_edge.wording import FILE as WORDING
from llm_edge.wording import Wording
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import LLMAgentOSError, PlanError
from llmagentos.files import write_text
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from training.corpus import build, free, situations
from training.planner import wordings
from training.planner.calibration_fit import Item, fit
from training.planner.calibration_report import Report
from training.planner.evaluate import SPLITS
from training.planner.sameness import Meant, written_alike

#: Seeds that neither training shards nor `evaluate` use.
FIRST_SEED = 970_000_000
#: Below this product of probabilities other plans are written, too.
WRITE_OTHERS_BELOW = 0.98
TAUGHT = 12_000


@dataclass
class Wanted:
    """One sentence with what it means. group: sentences of one group stay in one half."""

    command: str
    question: str
    situation: str
    source: str
    group: str
    plan: p.Plan | None = None
    meant: Meant | None = field(default=None, repr=False)
    target: tuple[str, ...] = ()

    def right(self, plan: p.Plan) -> bool:
        """Whether this plan does what is wanted."""
        if self.meant is not None:
            return self.meant.same(plan)
        assert self.plan is not None
        return written_alike(plan, self.plan)


def sentences(n: int) -> Iterator[Wanted]:
    """`n` fresh pairs of every split, and the free sentences kept from training."""
    for source, split in SPLITS.items():
        for i, pair in enumerate(build.pairs(n, split, FIRST_SEED)):
            group = f"{source}{i}"
            yield Wanted(
                pair.command, pair.pending, "", source, group, pair.plan(), None, pair.target
            )
    for s in free.sentences():
        if free.held_out(s):
            target = _target(s.plan_text, s.command)
            group = f"{s.file}:{s.person}"
            told = situations.of_sentence(s)
            yield Wanted(s.command, s.asked, told, "free", group, s.plan, Meant(s), target)


def _target(text: str, command: str) -> tuple[str, ...]:
    try:
        return tuple(pointers.to_pointers(text, command)) if text else ()
    except LLMAgentOSError:
        return ()


def item(model: LocalPlanner, wording: Wording, wanted: Wanted) -> Item:
    """What the model makes of a sentence, and whether that is right."""
    command = " ".join(wanted.command.split())

    def write(start: list[str]) -> tuple[list[str], Generation]:
        out = Generation()
        words = model.write(
            command, wanted.question, wanted.situation, start=" ".join(start), result=out
        )
        return [*start, *words], out

    def right(words: list[str]) -> bool:
        try:
            plan = compact.parse(" ".join(words), pointers.resolver(command))
        except LLMAgentOSError:
            return False
        return wanted.right(plan)

    words, out = write([])
    first = evidence(command, wanted.question, words, out, wording)
    others = []
    if out.confidence < WRITE_OTHERS_BELOW:
        for got, how in alternatives.others(words, out, write, lambda: False):
            figures = evidence(command, wanted.question, got, how, wording).figures
            relative = how.confidence / max(out.confidence, 1e-9)
            others.append((figures, relative, right(got)))
    same = next(
        (i for i, (a, b) in enumerate(zip(words, wanted.target, strict=False)) if a != b),
        min(len(words), len(wanted.target)),
    )
    upto = words[: same + 1] if wanted.target and tuple(words) != wanted.target else words
    sure = [
        (q, i < same or tuple(words) == wanted.target)
        for i, q in enumerate(out.probabilities[: len(upto)])
    ]
    return Item(
        wanted.source,
        zlib.crc32(wanted.group.encode()) % 2,
        first.figures,
        right(words),
        out.confidence,
        _moves(words),
        tuple(others),
        tuple(sure) if wanted.target else (),
    )


def _moves(words: list[str]) -> bool:
    """Whether a plan may move something: it does more than speak."""
    heads = {words[0], *(w for before, w in pairwise(words) if before in ";{")}
    return bool(
        heads - {"say", "ask", "answer", "cannot", "unclear", "refuse", "stop", "yes", "no", "wait"}
    )


def main() -> None:
    """Entry point of `python -m training.planner.calibrate`."""
    parser = argparse.ArgumentParser(description="Fits how sure a planner is of its plans.")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="shipped name or folder")
    parser.add_argument("--n", type=int, default=300, help="fresh pairs of each corpus split")
    parser.add_argument("--coverage", type=float, default=0.9, help="what option sets promise")
    parser.add_argument("--figures", type=Path, help="folder for reliability and risk figures")
    parser.add_argument("--report-only", action="store_true", help="write nothing to the folder")
    parser.add_argument("--json", type=Path, help="the figures as data")
    args = parser.parse_args()
    began = time.process_time()
    where = folder.find(args.model)
    table = wordings.learn(wordings.taught(TAUGHT))
    print(f"{len(table)} words learnt after {time.process_time() - began:.0f} s of one core")
    model, wording = LocalPlanner(args.model), Wording(table)
    items = []
    for wanted in sentences(args.n):
        with contextlib.suppress(PlanError):  # no plan at all has no confidence either
            items.append(item(model, wording, wanted))
    print(f"{len(items)} sentences planned after {time.process_time() - began:.0f} s of one core")
    made = fit(items, args.coverage)
    found = Report(items, args.coverage)
    print(found.table(), flush=True)
    if args.figures:
        found.draw(args.figures)
    if args.json:
        args.json.write_text(json.dumps(found.data, indent=1) + "\n")
    if not args.report_only:
        about = {
            "command": f"python -m training.planner.calibrate --n {args.n}",
            "sentences": len(items),
            **found.data["all"],
        }
        save(where, table, made.to_json() | {"about": about})
    print(f"done after {time.process_time() - began:.0f} s of one core")


def save(where: Path, table: wordings.Table, calibration: dict[str, Any]) -> None:
    """Both files into the model's folder, and their hashes into its manifest."""
    lines = ",\n".join(f"{json.dumps(w)}: {json.dumps(row)}" for w, row in table.items())
    write_text(where / WORDING, "{\n" + lines + "\n}\n", "a table of wordings")
    write_text(where / CALIBRATION, json.dumps(calibration, indent=1) + "\n", "a calibration")
    manifest = json.loads((where / folder.MANIFEST).read_text(encoding="utf-8"))
    folder.write_manifest(where, {k: v for k, v in manifest.items() if k != "files"})


if __name__ == "__main__":
    main()
