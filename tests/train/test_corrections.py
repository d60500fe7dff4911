"""The trainer of policies that correct skills: it finds what there is to find, and its file runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pybullet")

from llmagentos.skills.builtin.push import RESIDUAL
from llmagentos.skills.learned import policies_for
from sim.rl.corrections import Learner, Step, act
from sim.rl.policy_file import counter_of, write_policy

COUNTER = counter_of(RESIDUAL)


def one_step_trials(count: int, seed: int) -> list[Step]:
    """Best is 0.6 of the third feature in the first action, and nothing in the second."""
    rng = np.random.default_rng(seed)
    steps = []
    for _ in range(count):
        seen = rng.uniform(-1, 1, len(RESIDUAL.features)).astype(np.float32) * 0.05
        seen[COUNTER] = 1.0  # a second attempt: the first is left alone
        action = rng.uniform(-1, 1, 2).astype(np.float32)
        off = abs(float(action[0]) - 12.0 * float(seen[2]))
        reward = 1.0 - off - abs(float(action[1])) + rng.normal(0, 0.1)
        steps.append(Step(seen, action, float(reward), None))
    return steps


def test_it_learns_what_depends_on_what_is_seen_and_the_file_says_the_same(tmp_path: Path) -> None:
    learner = Learner(len(RESIDUAL.features), 2, COUNTER, seed=0, critics=2, sweeps=2)
    blank = learner.layers()
    fresh = np.array([s.seen for s in one_step_trials(200, seed=1)])
    assert not np.any(
        [act(blank, seen, COUNTER) for seen in fresh]
    )  # it begins as the scripted skill
    learner.fit(one_step_trials(500, seed=0))
    layers = learner.layers()
    given = np.array([act(layers, seen, COUNTER) for seen in fresh])
    assert np.corrcoef(given[:, 0], fresh[:, 2])[0, 1] > 0.9
    assert np.mean(np.abs(given[:, 0] - 12.0 * fresh[:, 2])) < 0.2
    assert np.mean(np.abs(given[:, 1])) < 0.15

    write_policy(tmp_path, "push-t1", "push", ("panda",), layers, RESIDUAL, "python -m", {})
    policy = policies_for("panda", tmp_path).by_skill["push"]
    most = [a.most for a in RESIDUAL.adjustables]
    first = fresh[0].copy()
    first[COUNTER] = 0.0
    assert policy(first.tolist()) == [0.0, 0.0]
    for seen, wanted in zip(fresh[:20], given[:20], strict=True):
        assert policy(seen.tolist()) == pytest.approx((wanted * most).tolist(), abs=1e-5)


def test_what_comes_later_counts_for_what_comes_first() -> None:
    rng = np.random.default_rng(0)
    steps = []
    for _ in range(400):  # a bold first step costs something, and makes the second one worth more
        seen = np.zeros(len(RESIDUAL.features), np.float32)
        seen[COUNTER] = 1.0
        after = seen.copy()
        first, second = rng.uniform(-1, 1, (2, 2)).astype(np.float32)
        after[COUNTER], after[3] = 2.0, first[0]
        steps.append(Step(seen, first, -0.2 * float(first[0]), after))
        steps.append(Step(after, second, float(first[0]), None))
    learner = Learner(len(RESIDUAL.features), 2, COUNTER, seed=0, critics=2, sweeps=3)
    learner.fit(steps)
    asked = np.zeros(len(RESIDUAL.features), np.float32)
    assert act(learner.layers(), asked, COUNTER)[0] == 0.0  # a first attempt
    asked[COUNTER] = 1.0
    assert act(learner.layers(), asked, COUNTER)[0] > 0.5
