"""Policies that correct skills: bounds, answers that are none, cards, and a push in PyBullet."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from llmagentos.errors import FileError, ModelError, ModelIntegrityError, SkillError
from llmagentos.skills.builtin.push import PUSH, RESIDUAL
from llmagentos.skills.learned import LearnedPolicy, policies_for
from llmagentos.skills.residual import (
    SCRIPTED,
    Adjustable,
    Correction,
    Feature,
    Policies,
    Residual,
)
from llmagentos.types import Pose

ZERO = dict.fromkeys((f.name for f in RESIDUAL.features), 0.0)
NAN = float("nan")


class Fixed:
    """Answers the same always, or does what it is told."""

    name = "fixed-r1"

    def __init__(self, answer: Sequence[float] | Callable[[], Sequence[float]]) -> None:
        self.answer = answer

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        return self.answer() if callable(self.answer) else self.answer


def asked(policies: Policies) -> Correction:
    waiting = policies.ask("push", RESIDUAL, ZERO, Pose((0.5, 0.0, 0.0)))
    with pytest.raises(StopIteration) as end:
        next(waiting)
    return end.value.value  # type: ignore[no-any-return]


def test_without_a_policy_nothing_is_corrected() -> None:
    got = asked(Policies())
    assert got.by == SCRIPTED and not any(got.values.values())


def test_a_correction_stays_within_what_the_skill_declares() -> None:
    got = asked(Policies({"push": Fixed([-9.0, 0.5])}))
    bounds = {a.name: a.most for a in RESIDUAL.adjustables}
    assert got.by == "fixed-r1"
    assert got.values == {"end_m": -bounds["end_m"], "speed": 0.5}


def _raise() -> Sequence[float]:
    raise ModelError("expected a network, got none")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([0.0, NAN], "nan"),
        ([math.inf, 0.0], "inf"),
        ([0.0], "1 values, not 2"),
        (_raise, "expected a network"),
        (["far"], "far"),
    ],
)
def test_what_is_no_answer_leaves_the_scripted_skill(answer: Any, why: str) -> None:
    policies = Policies({"push": Fixed(answer)})
    got = asked(policies)
    assert not any(got.values.values())
    assert got.by.startswith("scripted (fixed-r1 ") and why in got.by
    assert "push" in policies.by_skill  # the next answer may be one


def test_a_policy_that_is_too_slow_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 5.0, 6.0, 6.0))
    monkeypatch.setattr("llmagentos.skills.residual.time.monotonic", lambda: next(clock))
    policies = Policies({"push": Fixed([0.01, 0.0])})
    assert "took 5.00 s" in asked(policies).by
    assert asked(policies).by == SCRIPTED


def test_a_declaration_that_cannot_be() -> None:
    seen = (Feature("way_m", "m"),)
    with pytest.raises(SkillError, match="each name once"):
        Residual(seen, (Adjustable("way_m", "m", 0.1, ""),))
    with pytest.raises(SkillError, match="expected most of end_m to be positive, got nan"):
        Residual(seen, (Adjustable("end_m", "m", NAN, ""),))
    with pytest.raises(SkillError, match="expected features"):
        RESIDUAL.row({"way_m": 1.0})


# --- cards and networks -------------------------------------------------------------------


def network(bias: Sequence[float], features: int = len(RESIDUAL.features)) -> bytes:
    """An ONNX network that gives `bias` whatever it sees."""
    nodes = [helper.make_node("Gemm", ["features", "w", "b"], ["corrections"])]
    shapes = {"features": features, "corrections": len(bias)}
    ends = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", wide])
        for name, wide in shapes.items()
    }
    weights = [
        numpy_helper.from_array(np.zeros((features, len(bias)), np.float32), "w"),
        numpy_helper.from_array(np.array(bias, np.float32), "b"),
    ]
    graph = helper.make_graph(nodes, "p", [ends["features"]], [ends["corrections"]], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return bytes(model.SerializeToString())


def write(folder: Path, data: bytes, **changes: Any) -> Path:
    """A card with its network; returns the card's path."""
    (folder / "push.onnx").write_bytes(data)
    card = {
        "name": "push-t1",
        "skill": "push",
        "arms": ["panda"],
        "file": "push.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "features": [f.name for f in RESIDUAL.features],
        "adjustables": {a.name: a.most for a in RESIDUAL.adjustables},
    }
    path = folder / "push.yaml"
    path.write_text(yaml.safe_dump(card | changes, sort_keys=False), encoding="utf-8")
    return path


def test_a_network_with_its_card_is_a_policy(tmp_path: Path) -> None:
    write(tmp_path, network([0.01, -0.5]))
    policies = policies_for("panda", tmp_path)
    got = asked(policies)
    assert got.by == "push-t1"
    assert list(got.values.values()) == pytest.approx([0.01, -0.5])


def test_a_network_that_gives_nan_leaves_the_scripted_skill(tmp_path: Path) -> None:
    write(tmp_path, network([NAN, 0.0]))
    assert asked(policies_for("panda", tmp_path)).by.startswith("scripted (push-t1 gave [nan")


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"sha256": "0" * 64}, ModelIntegrityError, "expected SHA-256 0000"),
        ({"sha256": "none"}, SkillError, "sha256"),
        ({"skill": "juggle"}, SkillError, "expected a skill of pick, push, got 'juggle'"),
        ({"features": ["way_m"]}, SkillError, r"expected features .* got \['way_m'\]"),
        ({"adjustables": {"end_m": 1.0}}, SkillError, "expected adjustables .* got {'end_m': 1.0}"),
        ({"file": "away.onnx"}, ModelError, "away.onnx"),
        ({"arms": ["so101"]}, SkillError, "expected a policy for panda, got none"),
        ({"colour": "red"}, SkillError, "colour"),
    ],
)
def test_a_card_that_cannot_be(tmp_path: Path, changes: Any, error: Any, words: str) -> None:
    write(tmp_path, network([0.0, 0.0]), **changes)
    with pytest.raises(error, match=words):
        policies_for("panda", tmp_path)


def test_a_network_of_other_widths(tmp_path: Path) -> None:
    with pytest.raises(SkillError, match="expected 2 corrections, got 1"):
        LearnedPolicy(write(tmp_path, network([0.0])))
    with pytest.raises(ModelError, match="expected shape"):
        LearnedPolicy(write(tmp_path, network([0.0, 0.0], features=5)))
    with pytest.raises(ModelError, match="expected a loadable ONNX network"):
        LearnedPolicy(write(tmp_path, b"no network"))


def test_scripted_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert not policies_for("panda", "scripted").by_skill
    with pytest.raises(FileError, match="expected scripted, learned or a folder"):
        policies_for("panda", tmp_path / "none")
    (tmp_path / "b.yaml").write_text(write(tmp_path, network([0.0] * 2)).read_text())
    with pytest.raises(SkillError, match="expected one policy for push, got two"):
        policies_for("panda", tmp_path)


def test_what_is_shipped_loads_and_only_for_its_arms() -> None:
    shipped = policies_for("panda").by_skill
    assert "push" in shipped
    for name, policy in shipped.items():
        assert isinstance(policy, LearnedPolicy) and policy.card.skill == name
        assert policy.card.trained_by.startswith("python -m sim.rl.hindsight")
        assert policy.name == policy.card.name
    assert not policies_for("so101").by_skill


def test_a_skill_says_what_may_be_corrected() -> None:
    assert PUSH.residual is RESIDUAL
    onnx.checker.check_model(onnx.load_from_string(network([0.0])))
