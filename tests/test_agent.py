"""The agent's loop and life cycle on a real simulated robot, with a scripted planner.

The planner implements the real port; the shipped model is tested in tests/test_demo.py.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from llmagentos import (
    Agent,
    AgentState,
    ExecutionModule,
    LearningModule,
    Outcome,
    PlanningModule,
    PlanRequest,
    PlanResult,
)
from llmagentos.errors import (
    LifecycleError,
    ModelError,
    NumberRuleError,
    PlanCancelledError,
    SceneError,
)
from llmagentos.lang import codec as compact
from llmagentos.types import Action

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.15]},
        {"kind": "block", "color": "green", "position": [0.55, 0.20]},
        {"kind": "bowl", "color": "blue", "position": [0.50, -0.15]},
    ]
}


class ScriptedPlanner(PlanningModule):
    """Answers with the plan that the command itself spells in compact notation."""

    def __init__(self) -> None:
        self.requests: list[PlanRequest] = []

    def plan(self, request: PlanRequest) -> PlanResult:
        self.requests.append(request)
        if request.command == "break":
            raise ModelError("expected a model, got none")
        plan = compact.parse(request.command)
        return PlanResult(plan, request.command, engine={"backend": "scripted"})


class Brooding(ScriptedPlanner):
    """Thinks about "brood" until it is cancelled; tells when it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.thinks = threading.Event()

    def plan(self, request: PlanRequest) -> PlanResult:
        if request.command == "brood":
            self.thinks.set()
            assert request.cancelled.wait(60.0), "nobody cancelled"
            raise PlanCancelledError("expected a plan, got cancelled")
        return super().plan(request)


class Clumsy(ExecutionModule):
    """Breaks as it begins to rotate, and while it pushes."""

    def start(self, plan: Any, command: str = "") -> None:
        self.plan = plan
        if plan == Action("rotate"):
            raise ZeroDivisionError

    def tick(self) -> Outcome | None:
        if self.plan == Action("push"):
            raise ZeroDivisionError
        return Outcome("succeeded", "done")

    def stop(self) -> Outcome:
        return Outcome("failed", "I stopped.")


class Diary(LearningModule):
    def __init__(self) -> None:
        self.seen: list[Mapping[str, Any]] = []

    def observe(self, episode: Mapping[str, Any]) -> None:
        self.seen.append(episode)


@pytest.fixture()
def agent() -> Iterator[Agent]:
    with Agent.in_simulation(SCENE, planning=ScriptedPlanner(), learning=Diary()) as agent:
        yield agent


def _truth(result: Any, name: str) -> Mapping[str, Any]:
    return next(o for o in result.objects if o["id"] == name)


def test_a_command_moves_the_block_into_the_bowl(agent: Agent) -> None:
    result = agent.command("put [ the red block ] in [ the blue bowl ]")
    assert result.status == "succeeded", result.reply
    block, bowl = _truth(result, "red_block"), _truth(result, "blue_bowl")
    assert abs(block["position"][0] - bowl["position"][0]) < 0.04
    assert abs(block["position"][1] - bowl["position"][1]) < 0.04
    assert result.held is None
    assert result.timings.first_motion_s is not None
    assert result.timings.sim_s > 1.0
    assert agent.learning.seen[-1]["status"] == "succeeded"  # type: ignore[attr-defined]


def test_two_commands_and_undo_in_one_session(agent: Agent) -> None:
    first = agent.command("put [ the green block ] at front_right")
    assert first.status == "succeeded", first.reply
    before = next(o for o in first.initial_objects if o["id"] == "green_block")
    back = agent.command("undo")
    assert back.status == "succeeded", back.reply
    for now, was in zip(
        _truth(back, "green_block")["position"][:2], before["position"][:2], strict=True
    ):
        assert now == pytest.approx(was, abs=0.02)


