"""One simulated pick with an arm: what shows that its folder works at all.

Knows: a block in the middle of a work area, the skill that grasps it, simulator truth. Does not
know: how it is told (cli.robot).
"""

from __future__ import annotations

from llmagentos import composition
from llmagentos.builder import SIMULATED_PROFILE
from llmagentos.local_robot import observe
from llmagentos.perception import TabletopPerception
from llmagentos.ports.skills import SkillStatus
from llmagentos.robot_skills import skills_for
from llmagentos.robots import ArmSpec
from llmagentos.types import Action, Scene


def simulated_pick(robot: str, spec: ArmSpec) -> str:
    """Grasp and lift a block by what the camera sees; why it failed, by simulator truth, or "".

    robot: name or folder of `spec`. Raises MissingDependencyError without PyBullet.
    """
    area = spec.workspace
    at = [round((area.x_min + area.x_max) / 2, 3), round((area.y_min + area.y_max) / 2, 3)]
    block = {"kind": "block", "color": "red", "position": at}
    world = composition.Simulated({"robot": robot, "objects": [block]})
    try:
        perception = TabletopPerception(arm=spec)

        def look() -> Scene:
            return perception.perceive(observe(world.driver, world.cameras))

        skills = skills_for(world.driver, look, spec, SIMULATED_PROFILE).skills
        seen = [o for o in skills.see().objects if o.kind == "block"]
        if not seen:
            return "the camera over the table does not see the block"
        skills.start(Action("pick", object_id=seen[0].id))
        report = skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = skills.tick()
        if report.status is not SkillStatus.SUCCEEDED:
            return report.words or str(report.failure)
        return (
            ""
            if world.held()
            else (
                "the fingers closed, and the block stayed on the table: look at gripper.max_force_n, at "
                "tip_link (between the finger tips), and at how the gripper is mounted"
            )
        )
    finally:
        world.close()
