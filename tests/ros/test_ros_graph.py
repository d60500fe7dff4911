"""The whole graph: sentences from an action client to moved blocks, and everything around that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness import ABORTED, CANCELED, SUCCEEDED, Client, Graph, thinking
from llmagentos_msgs.action import Command
from llmagentos_msgs.srv import PlanCommand, QueryScene, Undo
from llmagentos_ros import interface as table

from llmagentos.audit import default_folder, rows_of
from llmagentos.composition import load_planner
from llmagentos.perception import TabletopPerception
from llmagentos.recorder import topics
from llmagentos.recorder.check import check
from llmagentos.recorder.places import newest
from llmagentos.recorder.reading import read
from llmagentos.recorder.timeline import timeline

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
#: From the cancel to the arm at rest; docs/ros-bench.md has what a quiet machine takes.
STOP_S = 1.5


def test_command_moves_a_block_with_ordered_feedback(graph: Graph, client: Client) -> None:
    goal = client.send("put the red block in the blue bowl")
    status, result = goal.result()
    assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
    stages = [f.stage for f in goal.feedback if f.stage]
    assert stages == sorted(stages)
    assert set(stages) == {
        Command.Feedback.PERCEIVING, Command.Feedback.PLANNING, Command.Feedback.EXECUTING,
    }  # fmt: skip
    events = [json.loads(f.event)["event"] for f in goal.feedback]
    for earlier, later in [("command", "scene"), ("scene", "plan"), ("plan", "step_started"),
                           ("step_started", "action_started"), ("action_done", "step_done"),
                           ("step_done", "result")]:  # fmt: skip
        assert events.index(earlier) < events.index(later)
    shares = [f.progress for f in goal.feedback]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert any("red block" in r for f in goal.feedback for r in f.step.references)
    trace = json.loads(result.trace)
    assert trace["plan"]["steps"][0]["op"] == "put"
    assert trace["timings"]["first_motion_s"] > 0
    client.wait_object("red_block_1", lambda red: red.support == "blue_bowl_1")
    assert client.object("red_block_1").inside
    recorded = [r.content for r in rows_of(default_folder()) if r.content["kind"] != "began"]
    ours = [r for r in recorded if r["command"] == recorded[-1]["command"]]
    assert [r["kind"] for r in ours][:4] == ["asked", "understood", "allowed", "acting"]
    assert ours[0]["facts"]["origin"] == "ros" and ours[-1]["facts"]["status"] == "succeeded"


def test_the_command_left_a_flight_that_replay_reads(graph: Graph, client: Client) -> None:
    flight = read(newest())
    assert flight.about["command"] == "put the red block in the blue bowl"
    kinds = [line.kind for line in timeline(flight)]
    assert kinds[0] == "said" and {"saw", "did", "replied"} <= set(kinds)
    joints = [n for n in flight.on(topics.JOINTS)]
    assert len(joints) > 20 and joints[-1].robot_s > joints[0].robot_s
    (planned,) = flight.on(topics.PLANNING)
    assert planned.value["request"]["command"] == "put the red block in the blue bowl"
    assert planned.value["result"]["plan"]["steps"][0]["op"] == "put"
    found = check(flight, TabletopPerception(), load_planner())
    assert [f"{s.name}: {s.difference}" for s in found if not s.same] == []
    notes = {s.name: s.note for s in found}
    assert "not in the file" in notes["perception"] and "another process" in notes["execution"]


def test_a_second_command_in_a_row(graph: Graph, client: Client) -> None:
    status, result = client.say("pick up the green block")
    assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
    client.wait_object("green_block_1", lambda green: green.held)


def test_undo_service_takes_it_back(graph: Graph, client: Client) -> None:
    answer = client.call(Undo, table.UNDO.name, Undo.Request(), 300.0)
    assert answer.success, answer.reply
    client.wait_object("green_block_1", lambda green: green.support == "table")


def test_reset_sets_everything_back(graph: Graph, client: Client) -> None:
    client.reset()
    red = client.object("red_block_1")
    assert (red.position.x, red.position.y) == pytest.approx((0.42, 0.12), abs=0.01)


def test_cancel_in_mid_motion_stops_the_arm(graph: Graph, client: Client) -> None:
    goal = client.send("put the red block in the blue bowl")
    client.wait_moving(0.5)
    asked = client.motion[-1][0]
    goal.cancel()
    status, result = goal.result()
    assert status == CANCELED
    assert "stopped" in result.reply
    client.wait_resting()
    # The robot's time, in which the nodes' own delays on a starved machine are a part.
    assert client.rested_since() - asked < STOP_S
    # Nothing resumes by itself, and the next command is taken.
    client.pass_time(0.5)
    assert max(client.speeds) < 0.01
    client.reset()
    status, result = client.say("go home")
    assert status == SUCCEEDED, result.reply


def test_cancel_while_planning_moves_nothing(graph: Graph, client: Client) -> None:
    client.wait_resting()
    with thinking(graph.folder, "put the red block in the blue bowl") as text:
        goal = client.send(text)
        client.wait(lambda: any(f.stage == Command.Feedback.PLANNING for f in goal.feedback))
        client.speeds.clear()
        goal.cancel()
        status, result = goal.result()
        assert status == CANCELED and "stopped" in result.reply
        assert max(client.speeds, default=0.0) < 0.01
        # The planner node thinks no more, though what it waited for has not come.
        assert client.say("go home")[0] == SUCCEEDED


def test_unknown_object_leads_to_a_question(graph: Graph, client: Client) -> None:
    status, result = client.say("pick up the purple block")
    assert (status, result.status) == (ABORTED, "question")
    assert "purple" in result.reply
    client.wait(lambda: client.latest["agent_state"].question == result.reply)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing that can be read"),
        ("   \t ", "nothing that can be read"),
        ("put the red block " * 200, "at most 1000 characters"),
        ("pick \u202eup", "visible text"),
        ("pick \x07 up", "readable text"),
        ("pick \ufffd up", "UTF-8"),
        ("quux the frobnicator", "plan"),
    ],
)
def test_text_that_is_no_command(graph: Graph, client: Client, text: str, why: str) -> None:
    status, result = client.say(text)
    assert (status, result.status) == (ABORTED, "failed")
    assert why in result.reply


def test_two_clients_one_owner(graph: Graph, client: Client) -> None:
    with Client(graph.domain) as other:
        other.wait(other.command.server_is_ready)
        with thinking(graph.folder, "go home") as text:
            first = client.send(text)
            status, result = other.say("pick up the red block")
        assert (status, result.status) == (ABORTED, "refused")
        assert "busy" in result.reply and "go home" in result.reply
        assert first.result()[0] == SUCCEEDED


def test_plan_only(graph: Graph, client: Client) -> None:
    request = PlanCommand.Request(command="pick up the red block")
    answer = client.call(PlanCommand, table.PLAN_COMMAND.name, request)
    assert answer.success, answer.message
    assert json.loads(answer.plan.json)["steps"][0]["op"] == "pick"
    bad = client.call(PlanCommand, table.PLAN_COMMAND.name, PlanCommand.Request(command="hm?"))
    assert not bad.success and bad.error == "PlanError"


def test_query_scene_filters(graph: Graph, client: Client) -> None:
    answer = client.call(QueryScene, table.QUERY_SCENE.name, QueryScene.Request(kind="block"))
    assert answer.success, answer.message
    assert {o.color for o in answer.scene.objects} == {"red", "green"}
    assert answer.scene.header.frame_id == "panda_link0"
    assert all(o.last_seen.sec or o.last_seen.nanosec for o in answer.scene.objects)


def test_a_thing_is_shown_by_name_known_again_and_forgotten(graph: Graph, client: Client) -> None:
    client.reset()
    status, result = client.say("the red block is my marker")
    assert (status, result.status) == (SUCCEEDED, "answered"), result.reply
    assert result.reply.startswith("I'll know your marker from now on")
    client.wait_object("red_block_1", lambda red: red.name == "marker")
    assert client.say("what have I shown you?")[1].reply == "You have shown me your marker."
    told = client.say("forget my marker")[1]
    assert told.reply == "I have forgotten what your marker looks like."
    client.wait_object("red_block_1", lambda red: red.name == "")


def test_parity_with_the_agent_in_process(graph: Graph, client: Client) -> None:
    """The same command, scene and seed give the same plan in one process and over ROS."""
    from scripted_planning import ScriptedPlanning

    from llmagentos.agent import Agent

    client.reset()
    command = "put the red block in the blue bowl"
    over_ros = client.call(
        PlanCommand, table.PLAN_COMMAND.name, PlanCommand.Request(command=command)
    )
    spec = str(graph.folder / "scene.yaml")
    with Agent.in_simulation(spec, planning=ScriptedPlanning()) as agent:
        in_process = agent.plan(command)
        seen = {o.id: o for o in agent.look().objects}
    assert json.loads(over_ros.plan.json) == in_process.plan.model_dump(mode="json")
    assert over_ros.plan.text == in_process.text
    for o in client.latest["scene"].objects:
        near = seen[o.id]
        assert (o.kind, o.color) == (near.kind, near.color)
        assert (o.position.x, o.position.y) == pytest.approx(near.position[:2], abs=0.002)


def test_the_guards_question_is_answered_by_a_literal_yes(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("confirm: [pick]", encoding="utf-8")
    extra = {"executor": {"rules": str(rules)}}
    with Graph(tmp_path, extra=extra) as guarded, Client(guarded.domain) as person:
        status, result = person.say("pick up the red block")
        assert (status, result.status) == (ABORTED, "question")
        assert result.reply == "This picks up the red block. Say yes to do it."
        status, result = person.say("yes")
        assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
        person.wait_object("red_block_1", lambda red: red.held)
