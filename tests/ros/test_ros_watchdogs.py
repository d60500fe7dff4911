"""Silence, injected into an executor and an agent: what stops stays stopped, and the person hears why."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from llmagentos_msgs import msg as m
from llmagentos_msgs.action import ExecutePlan
from llmagentos_msgs.srv import PlanCommand
from llmagentos_ros import interface as table
from llmagentos_ros.agent import AgentNode
from llmagentos_ros.executor import ExecutorNode
from llmagentos_ros.senses import Senses
from rclpy.action import ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from stage import Running, Stage

from llmagentos.lang import codec as compact
from llmagentos.safety.watchdogs import TABLE, Effect, Silence

#: Longer than a machine under load is silent by itself.
LIMIT_S = 6.0
PATIENT = (
    "profile:=sim",
    "arm_interface:=topic",
    "gripper_interface:=topic",
    "look_timeout_s:=60.0",
    *(f"{source}_timeout_s:={LIMIT_S}" for source in ("joint_states", "scene", "clock")),
    "pictures_timeout_s:=60.0",
)
WORDS = {row.source: row.words for row in TABLE}
#: Moves for far longer than silence may last, on any machine: its time is the simulated one at most.
WAY = " ; ".join(["point above [ the red block ]", "home"] * 8)


class Told:
    def __init__(self) -> None:
        self.now_s = 0.0
        self.changes: list[Silence] = []
        limits = {"joint states": 0.25, "clock": 1.0}
        self.senses = Senses(limits, lambda: self.now_s, self.changes.append)

    @property
    def fell(self) -> list[str]:
        return [c.watchdog.source for c in self.changes if c.why]


def test_a_clock_is_heard_by_its_reading_and_each_change_is_told_once() -> None:
    told = Told()
    told.senses.look()
    told.senses.look()
    assert told.fell == ["joint states", "clock"] and len(told.changes) == 2
    assert not told.senses.all_seen and told.senses.age_s("joint states") == -1.0
    told.now_s += 0.01
    told.senses.look()
    assert [c.watchdog.source for c in told.changes[2:]] == ["clock"] and not told.changes[2].why
    told.senses.timer("joint states").beat()
    told.senses.look()
    assert told.senses.all_seen and told.senses.silent() == "" == told.senses.words()


def test_what_stops_is_said_before_what_keeps_from_gripping() -> None:
    senses = Senses({"pictures": 0.5, "scene": 1.0}, lambda: 0.0, lambda _: None)
    assert senses.words().startswith(WORDS["scene"])
    senses.timer("scene").beat()
    assert senses.words().startswith(WORDS["pictures"])
    assert senses.silent(Effect.NO_NEW_GRASP) == "pictures never seen"


def test_a_thread_looks_until_it_is_stopped() -> None:
    told, heard = Told(), threading.Event()
    told.senses = Senses({"scene": 1.0}, lambda: 0.0, lambda _: heard.set())
    told.senses.start()
    assert heard.wait(60.0)
    told.senses.stop()
    assert not [t for t in threading.enumerate() if t is told.senses._thread]


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with Stage(ExecutorNode, (*PATIENT, *getattr(request, "param", ()))) as made:
        made.activate()
        yield made


def reset(stage: Stage) -> bool:
    """A person's, once everything is heard again."""
    kind = table.RESET_SAFETY.kind
    stage.wait(lambda: stage.call(kind, table.RESET_SAFETY.name, kind.Request()).success)
    return False


def moving(stage: Stage) -> Running:
    """A plan under way; one that a starved machine has stopped before it moved is sent again."""
    while True:
        running = stage.perform(WAY)
        stage.wait(
            lambda: running.ended or (len(stage.positions) > 2 and stage.speed_radps > 0.2)  # noqa: B023
        )
        if not running.ended:
            return running
        reset(stage)


def goes_home(stage: Stage) -> None:
    """After a person's reset; again where a starved machine was silent once more."""
    stage.wait(lambda: stage.perform("home").result().status == "succeeded" or reset(stage))


#: What a driver remembers of its own points is about a second: it must not look like a held arm.
SOON = ("joint_states_timeout_s:=0.7",)


@pytest.mark.parametrize(
    ("stage", "source"),
    [(SOON, "joint states"), ((), "scene"), ((), "clock")],
    indirect=["stage"],
)
def test_silence_that_stops_is_latched_until_a_person_resets_it(stage: Stage, source: str) -> None:
    running = moving(stage)
    stage.silent.add(source)
    ended = running.result()
    assert ended.status == "failed" and WORDS[source] in ended.reply, ended.reply
    assert f"{source} silent for" in ended.reply
    assert stage.node.stopping.is_stopped
    stage.silent.clear()
    refused = stage.perform("home").result()
    assert refused.status == "refused" and "reset" in refused.reply, refused.reply
    reset(stage)
    goes_home(stage)


