"""Fitting confidence: on made-up evidence whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from llm_edge.evidence import NAMES
from training.corpus.free_lines import read
from training.planner import wordings
from training.planner.calibration_fit import Item, fit, probabilities, rising
from training.planner.calibration_report import Report, auc, aurc, ece, risk_coverage
from training.planner.sameness import Meant

AT = NAMES.index("log_odds")


def drawn(n: int, seed: int) -> list[Item]:
    """Plans right with the odds that one figure tells, twice overstated; a third of the wrong ones
    have a right runner-up."""
    rng = np.random.default_rng(seed)
    out = []
    for k in range(n):
        odds = rng.normal(0.5, 2.0)
        right = bool(rng.random() < 1 / (1 + np.exp(-odds)))
        figures = rng.normal(size=len(NAMES))
        figures[AT] = 2.0 * odds
        other = rng.normal(size=len(NAMES))
        other_right = not right and rng.random() < 1 / 3
        other[AT] = rng.normal(2.0 if other_right else -2.0, 1.0)
        words = ((0.6, bool(rng.random() < 0.4)), (0.999, True))
        raw = float(1 / (1 + np.exp(-2.0 * odds)))
        out.append(
            Item(
                "free" if k % 2 else "words",
                k // 2 % 2,
                figures,
                right,
                raw,
                True,
                ((other, 0.4, other_right),),
                words,
            )
        )
    return out


def test_the_fit_finds_the_odds_and_keeps_its_promise_on_fresh_ones() -> None:
    made = fit(drawn(3000, 1), 0.9)
    scale = made.weights[AT] / made.scale[AT]
    assert scale == pytest.approx(0.5, abs=0.08)
    fresh = drawn(2000, 2)
    inside = [probabilities(made, i)[i.answer] >= made.threshold for i in fresh]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.03)
    assert made.word(0.6) < 0.6 < made.word(0.999)


def test_the_report_is_of_the_half_that_the_fit_has_not_seen() -> None:
    found = Report(drawn(6000, 3), 0.9)
    free = found.data["free"]
    assert free["n"] == 3000 and free["ece"] < 0.5 * free["ece_before"]
    assert free["covered"] == pytest.approx(0.9, abs=0.04)
    assert 1.0 <= free["options"] <= 3.0
    rates = found.data["thresholds"]
    assert rates[0]["wrong_moved"] > rates[-1]["wrong_moved"]
    assert rates[0]["needless"] < rates[-1]["needless"]
    assert "| free | 3000 |" in found.table()


def test_pictures_are_drawn(tmp_path) -> None:
    pytest.importorskip("matplotlib")
    Report(drawn(200, 4), 0.9).draw(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "abstention_reliability.png",
        "abstention_risk_coverage.png",
    ]


def test_all_right_or_all_wrong_can_not_be_told_apart() -> None:
    with pytest.raises(ValueError, match="right and wrong plans"):
        fit([i for i in drawn(50, 5) if i.right], 0.9)


def test_figures() -> None:
    right, sure = np.asarray([1.0, 0.0, 1.0, 0.0]), np.asarray([0.9, 0.8, 0.7, 0.1])
    assert auc(right, sure) == 0.75
    share, risk = risk_coverage(right, sure)
    assert list(share) == [0.25, 0.5, 0.75, 1.0] and risk[-1] == 0.5
    assert aurc(right, sure) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert ece(np.ones(10), np.ones(10)) == 0.0
    assert list(rising(np.asarray([0.0, 1.0, 0.0, 1.0]))) == [0.0, 0.5, 0.5, 1.0]


def test_wordings_are_learnt_from_pairs() -> None:
    pairs = [
        ("put the red block away please".split(), "put red block elsewhere".split()),
        ("put the blue bowl away".split(), "put blue bowl elsewhere".split()),
        ("pick the red bowl please".split(), "pick red bowl".split()),
        ("pick the blue block".split(), "pick blue block".split()),
    ] * 4
    table = wordings.learn(pairs)
    assert max(table["red"], key=table["red"].get) == "red"
    assert max(table["bowl"], key=table["bowl"].get) == "bowl"
    assert table["away"]["put"] + table["away"]["elsewhere"] > 0.9
    assert table["the"][""] > 0.3
    assert "scarce" not in wordings.learn([*pairs, (["scarce"], ["pick"])])


def test_plans_are_the_same_where_they_end_alike() -> None:
    line = {
        "id": "x-1", "person": "child", "plan": "put [ the red object ] in [ the bowl ]",
        "command": "the red thing wants a bath in the bowl",
        "scene": [{"kind": "block", "color": "red", "position": [0.45, 0.1]},
                  {"kind": "bowl", "color": "blue", "position": [0.55, -0.1]}],
    }  # fmt: skip
    from llmagentos.lang import codec as compact

    meant = Meant(read(line))
    assert meant.same(compact.parse("put [ the block ] in [ a blue bowl ]"))
    assert not meant.same(compact.parse("put [ the block ] next_to [ a blue bowl ]"))
    assert not meant.same(compact.parse("put [ the bowl ] in [ the bowl ]"))
    unsaid = Meant(read(line | {"plan": None, "wants": "to be hugged"}))
    assert unsaid.same(compact.parse("cannot other")) and not unsaid.same(compact.parse("home"))
