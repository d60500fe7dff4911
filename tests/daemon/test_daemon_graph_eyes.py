"""Who looks at a ROS graph for the daemon: a process that speaks lines, here one without ROS."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from llmagentos.daemon import graph_eyes
from llmagentos.daemon.graph_eyes import GraphEyes
from llmagentos.errors import CallError

#: Answers what it is asked and who it is; says other things between; ends when it is told to, or hangs.
SPEAKS = """
import json, os, sys, time
for line in sys.stdin:
    said = json.loads(line)
    print("rclpy: something to know", flush=True)
    print(json.dumps({"id": said["id"] - 1, "ok": {"late": True}}), flush=True)
    if said["what"] == "end":
        os._exit(3)
    if said["what"] == "hang":
        time.sleep(600)
    told = {"error": "expected a scene of the graph, got none in 5 s"}
    if said["what"] != "scene":
        told = {"ok": {"pid": os.getpid(), **said}}
    print(json.dumps({"id": said["id"], **told}), flush=True)
"""


@pytest.fixture
def eyes() -> Iterator[GraphEyes]:
    made = GraphEyes([sys.executable, "-c", SPEAKS], dict(os.environ))
    yield made
    made.close()


def test_what_is_asked_is_answered_by_one_process(eyes: GraphEyes) -> None:
    first, second = eyes.ask("picture"), eyes.ask("plan", text="go home")
    assert (first["what"], second["text"]) == ("picture", "go home")
    assert first["pid"] == second["pid"]
    with pytest.raises(CallError, match="expected a scene of the graph, got none"):
        eyes.ask("scene")
    assert eyes.ask("picture")["pid"] == first["pid"]


def test_one_that_ends_or_hangs_is_told_and_another_one_begun(
    eyes: GraphEyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = {eyes.ask("picture")["pid"]}
    with pytest.raises(CallError, match="expected an answer about the graph's end, got none"):
        eyes.ask("end")
    pids.add(eyes.ask("picture")["pid"])
    monkeypatch.setattr(graph_eyes, "_ANSWER_S", 1.0)
    with pytest.raises(CallError, match="expected an answer about the graph's hang, got none"):
        eyes.ask("hang")
    monkeypatch.undo()
    pids.add(eyes.ask("picture")["pid"])
    assert len(pids) == 3
    eyes.close()
    with pytest.raises(CallError, match="expected an agent that lives"):
        eyes.ask("picture")
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
