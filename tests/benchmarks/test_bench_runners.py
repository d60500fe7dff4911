"""The table of benchmark programs names every one of them, and each starts."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from benchmarks.__main__ import RUNNERS, main

ROOT = Path(__file__).resolve().parents[2]


def test_every_program_of_the_folder_is_in_the_table() -> None:
    programs = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "benchmarks").rglob("*.py")
        if path.name != "__main__.py" and '__name__ == "__main__"' in path.read_text("utf-8")
    }
    assert programs == {r.module for r in RUNNERS} - {""}


@pytest.mark.parametrize("runner", [r for r in RUNNERS if r.module], ids=lambda r: r.module)
def test_what_the_table_names_exists(runner) -> None:
    spec = importlib.util.find_spec(runner.module)
    assert spec is not None and spec.origin is not None
    assert "def main(" in Path(spec.origin).read_text(encoding="utf-8")


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    assert "benchmarks.perception" in capsys.readouterr().out
