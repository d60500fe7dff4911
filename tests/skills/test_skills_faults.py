"""Faults while a command runs in PyBullet: moved, slipped, taken away, stopped. Judged by truth."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("pybullet")

from lab.workbench import Workbench

from benchmarks.oracle import oracle_scene
from llmagentos.errors import LifecycleError
from llmagentos.lang import codec as compact
from llmagentos.types import Scene

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.10], "yaw": 0.3},
        {"kind": "bowl", "color": "blue", "position": [0.55, -0.15]},
    ]
}
PUT = "put [ the red block ] in [ the blue bowl ]"


class Lab(Workbench):
    """Something happens while the block is put into the bowl."""

    def once(self, when: Callable[[], bool], act: Callable[[], object]) -> Callable[[], None]:
        """Something that happens a single time, at a moment."""
        left = [act]

        def check() -> None:
            if left and when():
                left.pop()()

        return check

    def carried_high(self) -> bool:
        z = self.world.object_pose("red_block")[0][2]
        return self.world.held_truth() == "red_block" and z > 0.15

    def reaching_down(self) -> bool:
        return self.world.held_truth() is None and self.world.robot.tip_pose()[0][2] < 0.2

    def in_bowl(self) -> bool:
        return self.distance_m("red_block", "blue_bowl") < 0.05 and self.at("red_block")[2] < 0.05


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(SCENE)
    yield made
    made.close()


def test_a_block_moved_while_the_hand_reaches_for_it(lab: Lab) -> None:
    moved = lab.once(
        lab.reaching_down, lambda: lab.world.teleport_object("red_block", [0.40, -0.02])
    )
    out = lab.run(PUT, moved)
    assert out.status == "succeeded" and lab.in_bowl()


def noticed_after_s(lab: Lab, when: Callable[[], bool], act: Callable[[], object]) -> float:
    """How long after `act` the block is believed to be neither held nor where it stood, s."""
    place = lab.at("red_block")[:2]
    times: list[float] = []

    def believed() -> bool:
        scene = lab.skills.scene()
        block = scene.get("red_block")
        return block is not None and (block.held or math.dist(block.position[:2], place) < 0.03)

    def watch() -> None:
        if not times and when():
            act()
            times.append(lab.world.now_s)
        elif len(times) == 1 and not believed():
            times.append(lab.world.now_s)

    out = lab.run(PUT, watch)
    assert out.status == "succeeded" and lab.in_bowl() and len(times) == 2
    return times[1] - times[0]


def test_what_happens_to_the_block_is_noticed_within_half_a_second(lab: Lab) -> None:
    away = lambda: lab.world.teleport_object("red_block", [0.40, -0.02])  # noqa: E731
    assert noticed_after_s(lab, lab.carried_high, away) <= 0.5
    lab.set_up(SCENE)
    moving = lambda: max(map(abs, lab.world.state().velocities)) > 0.3  # noqa: E731
    assert noticed_after_s(lab, moving, away) <= 0.5


def test_a_block_that_slips_out_of_the_hand_is_fetched_again(lab: Lab) -> None:
    slipped = lab.once(lab.carried_high, lambda: lab.world.send_gripper(0.08, 20.0))
    out = lab.run(PUT, slipped)
    assert out.status == "succeeded" and lab.in_bowl()


def test_the_bowl_moved_while_the_block_is_carried(lab: Lab) -> None:
    moved = lab.once(
        lab.carried_high, lambda: lab.world.teleport_object("blue_bowl", [0.40, -0.25])
    )
    out = lab.run(PUT, moved)
    assert out.status == "succeeded" and lab.in_bowl()


def test_a_block_that_always_gets_away_is_an_honest_failure(lab: Lab) -> None:
    places = [[0.40, -0.02], [0.45, 0.10]]

    def tease() -> None:
        if lab.reaching_down() and lab.world.robot.tip_pose()[0][2] < 0.08:
            lab.world.teleport_object("red_block", places[0])
            places.reverse()

    out = lab.run(PUT, tease)
    assert out.status == "failed" and not lab.in_bowl()
    assert "red block" in out.reply and "tried" in out.reply


def test_a_block_taken_away_is_missed(lab: Lab) -> None:
    def gone() -> Scene:
        seen = oracle_scene(lab.world)
        return dataclasses.replace(
            seen, objects=tuple(o for o in seen.objects if o.id != "red_block")
        )

    def take_away() -> None:
        lab.world.teleport_object("red_block", [0.9, 0.5])
        lab.look = gone

    out = lab.run(PUT, lab.once(lab.reaching_down, take_away))
    assert out.status == "failed" and "red block" in out.reply


def test_stop_in_the_middle_ramps_down_and_keeps_holding(lab: Lab) -> None:
    lab.executor.start(compact.parse(PUT), PUT)
    while not lab.carried_high():
        assert lab.executor.tick() is None
    lab.executor.tick()
    started = lab.world.now_s
    out = lab.executor.stop()
    assert lab.world.now_s - started <= 0.3
    assert max(map(abs, lab.world.state().velocities)) < 0.02
    assert lab.world.held_truth() == "red_block"
    assert out.status == "failed" and "I stopped" in out.reply and "x 0." in out.reply
    with pytest.raises(LifecycleError):  # nothing resumes by itself
        lab.executor.tick()
    again = lab.run(PUT)
    assert again.status == "succeeded" and lab.in_bowl()
    assert not lab.gate.rejections
