"""Whatever ends a graph, and whoever started it: no process of it is left."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import PATIENCE_S, SCENE, environ_marked, next_domain, test_env
from test_ros_launch import described, nodes

ROOT = Path(__file__).resolve().parents[2]
#: Starts what it is given, and does with SIGTERM what `ros2 launch` does: it ends, and nothing else.
LAUNCH = """
import json, signal, subprocess, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
children = [subprocess.Popen(argv) for argv in json.loads(sys.argv[1])]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
print("started", flush=True)
for child in children:
    child.wait()
"""


def wait(done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def marked(env: dict[str, str]) -> list[str]:
    return list(environ_marked(env["LLMAGENTOS_TEST_GRAPH"]).values())


def nodes_of(env: dict[str, str]) -> list[str]:
    return [line for line in marked(env) if "setpriv" not in line and LAUNCH not in line]


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="util-linux's setpriv is not here")
@pytest.mark.parametrize(
    ("number", "to_group"),
    [
        (signal.SIGTERM, False),  # `kill`, or a stop without an init
        (signal.SIGKILL, False),
        (signal.SIGINT, True),  # `docker stop`: STOPSIGNAL, handed to all by the init
        (signal.SIGTERM, True),  # an orchestrator's stop
    ],
)
def test_nodes_end_with_the_launch_that_started_them(
    number: signal.Signals, to_group: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    with monkeypatch.context() as patch:
        prefixes = {
            name: "".join(p for p in options["prefix"] if isinstance(p, str)).split()
            for name, options in nodes(described("sim.launch.py", patch)).items()
        }
    env = test_env(next_domain())
    started = ("planner", "bringup")
    argv = [[*prefixes[name], sys.executable, "-m", f"llmagentos_ros.{name}"] for name in started]
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCH, json.dumps(argv)],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as launch:  # fmt: skip
        assert launch.stdout is not None and launch.stdout.readline()
        # `setpriv` has become the node by then: before, nothing tells it of its parent's end
        wait(lambda: sum(" -m llmagentos_ros." in line for line in nodes_of(env)) == len(started))
        (os.killpg if to_group else os.kill)(launch.pid, number)
        launch.wait(PATIENCE_S)
        wait(lambda: not marked(env))


def test_every_process_of_the_launch_files_ends_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sim.launch.py", "robot.launch.py"):
        entities = described(name, monkeypatch)
        started = [e for e in entities if e.kind in ("Node", "ExecuteProcess")]
        assert len(started) >= 6
        for entity in started:
            assert "setpriv --pdeathsig" in entity.options["prefix"][0], entity.options
            assert entity.options["prefix"][1].args == ("launch-prefix",)  # a debugger's


def test_the_image_stops_all_that_it_started() -> None:
    text = (ROOT / "Dockerfile.jetson").read_text(encoding="utf-8")
    assert re.search(r"^STOPSIGNAL SIGINT$", text, re.MULTILINE)
    entry = re.search(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)
    assert entry is not None and '["/usr/bin/tini", "-g", "--", ' in entry[1]
    assert re.search(r"^ +tini \\$", text, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.one_distribution
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -9)],
)
def test_up_leaves_nobody(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """`llmagentos up` for real; SIGTERM in the middle of the work, the others while it starts."""
    scene, log = tmp_path / "scene.yaml", tmp_path / "said.txt"
    scene.write_text(SCENE, encoding="utf-8")
    env = test_env(next_domain())
    argv = [sys.executable, "-m", "llmagentos", "up", "--sim", "--scene", str(scene)]
    with (
        log.open("wb") as out,
        subprocess.Popen([*argv, "--log-dir", str(tmp_path / "logs")], env=env, stdout=out) as up,
    ):
        wait(lambda: sum("llmagentos_ros." in line for line in marked(env)) == 6)
        if number is signal.SIGTERM:
            wait(lambda: b"the graph is active" in log.read_bytes())
        up.send_signal(number)
        assert up.wait(PATIENCE_S) == code, log.read_text()
        wait(lambda: not marked(env))


@pytest.mark.slow
@pytest.mark.one_distribution
@pytest.mark.timeout(900)
def test_up_gives_up_what_cannot_be_and_says_why(tmp_path: Path) -> None:
    params = tmp_path / "mine.yaml"
    params.write_text("/**/perceptoin: {ros__parameters: {max_hz: 7}}\n")
    env = test_env(next_domain())
    argv = [sys.executable, "-m", "llmagentos", "up", "--sim", "--engine", "steam"]
    argv += ["--params-file", str(params), "--log-dir", str(tmp_path / "logs")]
    done = subprocess.run(
        argv, env=env, capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False
    )
    said = " ".join(done.stdout.split())
    assert done.returncode == 1, said
    assert "planner: failed: ModelError: " in said and "steam" in said
    assert "'/**/perceptoin'" in said
    assert not marked(env)
