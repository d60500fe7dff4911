"""The rules in documents: `python -m llmagentos.safety.guard.table docs/safety.md`.

Knows: how a rule reads in Markdown and between which markers the table stands. Does not know: the
rules (rules.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

from llmagentos.safety.guard.rules import RULES

BEGIN, END = "<!-- guard rules: begin -->", "<!-- guard rules: end -->"
_VERDICTS = {"refuse": "refused", "confirm": "after a yes", "slow": "slower"}


def markdown() -> str:
    """The table, one line a rule, in the order in which they speak."""
    lines = [
        "| rule | what it says | otherwise | on the way too | owner may set |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rule in RULES:
        way, free = ("yes" if flag else "-" for flag in (rule.on_the_way, rule.free))
        lines.append(
            f"| `{rule.name}` | {rule.says} | {_VERDICTS[rule.verdict]} | {way} | {free} |"
        )
    return "\n".join(lines)


def inserted(document: str) -> str:
    """The document with the present table between its markers. ValueError where it has none."""
    if BEGIN not in document or END not in document:
        raise ValueError(f"expected the markers {BEGIN} and {END}, got a document without")
    before, rest = document.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{markdown()}\n{END}{rest.split(END, 1)[1]}"


def main() -> None:
    """Write the table into the documents named, between its markers."""
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(inserted(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
