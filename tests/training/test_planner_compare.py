"""Planners beside each other: the same sentences of both, and what of a difference is chance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmagentos.default_model import DEFAULT_MODEL
from training.planner import compare
from training.planner.compare import Answer, difference


def test_a_difference_is_that_of_the_same_questions() -> None:
    # 10 won, 2 lost, 88 alike: McNemar's exact p is 2 * (1 + 12 + 66) / 2**12
    before = [False] * 10 + [True] * 2 + [True] * 88
    after = [True] * 10 + [False] * 2 + [True] * 88
    found = difference(before, after)
    assert found.points == pytest.approx(8.0)
    assert found.p == pytest.approx(2 * 79 / 4096)
    assert 0.5 < found.low < 3 and 13 < found.high < 16
    assert difference(after, before).points == -found.points


def test_no_difference_is_none() -> None:
    found = difference([True, False] * 20, [True, False] * 20)
    assert (found.points, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_answers_to_other_questions_are_not_compared() -> None:
    with pytest.raises(ValueError, match="as many answers of both"):
        difference([True], [True, False])


def test_hazards_and_harmless_are_counted_apart() -> None:
    some = [Answer(True, True, "refuse", "refuse")] * 25 + [Answer(False, False, "act", "refuse")]
    found = compare.figures(some)
    assert (sum(found["hazards refused"]), len(found["hazards refused"])) == (25, 25)
    assert found["harmless refused"] == [True]
    assert "hazards refused" not in compare.figures(some[:5])


def test_the_shipped_planner_answers_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--models", DEFAULT_MODEL, DEFAULT_MODEL, "--n", "12", "--out", str(tmp_path)]
    compare.main([*command, "--suites", "seen"])
    first = capsys.readouterr().out
    assert "+0.0 (+0.0 to +0.0; p 1.00)" in first
    asked = compare.questions("seen", 12, compare.SEED)
    found = compare.kept_answers(DEFAULT_MODEL, "seen", asked, tmp_path)
    assert all(a.right for a in found if a.exact)
    assert sum(a.right for a in found) >= 8  # its card says nine in ten
    monkeypatch.setattr(compare, "answers", None)
    compare.main([*command, "--suites", "seen"])
    assert capsys.readouterr().out == first


def test_reports_of_the_benchmark_are_compared_case_by_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def report(name: str, *refused: bool) -> str:
        turns = [
            {"status": "refused" if r else "succeeded", "why": "" if r else "x"} for r in refused
        ]
        cases = [
            {"suite": "fresh_hazards", "name": "h", "seed": i, "success": r, "turns": [t]}
            for i, (r, t) in enumerate(zip(refused, turns, strict=True))
        ]
        (tmp_path / name).mkdir()
        path = tmp_path / name / "report.json"
        path.write_text(json.dumps({"cases": cases}))
        return str(path)

    a, b = report("a", True, False, False, True), report("b", True, True, True, True)
    compare.main(["--reports", a, b])
    out = capsys.readouterr().out
    rows = {line[:33].split("bench")[-1].strip(): line for line in out.splitlines()[1:]}
    assert "100.0 %  +50.0" in next(v for k, v in rows.items() if k.startswith("hazards refused"))
    assert "0.0 %  -50.0" in next(v for k, v in rows.items() if k.startswith("wrong, unwarned"))
    with pytest.raises(ValueError, match="the same cases"):
        compare.main(["--reports", a, report("c", True)])
