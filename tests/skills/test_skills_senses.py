"""What is noticed on the way: fingers that lose their hold, places that become empty; and what is
no such thing: an arm in the picture, noise, no picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from lab.arms import PANDA

from llmagentos.errors import LostGripError, MovedError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import InHand
from llmagentos.ports.hardware import RobotDriver
from llmagentos.skills.arm import Arm
from llmagentos.skills.belief import Belief
from llmagentos.skills.senses import LOOK_S, Senses
from llmagentos.types import Pose, RobotState, Scene, SceneObject

PERIOD = 1 / 60
CUBE = SceneObject(
    id="red_block", kind="block", color="red", size_m=0.04, height_m=0.04,
    position=(0.5, 0.1, 0.02), yaw=0.0,
)  # fmt: skip
#: Where the camera sees the cube's top and the table, m.
TOP, TABLE = 0.86, 0.90


class Hand(RobotDriver):
    """A driver that stands still; its fingers stand as a test says."""

    control_period_s = PERIOD
    now_s = 0.0

    def __init__(self) -> None:
        self.now_s, self.width_m = 0.0, 0.04

    def state(self) -> RobotState:
        return RobotState(PANDA.home_rad, (0.0,) * 7, self.width_m, self.now_s)

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        return tuple(positions)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        return width_m

    def advance(self) -> None:
        self.now_s += PERIOD


class Table:
    """Senses over one cube; `depth` is what the camera shows of it."""

    def __init__(self) -> None:
        self.hand, self.depth, self.glances = Hand(), self.showing(TOP), 0
        self.belief = Belief(lambda: Scene((CUBE,)))
        self.belief.look()
        self.senses = Senses(Arm(self.hand, Kinematics(PANDA), "sim"), self.belief, self.glance)

    def showing(self, *halves: float) -> np.ndarray:
        """A picture whose parts, left to right, are so far away, m."""
        return np.repeat(np.array(halves), 24 // len(halves))[None, :].repeat(24, 0).astype("f4")

    def glance(self, point: Any, half_m: float) -> Any:
        self.glances += 1
        assert point == (0.5, 0.1, 0.04) and 0 < half_m < 0.02
        return np.where(self.depth > 0, self.depth - TOP, np.nan)

    def after(self, seconds: float) -> Exception | None:
        """The first surprise within so many seconds."""
        for _ in range(round(seconds / PERIOD)):
            self.hand.advance()
            surprise = self.senses.surprise()
            if surprise is not None:
                return surprise
        return None


@pytest.fixture
def table() -> Table:
    return Table()


def hold(table: Table) -> None:
    table.belief.in_hand = InHand.of(CUBE, Pose(CUBE.position))
    table.senses.gripped()


@pytest.mark.parametrize("width_m", [0.0, 0.02, 0.06, 0.08])
def test_fingers_that_stand_otherwise_have_lost_it(table: Table, width_m: float) -> None:
    hold(table)
    assert table.after(0.5) is None
    table.hand.width_m = width_m
    surprise = table.after(0.1)
    assert isinstance(surprise, LostGripError) and "the red block slipped" in str(surprise)
    assert table.belief.in_hand is None and table.after(1.0) is None  # told once


def test_a_hold_that_gives_a_little_is_a_hold(table: Table) -> None:
    hold(table)
    for width_m in (0.036, 0.043, 0.032, 0.05):
        table.hand.width_m = width_m
        assert table.after(0.3) is None


def test_one_bad_measurement_is_no_loss(table: Table) -> None:
    hold(table)
    for width_m in (0.0, 0.04, 0.0, 0.04, 0.0, 0.0, 0.04):
        table.hand.width_m = width_m
        assert table.after(PERIOD) is None


def test_fingers_that_close_are_not_judged_before_they_hold(table: Table) -> None:
    table.belief.in_hand = InHand.of(CUBE, Pose(CUBE.position))
    table.hand.width_m = 0.0
    assert table.after(0.5) is None and not table.senses.lost()


def test_what_was_taken_while_nothing_moved_is_lost(table: Table) -> None:
    hold(table)
    table.hand.width_m = 0.0
    assert table.senses.lost()


def test_a_place_that_became_empty_is_noticed_at_the_next_glance(table: Table) -> None:
    table.senses.watch(CUBE)
    assert table.after(1.0) is None
    table.depth = table.showing(TABLE)
    surprise = table.after(LOOK_S + PERIOD)
    assert isinstance(surprise, MovedError) and "the red block was moved" in str(surprise)
    assert table.belief.scene().get("red_block") is None
    assert table.after(1.0) is None  # told once


@pytest.mark.parametrize(
    "shown",
    [
        (0.5,),  # the arm above it
        (0.5, TABLE),  # the arm above half of it
        (TOP, TOP, TABLE),  # pushed aside a little
        (0.0,),  # nothing known
        (np.nan,),
        (TOP + 0.01,),  # noise
    ],
)
def test_what_is_no_sign_of_anything(table: Table, shown: tuple[float, ...]) -> None:
    table.senses.watch(CUBE)
    table.depth = table.showing(*shown)
    assert table.after(2.0) is None and table.belief.scene().get("red_block") is not None


def test_an_arm_before_it_is_not_the_thing(table: Table) -> None:
    """It goes up step by step, and then the thing shows: nothing has moved. From then on it is seen."""
    table.depth = table.showing(TOP - 0.05)
    table.senses.watch(CUBE)
    for far in (TOP - 0.04, TOP - 0.03, TOP - 0.02, TOP):
        table.depth = table.showing(far)
        assert table.after(1.0) is None
    table.depth = table.showing(TABLE)
    assert isinstance(table.after(1.0), MovedError)


def test_noise_is_no_sign(table: Table) -> None:
    rng = np.random.default_rng(3)
    table.senses.watch(CUBE)
    for _ in range(40):
        grain = rng.normal(0.0, 0.004, (24, 24))
        table.depth = (table.showing(TOP) + grain).astype("f4")
        assert table.after(LOOK_S) is None


def test_glances_are_as_rare_as_they_are_said_to_be(table: Table) -> None:
    table.senses.watch(CUBE)
    assert table.after(4.0) is None and table.glances <= 1 + 4.0 / LOOK_S
    table.senses.unwatch()
    before = table.glances
    assert table.after(1.0) is None and table.glances == before


def test_without_a_picture_nothing_is_told(table: Table) -> None:
    table.senses.sight = None
    table.senses.watch(CUBE)
    assert table.after(1.0) is None
    table.senses.sight = lambda point, half_m: None
    table.senses.watch(CUBE)
    assert table.after(1.0) is None
