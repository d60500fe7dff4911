"""Commands by voice beside the same commands typed: `python -m benchmarks.speech`.

    python -m benchmarks.speech --out runs/speech.jsonl          # goes on where it was
    python -m benchmarks.speech --out runs/speech.jsonl --show   # the table of what is there
    python -m benchmarks.speech --latency                        # seconds to the first motion, memory
    python -m benchmarks.speech --quick                          # two voices, a minute

Knows: which cases are said how often, the table, the goals. Does not know: how a case is said and
heard (spoken_cases.py), how it is judged (suites).

The cases are the language benchmark's fresh ones, on the symbolic robot, judged by the same judge
typed and said. "right" counts a question back as wrong; "in the end" lets the person answer it once.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.spoken_cases import SNRS_DB, Ear, key_of, named, row, voices
from benchmarks.suites import all_suites
from benchmarks.suites.case_run import SymbolicBody, play
from benchmarks.suites.cases import Case
from benchmarks.suites.meanings import meaning
from benchmarks.suites.run import draw_jobs
from training.speech.voices import Voice

#: Right by voice over right by text, at least, by decibel of voice over noise.
GOALS = {20.0: 0.92, 10.0: 0.85}
Lines = Sequence[dict[str, Any]]


def cases(
    voice: Voice, per_suite: int, seed: int, names: Sequence[str] | None = None
) -> Iterator[Case]:
    """The fresh suites' cases for one voice: every voice has some of its own. names: of these only."""
    suites = all_suites(None, "fresh")
    own = seed + sum(named(voice).encode())
    for job in draw_jobs(names, per_suite, own, None, "fresh"):
        yield meaning(job.suite, job.index, suites[job.suite][job.index]).draw(job.seed)


def measure(
    out: Path, every: Sequence[Voice], snrs: Sequence[float | None], per_suite: int, seed: int,
    model: str | None = None, names: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Say every case in every voice and noise; lines that are there are not said again."""
    from llmagentos.composition import load_planner
    from llmagentos.speech.recogniser import Recogniser

    there = {line["key"] for line in lines(out)}
    planner, ear = load_planner(model), Ear(Recogniser(threads=1))
    with out.open("a", encoding="utf-8") as file:
        drawn = [list(cases(voice, per_suite, seed, names)) for voice in every]
        for number in range(max(map(len, drawn))):  # all voices evenly, whenever it is ended
            for voice, own in zip(every, drawn, strict=True):
                asked = [snr for snr in snrs if key_of(own[number], voice, snr) not in there]
                typed = play(own[number], SymbolicBody(planner)) if asked else []
                for snr in asked:
                    found = row(own[number], typed, planner, ear, voice, snr)
                    file.write(json.dumps(found.to_json()) + "\n")
                    file.flush()
            print(f"case {number + 1} of {len(drawn[0])} in every voice", flush=True)


def lines(out: Path) -> list[dict[str, Any]]:
    """What a run's file holds; none where it isn't there."""
    if not out.exists():
        return []
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def ratio(some: Lines) -> float:
    """Right by voice over right by text; nan where nothing is right by text."""
    typed = sum(x["text_right"] for x in some)
    return sum(x["right"] for x in some) / typed if typed else float("nan")


def table(found: Lines) -> Table:
    """A row a voice and noise, then families, then all."""
    out = Table(title="Commands by voice beside the same commands typed")
    for name in ("voice", "noise", "cases", "word errors", "right typed", "right said", "said / typed",
                 "in the end", "same plan", "asked back", "s to read"):  # fmt: skip
        out.add_column(name, justify="left" if name in ("voice", "noise") else "right")
    groups: list[tuple[str, Lines]] = []
    for kind, title in (("voice", ""), ("family", "all ")):
        for value in dict.fromkeys(x[kind] for x in found):
            groups.append((f"{title}{value}", [x for x in found if x[kind] == value]))
    groups.append(("all but formants", [x for x in found if x["family"] != "formants"]))
    groups.append(("all", found))
    for name, group in groups:
        out.add_section()
        for snr in SNRS_DB:
            some = [x for x in group if x["snr_db"] == snr]
            if some:
                out.add_row(name, "none" if snr is None else f"{snr:.0f} dB", *_figures(some))
    return out


def _figures(some: Lines) -> list[str]:
    n = len(some)
    share = lambda name: f"{100 * sum(x[name] for x in some) / n:.0f} %"  # noqa: E731
    errors = sum(x["word_errors"] for x in some) / max(1, sum(x["words"] for x in some))
    asked = sum(x["asked"] > 0 for x in some) / n
    said = sum(len(x["spoken"]) for x in some)
    read_s = sum(x["read_s"] for x in some) / max(1, said)
    return [str(n), f"{100 * errors:.1f} %", share("text_right"), share("right"),
            f"{100 * ratio(some):.0f} %", share("in_the_end"), share("same"), f"{100 * asked:.0f} %",
            f"{read_s:.2f}"]  # fmt: skip


def goals(found: Lines) -> list[str]:
    """A sentence a goal, with all voices and without formant voices."""
    out = []
    for snr, goal in GOALS.items():
        for name, some in (
            ("all voices", [x for x in found if x["snr_db"] == snr]),
            ("all but formants",
             [x for x in found if x["snr_db"] == snr and x["family"] != "formants"]),
        ):  # fmt: skip
            if some:
                met = "met" if ratio(some) >= goal else "missed"
                out.append(
                    f"{snr:.0f} dB, {name}: {100 * ratio(some):.1f} % of typed, goal {100 * goal:.0f} %: {met}"
                )
    return out


def main() -> None:
    """Entry point of `python -m benchmarks.speech`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/speech.jsonl"))
    parser.add_argument(
        "--per-suite", type=int, default=2, help="cases of every suite, for a voice"
    )
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--model", help="of the planner, else the shipped one")
    parser.add_argument("--show", action="store_true", help="only the table of what is there")
    parser.add_argument("--latency", action="store_true", help="only seconds to the first motion")
    parser.add_argument("--quick", action="store_true", help="two voices, two suites, 20 dB")
    options = parser.parse_args()
    console = Console()
    if options.latency:
        from benchmarks.spoken_latency import measured, report

        console.print(report(*measured()))
        return
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if options.quick:
        some, names = [voices()[0], voices()[-1]], ["places", "questions"]
        measure(options.out, some, (20.0,), 1, options.seed, options.model, names)
    elif not options.show:
        measure(options.out, voices(), SNRS_DB, options.per_suite, options.seed, options.model)
    found = lines(options.out)
    console.print(table(found))
    for sentence in goals(found):
        console.print(sentence)


if __name__ == "__main__":
    main()
