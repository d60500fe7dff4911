"""What lies outside of the work area is refused before anything moves, in memory and in PyBullet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("pybullet")

from lab.scenes import scene, thing
from lab.session import Table
from lab.workbench import Workbench

from llmagentos.types import Scene

#: The work area ends at x 0.70 and y 0.35; 5 cm more the arm still goes.
FAR, NEARLY = 0.80, 0.74
WHY = "the blue bowl is outside my work area (x up to 0.70 m)"
CASES = [
    ("put [ the red block ] in [ the blue bowl ]", f"I can't place the red block: {WHY}."),
    (
        "stack [ the green block ] [ the red block ]",
        "I can't place the red block: the green block is outside my work area (y from -0.35 m).",
    ),
    ("put [ the red block ] above [ the blue bowl ]", "I can't get above the blue bowl: "),
    ("put [ the red block ] xy 0.5 0.1 z 0.9", "I can't get "),
]


def far_bowl(x: float = FAR) -> Scene:
    return scene(
        thing("red_block", "block", "red", 0.45, 0.10),
        thing("green_block", "block", "green", 0.50, -0.45),
        thing("blue_bowl", "bowl", "blue", x, 0.0),
    )


@pytest.mark.parametrize("rehearses", [True, False])
@pytest.mark.parametrize(("plan", "words"), CASES)
def test_it_is_refused_before_the_pick(plan: str, words: str, rehearses: bool) -> None:
    t = Table(far_bowl(), rehearses)
    out = t.do(plan)
    assert out.status == "cannot" and out.reply.startswith(words), out.reply
    assert t.actions == []


def test_a_later_step_out_of_reach_keeps_the_first_from_beginning() -> None:
    t = Table(far_bowl())
    out = t.do(f"put [ the red block ] left_of [ the green block ] ; {CASES[0][0]}")
    assert out.status == "cannot" and WHY in out.reply and t.actions == []


def test_what_is_held_already_stays_in_the_hand() -> None:
    t = Table(far_bowl())
    assert t.do("pick [ the red block ]").status == "succeeded"
    out = t.do("put [ the red block ] in [ the blue bowl ]")
    assert out.status == "cannot" and WHY in out.reply
    assert t.actions == ["pick red_block"] and t.get("red_block").held


def test_a_little_outside_is_tried() -> None:
    t = Table(far_bowl(NEARLY))
    assert t.do("put [ the red block ] in [ the blue bowl ]").status == "succeeded"


@pytest.fixture
def lab() -> Iterator[Workbench]:
    made = Workbench()
    yield made
    made.close()


def test_the_arm_never_leaves_home_for_it(lab: Workbench) -> None:
    block = {"id": "red_block", "kind": "block", "color": "red", "position": [0.45, 0.10]}
    bowl = {"id": "blue_bowl", "kind": "bowl", "color": "blue", "position": [FAR, 0.0]}
    lab.set_up({"objects": [block, bowl]})
    before = lab.world.state().positions
    out = lab.run(CASES[0][0])
    assert out.status == "cannot" and WHY in out.reply, out.reply
    assert lab.world.state().positions == before
