"""Control steps, statuses, events, failures and retries of the executor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lab.scenes import blocks_and_bowls, thing
from lab.session import Table

from llmagentos.errors import LifecycleError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, failed
from llmagentos.skills.preview import with_object
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action, Scene


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("pick [ the red block ] ; refuse harm_person", "refused"),
        ("put [ the red block ] at left ; cannot cut", "cannot"),
        ("ask where [ the red block ]", "question"),
        ("put [ the block ] in [ the red bowl ]", "question"),
        ("put [ the red block ] in [ the pink bowl ]", "question"),
        ('put [ the object noun "giraffe" ] at left', "cannot"),
        ("put [ the red block ] at left ; put [ the pink block ] at left", "question"),
        ("put [ the red bowl ] on [ the red bowl ]", "cannot"),
        ("place at left", "cannot"),
        ("pick [ all block ]", "cannot"),
        ("put [ the zone ] at left", "cannot"),
        ("answer count [ all block ]", "answered"),
        ("undo", "cannot"),
    ],
)
def test_status_without_motion(text: str, status: str) -> None:
    t = Table()
    out = t.do(text)
    assert out.status == status
    assert t.actions == []
    assert out.reply
    assert bool(out.question) == (status == "question")


def test_for_each() -> None:
    t = Table()
    t.do("for_each [ all block ] { put [ the this object ] in [ the red bowl ] }")
    assert {t.get(f"{c}_block").support for c in ("red", "green", "blue")} == {"red_bowl"}


def test_for_each_leaves_out_what_things_go_into() -> None:
    t = Table(Scene((*blocks_and_bowls().objects[:3], blocks_and_bowls().objects[4])))
    out = t.do("for_each [ all object ] { put [ the this object ] in [ the red bowl ] }")
    assert out.status == "succeeded", out.reply
    assert {t.get(f"{c}_block").support for c in ("red", "green", "blue")} == {"red_bowl"}


def test_a_thing_that_is_not_in_the_bowl_is_not_the_bowl() -> None:
    t = Table(Scene((blocks_and_bowls().objects[4], blocks_and_bowls().objects[0])))
    out = t.do("put [ a object where no in [ the red bowl ] ] in [ the red bowl ]")
    assert out.status == "succeeded", out.reply
    assert t.get("red_block").support == "red_bowl"


def test_it_in_a_comparison_is_what_goes_there() -> None:
    t = Table()
    out = t.do("put [ the blue block ] in [ the bowl where same_color [ the it object ] ]")
    assert out.status == "succeeded", out.reply
    assert t.get("blue_block").support == "blue_bowl"


def test_first_and_last_in_turn_are_two_things() -> None:
    t = Table()
    out = t.do(
        "put [ the block order left ] in [ the blue bowl ] ; "
        "put [ the block order left ] in [ the blue bowl ]"
    )
    assert out.status == "succeeded", out.reply
    inside = {c for c in ("red", "green", "blue") if t.get(f"{c}_block").support == "blue_bowl"}
    assert inside == {"red", "blue"}


def test_if_and_else() -> None:
    t = Table()
    t.do("if exists [ a cup ] { put [ the red block ] at left } else { pick [ the blue block ] }")
    assert t.get("blue_block").held
    out = t.do("if exists [ a cup ] { home }")
    assert out.status == "answered"
    assert "no cup" in out.reply


def test_repeat_and_until() -> None:
    t = Table()
    t.do("repeat 2 { move [ the red block ] right dist 2 cm }")
    assert t.get("red_block").position[1] == pytest.approx(0.06)
    out = t.do("until count [ all block where in [ the red bowl ] ] ge 2 "
               "{ put [ a block where no in [ the red bowl ] ] in [ the red bowl ] }")  # fmt: skip
    assert out.status == "succeeded"
    assert len(t.skills.scene().on_top_of("red_bowl")) == 2


def test_an_endless_loop_ends() -> None:
    t = Table()
    assert t.do("until exists [ a cup ] { look }").status == "failed"
    t = Table()
    out = t.do("until exists [ a cup ] { rotate [ the red block ] ccw 30 }")
    assert out.status == "failed"
    assert "rounds" in out.reply


def test_records_and_events() -> None:
    t = Table()
    out = t.do("if exists [ a bowl ] { put [ the red block ] in [ the blue bowl ] }")
    assert [s["path"] for s in out.steps] == ["0", "0.0"]
    inner = out.steps[1]
    assert inner["op"] == "put"
    assert inner["status"] == "succeeded"
    assert {g["description"] for g in inner["grounded"]} == {"the red block", "the blue bowl"}
    assert [a["name"] for a in inner["actions"]] == ["pick", "place"]
    names = [e.name for e in t.events]
    assert names[0] == "step_started"
    assert names.count("step_done") == 2
    assert names.count("action_started") == names.count("action_done") == 2


class Slippery(SymbolicSkills):
    """The first `slips` picks fail, and the object has moved when they do."""

    slips = 1

    def _carried_out(self, action: Action) -> SkillReport:
        item = self._scene.get(action.object_id)
        if action.name != "pick" or self.slips == 0 or item is None:
            return super()._carried_out(action)
        self.slips -= 1
        x, y, z = item.position
        self.set_scene(with_object(self._scene, item, replace(item, position=(x + 0.03, y, z))))
        return failed(Failure.GRASP_FAILED, "it slipped")


def test_a_slip_is_tried_again() -> None:
    skills = Slippery(blocks_and_bowls())
    out = PlanExecutor(skills).run(compact.parse("put [ the red block ] in [ the red bowl ]"))
    assert out.status == "succeeded"
    assert [a["status"] for a in out.steps[0]["actions"]] == ["failed", "succeeded", "succeeded"]


def test_an_honest_failure_says_what_was_tried() -> None:
    skills = Slippery(blocks_and_bowls())
    skills.slips = 99
    out = PlanExecutor(skills).run(compact.parse("put [ the red block ] in [ the red bowl ]"))
    assert out.status == "failed"
    assert "3 times" in out.reply
    assert "slipped" in out.reply


class Sticky(SymbolicSkills):
    """Says that it has placed, but the object falls beside."""

    def _carried_out(self, action: Action) -> SkillReport:
        report = super()._carried_out(action)
        item = self._scene.get(action.object_id)
        if action.name == "place" and report.failure is None and item is not None:
            beside = (0.5, 0.0, item.height_m / 2)
            fallen = replace(item, position=beside, support="table", inside=False)
            self.set_scene(with_object(self._scene, item, fallen))
        return report


def test_success_is_measured_not_claimed() -> None:
    out = PlanExecutor(Sticky(blocks_and_bowls())).run(
        compact.parse("put [ the red block ] in [ the red bowl ]")
    )
    assert out.status == "failed"


def row_with_one_behind() -> Scene:
    """Three blocks that touch, and a golden one behind that leaves no room to grasp the middle."""
    places = [("red", 0.45, 0.0415), ("green", 0.45, 0.0), ("blue", 0.45, -0.0415)]
    row = [thing(f"{c}_block", "block", c, x, y) for c, x, y in places]
    return Scene((*row, thing("gold_block", "block", "gold", 0.491, 0.0)))


def test_what_is_in_the_way_of_the_fingers_is_moved_aside_in_memory_too() -> None:
    t = Table(row_with_one_behind())
    out = t.do("put [ the green block ] at front_left")
    assert out.status == "succeeded", out.reply
    assert t.actions == ["pick green_block", "pick gold_block", "place gold_block",
                         "pick green_block", "place green_block"]  # fmt: skip
    assert "gold block out of the way first" in out.reply
    assert out.steps[0]["actions"][0]["reason"] == "no_grasp"


class Slow(SymbolicSkills):
    """Never ends an action."""

    def tick(self) -> SkillReport:
        return SkillReport(SkillStatus.RUNNING)


def test_stop() -> None:
    executor = PlanExecutor(Slow(blocks_and_bowls()))
    executor.start(compact.parse("pick [ the red block ]"), "pick it")
    assert executor.tick() is None
    assert executor.tick() is None
    out = executor.stop()
    assert out.status == "failed"
    assert out.reply.startswith("I stopped.")
    assert out.steps[0]["reason"] == "stopped"


def test_tick_without_a_plan_is_an_error() -> None:
    with pytest.raises(LifecycleError):
        PlanExecutor(SymbolicSkills(blocks_and_bowls())).tick()
