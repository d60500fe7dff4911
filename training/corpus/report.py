"""What the corpus holds, in figures: size, coverage, splits, checks.

    python -m training.corpus.report --n 100000            # prints, and writes docs/corpus.md

Knows: pairs as build.py draws them, and which words of a plan belong to which point of the list
of what must be understood. Does not know: the evaluation sets (filter.py has their hashes; the
share of their four-word runs comes from `python -m benchmarks.suites.overlap --grams`, whose output
--include adds).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llmagentos.command import plain_command
from llmagentos.lang import grammar
from llmagentos.lang import words as w
from llmagentos.objects.colors import COLORS
from training.corpus import build
from training.corpus.checks.checker import Checker, Level, judge
from training.corpus.checks.parts import canonical, split_steps
from training.corpus.filter import hashes, is_evaluation_sentence
from training.corpus.sampler import HELD_OUT_PERCENT

DOC = Path("docs/corpus.md")
#: What stands behind this line of the page is written by hand and stays.
BY_HAND = "<!-- from here on written by hand; training.corpus.report leaves it as it is -->"
_COMPARE = frozenset(w.COMPARING)
_PAST = frozenset(w.REFERENCES) - {"this"}
_ATTRIBUTES = frozenset((*COLORS, *w.SIZES, *w.MATERIALS, *w.STATES, "noun"))


def _has(*words: str) -> Callable[[build.Pair], bool]:
    wanted = frozenset(words)
    return lambda pair: not wanted.isdisjoint(pair.target)


def _other_words(pair: build.Pair) -> bool:
    """A colour that is said by another name than its own."""
    said = set(plain_command(pair.command).split())
    return any(c in pair.target and c not in said for c in COLORS)


def _several(pair: build.Pair) -> bool:
    return len(split_steps(pair.target)) > 1


#: Points of the list of what must be understood (issue 4), and what a plan holds for each.
POINTS: dict[str, Callable[[build.Pair], bool]] = {
    "attributes": _has(*_ATTRIBUTES),
    "  colours by other names": _other_words,
    "  unknown nouns": _has("noun"),
    "places": _has("at", *w.SPATIAL, *w.FIXED_PLACES),
    "  distances": _has("dist"),
    "  corners and sides": lambda p: any(t.startswith(("corner", "side")) for t in p.target)
    or any(t in p.target for t in ("front_left", "front_right", "back_left", "back_right")),
    "ordinals and superlatives": _has("order"),
    "quantifiers": _has("all", "both", "none", "half", "every_other", "every_third", "most", "one_each", "count", "at_most", "rest", "except"),
    "matching and comparing": _has("group", "sort", *_COMPARE),
    "patterns": _has("arrange", "stack", "reshape"),
    "pushes, turns, swaps, clearing, restoring": _has(
        "push", "by_push", "rotate", "swap", "clear", "restore", "origin"
    ),
    "sequences, conditions, loops": lambda p: _several(p)
    or _has("if", "repeat", "until", "for_each", "wait_for")(p),
    "  conditions": _has("if"),
    "  loops": _has("repeat", "until", "for_each"),
    "references across turns": _has(
        *_PAST, "again", "correct", "undo", "restore", "remember", "name", "there", "reshape"
    ),
    "  names": _has("remember", "name"),
    "questions": _has("answer"),
    "asking back": _has("ask", "choose"),
    "cannot": _has("cannot"),
    "refusing": _has("refuse"),
}  # fmt: skip


@dataclass
class Tally:
    """Counts over pairs."""

    pairs: int = 0
    words: int = 0
    plan_words: int = 0
    commands: set[int] = field(default_factory=set)
    plans: set[int] = field(default_factory=set)
    renamed: set[int] = field(default_factory=set)
    structures: Counter[int] = field(default_factory=Counter)
    vocabulary: Counter[str] = field(default_factory=Counter)
    keywords: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    overlapping: int = 0

    def add(self, pair: build.Pair) -> None:
        """Count one pair."""
        said = plain_command(pair.command)
        self.pairs += 1
        self.words += len(pair.command.split())
        self.plan_words += len(pair.target)
        self.commands.add(hash(said))
        self.plans.add(hash(pair.target))
        self.renamed.add(hash(tuple(canonical(pair.target, pair.command))))
        self.structures[hash(build.structure(pair.target))] += 1
        self.vocabulary.update(said.split())
        self.keywords.update(set(pair.target))
        self.overlapping += is_evaluation_sentence(pair.command)
        for name, fits in POINTS.items():
            if fits(pair):
                self.points[name] += 1
                self._keep(name, pair)

    def _keep(self, name: str, pair: build.Pair) -> None:
        """Two examples of each point: short ones that show little else."""
        some = self.examples.setdefault(name, [])
        if len(some) < 2 and 3 <= len(pair.command.split()) <= 12:
            plan = " ".join(pair.target)
            known = {e for es in self.examples.values() for e in es}
            text = f"{pair.command} → `{plan}`"
            if len(pair.target) <= 24 and text not in known:
                some.append(text)


def tally(n: int, start: int, level: Level) -> tuple[Tally, Checker, float]:
    """Counts over `n` drawn training pairs; what the check rejected; CPU seconds."""
    out, checker, began = Tally(), Checker(level), time.process_time()
    for pair in build.pairs(n, "train", start, level, checker):
        out.add(pair)
    return out, checker, time.process_time() - began


def markdown(t: Tally, checker: Checker, seconds: float, command: str, more: str = "") -> str:
    """The report as a page."""
    n = max(1, t.pairs)
    often = sum(c > 1 for c in t.vocabulary.values())
    unused = [k for k in grammar.keywords() if k not in t.keywords]
    rejected = sum(checker.rejected.values())
    cache = judge.cache_info()
    lines = [
        "# The corpus in figures",
        "",
        f"Written by `{command}`. How it is made: [training/corpus](../training/corpus/README.md).",
        "",
        "## Size",
        "",
        "| what | number |",
        "|---|---|",
        f"| pairs drawn for this report (the generator has no end) | {t.pairs:,} |",
        f"| different commands (without case, punctuation, politeness) | {len(t.commands):,} |",
        f"| different plans | {len(t.plans):,} |",
        f"| different plans with colours, names and lengths left open | {len(t.renamed):,} |",
        f"| different structures (no colours, kinds, numbers) | {len(t.structures):,} |",
        f"| structures seen once | {sum(c == 1 for c in t.structures.values()):,} |",
        f"| different words in the commands (seen twice or more) | {len(t.vocabulary):,} ({often:,}) |",
        f"| mean words of a command; of a plan | {t.words / n:.1f}; {t.plan_words / n:.1f} |",
        f"| plan words never used | {', '.join(unused) or 'none'} |",
        f"| pairs a second, one process, everything checked | {t.pairs / max(1e-9, seconds):.0f} |",
        "",
        "## Coverage",
        "",
        "Shares of the pairs whose plan holds such words; one pair counts for several points.",
        "",
        "| point | share | examples |",
        "|---|---|---|",
        *(
            f"| {name} | {100 * t.points[name] / n:.1f} % | "
            f"{'<br>'.join(e.replace('|', '/') for e in t.examples.get(name, []))} |"
            for name in POINTS
        ),
        "",
        "## Held out",
        "",
        f"{HELD_OUT_PERCENT} % of the words (never the two commonest of a concept) and of the"
        f" templates, by a checksum of their text, and {build._HELD_STRUCTURES} % of the plan"
        " structures of four parts or more, by a checksum of the structure, are kept from"
        " training. The development splits `words`, `templates` and `compositions` hold pairs"
        " with such a part.",
        "",
        "## Checks",
        "",
        f"{checker.seen:,} pairs were judged (`--check {checker.level}`), {rejected:,}"
        f" ({100 * rejected / max(1, checker.seen):.2f} %) thrown away and drawn again;"
        f" {sum(checker.impossible.values()):,} are commands that are understood and that the"
        f" robot says it cannot do. {cache.currsize:,} different parts of plans were carried out,"
        f" {100 * cache.hits / max(1, cache.hits + cache.misses):.0f} % of all parts came from the"
        " cache.",
        "",
        "| thrown away | pairs | an example |",
        "|---|---|---|",
        *(_row(checker, kind, count) for kind, count in checker.rejected.most_common()),
        "",
        _CHECKED,
        "",
        "## Evaluation sets",
        "",
        f"{len(hashes()):,} sentences of the suites (with many fillings of their roles) and of"
        " `shared/commands` are known by hash. Sentences of this report's corpus that are among"
        f" them, normalised: {t.overlapping}.",
        *(["", _GRAMS, "", "```", more.strip(), "```"] if more else []),
    ]
    return "\n".join(lines) + "\n"


_GRAMS = """By `python -m benchmarks.suites.overlap SHARD --grams` on another shard: sentences of each
suite that stand in it, and the share of the suite's runs of four words that it has somewhere."""

