"""A simulated robot behind a real gateway: scene, picture, stream, stop, a person's yes, recordings."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import time

import cv2
import numpy as np
import pytest

from sim.faults.door import AGENT, LONG, Door

pytestmark = pytest.mark.slow
ONE = f"/v1/agents/{AGENT}"
PUSH = "push the red block to the left"


@pytest.fixture(autouse=True)
def _ready(robot: Door) -> None:
    """A new process of the agent: what an earlier test left in the hand or on the table is gone."""
    agent = robot.daemon.agent(AGENT)
    agent.stop()
    agent.start()
    robot.ready()


def _state(robot: Door) -> dict:
    return dict(robot.ask("GET", f"{ONE}/state", who="viewer").json())


def test_a_command_moves_it_and_undo_moves_it_back(robot: Door) -> None:
    def red() -> list[float]:
        rows = robot.ask("GET", f"{ONE}/scene", who="viewer").json()["objects"]
        return next(o["position"] for o in rows if (o["kind"], o["color"]) == ("block", "red"))

    before = red()
    result = robot.say("put the red block in the blue bowl", wait_s=60).json()["result"]
    assert result["status"] == "succeeded", result["reply"]
    assert abs(red()[0] - before[0]) + abs(red()[1] - before[1]) > 0.05
    call = robot.ask("POST", f"{ONE}/undo", {"wait_s": 60}, "operator").json()
    assert call["result"]["status"] == "succeeded", call
    assert np.allclose(red()[:2], before[:2], atol=0.05)


def test_a_plan_is_shown_and_nothing_moves(robot: Door) -> None:
    joints = robot.joints()
    told = robot.ask(
        "POST", f"{ONE}/plan", {"text": "put the red block in the blue bowl"}, "operator"
    )
    assert told.status == 200, told.body
    assert told.json()["plan"]["steps"]
    assert robot.joints() == pytest.approx(joints, abs=1e-6)


def test_what_its_camera_sees_comes_as_a_picture_and_as_a_stream(robot: Door) -> None:
    answer = robot.ask("GET", f"{ONE}/picture", who="viewer")
    assert answer.headers["content-type"] == "image/jpeg"
    shown = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[2] == 3 and shown.std() > 5
    ticket = robot.ask("POST", "/v1/tickets", who="viewer").json()["ticket"]
    link = http.client.HTTPConnection(*robot.address, timeout=20)
    link.request("GET", f"{ONE}/stream?ticket={ticket}")
    stream = link.getresponse()
    assert (
        stream.getheader("content-type") == "multipart/x-mixed-replace; boundary=llmagentos-frame"
    )
    came = b""
    while came.count(b"content-type: image/jpeg") < 3:
        came += stream.read(4096)
    assert came.startswith(b"--llmagentos-frame\r\n")
    assert came.count(b"\xff\xd8\xff") >= 3
    link.close()


def test_what_is_seen_has_names_and_frames_in_the_picture(robot: Door) -> None:
    seen = robot.ask("GET", f"{ONE}/seen", who="viewer").json()
    picture = cv2.imdecode(
        np.frombuffer(robot.ask("GET", f"{ONE}/picture", who="viewer").body, np.uint8),
        cv2.IMREAD_COLOR,
    )
    assert (seen["height"], seen["width"]) == picture.shape[:2]
    red = next(t for t in seen["things"] if t["words"] == "red block")
    left, top, right, bottom = red["box"]
    blue, green, reds = picture[(top + bottom) // 2, (left + right) // 2]
    assert reds > 150 and max(blue, green) < 80


def test_a_question_names_its_answers_and_each_can_be_said(robot: Door) -> None:
    asked = robot.say("put the block in the blue bowl", wait_s=30).json()["result"]
    assert asked["status"] == "question", asked
    answers = _state(robot)["question"]["answers"]
    assert {a["words"] for a in answers} == {
        f"the {color} block" for color in ("red", "green", "blue", "yellow")
    }
    said = next(a["say"] for a in answers if "red" in a["words"])
    done = robot.say(said, wait_s=60).json()["result"]
    assert (done["status"], done["reply"]) == ("succeeded", "I put the red block in the blue bowl.")
    robot.say("push the green block to the left", wait_s=30)
    assert [a["say"] for a in _state(robot)["question"]["answers"]] == ["yes", "no"]


def test_a_stream_in_motion_is_small_pictures_that_the_robot_does_not_draw(robot: Door) -> None:
    link = http.client.HTTPConnection(*robot.address, timeout=60)
    link.request(
        "GET", f"{ONE}/stream", headers={"Authorization": f"Bearer {robot.tokens['viewer']}"}
    )
    stream = link.getresponse()

    def frame() -> np.ndarray:
        assert stream.readline() == b"--llmagentos-frame\r\n"
        assert stream.readline() == b"content-type: image/jpeg\r\n"
        size = int(stream.readline().split(b":")[1])
        assert stream.readline() == b"\r\n"
        jpeg = stream.read(size)
        assert stream.readline() == b"\r\n"
        return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)

    frame()
    number = robot.move()
    Door.until(lambda: frame().shape == (240, 320, 3), 60.0)  # who draws them is there
    seen = [frame() for _ in range(8)]
    assert all(shown.shape == (240, 320, 3) for shown in seen)
    assert np.abs(seen[-1].astype(int) - seen[0]).max() > 40  # the arm is elsewhere
    robot.ask("POST", f"/v1/commands/{number}/cancel", who="operator")
    Door.until(lambda: frame().shape == (480, 640, 3), 60.0)  # it stands still: a fine one
    link.close()


def test_a_watcher_that_reads_nothing_costs_no_memory(robot: Door) -> None:
    links = []
    before = robot.memory_mb()
    for _ in range(20):
        link = http.client.HTTPConnection(*robot.address, timeout=20)
        link.request(
            "GET", f"{ONE}/stream", headers={"Authorization": f"Bearer {robot.tokens['viewer']}"}
        )
        links.append(link)
    time.sleep(4.0)
    assert robot.memory_mb() - before < 30
    assert robot.ask("POST", "/v1/stop", who="viewer").status == 200
    for link in links:
        link.close()


def test_a_stop_is_answered_with_what_was_measured_and_holds_until_a_reset(robot: Door) -> None:
    number = robot.move()
    told = robot.ask("POST", f"{ONE}/stop", who="viewer").json()["agents"][AGENT]
    assert told["at_rest"] and "at rest" in told["words"]
    over = robot.ask("GET", f"/v1/commands/{number}?wait_s=20", who="viewer").json()
    assert over["state"] == "done" and "Stopped by viewer" in over["result"]["reply"], over
    assert _state(robot)["safety"] == "stopped"
    refused = robot.say("go home", wait_s=20).json()["result"]
    assert refused["status"] == "refused" and "reset" in refused["reply"]
    assert robot.ask("POST", f"{ONE}/reset", who="operator").json()["reset"]
    assert robot.say("go home", wait_s=30).json()["result"]["status"] == "succeeded"


def test_a_person_says_yes_outside_the_models_words_and_a_program_can_not(robot: Door) -> None:
    asked = robot.say(PUSH, "program", wait_s=30).json()["result"]
    assert asked["status"] == "question", asked
    question = _state(robot)["question"]
    assert question["needs_yes"] and question["words"] == asked["reply"]
    for word in ("yes", " Yes!", "ｙｅｓ"):
        yes = robot.say(word, "program", wait_s=30).json()
        assert yes["state"] == "failed" and "a person" in yes["result"], yes
    body = {"question": question["id"], "yes": True, "wait_s": 60}
    assert robot.ask("POST", f"{ONE}/confirm", body, "program").status == 403
    wrong = robot.ask("POST", f"{ONE}/confirm", {**body, "question": "other"}, "operator").json()
    assert wrong["state"] == "failed" and "waits no more" in wrong["result"], wrong
    assert _state(robot)["question"] == question  # it still waits
    done = robot.ask("POST", f"{ONE}/confirm", body, "operator").json()
    assert done["result"]["status"] == "succeeded", done
    again = robot.ask("POST", f"{ONE}/confirm", body, "operator").json()
    assert again["state"] == "failed" and "waits no more" in again["result"], again


def test_a_command_may_go_on_where_the_gateway_is_lost(robot: Door) -> None:
    number = robot.move(if_lost="go on")
    os.kill(robot.gateway(), signal.SIGKILL)
    time.sleep(1.0)
    assert robot.daemon.ask("result", number=number, wait=False)["state"] == "begun"
    robot.until(lambda: robot.ask("GET", "/v1/me", who="viewer").status == 200)


def test_a_command_ends_where_the_daemon_is_lost(robot: Door) -> None:
    """The gateway goes with it: nobody could stop the arm from there."""
    robot.move()
    robot.process.kill()
    robot.process.wait()
    robot.start()
    calls = robot.daemon.ask("calls", name=AGENT, last=1)
    robot.until(
        lambda: (
            robot.daemon.ask("calls", name=AGENT, last=1)[0]["state"] not in ("queued", "begun")
        ),
        20,
    )
    assert "nobody watched over it" in robot.daemon.ask("calls", name=AGENT, last=1)[0]["result"], (
        calls
    )


def test_a_gateway_that_hangs_is_begun_anew_and_the_arm_holds(robot: Door) -> None:
    number, pid = robot.move(), robot.gateway()
    os.kill(pid, signal.SIGSTOP)
    robot.until(lambda: robot.gateway() not in (0, pid), 60)
    robot.until(lambda: _open(robot, number) is False, 20)
    robot.until(lambda: robot.ask("GET", "/v1/me", who="viewer").status == 200)


def _open(robot: Door, number: int) -> bool:
    return robot.daemon.ask("result", number=number, wait=False)["state"] in ("queued", "begun")


def test_a_stop_works_while_the_daemon_hangs(robot: Door) -> None:
    robot.ask("GET", "/v1/me", who="viewer")
    number = robot.move()
    robot.process.send_signal(signal.SIGSTOP)
    try:
        told = robot.ask("POST", f"{ONE}/stop", who="viewer")
        assert told.status == 200, told.body
        (session,) = told.json()["sessions"]
        assert session["at_rest"], session
        assert robot.ask("POST", f"{ONE}/stop", who="x" * 32).status == 503  # nobody knows whose
    finally:
        robot.process.send_signal(signal.SIGCONT)
    over = robot.ask("GET", f"/v1/commands/{number}?wait_s=20", who="viewer").json()
    assert "Stopped by viewer, past the daemon" in over["result"]["reply"], over


def test_recordings_are_listed_and_fetched_by_name_alone(robot: Door) -> None:
    robot.say("go home", wait_s=30)
    with contextlib.suppress(TimeoutError):
        robot.until(lambda: robot.ask("GET", f"{ONE}/recordings", who="viewer").json() != [], 10)
    rows = robot.ask("GET", f"{ONE}/recordings", who="viewer").json()
    if not rows:
        pytest.skip("this agent records nothing")
    answer = robot.ask("GET", f"{ONE}/recordings/{rows[0]['name']}", who="viewer")
    assert answer.status == 200 and answer.body.startswith(b"\x89MCAP0")
    assert robot.ask("GET", f"{ONE}/recordings/none.mcap", who="viewer").status == 404
    assert robot.ask("GET", f"{ONE}/recordings/none.txt", who="viewer").status == 400


def test_long_is_long(robot: Door) -> None:
    """What other tests stop in the middle takes longer than they need to."""
    number = robot.move()
    time.sleep(0.3)
    assert robot.daemon.ask("result", number=number, wait=False)["state"] == "begun", LONG
