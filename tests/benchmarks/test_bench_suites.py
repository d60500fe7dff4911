"""The cases themselves: they can be laid out, their own plans do them, and nothing doesn't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.suites import OWN
from benchmarks.suites import case_run as core
from benchmarks.suites import report as suite_report
from benchmarks.suites import run as suite_run
from benchmarks.suites.cases import Case, make
from llmagentos.lang import codec as compact

SEED = 71


def _cases(name: str) -> list[Case]:
    return [make(name, i, row, SEED) for i, row in enumerate(OWN[name])]


@pytest.mark.parametrize("name", list(OWN))
def test_every_suite_has_twenty_commands_and_their_own_plans_do_them(name: str) -> None:
    cases = _cases(name)
    assert len(cases) >= 20
    results = [core.run_symbolic(case, core.FixedPlanner()) for case in cases]
    failed = [(r.name, r.turns[-1].why, r.turns[-1].reply) for r in results if not r.success]
    assert not failed


@pytest.mark.parametrize("name", [n for n in OWN if n not in ("questions", "cannot")])
def test_doing_nothing_is_not_success(name: str) -> None:
    """Where a first turn asks for a deed (some ask for none: "only if …", "call this …")."""
    for case in _cases(name):
        turn = case.turns[0]
        if turn.expect != "act" or not turn.moves or case.stage.later:
            continue
        first = Case(case.suite, case.name, case.seed, case.stage, (turn,))
        turns = core.play(first, core.SymbolicBody(core.FixedPlanner(["look"])))
        assert turns[0].why, (case.name, turn.say)


def test_the_same_seed_gives_the_same_case() -> None:
    row = OWN["places"][0]
    one, two = (make("places", 0, row, 5) for _ in range(2))
    other = make("places", 0, row, 6)
    assert one.stage.scene == two.stage.scene and one.turns[0].say == two.turns[0].say
    assert one.stage.scene != other.stage.scene


def test_a_moved_bystander_is_a_failure() -> None:
    case = make("places", 0, OWN["places"][0], SEED)
    bystander = next(n for n in case.stage.roles if n.startswith("filler"))
    role = case.stage.roles[bystander]
    plan = f"{case.turns[0].oracle} ; put [ the {role} ] elsewhere"
    turns = core.play(case, core.SymbolicBody(core.FixedPlanner([plan])))
    assert role.kind != "zone" and turns[-1].why == "bystander moved"


def test_sentences_are_no_plans_and_plans_parse() -> None:
    for name in OWN:
        for case in _cases(name):
            for turn in case.turns:
                assert "{" not in turn.say
                assert compact.parse(turn.oracle)


def test_a_run_writes_its_report(tmp_path: Path) -> None:
    settings = suite_run.Settings(oracle=True)
    jobs = suite_run.draw_jobs(["places", "questions"], 3, 1, None)
    results = suite_run.run_jobs(jobs, settings, 1)
    suite_report.write(tmp_path, suite_report.report(results, {"seed": 1}, full=False))
    report = json.loads((tmp_path / "report.json").read_text())
    assert [s["suite"] for s in report["suites"]] == ["places", "questions"]
    assert report["totals"]["success"] == 100.0
    assert "| places | 3 |" in (tmp_path / "report.md").read_text()


def test_unknown_suites_are_named() -> None:
    with pytest.raises(ValueError, match="got 'nonsense'"):
        suite_run.draw_jobs(["nonsense"], None, 1, None)
