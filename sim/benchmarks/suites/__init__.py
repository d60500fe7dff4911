"""The suites of the language benchmark, by name."""

from __future__ import annotations

from pathlib import Path

from sim.benchmarks.suites import (
    asking,
    attributes,
    cannot,
    cap,
    cliport,
    dialogues,
    knowno,
    language_table,
    lohoravens,
    matching,
    motions,
    ordinals,
    other_worlds,
    patterns,
    places,
    quantifiers,
    questions,
    references,
    refusing,
    safeagent,
    sequences,
)  # fmt: skip
from sim.benchmarks.suites.cases import Row

#: Our own suites, one for each kind of meaning that must be understood.
OWN: dict[str, list[Row]] = {
    m.__name__.rpartition(".")[2]: m.ROWS
    for m in (
        attributes, places, ordinals, quantifiers, matching, patterns, motions, sequences,
        references, questions, asking, cannot, refusing, dialogues,
    )
}  # fmt: skip


def all_suites(folder: Path | None) -> dict[str, list[Row]]:
    """Every suite; those of other people's commands only where their folder is."""
    out = dict(OWN)
    if folder is not None:
        for rows in (
            cap.rows, cap.query_rows, knowno.rows, lohoravens.rows, cliport.rows,
            language_table.rows, safeagent.rows, other_worlds.rows,
        ):  # fmt: skip
            out.update({name: found for name, found in rows(folder).items() if found})
    return out


def sentences(folder: Path | None, seed: int = 0) -> list[tuple[str, str]]:
    """Every sentence said in any suite, filled in for one seed: (suite, sentence).

    For checking that none of them is in a training corpus.
    """
    from sim.benchmarks.suites.cases import make

    return [
        (name, turn.say)
        for name, rows in all_suites(folder).items()
        for i, row in enumerate(rows)
        for turn in make(name, i, row, seed).turns
    ]
