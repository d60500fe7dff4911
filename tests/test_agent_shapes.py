"""One class, many agents: a language model alone, four modules, a program, and a robot."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from test_agent import SCENE, ScriptedPlanner

from llmagentos import (
    LLM,
    Agent,
    AgentState,
    ExecutionModule,
    LearningModule,
    PerceptionModule,
    PlanningModule,
)
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import AgentFailedError, LifecycleError, ModelNotFoundError, SceneError
from llmagentos.safety.runner import Supervisor
from llmagentos.types import Action, Observation
from sim.scene import SceneSpec
from sim.world import SimWorld

# --- a language model alone -----------------------------------------------------------------


class Echo:
    def generate_text(self, prompt: str, **options: Any) -> str:
        return f"{prompt}, {prompt}!"


def test_an_agent_with_only_a_language_model_writes_text() -> None:
    agent = Agent(Echo())
    assert agent.generate_text("hello") == "hello, hello!"
    with pytest.raises(LifecycleError, match="expected an agent with a robot, got one without"):
        agent.command("go home")
    with pytest.raises(LifecycleError, match="with a language model"):
        Agent().generate_text("hello")


def test_a_name_that_is_no_model_says_what_there_is() -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        LLM("gpt-3")
    for words in ("model list", DEFAULT_MODEL, "Hugging Face", "OpenAI-compatible", "'gpt-3'"):
        assert words in str(caught.value)


# --- four modules ---------------------------------------------------------------------------


class Doubling(PerceptionModule):
    def perceive(self, observation: int) -> int:
        return 2 * observation


class Naming(PlanningModule):
    def plan(self, features: int) -> str:
        return f"up {features}"


class Counting(ExecutionModule):
    def reset(self) -> int:
        self.at = 1
        return self.at

    def execute(self, action: str) -> tuple[int, float]:
        self.at += int(action.split()[1])
        return self.at, float(self.at > 5)


class Notes(LearningModule):
    def __init__(self) -> None:
        self.seen: list[tuple[int, float]] = []

    def learn(self, observation: int, reward: float) -> None:
        self.seen.append((observation, reward))


def test_four_modules_in_a_loop() -> None:
    learning = Notes()
    agent = Agent(Doubling(), Naming(), Counting(), learning)
    observation = agent.reset()
    assert observation == 1
    for _ in range(2):
        action = agent.act(observation)
        observation, reward = agent.step(action)
    assert (action, observation, reward) == ("up 6", 9, 1.0)
    assert learning.seen == [(3, 0.0), (9, 1.0)]
    assert agent.state is AgentState.CREATED


def test_a_module_that_is_missing_is_named() -> None:
    with pytest.raises(LifecycleError, match="with planning"):
        Agent(Doubling()).act(1)
    with pytest.raises(LifecycleError, match="with execution"):
        Agent(Doubling(), Naming()).step("up 1")


def test_an_execution_module_writes_one_of_two_sets_of_methods() -> None:
    class Nothing(ExecutionModule):
        pass

    with pytest.raises(NotImplementedError, match="expected Nothing to have execute, or start"):
        Agent(execution=Nothing()).step("up 1")


# --- a program ------------------------------------------------------------------------------


class Program(Agent):
    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.thread: threading.Thread | None = None

    def run(self) -> None:
        self.thread = threading.current_thread()
        self.begun.set()
        assert self.wait(60.0), "nobody stopped it"


def test_a_program_runs_in_its_own_thread_until_it_is_stopped() -> None:
    agent = Program()
    assert agent.state is AgentState.CREATED
    agent.stop()  # nothing runs yet: nothing to end
    agent.start()
    assert agent.begun.wait(60.0)
    assert agent.state is AgentState.RUNNING and not agent.stopping
    assert agent.thread is not threading.current_thread()
    assert not agent.join(0.0)
    with pytest.raises(LifecycleError, match="expected a created agent to start"):
        agent.start()
    agent.stop()
    assert agent.join(60.0)
    assert agent.state is AgentState.ENDED


def test_an_error_in_a_program_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    class Clumsy(Agent):
        def run(self) -> None:
            raise OSError("no such lamp")

    with caplog.at_level(logging.ERROR), Clumsy() as agent:
        agent.start()
        with pytest.raises(AgentFailedError, match=r"run\(\) of Clumsy .* OSError: no such lamp"):
            agent.join(60.0)
        assert agent.state is AgentState.FAILED
        assert isinstance(agent.error, OSError)
    assert "no such lamp" in caplog.text
    assert agent.state is AgentState.DESTROYED


def test_destroy_ends_a_program() -> None:
    agent = Program()
    agent.start()
    assert agent.begun.wait(60.0)
    agent.destroy()
    assert agent.thread is not None and not agent.thread.is_alive()
    assert agent.state is AgentState.DESTROYED


# --- a robot --------------------------------------------------------------------------------


def test_the_four_verbs_move_a_robot() -> None:
    with Agent.in_simulation(SCENE, planning=ScriptedPlanner()) as agent:
        scene = agent.reset()
        assert agent.robot is not None
        planned = agent.act(agent.robot.observe("pick [ the red block ]"))
        assert planned.plan.steps[0].op == "pick"
        observation, reward = agent.step(planned)
        assert isinstance(observation, Observation) and observation.frames
        assert reward == 1.0 and agent.robot.held() == "red_block"
        _, reward = agent.step(Action("pick", object_id=scene.objects[0].id))
        assert reward == -1.0  # the hand is full


def test_a_robot_in_this_process_by_driver_and_camera() -> None:
    """The simulated world as hardware: driver and camera are all that is used of it."""
    world = SimWorld(SceneSpec.from_dict(SCENE))
    with Agent.on_robot(
        world,
        [world.overhead],
        profile="sim",
        planning=ScriptedPlanner(),
        supervisor=Supervisor(lambda: world.now_s),  # a busy computer stops no simulated arm
    ) as agent:
        assert agent.robot is not None and agent.robot.simulation is None
        result = agent.command("pick [ the red block ]")
        assert result.status == "succeeded", result.reply
        assert result.held is not None and result.held.startswith("red_block")
        assert {o["kind"] for o in result.objects} == {"block", "bowl"}
        with pytest.raises(SceneError, match="no scene for a real robot"):
            agent.reset("demo")
    world.close()