def test_one_joint_state_that_is_no_number_stops_at_once(stage: Stage) -> None:
    running = moving(stage)
    stage.nan_once = True
    ended = running.result()
    assert ended.status == "failed" and WORDS["joint states"] in ended.reply, ended.reply
    assert "expected finite joint positions" in ended.reply
    assert stage.node.stopping.is_stopped
    reset(stage)
    goes_home(stage)


def test_without_pictures_nothing_new_is_gripped() -> None:
    """The scene's own limit is longer here: it alone would let the arm go on."""
    own = ("look_timeout_s:=1.0", "scene_timeout_s:=60.0", "pictures_timeout_s:=0.5")
    with Stage(ExecutorNode, (*PATIENT[:3], "joint_states_timeout_s:=30.0", *own)) as stage:
        stage.activate()
        stage.wait(lambda: stage.node.senses.all_seen)
        stage.silent.add("scene")
        stage.wait(lambda: bool(stage.node.senses.silent(Effect.NO_NEW_GRASP)))
        ended = stage.perform("pick [ the red block ]").result()
        assert ended.status == "failed" and WORDS["pictures"] in ended.reply, ended.reply
        assert not stage.node.stopping.is_stopped


class Minds:
    """An agent whose planner and executor are this test."""

    def __init__(self) -> None:
        limits = ["look_timeout_s:=30.0", f"node_timeout_s:={LIMIT_S}", "plan_timeout_s:=300.0"]
        self.beats = ["planner", "executor"]
        self.stage = Stage(AgentNode, limits, self.beats)
        world, group = self.stage.world, ReentrantCallbackGroup()
        self.over, self.executes = threading.Event(), threading.Event()
        self.stops: list[Any] = []
        world.create_service(PlanCommand, table.PLAN_COMMAND.name, self._plan, callback_group=group)
        self._server = ActionServer(
            world, ExecutePlan, table.EXECUTE_PLAN.name, self._execute, callback_group=group
        )
        stop = table.STOP_NOW
        world.create_subscription(stop.kind, stop.name, self.stops.append, stop.qos)

    def _plan(self, request: PlanCommand.Request, answer: PlanCommand.Response) -> Any:
        answer.success = True
        answer.plan = m.Plan(json=compact.parse("home").model_dump_json(), text="home")
        return answer

    def _execute(self, goal: Any) -> ExecutePlan.Result:
        self.executes.set()
        self.stage.wait(self.over.is_set)
        goal.succeed()
        return ExecutePlan.Result(status="succeeded", reply="done")


def test_an_executor_that_falls_silent_is_told_of_and_stopped() -> None:
    minds = Minds()
    with minds.stage as stage:
        stage.activate()
        stage.wait(lambda: not stage.node._senses.silent())
        command = stage.say("go home")
        stage.wait(minds.executes.is_set)
        minds.beats.remove("executor")
        ended = command.result()
        assert ended.status == "failed" and WORDS["executor"] in ended.reply, ended.reply
        stage.wait(lambda: bool(minds.stops))
        minds.over.set()


def test_a_planner_that_is_silent_is_told_of_and_motion_goes_on() -> None:
    minds = Minds()
    with minds.stage as stage:
        stage.activate()
        stage.wait(lambda: not stage.node._senses.silent())
        command = stage.say("go home")
        stage.wait(minds.executes.is_set)
        minds.beats.remove("planner")
        stage.wait(lambda: "planner silent" in stage.node._senses.silent())
        minds.over.set()
        ended = command.result()
        assert ended.status == "succeeded", ended.reply
        assert minds.stops == []
        refused = stage.say("go home").result()
        assert refused.status == "failed" and WORDS["planner"] in refused.reply, refused.reply


def test_a_process_that_stood_still_is_told_as_a_silent_executor() -> None:
    now_s, heard = [10.0], list[Silence]()
    senses = Senses({"scene": 100.0}, lambda: 0.0, heard.append, 1.0, lambda: now_s[0])
    senses.timer("scene").beat()
    for passes_s in (0.02, 0.99, 0.02):
        senses.look()
        now_s[0] += passes_s
    assert heard == []
    senses.look()
    now_s[0] += 1.5
    senses.look()
    assert [(h.watchdog.source, h.why) for h in heard] == [
        ("executor", "this process stood still for 1.50 s"),
        ("executor", ""),
    ]
