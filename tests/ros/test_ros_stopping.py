"""The time that the supervisor over ROS goes by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from llmagentos_ros.stopping import PassedTime


def test_without_skills_time_passes_by_joint_states() -> None:
    now = PassedTime()
    assert now() == 0.0
    assert now.take(100.0) and now() == 0.0  # wherever the robot's clock begins
    assert now.take(100.02) and now() == pytest.approx(0.02)
    assert now.take(40.0) and now() == pytest.approx(0.02)  # a clock that was set back
    assert now.take(70.0) and now() == pytest.approx(0.07)  # silence is not measured


def test_it_goes_on_over_skills_that_are_built_and_dropped() -> None:
    now, able = PassedTime(), _able(5.0)
    now.take(1.0)
    now.take(1.05)
    now.goes_by(able)
    assert now() == pytest.approx(0.05)
    able.passed_s = 7.0
    assert not now.take(3.0) and now() == pytest.approx(2.05)
    now.goes_by(_able(0.0))
    assert now() == pytest.approx(2.05)
    now.goes_by(None)
    assert now.take(9.0) and now() == pytest.approx(2.05)


def _able(passed_s: float) -> Any:
    return SimpleNamespace(passed_s=passed_s)