_CHECKED = """What the check does: the plan is cut into steps that refer to no other step; each part
is carried out on symbolic skills in a scene drawn for it, after an earlier turn where it needs
one, in up to five scenes. A part passes when every description resolves and the executor ends it
as planned, or says that no robot could (a ball on a ball). Numbers, units, colours and kinds that
the command says by their plain names must stand in the plan. What it does not see: a description
that resolves but is not what was said (a synonym taken for the wrong thing, left for right),
reasons of refusals, and typing errors."""


def _row(checker: Checker, kind: str, count: int) -> str:
    example = next(iter(checker.examples.get(kind, ())), None)
    shown = f"{example[0]} → `{example[1]}`" if example else "(not shown)"
    return f"| {kind} | {count} | {shown.replace('|', '/')} |"


def by_hand(path: Path) -> str:
    """The page's part that is written by hand, "" of none."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _, line, after = text.partition(BY_HAND)
    return f"\n{line}{after}" if line else ""


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: draw, check, count, write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--start", type=int, default=60_000_000)
    parser.add_argument("--check", default="symbolic", choices=["symbolic", "static"])
    parser.add_argument("--out", type=Path, default=DOC)
    parser.add_argument("--include", type=Path, default=None, help="text to add at the end")
    args = parser.parse_args(argv)
    counts, checker, seconds = tally(args.n, args.start, args.check)
    more = args.include.read_text(encoding="utf-8") if args.include else ""
    page = markdown(
        counts, checker, seconds, f"python -m training.corpus.report --n {args.n}", more
    )
    args.out.write_text(page + by_hand(args.out), encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
