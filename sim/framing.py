"""Where an arm is while it works: what a picture for people must show.

Knows: the arm at rest and over its work area. Does not know: how a camera takes a picture.
"""

from __future__ import annotations

import itertools

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.robots.model import arm_model
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import Pose
from sim.cameras import CameraSpec, observer_spec

#: Lengths are at scale 1. So high over the table the hand goes, and so thick are an arm's links.
_OVER_M, _THICK_M = 0.25, 0.09


def observer_of(arm: ArmSpec, width: int = 960, height: int = 720) -> CameraSpec:
    """The camera for people that has all of an arm at work in its picture."""
    return observer_spec(width, height, arm.workspace, arm_points(arm))


def arm_points(arm: ArmSpec) -> NDArray[np.float64]:
    """Corners [N, 3] (base frame, m) of boxes around the arm's joints and its tip, at rest and with the hand
    over the corners and the middle of its work area."""
    kinematics, model, area = Kinematics(arm), arm_model(arm), arm.workspace
    postures = [kinematics.home]
    ends = [*itertools.product((area.x_min, area.x_max), (area.y_min, area.y_max)), area.middle]
    for x, y in ends:
        pose = Pose((x, y, area.table_z + _OVER_M * arm.scale))
        try:
            postures.append(kinematics.solve(Pose(pose.position, kinematics.best_yaw(pose))))
        except UnreachableError:  # not that high there
            continue
    data, places = model.createData(), []
    for joints in postures:
        pin.forwardKinematics(model, data, joints)
        places += [placement.translation.copy() for placement in list(data.oMi)[1:]]
        places.append(np.array(kinematics.tip_position(joints)))
    box = np.array([*itertools.product((-1.0, 1.0), repeat=3)]) * _THICK_M * arm.scale
    return (np.array(places)[:, None] + box).reshape(-1, 3)
