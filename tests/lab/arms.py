"""The arms that tests are run with."""

from __future__ import annotations

from llmagentos.robots import ArmSpec, load

PANDA: ArmSpec = load("panda")
UR5E: ArmSpec = load("ur5e")
#: Every arm that tests/motion must pass with: a redundant one and one with six joints.
ARMS = (PANDA, UR5E)
