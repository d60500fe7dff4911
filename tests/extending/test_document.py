"""The examples in docs/extending.md run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
SECTIONS = {
    part.splitlines()[0]: "\n".join(re.findall(r"^ *```python\n(.*?)^ *```", part, re.M | re.S))
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]
}
#: What a section's example is called with, where it only defines a function that adds something.
ASK = "\nadd() if 'add' in globals() else None\n"


@pytest.mark.parametrize("title", [t for t, code in SECTIONS.items() if code])
def test_example_runs(title: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SECTIONS[title] + ASK],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_concept_has_its_section_and_its_test() -> None:
    for link, test in re.findall(r"\]\(#([\w-]+)\).*?`(tests/[\w/.]+)`", PAGE.read_text()):
        assert link in {t.lower().replace(" ", "-") for t in SECTIONS}
        assert (PAGE.parents[1] / test).exists(), test
