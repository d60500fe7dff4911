"""A skill from outside the package: one declaration, and both executors and the agent have it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from lab.scenes import blocks_and_bowls
from lab.session import Table

from llmagentos.errors import SkillError
from llmagentos.events import ActionStarted
from llmagentos.lang.node import Node, Slot
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus, succeeded
from llmagentos.skills import Skill, SymbolicSkills, register_skill, skills
from llmagentos.skills.catalog import doing_words, load_installed, unregister_skill
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import DURATION, SkillRun
from llmagentos.tasks import Moves, Scope, ended_badly, register_step, unregister_step
from llmagentos.tasks import succeeded as succeeded_well
from llmagentos.types import Action, Scene

#: The wrist turns so far to either side.
_SWING_RAD = 0.4


def _preview(scene: Scene, action: Action) -> Scene:
    """Nothing is anywhere else afterwards."""
    return scene


def _wave(context: Context, action: Action) -> SkillRun:
    """The last joint to and fro for as long as was said."""
    arm = context.arm
    start, began = arm.joints.copy(), arm.driver.now_s
    waves = 0
    while arm.driver.now_s - began < action.duration_s:
        for side in (1, -1):
            goal = start.copy()
            goal[-1] += side * _SWING_RAD
            yield from arm.to_joints(goal)
        waves += 1
    yield from arm.to_joints(start)
    return succeeded(f"waved {waves} times", waves=waves)


WAVE = Skill(
    name="wave",
    doing="waving",
    parameters=(DURATION,),
    uses=("arm",),
    hand="empty",
    failures=(Failure.HAND_FULL,),
    preview=_preview,
    run=_wave,
)


@pytest.fixture
def wave() -> Iterator[Skill]:
    register_skill(WAVE)
    yield WAVE
    unregister_skill("wave")


class Wave(Node):
    """The plan's step for it; what lang and tasks need of a step is tested in test_steps.py."""

    said = "wave"

    op: Literal["wave"] = "wave"


def wave_step(step: Wave, scope: Scope) -> Moves:
    report = yield Action("wave", duration_s=1.0, why=scope.words)
    if not succeeded_well(report):
        raise ended_badly("I could not wave", report)


class WaveFor(Node):
    """A step that needs no expander: its fields fill those of the one action."""

    said = "wave for {seconds} seconds"

    op: Literal["wave"] = "wave"
    seconds: Annotated[float, Slot(always=True)] = 1.0


def test_a_step_without_an_expander_is_one_action_of_its_skill(wave: Skill) -> None:
    register_step(WaveFor)
    try:
        table = Table()
        out = table.do("wave 2.5")
        assert out.status == "succeeded" and table.actions == ["wave"]
        table = Table(rehearses=False)
        table.do("pick [ the red block ]")
        out = table.do("wave 2.5")
        assert out.status == "failed" and out.reply.startswith("I could not wave")
    finally:
        unregister_step("wave")


@pytest.fixture
def step(wave: Skill) -> Iterator[None]:
    register_step(Wave, wave_step)
    yield
    unregister_step("wave")


def test_a_plan_has_it_as_a_step(step: None) -> None:
    table = Table()
    out = table.do("wave ; put [ the red block ] in [ the blue bowl ]")
    assert out.status == "succeeded" and table.actions[0] == "wave"
    assert out.reply.startswith("I waved")
    started = [e.words for e in table.events if isinstance(e, ActionStarted)]
    assert started[:2] == ["waving", "grasping the red block"]


def test_a_step_that_fails_tells_why(step: None) -> None:
    table = Table(rehearses=False)
    table.do("pick [ the red block ]")
    out = table.do("wave")
    assert out.status == "failed" and "I am holding the red block" in out.reply


def do(executor: SkillExecutor, action: Action) -> SkillReport:
    executor.start(action)
    report = executor.tick()
    while report.status is SkillStatus.RUNNING:
        report = executor.tick()
    return report


def test_in_memory(wave: Skill) -> None:
    executor = SymbolicSkills(blocks_and_bowls())
    before = executor.scene().objects
    assert do(executor, Action("wave", duration_s=2.0)).failure is None
    assert executor.scene().objects == before
    assert do(executor, Action("wave", duration_s=-1.0)).failure is Failure.INVALID_ACTION
    do(executor, Action("pick", "red_block"))
    assert do(executor, Action("wave", duration_s=2.0)).failure is Failure.HAND_FULL


