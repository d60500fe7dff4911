"""Commands as tasks: a real simulated arm, and somebody more urgent in the middle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from llmagentos import Agent, PlanningModule, PlanRequest, PlanResult
from llmagentos.agent_tasks import AgentThread, submit_command
from llmagentos.errors import LifecycleError, TaskEndedError
from llmagentos.lang import codec
from llmagentos.scheduling import Priority, Scheduler

LONG_S = 60.0
SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.42, 0.1]},
        {"kind": "block", "color": "blue", "position": [0.5, 0.1]},
        {"kind": "block", "color": "green", "position": [0.42, 0.0]},
        {"kind": "tray", "color": "gray", "position": [0.5, -0.2]},
        {"kind": "cup", "color": "yellow", "position": [0.6, 0.2]},
    ]
}
TIDY = "put [ all block ] in [ the tray ]"
URGENT = "move [ the yellow cup ] left dist 6 cm"


class Notation(PlanningModule):
    """Reads the command as the plan's own notation."""

    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult(codec.parse(request.command), request.command)


@pytest.fixture(scope="module")
def shared() -> Iterator[AgentThread]:
    with AgentThread(lambda: Agent.in_simulation(SCENE, planning=Notation())) as one:
        one.call(one.agent.start)
        yield one


@pytest.fixture
def agent(shared: AgentThread) -> AgentThread:
    shared.call(lambda: shared.agent.reset(SCENE))
    return shared


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    with Scheduler({"arm": 1.0}) as one:
        yield one


def when_held(agent: AgentThread, do: Any) -> None:
    """Once, in the first period in which something is in the hand."""
    robot: Any = agent.agent.robot

    def look() -> None:
        if robot.held() is not None:
            robot.driver.observers.remove(look)
            do()

    robot.driver.observers.append(look)


def in_tray(result: Any) -> set[str]:
    tray = next(o for o in result.objects if o["kind"] == "tray")["position"]
    return {
        o["id"]
        for o in result.objects
        if abs(o["position"][0] - tray[0]) < 0.15 and abs(o["position"][1] - tray[1]) < 0.15
    } - {"gray_tray"}


def test_an_urgent_command_comes_between_two_actions_and_the_other_is_done_to_the_end(
    agent: AgentThread, scheduler: Scheduler
) -> None:
    """Asked with a block in the hand: that is put down first, where it belongs."""
    tickets: list[Any] = []
    asked = threading.Event()

    def urgent() -> None:
        ticket = submit_command(scheduler, agent, URGENT, priority=Priority.URGENT)
        tickets.append(ticket)
        asked.set()

    when_held(agent, urgent)
    low = submit_command(scheduler, agent, TIDY, priority=Priority.LOW)
    assert asked.wait(LONG_S)
    between, whole = tickets[0].result(LONG_S), low.result(LONG_S)
    assert between.status == whole.status == "succeeded", (between.reply, whole.reply)
    assert len(in_tray(between)) == 1 and len(in_tray(whole)) == 3 and between.held is None
    report = low.report()
    assert report.preempted == 1 and report.queued_s > 0
    # what each of them did is its own: the newest to end is what is undone
    undone = agent.command("undo")
    assert undone.status == "succeeded" and in_tray(undone) == set()
    cup = next(o for o in undone.objects if o["kind"] == "cup")["position"]
    assert cup[1] == pytest.approx(0.26, abs=0.02)


def test_a_command_that_is_cancelled_stops_and_the_arm_is_free(
    agent: AgentThread, scheduler: Scheduler
) -> None:
    ticket: list[Any] = []
    submitted = threading.Event()

    def cancel() -> None:
        assert submitted.wait(LONG_S)
        ticket[0].cancel("the person left")

    when_held(agent, cancel)
    ticket.append(submit_command(scheduler, agent, TIDY))
    submitted.set()
    with pytest.raises(TaskEndedError, match="cancelled: the person left"):
        ticket[0].result(LONG_S)
    assert submit_command(scheduler, agent, "home").result(LONG_S).status == "succeeded"


def test_only_a_parked_command_can_be_set_aside(agent: AgentThread) -> None:
    with pytest.raises(LifecycleError, match="expected a parked command, got none"):
        agent.set_aside()
    assert agent.begin(TIDY) is None
    with pytest.raises(LifecycleError, match="call make_room"):
        agent.set_aside()
    agent.make_room()
    while not agent.parked:
        assert agent.step() is None
    aside = agent.set_aside()
    assert agent.begin(URGENT) is None
    with pytest.raises(LifecycleError, match="expected an idle agent"):
        agent.take_up(aside)
    while agent.step() is None:
        pass
    agent.take_up(aside)
    agent.make_room(False)
    while (result := agent.step()) is None:
        pass
    assert result.status == "succeeded" and result.command == TIDY


def test_listeners_hear_of_both_parts(agent: AgentThread) -> None:
    events: list[str] = []

    def both() -> None:
        one = agent.agent
        one.events.subscribe(lambda event: events.append(event.name))
        assert one.begin(TIDY) is None
        one.make_room()
        while not one.parked:
            one.step()
        aside = one.set_aside()
        one.command("home")
        one.take_up(aside)
        while one.step() is None:
            pass

    agent.call(both)
    order = [name for name in events if name in ("command", "set_aside", "taken_up", "result")]
    assert order == ["command", "set_aside", "command", "result", "taken_up", "result"]


def test_what_cannot_be_made_leaves_no_thread() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        AgentThread(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    assert threading.active_count() == before
