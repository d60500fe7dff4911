"""`llmagentos run` with a scene of several robots: one JSON object, which robot did each action; stopped from
another terminal, and its flight."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llmagentos.cli.main import app
from llmagentos.cli.replay import stages
from llmagentos.composition import load_planner
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.recorder import topics
from llmagentos.recorder.reading import read
from llmagentos.recorder.timeline import timeline
from llmagentos.runtime.sessions import FOLDER_VARIABLE, ask_all
from llmagentos.safety.stopping import STATE

SCENE = """
robots:
  - {name: anna}
  - {name: bert, position: [0, -0.68]}
objects:
  - {kind: block, color: red, position: [0.45, 0.12]}
"""


def test_one_sentence_for_several(tmp_path: Path) -> None:
    scene = tmp_path / "table.yaml"
    scene.write_text(SCENE)
    done = CliRunner().invoke(
        app, ["run", "--json", "--scene", str(scene), "anna picks up the red block"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["status"] == "succeeded"
    assert told["reply"].endswith("Anna picked up the red block.")
    assert [a["robot"] for a in told["steps"][0]["actions"]] == ["anna"]
    assert told["held"] == "red_block"


BOTH = (
    SCENE
    + """  - {kind: block, color: green, position: [0.4, -0.8]}
  - {kind: bowl, color: blue, position: [0.55, -0.62]}
"""
)


def test_a_stop_from_another_terminal_reaches_all_arms_and_is_in_the_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "sessions"))
    scene = tmp_path / "table.yaml"
    scene.write_text(BOTH)
    us = [sys.executable, "-m", "llmagentos"]
    argv = [*us, "run", "--json", "--scene", str(scene), "--flight", str(tmp_path / "flights")]
    env = {**os.environ, "LLMAGENTOS_RENDERER": "tiny"}
    running = subprocess.Popen(
        [*argv, "put all the blocks in the bowl"], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        while not any(one.told.get("mode") == "moving" for one in ask_all({"do": STATE}, 5.0)):
            assert running.poll() is None
            time.sleep(0.05)
        stopped = subprocess.run(
            [*us, "stop", "--json"], capture_output=True, text=True, check=True
        )
        assert json.loads(stopped.stdout)["at_rest"] is True
        out, _ = running.communicate(timeout=200)
    finally:
        running.kill()
    told = json.loads(out.splitlines()[-1])
    assert told["status"] == "failed" and running.returncode == 1
    for words in ("anna stopped at", "bert stopped at", "Not done: ", "to bert", "at rest after"):
        assert words in told["reply"]

    (path,) = (tmp_path / "flights").glob("flight-*")
    flight = read(path)
    assert flight.whole
    joints = [row["name"] for row in flight.on(topics.JOINTS)[0].value["joints"]]
    assert {"anna/panda_joint1", "bert/panda_joint1", "bert/gripper_width"} <= set(joints)
    assert flight.on(topics.of_camera("observer", "image"))
    lines = [line.words for line in timeline(flight)]
    assert any(words.startswith("anna: ") for words in lines)
    assert any("at rest after" in words for words in lines)
    assert all(stage.same for stage in stages(flight, load_planner(DEFAULT_MODEL, "auto")))
