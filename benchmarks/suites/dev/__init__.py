"""Our own development suites: what the authors of the training corpus look at.

Knows: one suite for each kind of meaning that must be understood.
"""

from benchmarks.suites.cases import Row
from benchmarks.suites.dev import (
    asking,
    attributes,
    cannot,
    dialogues,
    matching,
    motions,
    ordinals,
    patterns,
    places,
    quantifiers,
    questions,
    references,
    refusing,
    sequences,
)

#: By name, in the order of reports.
SUITES: dict[str, list[Row]] = {
    m.__name__.rpartition(".")[2]: m.ROWS
    for m in (
        attributes, places, ordinals, quantifiers, matching, patterns, motions, sequences,
        references, questions, asking, cannot, refusing, dialogues,
    )
}  # fmt: skip
