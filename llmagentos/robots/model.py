"""Where an arm's links are: the kinematic chain of its URDF, as pinocchio reads it.

Knows: joint values to placements. Does not know: inverse kinematics, shapes, obstacles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robots.specs import ArmSpec

Matrix = NDArray[np.float64]


def whole_model(urdf: str) -> pin.Model:
    """The chain with its fingers. RobotError where pinocchio cannot read it."""
    try:
        return pin.buildModelFromXML(urdf)
    except (ValueError, RuntimeError) as exc:
        raise RobotError(f"expected a URDF that pinocchio reads, got {exc}") from exc


def arm_model(spec: ArmSpec) -> pin.Model:
    """The chain of the arm's joints alone, in the spec's order; all others stand at zero."""
    whole = whole_model(spec.urdf)
    others = [i for i in range(1, whole.njoints) if whole.names[i] not in spec.joint_names]
    model = pin.buildReducedModel(whole, others, pin.neutral(whole))
    order = tuple(model.names)[1:]
    if order != spec.joint_names:
        raise RobotError(
            f"{spec.name}: expected joints in the chain's order {list(order)}, "
            f"got {list(spec.joint_names)}"
        )
    return model


class ArmModel:
    """Placements of all links of one arm. Not safe to share between threads."""

    def __init__(self, spec: ArmSpec) -> None:
        self.spec = spec
        self._model = whole_model(spec.urdf)
        self._data = self._model.createData()
        self._q = pin.neutral(self._model)
        self._arm = [self._index(name) for name in spec.joint_names]
        self._fingers = [self._index(name) for name in spec.gripper.linkage(0.0)]

    def _index(self, name: str) -> int:
        return int(self._model.idx_qs[self._model.getJointId(name)])

    def placements(
        self, positions: Sequence[float], opening_m: float, links: Sequence[str]
    ) -> dict[str, Matrix]:
        """4x4 poses of `links` in the base frame, with the fingers at an opening."""
        self._q[self._arm] = positions
        self._q[self._fingers] = list(self.spec.gripper.linkage(opening_m).values())
        pin.framesForwardKinematics(self._model, self._data, self._q)
        return {link: self._data.oMf[self._model.getFrameId(link)].homogeneous for link in links}

    def links_beyond(self, joint: str) -> frozenset[str]:
        """Links that move with a joint, those of joints after it included."""
        model, first = self._model, self._model.getJointId(joint)
        beyond = set()
        for frame in model.frames:
            above = frame.parentJoint
            while above > first:
                above = model.parents[above]
            if above == first and frame.type == pin.FrameType.BODY:
                beyond.add(frame.name)
        return frozenset(beyond)
