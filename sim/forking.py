"""Carrying one world's physical state over into another, for "what would happen if".

Knows: joints, poses, speeds, and PyBullet's saved states.
Does not know: what either world will do next.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sim.truth import WorldTruth


def carry_state(source: WorldTruth, twin: WorldTruth, exact: bool) -> None:
    """Bring `twin`, built with the same objects, into `source`'s state.

    exact: with everything that contacts remember (both worlds must have been built alike).
    """
    if exact:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "state.bullet")
            source.client.saveBullet(path)
            for world in (source, twin):
                # A world that never had these contacts needs a second time to order them.
                restore_in_order(world, fileName=path)
                restore_in_order(world, fileName=path)
        return
    for joint in source.robot.moving:
        position, velocity = source.client.getJointState(source.robot.body, joint)[:2]
        twin.client.resetJointState(twin.robot.body, joint, position, velocity)
    for object_id in source.object_ids():
        linear, angular = source.client.getBaseVelocity(source.body_of(object_id))
        body = twin.body_of(object_id)
        position, turn = source.object_pose(object_id)
        twin.client.resetBasePositionAndOrientation(body, position, turn)
        twin.client.resetBaseVelocity(body, linear, angular)


def restore_in_order(world: WorldTruth, **saved: Any) -> None:
    """Restore a saved state so that its future depends on that state alone.

    PyBullet solves contacts in the order in which they came about, which no saved state holds.
    Taking everything apart first makes it find them anew, in an order that is always the same.
    """
    world.park_objects()
    world.robot.jump(world.robot.spec.home_rad, 0.0)
    world.client.performCollisionDetection()
    world.client.restoreState(**saved)
