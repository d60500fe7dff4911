"""Gates: what perception takes of noise and tables, on a small fixed sample. The table of all effects
is `python -m benchmarks.robustness`."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from benchmarks.perception import Score
from benchmarks.robustness import EFFECTS, Case, cases, joined, measure, row
from sim.noise import severity

SEEDS = range(725_200, 725_206)


@dataclass(frozen=True)
class Gate:
    """At most, of all objects; at least, of those found."""

    lost: float
    kind: float
    color: float
    position_mm: float


TYPICAL = Gate(lost=0.06, kind=0.94, color=0.95, position_mm=2.0)
BAD = Gate(lost=0.12, kind=0.88, color=0.9, position_mm=4.0)


def check(score: Score, gate: Gate) -> None:
    lost = (score.missed + score.invented) / score.objects
    assert lost <= gate.lost, f"{score.missed} missed, {score.invented} invented"
    found = score.summary()
    assert found["kind_accuracy"] >= gate.kind, found["confusions"]
    assert found["color_accuracy"] >= gate.color, found["confusions"]
    assert found["position_median_mm"] <= gate.position_mm


@pytest.mark.parametrize(("name", "gate"), [("typical", TYPICAL), ("bad", BAD)])
def test_severities_on_the_mat(name: str, gate: Gate) -> None:
    check(measure(Case("severity", name, severity(name)), SEEDS), gate)


@pytest.mark.parametrize("table", ["wood:1", "black:1", "cloth:2"])
def test_tables_under_typical_noise(table: str) -> None:
    check(measure(Case("table", table, severity("typical"), table), SEEDS), TYPICAL)


def test_the_table_of_effects_is_whole() -> None:
    every = list(cases())
    assert len(every) == len({(c.effect, c.level) for c in every})
    assert {c.effect for c in every} >= set(EFFECTS) | {"nothing", "table", "severity"}
    assert [c.level for c in cases("lean")] == ["±0.2°", "±0.5°", "±1°"]


def test_a_row_has_shares_of_all_objects() -> None:
    parts = [Score("a", objects=3, missed=1, kinds=[True, False], colors=[True, True],
                   supports=[True], position_mm=[1.0, 3.0], height_mm=[1.0], size_mm=[1.0]),
             Score("a", objects=1, invented=2, kinds=[True], colors=[True], supports=[True],
                   position_mm=[2.0], height_mm=[1.0], size_mm=[1.0])]  # fmt: skip
    found = row(next(iter(cases("nothing"))), joined(parts))
    assert (found["missed"], found["invented"], found["objects"]) == (0.25, 0.5, 4)
    assert found["kind"] == pytest.approx(0.6667) and found["position_median_mm"] == 2.0