def test_the_word_that_is_waited_for_needs_no_planner(agent: Agent) -> None:
    """The scripted planner would not know what "banana" is."""
    said = agent.command('when_told "banana" { home ; point at left }')
    assert said.status == "answered" and 'say "banana"' in said.reply
    done = agent.command("ok, banana!")
    assert done.status == "succeeded" and "pointed" in done.reply
    with_no_word = agent.command("banana")
    assert with_no_word.status == "failed" and "could not make a plan" in with_no_word.reply


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("slide the green block two feet and a half leftwards", '"two feet and a half"'),
        ("take three blocks 7 mm behind the bowl", '"7 mm"'),
        ("put 2 blocks in 3 bowls", "that"),
        ("some blocks behind it", '"some"'),
    ],
)
def test_numbers_that_no_plan_can_be_written_for_are_named(
    agent: Agent, said: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_way_on(request: PlanRequest) -> PlanResult:
        raise NumberRuleError("expected a plan with numbers that the words hold, got none")

    asked = agent.command("pick [ the block ]")
    with monkeypatch.context() as patched:
        patched.setattr(agent.planning, "plan", no_way_on)
        result = agent.command(said)
    assert (result.status, result.reply) == ("question", f"I did not understand {part}.")
    assert asked.status == "question"  # and goes on waiting for its answer
    assert agent.command("choose [ the green object ]").held == "green_block"


def test_an_unseen_object_is_asked_about_and_nothing_moves(agent: Agent) -> None:
    result = agent.command("pick [ the purple block ]")
    assert result.status == "question"
    assert "purple" in result.reply
    assert result.timings.first_motion_s is None


def test_ambiguous_reference_is_a_question_and_the_answer_continues(agent: Agent) -> None:
    asked = agent.command("pick [ the block ]")
    assert asked.status == "question"
    assert "red" in asked.reply and "green" in asked.reply
    done = agent.command("choose [ the green object ]")
    assert done.status == "succeeded", done.reply
    assert done.held == "green_block"


def test_refusal_moves_nothing(agent: Agent) -> None:
    result = agent.command("refuse harm_person")
    assert result.status == "refused"
    assert result.objects == result.initial_objects


@pytest.mark.parametrize("text", ["", "\x00", "x" * 5000])
def test_unreadable_commands_fail_with_the_reason(agent: Agent, text: str) -> None:
    result = agent.command(text)
    assert result.status == "failed"
    assert "can't read" in result.reply


def test_another_language_is_no_command_and_never_planned(agent: Agent) -> None:
    result = agent.command("положи красный кубик в миску")
    assert result.status == "cannot" and result.reply.startswith("I understand English only")
    assert agent.planning.requests == [] and result.plan is None  # type: ignore[union-attr]


def test_letters_that_only_look_so_are_refused_with_the_reason(agent: Agent) -> None:
    result = agent.command("point above [ the r\u0435d block ]")
    assert result.status == "failed" and result.plan is None
    assert 'expected Latin letters, got U+0435 in "r\u0435d"' in result.reply


def test_an_agent_that_was_never_started_and_cannot_see_says_so_and_tries_again() -> None:
    with Agent.in_simulation(SCENE, planning=ScriptedPlanner()) as agent:
        robot: Any = agent.robot
        capture = robot.cameras[0].capture
        robot.cameras[0].capture = lambda: replace(capture(), rgb=capture().rgb * 0)
        for result in (agent.command("home"), agent.perform(Action("home"))):
            assert result.status == "failed" and result.reply.startswith("I can't see")
            assert agent.state is AgentState.CREATED
        robot.cameras[0].capture = capture
        assert agent.command("home").status == "succeeded"


def test_planner_failure_is_reported_and_the_next_command_works(agent: Agent) -> None:
    assert agent.command("break").status == "failed"
    assert agent.command("home").status == "succeeded"


def test_stop_ramps_down_and_keeps_holding(agent: Agent) -> None:
    assert agent.command("pick [ the red block ]").status == "succeeded"
    assert agent.begin("place at back_right") is None
    for _ in range(5):
        assert agent.step() is None
    agent.stop()
    result = agent.step()
    assert result is not None and result.status == "failed"
    assert "stopped" in result.reply
    assert result.held == "red_block"
    assert max(abs(v) for v in agent.robot.driver.state().velocities) < 0.05


def test_life_cycle_is_checked() -> None:
    agent = Agent.in_simulation(SCENE, planning=ScriptedPlanner())
    assert agent.state is AgentState.CREATED
    agent.start()
    with pytest.raises(LifecycleError, match="expected a created agent to start"):
        agent.start()
    agent.pause()
    with pytest.raises(LifecycleError, match="paused"):
        agent.command("home")
    agent.resume()
    assert agent.begin("home") is None
    with pytest.raises(LifecycleError, match="while one is running"):
        agent.begin("home")
    while agent.step() is None:
        pass
    with pytest.raises(LifecycleError, match="expected a running command"):
        agent.step()
    agent.destroy()
    agent.destroy()
    with pytest.raises(LifecycleError, match="destroyed"):
        agent.command("home")
    with pytest.raises(LifecycleError, match="destroyed"):
        agent.reset()


def test_pause_holds_between_actions(agent: Agent) -> None:
    assert agent.begin("put [ the red block ] in [ the blue bowl ]") is None
    agent.step()
    agent.pause()
    for _ in range(200):
        assert agent.step() is None
    held_at = agent.robot.driver.now_s
    assert agent.step() is None
    assert agent.robot.driver.now_s == held_at
    agent.resume()
    while (result := agent.step()) is None:
        pass
    assert result.status == "succeeded", result.reply


def test_act_goes_past_the_language_model(agent: Agent) -> None:
    agent.start()
    seen = agent.reset()
    target = next(o for o in seen.objects if o.color == "red")
    result = agent.act(Action("pick", object_id=target.id))
    assert result.ok, result.reply
    assert result.held == "red_block"


def test_reset_takes_a_new_scene(agent: Agent) -> None:
    seen = agent.reset(
        {"objects": [{"kind": "ball", "color": "orange", "position": [0.5, 0.0]}]}, seed=3
    )
    assert [(o.kind, o.color) for o in seen.objects] == [("ball", "orange")]
    with pytest.raises(SceneError, match="colour"):
        agent.reset({"objects": [{"kind": "ball", "color": "octarine", "position": [0.5, 0]}]})


def test_act_while_busy_is_refused_and_the_command_goes_on(agent: Agent) -> None:
    assert agent.begin("put [ the red block ] in [ the blue bowl ]") is None
    assert agent.step() is None
    with pytest.raises(LifecycleError, match="expected an idle agent"):
        agent.act(Action("home"))
    while (result := agent.step()) is None:
        pass
    assert result.status == "succeeded", result.reply
    assert result.command == "put [ the red block ] in [ the blue bowl ]"


def test_an_exception_in_act_leaves_the_agent_idle() -> None:
    with Agent.in_simulation(SCENE, planning=ScriptedPlanner(), execution=Clumsy()) as agent:
        for action in (Action("rotate"), Action("push")):
            with pytest.raises(ZeroDivisionError):
                agent.act(action)
            assert agent.command("home").status == "succeeded"


def test_stop_while_idle_leaves_the_next_command_alone(agent: Agent) -> None:
    agent.stop()
    assert agent.command("home").status == "succeeded"
    agent.stop()
    assert agent.act(Action("home")).ok


def test_stop_from_another_thread_ends_an_action(agent: Agent) -> None:
    agent.start()
    began, driver = threading.Event(), agent.robot.driver
    driver.observers.append(began.set)

    def stop() -> None:
        began.wait(60.0)
        agent.stop()

    other = threading.Thread(target=stop)
    other.start()
    result = agent.act(Action("wait", duration_s=600.0))
    other.join()
    assert result.status == "failed" and "stopped" in result.reply


def test_stop_from_another_thread_ends_a_planner_that_thinks() -> None:
    planner = Brooding()
    with Agent.in_simulation(SCENE, planning=planner) as agent:

        def stop() -> None:
            planner.thinks.wait(60.0)
            agent.stop()

        other = threading.Thread(target=stop)
        other.start()
        result = agent.command("brood")
        other.join()
        assert result.status == "failed" and "stopped" in result.reply
        assert result.timings.first_motion_s is None
        assert agent.command("home").status == "succeeded"