def test_by_the_agent_on_the_simulated_arm(wave: Skill) -> None:
    pytest.importorskip("pybullet")
    from llmagentos import Agent, PlanningModule, PlanRequest, PlanResult

    class NoPlanner(PlanningModule):
        def plan(self, request: PlanRequest) -> PlanResult:
            raise AssertionError("expected no planning: an action is grounded already")

    scene = {"objects": [{"kind": "block", "color": "red", "position": [0.45, 0.1]}]}
    with Agent.in_simulation(scene, planning=NoPlanner()) as agent:
        agent.start()
        result = agent.act(Action("wave", duration_s=1.0))
        assert result.status == "succeeded" and "waved" in result.reply
        assert result.timings.sim_s > 1.0


def test_words_and_the_list_have_it(wave: Skill) -> None:
    assert skills()["wave"] is WAVE
    assert doing_words("wave", "the red block") == "waving"


def test_without_it_nobody_knows_it() -> None:
    executor = SymbolicSkills(blocks_and_bowls())
    assert do(executor, Action("wave")).failure is Failure.UNKNOWN_SKILL


def test_a_name_is_given_once(wave: Skill) -> None:
    register_skill(WAVE)  # the same one again is no contradiction
    with pytest.raises(SkillError, match="expected a new name for a skill, got 'wave' again"):
        register_skill(replace(WAVE, doing="saluting"))
    with pytest.raises(SkillError, match="'pick'"):
        unregister_skill("pick")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("hand", "full", "one of any, empty, holding, got 'full'"),
        ("parameters", ("duration_s",), "a tuple of Parameters"),
        ("parameters", DURATION, "a tuple of Parameters"),
        ("failures", ("hand_full",), "a tuple of Failures"),
        ("uses", ("wheels",), "a tuple of arm"),
        ("run", None, "a function, got None"),
        ("preview", "scene", "a function, got 'scene'"),
        ("name", "", "a word or more"),
    ],
)
def test_a_field_that_holds_what_it_cannot(field: str, value: Any, problem: str) -> None:
    with pytest.raises(SkillError, match=f"expected {field} of skill .* to be {problem}"):
        replace(WAVE, **{field: value})


def test_what_is_no_skill() -> None:
    with pytest.raises(SkillError, match="expected a Skill, got str"):
        register_skill("wave")  # type: ignore[arg-type]


def _raises(*_: Any) -> Any:
    raise ZeroDivisionError("no time")


def _no_report(*_: Any) -> Any:
    yield


@pytest.mark.parametrize(
    ("preview", "words"), [(_raises, "ZeroDivisionError: no time"), (print, "got None")]
)
def test_a_preview_that_breaks_is_a_failed_report(
    preview: Any, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad = replace(WAVE, preview=preview)
    executor = SymbolicSkills(blocks_and_bowls(), {"wave": bad})
    report = do(executor, Action("wave", duration_s=1.0))
    assert report.failure is Failure.SKILL_BROKE
    assert "my skill wave broke" in report.words and words in report.words
    assert "skill wave broke" in caplog.text


@pytest.mark.parametrize(
    ("run", "words"),
    [(_raises, "ZeroDivisionError: no time"), (_no_report, "got None"), (print, "TypeError")],
)
def test_a_run_that_breaks_is_a_failed_report(
    run: Any, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("pybullet")
    from lab.workbench import Workbench

    bench = Workbench()
    try:
        bench.set_up({"objects": [{"kind": "block", "color": "red", "position": [0.45, 0.1]}]})
        bench.skills._skills = {"wave": replace(WAVE, run=run), "home": skills()["home"]}
        report = do(bench.skills, Action("wave", duration_s=1.0))
        assert report.failure is Failure.SKILL_BROKE
        assert "my skill wave broke" in report.words and words in report.words
        assert "skill wave broke" in caplog.text
        assert do(bench.skills, Action("home")).failure is None, "the next one works"
    finally:
        bench.close()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where packages are installed; what they register is forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    load_installed.cache_clear()
    yield tmp_path
    shutil.rmtree(tmp_path / "greeting-1.0.dist-info")
    load_installed.cache_clear()
    sys.modules.pop("greeting", None)
    if "wave" in skills():
        unregister_skill("wave")


def install(site: Path, code: str) -> None:
    info = site / "greeting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[llmagentos.skills]\nwave = greeting:WAVE\n")
    (site / "greeting.py").write_text(code)


def test_an_installed_package_brings_one(site: Path) -> None:
    install(
        site,
        "from llmagentos.skills import Skill\n"
        "WAVE = Skill(name='wave', doing='waving', preview=lambda scene, action: scene, run=print)\n",
    )
    executor = SymbolicSkills(blocks_and_bowls())
    assert do(executor, Action("wave")).failure is None


@pytest.mark.parametrize("code", ["raise OSError('no disk')\n", "WAVE = 'wave'\n"])
def test_a_broken_package_is_named(site: Path, code: str) -> None:
    install(site, code)
    with pytest.raises(SkillError, match="greeting:WAVE"):
        SymbolicSkills(blocks_and_bowls())
