"""The suites of the language benchmark, by name.

Our own come twice: the development suites, whose failures the authors of the training corpus have
seen, and the fresh ones ("fresh_..."), which they have not and must not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.suites import dev, fresh
from benchmarks.suites.cases import Row
from benchmarks.suites.others import (
    cap,
    cliport,
    knowno,
    language_table,
    lohoravens,
    other_worlds,
    safeagent,
    strangers,
)

#: Which of our own suites; other people's commands come with any of them.
SETS = ("dev", "fresh", "all")
OWN, FRESH = dev.SUITES, fresh.SUITES


def all_suites(folder: Path | None, which: str = "all") -> dict[str, list[Row]]:
    """Our own suites of a set ("dev", "fresh", "all"), then other people's commands.

    The latter only where their folder is. ValueError for an unknown set.
    """
    if which not in SETS:
        raise ValueError(f"expected a set of {', '.join(SETS)}; got {which!r}")
    out = {} if which == "fresh" else dict(OWN)
    if which != "dev":
        out |= FRESH
    if folder is not None:
        for rows in (
            cap.rows, cap.query_rows, knowno.rows, lohoravens.rows, cliport.rows,
            language_table.rows, safeagent.rows, other_worlds.rows, strangers.rows,
        ):  # fmt: skip
            out.update({name: found for name, found in rows(folder).items() if found})
    return out


def chosen(
    folder: Path | None, names: Sequence[str] | None, which: str | None
) -> dict[str, list[Row]]:
    """The suites to run, in order.

    Without names: those of the set, by default the fresh one. With names and no set: these very
    suites. With both: their versions in that set, "places" being fresh_places in the fresh one.
    ValueError for an unknown suite or set.
    """
    if not names:
        return all_suites(folder, which or "fresh")
    suites = all_suites(folder)
    wanted = [v for name in names for v in (versions(name, which) if which else [name])]
    unknown = [name for name in wanted if name not in suites]
    if unknown:
        raise ValueError(f"expected suites of {', '.join(suites)}; got {unknown[0]!r}")
    return {name: suites[name] for name in wanted}


def versions(name: str, which: str) -> list[str]:
    """The suites that a set has for this one: "refusing" → fresh_hazards, fresh_harmless."""
    if which not in SETS:
        raise ValueError(f"expected a set of {', '.join(SETS)}; got {which!r}")
    if name not in OWN:
        return [name]
    fresh = ["fresh_hazards", "fresh_harmless"] if name == "refusing" else [f"fresh_{name}"]
    return {"dev": [name], "fresh": fresh, "all": [name, *fresh]}[which]


def sentences(folder: Path | None, seed: int = 0) -> list[tuple[str, str]]:
    """Every sentence said in any suite, filled in for one seed: (suite, sentence).

    For keeping them all, the fresh ones too, out of a training corpus.
    """
    from benchmarks.suites.cases import make
    from benchmarks.suites.driving import suites as driving

    told = [
        (name, said) for name, rows in driving(folder).items() for row in rows for said in row.says
    ]
    return told + [
        (name, turn.say)
        for name, rows in all_suites(folder).items()
        for i, row in enumerate(rows)
        for turn in make(name, i, row, seed).turns
    ]
