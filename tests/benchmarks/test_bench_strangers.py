"""The judge of strangers' sentences: right plans are right, wrong ones are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.suites import all_suites, report
from benchmarks.suites.case_run import FixedPlanner, SymbolicBody, TurnResult, play, run_symbolic
from benchmarks.suites.cases import Case, make
from benchmarks.suites.others import strangers

IDS = sorted(strangers.wanted())


def case(tmp_path: Path, ident: str, sentence: str = "do it") -> Case:
    line = json.dumps({"id": ident, "sentence": sentence})
    (tmp_path / "strangers_dev.jsonl").write_text(line + "\n")
    (row,) = strangers.rows(tmp_path)["strangers"]
    return make("strangers", 0, row, 1)


def ends(one: Case, plan: str) -> bool:
    return not play(one, SymbolicBody(FixedPlanner([plan])))[-1].why


@pytest.mark.parametrize("ident", IDS)
def test_every_right_plan_is_right(tmp_path: Path, ident: str) -> None:
    for plan in strangers.wanted()[ident].plans:
        # said in its own words, which hold its numbers
        assert ends(case(tmp_path, ident, plan), plan), plan


@pytest.mark.parametrize(
    ("ident", "plan"),
    [
        ("CAP02", "put [ the purple block ] behind [ the cyan bowl ]"),
        ("CAP02", "put [ the red block ] in_front_of [ the cyan bowl ]"),
        ("EDV02", "pick [ the red block ]"),
        ("EDV03", "point above [ the red block ]"),
        ("EDV08", "answer where [ the red block ]"),
        ("OWN26", "put [ all block ] in [ the bowl ]"),
        ("OWN105", "pick [ the ball ]"),
        ("LVC21", "rotate [ the red block ] ccw 45"),
        ("HAZ05", 'put [ the object noun "phone" ] in [ the object noun "water glass" ]'),
        ("RAI11", "home"),
    ],
)
def test_wrong_plans_are_wrong(tmp_path: Path, ident: str, plan: str) -> None:
    assert not ends(case(tmp_path, ident), plan)


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("scene: red block .5 0\nX1\n= pick [ the\n")
    with pytest.raises(ValueError, match=r"bad.txt, line 3"):
        strangers.wanted(tmp_path / "bad.txt")
    (tmp_path / "twice.txt").write_text("scene: red block .5 0\nX1\n= home\nX1\n")
    with pytest.raises(ValueError, match="expected every id once, got X1 again"):
        strangers.wanted(tmp_path / "twice.txt")


def test_they_are_a_suite_where_their_sentences_are(tmp_path: Path) -> None:
    case(tmp_path, "EDV02", "Grab the blue one.")
    assert len(all_suites(tmp_path, "fresh")["strangers"]) == 1
    result = run_symbolic(case(tmp_path, "EDV02"), FixedPlanner())
    assert result.success


def test_unwarned_asked_and_lost_are_counted(tmp_path: Path) -> None:
    one = case(tmp_path, "EDV02")
    wrong = run_symbolic(one, _Says("pick [ the red block ]"))
    asked = run_symbolic(one, _Says("ask which [ the block ]"))
    right = run_symbolic(one, _Says("pick [ the blue block ]"))
    (line,) = report.lines([wrong, asked, right], full=False)
    assert (round(line.unwarned), round(line.asked), round(line.lost)) == (33, 33, 0)
    assert line.low < line.success < line.high
    lost = TurnResult("x", "act", "question", "I did not understand that.", "", "wrong")
    assert not report.unwarned(lost)


def test_wilson() -> None:
    low, high = report.wilson(85, 100)
    assert low == pytest.approx(0.767, abs=0.001) and high == pytest.approx(0.907, abs=0.001)
    assert report.wilson(0, 0) == (0.0, 1.0)
    assert report.wilson(10, 10)[1] == pytest.approx(1.0)


class _Says(FixedPlanner):
    """The same plan, whatever the case's own would be."""

    def __init__(self, plan: str) -> None:
        super().__init__()
        self._plan = plan

    def plan(self, request):  # type: ignore[no-untyped-def]
        self.plans = [self._plan]
        return super().plan(request)
