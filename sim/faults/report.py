"""The table of faults for people and programs.

Knows: its form, and where it stands in a document. Does not know: how rows are run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError
from llmagentos.files import read_text, shown, write_text
from sim.faults.fault import Row, Verdict

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
#: The first of these that any of a row's faults has is the row's.
_WORST = (Verdict.FAILED, Verdict.NOT_THERE_YET, Verdict.NOT_RUN, Verdict.AS_REQUIRED)


def verdicts(rows: Iterable[Row]) -> Counter[Verdict]:
    """How many of the table's rows have which verdict; of several faults of one row the worst."""
    by_number: dict[int, set[Verdict]] = {}
    for row in rows:
        by_number.setdefault(row.fault.number, set()).add(row.verdict)
    return Counter(next(v for v in _WORST if v in seen) for seen in by_number.values())


def as_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Plain data, one mapping a fault."""
    return [
        {
            "row": row.fault.number,
            "fault": row.fault.fault,
            "injected": row.fault.injected,
            "required": row.fault.required,
            "needs": row.fault.needs.value,
            "measured": row.measured,
            "verdict": row.verdict.value,
            "took_s": round(row.took_s, 2),
        }
        for row in rows
    ]


def as_markdown(rows: Sequence[Row]) -> str:
    """The table, and under it how many rows have which verdict."""
    lines = [
        "| # | fault | injected | required | measured | verdict |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        f = row.fault
        cells = (f.number, f.fault, f.injected, f.required, row.measured, row.verdict.value)
        lines.append("| " + " | ".join(_cell(str(cell)) for cell in cells) + " |")
    counted = verdicts(rows)
    told = ", ".join(f"{counted[v]} {v.value}" for v in reversed(_WORST) if counted[v])
    return "\n".join([*lines, "", f"Rows: {told}."])


def parts(path: Path) -> tuple[str, str]:
    """What stands before and after the table in a document. FileError where it has no marks."""
    text = read_text(path, "a document")
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise FileError(f"expected '{BEGIN}' and '{END}' in {shown(path)}, got no such lines")
    return text[:begin], text[end:]


def write_section(path: Path, rows: Sequence[Row]) -> None:
    """Put the table between the marks of a document. FileError where it has none, or can't be
    written."""
    before, after = parts(path)
    table = f"{BEGIN}\n{as_markdown(rows)}\n"
    write_text(path, before + table + after, "a document that can be written")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
