"""What every skill executor does alike: run by each implementation of the port."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from lab.scenes import scene, thing
from lab.still_base import MapBase

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus
from llmagentos.robots import load
from llmagentos.skills import SymbolicSkills, skills
from llmagentos.skills.declaration import COMMON_FAILURES
from llmagentos.skills.mobile import MobileSkills
from llmagentos.types import Action, Pose, RobotState

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.10]},
        {"kind": "block", "color": "green", "position": [0.50, 0.22]},
    ]
}
FREE = Pose((0.45, -0.15, 0.0))


@pytest.fixture(scope="module")
def physical() -> Iterator[Callable[[], SkillExecutor]]:
    pytest.importorskip("pybullet")
    from lab.workbench import Workbench

    bench = Workbench()

    def fresh() -> SkillExecutor:
        bench.set_up(SCENE)
        return bench.skills

    yield fresh
    bench.close()


def _symbolic() -> SkillExecutor:
    red = thing("red_block", "block", "red", 0.45, 0.10)
    return SymbolicSkills(scene(red, thing("green_block", "block", "green", 0.50, 0.22)))


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Callable[[], SkillExecutor]]:
    pytest.importorskip("pybullet")
    from sim.rehearsal import SimRehearsal

    panda = load("panda")
    home = RobotState(panda.home_rad, (0.0,) * 7, panda.max_opening_m, 0.0)
    rehearsal = SimRehearsal(panda, lambda: home, "sim")
    yield lambda: rehearsal.copy(_symbolic().scene(), 1)
    rehearsal.close()


@pytest.fixture(params=["physical", "rehearsed", "symbolic", "mobile"])
def executor(request: pytest.FixtureRequest) -> SkillExecutor:
    if request.param == "symbolic":
        return _symbolic()
    if request.param == "mobile":
        return MobileSkills(MapBase(), _symbolic())
    fresh: Callable[[], SkillExecutor] = request.getfixturevalue(request.param)
    return fresh()


def do(executor: SkillExecutor, action: Action) -> SkillReport:
    executor.start(action)
    report = executor.tick()
    for _ in range(600):
        if report.status is not SkillStatus.RUNNING:
            break
        report = executor.tick()
    skill = skills().get(action.name)
    declared = {*COMMON_FAILURES, *(skill.failures if skill else ())}
    assert (report.failure in declared) == (report.status is SkillStatus.FAILED)
    assert report.words or report.failure is None
    return report


def test_it_is_a_skill_executor(executor: SkillExecutor) -> None:
    assert isinstance(executor, SkillExecutor)
    assert executor.tick().status is SkillStatus.SUCCEEDED, "nothing was asked for"
    assert {o.id for o in executor.see().objects} == {o.id for o in executor.scene().objects}


def test_nothing_happens_before_the_first_tick(executor: SkillExecutor) -> None:
    before = executor.see()
    executor.start(Action("pick", "red_block"))
    assert executor.scene().objects == before.objects and executor.held is None


def test_what_is_held_is_believed_to_be_held(executor: SkillExecutor) -> None:
    assert do(executor, Action("pick", "red_block")).failure is None
    held = executor.scene().held
    assert held is not None and held.id == "red_block" == executor.held
    assert do(executor, Action("place", "red_block", FREE)).failure is None
    block = executor.scene().get("red_block")
    assert executor.held is None and block is not None and not block.held
    assert block.position[:2] == pytest.approx(FREE.position[:2], abs=0.015)


def test_a_report_stays_after_the_end(executor: SkillExecutor) -> None:
    report = do(executor, Action("pick", "nobody"))
    assert report.failure is Failure.NOT_SEEN
    assert executor.tick() is report


@pytest.mark.parametrize("idle", [True, False])
def test_stop_is_a_failure_that_stays(executor: SkillExecutor, idle: bool) -> None:
    if not idle:
        executor.start(Action("pick", "red_block"))
    report = executor.stop()
    assert report.status is SkillStatus.FAILED and report.failure is Failure.STOPPED
    assert report.words and report.details["held"] is None
    assert executor.tick() is report, "nothing resumes by itself"
    assert do(executor, Action("home")).failure is None, "but work goes on"


def test_stop_keeps_holding(executor: SkillExecutor) -> None:
    do(executor, Action("pick", "red_block"))
    report = executor.stop()
    assert report.details["held"] == "red_block" == executor.held
    assert "red block" in report.words


def test_a_new_action_replaces_the_one_under_way(executor: SkillExecutor) -> None:
    executor.start(Action("pick", "red_block"))
    assert do(executor, Action("home")).failure is None
    assert executor.held is None


def test_an_unknown_skill_is_reported(executor: SkillExecutor) -> None:
    report = do(executor, Action("dance"))
    assert report.failure is Failure.UNKNOWN_SKILL and "'dance'" in report.words


WRONG = [
    Action("pick"),
    Action("place", "red_block"),
    Action("place", "red_block", Pose((float("nan"), 0.0, 0.0))),
    Action("push", "red_block"),
    Action("push", pose=FREE),
    Action("rotate", "red_block", angle_rad=100.0),
    Action("point"),
    Action("wait", duration_s=-1.0),
    Action("wait", duration_s=float("nan")),
]


@pytest.mark.parametrize("action", WRONG, ids=lambda a: a.name)
def test_wrong_arguments_are_reported(executor: SkillExecutor, action: Action) -> None:
    report = do(executor, action)
    assert report.failure is Failure.INVALID_ACTION and "expected" in report.words


def test_reset_forgets_what_is_under_way(executor: SkillExecutor) -> None:
    executor.start(Action("pick", "red_block"))
    executor.reset()
    assert executor.tick().status is SkillStatus.SUCCEEDED and executor.held is None
