"""Evidence becomes a confidence, a word's confidence, and sets of plausible plans."""

from __future__ import annotations

import json

import numpy as np
import pytest

from llm_edge.calibration import DEFAULT, Calibration
from llm_edge.decoding import Generation, RunnerUp
from llm_edge.evidence import NAMES, Evidence, evidence
from llm_edge.wording import Wording
from llmagentos.errors import ModelError

NOTHING = Wording({}).account("", [])


def figures(**given: float) -> Evidence:
    return Evidence(np.asarray([given.get(n, 0.0) for n in NAMES]), NOTHING)


def test_surer_words_and_fewer_left_over_mean_more_confidence() -> None:
    sure = DEFAULT.confidence(figures(log_odds=6.0))
    assert sure > DEFAULT.confidence(figures(log_odds=1.0)) > 0.5
    assert sure > DEFAULT.confidence(figures(log_odds=6.0, missing_share=0.4))


def test_a_calibration_survives_its_file(tmp_path) -> None:
    assert Calibration.load(tmp_path) is DEFAULT
    (tmp_path / "calibration.json").write_text(json.dumps(DEFAULT.to_json()))
    assert Calibration.load(tmp_path) == DEFAULT


def test_a_file_of_other_figures_is_refused(tmp_path) -> None:
    data = DEFAULT.to_json()
    del data["figures"]["missing"]
    (tmp_path / "calibration.json").write_text(json.dumps(data))
    with pytest.raises(ModelError, match=r"calibration\.json.*calibrate again"):
        Calibration.load(tmp_path)
    for content in ("[]", "{}", "{", json.dumps(DEFAULT.to_json() | {"other": [1]})):
        (tmp_path / "calibration.json").write_text(content)
        with pytest.raises(ModelError, match=r"calibration\.json"):
            Calibration.load(tmp_path)


def test_options_share_what_the_first_plan_leaves() -> None:
    first = figures(log_odds=1.0)
    others = [(figures(log_odds=0.0), 0.5), (figures(log_odds=-3.0), 0.05)]
    p = DEFAULT.options(first, others)
    assert p[0] == DEFAULT.confidence(first)
    assert p[1] > p[2] > 0 and sum(p) < 1
    assert DEFAULT.options(first, []) == (p[0],)


def test_plausible_options_and_whether_none_of_them_is() -> None:
    assert DEFAULT.plausible((0.95, 0.02)) == ((0,), False)
    assert DEFAULT.plausible((0.4, 0.4, 0.05)) == ((0, 1), True)
    assert DEFAULT.plausible((0.05,)) == ((), True)


def test_evidence_of_a_plan() -> None:
    out = Generation(probabilities=[0.5, 1.0, 0.95], ended=0.9)
    out.runners_up = [RunnerUp(0, 3, 0.3, "push")]
    words = "pick [ ]".split()
    found = dict(zip(NAMES, evidence("grab it, then go", "", words, out, Wording({"x": {"": 1.0}})).figures,
                     strict=True))  # fmt: skip
    assert found["least_log"] == pytest.approx(np.log(0.5))
    assert found["second_log"] == pytest.approx(np.log(0.9))
    assert found["sum_log"] == pytest.approx(np.log(0.5 * 0.95 * 0.9))
    assert found["runner_up"] == 0.3 and found["wavering"] == 1
    assert found["unknown"] == 4 and found["answers"] == 0
    assert found["clauses"] == pytest.approx(np.log(3))
