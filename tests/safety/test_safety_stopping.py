"""One session that anybody may stop: a real simulated arm, real sockets, real signals."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmagentos import Agent, PlanningModule, PlanRequest, PlanResult
from llmagentos.lang import codec
from llmagentos.runtime.sessions import FOLDER_VARIABLE, ask_all
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Answer, Measured
from llmagentos.safety.states import Mode
from llmagentos.safety.stopping import HOW_TO_RESET, StoppableSession
from llmagentos.safety.stopping import Measured as Found

SCENE = {"objects": [{"kind": "block", "color": "red", "position": [0.45, 0.15]}]}
PICK = "pick [ the red block ]"


class Notation(PlanningModule):
    """Reads the command as the plan's own notation; hangs at "hang" until the test lets it go."""

    def __init__(self) -> None:
        self.hangs, self.go_on = threading.Event(), threading.Event()

    def plan(self, request: PlanRequest) -> PlanResult:
        if request.command.startswith("hang"):
            self.hangs.set()
            self.go_on.wait(60)
            return PlanResult(codec.parse(PICK), PICK)
        return PlanResult(codec.parse(request.command), request.command)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "sessions"))


@pytest.fixture(scope="module")
def planner() -> Notation:
    return Notation()


@pytest.fixture(scope="module")
def shared(planner: Notation) -> Iterator[Agent]:
    with Agent.in_simulation(SCENE, planning=planner) as agent:
        agent.start()
        yield agent


@pytest.fixture
def agent(shared: Agent) -> Agent:
    robot: Any = shared.robot
    if robot.supervisor.mode is not Mode.ARMED:
        robot.supervisor.stop("test")
        assert robot.supervisor.reset("test") == ""
    shared.reset()
    return shared


@pytest.fixture
def session(agent: Agent) -> Iterator[StoppableSession]:
    robot: Any = agent.robot
    with StoppableSession("run", robot.supervisor) as one:
        yield one


def fastest(agent: Agent) -> float:
    robot: Any = agent.robot
    return max(map(abs, robot.driver.state().velocities))


def stopped_when_moving(agent: Agent, do: Any) -> None:
    """Ask for a stop, once, in the first period in which the arm moves fast. The simulation waits
    until the supervisor has heard it: it runs faster than any clock, and a stop that takes its way
    through a socket would find the command done."""
    robot: Any = agent.robot

    def look() -> None:
        if fastest(agent) > 0.3:
            robot.driver.observers.remove(look)
            do()
            give_up_s = time.monotonic() + 60.0
            while robot.supervisor.mode not in (Mode.STOPPING, Mode.STOPPED):
                assert time.monotonic() < give_up_s, "nobody told the supervisor"
                time.sleep(0.001)

    robot.driver.observers.append(look)


def test_a_stop_from_another_terminal_in_mid_motion(
    agent: Agent, session: StoppableSession
) -> None:
    heard: list[Any] = []
    asks = threading.Thread(target=lambda: heard.extend(ask_all({"do": "stop"}, 60)))
    stopped_when_moving(agent, asks.start)
    result = agent.command(PICK)
    asks.join()
    assert fastest(agent) < 0.01
    assert (
        result.status == "failed" and "Stopped by another terminal: at rest after" in result.reply
    )
    (one,) = heard
    assert one.told["at_rest"] and one.told["words"].startswith("at rest")
    refused = agent.command(PICK)
    assert refused.status == "refused" and HOW_TO_RESET in refused.reply
    assert fastest(agent) < 0.01
    assert ask_all({"do": "state"})[0].told["mode"] == "stopped"
    assert ask_all({"do": "reset", "by": "Ada"})[0].told["reset"]
    assert agent.command(PICK).status == "succeeded"  # nothing resumed by itself: a new command
    (held,) = ask_all({"do": "stop"}, 60)
    assert held.told["words"] == "at rest already, holding the red block"


def test_a_stop_while_a_model_hangs_is_answered_and_its_plan_never_begins(
    agent: Agent, session: StoppableSession, planner: Notation
) -> None:
    found: list[Found] = []

    def stop() -> None:
        assert planner.hangs.wait(60)
        found.append(session.stop("chat"))  # the planner still hangs
        planner.go_on.set()

    asks = threading.Thread(target=stop)
    asks.start()
    result = agent.command("hang on the red block")
    asks.join()
    assert found[0].at_rest and found[0].words == "at rest already, holding nothing"
    assert result.status == "failed" and result.timings.first_motion_s is None
    assert "before anything moved" in result.reply


def test_ctrl_c_stops_and_says_what_was_measured(agent: Agent, session: StoppableSession) -> None:
    told: list[Found] = []
    before = signal.getsignal(signal.SIGINT)
    stopped_when_moving(agent, lambda: os.kill(os.getpid(), signal.SIGINT))
    with session.on_ctrl_c(told.append):
        result = agent.command(PICK)
    assert [found.at_rest for found in told] == [True]
    assert result.status == "failed" and "Stopped by Ctrl-C" in result.reply
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_ends_the_program(session: StoppableSession) -> None:
    told: list[Found] = []
    with pytest.raises(KeyboardInterrupt), session.on_ctrl_c(told.append):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(0.01)
        threading.Event().wait(60)
    assert told and all(found.at_rest for found in told)


def test_every_stop_gets_its_own_answer(agent: Agent, session: StoppableSession) -> None:
    found: list[Found] = []
    asks = [threading.Thread(target=lambda: found.append(session.stop("key"))) for _ in range(20)]
    for one in asks:
        one.start()
    for one in asks:
        one.join()
    assert [one.at_rest for one in found] == [True] * 20


def test_a_reset_without_a_stop_is_nothing(session: StoppableSession) -> None:
    assert session.reset("Ada") == ""
    assert session.supervisor.mode is Mode.ARMED


def test_what_is_not_measured_is_not_said() -> None:
    moving = Supervisor()
    moving.arm("Ada")
    with StoppableSession("run", moving, patience_s=0.05) as session:
        asks = threading.Thread(target=lambda: moving.post(Measured((0.5,), "")))
        asks.start()
        found = session.stop("key")
        asks.join()
        assert not found.at_rest and found.words.startswith("NOT measured at rest")
        assert session.reset("Ada").startswith("NOT measured at rest")
        assert ask_all({"do": "sing"})[0].error.startswith(
            "ValueError: expected stop, reset or state"
        )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer("a", True, 83.4, "red_block", ""), "at rest after 83 ms, holding the red block"),
        (Answer("a", True, 0.0, "something", ""), "at rest already, holding something"),
        (
            Answer("a", False, None, "", "no driver"),
            "NOT measured at rest, holding nothing: no driver",
        ),
    ],
)
def test_the_answer_in_words(answer: Answer, words: str) -> None:
    assert Found.of(answer).words == words
