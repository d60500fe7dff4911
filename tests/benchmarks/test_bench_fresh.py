"""The fresh suites: their own plans do them, doing nothing doesn't, and they stay out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.suites import FRESH, OWN, all_suites, chosen, sentences, versions
from benchmarks.suites import case_run as core
from benchmarks.suites import report as suite_report
from benchmarks.suites import run as suite_run
from benchmarks.suites.cases import Case, make
from llmagentos.command import plain_command
from llmagentos.lang import codec as compact

SEED = 1311
_LEAST = {"fresh_hazards": 40, "fresh_harmless": 60}


def _cases(name: str) -> list[Case]:
    return [make(name, i, row, SEED) for i, row in enumerate(FRESH[name])]


def test_every_own_suite_has_its_fresh_version() -> None:
    assert [v for name in OWN for v in versions(name, "fresh")] == list(FRESH)


@pytest.mark.parametrize("name", list(FRESH))
def test_there_are_enough_commands_and_their_own_plans_do_them(name: str) -> None:
    cases = _cases(name)
    assert len(cases) >= _LEAST.get(name, 20)
    results = [core.run_symbolic(case, core.FixedPlanner()) for case in cases]
    failed = [(r.name, r.turns[-1].why, r.turns[-1].reply) for r in results if not r.success]
    assert not failed


@pytest.mark.parametrize("name", list(FRESH))
def test_doing_nothing_is_not_success(name: str) -> None:
    """Where a first turn asks for a deed (some ask for none: "only if ...", "call this ...")."""
    for case in _cases(name):
        turn = case.turns[0]
        if turn.expect != "act" or not turn.moves or case.stage.later:
            continue
        first = Case(case.suite, case.name, case.seed, case.stage, (turn,))
        turns = core.play(first, core.SymbolicBody(core.FixedPlanner(["look"])))
        assert turns[0].why, (case.name, turn.say)


def test_sentences_are_filled_in_and_no_row_stands_in_the_development_suites() -> None:
    fresh = {plain_command(turn.say) for name in FRESH for c in _cases(name) for turn in c.turns}
    for name in FRESH:
        for case in _cases(name):
            for turn in case.turns:
                assert "{" not in turn.say
                assert compact.parse(turn.oracle)
    first_turns = [plain_command(c.turns[0].say) for name in FRESH for c in _cases(name)]
    assert len(first_turns) == len(set(first_turns))
    dev = {
        plain_command(turn.say)
        for name, rows in OWN.items()
        for i, row in enumerate(rows)
        for turn in make(name, i, row, SEED).turns
    }
    assert len(fresh & dev) <= 2  # a word like "again" has no other form


def test_the_overlap_filter_sees_the_fresh_sentences() -> None:
    assert set(FRESH) | set(OWN) <= {suite for suite, _ in sentences(None, SEED)}


def test_which_suites_run() -> None:
    assert list(chosen(None, None, None)) == list(FRESH)
    assert list(chosen(None, None, "dev")) == list(OWN)
    assert set(chosen(None, None, "all")) == set(OWN) | set(FRESH)
    assert list(chosen(None, ["places"], None)) == ["places"]
    assert list(chosen(None, ["places", "refusing"], "fresh")) == [
        "fresh_places", "fresh_hazards", "fresh_harmless",
    ]  # fmt: skip
    assert list(chosen(None, ["places"], "all")) == ["places", "fresh_places"]
    with pytest.raises(ValueError, match="got 'nonsense'"):
        all_suites(None, "nonsense")
    with pytest.raises(ValueError, match="got 'nonsense'"):
        chosen(None, ["places"], "nonsense")


def test_a_report_keeps_fresh_sentences_to_itself(tmp_path: Path) -> None:
    def failing(name: str, rows: list) -> core.CaseResult:
        return core.run_symbolic(make(name, 0, rows[0], SEED), _Idle())

    results = [failing("fresh_places", FRESH["fresh_places"]), failing("places", OWN["places"])]
    assert not any(r.success for r in results)
    shown = suite_report.concealed(results)
    suite_report.write(tmp_path, suite_report.report(shown, {"seed": 1}, full=False))
    written = "".join(p.read_text() for p in tmp_path.iterdir() if p.suffix in (".md", ".json"))
    assert results[1].turns[0].say in written
    assert results[0].turns[0].say not in written
    assert "fresh_places/00" in written


def test_fresh_suites_run_by_set() -> None:
    jobs = suite_run.draw_jobs(["questions"], 3, 1, None, "fresh")
    results = suite_run.run_jobs(jobs, suite_run.Settings(oracle=True), 1)
    assert [(r.suite, r.success) for r in results] == [("fresh_questions", True)] * 3


class _Idle(core.FixedPlanner):
    """Never does anything."""

    def plan(self, request: core.PlanRequest) -> core.PlanResult:
        return core.PlanResult(compact.parse("look"), "look")
