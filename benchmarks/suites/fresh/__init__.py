"""Our own held-out suites: the same meanings in other words; refusing is two here.

Who writes the corpus must not read them. Their names begin with "fresh_".
"""

from benchmarks.suites.cases import Row
from benchmarks.suites.fresh import (
    asking,
    attributes,
    cannot,
    dialogues,
    harmless,
    hazards,
    matching,
    motions,
    ordinals,
    patterns,
    places,
    quantifiers,
    questions,
    references,
    sequences,
)

#: By name, in the order of reports.
SUITES: dict[str, list[Row]] = {
    f"fresh_{m.__name__.rpartition('.')[2]}": m.ROWS
    for m in (
        attributes, places, ordinals, quantifiers, matching, patterns, motions, sequences,
        references, questions, asking, cannot, hazards, harmless, dialogues,
    )
}  # fmt: skip
