"""The values of the ports, so that they can travel.

Knows: which classes go between an agent and its modules. Does not know: how they travel. To be raised
in version when the meaning of one changes; changed fields are noticed without.
"""

from __future__ import annotations

from llmagentos import types
from llmagentos.events import EVENTS
from llmagentos.lang.plan import Plan
from llmagentos.messaging import register
from llmagentos.ports import modules, skills, understanding
from llmagentos.ports.failures import Failure

_KINDS = (
    types.Workspace, types.Pose, types.Hand, types.CameraFrame, types.RobotState, types.Observation,
    types.SceneObject, types.Scene, types.Action, types.MapPose, types.NamedPlace,
    types.BaseState, modules.PlanResult, modules.Outcome,
    understanding.Option, understanding.Understanding, understanding.Trust, skills.SkillStatus,
    skills.SkillReport, Failure, Plan,
)  # fmt: skip


def register_all() -> None:
    """Make them known to the codec; may be called twice."""
    for kind in (*_KINDS, *EVENTS.values()):
        register(kind)
    register(modules.PlanRequest, skip=("cancelled",))
