"""The trainer of policies that correct skills: it finds what there is to find, and its file runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pybullet")

from llmagentos.skills.builtin.push import RESIDUAL as PUSH
from llmagentos.skills.grasp_corrections import RESIDUAL as PICK
from llmagentos.skills.learned import policies_for
from llmagentos.skills.residual import Residual
from sim.rl.outcomes import Learner, Steps
from sim.rl.policy_file import write_policy


def blank(residual: Residual, count: int, seed: int) -> tuple[Steps, dict[str, int]]:
    rng = np.random.default_rng(seed)
    wide = len(residual.adjustables)
    steps = {
        "trial": np.arange(count),
        "seen": np.zeros((count, len(residual.features)), np.float32),
        "action": rng.uniform(-1, 1, (count, wide)).astype(np.float32),
        "before": np.zeros((count, 2)),
        "after": np.zeros((count, 2)),
        "good": np.zeros(count, bool),
    }
    return steps, {f.name: i for i, f in enumerate(residual.features)}


def test_what_rolls_is_stopped_short_by_as_much_as_it_rolls_on(tmp_path: Path) -> None:
    steps, at = blank(PUSH, 160, seed=0)
    rolls = np.arange(160) % 2
    steps["seen"][:, at["rolls"]] = rolls
    # rolling things go on by 2 cm, whatever the speed; the others end where the stroke does
    steps["after"][:, 0] = 0.06 * steps["action"][:, 0] + 0.02 * rolls
    learner = Learner("push", seed=0, effort=0.4)
    assert learner.fit(steps)["model_off_m"] < 0.004
    write_policy(tmp_path, "t1", "push", ("panda",), learner.layers(), PUSH, "python -m", {})
    policy = policies_for("panda", tmp_path).by_skill["push"]
    row = [0.0] * len(PUSH.features)
    assert policy(row) == [0.0, 0.0]  # a first stroke of what does not roll is the scripted one
    row[at["rolls"]] = 1.0
    end, speed = policy(row)
    assert end == pytest.approx(-0.02, abs=0.007) and speed == pytest.approx(0.0, abs=0.5)


def test_the_hand_goes_to_where_it_was_pressed_from_and_turns_where_nothing_was_felt(
    tmp_path: Path,
) -> None:
    steps, at = blank(PICK, 600, seed=1)
    rng = np.random.default_rng(2)
    there = rng.normal(0, 0.012, (600, 2))
    blocked = np.arange(600) % 2
    steps["before"] = there
    steps["seen"][:, at["grasp"]] = 1.0
    steps["seen"][:, at["blocked"]], steps["seen"][:, at["missed"]] = blocked, 1 - blocked
    steps["seen"][:, at["size_m"]] = 0.05
    # a hand that is blocked is pressed away from the thing; what is missed lies along the fingers
    steps["seen"][:, at["met_y_m"]] = -blocked * there[:, 1]
    there[:, 0] *= np.where(blocked, 0.2, 2.0)
    there[:, 1] *= np.where(blocked, 2.0, 0.2)
    steps["seen"][:, at["met_y_m"]] = -blocked * there[:, 1]
    turned = np.abs(steps["action"][:, 2]) > 0.5
    left = there - 0.02 * steps["action"][:, :2]
    x, y = np.where(turned, left[:, 1], left[:, 0]), np.where(turned, left[:, 0], left[:, 1])
    steps["good"] = (np.abs(x) < 0.008) & (np.abs(y) < 0.015)
    learner = Learner("pick", seed=0, effort=0.4)
    learner.fit(steps)
    write_policy(tmp_path, "t2", "pick", ("panda",), learner.layers(), PICK, "python -m", {})
    policy = policies_for("panda", tmp_path).by_skill["pick"]
    row = [0.0] * len(PICK.features)
    row[at["size_m"]] = 0.05
    assert not any(policy(row))  # a first grasp
    row[at["grasp"]] = row[at["blocked"]] = 1.0
    row[at["met_y_m"]] = -0.02
    assert policy(row)[1] > 0.01
    row[at["met_y_m"]] = 0.02
    assert policy(row)[1] < -0.01
    row[at["blocked"]], row[at["missed"]], row[at["met_y_m"]] = 0.0, 1.0, 0.0
    assert abs(policy(row)[2]) > 1.0
