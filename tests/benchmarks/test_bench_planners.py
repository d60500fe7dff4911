"""Several models on the same cases: one table, the same seeds for all, absent models named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.raw_server import Script, response, serving

from benchmarks.models import planners
from llm_edge import folder
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.lang import codec

pytestmark = pytest.mark.skipif(
    not (folder.SHIPPED / DEFAULT_MODEL).exists(), reason="no shipped model in this checkout"
)


@pytest.fixture
def home() -> Iterator[Script]:
    """A server whose model only ever goes home."""
    with serving() as script:
        plan = json.dumps(codec.parse("home").to_json())
        script.answers = [response(200, {"choices": [{"message": {"content": plan}}]})] * 50
        yield script


def test_a_row_a_suite_and_two_columns_a_model(
    home: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["--suite", "places", "--suite", "sequences", "--per-suite", "3", "--seed", "5",
             "--set", "dev", "--out", str(tmp_path)]  # fmt: skip
    assert planners.main(["--model", DEFAULT_MODEL, "--model", home.url, *order]) == 0
    text = (tmp_path / "planners.md").read_text()
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} == {6}
    assert [row[0].strip() for row in rows[2:]] == ["places", "sequences", "all", "s a plan"]
    facts = json.loads((tmp_path / "planners.json").read_text())
    assert facts[DEFAULT_MODEL]["totals"]["cases"] == facts[home.url]["totals"]["cases"] == 6
    assert facts[home.url]["totals"]["success"] < facts[DEFAULT_MODEL]["totals"]["success"]
    assert home.requests, "the server was asked"
    capsys.readouterr()


def test_a_model_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["--suite", "places", "--per-suite", "1", "--out", str(tmp_path)]
    assert planners.main(["--model", "no/such", *order]) == 1
    assert "got 'no/such'" in capsys.readouterr().out
    assert planners.main(["--model", DEFAULT_MODEL, "--suite", "nonsense"]) == 1
