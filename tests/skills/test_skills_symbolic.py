"""Symbolic skills: effects, and reasons where an action could not work."""

from __future__ import annotations

import pytest
from lab.scenes import blocks_and_bowls

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action, Pose


def do(skills: SymbolicSkills, *args: object, **kwargs: object) -> Failure | None:
    skills.start(Action(*args, **kwargs))  # type: ignore[arg-type]
    return skills.tick().failure


def test_it_is_a_skill_executor() -> None:
    assert isinstance(SymbolicSkills(blocks_and_bowls()), SkillExecutor)


def test_pick_and_place_move_the_object() -> None:
    skills = SymbolicSkills(blocks_and_bowls())
    assert do(skills, "pick", "red_block") is None
    assert skills.scene().held is not None
    pose = Pose((0.60, 0.15, 0.006), 0.2)
    assert do(skills, "place", "red_block", pose, "blue_bowl", True) is None
    block = skills.scene().get("red_block")
    assert block is not None
    assert (block.support, block.inside, block.held) == ("blue_bowl", True, False)
    assert block.bottom_z == pytest.approx(0.006)


def test_contents_ride_along() -> None:
    skills = SymbolicSkills(blocks_and_bowls())
    do(skills, "pick", "red_block")
    do(skills, "place", "red_block", Pose((0.60, 0.15, 0.006)), "blue_bowl", True)
    do(skills, "pick", "blue_bowl")
    assert do(skills, "place", "blue_bowl", Pose((0.45, 0.10, 0.0))) is None
    block = skills.scene().get("red_block")
    assert block is not None
    assert block.position[:2] == pytest.approx((0.45, 0.10))


def test_reasons() -> None:
    skills = SymbolicSkills(blocks_and_bowls())
    assert do(skills, "pick", "nobody") is Failure.NOT_SEEN
    assert do(skills, "pick", "gray_zone") is Failure.UNMOVABLE
    assert do(skills, "place", "red_block", Pose((0.5, 0.0, 0.0))) is Failure.NOT_HOLDING
    do(skills, "pick", "red_block")
    assert do(skills, "pick", "blue_block") is Failure.HAND_FULL
    assert do(skills, "place", "red_block", Pose((0.56, -0.1, 0.0))) is Failure.IN_THE_WAY
    assert do(skills, "place", "red_block", Pose((0.9, 0.0, 0.0))) is Failure.UNREACHABLE
    assert do(skills, "place", "red_block", Pose((0.55, -0.1, 0.04)), "blue_block") is None
    assert do(skills, "pick", "blue_block") is Failure.COVERED
    assert do(skills, "push", "red_block", Pose((0.5, 0.0, 0.0))) is Failure.NOT_ON_TABLE


def test_push_rotate_point_and_stop() -> None:
    skills = SymbolicSkills(blocks_and_bowls())
    assert do(skills, "push", "red_block", Pose((0.5, 0.05, 0.0))) is None
    assert do(skills, "rotate", "red_block", angle_rad=1.0) is None
    block = skills.scene().get("red_block")
    assert block is not None
    assert block.position[:2] == pytest.approx((0.5, 0.05))
    assert block.yaw == pytest.approx(1.0 - 3.14159265 / 2)
    assert do(skills, "point", pose=Pose((0.5, 0.1, 0.1))) is None
    assert skills.pointed_at == (0.5, 0.1, 0.1)
    assert skills.stop().words == "My hand is empty."
