"""Fingers whose description makes them harder to turn than anything of their size is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmagentos.robots import load
from sim.connection import connect, disconnect
from sim.robot import ArmBody

_LIGHT = 'ixx="5e-05" iyy="5e-05" izz="5e-05"'
_MARK = (
    '<link name="mark"/><joint name="marked" type="fixed"><parent link="moving_jaw_link"/>'
    '<child link="mark"/><origin xyz="0 0 0.08"/></joint></robot>'
)


def test_a_jaw_of_12_g_closes_whatever_its_file_says_of_its_inertia() -> None:
    so101 = load("so101")
    at = so101.urdf.index(_LIGHT, so101.urdf.index('<link name="moving_jaw_link">'))
    text = so101.urdf[:at] + so101.urdf[at:].replace(_LIGHT, 'ixx="1" iyy="1" izz="1"', 1)
    spec = replace(so101, urdf=text.replace("</robot>", _MARK))
    client, _ = connect(False, "tiny")
    arm = ArmBody(client, spec)
    arm.reset()
    arm.drive_gripper(0.0, 6.0)
    for _ in range(240):  # a second
        client.stepSimulation()
    assert arm.read()[2] == pytest.approx(0.0, abs=2e-3)
    disconnect(client)
