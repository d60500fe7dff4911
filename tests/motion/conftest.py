"""Every test of motion runs with every arm of tests/lab/arms.py, unless it is about one of them."""

from __future__ import annotations

import pytest
from lab.arms import ARMS

from llmagentos.motion.kinematics import Kinematics
from llmagentos.robots import ArmSpec


@pytest.fixture(scope="module", params=ARMS, ids=lambda spec: spec.name)
def spec(request: pytest.FixtureRequest) -> ArmSpec:
    return request.param


@pytest.fixture(scope="module")
def kinematics(spec: ArmSpec) -> Kinematics:
    return Kinematics(spec)
