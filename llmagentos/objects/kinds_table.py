"""The kinds in documents: `python -m llmagentos.objects.kinds_table docs/kinds.md README.md`.

Knows: how a row reads in Markdown, between which markers of a document the table stands, and the
sentence that lists the kinds. Does not know: the rows (kinds.py).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from llmagentos.objects.kinds import KINDS, Kind

BEGIN, END = "<!-- kinds: begin -->", "<!-- kinds: end -->"
_SENTENCE = re.compile(r"Kinds: [\w, ]+, and by name [\w, ]+\.")
_HEAD = (
    "kind", "form", "size, cm", "height, cm", "things go", "held", "seen by", "also called",
    "category words", "colours", "attributes",
)  # fmt: skip


def markdown() -> str:
    """The table, one line a kind, in the order of the rows."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|" + " --- |" * len(_HEAD)]
    return "\n".join([*lines, *map(_line, KINDS.values())])


def sentence() -> str:
    """The kinds that random scenes draw, and those that a scene names."""
    common = [k.name for k in KINDS.values() if k.frequency]
    by_name = [k.name for k in KINDS.values() if k.in_scenes and not k.frequency]
    return f"Kinds: {', '.join(common)}, and by name {', '.join(by_name)}."


def inserted(document: str) -> str:
    """The document with the present table between its markers, or the present sentence.

    ValueError where it has neither.
    """
    if BEGIN in document and END in document:
        before, rest = document.split(BEGIN, 1)
        return f"{before}{BEGIN}\n{markdown()}\n{END}{rest.split(END, 1)[1]}"
    if not _SENTENCE.search(document):
        raise ValueError(f"expected the markers {BEGIN} and {END} or 'Kinds: ...', got neither")
    return _SENTENCE.sub(sentence(), document)


def _line(kind: Kind) -> str:
    low, high = kind.sizes_m or (0.0, 0.0)
    sizes = f"{_cm(kind.size_m)} ({_cm(low)} to {_cm(high)})" if kind.in_scenes else "-"
    colours = "any" if kind.paintable else f"{kind.color} only"
    cells = (
        f"`{kind.name}`", kind.shape.replace("_", " "), sizes,
        _cm(kind.extents_at(kind.size_m)[2]) if kind.in_scenes else "-",
        _things_go(kind), _held(kind), kind.seen_by, ", ".join(_names(kind)) or "-",
        ", ".join(c for c in _CATEGORIES if kind.belongs_to(c)) or "-", colours,
        ", ".join(kind.attributes) or "-",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


_CATEGORIES = ("container", "dish", "toy", "round")


def _names(kind: Kind) -> list[str]:
    """What people and the robot say for it besides its name, each once."""
    return list(dict.fromkeys(w for w in (kind.noun(), *kind.words) if w != kind.name))


def _things_go(kind: Kind) -> str:
    if not kind.has_level_top:
        return "nowhere"
    return "in it" if kind.is_container else "on it"


def _held(kind: Kind) -> str:
    """How fingers take it from above."""
    if kind.is_flat:
        return "not"
    if kind.is_shell:
        return "by its rim, or across" if kind.size_m < 0.08 else "by its rim"
    x, y, _ = kind.extents_at(kind.size_m)
    return "across" if x == y else "across its narrow side"


def _cm(metres: float) -> str:
    return f"{100 * metres:.3g}"


def main() -> None:
    """Write the table into the documents named, between their markers."""
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(inserted(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
