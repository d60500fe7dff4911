"""What limits of confidence cost and save, with planners whose plans are known."""

from __future__ import annotations

import pytest

from benchmarks.suites import all_suites
from benchmarks.suites.meanings import meaning
from benchmarks.suites.trust import ACT_FROM, table
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.understanding import Understanding


class Unsure(PlanningModule):
    """Writes one plan, 0.45 sure of it."""

    def __init__(self, text: str):
        self.text, self.asked = text, 0
        self.limits = set[float]()

    def plan(self, request: PlanRequest) -> PlanResult:
        self.asked += 1
        self.limits.add(request.act_from)
        plan = compact.parse(self.text)
        return PlanResult(plan, self.text, confidence=0.45, understanding=Understanding(0.45))


@pytest.fixture(scope="module")
def case():
    return meaning("places", 0, all_suites(None)["places"][0]).draw(3)


def test_a_right_plan_is_asked_about_in_vain_above_its_confidence(case) -> None:
    planner = Unsure(case.turns[0].oracle)
    lines = table([case], planner, 0.25)
    assert [x.act_from for x in lines] == list(ACT_FROM) and planner.asked == 1
    for line in lines:
        asked = line.act_from > 0.45
        assert (line.right, line.in_vain) == (float(not asked), float(asked))
        assert (line.unwarned, line.kept, line.lost) == (0.0, 0.0, 0.0)


def test_a_wrong_plan_is_kept_back(case) -> None:
    for line in table([case], Unsure("home"), 0.25):
        asked = line.act_from > 0.45
        assert (line.unwarned, line.kept, line.in_vain) == (float(not asked), float(asked), 0.0)
    last = table([case], Unsure("home"), 0.5)[-1]
    assert last.lost == last.kept == 1.0 and last.row().startswith("| 0.90 | 0.50 | 0.0 %")


def test_without_limits_no_other_plans_are_asked_for(case) -> None:
    planner = Unsure(case.turns[0].oracle)
    (line,) = table([case], planner, 0.25, [0.0])
    assert (line.act_from, line.ask_from, line.right) == (0.0, 0.0, 1.0)
    assert planner.limits == {0.0}
